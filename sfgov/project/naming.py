"""What a file is, told by its folders and its name alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import Literal, NamedTuple
from urllib.parse import unquote_to_bytes

from sfgov.project.registry import MetadataType, registry

META = "-meta.xml"
Role = Literal["whole", "body", "meta", "part", "schema"]
_APEX = ("ApexClass", "ApexTrigger")
_AGENT_SCRIPT = ".agent"
_SCHEMA = "schema.json"
_WITH_SCHEMAS = ("GenAiFunction", "GenAiPlannerBundle")
"""Bundles in whose own folders the inputs and outputs of actions are described."""
_METADATA_XML = re.compile(rb"<\?xml|http://soap\.sforce\.com/2006/04/metadata")


class Folder:
    """A folder, as far as the names of the files in it depend on it: its own name and those above."""

    __slots__ = ("bundle_type", "holds_bundles_of", "is_type_folder", "last", "lowered", "segments")

    def __init__(self, segments: tuple[str, ...] = (), bundle_type: MetadataType | None = None) -> None:
        """`bundle_type` is what the folder is a component of, if it is one: it lies where such components lie."""
        self.segments = segments
        self.lowered = tuple(segment.lower() for segment in segments)
        self.last = self.lowered[-1] if segments else ""
        self.bundle_type = bundle_type
        self.is_type_folder = self.last in registry().directories
        self.holds_bundles_of = registry().bundles.get(self.last) if self.is_type_folder else bundle_type

    def child(self, name: str) -> Folder:
        """The folder of that name in this one."""
        return Folder((*self.segments, name), self.holds_bundles_of)

    def below(self, directory: str) -> tuple[str, ...] | None:
        """The names from the nearest folder called `directory` (in lower case) down to this one, if there is one."""
        for position in range(len(self.lowered) - 1, -1, -1):
            if self.lowered[position] == directory:
                return self.segments[position + 1 :]
        return None


class Identity(NamedTuple):
    """What a file is. `parsed` is false for content, which only proves that its component exists."""

    type: str
    name: str
    role: Role = "whole"
    parsed: bool = True
    parent: tuple[str, str] | None = None
    """The component in whose folder it lies, when that is one of its own (`CustomObject`, `Account`)."""


def identify(
    folder: Folder, file_name: str, siblings: Collection[str], starts: Callable[[str], bytes]
) -> Identity | None:
    """What a file in a folder is, or None when it is no metadata that anybody knows.

    `siblings` are the names of the files beside it. `starts` gives the first bytes of one of them; it is asked
    only where a file lies outside its type's folder and its name alone could belong to something else.
    """
    if file_name == _SCHEMA:
        return _schema(folder)
    has_meta = file_name.endswith(META)
    base = file_name.removesuffix(META)
    stem, _, suffix = base.rpartition(".")
    kind = _choose(registry().with_suffix(suffix), folder) if stem else None
    if has_meta:
        if _in_document_folder(folder):
            return Identity("Document", _document_name(folder, base, siblings), "meta")
        if kind is None:
            return _unknown_meta(folder, base, stem)
    if kind is None or (kind.name == "CustomMetadata" and "." not in stem):
        return None
    if suffix == "xml" and folder.last != kind.directory:
        return None
    if not has_meta and not _is_at_home(kind, folder) and not _looks_like(kind, file_name, siblings, starts):
        return None
    return _identity(kind, folder, stem, has_meta)


def identify_bundle(folder: Folder, files: Sequence[str]) -> list[tuple[str, Identity]] | None:
    """The files of a bundle that are read and what they are, or None when the folder is no bundle.

    These are its XML and, of an AI agent, its script. A bundle without any gives one entry with an empty file name.
    """
    kind = folder.bundle_type
    if kind is None or not _is_bundle(kind, folder, files):
        return None
    path = folder.below(kind.directory) or folder.segments[-1:]
    name = decode("/".join(path) if kind.folders else path[-1])
    role: Role = "whole" if kind.whole else "meta"
    found = [
        (file_name, Identity(kind.name, name, role))
        for file_name in files
        if file_name.endswith(META) or (kind.whole and file_name.rpartition(".")[2] in kind.suffixes)
    ]
    if kind.name == "AiAuthoringBundle":
        scripts = [file_name for file_name in files if file_name.lower().endswith(_AGENT_SCRIPT)]
        found += [(script, Identity(kind.name, name, "body")) for script in scripts]
    return found or [("", Identity(kind.name, name, "body", parsed=False))]


def has_folders_to_read(folder: Folder) -> bool:
    """Whether a bundle has folders of its own with files that are read."""
    return folder.bundle_type is not None and folder.bundle_type.name in _WITH_SCHEMAS


def _schema(folder: Folder) -> Identity | None:
    """The inputs or outputs of an agent's action: `genAiFunctions/F/input`, `genAiPlannerBundles/P/localActions/T/A/input`."""
    kind = folder.bundle_type
    below = folder.below(kind.directory) if kind is not None and kind.name in _WITH_SCHEMAS else None
    if kind is None or below is None or folder.last not in ("input", "output"):
        return None
    lowered = [segment.lower() for segment in below]
    nested = next(
        (at for at, one in enumerate(lowered) if one in ("localactions", "planneractions")), len(below) - 1
    )
    return Identity(kind.name, decode(below[nested - 1]), "schema") if nested > 0 else None


