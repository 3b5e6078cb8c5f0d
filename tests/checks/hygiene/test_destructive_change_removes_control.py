from __future__ import annotations

import pytest

from sfgov.testing import lint
from sfgov_checks.hygiene.destructive_change_removes_control import (
    destructive_change_removes_control as check,
)
from tests.delete_orgs import (
    BLOCK_POSTED,
    DELETES,
    Files,
    administrator,
    always_guard,
    bundle,
    deleter,
    entry,
    evidence,
    found,
    group,
    guard_trigger,
    line_guard,
    mdapi,
    switch,
)
from tests.flow_xml import ACTIVE, before_delete, filters, flow, node, tag, xml

POST = "manifest/destructiveChangesPost.xml"
GUARDED = line_guard() | deleter("Invoice_Line__c")


def manifest(*named: tuple[str, str], path: str = POST) -> Files:
    """A manifest; its first member is line 2, the second line 3."""
    types = [f"<types><members>{name}</members><name>{kind}</name></types>" for kind, name in named]
    return {path: xml("Package", *types)}


# -- delete guards


def test_the_only_guard_goes() -> None:
    files = GUARDED | manifest(("Flow", "Guard_Lines"))
    assert found(files, check) == [
        f"critical/high {POST}:2 destructiveChangesPost.xml deletes Flow Guard_Lines: the delete guard Guard_Lines on "
        "Invoice_Line__c, which asks about the record, is gone afterwards, and 1 permission set (Sales) can delete "
        "Invoice_Line__c."
    ]
    assert evidence(files, check) == [
        "flows/Guard_Lines.flow-meta.xml:4 runs before any Invoice_Line__c is deleted",
        "flows/Guard_Lines.flow-meta.xml:3 Ask decides by $Record.Posted__c EqualTo true",
        "flows/Guard_Lines.flow-meta.xml:2 stops the delete",
        "permissionsets/Sales.permissionset-meta.xml:3 Sales grants allowDelete on Invoice_Line__c",
    ]


def test_what_becomes_possible_is_found_anew() -> None:
    policy = {"sfgov.yml": 'delete:\n  conditional:\n    Invoice_Line__c: {unless: "Posted__c = true"}\n'}
    files = GUARDED | policy | manifest(("Flow", "Guard_Lines"))
    [message] = found(files, check)
    assert message.endswith("can delete Invoice_Line__c. Then DEL008 finds more.")
    assert evidence(files, check)[-1] == (
        "sfgov.yml:3 afterwards DEL008: Invoice_Line__c may not be deleted when Posted__c = true, but nothing that tests "
        "this runs before a delete. 1 permission set (Sales) can delete it."
    )


def test_a_trigger_in_a_metadata_retrieve() -> None:
    files = mdapi(guard_trigger(BLOCK_POSTED) | deleter("Invoice_Line__c")) | manifest(
        ("Layout", "X"), ("ApexTrigger", "guard"), path="destructiveChanges.xml"
    )
    [message] = found(files, check)
    assert message.startswith(
        "critical/high destructiveChanges.xml:3 destructiveChanges.xml deletes ApexTrigger guard: the delete guard Guard"
    )


def test_the_class_that_a_trigger_rests_on() -> None:
    handler = (
        "public class Handler {\n  public void run(List<Invoice_Line__c> all) {\n"
        "    for (Invoice_Line__c line : all) { if (line.Posted__c) { line.addError('no'); } }\n  }\n}\n"
    )
    files = guard_trigger("new Handler().run(Trigger.old);") | {"classes/Handler.cls": handler}
    [message] = found(files | deleter("Invoice_Line__c") | manifest(("ApexClass", "Handler")), check)
    assert "deletes ApexClass Handler: the delete guard Guard on Invoice_Line__c" in message


def test_the_validation_rule_that_a_flow_rests_on() -> None:
    mark = node(
        "recordUpdates",
        "Mark",
        tag("inputReference", "$Record"),
        "<inputAssignments><field>Deleting__c</field><value><booleanValue>true</booleanValue></value></inputAssignments>",
    )
    rule = xml(
        "ValidationRule",
        tag("fullName", "No"),
        tag("active", "true"),
        tag("errorConditionFormula", "Deleting__c"),
    )
    files = {
        "flows/Veto.flow-meta.xml": flow(mark, before_delete("Mark"), ACTIVE),
        "objects/Invoice__c/validationRules/No.validationRule-meta.xml": rule,
    }
    [message] = found(files | deleter() | manifest(("ValidationRule", "Invoice__c.No")), check)
    assert "deletes ValidationRule Invoice__c.No: the delete guard Veto on Invoice__c" in message


