"""Files that a configuration declares: sfgov's own types, found by glob."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from sfgov.project.source import SourceFile
from sfgov.project.tree import Tree, join

_GLOB = re.compile(r"\*\*/?|[*?]|\[[^\]]+\]|[^*?\[]+|\[")


def find_declared(tree: Tree, declared: Mapping[str, Sequence[str]]) -> Iterator[SourceFile]:
    """The files of a tree that the globs of each type match, sorted by path.

    A glob is relative to the tree's root: `*` stays within one folder, `**` crosses folders. Symbolic links are
    not followed. `name` is the file's stem.
    """
    for type_name, globs in sorted(declared.items()):
        paths = {path for glob in globs for path in _matches(tree, glob)}
        for path in sorted(paths):
            name = path.rpartition("/")[2]
            yield SourceFile(path, type_name, name.rpartition(".")[0] or name)


def _matches(tree: Tree, glob: str) -> Iterator[str]:
    glob = glob.replace("\\", "/").removeprefix("./")
    literal = re.split(r"[*?\[]", glob, maxsplit=1)[0].rpartition("/")[0]
    if ".." in glob.split("/") or glob.startswith("/"):
        return
    expression = re.compile(_expression(glob))
    stack = [literal]
    while stack:
        folder = stack.pop()
        try:
            listing = tree.list(folder)
        except OSError:
            continue
        stack.extend(
            join(folder, name)
            for name in listing.folders
            if "**" in glob or folder.count("/") < glob.count("/")
        )
        yield from (path for name in listing.files if expression.fullmatch(path := join(folder, name)))


def _expression(glob: str) -> str:
    return "".join(_piece(piece) for piece in _GLOB.findall(glob))


def _piece(piece: str) -> str:
    if piece == "**/":
        return "(?:.*/)?"
    if piece == "**":
        return ".*"
    if piece == "*":
        return "[^/]*"
    if piece == "?":
        return "[^/]"
    if piece.startswith("[") and len(piece) > 1:
        inner = piece[1:-1].replace("\\", "\\\\")
        return f"[^{inner[1:]}]" if inner.startswith("!") else f"[{inner}]"
    return re.escape(piece)
