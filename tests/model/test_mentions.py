"""One table for the blocks of many files."""

from __future__ import annotations

import pytest

from sfgov.facts import PermissionSet
from sfgov.facts.permissions import Accesses, FieldPermissions, ObjectPermissions
from sfgov.model.index import Written
from sfgov.model.mentions import Mentions


def written(
    name: str, objects: dict[str, int] | None = None, fields: list[str] | None = None, *accesses: str
) -> Written[PermissionSet]:
    """`objects` gives the mark of allowRead for each object."""
    fact = PermissionSet(
        name=name,
        objects=ObjectPermissions.pack(
            (o, (1, 0, mark, 0, 0, 0, 0, 0)) for o, mark in (objects or {}).items()
        ),
        fields=FieldPermissions.pack((f, (1, 2, -3)) for f in fields or []),
        accesses=Accesses.pack((access, (1, 2)) for access in accesses),
    )
    return Written(fact, f"{name}.permissionset")


TABLE = Mentions(
    [
        written("A", {"Case": 2, "Contact": 3, "CASE": -4}, ["Case.Pin__c"]),
        written("B", {"Lead": 2}, None, "userPermissions ApiEnabled", "classAccesses ApiEnabled"),
        written("C", {"Contact": 2, "case": -5}, ["Case.pin__c", "Case.Pin__c"]),
    ]
)


@pytest.mark.parametrize(
    ("file", "kind", "name", "rows"),
    [
        (0, "objectPermissions", "case", [0, 2]),
        (1, "objectPermissions", "Case", []),
        (2, "objectPermissions", "Case", [1]),
        (0, "objectPermissions", "Lead", []),
        (2, "fieldPermissions", "Case.Pin__c", [0, 1]),
        (1, "userPermissions", "apienabled", [0]),
        (1, "classAccesses", "ApiEnabled", [1]),
        (0, "userPermissions", "ApiEnabled", []),
        (2, "objectPermissions", "Nothing__c", []),
    ],
)
def test_the_rows_of_one_file(file: int, kind: str, name: str, rows: list[int]) -> None:
    assert list(TABLE.rows(file, kind, name)) == rows


@pytest.mark.parametrize(
    ("kind", "name", "flags", "files"),
    [
        ("objectPermissions", "Case", ("allowRead",), [0]),
        ("objectPermissions", "Contact", ("allowRead", "allowEdit"), [0, 2]),
        ("objectPermissions", "Contact", ("allowEdit",), []),
        ("fieldPermissions", "Case.Pin__c", ("readable",), [0, 2, 2]),
        ("fieldPermissions", "Case.Pin__c", ("editable",), []),
        ("userPermissions", "ApiEnabled", ("enabled",), [1]),
        ("customPermissions", "ApiEnabled", ("enabled",), []),
    ],
)
def test_the_files_in_which_a_switch_is_true(
    kind: str, name: str, flags: tuple[str, ...], files: list[int]
) -> None:
    assert list(TABLE.granting(kind, name, flags)) == files


def test_a_name_that_is_spoken_of_without_being_granted() -> None:
    assert TABLE.speaks_of("objectPermissions", "LEAD")
    assert not TABLE.speaks_of("objectPermissions", "Account")
    assert not Mentions([]).speaks_of("objectPermissions", "Lead")
