"""What holds in a folder while the walk is in it."""

from __future__ import annotations

from typing import NamedTuple

from sfgov.project.ignore import ForceIgnore, Rule
from sfgov.project.naming import Folder
from sfgov.project.tree import join


class Scope(NamedTuple):
    """A folder to be walked and what holds in it."""

    path: str
    """Relative to the tree."""
    folder: Folder = Folder()
    reading: bool = True
    """Whether its files are part of the org: false in a project, outside its package directories."""
    package: str = ""
    ignore: ForceIgnore | None = None
    ignore_path: str = ""
    """Its path relative to the folder of the `.forceignore`."""
    hidden: Rule | None = None
    real: str = ""
    """Its path without symbolic links."""

    def child(self, name: str) -> Scope:
        """The folder of that name in it."""
        ignore_path = join(self.ignore_path, name)
        hidden = self.hidden or (self.ignore.hides_folder(ignore_path) if self.ignore else None)
        return self._replace(
            path=join(self.path, name),
            folder=self.folder.child(name),
            ignore_path=ignore_path,
            hidden=hidden,
            real=join(self.real, name),
        )
