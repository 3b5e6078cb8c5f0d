"""Profiles, permission sets, groups and muting sets."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

import msgspec

from sfgov.facts.base import Fact, Mark


class ObjectPermission(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One `objectPermissions` block; in a muting set, true means "taken away"."""

    object: str
    line: int
    allowCreate: Mark = 0
    allowRead: Mark = 0
    allowEdit: Mark = 0
    allowDelete: Mark = 0
    viewAllRecords: Mark = 0
    modifyAllRecords: Mark = 0
    viewAllFields: Mark = 0


OBJECT_FLAGS = (
    "allowCreate",
    "allowRead",
    "allowEdit",
    "allowDelete",
    "viewAllRecords",
    "modifyAllRecords",
    "viewAllFields",
)
FIELD_FLAGS = ("readable", "editable")
ACCESS_FLAGS = ("enabled",)


class FieldPermission(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One `fieldPermissions` block."""

    field: str
    line: int
    readable: Mark = 0
    editable: Mark = 0


class Access(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One named switch of a bundle: a user permission, a class, a flow, an agent, a custom permission …

    `kind` is the element's name in the file: `userPermissions`, `classAccesses`, `flowAccesses`,
    `customPermissions`, `agentAccesses`, `pageAccesses`, `applicationVisibilities`, `tabSettings` …
    """

    kind: str
    name: str
    line: int
    enabled: Mark


class Blocks(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """All blocks of one sort that a file has, packed: a large org has millions, and a check looks at few.

    `names` are joined by NUL, which XML cannot hold. `marks` has 32-bit numbers: of each block its line, then
    its switches in the order of the unpacked struct. Blocks stay apart and in the file's order.
    """

    width: ClassVar[int]
    """How many numbers a block has."""
    names: str = ""
    marks: bytes = b""

    @classmethod
    def pack(cls, blocks: Iterable[tuple[str, tuple[int, ...]]]) -> Self:
        """Pack (name, numbers) pairs. Blocks without a name say nothing and are left out."""
        names: list[str] = []
        marks = array("i")
        for name, numbers in blocks:
            if name:
                names.append(name)
                marks.extend(numbers)
        return cls("\0".join(names), marks.tobytes())

    def __len__(self) -> int:
        return len(self.marks) // (4 * self.width)

    def each_name(self) -> list[str]:
        """The names, in order."""
        return self.names.split("\0") if self.marks else []

    def numbers(self) -> memoryview[int]:
        """Line and switches of all blocks, one after the other."""
        return memoryview(self.marks).cast("i")

    def number(self, row: int, column: int) -> int:
        """One number of one block: its line is column 0, its first switch column 1."""
        return self.numbers()[row * self.width + column]

    def row(self, number: int) -> tuple[str, tuple[int, ...]]:
        """Name and numbers of one block."""
        start = number * self.width
        return self.names.split("\0", number + 1)[number], tuple(self.numbers()[start : start + self.width])

    def rows(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Name and numbers of every block."""
        numbers = self.numbers()
        for start, name in zip(range(0, len(numbers), self.width), self.each_name(), strict=True):
            yield name, tuple(numbers[start : start + self.width])


class ObjectPermissions(Blocks, frozen=True, gc=False):
    """The `objectPermissions` of a file."""

    width: ClassVar[int] = 1 + len(OBJECT_FLAGS)

    def __iter__(self) -> Iterator[ObjectPermission]:
        return (ObjectPermission(name, *numbers) for name, numbers in self.rows())


class FieldPermissions(Blocks, frozen=True, gc=False):
    """The `fieldPermissions` of a file."""

    width: ClassVar[int] = 1 + len(FIELD_FLAGS)

    def __iter__(self) -> Iterator[FieldPermission]:
        return (FieldPermission(name, *numbers) for name, numbers in self.rows())


class Accesses(Blocks, frozen=True, gc=False):
    """The named switches of a file; the packed names are `kind name`."""

    width: ClassVar[int] = 1 + len(ACCESS_FLAGS)

    def __iter__(self) -> Iterator[Access]:
        for key, numbers in self.rows():
            kind, _, name = key.partition(" ")
            yield Access(kind, name, *numbers)


class PermissionBundle(Fact, frozen=True, kw_only=True):
    """What profiles, permission sets and muting sets share. Repeated and merged entries stay apart."""

    label: str = ""
    objects: ObjectPermissions = ObjectPermissions()
    fields: FieldPermissions = FieldPermissions()
    accesses: Accesses = Accesses()


class Profile(PermissionBundle, frozen=True, kw_only=True):
    """A profile. It holds only what was retrieved with it: absence is not denial."""

    user_license: str = ""
    custom: bool = False
    login_ip_ranges: tuple[tuple[str, str, int], ...] = ()
    """(start, end, line)"""


class PermissionSet(PermissionBundle, frozen=True, kw_only=True):
    """A permission set, or one piece of a decomposed one."""

    license: str = ""
    has_activation_required: bool = False


class MutingPermissionSet(PermissionBundle, frozen=True, kw_only=True):
    """What a permission set group takes away: entries that are *true* are muted, false ones do nothing."""


class Member(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A name that a group lists, with its line."""

    name: str
    line: int


class PermissionSetGroup(Fact, frozen=True, kw_only=True):
    """A group of permission sets, less its muting sets."""

    label: str = ""
    status: str = ""
    permission_sets: tuple[Member, ...] = ()
    muting_permission_sets: tuple[Member, ...] = ()
    has_activation_required: bool = False
