"""One reference from a line of a file to a component by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from sfgov.place import Place

Wanted: TypeAlias = Callable[[str, str], bool]
"""Whether a (type, name) is looked for. Most references are to what is there, and are not even made."""


class Reference(msgspec.Struct, frozen=True):
    """A line that names a component. `does` says what it does with it: `includes the permission set`.

    `essential`: what the line is about does not work without the component; else the line is just left over.
    """

    at: Place
    type: str
    name: str
    does: str
    essential: bool = True

    @property
    def key(self) -> tuple[str, str]:
        """Type, and name in lower case."""
        return self.type, self.name.casefold()
