"""`sfgov who-can delete`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sfgov.cli import main
from sfgov.testing import write_files
from tests.delete_orgs import (
    DELETES,
    MASTER,
    Files,
    administrator,
    bundle,
    entry,
    field,
    group,
    guard_trigger,
    line_guard,
    mdapi,
    switch,
)
from tests.flow_xml import ACTIVE, before_delete, condition, flow, node, rule, tag, xml

LINES = (
    bundle("permissionsets", "Lines", entry("Invoice_Line__c", *DELETES))
    | bundle("mutingpermissionsets", "Keep", entry("Invoice_Line__c", "allowDelete"))
    | group("Muted", "Lines", mute="Keep")
    | group("Open", "Lines")
    | administrator()
    | line_guard()
    | MASTER
    | bundle("profiles", "Ops %26 Co", entry("Invoice__c", *DELETES, "modifyAllRecords"))
    | {
        "sfgov.yml": "principals: {personas: {Mara: {profile: Ops & Co, permission_set_groups: [Open]}, Ned: {permission_set_groups: [Muted]}}}\n"
    }
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def who_can(folder: Path, files: Files, *words: str) -> Result:
    write_files(folder, files)
    return CliRunner().invoke(main, ["who-can", "delete", *words], prog_name="sfgov")


def test_the_table_names_bundles_after_muting_with_scope_and_lines(folder: Path) -> None:
    result = who_can(folder, LINES, "invoice_line__C")
    assert result.exit_code == 0
    assert result.stdout == (
        "Who can delete Invoice_Line__c\n"
        "\n"
        "BUNDLE                   RECORDS  THROUGH\n"
        "PermissionSet Lines      shared   allowDelete\n"
        "    permissionsets/Lines.permissionset-meta.xml:2\n"
        "PermissionSetGroup Open  shared   allowDelete\n"
        "    permissionsetgroups/Open.permissionsetgroup-meta.xml:2\n"
        "    permissionsets/Lines.permissionset-meta.xml:2\n"
        "Persona Mara             shared   allowDelete\n"
        "    permissionsetgroups/Open.permissionsetgroup-meta.xml:2\n"
        "    permissionsets/Lines.permissionset-meta.xml:2\n"
        "Profile Admin            all      ModifyAllData, administrator\n"
        "    profiles/Admin.profile-meta.xml:2\n"
        "\n"
        "shared: the records that sharing gives full access to.\n"
        "\n"
        "In the way\n"
        "  Flow Guard_Lines stops deletes of some records\n"
        "    Ask decides by $Record.Posted__c EqualTo true\n"
        "    flows/Guard_Lines.flow-meta.xml:4\n"
        "\n"
        "Deleted along with\n"
        "  Invoice__c, through Invoice_Line__c.Invoice__c (master-detail)\n"
        "    can delete it: Profile Admin, Profile Ops & Co\n"
        "    objects/Invoice_Line__c/fields/Invoice__c.field-meta.xml:3\n"
    )


def test_json_holds_the_same(folder: Path) -> None:
    result = who_can(folder, LINES, "Invoice_Line__c", ".", "--format", "json")
    found = json.loads(result.stdout)
    assert (found["version"], found["action"], found["object"]) == (1, "delete", "Invoice_Line__c")
    assert [(r["bundle"], r["scope"], r["through"], r["certain"], r["admin"]) for r in found["rights"]] == [
        ("PermissionSet:Lines", "shared", "allowDelete", True, False),
        ("PermissionSetGroup:Open", "shared", "allowDelete", True, False),
        ("Persona:Mara", "shared", "allowDelete", True, False),
        ("Profile:Admin", "all", "ModifyAllData", True, True),
    ]
    assert found["rights"][1]["steps"][0] == {
        "path": "permissionsetgroups/Open.permissionsetgroup-meta.xml",
        "line": 2,
        "component": "PermissionSetGroup:Open",
        "message": "Open includes Lines",
        "column": 1,
    }
    [guard] = found["guards"]
    assert (guard["component"], guard["state"], guard["stops"]) == ("Flow:Guard_Lines", "active", "by record")
    assert guard["conditions"] == ["Ask decides by $Record.Posted__c EqualTo true"]
    [master] = found["masters"]
    assert (master["object"], master["holders"], master["watched"]) == (
        "Invoice__c",
        ["Profile:Admin", "Profile:Ops & Co"],
        False,
    )


def test_a_metadata_retrieve(folder: Path) -> None:
    inside = "<fields><fullName>Order__c</fullName><referenceTo>Order</referenceTo><type>Lookup</type><deleteConstraint>Restrict</deleteConstraint></fields>"
    files = mdapi(
        bundle("profiles", "Sales", entry("Order", *DELETES)) | line_guard(tag("status", "Draft"), "Order")
    ) | {"objects/Payment__c.object": xml("CustomObject", inside)}
    result = who_can(folder, files, "Order")
    assert result.stdout.splitlines()[2:] == [
        "BUNDLE         RECORDS  THROUGH",
        "Profile Sales  shared   allowDelete",
        "    profiles/Sales.profile:2",
        "",
        "shared: the records that sharing gives full access to.",
        "",
        "In the way",
        "  Flow Guard_Lines (not active) stops deletes of some records",
        "    Ask decides by $Record.Posted__c EqualTo true",
        "    flows/Guard_Lines.flow:4",
        "",
        "Restricted by lookups",
        "  Payment__c.Order__c forbids it while a record points to it",
        "    objects/Payment__c.object:2",
    ]


def test_who_is_let_through_by_a_trigger_and_what_it_asks(folder: Path) -> None:
    body = (
        "if (!FeatureManagement.checkPermission('Bypass')) {\n"
        "for (Invoice__c i : Trigger.old) { if (!i.Posted__c) { continue; } i.addError('no'); } }"
    )
    files = guard_trigger(body, "Invoice__c") | bundle(
        "permissionsets", "Sales", entry("Invoice__c", *DELETES), switch("customPermissions", "Bypass")
    )
    lines = who_can(folder, files, "Invoice__c").stdout.splitlines()
    assert lines[lines.index("In the way") :] == [
        "In the way",
        "  ApexTrigger Guard stops deletes of some records",
        "    if !FeatureManagement.checkPermission('Bypass')",
        "    if i.Posted__c",
        "    lets through Bypass: PermissionSet Sales",
        "    triggers/Guard.trigger:1",
    ]


def test_loopholes(folder: Path) -> None:
    files = (
        bundle(
            "permissionsets", "Leads", entry("Lead", *DELETES), switch("userPermissions", "BulkApiHardDelete")
        )
        | {
            "settings/LeadConfig.settings": xml(
                "LeadConfigSettings", tag("enableOrgWideMergeAndDelete", "true")
            )
        }
        | {"objects/Lead/Lead.object-meta.xml": xml("CustomObject", tag("sharingModel", "ReadWriteTransfer"))}
    )
    lines = who_can(folder, files, "Lead").stdout.splitlines()
    assert lines[3] == "PermissionSet Leads  all      allowDelete"
    assert lines[lines.index("Loopholes") :] == [
        "Loopholes",
        "  whoever can delete leads can delete and merge those of others",
        "    (enableOrgWideMergeAndDelete)",
        "    settings/LeadConfig.settings:2",
        "    objects/Lead/Lead.object-meta.xml:2",
        "  PermissionSet Leads can delete for good: BulkApiHardDelete leaves nothing in",
        "    the recycle bin",
        "    permissionsets/Leads.permissionset-meta.xml:3",
    ]


def test_a_group_with_sets_that_are_not_here_is_not_known(folder: Path) -> None:
    files = bundle("profiles", "Sales", entry("Case", "allowRead")) | group("Partners", "acme__Work")
    result = who_can(folder, files, "Case")
    assert result.stdout == (
        "Who can delete Case\n\nNobody, as far as the tree shows.\n\n"
        "Not known, as a part of them is not in the tree: PermissionSetGroup Partners.\n"
    )


def test_a_mute_that_is_not_here_leaves_the_right_in_doubt(folder: Path) -> None:
    files = bundle("permissionsets", "Work", entry("Case", *DELETES)) | group(
        "Team", "Work", mute="acme__Mute"
    )
    assert (
        "PermissionSetGroup Team  shared   allowDelete, unless muted" in who_can(folder, files, "Case").stdout
    )


def test_without_any_permissions_it_says_so(folder: Path) -> None:
    result = who_can(folder, line_guard(), "Invoice_Line__c")
    assert result.stdout.splitlines()[2] == "Not known: the tree has neither profiles nor permission sets."
    assert "Flow Guard_Lines stops deletes of some records" in result.stdout


def test_a_standard_object_that_no_file_names(folder: Path) -> None:
    result = who_can(folder, administrator(), "campaign")
    assert result.stdout.splitlines()[:4] == [
        "Who can delete Campaign",
        "",
        "BUNDLE         RECORDS  THROUGH",
        "Profile Admin  all      ModifyAllData, administrator",
    ]


def test_an_unknown_object_is_refused_with_the_nearest_name(folder: Path) -> None:
    result = who_can(folder, LINES, "Invoise_Line__c")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        'Error: nothing in . speaks of an object "Invoise_Line__c"; did you mean "Invoice_Line__c"?\n'
    )


def test_a_folder_without_metadata(folder: Path) -> None:
    result = CliRunner().invoke(main, ["who-can", "delete", "Case"], prog_name="sfgov")
    assert result.exit_code == 2
    assert "holds no Salesforce metadata" in result.stderr


def test_names_from_the_org_cannot_act_on_the_terminal(folder: Path) -> None:
    evil = bundle("profiles", "A%1B%5B31mB", entry("Case", *DELETES))
    assert "Profile A\\x1b[31mB" in who_can(folder, evil, "Case").stdout


def test_many_who_can_delete_a_master_are_cut(folder: Path) -> None:
    files = MASTER
    for number in range(11):
        files |= bundle("profiles", f"P{number:02}", entry("Invoice__c", *DELETES))
    out = who_can(folder, files, "Invoice_Line__c").stdout
    assert "P07, 3 more" in " ".join(out.split())


def test_a_guard_that_stops_everything_and_one_above_that_looks_down(folder: Path) -> None:
    look = node("recordLookups", "Get", tag("object", "Invoice_Line__c"), to="Any")
    ask = node("decisions", "Any", rule("Yes", condition("Get", "IsNull", "false"), to="Stop"))
    stop = "<customErrors><name>Stop</name></customErrors>"
    above = {"flows/Above.flow-meta.xml": flow(stop, look, ask, before_delete("Get"), ACTIVE)}
    own = {
        "flows/Own.flow-meta.xml": flow(
            stop, before_delete("Stop").replace("Invoice__c", "Invoice_Line__c"), ACTIVE
        )
    }
    files = MASTER | above | own | administrator() | field("Invoice_Line__c.Other__c", "Text")
    out = who_can(folder, files, "Invoice_Line__c").stdout
    assert "  Flow Own stops every delete\n    flows/Own.flow-meta.xml:3\n" in out
    assert "    a guard on it looks after these records\n" in out


def test_automation_that_deletes_without_asking(folder: Path) -> None:
    code = "public class Ctl {\n@AuraEnabled public static void drop(Invoice__c i) { delete i; }\n}\n"
    meta = xml("ApexClass", tag("apiVersion", "58.0"))
    files = {"classes/Ctl.cls": code, "classes/Ctl.cls-meta.xml": meta} | administrator() | MASTER
    lines = who_can(folder, files, "Invoice__c").stdout.splitlines()
    assert lines[lines.index("Loopholes") :] == [
        "Loopholes",
        "  Lightning controller Ctl.drop deletes it in system context: the class is saved",
        "    at API version 58.0",
        "    classes/Ctl.cls:2",
        "    classes/Ctl.cls:2",
    ]
