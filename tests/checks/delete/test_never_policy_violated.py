from __future__ import annotations

import pytest

from sfgov.result import Result
from sfgov.testing import lint, lint_run
from sfgov_checks.delete.never_policy_violated import never_policy_violated

Files = dict[str, str]
NS = 'xmlns="http://soap.sforce.com/2006/04/metadata"'
NEVER = {"sfgov.yml": "delete:\n  never: [Invoice__c]\n"}


def file(path: str, root: str, *lines: str) -> Files:
    return {path: "\n".join([f"<{root} {NS}>", *lines, f"</{root}>", ""])}


def on(name: str, *true: str) -> str:
    flags = "".join(f"<{flag}>true</{flag}>" for flag in true)
    return f"<objectPermissions>{flags}<object>{name}</object></objectPermissions>"


MODIFY_ALL_DATA = "<userPermissions><enabled>true</enabled><name>ModifyAllData</name></userPermissions>"
DELETE = on("Invoice__c", "allowRead", "allowEdit", "allowDelete")


def profile(name: str, *lines: str) -> Files:
    return file(f"profiles/{name}.profile-meta.xml", "Profile", *lines)


def permission_set(name: str, *lines: str) -> Files:
    return file(f"permissionsets/{name}.permissionset-meta.xml", "PermissionSet", *lines)


def group(name: str, *sets: str, mute: str = "") -> Files:
    muting = [f"<mutingPermissionSets>{mute}</mutingPermissionSets>"] if mute else []
    members = [f"<permissionSets>{one}</permissionSets>" for one in sets]
    return file(
        f"permissionsetgroups/{name}.permissionsetgroup-meta.xml", "PermissionSetGroup", *muting, *members
    )


def muting_set(name: str, *lines: str) -> Files:
    return file(f"mutingpermissionsets/{name}.mutingpermissionset-meta.xml", "MutingPermissionSet", *lines)


def found(files: Files) -> list[str]:
    return [f"{r.path}:{r.line} {r.message}" for r in lint(files, never_policy_violated)]


def components(files: Files) -> list[str]:
    return [r.component for r in lint(files, never_policy_violated)]


def one(files: Files) -> Result:
    [result] = lint(files, never_policy_violated)
    return result


def test_a_profile_in_source_format() -> None:
    result = one(
        NEVER
        | profile(
            "People %26 Culture",
            "<objectPermissions>",
            "<allowCreate>true</allowCreate>",
            "<allowDelete>true</allowDelete>",
            "<object>Invoice__c</object>",
            "</objectPermissions>",
        )
    )
    assert (result.path, result.line, result.component) == (
        "profiles/People %26 Culture.profile-meta.xml",
        4,
        "Profile:People & Culture",
    )
    assert (result.severity, result.confidence, result.subject) == ("critical", "high", "Invoice__c")
    assert result.message == (
        "Profile People & Culture can delete Invoice__c (records the sharing model gives full access to) through "
        "allowDelete; the policy says it is never deleted."
    )
    assert [(step.line, step.message) for step in result.evidence] == [
        (4, "People & Culture grants allowDelete on Invoice__c")
    ]


def test_an_org_in_mdapi_format() -> None:
    files = (
        NEVER
        | file("src/profiles/Sales.profile", "Profile", on("Invoice__c", "allowDelete", "modifyAllRecords"))
        | file(
            "src/permissionsets/Reader.permissionset",
            "PermissionSet",
            on("Invoice__c", "allowRead", "allowEdit"),
        )
        | {"src/package.xml": f"<Package {NS}><version>60.0</version></Package>"}
    )
    assert found(files) == [
        (
            "src/profiles/Sales.profile:2 Profile Sales can delete Invoice__c (all records) through modifyAllRecords; "
            "the policy says it is never deleted."
        )
    ]


def test_every_flag_that_gives_delete_is_evidence() -> None:
    result = one(
        NEVER | permission_set("P", on("Invoice__c", "modifyAllRecords"), on("INVOICE__C", "allowDelete"))
    )
    assert [(step.line, step.message) for step in result.evidence] == [
        (2, "P grants modifyAllRecords on Invoice__c"),
        (3, "P grants allowDelete on INVOICE__C"),
    ]


