"""A folder on disk: what lies in it, where its links lead, and its files' bytes."""

from __future__ import annotations

import os
import stat
from typing import Literal, NamedTuple, Protocol

HEAD = 1024
"""How many bytes of a file are looked at to tell whether it is metadata."""


class Listing(NamedTuple):
    """One folder's entries by name, each group sorted. `odd` are neither folders, files nor links."""

    folders: list[str]
    files: list[str]
    links: list[str]
    odd: list[str]


class Target(NamedTuple):
    """Where a symbolic link leads. `path` is relative to the tree, None for what lies outside of it."""

    kind: Literal["file", "folder", "loop", "missing"]
    path: str | None = None


class Tree(Protocol):
    """Files in folders, on disk or in an archive. Paths are relative, with `/`; the root is empty."""

    def list(self, path: str) -> Listing:
        """What lies in a folder; raises `OSError` when it cannot be read."""
        ...

    def read(self, path: str) -> bytes:
        """A file's bytes; raises `OSError` when it cannot be read."""
        ...

    def head(self, path: str) -> bytes:
        """A file's first bytes; none when it cannot be read."""
        ...

    def has_folder(self, path: str) -> bool:
        """Whether there is such a folder."""
        ...

    def target(self, path: str) -> Target:
        """Where a symbolic link leads."""
        ...


class DiskTree:
    """A folder of the file system. Picklable: it is no more than a path.

    It works on strings, as `Path` objects would cost more than the reading does for a hundred thousand files.
    """

    def __init__(self, root: str) -> None:
        """`root` is resolved, so that links above it do not matter."""
        self.root = os.path.realpath(root)

    def list(self, path: str) -> Listing:
        """What lies in a folder; raises `OSError` when it cannot be read."""
        listing = Listing([], [], [], [])
        with os.scandir(self._absolute(path)) as entries:
            for entry in entries:
                _group(listing, entry).append(entry.name)
        for names in listing:
            names.sort()
        return listing

    def read(self, path: str) -> bytes:
        """A file's bytes; raises `OSError` when it cannot be read."""
        with open(self._absolute(path), "rb") as file:  # noqa: PTH123
            return file.read()

    def head(self, path: str) -> bytes:
        """A file's first bytes; none when it cannot be read."""
        try:
            with open(self._absolute(path), "rb") as file:  # noqa: PTH123
                return file.read(HEAD)
        except OSError:
            return b""

    def has_folder(self, path: str) -> bool:
        """Whether there is such a folder."""
        return os.path.isdir(self._absolute(path))  # noqa: PTH112

    def target(self, path: str) -> Target:
        """Where a symbolic link leads."""
        absolute = self._absolute(path)
        try:
            mode = os.stat(absolute).st_mode  # noqa: PTH116
        except FileNotFoundError:
            return Target("missing")
        except OSError:
            return Target("loop")
        return Target(
            "folder" if stat.S_ISDIR(mode) else "file", path_below(self.root, os.path.realpath(absolute))
        )

    def _absolute(self, path: str) -> str:
        return f"{self.root}{os.sep}{path}" if path else self.root


def path_below(root: str, path: str) -> str | None:
    """A path relative to a folder, with `/`; empty for the folder itself, None for what lies outside."""
    if path == root:
        return ""
    above = root.rstrip(os.sep) + os.sep
    return path.removeprefix(above).replace(os.sep, "/") if path.startswith(above) else None


def join(folder: str, name: str) -> str:
    """A path with `/`; either side may be empty."""
    return f"{folder}/{name}" if folder and name else folder or name


def _group(listing: Listing, entry: os.DirEntry[str]) -> list[str]:
    if entry.is_symlink():
        return listing.links
    if entry.is_file(follow_symlinks=False):
        return listing.files
    return listing.folders if entry.is_dir(follow_symlinks=False) else listing.odd
