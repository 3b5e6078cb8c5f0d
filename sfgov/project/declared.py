"""Files that a configuration declares: sfgov's own types, found by glob."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from sfgov.project.source import SourceFile
from sfgov.project.tree import Tree, join


def find_declared(tree: Tree, declared: Mapping[str, Sequence[str]]) -> Iterator[SourceFile]:
    """The files of a tree that the globs of each type match, sorted by type and path; `name` is the file's stem.

    A glob is relative to the tree's root: `*` stays within one name, `**` stands for any folders, but hidden ones
    and `node_modules`. Symbolic links to folders are not followed.
    """
    for type_name, globs in sorted(declared.items()):
        paths = {path for glob in globs for path in _matching(tree, "", _segments(glob))}
        for path in sorted(paths):
            name = path.rpartition("/")[2]
            yield SourceFile(path, type_name, name.rpartition(".")[0] or name)


def _segments(glob: str) -> list[str]:
    """A glob's names; none for one that leads nowhere in the tree."""
    segments = glob.replace("\\", "/").removeprefix("./").split("/")
    return [] if ".." in segments or "" in segments else segments


def _matching(tree: Tree, folder: str, segments: Sequence[str]) -> Iterator[str]:
    try:
        listing = tree.list(folder)
    except OSError:
        return
    if not segments:
        return
    first, *rest = segments
    if first == "**":
        yield from _matching(tree, folder, rest or ["*"])
        for name in listing.folders:
            if not name.startswith(".") and name != "node_modules":
                yield from _matching(tree, join(folder, name), segments)
    elif rest:
        for name in listing.folders:
            if fnmatchcase(name, first):
                yield from _matching(tree, join(folder, name), rest)
    else:
        yield from (join(folder, name) for name in listing.files if fnmatchcase(name, first))