def test_modify_all_data_is_one_finding_for_all_objects() -> None:
    files = {"sfgov.yml": "delete:\n  never: [Payment__c, Contract, Invoice__c]\n"} | profile(
        "Admin", on("Contract", "allowDelete"), MODIFY_ALL_DATA
    )
    result = one(files)
    assert result.message == (
        "Profile Admin can delete Contract, Invoice__c and Payment__c (all records) through ModifyAllData; "
        "the policy says they are never deleted."
    )
    assert (result.line, result.subject) == (3, "ModifyAllData")
    assert [step.line for step in result.evidence] == [3, 2]


def test_a_group_is_found_at_the_line_that_includes_the_set() -> None:
    files = NEVER | permission_set("Invoices", DELETE) | group("Sales", "Other__Set", "Invoices")
    assert found(files) == [
        (
            "permissionsetgroups/Sales.permissionsetgroup-meta.xml:3 PermissionSetGroup Sales can delete Invoice__c "
            "(records the sharing model gives full access to) through allowDelete of Invoices, which it does not mute; "
            "the policy says it is never deleted."
        ),
        (
            "permissionsets/Invoices.permissionset-meta.xml:2 PermissionSet Invoices can delete Invoice__c (records the "
            "sharing model gives full access to) through allowDelete; the policy says it is never deleted."
        ),
    ]
    [in_group, _] = lint(files, never_policy_violated)
    assert [(s.path, s.line, s.message) for s in in_group.evidence] == [
        ("permissionsetgroups/Sales.permissionsetgroup-meta.xml", 3, "Sales includes Invoices"),
        ("permissionsets/Invoices.permissionset-meta.xml", 2, "Invoices grants allowDelete on Invoice__c"),
    ]


def test_a_muting_set_that_is_written_the_wrong_way_round_does_not_help() -> None:
    wrong = (
        "<objectPermissions><allowDelete>false</allowDelete><object>Invoice__c</object></objectPermissions>"
    )
    files = permission_set("Invoices", DELETE) | group("Sales", "Invoices", mute="M") | muting_set("M", wrong)
    assert components(NEVER | files) == ["PermissionSetGroup:Sales", "PermissionSet:Invoices"]


def test_a_decomposed_set_is_found_in_its_piece() -> None:
    folder = "permissionsets/Invoices"
    files = (
        NEVER
        | file(f"{folder}/Invoices.permissionset-meta.xml", "PermissionSet", "<label>Invoices</label>")
        | file(f"{folder}/objectSettings/Invoice__c.objectSettings-meta.xml", "PermissionSet", DELETE)
    )
    assert one(files).path == f"{folder}/objectSettings/Invoice__c.objectSettings-meta.xml"


def test_the_fix_says_what_to_change_where() -> None:
    fixes = [
        r.fix
        for r in lint(
            NEVER
            | profile("Admin", MODIFY_ALL_DATA)
            | permission_set("Invoices", DELETE)
            | group("Sales", "Invoices"),
            never_policy_violated,
        )
    ]
    assert fixes == [
        (
            "Mute allowDelete in Sales (a muting set with <allowDelete>true</allowDelete>), or take it from the set, "
            "or list Sales under delete.allow."
        ),
        (
            "Set allowDelete and modifyAllRecords on Invoice__c to false in this file, "
            "or list Invoices under delete.allow."
        ),
        "Take ModifyAllData away and grant the object permissions that are needed, or list Admin under delete.allow.",
    ]


# -- near misses


def test_edit_without_delete_is_fine() -> None:
    assert found(NEVER | profile("Sales", on("Invoice__c", "allowRead", "allowEdit", "viewAllRecords"))) == []


def test_delete_on_another_object_is_fine() -> None:
    assert (
        found(NEVER | profile("Sales", on("Invoice_Line__c", "allowDelete"), on("Invoice__c", "allowRead")))
        == []
    )


def test_a_group_whose_mute_takes_delete_away_is_fine() -> None:
    files = (
        {"sfgov.yml": "delete: {never: [Invoice__c], members_only: [invoices]}\n"}
        | permission_set("Invoices", DELETE)
        | group("Sales", "Invoices", mute="M")
        | muting_set("M", on("Invoice__c", "allowDelete"))
    )
    assert found(files) == []


