from __future__ import annotations

import pytest

from sfgov_checks.access.broad_data_permission import broad_data_permission
from tests import access_orgs as orgs
from tests.access_orgs import (
    Files,
    field,
    group,
    license_,
    muting_set,
    permission_set,
    policy,
    profile,
    tag,
    user,
)


def found(files: Files) -> list[str]:
    return orgs.found(files, broad_data_permission)


def severities(files: Files) -> list[str]:
    return [line.partition("/")[0] for line in found(files)]


# -- what is found


def test_one_permission_of_a_profile() -> None:
    assert found(profile("Sales", user("ModifyAllData"))) == [
        "critical/high profiles/Sales.profile-meta.xml:2 Profile Sales grants ModifyAllData: its users can read, "
        "change and delete every record, whatever object permissions and sharing say."
    ]


def test_several_permissions_are_one_finding_at_the_gravest() -> None:
    files = permission_set(
        "Ops", user("DataExport"), user("AuthorApex"), user("ViewAllData"), user("ApiEnabled")
    )
    assert found(files) == [
        "critical/high permissionsets/Ops.permissionset-meta.xml:3 PermissionSet Ops grants AuthorApex: its users can "
        "write Apex, which runs with every permission. It also grants ViewAllData and DataExport."
    ]
    assert orgs.evidence(files, broad_data_permission) == [
        "permissionsets/Ops.permissionset-meta.xml:3 Ops grants AuthorApex",
        "permissionsets/Ops.permissionset-meta.xml:4 Ops grants ViewAllData",
        "permissionsets/Ops.permissionset-meta.xml:2 Ops grants DataExport",
    ]
    result = orgs.one(files, broad_data_permission)
    assert result.subject == "AuthorApex, DataExport, ViewAllData"
    assert result.fix == (
        "Take them away from Ops and grant what the work needs instead, or list Ops under principals.admin if it is "
        "an administrator's."
    )


def test_view_all_data_goes_without_saying_beside_modify_all_data() -> None:
    files = profile("Sales", user("ViewAllData"), user("ModifyAllData"))
    assert orgs.one(files, broad_data_permission).subject == "ModifyAllData"


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("ManageProfilesPermissionsets", "critical"),
        ("CustomizeApplication", "critical"),
        ("ViewAllData", "high"),
        ("ManageUsers", "high"),
        ("UseAnyApiClient", "high"),
        ("BulkApiHardDelete", "medium"),
        ("PasswordNeverExpires", "medium"),
    ],
)
def test_how_bad_it_is(name: str, severity: str) -> None:
    assert severities(permission_set("Ops", user(name))) == [severity]


@pytest.mark.parametrize(
    ("files", "severity"),
    [
        (profile("Site", license_("Guest User License"), user("ViewAllData")), "critical"),
        (profile("Members", license_("Customer Community Plus"), user("DataExport")), "high"),
        (profile("Bot", license_("Einstein Agent"), user("ViewAllData")), "critical"),
        (permission_set("Nightly", user("ApiUserOnly"), user("ViewAllData")), "critical"),
        (
            policy("principals: {integration: {permission_sets: [Mule]}}\n")
            | permission_set("Mule", user("ViewAllData")),
            "critical",
        ),
        (
            policy("principals: {agent: {agents: {Helper: [Helper_Rights]}}}\n")
            | permission_set("Helper_Rights", user("ViewAllData")),
            "critical",
        ),
        (permission_set("ERP_Integration", user("ViewAllData")), "high"),  # a name alone proves nothing
    ],
)
def test_outsiders_and_machines_weigh_more(files: Files, severity: str) -> None:
    assert severities(files) == [severity]


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("System Administrator EU", "high"),
        ("PortalAdmin", "high"),
        ("sales_admin", "high"),
        ("Administration", "high"),
        ("Badminton", "critical"),
        ("Sales", "critical"),
    ],
)
def test_what_is_called_an_administrators_weighs_less(name: str, severity: str) -> None:
    assert severities(profile(name, user("AuthorApex"))) == [severity]


def test_a_set_for_a_session_weighs_less() -> None:
    blocks = [tag("hasActivationRequired", "true"), user("ModifyAllData")]
    assert severities(permission_set("Emergency", *blocks)) == ["high"]


def test_a_decomposed_set_is_found_in_its_piece() -> None:
    name = "permissionsets/Ops/Ops.userPermission-meta.xml"
    files = {
        "permissionsets/Ops/Ops.permissionset-meta.xml": "<PermissionSet><label>Ops</label></PermissionSet>",
        name: f"<PermissionSet>\n{user('AuthorApex')}\n</PermissionSet>",
    }
    result = orgs.one(files, broad_data_permission)
    assert (result.path, result.line, result.component) == (name, 2, "PermissionSet:Ops")


