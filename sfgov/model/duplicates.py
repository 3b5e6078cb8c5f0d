"""Components that one project has twice, and where the two differ.

Which of them the org gets depends on what is deployed last. Types of which a file holds only some of the parts, such as
labels, workflow and profiles, contradict each other only where both say something of the same part.
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import Any, TypeAlias

import msgspec

from sfgov.facts import (
    CustomLabels,
    CustomObject,
    Fact,
    MatchingRules,
    Profile,
    Settings,
    SharingRules,
    Workflow,
)
from sfgov.facts.permissions import PermissionBundle
from sfgov.model.index import Index
from sfgov.model.visibility import Visibility
from sfgov.place import Place
from sfgov.project import SourceFile

_NO_CASE = frozenset(
    {"ApexClass", "ApexTrigger", "AuraDefinitionBundle", "CustomField", "CustomObject", "Flow", "LightningComponentBundle"}
)  # fmt: skip
"""Types of which two components cannot differ by the case of their names alone."""
_MERGED = re.compile(r".*(?:Translations?|Folder)|(?:Assignment|AutoResponse|Escalation)Rules|ManagedTopics")
"""Types whose files add up, and are not looked into."""
_BODIES = {
    "LightningComponentBundle": (".js", ".ts", ".html", ".css"),
    "AuraDefinitionBundle": (".cmp", ".app", ".evt", ".intf", "Controller.js", "Helper.js", "Renderer.js", ".css"),
}  # fmt: skip
_BLANK = re.compile(rb"<!--.*?-->|<\?xml.*?\?>", re.DOTALL)

Parts: TypeAlias = dict[str, tuple[Any, int]]
"""What a file says, by the name of the part: the plain value and its line."""


class Duplicate(msgspec.Struct, frozen=True):
    """A component in several files. `others` are where files first differ from the first one."""

    type: str
    name: str
    first: Place
    others: tuple[Place, ...]
    """The element of each is the part that is contradicted, where that has a name."""


def duplicates(index: Index, visibility: Visibility) -> Iterator[Duplicate]:
    """The components that a project has in more than one place with different content, by type and name."""
    files: dict[tuple[str, str], list[SourceFile]] = defaultdict(list)
    for file in visibility.files:
        if file.type and file.role != "part" and not _MERGED.fullmatch(file.type):
            files[file.type, file.name.casefold()].append(file)
    units = _Units(visibility)
    for (kind, _), some in sorted(files.items()):
        # A body and the file beside it are two files of one component, and each is held against its like.
        for one in some if len(some) > 1 else ():
            others = [
                other
                for other in some
                if other.path > one.path
                and _apart(one, other)
                and units.together(one, other)
                and (one.name == other.name or kind in _NO_CASE)
            ]
            places = tuple(_differences(index, visibility, one, others))
            if places:
                yield Duplicate(kind, one.name, Place(one.path, 1, f"{kind}:{one.name}"), places)
                break


def _apart(one: SourceFile, other: SourceFile) -> bool:
    """Whether both files are the same piece of a component that lies in two places."""
    (home, piece), (its_home, its_piece) = _home(one), _home(other)
    return one.role == other.role and home != its_home and piece == its_piece


def _home(file: SourceFile) -> tuple[str, str]:
    """The folder of a component and a file's path in it, in lower case: a bundle has a folder of its own."""
    folders = file.path.casefold().split("/")
    own = re.split(r"[./]", file.name.casefold())[-1]
    depth = folders.index(own) + 1 if own in folders[:-1] else len(folders) - 1
    return "/".join(folders[:depth]), "/".join(folders[depth:]).removesuffix("-meta.xml")


def _differences(
    index: Index, visibility: Visibility, one: SourceFile, others: list[SourceFile]
) -> Iterator[Place]:
    for other in others:
        found = _difference(index, visibility, one, other)
        if found:
            line, part = found
            yield Place(other.path, line, f"{other.type}:{other.name}", part)


class _Units:
    """What is deployed together: the packages of a project or, where there is none, a folder with a manifest."""

    def __init__(self, visibility: Visibility) -> None:
        self._projects = visibility.projects()
        self._manifests = {posixpath.dirname(m.path) for m in visibility.manifests if m.kind == "package"}

    def together(self, one: SourceFile, other: SourceFile) -> bool:
        """Whether both files go to the same org: also source, and a retrieve of it in a folder of its own."""
        if self._projects:
            projects = [self._projects.get(file.package) for file in (one, other)]
            return projects[0] is not None and projects[0] == projects[1]
        first, second = self._folder(one), self._folder(other)
        return first == second or "" in (first, second)

    def _folder(self, file: SourceFile) -> str:
        folder = posixpath.dirname(file.path)
        while folder and folder not in self._manifests:
            folder = posixpath.dirname(folder)
        return folder