def test_a_members_only_set_is_judged_through_its_groups() -> None:
    files = (
        {"sfgov.yml": "delete: {never: [Invoice__c], members_only: [Invoices]}\n"}
        | permission_set("Invoices", DELETE)
        | group("Muted", "Invoices", mute="M")
        | group("Open", "Invoices")
        | muting_set("M", on("Invoice__c", "allowEdit"))
    )
    assert components(files) == ["PermissionSetGroup:Open"]


@pytest.mark.parametrize(
    ("kind", "files"),
    [
        ("profiles: [admin]", profile("Admin", MODIFY_ALL_DATA)),
        ("permission_sets: [data_steward]", permission_set("Data_Steward", DELETE)),
    ],
)
def test_the_allow_list_excuses_without_case(kind: str, files: Files) -> None:
    policy = {"sfgov.yml": f"delete: {{never: [invoice__C], allow: {{{kind}}}}}\n"}
    assert found(policy | files) == []


def test_a_group_of_an_allowed_set_is_listed_by_its_own_name() -> None:
    files = permission_set("Steward", DELETE) | group("Stewards", "Steward")
    allow = "delete: {never: [Invoice__c], allow: {permission_sets: [Steward]%s}}\n"
    assert components({"sfgov.yml": allow % ""} | files) == ["PermissionSetGroup:Stewards"]
    assert components({"sfgov.yml": allow % ", permission_set_groups: [Stewards]"} | files) == []


def test_who_is_an_administrator_does_not_decide_who_may_delete() -> None:
    policy = "delete: {never: [Invoice__c]}\nprincipals: {admin: {profiles: [Admin]}}\n"
    assert components({"sfgov.yml": policy} | profile("Admin", MODIFY_ALL_DATA)) == ["Profile:Admin"]


def test_a_persona_does_not_repeat_what_its_parts_can_do() -> None:
    policy = "delete: {never: [Invoice__c]}\nprincipals: {personas: {Rep: {profile: Sales}}}\n"
    assert components({"sfgov.yml": policy} | profile("Sales", DELETE)) == ["Profile:Sales"]


def test_a_mute_that_is_not_in_the_tree_lowers_the_confidence() -> None:
    files = {"sfgov.yml": "delete: {never: [Invoice__c], members_only: [Invoices]}\n"} | permission_set(
        "Invoices", DELETE
    )
    result = one(files | group("Sales", "Invoices", mute="Gone"))
    assert result.confidence == "low"
    assert "of Invoices, unless its muting set Gone, which is not here, mutes it;" in result.message


# -- what could not be looked at


def not_checked(files: Files) -> list[str]:
    return [one.reason for one in lint_run(files, never_policy_violated).not_checked]


def test_without_a_policy_nothing_is_checked() -> None:
    assert not_checked(profile("Sales", DELETE)) == ["sfgov.yml names no object under delete.never"]


def test_an_object_that_no_bundle_names_is_said_to_be_unseen() -> None:
    policy = {"sfgov.yml": "delete: {never: [Invoice__c, Payment__c, Contract]}\n"}
    assert not_checked(policy | profile("Sales", on("Invoice__c", "allowRead"))) == [
        "no profile or permission set here has an entry for Contract and Payment__c; only Modify All Data was looked for"
    ]


def test_an_org_without_bundles_is_not_checked() -> None:
    files = NEVER | file(
        "objects/Invoice__c/Invoice__c.object-meta.xml", "CustomObject", "<label>Invoice</label>"
    )
    assert not_checked(files) == ["neither Profile, PermissionSet nor PermissionSetGroup was retrieved"]


def test_identities_do_not_change_when_a_file_is_reordered_or_moved() -> None:
    block = on("Contract", "allowRead")
    before = lint(NEVER | profile("Sales", DELETE, block), never_policy_violated)
    moved = file("force-app/main/default/profiles/Sales.profile-meta.xml", "Profile", block, "", DELETE)
    after = lint(NEVER | moved, never_policy_violated)
    assert [r.fingerprint for r in before] == [r.fingerprint for r in after]
    assert [r.line for r in before] != [r.line for r in after]
