"""A retrieved `.zip`, read where it lies: nothing is unpacked to disk."""

from __future__ import annotations

import os
import stat
import zipfile
from collections import defaultdict
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from sfgov.project.contents import BadArchive
from sfgov.project.tree import HEAD, Listing, join

MOST_ENTRIES = 500_000
MOST_BYTES = 2 * 1024**3
"""Of all files together, unpacked."""
MOST_RATIO = 250
"""Unpacked to packed. Profiles pack to a twentieth, bombs to a thousandth."""
RATIO_COUNTS_FROM = 64 * 1024**2
"""Small archives cannot hurt, however well they are packed."""


class _Folder(NamedTuple):
    folders: set[str]
    files: set[str]


class ZipTree:
    """The files of an archive. Picklable: each process opens the archive for itself."""

    def __init__(self, path: str) -> None:
        """Raises `BadArchive` for what is no zip, or one that is refused."""
        self.path = path
        self._archive: zipfile.ZipFile | None = None
        self._entries: dict[str, zipfile.ZipInfo] = {}
        self._folders: dict[str, _Folder] = defaultdict(lambda: _Folder(set(), set()))
        self._open()

    def __reduce__(self) -> tuple[Callable[[str], ZipTree], tuple[str]]:
        return _opened, (self.path,)

    def list(self, path: str) -> Listing:
        """What lies in a folder."""
        folder = self._folders.get(path, _Folder(set(), set()))
        return Listing(sorted(folder.folders), sorted(folder.files - folder.folders), [], [])

    def read(self, path: str) -> bytes:
        """A file's bytes; raises `OSError` when they cannot be unpacked."""
        return self._unpack(path, -1)

    def head(self, path: str) -> bytes:
        """A file's first bytes; none when they cannot be unpacked."""
        try:
            return self._unpack(path, HEAD)
        except OSError:
            return b""

    def has_folder(self, path: str) -> bool:
        """Whether there is such a folder."""
        return path in self._folders

    def _open(self) -> None:
        name = Path(self.path).name
        try:
            self._archive = zipfile.ZipFile(self.path)
        except Exception as error:  # noqa: BLE001  the module raises a dozen kinds for damaged archives
            raise BadArchive(f"{name} cannot be read as a zip archive: {_reason(error)}") from None
        entries = self._archive.infolist()
        _refuse_bombs(name, entries)
        for entry in entries:
            self._add(name, entry)

    def _add(self, archive: str, entry: zipfile.ZipInfo) -> None:
        path = entry.filename.replace("\\", "/")
        parts = path.split("/")
        if path.startswith("/") or ".." in parts or ":" in parts[0]:
            raise BadArchive(
                f"{archive} is refused: its entry {entry.filename} leaves the archive's own folder"
            )
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise BadArchive(f"{archive} is refused: its entry {entry.filename} is a symbolic link")
        if entry.flag_bits & 1:
            raise BadArchive(f"{archive} is refused: its entry {entry.filename} is encrypted")
        names = [part for part in parts if part not in ("", ".")]
        folders, files = (names, []) if path.endswith("/") else (names[:-1], names[-1:])
        parent = ""
        for folder in folders:
            self._folders[parent].folders.add(folder)
            parent = join(parent, folder)
        for file in files:
            self._folders[parent].files.add(file)
            self._entries[join(parent, file)] = entry

    def _unpack(self, path: str, size: int) -> bytes:
        entry = self._entries.get(path)
        if entry is None or self._archive is None:
            raise FileNotFoundError(f"{path} is not in the archive")
        try:
            with self._archive.open(entry) as file:
                return file.read(size)
        except Exception as error:  # noqa: BLE001
            raise OSError(f"it cannot be unpacked: {_reason(error)}") from None


def _opened(path: str) -> ZipTree:
    return _opened_once(path, os.getpid())


@lru_cache(maxsize=8)
def _opened_once(path: str, process: int) -> ZipTree:  # noqa: ARG001
    """One tree for each process: a handle that was inherited shares its position with the parent's."""
    return ZipTree(path)


def _refuse_bombs(name: str, entries: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if len(entries) > MOST_ENTRIES:
        raise BadArchive(
            f"{name} is refused: it has {len(entries):,} entries, and {MOST_ENTRIES:,} is the most"
        )
    if unpacked > MOST_BYTES:
        raise BadArchive(
            f"{name} is refused: it would unpack to {unpacked:,} bytes, and {MOST_BYTES:,} is the most"
        )
    if unpacked > RATIO_COUNTS_FROM and unpacked > MOST_RATIO * max(packed, 1):
        raise BadArchive(
            f"{name} is refused: it would unpack to {unpacked:,} bytes from {packed:,}, as only bombs do"
        )


def _reason(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
