"""Opening a project: from the paths that a user gives to everything that lies there."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from sfgov.project.contents import NoMetadata, Project
from sfgov.project.declared import find_declared
from sfgov.project.found import Found, Tell
from sfgov.project.layout import Walk
from sfgov.project.packages import ProjectFile
from sfgov.project.reading import MountedReader
from sfgov.project.roots import Root, find_roots, free_name
from sfgov.project.source import SourceFile
from sfgov.project.surroundings import project_above, scope_alone, scope_in_project
from sfgov.project.test_specs import spec_file, specs_beside
from sfgov.project.tree import Disk, Origin, Tree, join, path_below

_LOOKED_FOR = (
    "Looked for the package directories of an sfdx-project.json, and in all folders for files such as "
    "*.cls, *.object, *.flow-meta.xml or *.permissionset-meta.xml."
)
Mounts = dict[str, Tree]
"""The trees that are read, by the prefix of their files' paths."""


def open_project(
    paths: Sequence[Path],
    *,
    declared: Mapping[str, Sequence[str]] = {},
    base: Path | None = None,
    origin: Origin = Disk(),  # noqa: B008  it has no state
    tell: Tell | None = None,
) -> Project:
    """Find everything that is metadata below `paths`, which together are one org.

    Each path is a folder, a retrieved `.zip` or one metadata file. Of an SFDX project the package directories are
    read, and nothing else but manifests: what lies outside is not deployed by the project. A folder inside a
    project is read by itself, under the project's `.forceignore` and package directories; a folder outside its
    package directories is read whole, since it was asked for.

    `declared` maps sfgov's own types (`MaskingTemplate`) to globs relative to `base`, a folder, by default the
    first path's. `origin` is where all of it is read from: the disk, or a commit. `tell` hears of each file when it is
    found, with what reads it, though what is found later may change what it is. Raises `NoMetadata` and `BadArchive`,
    with messages for the user.
    """
    roots = find_roots(paths or [Path()], origin)
    found = Found(tell)
    mounts: Mounts = {}
    for position, root in enumerate(roots):
        mounts = _walk(root, roots[:position], found) | mounts
    if not (found.files or found.names or found.manifests):
        raise NoMetadata(_nothing_found(roots, found))
    mounts |= _declare(found, declared, base, roots[0], mounts)
    return _project(roots[0], found, mounts)


def _walk(root: Root, earlier: Sequence[Root], found: Found) -> Mounts:
    """Walk one root; gives the trees that its files and those of the project above it are read from."""
    tree = root.open()
    read_already = [path_below(root.absolute, other.absolute) for other in earlier if not other.file]
    walk = Walk(tree, root.prefix, found, [path for path in read_already if path])
    above = None if root.is_archive else project_above(root, (*earlier, root)[0])
    start = scope_alone(root, tree) if above is None else scope_in_project(root, above, walk, found)
    if root.file:
        walk.take(start, root.file)
    else:
        walk.run(start)
    if above is not None and not root.file:
        for path in specs_beside(above.tree, "/".join(above.inside)):
            shown = join(above.prefix, path)
            found.files.setdefault(shown, spec_file(shown))
    return ({} if above is None else {above.prefix: above.tree}) | {root.prefix: tree}


def _declare(
    found: Found, declared: Mapping[str, Sequence[str]], base: Path | None, first: Root, mounts: Mounts
) -> Mounts:
    """Add the declared files; gives the tree of the ones that lie outside of the first root."""
    tree = mounts[""] if base is None else first.origin.tree(str(base))
    prefix = "" if base is None else free_name(Path(os.path.realpath(base)).name, first)
    for file in find_declared(tree, declared):
        path = join(prefix, file.path)
        if base is not None and not first.is_archive:
            inside = path_below(first.absolute, os.path.join(os.path.realpath(base), file.path))  # noqa: PTH118
            path = path if inside is None else inside
        found.files[path] = msgspec.structs.replace(file, path=path)
    return {} if base is None else {prefix: tree}


def _project(first: Root, found: Found, mounts: Mounts) -> Project:
    files = sorted(_mark_parts(found.files.values()), key=lambda file: file.path)
    path = Path(first.absolute)
    versioned = next((file for file in found.project_files if file.api_version), ProjectFile())
    return Project(
        root=path,
        title=path.name or first.given,
        files=tuple(files),
        reader=MountedReader(tuple(sorted(mounts.items(), key=lambda mount: -len(mount[0])))),
        names=tuple(sorted(found.names)),
        problems=tuple(sorted(found.problems)),
        ignored=found.hidden(),
        manifests=tuple(manifest for _, manifest in sorted(found.manifests.items())),
        package_directories=tuple(sorted(found.package_directories.values())),
        api_version=versioned.api_version,
        api_version_line=versioned.api_version_line,
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


def _nothing_found(roots: Sequence[Root], found: Found) -> str:
    """Why there is nothing to work on: what was looked for, what was in the way, and what to do."""
    where = ", ".join(root.given for root in roots)
    sentences = [f"{where} holds no Salesforce metadata.", _LOOKED_FOR]
    sentences += [f"{problem.path}: {problem.reason}." for problem in sorted(found.problems)[:3]]
    sentences += [f"{hidden.file} line {hidden.line} hides {hidden.type}." for hidden in found.hidden()[:3]]
    return " ".join([*sentences, "Give the folder of the project or of the retrieve."])
