"""Rights that bundles gain and lose."""

from __future__ import annotations

import pytest

from sfgov.gate import access
from sfgov.gate.access import access_delta
from sfgov.result import OBJECT_RIGHTS, AccessChange, Hold, Holdings


def on(name: str, *rights: str, line: int = 1) -> Hold:
    return Hold("objectPermissions", name, rights, "sets/S.xml", line)


def user(name: str) -> Hold:
    return Hold("userPermissions", name, ("enabled",), "sets/S.xml", 9)


def sales(*holds: Hold, everywhere: tuple[str, ...] = (), whole: bool = True) -> Holdings:
    return Holdings("PermissionSet:Sales", holds, everywhere, whole)


def changes(
    before: list[Holdings], after: list[Holdings]
) -> list[tuple[str, str, tuple[str, ...], tuple[str, ...]]]:
    found = access_delta(before, after).changes
    return [(change.bundle, change.name, change.gained, change.lost) for change in found]


def test_gained_and_lost_on_one_object() -> None:
    before = sales(on("Case", "allowEdit", "viewAllRecords"))
    after = sales(on("Case", "allowEdit", "allowDelete", line=7))

    assert access_delta([before], [after]).changes == (
        AccessChange(
            "PermissionSet:Sales",
            "objectPermissions",
            "Case",
            ("allowDelete",),
            ("viewAllRecords",),
            path="sets/S.xml",
            line=7,
        ),
    )


def test_nothing_changed() -> None:
    same = sales(on("Case", "allowEdit", line=3), user("RunReports"))
    moved = sales(on("case", "allowEdit", line=30), user("runreports"))

    assert access_delta([same], [moved]).changes == ()
    assert access_delta([], []).changes == ()


def test_permissions_of_users() -> None:
    assert changes([sales(user("ApiEnabled"))], [sales(user("ViewSetup"))]) == [
        ("PermissionSet:Sales", "ApiEnabled", (), ("enabled",)),
        ("PermissionSet:Sales", "ViewSetup", ("enabled",), ()),
    ]


def test_bundles_that_come_and_go() -> None:
    old, new = sales(on("Case", "allowEdit")), Holdings("Profile:New", (on("Lead", "allowDelete"),))

    delta = access_delta([old], [new])

    assert [(change.bundle, change.bundle_is, change.path) for change in delta.changes] == [
        ("Profile:New", "new", "sets/S.xml"),
        ("PermissionSet:Sales", "gone", ""),
    ]
    assert (delta.gained, delta.lost) == (1, 1)


def test_names_of_bundles_compare_without_case() -> None:
    renamed = Holdings("PermissionSet:SALES", (on("Case", "allowEdit"),))

    assert changes([sales(on("Case", "allowEdit"))], [renamed]) == []


def test_who_can_do_everything_gains_nothing_by_an_entry() -> None:
    data = user("ModifyAllData")
    before = sales(data, everywhere=OBJECT_RIGHTS)
    after = sales(data, on("Case", "allowEdit", "allowDelete"), everywhere=OBJECT_RIGHTS)

    assert changes([before], [after]) == []
    assert changes([after], [before]) == []


def test_losing_modify_all_data_is_told_by_the_permission_and_by_what_stays() -> None:
    before = sales(user("ModifyAllData"), on("Case", "allowEdit"), everywhere=OBJECT_RIGHTS)
    after = sales(on("Case", "allowEdit"))

    assert changes([before], [after]) == [("PermissionSet:Sales", "ModifyAllData", (), ("enabled",))]
    assert changes([after], [before]) == [("PermissionSet:Sales", "ModifyAllData", ("enabled",), ())]


def test_view_all_data_covers_reading_only() -> None:
    before = sales(user("ViewAllData"), everywhere=("viewAllRecords",))
    after = sales(
        user("ViewAllData"), on("Case", "viewAllRecords", "allowEdit"), everywhere=("viewAllRecords",)
    )

    assert changes([before], [after]) == [("PermissionSet:Sales", "Case", ("allowEdit",), ())]


@pytest.mark.parametrize(("before", "after"), [(True, False), (False, True)])
def test_what_refers_to_sets_elsewhere_is_not_certain(*, before: bool, after: bool) -> None:
    delta = access_delta([sales(whole=before)], [sales(on("Case", "allowEdit"), whole=after)])

    assert [change.certain for change in delta.changes] == [False]


def test_the_order_is_by_kind_bundle_and_thing() -> None:
    after = [
        Holdings("Persona:A", (on("Case", "allowEdit"),)),
        Holdings("PermissionSet:b", (on("Lead", "allowEdit"), on("Case", "allowEdit"), user("ViewSetup"))),
        Holdings("PermissionSet:A", (on("Lead", "allowEdit"),)),
        Holdings("Profile:Z", (on("Lead", "allowEdit"),)),
    ]

    assert [(bundle, name) for bundle, name, _, _ in changes([], after)] == [
        ("Profile:Z", "Lead"),
        ("PermissionSet:A", "Lead"),
        ("PermissionSet:b", "ViewSetup"),
        ("PermissionSet:b", "Case"),
        ("PermissionSet:b", "Lead"),
        ("Persona:A", "Case"),
    ]


def test_too_many_changes_are_cut_to_the_gravest_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "MOST_CHANGES", 2)
    after = sales(on("A", "allowEdit"), on("B", "allowEdit", "allowDelete"), on("C", "modifyAllRecords"))

    gained = access_delta([sales()], [after])
    assert [change.name for change in gained.changes] == ["B", "C"]
    assert (gained.gained, gained.lost, gained.left_out) == (4, 0, 1)

    # What is gained weighs more than what is lost.
    both = access_delta([sales(on("D", "modifyAllRecords"))], [after])
    assert [change.name for change in both.changes] == ["B", "C"]
    assert (both.gained, both.lost, both.left_out) == (4, 1, 2)
