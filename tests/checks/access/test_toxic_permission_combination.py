from __future__ import annotations

import pytest

from sfgov_checks.access.toxic_permission_combination import toxic_permission_combination
from tests import access_orgs as orgs
from tests.access_orgs import (
    Files,
    custom,
    group,
    license_,
    muting_set,
    on,
    permission_set,
    policy,
    profile,
    tag,
    user,
)

RULE = 'sod:\n  - {name: create-and-pay, left: ["obj:Vendor__c:create"], right: ["obj:Payment__c:create"]}\n'
PERSONA = (
    "principals: {personas: {Clerk: {profile: Clerk, permission_sets: [Pay], permission_set_groups: [G]}}}\n"
)
VENDORS = permission_set("Vendors", on("Vendor__c", "allowCreate"))
PAY = permission_set("Pay", on("Payment__c", "allowCreate"))


def found(files: Files) -> list[str]:
    return orgs.found(files, toxic_permission_combination)


def components(files: Files) -> list[str]:
    return orgs.components(files, toxic_permission_combination)


# -- rules of the policy


def test_a_group_brings_two_harmless_sets_together() -> None:
    files = policy(RULE) | VENDORS | PAY | group("Accounting", "Pay", "Vendors")
    assert found(files) == [
        "high/high permissionsetgroups/Accounting.permissionsetgroup-meta.xml:3 PermissionSetGroup Accounting combines "
        "create on Vendor__c (from Vendors) and create on Payment__c (from Pay), which the policy keeps apart "
        "(create-and-pay): neither is toxic alone."
    ]
    assert orgs.evidence(files, toxic_permission_combination) == [
        "permissionsetgroups/Accounting.permissionsetgroup-meta.xml:3 Accounting includes Vendors",
        "permissionsets/Vendors.permissionset-meta.xml:2 Vendors grants allowCreate on Vendor__c",
        "permissionsetgroups/Accounting.permissionsetgroup-meta.xml:2 Accounting includes Pay",
        "permissionsets/Pay.permissionset-meta.xml:2 Pay grants allowCreate on Payment__c",
        "sfgov.yml:2 create-and-pay keeps them apart",
    ]
    result = orgs.one(files, toxic_permission_combination)
    assert (result.subject, result.fix) == (
        "create-and-pay",
        "Mute one of the two in Accounting, or give one of the sets to other people.",
    )


def test_one_file_holds_both_sides() -> None:
    files = policy(RULE) | profile("Clerk", on("Payment__c", "allowCreate"), on("VENDOR__C", "allowCreate"))
    assert found(files) == [
        "high/high profiles/Clerk.profile-meta.xml:3 Profile Clerk combines create on VENDOR__C and create on "
        "Payment__c, which the policy keeps apart (create-and-pay)."
    ]


def test_a_group_does_not_repeat_the_set_that_holds_both() -> None:
    both = permission_set("Both", on("Payment__c", "allowCreate"), on("Vendor__c", "allowCreate"))
    files = policy(RULE) | both | VENDORS | group("G", "Both", "Vendors")
    assert components(files) == ["PermissionSet:Both"]


def test_a_group_answers_for_a_set_that_is_only_its_member() -> None:
    both = permission_set("Both", on("Payment__c", "allowCreate"), on("Vendor__c", "allowCreate"))
    files = policy(f"{RULE}delete: {{members_only: [Both]}}\n") | both | group("G", "Both")
    assert components(files) == ["PermissionSetGroup:G"]


def test_a_persona_brings_a_profile_and_a_set_together() -> None:
    files = (
        policy(RULE + PERSONA) | profile("Clerk", on("Vendor__c", "allowCreate")) | PAY | group("G", "Pay")
    )
    assert found(files) == [
        "high/high sfgov.yml:3 Persona Clerk combines create on Vendor__c (from Clerk) and create on Payment__c (from "
        "Pay), which the policy keeps apart (create-and-pay): neither is toxic alone."
    ]
    result = orgs.one(files, toxic_permission_combination)
    assert (result.component, result.fix) == (
        "Persona:Clerk",
        "Give one of the two to other people than Clerk.",
    )
    assert result.evidence[0].message == "Clerk has Clerk, Pay and G"


def test_a_persona_does_not_repeat_its_group() -> None:
    files = policy(RULE + PERSONA) | profile("Clerk") | PAY | VENDORS | group("G", "Pay", "Vendors")
    assert components(files) == ["PermissionSetGroup:G"]


@pytest.mark.parametrize(
    ("left", "block"),
    [
        ("obj:Vendor__c:read", on("Vendor__c", "allowEdit")),
        ("obj:Vendor__c:edit", on("Vendor__c", "allowDelete")),
        ("obj:Vendor__c:delete", on("Vendor__c", "modifyAllRecords")),
        ("obj:Vendor__c:read", user("ViewAllData")),
        ("user:ManageRoles", user("manageroles")),
        ("custom:Approve_Payment", custom("Approve_Payment")),
    ],
)
def test_every_kind_of_side(left: str, block: str) -> None:
    text = f'sod:\n  - {{name: r, left: ["{left}", "user:Other"], right: ["user:RunReports"]}}\n'
    assert components(policy(text) | permission_set("P", block, user("RunReports"))) == ["PermissionSet:P"]


