"""The delete matrix of a run: which objects are in it, and why."""

from __future__ import annotations

from sfgov.result import Matrix
from sfgov.testing import lint_run
from sfgov_checks.delete.never_policy_violated import never_policy_violated
from tests.delete_orgs import DELETES, MASTER, Files, bundle, entry, field, line_guard, switch
from tests.flow_xml import xml


def matrix(files: Files) -> Matrix:
    found = lint_run(files, never_policy_violated).matrix
    assert found is not None
    return found


def reasons(files: Files) -> dict[str, tuple[str, ...]]:
    return {one.object: one.because for one in matrix(files).objects}


SALES = bundle("permissionsets", "Sales", entry("Invoice_Line__c", *DELETES))


def test_objects_are_there_for_a_reason() -> None:
    files = (
        SALES
        | line_guard()
        | MASTER
        | {"sfgov.yml": 'delete: {never: [Contract], conditional: {Case: {unless: "closed"}}}\n'}
        | {
            "objects/Patient__c/fields/S__c.field-meta.xml": xml(
                "CustomField",
                "<fullName>S__c</fullName><type>Text</type><complianceGroup>PHI</complianceGroup>",
            )
        }
    )
    assert reasons(files) == {
        "Case": ("deleted under conditions, says the policy",),
        "Contract": ("never deleted, says the policy",),
        "Invoice_Line__c": ("guarded", "deleted with other records"),
        "Patient__c": ("classified fields",),
    }


def test_objects_without_a_reason_are_left_out() -> None:
    assert reasons(SALES | bundle("profiles", "P", entry("Account", *DELETES))) == {}


def test_many_objects_are_cut_and_the_rest_is_named() -> None:
    files: Files = {"sfgov.yml": "delete: {never: [Zebra__c]}\n"} | SALES
    for number in range(45):
        files |= field(f"D{number:02}__c.M__c", "MasterDetail", "M__c")
    found = matrix(files)
    assert len(found.objects) == 40
    assert found.objects[-1].object == "Zebra__c"
    assert found.left_out == tuple(f"D{number:02}__c" for number in range(39, 45))


def test_people_come_before_administrators_and_lines_have_excerpts() -> None:
    files = (
        {"sfgov.yml": "delete: {never: [Invoice_Line__c]}\nprincipals: {admin: {permission_sets: [Boss]}}\n"}
        | SALES
        | bundle("permissionsets", "Boss", entry("Invoice_Line__c", *DELETES))
        | bundle("profiles", "Admin", switch("userPermissions", "ModifyAllData"))
    )
    [one] = matrix(files).objects
    assert [(right.bundle, right.admin) for right in one.rights] == [
        ("PermissionSet:Sales", False),
        ("Profile:Admin", True),
        ("PermissionSet:Boss", True),
    ]
    assert one.rights[0].steps[0].excerpt[1][0] == 2
    assert "Invoice_Line__c" in one.rights[0].steps[0].excerpt[1][1]


def test_without_permissions_there_is_no_matrix() -> None:
    assert lint_run(line_guard(), never_policy_violated).matrix is None
