"""The bytes of a project's files, wherever they lie."""

from __future__ import annotations

import msgspec

from sfgov.project.tree import Tree


class MountedReader(msgspec.Struct, frozen=True):
    """Several trees under one roof: each has a prefix that its files' paths start with. Picklable."""

    mounts: tuple[tuple[str, Tree], ...]

    def read(self, path: str) -> bytes:
        """The file's bytes; raises `OSError` (with a reason) when it cannot be read."""
        best: tuple[str, Tree] | None = None
        for mount in self.mounts:
            is_in = not mount[0] or path.startswith(mount[0] + "/")
            if is_in and (best is None or len(mount[0]) > len(best[0])):
                best = mount
        if best is None:
            raise FileNotFoundError(f"{path} does not lie in the project")
        prefix, tree = best
        return tree.read(path[len(prefix) + 1 :] if prefix else path)
