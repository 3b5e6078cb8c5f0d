"""What lies above a path: the project whose rules hold in it, or folders that say what its files are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from sfgov.project import ignore, packages
from sfgov.project.contents import PathProblem
from sfgov.project.found import Found
from sfgov.project.ignore import ForceIgnore
from sfgov.project.layout import Walk
from sfgov.project.naming import Folder
from sfgov.project.packages import read_project_file
from sfgov.project.registry import registry
from sfgov.project.roots import Root, free_name
from sfgov.project.scope import Scope
from sfgov.project.tree import Tree, join


class Above(NamedTuple):
    """The project in which a root lies. Its own files lie outside of the root, so they have a prefix."""

    tree: Tree
    inside: tuple[str, ...]
    """The folders from the project down to the root."""
    prefix: str


def project_above(root: Root, first: Root) -> Above | None:
    """The nearest folder above that holds an `sfdx-project.json`; for one file, its own folder counts too."""
    own = Path(root.absolute)
    for folder in (own, *own.parents) if root.file else own.parents:
        if root.origin.is_file(str(folder / packages.FILE_NAME)):
            inside = own.relative_to(folder).parts
            prefix = free_name(folder.name, first) if inside else root.prefix
            return Above(root.origin.tree(str(folder)), inside, prefix)
    return None


def scope_in_project(root: Root, above: Above, walk: Walk, found: Found) -> Scope:
    """What holds in a root by virtue of the project above: what its files are, package and `.forceignore`.

    A root that leads to package directories is read there alone; one in a package directory, or aside of all, whole.
    """
    project = read_project_file(_read(above.tree, packages.FILE_NAME))
    found.project_files.append(project)
    listed_in = join(above.prefix, packages.FILE_NAME)
    if project.problem:
        found.problems.add(PathProblem(listed_in, project.problem, project.line))
    inside = "/".join(above.inside)
    package, leads_to_packages = "", False
    for entry in sorted(project.packages, key=lambda entry: len(entry.path)):
        below = _below(inside, entry.path)
        label = (join(root.prefix, below) if below else entry.path) or "."
        exists = above.tree.has_folder(entry.path)
        found.add_package(label, entry, project, listed_in, exists=exists)
        if below:
            walk.expect_package(below, label)
            leads_to_packages |= exists
        elif _below(entry.path, inside) is not None:
            package = label
    reading = package != "" or not leads_to_packages or root.file != ""
    return _under_ignore(Scope("", _folder(above.inside), reading, package), above)


def scope_alone(root: Root, tree: Tree) -> Scope:
    """What holds in a root that no project is above: the names from the nearest type's folder down to it.

    They tell whose fields lie in a given `objects/Account/fields`. A root that has type folders of its own, or is
    an archive, stands for itself, wherever it lies.
    """
    parts = Path(root.absolute).parts
    spellings = registry().spellings
    if root.is_archive or (not root.file and not spellings.isdisjoint(_folders(tree))):
        return Scope("")
    for depth in range(1, min(len(parts), 4) + 1):
        if parts[-depth] in spellings:
            return Scope("", _folder(parts[-depth:]))
    return Scope("")


def _below(folder: str, path: str) -> str | None:
    """The path relative to the folder, both relative to a project; None where it lies elsewhere."""
    if folder == path:
        return ""
    if not folder:
        return path
    return path.removeprefix(folder + "/") if path.startswith(folder + "/") else None


def _under_ignore(scope: Scope, above: Above) -> Scope:
    """The scope under the nearest `.forceignore` from the project down to the root, whose own the walk reads."""
    for depth in range(max(len(above.inside) - 1, 0), -1, -1):
        path = join("/".join(above.inside[:depth]), ignore.FILE_NAME)
        text = _read(above.tree, path)
        if not text:
            continue
        rules = ForceIgnore(join(above.prefix, path), text.decode("utf-8", "replace"))
        below = above.inside[depth:]
        folders = ("/".join(below[: length + 1]) for length in range(len(below)))
        hidden = next((rule for folder in folders if (rule := rules.hides_folder(folder))), None)
        return scope._replace(ignore=rules, ignore_path="/".join(below), hidden=hidden)
    return scope


def _folder(segments: Sequence[str]) -> Folder:
    folder = Folder()
    for segment in segments:
        folder = folder.child(segment)
    return folder


def _folders(tree: Tree) -> list[str]:
    try:
        return tree.list("").folders
    except OSError:
        return []


def _read(tree: Tree, path: str) -> bytes:
    """A file's bytes; none when there is no such file to read."""
    try:
        return tree.read(path)
    except OSError:
        return b""
