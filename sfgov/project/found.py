"""What the walks through a project's trees find, while they find it."""

from __future__ import annotations

from collections.abc import Callable

from sfgov.project.contents import Hidden, PackageDirectory, PathProblem
from sfgov.project.ignore import Rule
from sfgov.project.manifest import Manifest
from sfgov.project.packages import Declared, ProjectFile
from sfgov.project.source import Reader, SourceFile

Tell = Callable[[SourceFile, Reader], object]
"""Called with a file and what reads it."""


class Found:
    """What the walks have found so far. The same file under the same path counts once."""

    def __init__(self, tell: Tell | None = None) -> None:
        """`tell` hears of each file when it is found."""
        self._tell = tell
        self.files: dict[str, SourceFile] = {}
        self.names: set[tuple[str, str]] = set()
        self.problems: set[PathProblem] = set()
        self.manifests: dict[str, Manifest] = {}
        self.package_directories: dict[tuple[str, str], PackageDirectory] = {}
        self.project_files: list[ProjectFile] = []
        self._hidden: dict[tuple[Rule, str], list[str]] = {}

    def add(self, file: SourceFile, reader: Reader) -> None:
        """Note a file, unless there is one under its path."""
        if file.path not in self.files:
            self.files[file.path] = file
            if self._tell:
                self._tell(file, reader)

    def add_package(
        self, label: str, entry: Declared, project: ProjectFile, listed_in: str, *, exists: bool
    ) -> None:
        """Note a package directory; `label` is the path by which files name it."""
        self.package_directories[listed_in, entry.path] = PackageDirectory(
            label, entry.name, project.namespace, entry.default, listed_in, exists
        )

    def hide(self, rule: Rule, type_name: str, path: str) -> None:
        """Note a metadata file that a line of a `.forceignore` hides."""
        self._hidden.setdefault((rule, type_name), []).append(path)

    def hidden(self) -> tuple[Hidden, ...]:
        """What was hidden, by line and type."""
        return tuple(
            sorted(
                Hidden(rule.file, rule.line, rule.pattern, type_name, min(paths), len(set(paths)))
                for (rule, type_name), paths in self._hidden.items()
            )
        )
