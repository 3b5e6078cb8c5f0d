"""Test specifications of AI agents: YAML files that may lie anywhere in a project, known by their keys."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sfgov.project.source import SourceFile
from sfgov.project.tree import Tree, join

_HINT = re.compile(r"spec|test|agent|eval", re.IGNORECASE)
_KEYS = (
    re.compile(rb"^subjectName\s*:", re.MULTILINE),
    re.compile(rb"^testCases\s*:", re.MULTILINE),
)
_USUAL_FOLDERS = ("specs", "tests", "test")
"""Where projects keep them, beside their package directories."""


def specs_in(tree: Tree, folder: str, names: list[str]) -> Iterator[str]:
    """The paths of those among the files of a folder. Only files that their path hints at are looked into."""
    for name in names:
        path = join(folder, name)
        if name.lower().endswith((".yaml", ".yml")) and _HINT.search(path) is not None:
            try:
                data = tree.read(path)
            except OSError:
                continue
            if all(key.search(data) for key in _KEYS):
                yield path


def specs_beside(tree: Tree, skip: str) -> Iterator[str]:
    """The paths of those in the usual folders of a project, but for one folder that is read anyway."""
    waiting = [folder for folder in _USUAL_FOLDERS if tree.has_folder(folder)]
    for folder in waiting:  # grows while it is walked
        if folder == skip:
            continue
        try:
            listing = tree.list(folder)
        except OSError:
            continue
        yield from specs_in(tree, folder, listing.files)
        waiting += (
            join(folder, name)
            for name in listing.folders
            if not name.startswith(".") and name != "node_modules"
        )


def spec_file(path: str, package: str = "") -> SourceFile:
    """The file, as it is read."""
    stem = path.rpartition("/")[2].rpartition(".")[0]
    return SourceFile(path, "AgentTestSpec", stem, package=package)