def test_a_rule_that_many_break_is_one_finding_at_the_rule() -> None:
    files = dict(policy(RULE))
    for number in range(1, 12):
        files |= profile(f"Team {number:02}", on("Payment__c", "allowCreate"), on("Vendor__c", "allowCreate"))
    assert found(files) == [
        "high/high sfgov.yml:2 11 profiles combine create on Vendor__c and create on Payment__c or the like, which the "
        "policy keeps apart (create-and-pay): Team 01, Team 02, Team 03, Team 04, Team 05 and 6 more."
    ]


def test_a_mute_that_is_not_here_leaves_a_doubt() -> None:
    files = policy(RULE) | VENDORS | PAY | group("G", "Pay", "Vendors", mute="Gone")
    [line] = found(files)
    assert line.startswith("high/low ")


# -- rules without a policy


@pytest.mark.parametrize(
    ("files", "says"),
    [
        (
            permission_set("A", user("ManageUsers"))
            | permission_set("B", user("AssignPermissionSets"))
            | group("G", "A", "B"),
            "PermissionSetGroup G combines ManageUsers (from A) and AssignPermissionSets (from B), so its users can "
            "make a user and give it any permission set: neither is toxic alone.",
        ),
        (
            profile("Sales", user("DataExport"), user("ViewAllData")),
            "Profile Sales combines ViewAllData and DataExport, so its users can carry all data out of the org.",
        ),
        (
            profile("Members", license_("Customer Community Plus"), user("ViewAllData"), user("ApiEnabled")),
            "Profile Members combines ViewAllData and ApiEnabled, so outsiders can read all data by program.",
        ),
        (
            permission_set("Keys", user("ManageDataMaskPolicies"), user("ViewEncryptedData")),
            "PermissionSet Keys combines ManageDataMaskPolicies and ViewEncryptedData, so its users guard the data "
            "that they can read themselves.",
        ),
    ],
)
def test_four_rules_hold_without_being_written(files: Files, says: str) -> None:
    [line] = found(files)
    assert line.partition(" ")[2].partition(" ")[2] == says


# -- near misses


@pytest.mark.parametrize(
    "files",
    [
        policy(RULE) | VENDORS | PAY,  # two sets, and nobody says that somebody has both
        policy(RULE)
        | VENDORS
        | permission_set("Pay", on("Payment__c", "allowEdit"))
        | group("G", "Pay", "Vendors"),
        policy(RULE)
        | VENDORS
        | PAY
        | group("G", "Pay", "Vendors", mute="M")
        | muting_set("M", on("Payment__c", "allowCreate")),
        policy(RULE)  # read is muted, and create rests on it
        | VENDORS
        | PAY
        | group("G", "Pay", "Vendors", mute="M")
        | muting_set("M", on("Payment__c", "allowRead")),
        policy(RULE) | profile("Admin", on("Payment__c", "allowCreate"), on("Vendor__c", "allowCreate")),
        policy(RULE) | profile("Power", user("ModifyAllData")),
        policy(f"{RULE}principals: {{admin: {{profiles: [Ops]}}}}\n")
        | profile("Ops", on("Payment__c", "allowCreate"), on("Vendor__c", "allowCreate")),
        policy(
            f"{RULE}principals: {{admin: {{profiles: [Ops]}}, personas: {{Boss: {{profile: Ops, permission_sets: [Pay]}}}}}}\n"
        )
        | profile("Ops", on("Vendor__c", "allowCreate"))
        | PAY,
        profile("Analytics", tag("custom", "false"), user("ViewAllData"), user("DataExport")),
        profile("Sales", user("ViewAllData"), user("ApiEnabled")),  # an employee
        permission_set("A", user("ManageUsers")) | permission_set("B", user("AssignPermissionSets")),
        permission_set("acme__All", user("ManageUsers"), user("AssignPermissionSets")),
    ],
)
def test_what_is_fine(files: Files) -> None:
    assert found(files) == []


def test_a_standard_profile_is_held_to_the_policys_rules() -> None:
    blocks = [tag("custom", "false"), on("Payment__c", "allowCreate"), on("Vendor__c", "allowCreate")]
    assert components(policy(RULE) | profile("Standard", *blocks)) == ["Profile:Standard"]


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("", []),
        (RULE, ["no personas are declared, so only what one profile, set or group holds was looked at"]),
        (RULE + "principals: {personas: {Clerk: {profile: Clerk}}}\n", []),
        (
            'sod:\n  - {name: r, left: ["obj:Vendor__c:make"], right: ["custom:X"]}\n'
            "principals: {personas: {Clerk: {profile: Clerk}}}\n",
            [
                'sod rule r: "obj:Vendor__c:make" is none of obj:OBJECT:create|read|edit|delete, user:NAME, custom:NAME'
            ],
        ),
    ],
)
def test_what_cannot_be_checked(text: str, reasons: list[str]) -> None:
    assert orgs.not_checked(policy(text) | profile("Clerk"), toxic_permission_combination) == reasons