def _is_bundle(kind: MetadataType, folder: Folder, files: Sequence[str]) -> bool:
    """Teams sort bundles into folders, and name features as types are named: the files tell which it is."""
    own = folder.segments[-1] + "."
    if any(name.startswith(own) for name in files):
        return True
    if folder.is_type_folder:
        return False
    return not kind.suffixes or any(name.endswith(META) for name in files)


def decode(name: str) -> str:
    """A file name's percent codes as the characters they stand for; as it is when they are not UTF-8."""
    if "%" not in name:
        return name
    try:
        return unquote_to_bytes(name).decode("utf-8")
    except UnicodeError:
        return name


def metadata_type_of_folder_name(folder: Folder, name: str) -> str:
    """The type whose file a folder is named as (`x.flow-meta.xml/`), or nothing."""
    stem, _, suffix = name.removesuffix(META).rpartition(".")
    kind = _choose(registry().with_suffix(suffix), folder) if stem else None
    if kind is None or not (name.endswith(META) or folder.last == kind.directory):
        return ""
    return kind.name


def _choose(kinds: tuple[MetadataType, ...], folder: Folder) -> MetadataType | None:
    """Of the types that share a suffix, the one whose folder the file lies in; else the one that needs none.

    Where no folder decides and every type needs one, the type stays nameless: the root element will tell.
    """
    if len(kinds) < 2:
        return kinds[0] if kinds else None
    for depth in range(len(folder.lowered) - 1, -1, -1):
        here = [kind for kind in kinds if kind.directory == folder.lowered[depth]]
        # `customPermissions/` in a permission set's folder holds pieces of it, not custom permissions.
        parts = [
            k for k in here if k.form == "part" and k.parent_directory in folder.lowered[: max(depth - 1, 0)]
        ]
        for kind in (*parts, *here):
            if kind in parts or kind.form != "part":
                return kind
    free = [kind for kind in kinds if not kind.strict and kind.form != "part"]
    return free[0] if free else kinds[0]._replace(name="", form="xml", folders=False)


def _is_at_home(kind: MetadataType, folder: Folder) -> bool:
    return kind.directory in folder.lowered or (
        kind.parent_directory != "" and kind.parent_directory in folder.lowered
    )


def _looks_like(
    kind: MetadataType, file_name: str, siblings: Collection[str], starts: Callable[[str], bytes]
) -> bool:
    """Whether a file outside its type's folder is nevertheless of that type."""
    if file_name + META in siblings:
        return True
    return kind.form != "content" and _METADATA_XML.search(starts(file_name)) is not None


def _identity(kind: MetadataType, folder: Folder, stem: str, has_meta: bool) -> Identity:
    if kind.form == "part":
        return Identity(kind.name, _parent_name(kind, folder, stem), "part")
    if kind.form == "child":
        parent = _parent_name(kind, folder, "")
        name = f"{parent}.{decode(stem)}" if parent else decode(stem)
        return Identity(kind.name, name, "whole", parent=(kind.parent, parent) if parent else None)
    name = decode("/".join((*(folder.below(kind.directory) or ()), stem)) if kind.folders else stem)
    if kind.form in ("content", "resource"):
        if has_meta:
            return Identity(kind.name, name, "meta")
        return Identity(kind.name, name, "body", parsed=kind.name in _APEX)
    return Identity(kind.name, name, "whole")


def _parent_name(kind: MetadataType, folder: Folder, otherwise: str) -> str:
    """The component in whose folder a child or a part lies: `objects/Account/fields` belongs to Account."""
    below = folder.below(kind.parent_directory)
    if below:
        return decode(below[0])
    if below is not None or not folder.segments:
        return decode(otherwise)
    is_in_child_folder = folder.last == kind.directory
    above = folder.segments[:-1] if is_in_child_folder else folder.segments
    return decode(above[-1]) if above else decode(otherwise)


def _in_document_folder(folder: Folder) -> bool:
    """Documents may be called anything, so whatever lies in a document folder is one."""
    return folder.lowered[-2:-1] == ("documents",) and not folder.is_type_folder


def _document_name(folder: Folder, base: str, siblings: Collection[str] = ()) -> str:
    """`Folder/Name.ext`: source format keeps the extension at the content file alone."""
    stem, _, suffix = base.rpartition(".")
    if suffix == "document":
        beside = sorted(
            name for name in siblings if name.rpartition(".")[0] == stem and not name.endswith(META)
        )
        base = beside[0] if beside else stem
    return decode("/".join((*(folder.below("documents") or ()), base)))


def _unknown_meta(folder: Folder, base: str, stem: str) -> Identity | None:
    """In the older format, the XML of a folder of reports, dashboards, templates or documents has no suffix."""
    if stem:  # A document may be called anything, and so may its folder.
        return (
            Identity("Document", _document_name(folder, base), "meta") if folder.below("documents") else None
        )
    for directory, type_name in registry().folder_types.items():
        below = folder.below(directory)
        if below is not None:
            return Identity(type_name, decode("/".join((*below, base))))
    return None
