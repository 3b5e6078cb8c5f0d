"""The bytes of a project's files, wherever they lie."""

from __future__ import annotations

import msgspec

from sfgov.project.tree import Tree


class MountedReader(msgspec.Struct, frozen=True):
    """Several trees under one roof. Picklable."""

    mounts: tuple[tuple[str, Tree], ...]
    """(prefix of its files' paths, tree), the longest prefix first."""

    def read(self, path: str) -> bytes:
        """The file's bytes; raises `OSError` (with a reason) when it cannot be read."""
        for prefix, tree in self.mounts:
            if not prefix:
                return tree.read(path)
            if path.startswith(prefix + "/"):
                return tree.read(path[len(prefix) + 1 :])
        raise FileNotFoundError(f"{path} does not lie in the project")