def test_a_version_of_a_flow() -> None:
    [message] = found(GUARDED | manifest(("Flow", "Guard_Lines-4")), check)
    assert "deletes Flow Guard_Lines:" in message


def test_only_administrators_can_then_delete() -> None:
    [message] = found(line_guard() | administrator() | manifest(("Flow", "Guard_Lines")), check)
    assert message.startswith(f"high/high {POST}:2 ")


def test_one_folder_is_one_deployment_and_two_folders_are_two() -> None:
    posted = line_guard(name="Second")
    both = manifest(("Flow", "Guard_Lines"), ("Flow", "Second"))
    assert len(found(GUARDED | posted | both, check)) == 2
    one_each = manifest(("Flow", "Guard_Lines")) | manifest(
        ("Flow", "Second"), path="later/destructiveChangesPost.xml"
    )
    assert found(GUARDED | posted | one_each, check) == []


@pytest.mark.parametrize("name", ["destructiveChanges.xml", "destructiveChangesPre.xml"])
def test_what_is_deleted_first_and_deployed_again_is_there(name: str) -> None:
    files = GUARDED | manifest(("Flow", "Guard_Lines"), path=f"manifest/{name}")
    assert len(found(files, check)) == 1
    assert found(files | manifest(("Flow", "Guard_Lines"), path="manifest/package.xml"), check) == []
    assert found(files | manifest(("Flow", "*"), path="manifest/package.xml"), check) == []
    assert len(found(files | manifest(("Flow", "Other"), path="manifest/package.xml"), check)) == 1
    assert len(found(files | manifest(("Flow", "Guard_Lines"), path="package.xml"), check)) == 1


def test_what_is_deleted_last_is_gone_though_it_was_deployed() -> None:
    files = GUARDED | manifest(("Flow", "Guard_Lines"))
    assert len(found(files | manifest(("Flow", "Guard_Lines"), path="manifest/package.xml"), check)) == 1


# -- muting sets


MUTED = (
    bundle("permissionsets", "Work", entry("Case", *DELETES))
    | bundle("mutingpermissionsets", "Keep", entry("Case", "allowDelete"))
    | group("Team", "Work", mute="Keep")
)


def test_a_muting_set_goes_and_its_group_can_delete_again() -> None:
    policy = {"sfgov.yml": "delete: {never: [Case], members_only: [Work]}\n"}
    files = MUTED | policy | manifest(("MutingPermissionSet", "Keep"))
    assert found(files, check) == [
        f"critical/high {POST}:2 destructiveChangesPost.xml deletes the muting set Keep: afterwards Team can delete Case "
        "again. Then DEL001 finds more."
    ]
    assert evidence(files, check)[:2] == [
        "permissionsetgroups/Team.permissionsetgroup-meta.xml:3 Team takes Keep as its muting set",
        "mutingpermissionsets/Keep.mutingpermissionset-meta.xml:2 mutes Case",
    ]


def test_a_muting_set_that_took_something_else_away() -> None:
    files = (
        bundle("permissionsets", "Work", entry("Case", *DELETES), switch("userPermissions", "ExportReport"))
        | bundle("mutingpermissionsets", "Keep", switch("userPermissions", "ExportReport"))
        | group("Team", "Work", mute="Keep")
    )
    [message] = found(files | manifest(("MutingPermissionSet", "Keep")), check)
    assert message.startswith(f"high/high {POST}:2 ")
    assert message.endswith("afterwards Team gets 1 permission back.")


# -- masks and other controls


EMAIL = {
    "objects/Patient__c/fields/Email__c.field-meta.xml": xml(
        "CustomField",
        "<fullName>Email__c</fullName><type>Email</type><complianceGroup>PII</complianceGroup>",
    )
}


def masking(kind: str, name: str, **values: str) -> Files:
    lines = [
        f"<values><field>datamask__{field}__c</field><value>{value}</value></values>"
        for field, value in values.items()
    ]
    return {f"customMetadata/datamask__{kind}.{name}.md-meta.xml": xml("CustomMetadata", *lines)}


MASKED = (
    EMAIL
    | masking("DataMask_Configuration", "C", Active="true")
    | masking("Masking_Object", "P", API_Name="Patient__c", DataMask_Configuration="C", Active="true")
    | masking(
        "Masking_Field", "E", API_Name="Email__c", Masking_Object="P", Masking_Type="Delete", Active="true"
    )
)


