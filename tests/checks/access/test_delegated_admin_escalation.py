from __future__ import annotations

import pytest

from sfgov_checks.access.delegated_admin_escalation import delegated_admin_escalation
from tests import access_orgs as orgs
from tests.access_orgs import (
    SECRET,
    Files,
    field,
    group,
    muting_set,
    on,
    permission_set,
    policy,
    profile,
    tag,
    user,
    xml,
)


def delegates(*blocks: str, login: bool = False) -> Files:
    """The label is line 2, the first block line 4."""
    head = [tag("label", "Regional admins"), tag("loginAccess", str(login).lower())]
    return {"delegateGroups/Regional.delegateGroup-meta.xml": xml("DelegateGroup", *head, *blocks)}


SETS = tag("permissionSets", "Tools")
TOOLS = permission_set("Tools", user("AuthorApex"))
PATH = "delegateGroups/Regional.delegateGroup-meta.xml"


def found(files: Files) -> list[str]:
    return orgs.found(files, delegated_admin_escalation)


# -- what is found


def test_a_set_that_lets_people_write_apex() -> None:
    files = delegates(tag("permissionSets", "Harmless"), SETS) | TOOLS | permission_set("Harmless")
    assert found(files) == [
        f"high/high {PATH}:5 Delegated administrators of Regional admins may hand out PermissionSet Tools, which grants "
        "AuthorApex: its users can write Apex, which runs with every permission."
    ]
    assert orgs.evidence(files, delegated_admin_escalation) == [
        f"{PATH}:5 Regional may assign Tools",
        "permissionsets/Tools.permissionset-meta.xml:2 Tools grants AuthorApex",
    ]
    result = orgs.one(files, delegated_admin_escalation)
    assert (result.component, result.subject) == (
        "DelegateGroup:Regional",
        "PermissionSet:Tools: AuthorApex",
    )


def test_who_may_also_log_in_as_the_user_has_it_at_once() -> None:
    files = delegates(SETS, login=True) | TOOLS
    [line] = found(files)
    assert line.startswith("critical/high ")
    assert orgs.evidence(files, delegated_admin_escalation)[-1] == f"{PATH}:3 they may log in as those users"


@pytest.mark.parametrize(
    ("block", "files", "name"),
    [
        (tag("profiles", "Ops"), profile("Ops", user("ManageUsers")), "Profile Ops"),
        (tag("profiles", "Standard User"), profile("Standard", user("ViewAllData")), "Profile Standard"),
        (tag("permissionSets", "tools"), TOOLS, "PermissionSet Tools"),
        (
            tag("permissionSets", "Release tools"),
            permission_set("Tools", tag("label", "Release tools"), user("AuthorApex")),
            "PermissionSet Tools",
        ),
        (
            tag("permissionSetGroups", "Platform"),
            TOOLS | group("Platform", "Tools"),
            "PermissionSetGroup Platform",
        ),
    ],
)
def test_each_kind_of_bundle(block: str, files: Files, name: str) -> None:
    [line] = found(delegates(block) | files)
    assert f"may hand out {name}, which grants" in line


def test_delete_of_what_is_never_deleted_and_all_records_of_a_classified_object() -> None:
    files = (
        policy("delete: {never: [Invoice__c]}\n")
        | delegates(SETS)
        | field("Contact.SSN__c", SECRET)
        | permission_set("Tools", on("Contact", "modifyAllRecords"), on("Invoice__c", "allowDelete"))
    )
    assert found(files) == [
        f"high/high {PATH}:4 Delegated administrators of Regional admins may hand out PermissionSet Tools, which grants "
        "allowDelete on Invoice__c: its users can delete Invoice__c, which the policy says is never deleted. It also "
        "grants modifyAllRecords on Contact."
    ]


def test_modify_all_data_is_refused_by_salesforce() -> None:
    files = delegates(SETS, login=True) | permission_set("Tools", user("ModifyAllData"), user("AuthorApex"))
    assert found(files) == [
        f"low/high {PATH}:4 Regional admins lists PermissionSet Tools, which grants ModifyAllData: Salesforce refuses "
        "it. It also grants AuthorApex."
    ]


def test_a_mute_that_is_not_here_leaves_a_doubt() -> None:
    files = delegates(tag("permissionSetGroups", "G")) | TOOLS | group("G", "Tools", mute="Gone")
    [line] = found(files)
    assert line.startswith("high/low ")


# -- near misses


@pytest.mark.parametrize(
    "files",
    [
        delegates() | TOOLS,
        delegates(tag("customObjects", "Invoice__c"), tag("roles", "Sales")) | TOOLS,
        delegates(SETS)
        | permission_set("Tools", user("ApiEnabled"), user("ResetPasswords"), user("DataExport")),
        delegates(SETS) | permission_set("Tools", on("Contact", "modifyAllRecords")),
        delegates(SETS)
        | field("Contact.SSN__c", SECRET)
        | permission_set("Tools", on("Contact", "allowDelete", "viewAllRecords")),
        delegates(tag("permissionSetGroups", "G"))
        | TOOLS
        | group("G", "Tools", mute="M")
        | muting_set("M", user("AuthorApex")),
    ],
)
def test_what_is_fine(files: Files) -> None:
    assert found(files) == []


def test_what_is_not_here_is_said_to_be_unknown() -> None:
    files = delegates(tag("profiles", "Gone"), SETS, tag("permissionSets", "Lost")) | TOOLS
    assert orgs.not_checked(files, delegated_admin_escalation) == [
        "delegated administrators may assign Gone and Lost, of which nothing is known here"
    ]
