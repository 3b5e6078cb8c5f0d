"""What files say about a permission, which permissions rest on which others, and what a grant is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from itertools import groupby
from typing import Literal

import msgspec

from sfgov.facts.base import Mark
from sfgov.facts.permissions import OBJECT_FLAGS, PermissionBundle
from sfgov.model.index import Written
from sfgov.model.mentions import FIELDS, OBJECTS, Mentions, blocks_of, flags_of, key_of
from sfgov.place import Evidence, Place

__all__ = [
    "FIELDS",
    "MODIFY_ALL_DATA",
    "OBJECTS",
    "USER",
    "VIEW_ALL_DATA",
    "VIEW_ALL_FIELDS",
    "Answer",
    "DeleteRight",
    "Entry",
    "Grant",
    "Held",
    "PermissionFile",
    "Via",
    "covered_by",
    "given_by",
    "permission_files",
    "rests_on",
]

USER = "userPermissions"
MODIFY_ALL_DATA = "ModifyAllData"
VIEW_ALL_DATA = "ViewAllData"
VIEW_ALL_FIELDS = "ViewAllFieldsGlobal"

_RESTS_ON: dict[str, tuple[str, ...]] = {
    "allowCreate": ("allowRead",),
    "allowEdit": ("allowRead",),
    "allowDelete": ("allowRead", "allowEdit"),
    "viewAllRecords": ("allowRead",),
    "modifyAllRecords": ("allowRead", "allowEdit", "allowDelete", "viewAllRecords"),
    "viewAllFields": ("allowRead",),
    "editable": ("readable",),
}
"""Permissions that Salesforce does not give without others on the same object or field."""

_COVERED_BY = {
    "allowRead": (VIEW_ALL_DATA, MODIFY_ALL_DATA),
    "viewAllRecords": (VIEW_ALL_DATA, MODIFY_ALL_DATA),
}
"""User permissions that give an object permission on every object; Modify All Data gives the others too."""


def rests_on(flag: str) -> tuple[str, ...]:
    """The flags, itself included, that must not be taken away for this one to stay."""
    return (flag, *_RESTS_ON.get(flag, ()))


def given_by(flag: str) -> tuple[str, ...]:
    """The flags of an object, itself first, that bring this permission with them."""
    return (flag, *(other for other, needed in _RESTS_ON.items() if flag in needed and other in OBJECT_FLAGS))


def covered_by(flag: str) -> tuple[str, ...]:
    """The user permissions that give this permission on every object."""
    return () if flag == "viewAllFields" else _COVERED_BY.get(flag, (MODIFY_ALL_DATA,))


class Entry(msgspec.Struct, frozen=True):
    """One block of one file: an object, a field or another named thing, and its switches as written."""

    written: Written[PermissionBundle]
    kind: str
    """The element: `objectPermissions`, `fieldPermissions`, `userPermissions`, `classAccesses` …"""
    name: str
    line: int
    marks: Mapping[str, Mark]

    def says(self, flag: str) -> bool:
        """Whether the switch is there and true."""
        return self.marks.get(flag, 0) > 0

    @property
    def true_flags(self) -> tuple[str, ...]:
        """The switches that are true."""
        return tuple(flag for flag, mark in self.marks.items() if mark > 0)

    @property
    def false_flags(self) -> tuple[str, ...]:
        """The switches that are written and false; one that is not written is in neither."""
        return tuple(flag for flag, mark in self.marks.items() if mark < 0)

    def at(self, flag: str = "") -> Place:
        """Where a switch is written; the block, where the file does not write it."""
        mark = self.marks.get(flag, 0)
        element = f"{self.kind}[{self.name}]"
        return self.written.at(abs(mark) or self.line, f"{element}.{flag}" if mark else element)


class Grant(msgspec.Struct, frozen=True):
    """A switch that is true and stays true: who has the bundle has the permission."""

    file: PermissionFile
    kind: str
    row: int
    """Which of the file's blocks of this kind it is."""
    flag: str
    through: tuple[Evidence, ...] = ()
    """How the bundle comes to the file that grants: the lines of groups that include it, outermost first."""
    certain: bool = True
    """False where a muting set that is not in the tree might take it away."""

    @property
    def entry(self) -> Entry:
        """The block that grants."""
        return self.file.entry(self.kind, self.row)

    @property
    def place(self) -> Place:
        """The line that grants."""
        return self.entry.at(self.flag)

    @property
    def granter(self) -> Written[PermissionBundle]:
        """The profile's or permission set's file that grants."""
        return self.file.written

    @property
    def says(self) -> Evidence:
        """The line that grants, with what it grants."""
        entry = self.entry
        what = f"{self.flag} on {entry.name}" if self.kind in (OBJECTS, FIELDS) else entry.name
        return entry.at(self.flag).says(f"{self.granter.name} grants {what}")

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The chain from the bundle to the line that grants."""
        return (*self.through, self.says)


class Held(Enum):
    """Whether a bundle has a permission."""

    YES = "granted"
    NO = "not granted here"
    """Nothing in the tree grants it. A profile holds only what was retrieved with it."""
    UNKNOWN = "unknown"
    """A permission set or muting set that is not in the tree might grant or mute it."""


class Answer(msgspec.Struct, frozen=True):
    """The answer to "does this bundle have that permission?", with every line that grants it."""

    grants: tuple[Grant, ...]
    partial: bool
    """Something that could grant it is not in the tree."""

    @property
    def held(self) -> Held:
        """Granted, not granted here, or unknown."""
        if any(grant.certain for grant in self.grants):
            return Held.YES
        return Held.UNKNOWN if self.grants or self.partial else Held.NO

    def __bool__(self) -> bool:
        return self.held is Held.YES


Via = Literal["allowDelete", "modifyAllRecords", "ModifyAllData"]
_WIDTH: dict[str, int] = {"allowDelete": 0, "modifyAllRecords": 1, "enabled": 2}


class DeleteRight(msgspec.Struct, frozen=True):
    """The right to delete an object's records. `grants` has all that give it, the widest first."""

    object: str
    grants: tuple[Grant, ...]

    @classmethod
    def of(cls, name: str, grants: Sequence[Grant]) -> DeleteRight | None:
        """The right that these grants give, if there are any; a certain one counts before a wider one."""
        ordered = sorted(grants, key=lambda grant: (not grant.certain, -_WIDTH[grant.flag]))
        return cls(name, tuple(ordered)) if ordered else None

    @property
    def via(self) -> Via:
        """The permission that gives it."""
        first = self.grants[0]
        return MODIFY_ALL_DATA if first.kind == USER else first.flag  # type: ignore[return-value]

    @property
    def scope(self) -> str:
        """Which records it reaches."""
        return (
            "records the sharing model gives full access to" if self.via == "allowDelete" else "all records"
        )

    @property
    def certain(self) -> bool:
        """False where a muting set that is not in the tree might take it away."""
        return self.grants[0].certain

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The chain from the bundle to the line that gives the right."""
        return self.grants[0].evidence


class PermissionFile:
    """One file's permissions, looked up by name."""

    def __init__(self, written: Written[PermissionBundle], mentions: Mentions, number: int) -> None:
        """`number` is the file's own among those of `mentions`."""
        self.written = written
        self._mentions = mentions
        self._number = number

    def entries(self, kind: str, name: str) -> Iterator[Entry]:
        """The blocks about one thing: none, one, or several where a merge left them twice."""
        return (self.entry(kind, row) for row in self._mentions.rows(self._number, kind, name))

    def grants(self, kind: str, name: str, flag: str) -> Iterator[Grant]:
        """The blocks in which this switch is true."""
        rows = self._mentions.rows(self._number, kind, name)
        blocks = blocks_of(self.written.fact, kind)
        column = 1 + flags_of(kind).index(flag)
        return (Grant(self, kind, row, flag) for row in rows if blocks.number(row, column) > 0)

    def entry(self, kind: str, row: int) -> Entry:
        """One block, by its number among those of its kind."""
        return self._entry(kind, *blocks_of(self.written.fact, kind).row(row))

    def truths(self, kind: str) -> Iterator[bool]:
        """For each block of a kind, whether anything in it is true."""
        prefix = key_of(kind, "")
        return (
            max(numbers[1:]) > 0
            for name, numbers in blocks_of(self.written.fact, kind).rows()
            if name.startswith(prefix)
        )

    def all_entries(self) -> Iterator[Entry]:
        """Every block: objects, fields, then everything else, each in the file's order."""
        for kind in (OBJECTS, FIELDS, ""):
            for name, numbers in blocks_of(self.written.fact, kind).rows():
                yield self._entry(kind, name, numbers)

    def _entry(self, kind: str, name: str, numbers: tuple[int, ...]) -> Entry:
        line, *marks = numbers
        if kind not in (OBJECTS, FIELDS):
            kind, _, name = name.partition(" ")
        return Entry(self.written, kind, name, line, dict(zip(flags_of(kind), marks, strict=True)))


def permission_files(mentions: Mentions) -> Iterator[tuple[PermissionFile, ...]]:
    """The files of a table, those of one component together: several where it is decomposed."""
    numbered = enumerate(mentions.files)
    for _, files in groupby(numbered, lambda pair: (pair[1].type, pair[1].name.casefold())):
        yield tuple(PermissionFile(written, mentions, number) for number, written in files)
