"""The paths that a user gives: where each lies, and what the paths of its files start with in reports."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from sfgov.project.contents import NoMetadata
from sfgov.project.tree import Disk, Origin, Tree, join, path_below


class Root(NamedTuple):
    """One path that the user gave."""

    given: str
    absolute: str
    """Resolved; for a file, the folder it lies in."""
    file: str = ""
    """The file's name, when the path is one metadata file."""
    is_archive: bool = False
    prefix: str = ""
    """What its files' paths start with, as they are relative to the first root and may lie elsewhere."""
    origin: Origin = Disk()

    def open(self) -> Tree:
        """The files in it; raises `BadArchive`."""
        if not self.is_archive:
            return self.origin.tree(self.absolute)
        from sfgov.project.archive import ZipTree

        return ZipTree(self.absolute)


def find_roots(paths: Sequence[Path], origin: Origin) -> list[Root]:
    """Look at each path, and give each a prefix.

    The first has none, one below an earlier one has its relative path, others the name of their own folder: no
    path in a report is absolute or starts with `..`. Raises `NoMetadata` for what is not there.
    """
    roots: list[Root] = []
    for path in paths:
        root = _look_at(path)
        roots.append(root._replace(prefix=_prefix(root, roots), origin=origin))
    return roots


def free_name(name: str, first: Root, taken: Sequence[str] = ()) -> str:
    """A prefix for files outside of the first root: no entry of it, and not taken, so that it is unambiguous."""
    candidate, number = name, 1
    while candidate in taken or os.path.lexists(os.path.join(first.absolute, candidate)):  # noqa: PTH118
        number += 1
        candidate = f"{name}~{number}"
    return candidate


def _look_at(path: Path) -> Root:
    given, absolute = str(path), os.path.realpath(path)
    mode = Path(absolute)
    if mode.is_dir():
        return Root(given, absolute)
    if not mode.exists():
        raise NoMetadata(f"{given} does not exist. Give a folder, a retrieved .zip or a metadata file.")
    if not mode.is_file():
        raise NoMetadata(
            f"{given} is neither a folder nor a file. Give a folder, a retrieved .zip or a metadata file."
        )
    if _is_archive(absolute):
        return Root(given, absolute, is_archive=True)
    return Root(given, str(mode.parent), file=mode.name)


def _is_archive(path: str) -> bool:
    """By name, or by the first bytes: an archive may be called anything."""
    if path.lower().endswith(".zip"):
        return True
    try:
        with Path(path).open("rb") as file:
            return file.read(4) == b"PK\x03\x04"
    except OSError:
        return False


def _prefix(root: Root, earlier: Sequence[Root]) -> str:
    if not earlier:
        return ""
    for other in earlier:
        below = None if other.is_archive else path_below(other.absolute, root.absolute)
        if below is not None and not root.is_archive:
            return join(other.prefix, below)
    return free_name(Path(root.absolute).name, earlier[0], [other.prefix for other in earlier])
