"""What each bundle lets its holders do: own files, groups after muting, personas as sums."""

from __future__ import annotations

import tempfile
from pathlib import Path

from sfgov.config import load_config
from sfgov.engine import read
from sfgov.holdings import holdings_of
from sfgov.project import open_project
from sfgov.result import Holdings
from sfgov.testing import Files, write_files
from tests.delete_orgs import bundle, entry, group, mdapi, switch

WIDE = ("allowRead", "allowEdit", "allowDelete", "viewAllRecords", "modifyAllRecords")


def access(files: Files) -> dict[str, Holdings]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_files(root, files)
        config = load_config(root / "sfgov.yml" if "sfgov.yml" in files else None, root=root)
        org = read(open_project([root]), config, jobs=1)
        return {one.bundle: one for one in holdings_of(org)}


def told(one: Holdings) -> list[str]:
    return [f"{hold.name}: {' '.join(hold.rights)} {hold.path}:{hold.line}" for hold in one.holds]


def test_a_set_by_its_own_file() -> None:
    files = bundle(
        "permissionsets",
        "Sales",
        entry("Account", "allowRead"),
        entry("Case", "allowRead", "allowEdit", false=("allowDelete",)),
        entry("Invoice__c", *WIDE),
        switch("userPermissions", "RunReports"),
        switch("userPermissions", "ApiEnabled", enabled=False),
        switch("customPermissions", "Bypass"),
        "<classAccesses><apexClass>A</apexClass><enabled>true</enabled></classAccesses>",
    )
    path = "permissionsets/Sales.permissionset-meta.xml"

    assert told(access(files)["PermissionSet:Sales"]) == [
        f"Bypass: enabled {path}:7",
        f"Case: allowEdit {path}:3",
        f"Invoice__c: allowEdit allowDelete viewAllRecords modifyAllRecords {path}:4",
        f"RunReports: enabled {path}:5",
    ]


def test_both_formats_say_the_same() -> None:
    files = bundle("permissionsets", "Sales", entry("Case", "allowRead", "allowEdit"))

    (source,) = access(files)["PermissionSet:Sales"].holds
    (retrieved,) = access(mdapi(files))["PermissionSet:Sales"].holds

    assert (source.name, source.rights, source.line) == (retrieved.name, retrieved.rights, retrieved.line)


def test_a_right_brings_along_what_it_rests_on() -> None:
    files = bundle("permissionsets", "Sales", entry("Case", "modifyAllRecords"), entry("Lead", "allowDelete"))

    rights = {hold.name: hold.rights for hold in access(files)["PermissionSet:Sales"].holds}
    assert rights == {
        "Case": ("allowEdit", "allowDelete", "viewAllRecords", "modifyAllRecords"),
        "Lead": ("allowEdit", "allowDelete"),
    }


def test_entries_that_a_merge_left_twice_add_up() -> None:
    blocks = (entry("Case", "allowRead", "viewAllRecords"), entry("case", "allowRead", "allowEdit"))

    assert told(access(bundle("profiles", "Sales", *blocks))["Profile:Sales"]) == [
        "Case: allowEdit viewAllRecords profiles/Sales.profile-meta.xml:2"
    ]


def test_modify_all_data_is_said_once() -> None:
    found = access(
        bundle("profiles", "Admin", switch("userPermissions", "ModifyAllData"))
        | bundle("profiles", "Auditor", switch("userPermissions", "ViewAllData"))
    )

    assert found["Profile:Admin"].everywhere == (
        "allowEdit",
        "allowDelete",
        "viewAllRecords",
        "modifyAllRecords",
    )
    assert found["Profile:Auditor"].everywhere == ("viewAllRecords",)
    assert told(found["Profile:Auditor"]) == ["ViewAllData: enabled profiles/Auditor.profile-meta.xml:2"]


GROUP = (
    bundle(
        "permissionsets", "A", entry("Case", "allowRead", "allowEdit", "allowDelete"), entry("Lead", *WIDE)
    )
    | bundle(
        "permissionsets", "B", switch("userPermissions", "ViewAllData"), switch("customPermissions", "Bypass")
    )
    | group("Team", "A", "B", mute="Less")
)


def test_a_group_is_what_its_muting_sets_leave() -> None:
    muting = bundle(
        "mutingpermissionsets",
        "Less",
        entry("CASE", "allowDelete"),
        entry("Lead", "allowRead", false=("allowDelete",)),
        switch("userPermissions", "ViewAllData"),
        switch("customPermissions", "bypass", enabled=False),
    )
    team = access(GROUP | muting)["PermissionSetGroup:Team"]

    assert told(team) == [
        "Bypass: enabled permissionsets/B.permissionset-meta.xml:3",
        "Case: allowEdit permissionsets/A.permissionset-meta.xml:2",
    ]
    assert (team.everywhere, team.whole) == ((), True)


def test_a_group_that_refers_to_what_is_not_here_is_not_whole() -> None:
    assert not access(GROUP)["PermissionSetGroup:Team"].whole
    assert access(GROUP)["PermissionSet:A"].whole


def test_a_persona_is_the_sum_of_its_bundles() -> None:
    policy = "principals:\n  personas:\n    Rep: {profile: Sales, permission_set_groups: [Team], permission_sets: [Gone]}\n"
    files = (
        GROUP
        | bundle("mutingpermissionsets", "Less", entry("Lead", *WIDE))
        | bundle("profiles", "Sales", entry("Case", "allowRead", "viewAllRecords"))
        | {"sfgov.yml": policy}
    )
    rep = access(files)["Persona:Rep"]

    assert {hold.name: hold.rights for hold in rep.holds} == {
        "Bypass": ("enabled",),
        "Case": ("allowEdit", "allowDelete", "viewAllRecords"),
        "ViewAllData": ("enabled",),
    }
    assert (rep.everywhere, rep.whole) == (("viewAllRecords",), False)
