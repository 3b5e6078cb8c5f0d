"""How long records are kept and what is backed up, as people declare it: no metadata says so."""

from __future__ import annotations

import msgspec

from sfgov.facts.base import Fact


class Retention(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What is declared about one object. Periods are as written (`7y`, `90d`) and in days."""

    object: str
    line: int
    min_keep: str = ""
    min_keep_days: int | None = None
    max_keep: str = ""
    max_keep_days: int | None = None
    then: str = ""
    """`archive` or `delete`."""
    by: str = ""
    """`apex:Class`, `flow:Flow`, `salesforce-archive`."""
    policy: str = ""
    legal_hold_field: str = ""
    lines: dict[str, int] = {}

    def line_of(self, key: str) -> int:
        """The line of a key, or where the object's entry starts when it has none."""
        return self.lines.get(key, self.line)


class RetentionDeclaration(Fact, frozen=True, kw_only=True):
    """How long the records of objects are kept; `name` is the file's stem."""

    objects: tuple[Retention, ...] = ()
    complete: bool = True
    """False where some of it could not be read."""


class BackupDeclaration(Fact, frozen=True, kw_only=True):
    """What is backed up; `name` is the file's stem. `lines` has the lines of the keys, and of `exclude` items."""

    include: tuple[str, ...] = ()
    """Objects, or wildcards."""
    exclude: tuple[str, ...] = ()
    metadata: str = ""
    """How often: `daily`."""
    restore_test: str = ""
    """The ISO date of the last test, or empty."""
    complete: bool = True
