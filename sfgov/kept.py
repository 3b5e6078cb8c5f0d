"""Earlier states of orgs that were looked at already, kept on this machine so that they need not be looked at again.

An entry's name is a digest of everything that its content depends on: git's tree, sfgov and all checks as they are
on disk, the policy, the baseline and the day. So an entry never gets old; it is just not asked for any more. It holds
findings with names and messages out of the org, therefore the folder is the user's own: others may not write to it,
and it does not lie in the repository, where a change could bring entries along that hide what the change does.
"""

from __future__ import annotations

import datetime
import hashlib
import os
import re
import stat
import sys
import tempfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from importlib import metadata
from pathlib import Path

import msgspec

from sfgov.check import Check
from sfgov.config import Config
from sfgov.gate.baseline import Baseline
from sfgov.gate.diff import Before
from sfgov.project import Project
from sfgov.project.git import GitTree
from sfgov.project.reading import MountedReader

VARIABLE = "SFGOV_CACHE_DIR"
"""Names another folder."""
_FORMAT = b"sfgov-kept 1"
_SUFFIX = ".kept"
_MOST_ENTRIES = 20
_MOST_BYTES = 1 << 30
_NAME = re.compile(r"[\w.-]+")
_MOST_SOURCES = 5_000
"""A folder with more files is not only checks, and takes too long to look through."""

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Before).decode


def cache_folder(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path | None:
    """Where caches lie: what the variable says, else where the system keeps them; None where there is no such place."""
    if given := environment.get(VARIABLE):
        return Path(given).absolute()
    if platform == "win32":
        local = environment.get("LOCALAPPDATA")
        return Path(local, "sfgov", "Cache") if local else None
    if xdg := environment.get("XDG_CACHE_HOME"):
        return Path(xdg, "sfgov") if Path(xdg).is_absolute() else None
    home = environment.get("HOME")
    if not home:
        return None
    return Path(home, "Library", "Caches", "sfgov") if platform == "darwin" else Path(home, ".cache", "sfgov")


class Kept:
    """The entries of a folder. Whatever is wrong with it, the work goes on without."""

    def __init__(self, folder: Path) -> None:
        """The folder need not be there yet."""
        self._folder = folder

    def get(self, key: str) -> Before | None:
        """The entry of that name; None where there is none, or it is damaged."""
        file = self._file(key)
        try:
            if not _is_own(self._folder):
                return None
            head, name, digest, packed = file.read_bytes().split(b"\n", 3)
            if (head, name, digest) != (_FORMAT, key.encode(), _digest(packed)):
                return None
            unpacker = zlib.decompressobj()
            data = unpacker.decompress(packed, _MOST_BYTES)
            found = _decode(data) if unpacker.eof else None
            os.utime(file)
        except (OSError, ValueError, zlib.error, RecursionError):  # msgspec's errors are values', too
            return None
        return found

    def put(self, key: str, before: Before) -> None:
        """Keep an entry, and let go of those that were not asked for in the longest time."""
        with suppress(OSError, ValueError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not _is_own(self._folder):
                return
            packed = zlib.compress(_encode(before), 1)
            self._write(self._file(key), b"\n".join((_FORMAT, key.encode(), _digest(packed), packed)))
            self._prune()

    def _file(self, key: str) -> Path:
        return self._folder / f"{key}{_SUFFIX}"

    def _write(self, file: Path, data: bytes) -> None:
        """All of it or nothing: two runs may be at it at the same time."""
        handle, name = tempfile.mkstemp(dir=self._folder, suffix=f"{_SUFFIX}.new")
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(data)
            Path(name).replace(file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def _prune(self) -> None:
        entries = [(file.stat().st_mtime, file) for file in self._folder.glob(f"*{_SUFFIX}")]
        for _, file in sorted(entries, reverse=True)[_MOST_ENTRIES:]:
            file.unlink(missing_ok=True)


def kept_outside_of(repository: str) -> Kept | None:
    """The entries of this user; None where their folder would lie in the repository, or nowhere."""
    folder = cache_folder()
    if folder is None or Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(repository)):
        return None
    return Kept(folder)


def key_of(
    project: Project,
    tree: str,
    *,
    policies: Sequence[Config],
    checks: Sequence[Check],
    known: Sequence[Check],
    baseline: Baseline,
    today: datetime.date,
) -> str | None:
    """The name under which a look at a project is kept; None where it depends on more than can be named.

    `tree` is git's name of the tree that the project is read from.
    """
    mounts = project.reader.mounts if isinstance(project.reader, MountedReader) else ()
    trees = [(prefix, mounted.prefix) for prefix, mounted in mounts if isinstance(mounted, GitTree)]
    sources = _sources(known)
    if sources is None or len(trees) < len(mounts):
        return None
    parts = (
        tree,
        trees,
        [getattr(project, name) for name in project.__struct_fields__ if name not in ("root", "reader")],
        [(one.policy, one.path, sorted(one.lines.items())) for one in policies],
        [one.code for one in checks],
        [one.code for one in known],
        (baseline.entries, baseline.path, sorted(baseline.lines.items())),
        today,
        (sys.version, _libraries(), sources),
    )
    try:
        return hashlib.sha256(_encode(parts)).hexdigest()
    except UnicodeEncodeError:  # a file's name that is no text
        return None


def _sources(checks: Sequence[Check]) -> str | None:
    """A digest of sfgov and of all packages and folders that checks come from; None where these are too large."""
    packages = {"sfgov", *(one.function.__module__.partition(".")[0] for one in checks)}
    digest = hashlib.sha256()
    for number, (name, file) in enumerate(_files(sorted(packages)), 1):
        if number > _MOST_SOURCES:
            return None
        digest.update(f"{name}\0{file.stat().st_size}\0".encode("utf-8", "surrogateescape"))
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _files(packages: Sequence[str]) -> Iterator[tuple[str, Path]]:
    """Every file of these packages but compiled ones, with its name in the package, in order."""
    for package in packages:
        module = sys.modules[package]
        folders = [Path(folder) for folder in getattr(module, "__path__", ())]
        if not folders and module.__file__:
            yield package, Path(module.__file__)
        for folder in folders:
            for file in sorted(folder.rglob("*")):
                if file.is_file() and file.suffix != ".pyc":
                    yield f"{package}/{file.relative_to(folder).as_posix()}", file


def _libraries() -> list[str]:
    """The libraries that sfgov works with, as far as it was installed as a package, with their versions."""
    try:
        names = [_NAME.match(one) for one in metadata.requires("sfgov") or ()]
        return sorted(f"{name[0]} {metadata.version(name[0])}" for name in names if name)
    except metadata.PackageNotFoundError:
        return []


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).hexdigest().encode()


def _is_own(folder: Path) -> bool:
    """Whether nobody but this user can have written to it, as far as the system tells."""
    state = folder.stat()
    if sys.platform == "win32":
        return True
    return state.st_uid == os.getuid() and not state.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