def test_a_permission_that_many_hold_is_one_finding() -> None:
    files: Files = {}
    for number in range(1, 12):
        files |= profile(f"Team {number:02}", user("ResetPasswords"))
    files |= permission_set("Ops", user("ManageUsers"), user("ResetPasswords"))
    rest, first = found(files)
    assert first == (
        "high/high permissionsets/Ops.permissionset-meta.xml:2 PermissionSet Ops grants ManageUsers: its users can "
        "create, change and unlock users."
    )
    assert rest == (
        "medium/high permissionsets/Ops.permissionset-meta.xml:1 11 profiles and 1 permission set grant ResetPasswords: their "
        "users can reset other users' passwords (Team 01, Team 02, Team 03, Team 04, Team 05 and 7 more)."
    )


# -- groups


DEV = permission_set("Dev_Tools", user("AuthorApex"))


def test_a_group_does_not_repeat_its_sets() -> None:
    assert orgs.components(DEV | group("G", "Dev_Tools"), broad_data_permission) == [
        "PermissionSet:Dev_Tools"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "delete: {members_only: [Dev_Tools]}\n",
        "principals: {admin: {permission_sets: [dev_tools]}}\n",
    ],
)
def test_a_group_answers_for_sets_that_do_not_answer_themselves(text: str) -> None:
    files = policy(text) | DEV | group("G", "Dev_Tools")
    assert found(files) == [
        "critical/high permissionsetgroups/G.permissionsetgroup-meta.xml:2 PermissionSetGroup G grants AuthorApex "
        "(from Dev_Tools, and not muted): its users can write Apex, which runs with every permission."
    ]
    assert orgs.evidence(files, broad_data_permission) == [
        "permissionsetgroups/G.permissionsetgroup-meta.xml:2 G includes Dev_Tools",
        "permissionsets/Dev_Tools.permissionset-meta.xml:2 Dev_Tools grants AuthorApex",
    ]


def test_a_packages_set_is_found_in_the_group_that_could_mute_it() -> None:
    files = permission_set("acme__Dev", user("AuthorApex")) | group("G", "acme__Dev")
    assert orgs.components(files, broad_data_permission) == ["PermissionSetGroup:G"]
    muted = group("G", "acme__Dev", mute="M") | muting_set("M", user("AuthorApex"))
    assert found(permission_set("acme__Dev", user("AuthorApex")) | muted) == []


def test_a_mute_that_is_not_here_leaves_a_doubt() -> None:
    files = policy("delete: {members_only: [Dev_Tools]}\n") | DEV | group("G", "Dev_Tools", mute="Gone")
    [line] = found(files)
    assert line.startswith("critical/low ")
    assert "grants AuthorApex (from Dev_Tools, unless Gone, which is not here, mutes it):" in line


# -- near misses


@pytest.mark.parametrize(
    "files",
    [
        profile("Sales", user("ApiEnabled"), user("ViewSetup"), user("RunReports")),
        profile("Sales", user("ModifyAllData", "false")),
        profile("Admin", user("ModifyAllData"), user("AuthorApex")),
        profile("Premier Support User", tag("custom", "false"), user("ModifyAllData")),
        policy("principals: {admin: {profiles: [Platform Team]}}\n")
        | profile("Platform Team", user("ModifyAllData")),
        policy("principals: {admin: {permission_set_groups: [Platform]}}\n")
        | policy("principals: {admin: {permission_sets: [Tools], permission_set_groups: [Platform]}}\n")
        | permission_set("Tools", user("AuthorApex"))
        | group("Platform", "Tools"),
        policy("delete: {members_only: [Dev_Tools]}\n")
        | DEV
        | group("G", "Dev_Tools", mute="M")
        | muting_set("M", user("AuthorApex")),
        permission_set("acme__Dev", user("AuthorApex")),
        profile("Site", license_("Guest User License"), user("PasswordNeverExpires")),
        permission_set("Nightly", user("ApiUserOnly"), user("PasswordNeverExpires")),
    ],
)
def test_what_is_fine(files: Files) -> None:
    assert found(files) == []


def test_a_permission_set_called_admin_is_not_the_profile() -> None:
    assert severities(permission_set("Admin", user("ModifyAllData"))) == ["high"]


@pytest.mark.parametrize(
    ("files", "severity"),
    [
        (field("Contact.Pin__c", type_="EncryptedText"), ["medium"]),
        (field("Contact.Pin__c", type_="Text"), []),
        ({}, ["medium"]),  # which fields there are is unknown
    ],
)
def test_view_encrypted_data_is_about_fields_of_one_type(files: Files, severity: list[str]) -> None:
    assert severities(permission_set("Ops", user("ViewEncryptedData")) | files) == severity


def test_the_options() -> None:
    files = permission_set("Ops", user("DataExport")) | permission_set("Desk", user("DataExport"))
    assert len(found(files)) == 2
    assert found(policy("checks: {ACC001: {allowed: [dataexport]}}\n") | files) == []
    assert len(found(policy("checks: {ACC001: {widely_held: 1}}\n") | files)) == 1


def test_an_org_without_bundles_is_not_checked() -> None:
    assert orgs.not_checked(field("Contact.Pin__c"), broad_data_permission) == [
        "neither Profile, PermissionSet nor PermissionSetGroup was retrieved"
    ]
