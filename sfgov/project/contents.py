"""What a project is, once its files have been found: the data that everything after reads."""

from __future__ import annotations

from pathlib import Path

import msgspec

from sfgov.project.manifest import Manifest
from sfgov.project.source import Reader, SourceFile


class CannotOpen(Exception):
    """There is nothing to work on; the message says what was looked for, where, and what to do."""


class NoMetadata(CannotOpen):
    """A path does not exist, is neither folder nor zip nor metadata file, or holds no metadata."""


class BadArchive(CannotOpen):
    """A zip that cannot be read, or that is refused because it could do harm."""


class PathProblem(msgspec.Struct, frozen=True, order=True):
    """Something on disk that should have been metadata and could not be taken. `line` is 0 where none is known."""

    path: str
    reason: str
    line: int = 0


class Hidden(msgspec.Struct, frozen=True, order=True):
    """What one line of a `.forceignore` hid of one metadata type. `count` counts files, `example` is the first."""

    file: str
    line: int
    pattern: str
    type: str
    example: str
    count: int


class PackageDirectory(msgspec.Struct, frozen=True, order=True):
    """One entry of an `sfdx-project.json`.

    `path` is relative to the root where the root holds it, else to the project. `name` is the package's, empty
    where the directory belongs to none. `exists` is false for directories that teams list but do not always have.
    """

    path: str
    name: str = ""
    namespace: str = ""
    default: bool = False
    project: str = ""
    """The `sfdx-project.json` that lists it."""
    exists: bool = True


class Project(msgspec.Struct, frozen=True):
    """An org as it lies on disk: what is metadata, without a look into it."""

    root: Path
    """The first path: a folder (for a file, the folder it lies in) or the archive itself."""
    title: str
    """The folder's or the archive's own name."""
    files: tuple[SourceFile, ...]
    """What is to be parsed, sorted by path: Apex bodies, metadata XML and sfgov's own declarations."""
    reader: Reader
    names: tuple[tuple[str, str], ...] = ()
    """(type, full name) of every component that a file proves, bundles and resources included; sorted."""
    problems: tuple[PathProblem, ...] = ()
    ignored: tuple[Hidden, ...] = ()
    manifests: tuple[Manifest, ...] = ()
    package_directories: tuple[PackageDirectory, ...] = ()
    api_version: str = ""
    """`sourceApiVersion` of the (outermost) project; empty where none is stated."""
    api_version_line: int = 0
    """The line of the project file that states it."""

    @property
    def front(self) -> str:
        """The file to point at for what is said of the whole org: a project file, a manifest, or just the first."""
        projects = sorted({directory.project for directory in self.package_directories}, key=_depth)
        manifests = sorted((manifest.path for manifest in self.manifests), key=_depth)
        return next(iter((*projects, *manifests, *(file.path for file in self.files))), "")


def _depth(path: str) -> tuple[int, str]:
    return path.count("/"), path