def test_the_masking_of_a_classified_field_goes() -> None:
    files = MASKED | manifest(("CustomMetadata", "datamask__Masking_Field.E"))
    [message] = found(files, check)
    assert message.startswith(
        f"critical/high {POST}:2 destructiveChangesPost.xml deletes CustomMetadata datamask__Masking_Field.E: afterwards "
        "classified data is not masked. Then DAT001 finds more."
    )
    assert "Patient__c" in evidence(files, check)[0]


def test_a_transaction_security_policy_goes() -> None:
    policy = {
        "transactionSecurityPolicies/Exports.transactionSecurityPolicy-meta.xml": xml(
            "TransactionSecurityPolicy", tag("active", "true")
        )
    }
    assert found(policy | manifest(("TransactionSecurityPolicy", "Exports")), check) == [
        f"high/medium {POST}:2 destructiveChangesPost.xml deletes Exports, a transaction security policy, which watches or "
        "blocks what users do."
    ]


def test_a_validation_rule_on_an_object_of_the_policy() -> None:
    rule = xml(
        "ValidationRule",
        tag("fullName", "No"),
        tag("active", "true"),
        tag("errorConditionFormula", "Amount__c = 0"),
    )
    files = {"objects/Invoice__c/validationRules/No.validationRule-meta.xml": rule} | manifest(
        ("ValidationRule", "Invoice__c.No")
    )
    assert found(files, check) == []
    [message] = found(files | {"sfgov.yml": "delete: {never: [Invoice__c]}\n"}, check)
    assert message == (
        f"high/medium {POST}:2 destructiveChangesPost.xml deletes Invoice__c.No, a validation rule on Invoice__c, which is "
        "never deleted, says the policy."
    )


# -- near misses


def test_no_destructive_manifest() -> None:
    assert found(GUARDED | manifest(("Flow", "Guard_Lines"), path="manifest/package.xml"), check) == []


def test_another_guard_blocks_as_much() -> None:
    assert found(GUARDED | line_guard(name="New") | manifest(("Flow", "Guard_Lines")), check) == []
    everything = always_guard("Invoice_Line__c")
    assert found(GUARDED | everything | manifest(("Flow", "Guard_Lines")), check) == []


def test_another_guard_asks_something_else() -> None:
    other = {
        "flows/Other.flow-meta.xml": flow(
            "<customErrors><name>Stop</name></customErrors>",
            before_delete("Stop", filters("Locked__c", "EqualTo", "true")).replace(
                "Invoice__c", "Invoice_Line__c"
            ),
            ACTIVE,
        )
    }
    assert len(found(GUARDED | other | manifest(("Flow", "Guard_Lines")), check)) == 1


def test_nobody_can_delete_the_object() -> None:
    files = line_guard() | deleter("Invoice_Line__c", can=False)
    assert found(files | manifest(("Flow", "Guard_Lines")), check) == []


def test_a_guard_that_sleeps_is_no_loss() -> None:
    files = line_guard(tag("status", "Draft")) | deleter("Invoice_Line__c")
    assert found(files | manifest(("Flow", "Guard_Lines")), check) == []


def test_the_permission_goes_with_the_guard() -> None:
    files = GUARDED | manifest(("Flow", "Guard_Lines"), ("PermissionSet", "Sales"))
    assert found(files, check) == []


def test_the_group_goes_with_its_muting_set() -> None:
    files = MUTED | manifest(("MutingPermissionSet", "Keep"), ("PermissionSetGroup", "Team"))
    assert found(files, check) == []


def test_a_muting_set_that_mutes_nothing_is_no_loss() -> None:
    inverted = bundle("mutingpermissionsets", "Keep", entry("Case", false=("allowDelete",)))
    assert found(MUTED | inverted | manifest(("MutingPermissionSet", "Keep")), check) == []


def test_what_the_tree_does_not_have_is_not_known() -> None:
    assert found(GUARDED | manifest(("Flow", "Elsewhere"), ("Profile", "Custom: Sales")), check) == []


def test_a_field_with_its_mask_is_no_loss() -> None:
    files = MASKED | manifest(
        ("CustomMetadata", "datamask__Masking_Field.E"), ("CustomField", "Patient__c.Email__c")
    )
    assert found(files, check) == []


def test_the_fingerprint_holds_no_path() -> None:
    [here] = lint(GUARDED | manifest(("Flow", "Guard_Lines")), check)
    [there] = lint(
        GUARDED | manifest(("Flow", "Guard_Lines"), path="deploy/v2/destructiveChangesPost.xml"), check
    )
    assert here.fingerprint == there.fingerprint
