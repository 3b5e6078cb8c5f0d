"""A folder on disk: what lies in it, where its links lead, and its files' bytes."""

from __future__ import annotations

import errno
import os
import stat
from typing import NamedTuple, Protocol

_TO_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0)
_PIECE = 65536
HEAD = 1024
"""How many bytes of a file are looked at to tell whether it is metadata."""

_NOT_TEXT = "the name is not valid UTF-8, so nothing can refer to it"


class Unusable(NamedTuple):
    """An entry that is neither a file nor a folder to be read. `leads_on`: metadata may lie behind it."""

    name: str
    reason: str
    leads_on: bool = False


class Listing(NamedTuple):
    """One folder's entries by name, each group sorted. Links to files in the tree count as files."""

    folders: list[str]
    files: list[str]
    links: list[tuple[str, str]]
    """Links to folders in the tree, and the paths of these."""
    unusable: list[Unusable]


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
                if not entry.name.isascii() and not _is_text(entry.name):
                    listing.unusable.append(Unusable(entry.name, _NOT_TEXT, entry.is_dir()))
                elif entry.is_symlink():
                    self._sort_link(listing, path, entry.name)
                elif entry.is_file(follow_symlinks=False):
                    listing.files.append(entry.name)
                elif entry.is_dir(follow_symlinks=False):
                    listing.folders.append(entry.name)
                else:
                    listing.unusable.append(Unusable(entry.name, "this is neither a file nor a folder"))
        for group in listing:
            group.sort()
        return listing

    def read(self, path: str) -> bytes:
        """A file's bytes; raises `OSError` when it cannot be read."""
        # A file object costs as much as the reading, and there are ten thousands of files.
        handle = os.open(self._absolute(path), _TO_READ)
        try:
            pieces = [os.read(handle, _PIECE)]
            while pieces[-1]:
                pieces.append(os.read(handle, _PIECE))
        finally:
            os.close(handle)
        return pieces[0] if len(pieces) == 2 else b"".join(pieces)

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

    def _sort_link(self, listing: Listing, folder: str, name: str) -> None:
        absolute = self._absolute(join(folder, name))
        try:
            mode = os.stat(absolute).st_mode  # noqa: PTH116
        except FileNotFoundError:
            listing.unusable.append(Unusable(name, "this symbolic link leads nowhere"))
            return
        except OSError as error:
            is_loop = error.errno == errno.ELOOP
            reason = "leads back to itself" if is_loop else f"cannot be followed: {error.strerror}"
            listing.unusable.append(Unusable(name, f"this symbolic link {reason}", leads_on=True))
            return
        target = path_below(self.root, os.path.realpath(absolute))
        if target is None:
            reason = "this symbolic link leads out of the folder that is read, so it is not followed"
            listing.unusable.append(Unusable(name, reason, leads_on=stat.S_ISDIR(mode)))
        elif stat.S_ISDIR(mode):
            listing.links.append((name, target))
        elif stat.S_ISREG(mode):
            listing.files.append(name)

    def _absolute(self, path: str) -> str:
        return f"{self.root}{os.sep}{path}" if path else self.root


class Origin(Protocol):
    """Where folders are read from: the file system, or a commit. Paths are absolute and resolved."""

    def tree(self, folder: str) -> Tree:
        """The files below a folder."""
        ...

    def is_file(self, path: str) -> bool:
        """Whether there is such a file."""
        ...


class Disk:
    """The file system as it is."""

    def tree(self, folder: str) -> Tree:
        """The files below a folder."""
        return DiskTree(folder)

    def is_file(self, path: str) -> bool:
        """Whether there is such a file."""
        return os.path.isfile(path)  # noqa: PTH113  false, not an error, for what may not be looked at


def path_below(root: str, path: str) -> str | None:
    """A path relative to a folder, with `/`; empty for the folder itself, None for what lies outside."""
    if path == root:
        return ""
    above = root.rstrip(os.sep) + os.sep
    return path.removeprefix(above).replace(os.sep, "/") if path.startswith(above) else None


def _is_text(name: str) -> bool:
    """Whether a name is Unicode; the system hands over other bytes as lone surrogates."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def join(folder: str, name: str) -> str:
    """A path with `/`; either side may be empty."""
    return f"{folder}/{name}" if folder and name else folder or name