def _difference(
    index: Index, visibility: Visibility, one: SourceFile, other: SourceFile
) -> tuple[int, str] | None:
    """The line at which the other file differs, and the part that it is about; None where they are the same."""
    parts = _PARTS.get(one.type)
    if parts is not None:
        said = [_said(index, *parts, file) for file in (one, other)]
        return _conflict(*said)
    for path, partner in ((one.path, other.path), *_bodies(one, other)):
        line = _first_difference(visibility.text(path), visibility.text(partner))
        if line:
            return (line if partner == other.path else 1), ""
    return None


def _bodies(one: SourceFile, other: SourceFile) -> Iterator[tuple[str, str]]:
    folders = [posixpath.dirname(file.path) for file in (one, other)]
    for suffix in _BODIES.get(one.type, ()):
        first, second = (f"{folder}/{posixpath.basename(folder)}{suffix}" for folder in folders)
        yield first, second


def _first_difference(one: bytes, other: bytes) -> int:
    """The line of the other text that the first has not at that place; 0 where there is none."""
    lines = [
        [(number, line.strip()) for number, line in enumerate(_without_comments(text).splitlines(), 1)]
        for text in (one, other)
    ]
    first, second = ([pair for pair in some if pair[1]] for some in lines)
    for mine, its in zip_longest(first, second):
        if mine is None or its is None or mine[1] != its[1]:
            return (its or second[-1] if second else (1, b""))[0]
    return 0


def _without_comments(text: bytes) -> bytes:
    """A file without XML comments and declaration, with as many lines."""
    return _BLANK.sub(lambda match: b"\n" * match[0].count(b"\n"), text)


# Files that hold some of the parts


def _values(fact: Any) -> Parts:
    return {value.path: (value.text, value.line) for value in fact.values}


def _scalars(fact: Any) -> Parts:
    """What an object's own file states; what it leaves out it does not change."""
    return {
        name: (getattr(fact, name), fact.line)
        for name in fact.__struct_fields__
        if isinstance(getattr(fact, name), str) and getattr(fact, name)
    }


def _rules(fact: Any) -> Parts:
    return {f"rule {rule.name}": (_plain(rule), rule.line) for rule in fact.rules}


def _workflow(fact: Any) -> Parts:
    actions = (*fact.field_updates, *fact.outbound_messages)
    return _rules(fact) | {f"action {one.name}": (_plain(one), one.line) for one in actions}


def _permissions(fact: PermissionBundle) -> Parts:
    blocks = (("object", fact.objects), ("field", fact.fields), ("", fact.accesses))
    return {
        f"{kind} {name}".strip(): (tuple((mark > 0) - (mark < 0) for mark in numbers[1:]), numbers[0])
        for kind, some in blocks
        for name, numbers in some.rows()
    }


_PARTS: dict[str, tuple[type[Fact], Callable[[Any], Parts]]] = {
    "CustomLabels": (CustomLabels, _values),
    "CustomObject": (CustomObject, _scalars),
    "MatchingRules": (MatchingRules, _rules),
    "Profile": (Profile, _permissions),
    "Settings": (Settings, _values),
    "SharingRules": (SharingRules, _rules),
    "Workflow": (Workflow, _workflow),
}


def _said(index: Index, kind: type[Fact], parts: Callable[[Any], Parts], file: SourceFile) -> Parts:
    """What a file says; nothing where it could not be read."""
    written = (one for one in index.parts(kind, file.name) if one.path == file.path)
    return next((parts(one.fact) for one in written), {})


def _conflict(one: Parts, other: Parts) -> tuple[int, str] | None:
    """The first part of which both files say something different."""
    found = [
        (line, name) for name, (value, line) in other.items() if name in one and _differ(one[name][0], value)
    ]
    return min(found, default=None)


def _differ(one: Any, other: Any) -> bool:
    """Switches differ where one is on and the other off; one that is not written says nothing."""
    if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        return any(mine != its and 0 not in (mine, its) for mine, its in zip(one, other, strict=True))
    return bool(one != other)


def _plain(value: Any) -> Any:
    """A struct as text, without its lines."""
    if isinstance(value, msgspec.Struct):
        fields = (name for name in value.__struct_fields__ if not name.endswith("line"))
        return str([_plain(getattr(value, name)) for name in fields])
    return [_plain(one) for one in value] if isinstance(value, tuple) else value
