"""Opening a project: from the paths that a user gives to everything that lies there."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from sfgov.project import ignore, packages
from sfgov.project.contents import NoMetadata, PackageDirectory, PathProblem, Project
from sfgov.project.declared import find_declared
from sfgov.project.ignore import ForceIgnore
from sfgov.project.layout import Found, Scope, Walk
from sfgov.project.naming import Folder
from sfgov.project.packages import read_project_file
from sfgov.project.reading import MountedReader
from sfgov.project.registry import registry
from sfgov.project.source import SourceFile
from sfgov.project.tree import DiskTree, Tree, join, path_below

_LOOKED_FOR = (
    "Looked for the package directories of an sfdx-project.json, and for files such as *.cls, *.object, "
    "*.flow-meta.xml or *.permissionset-meta.xml in all folders."
)


class _Root(NamedTuple):
    """One path that the user gave: where it lies, and what its files' paths start with."""

    given: str
    absolute: str
    """Resolved; for a file, the folder it lies in."""
    file: str = ""
    """The file's name, when the path is one file."""
    is_archive: bool = False
    prefix: str = ""


def open_project(
    paths: Sequence[Path], *, declared: Mapping[str, Sequence[str]] = {}, base: Path | None = None
) -> Project:
    """Find everything that is metadata below `paths`, which together are one org.

    Each path is a folder, a retrieved `.zip` or one metadata file. Of an SFDX project the package directories are
    read, and nothing else but manifests: what lies outside is not deployed by the project. A folder inside a
    project is read by itself, under the project's `.forceignore` and package directories; a folder outside its
    package directories is read whole, since it was asked for.

    `declared` maps sfgov's own types (`MaskingTemplate`) to globs relative to `base`, a folder, by default the
    first path's. Raises `NoMetadata` and `BadArchive`, with messages for the user.
    """
    roots = _name_roots([_root(path) for path in paths or (Path(),)])
    found = Found()
    mounts: list[tuple[str, Tree]] = []
    for position, root in enumerate(roots):
        tree = _open_tree(root)
        mounts.append((root.prefix, tree))
        earlier = [path_below(root.absolute, other.absolute) for other in roots[:position] if not other.file]
        mounts += _walk(root, Walk(tree, root.prefix, found, [path for path in earlier if path]), found)
    if not (found.files or found.names or found.manifests):
        raise NoMetadata(_nothing_found(roots, found))
    prefix, tree = mounts[0] if base is None else _base(base, roots[0])
    mounts.append((prefix, tree))
    for file in find_declared(tree, declared):
        declaration = msgspec.structs.replace(file, path=_declared_path(prefix, file.path, tree, roots[0]))
        found.files[declaration.path] = declaration
    return _project(roots[0], found, mounts)


def _project(first: _Root, found: Found, mounts: list[tuple[str, Tree]]) -> Project:
    files = sorted(_mark_parts(found.files.values()), key=lambda file: file.path)
    root = Path(first.absolute)
    return Project(
        root=root,
        title=root.name,
        files=tuple(files),
        reader=MountedReader(tuple({prefix: (prefix, tree) for prefix, tree in reversed(mounts)}.values())),
        names=tuple(sorted(found.names)),
        problems=tuple(sorted(found.problems)),
        ignored=found.hidden(),
        manifests=tuple(manifest for _, manifest in sorted(found.manifests.items())),
        package_directories=tuple(sorted(set(found.package_directories.values()))),
        api_version=next((file.api_version for file in found.project_files if file.api_version), ""),
    )


def _mark_parts(files: Iterable[SourceFile]) -> list[SourceFile]:
    """Where a component has parts, the file that carries its name is one of them."""
    files = list(files)
    decomposed = {(file.type, file.name, file.package) for file in files if file.role == "part"}
    if not decomposed:
        return files
    return [
        msgspec.structs.replace(file, role="part")
        if file.role == "whole" and (file.type, file.name, file.package) in decomposed
        else file
        for file in files
    ]


def _root(path: Path) -> _Root:
    given = str(path)
    absolute = os.path.realpath(path)
    if Path(absolute).is_dir():
        return _Root(given, absolute)
    if not Path(absolute).is_file():
        raise NoMetadata(f"{given} does not exist. Give a folder, a retrieved .zip or a metadata file.")
    if absolute.lower().endswith(".zip") or zipfile.is_zipfile(absolute):
        return _Root(given, absolute, is_archive=True)
    folder, name = os.path.split(absolute)
    return _Root(given, folder, file=name)


def _name_roots(roots: list[_Root]) -> list[_Root]:
    """Give each path a prefix: none for the first, its relative path below an earlier one, else its own name."""
    named: list[_Root] = []
    for root in roots:
        prefix = _prefix(root, named)
        named.append(root._replace(prefix=prefix))
    return named


def _prefix(root: _Root, earlier: list[_Root]) -> str:
    if not earlier:
        return ""
    for other in earlier:
        below = None if other.is_archive else path_below(other.absolute, root.absolute)
        if below is not None and not root.is_archive:
            return join(other.prefix, below)
    return _free_name(Path(root.absolute).name, earlier[0], [other.prefix for other in earlier])


def _free_name(name: str, first: _Root, taken: Sequence[str]) -> str:
    """A name that is no entry of the first root and no other prefix, so that paths stay unambiguous."""
    candidate, number = name, 1
    while candidate in taken or os.path.lexists(os.path.join(first.absolute, candidate)):  # noqa: PTH118
        number += 1
        candidate = f"{name}~{number}"
    return candidate


