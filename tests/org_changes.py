"""Changes to the files of an org that mean nothing: layout, order, place and format."""

from __future__ import annotations

import random
from pathlib import Path, PurePosixPath

from lxml import etree

Files = dict[str, bytes]
NAMESPACE = "http://soap.sforce.com/2006/04/metadata"
_CODE = {
    "classes",
    "triggers",
    "pages",
    "components",
    "lwc",
    "aura",
    "staticresources",
    "documents",
    "aiAuthoringBundles",
}
"""Folders whose XML has the same name in both formats."""
_DX_ONLY = ("sfdx-project.json", ".forceignore", "config/")


def files_of(folder: Path) -> Files:
    """Every file below a folder."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def laid_out(files: Files, indent: str, seed: int | None = None) -> Files:
    """All XML with another indentation; with a seed, what stands beside each other under one name is shuffled, too."""
    shuffle = random.Random(seed).shuffle if seed is not None else None  # noqa: S311  no secrets here
    return {
        path: _written(root, indent, shuffle) if (root := _parsed(path, text)) is not None else text
        for path, text in files.items()
    }


def _parsed(path: str, text: bytes) -> etree._Element | None:
    if not path.endswith((".xml", ".object", ".profile", ".permissionset")):
        return None
    try:
        return etree.fromstring(text, etree.XMLParser(remove_blank_text=True, resolve_entities=False))
    except etree.XMLSyntaxError:
        return None


def _written(root: etree._Element, indent: str, shuffle: object = None) -> bytes:
    if callable(shuffle):
        places: dict[object, list[int]] = {}
        children = list(root)
        for number, child in enumerate(children):
            places.setdefault(child.tag, []).append(number)
        ordered = list(children)
        for own in places.values():
            drawn = list(own)
            shuffle(drawn)
            for old, new in zip(own, drawn, strict=True):
                ordered[old] = children[new]
        root[:] = ordered
    etree.indent(root, indent)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + etree.tostring(root, encoding="UTF-8") + b"\n"


def code_laid_out(files: Files, indent: bytes, end: bytes, before: bytes) -> Files:
    """All Apex with another indentation, other line ends, and something above its first line."""
    return {
        path: end.join([*before.splitlines(), *(line.replace(b"    ", indent) for line in text.split(b"\n"))])
        if path.endswith((".cls", ".trigger"))
        else text
        for path, text in files.items()
    }


def moved(files: Files, folder: str) -> Files:
    """Everything of `main/default` in another folder of the same package."""
    return {path.replace("/main/default/", f"/{folder}/"): text for path, text in files.items()}


def retrieved(files: Files) -> Files:
    """A DX project as a metadata API retrieve has it: objects in one piece, no `-meta.xml`, all packages in `src`."""
    found: Files = {}
    objects: dict[str, list[tuple[tuple[str, ...], bytes]]] = {}
    for path, text in files.items():
        package, inside, inner = path.partition("/main/default/")
        parts = PurePosixPath(inner).parts
        if path.startswith(_DX_ONLY):
            continue
        if not inside:
            found[path] = text
        elif parts[0] == "objects":
            objects.setdefault(parts[1], []).append((parts, text))
        else:
            found[f"src/{inner if parts[0] in _CODE else inner.removesuffix('-meta.xml')}"] = text
    found |= {f"src/objects/{name}.object": _in_one_piece(pieces) for name, pieces in objects.items()}
    package = f'<Package xmlns="{NAMESPACE}"><version>62.0</version></Package>\n'
    return found | {"src/package.xml": package.encode()}


def _in_one_piece(pieces: list[tuple[tuple[str, ...], bytes]]) -> bytes:
    root = etree.Element(f"{{{NAMESPACE}}}CustomObject", nsmap={None: NAMESPACE})  # type: ignore[dict-item]  # the stubs know no default
    for parts, text in pieces:
        piece = etree.fromstring(text, etree.XMLParser(remove_blank_text=True))
        into = root if len(parts) == 3 else etree.SubElement(root, f"{{{NAMESPACE}}}{parts[2]}")
        into.extend(list(piece))
    return _written(root, "    ")
