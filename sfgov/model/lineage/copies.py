"""One copy of a field's value into another field."""

from __future__ import annotations

import msgspec

from sfgov.place import Evidence, Place


class Copy(msgspec.Struct, frozen=True, order=True):
    """A place at which the value of one field is put into another. Both are `Object.Field`, as written there."""

    place: Place
    source: str
    target: str
    by: str
    """What copies, as a noun: `flow Keep_Caller`, `Apex CaseService.open`, `lead conversion`."""

    @property
    def evidence(self) -> Evidence:
        """The line that copies."""
        return self.place.says(f"{self.by} copies {self.source} to {self.target}")