def _open_tree(root: _Root) -> Tree:
    if not root.is_archive:
        return DiskTree(root.absolute)
    from sfgov.project.archive import ZipTree

    return ZipTree(root.absolute)


def _walk(root: _Root, walk: Walk, found: Found) -> list[tuple[str, Tree]]:
    """Walk one root. Gives the mount of the project above it, where there is one."""
    above = None if root.is_archive else _project_above(root)
    if above is None:
        start = Scope("", _folder(() if root.is_archive else _type_folders_above(root)))
    else:
        start = _scope_in_project(walk, root, above, found)
    if root.file:
        walk.take(start, root.file)
    else:
        walk.run(start)
    return [] if above is None else [(above.prefix, above.tree)]


class _Above(NamedTuple):
    """The project that a root lies in."""

    tree: DiskTree
    inside: str
    """The root's path in it."""
    prefix: str
    """What the paths of its own files, which lie outside of the root, start with in reports."""


def _project_above(root: _Root) -> _Above | None:
    """The nearest folder above that holds an `sfdx-project.json`; for one file, its own folder counts too."""
    own = Path(root.absolute)
    for folder in (own, *own.parents) if root.file else own.parents:
        if (folder / packages.FILE_NAME).is_file():
            inside = path_below(str(folder), root.absolute) or ""
            return _Above(
                DiskTree(str(folder)), inside, _free_name(folder.name, root, ()) if inside else root.prefix
            )
    return None


def _scope_in_project(walk: Walk, root: _Root, above: _Above, found: Found) -> Scope:
    """What holds in a folder by virtue of the project that it lies in: names, package and `.forceignore`."""
    project = read_project_file(above.tree.read(packages.FILE_NAME))
    found.project_files.append(project)
    listed_in = join(above.prefix, packages.FILE_NAME)
    if project.problem:
        found.problems.add(PathProblem(listed_in, project.problem, project.line))
    scope = Scope("", _folder(tuple(above.inside.split("/")) if above.inside else ()))
    package, leads_to_packages = "", False
    for entry in sorted(project.packages, key=lambda entry: len(entry.path)):
        below = _below(above.inside, entry.path)
        label = (join(root.prefix, below) if below else entry.path) or "."
        exists = above.tree.has_folder(entry.path)
        found.package_directories[listed_in, entry.path] = PackageDirectory(
            label, entry.name, project.namespace, entry.default, listed_in, exists
        )
        if below:
            walk.expect_package(below, label)
            leads_to_packages |= exists
        elif _below(entry.path, above.inside) is not None:
            package = label
    reading = package != "" or not leads_to_packages or root.file != ""
    return _under_ignore(scope._replace(package=package, reading=reading), above)


def _below(folder: str, path: str) -> str | None:
    """The path relative to the folder, both relative to a project; None where it lies elsewhere."""
    if not folder or folder == path:
        return "" if folder == path else path
    return path.removeprefix(folder + "/") if path.startswith(folder + "/") else None


def _under_ignore(scope: Scope, above: _Above) -> Scope:
    """The scope under the nearest `.forceignore` between the project and the folder (whose own the walk reads)."""
    segments = above.inside.split("/") if above.inside else []
    for depth in range(max(len(segments) - 1, 0), -1, -1):
        path = join("/".join(segments[:depth]), ignore.FILE_NAME)
        try:
            text = above.tree.read(path).decode("utf-8", "replace")
        except OSError:
            continue
        rules = ForceIgnore(join(above.prefix, path), text)
        below = segments[depth:]
        ways = ["/".join(below[: length + 1]) for length in range(len(below))]
        hidden = next((rule for way in ways if (rule := rules.hides_folder(way))), None)
        return scope._replace(ignore=rules, ignore_path="/".join(below), hidden=hidden)
    return scope


def _folder(segments: Sequence[str]) -> Folder:
    folder = Folder()
    for segment in segments:
        folder = folder.child(segment)
    return folder


def _type_folders_above(root: _Root) -> tuple[str, ...]:
    """The names from the nearest type's folder down to the root, for who points at `objects/Account/fields`.

    Without a project above, nothing else tells what such files belong to. A root that has type folders of its own
    stands for itself, wherever it lies.
    """
    if not root.file and registry().spellings.intersection(
        entry.name for entry in Path(root.absolute).iterdir()
    ):
        return ()
    parts = Path(root.absolute).parts
    for depth in range(1, 5):
        if parts[-depth:] and parts[-depth] in registry().spellings:
            return parts[-depth:]
    return ()


def _base(base: Path, first: _Root) -> tuple[str, DiskTree]:
    tree = DiskTree(str(base))
    inside = path_below(first.absolute, tree.root)
    return (inside if inside is not None else _free_name(Path(tree.root).name, first, ())), tree


def _declared_path(prefix: str, path: str, tree: Tree, first: _Root) -> str:
    """Declared files that lie in the first root are named as all its files are."""
    if isinstance(tree, DiskTree) and not first.is_archive:
        inside = path_below(first.absolute, f"{tree.root}{os.sep}{path}")
        if inside is not None:
            return inside
    return join(prefix, path)


def _nothing_found(roots: Sequence[_Root], found: Found) -> str:
    """Why there is nothing to work on: what was looked for, what was in the way, and what to do."""
    where = ", ".join(root.given for root in roots)
    sentences = [f"{where} holds no Salesforce metadata.", _LOOKED_FOR]
    sentences += [f"{problem.path}: {problem.reason}." for problem in sorted(found.problems)[:3]]
    sentences += [f"{hidden.file} line {hidden.line} hides {hidden.type}." for hidden in found.hidden()[:3]]
    sentences.append("Give the folder of the project or of the retrieve.")
    return " ".join(sentences)
