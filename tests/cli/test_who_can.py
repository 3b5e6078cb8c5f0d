"""`sfgov who-can`."""

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
    field_entry,
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


def test_whose_a_bundle_is(folder: Path) -> None:
    guest = "<userLicense>Guest User License</userLicense>"
    agent = "<userLicense>Einstein Agent</userLicense>"
    files = {
        "sfgov.yml": "principals: {integration: {permission_sets: [Nightly]}}\n",
        **bundle("permissionsets", "Nightly", entry("Case", *DELETES)),
        **bundle("permissionsets", "Mule_API", entry("Case", *DELETES)),
        **bundle("permissionsets", "People", entry("Case", *DELETES)),
        **bundle("profiles", "Bot", agent, entry("Case", *DELETES)),
        **bundle("profiles", "Site", guest, entry("Case", *DELETES)),
    }
    lines = who_can(folder, files, "Case").stdout.splitlines()
    assert [line for line in lines if line.startswith("P")] == [
        "Profile Bot             shared   allowDelete, agent",
        "Profile Site            shared   allowDelete, guest",
        "PermissionSet Mule_API  shared   allowDelete, integration by its name",
        "PermissionSet Nightly   shared   allowDelete, integration",
        "PermissionSet People    shared   allowDelete",
    ]
    found = json.loads(who_can(folder, files, "Case", "--format", "json").stdout)
    assert {r["bundle"]: (r["classes"], r["guessed"]) for r in found["rights"]} == {
        "Profile:Bot": (["agent"], False),
        "Profile:Site": (["guest"], False),
        "PermissionSet:Mule_API": (["integration"], True),
        "PermissionSet:Nightly": (["integration"], False),
        "PermissionSet:People": (["human"], False),
    }


# -- who can read and edit


CONTACTS: Files = {
    "sfgov.yml": "principals:\n  integration: {permission_sets: [Night_Run]}\n  personas: {Rep: {profile: Sales, permission_set_groups: [Open]}}\n",
    "objects/Contact/Contact.object-meta.xml": xml(
        "CustomObject",
        tag("externalSharingModel", "ControlledByParent"),
        tag("sharingModel", "ControlledByParent"),
    ),
    "objects/Account/Account.object-meta.xml": xml(
        "CustomObject", tag("externalSharingModel", "Private"), tag("sharingModel", "Read")
    ),
    **field("Contact.SSN__c", "Text"),
    **bundle("profiles", "Sales", entry("Contact", "allowRead", "allowEdit")),
    **bundle("profiles", "Shop", "<userLicense>Customer Community</userLicense>", entry("Contact", "allowRead"), field_entry("Contact.SSN__c")),
    **bundle("profiles", "Visitors", "<userLicense>Guest User License</userLicense>", entry("Contact", "allowRead"), field_entry("Contact.SSN__c")),
    **bundle("permissionsets", "See_SSN", entry("Contact", "allowRead"), field_entry("Contact.SSN__c", edits=True)),
    **bundle("permissionsets", "Auditor", switch("userPermissions", "ViewAllData"), entry("Contact", "allowRead", "viewAllFields")),
    **bundle("permissionsets", "Night_Run", entry("Contact", "allowRead", "viewAllRecords"), field_entry("Contact.SSN__c")),
    **bundle("mutingpermissionsets", "Hide", field_entry("Contact.SSN__c")),
    **group("Open", "See_SSN"),
    **group("Muted", "See_SSN", mute="Hide"),
    **group("Perhaps", "See_SSN", mute="acme__Gone"),
    **group("Partners", "acme__Work"),
    **administrator(),
}  # fmt: skip


def ask(folder: Path, files: Files, *words: str) -> Result:
    write_files(folder, files)
    return CliRunner().invoke(main, ["who-can", *words], prog_name="sfgov")


def test_who_can_read_a_field(folder: Path) -> None:
    result = ask(folder, CONTACTS, "read", "contact.ssn__C")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "Who can read Contact.SSN__c\n"
        "\n"
        "Decided by the field permissions of Contact.SSN__c and the object permissions of\n"
        "  Contact.\n"
        "Sharing default of Contact: Read (as Account says); for external users: Private\n"
        "  (as Account says).\n"
        "    objects/Contact/Contact.object-meta.xml:3\n"
        "    objects/Account/Account.object-meta.xml:3\n"
        "    objects/Contact/Contact.object-meta.xml:2\n"
        "    objects/Account/Account.object-meta.xml:2\n"
        "\n"
        "BUNDLE                      RECORDS  THROUGH\n"
        "Profile Shop                own      readable, allowRead, external\n"
        "    profiles/Shop.profile-meta.xml:4\n"
        "    profiles/Shop.profile-meta.xml:3\n"
        "Profile Visitors            rules    readable, allowRead, guest\n"
        "    profiles/Visitors.profile-meta.xml:4\n"
        "    profiles/Visitors.profile-meta.xml:3\n"
        "PermissionSet Auditor       all      viewAllFields, ViewAllData\n"
        "    permissionsets/Auditor.permissionset-meta.xml:3\n"
        "    permissionsets/Auditor.permissionset-meta.xml:2\n"
        "PermissionSet Night_Run     all      readable, viewAllRecords, integration\n"
        "    permissionsets/Night_Run.permissionset-meta.xml:3\n"
        "    permissionsets/Night_Run.permissionset-meta.xml:2\n"
        "PermissionSet See_SSN       public   readable, allowRead\n"
        "    permissionsets/See_SSN.permissionset-meta.xml:3\n"
        "    permissionsets/See_SSN.permissionset-meta.xml:2\n"
        "PermissionSetGroup Open     public   readable, allowRead\n"
        "    permissionsetgroups/Open.permissionsetgroup-meta.xml:2\n"
        "    permissionsets/See_SSN.permissionset-meta.xml:3\n"
        "    permissionsets/See_SSN.permissionset-meta.xml:2\n"
        "PermissionSetGroup Perhaps  public   readable, allowRead, unless muted\n"
        "    permissionsetgroups/Perhaps.permissionsetgroup-meta.xml:2\n"
        "    permissionsets/See_SSN.permissionset-meta.xml:3\n"
        "    permissionsets/See_SSN.permissionset-meta.xml:2\n"
        "Persona Rep                 public   readable, allowRead\n"
        "    permissionsetgroups/Open.permissionsetgroup-meta.xml:2\n"
        "    permissionsets/See_SSN.permissionset-meta.xml:3\n"
        "    profiles/Sales.profile-meta.xml:2\n"
        "\n"
        "public: every record, as the sharing default opens them to all.\n"
        "own: records that its users own, and those that are shared with them.\n"
        "rules: the records that sharing rules show to guests.\n"
        "\n"
        "Not known, as a part of them is not in the tree: PermissionSetGroup Partners.\n"
        "\n"
        "Profiles that say nothing of it, as far as retrieved: Admin, Sales.\n"
    )


def test_who_can_edit_a_field_takes_edit_on_the_object(folder: Path) -> None:
    result = ask(folder, CONTACTS, "edit", "Contact.SSN__c", ".", "--format", "json")
    found = json.loads(result.stdout)
    assert (found["version"], found["action"], found["object"], found["field"]) == (
        1,
        "edit",
        "Contact",
        "SSN__c",
    )
    assert [(r["bundle"], r["scope"], r["field_through"], r["through"]) for r in found["rights"]] == [
        ("Persona:Rep", "own", "editable", "allowEdit"),
    ]
    assert [(s["path"].rpartition("/")[2], s["line"]) for s in found["rights"][0]["steps"]] == [
        ("Open.permissionsetgroup-meta.xml", 2),
        ("See_SSN.permissionset-meta.xml", 3),
        ("Sales.profile-meta.xml", 2),
    ]
    assert found["not_known"] == ["PermissionSetGroup:Partners"]


def test_json_says_whose_a_bundle_is_and_what_is_in_doubt(folder: Path) -> None:
    found = json.loads(ask(folder, CONTACTS, "read", "Contact.SSN__c", "--format", "json").stdout)
    assert {r["bundle"]: (r["classes"], r["certain"], r["doubt"], r["admin"]) for r in found["rights"]} == {
        "Profile:Shop": (["external"], True, "", False),
        "Profile:Visitors": (["guest"], True, "", False),
        "PermissionSet:Auditor": (["human"], True, "", False),
        "PermissionSet:Night_Run": (["integration"], True, "", False),
        "PermissionSet:See_SSN": (["human"], True, "", False),
        "PermissionSetGroup:Open": (["human"], True, "", False),
        "PermissionSetGroup:Perhaps": (["human"], False, "unless muted", False),
        "Persona:Rep": (["human"], True, "", False),
    }
    assert found["silent"] == ["Profile:Admin", "Profile:Sales"]
    assert found["sharing"] == (
        "Sharing default of Contact: Read (as Account says); for external users: Private (as Account says)."
    )


def test_who_can_edit_an_object(folder: Path) -> None:
    result = ask(folder, CONTACTS, "edit", "Contact")
    lines = result.stdout.splitlines()
    assert lines[lines.index("BUNDLE         RECORDS  THROUGH") :] == [
        "BUNDLE         RECORDS  THROUGH",
        "Profile Sales  own      allowEdit",
        "    profiles/Sales.profile-meta.xml:2",
        "Persona Rep    own      allowEdit",
        "    profiles/Sales.profile-meta.xml:2",
        "Profile Admin  all      ModifyAllData, administrator",
        "    profiles/Admin.profile-meta.xml:2",
        "",
        "own: records that its users own, and those that are shared with them.",
        "",
        "Not known, as a part of them is not in the tree: PermissionSetGroup Partners.",
    ]


@pytest.mark.parametrize(
    ("internal", "external", "expected"),
    [
        ("Private", "", {"Profile Staff": "own", "Profile Shop": "own"}),
        ("Read", "", {"Profile Staff": "public", "Profile Shop": "shared"}),
        ("Read", "Read", {"Profile Staff": "public", "Profile Shop": "public"}),
        ("ReadWrite", "Private", {"Profile Staff": "public", "Profile Shop": "own"}),
        ("", "", {"Profile Staff": "shared", "Profile Shop": "shared"}),
    ],
)
def test_the_sharing_default_says_which_records(
    folder: Path, internal: str, external: str, expected: dict[str, str]
) -> None:
    defaults = [tag("sharingModel", internal)] if internal else []
    defaults += [tag("externalSharingModel", external)] if external else []
    files = (
        {"objects/Bill__c/Bill__c.object-meta.xml": xml("CustomObject", *defaults)}
        | bundle("profiles", "Staff", entry("Bill__c", "allowRead"))
        | bundle(
            "profiles", "Shop", entry("Bill__c", "allowRead"), "<userLicense>Partner Community</userLicense>"
        )
    )
    lines = ask(folder, files, "read", "Bill__c").stdout.splitlines()
    rows = {line[:13].strip(): line[15:].split()[0] for line in lines if line.startswith("Profile S")}
    assert rows == expected


def test_what_sharing_rules_show_to_guests(folder: Path) -> None:
    rule = "<sharingGuestRules><fullName>Open_Bills</fullName><accessLevel>Read</accessLevel></sharingGuestRules>"
    files = {"sharingRules/Bill__c.sharingRules-meta.xml": xml("SharingRules", rule)} | bundle(
        "profiles", "Site", entry("Bill__c", "allowRead"), "<userLicense>Guest</userLicense>"
    )
    lines = ask(folder, files, "read", "Bill__c").stdout.splitlines()
    assert "Profile Site  rules    allowRead, guest" in lines
    assert lines[lines.index("Shown to guests by sharing rules") :][:3] == [
        "Shown to guests by sharing rules",
        "  Open_Bills shares Bill__c with guests",
        "    sharingRules/Bill__c.sharingRules-meta.xml:2",
    ]


def test_a_computed_field_is_edited_by_nobody(folder: Path) -> None:
    formula = {
        "objects/Contact/fields/Age__c.field-meta.xml": xml(
            "CustomField", tag("fullName", "Age__c"), tag("formula", "1 + 1"), tag("type", "Number")
        )
    }
    assert ask(folder, CONTACTS | formula, "edit", "Contact.Age__c").stdout == (
        "Who can edit Contact.Age__c\n\n"
        "Contact.Age__c is a formula, so nobody can change it.\n"
        "    objects/Contact/fields/Age__c.field-meta.xml:3\n\n"
        "Nobody.\n"
    )


def test_a_required_field_comes_with_the_object(folder: Path) -> None:
    required = {
        "objects/Contact/fields/SSN__c.field-meta.xml": xml(
            "CustomField", tag("fullName", "SSN__c"), tag("required", "true"), tag("type", "Text")
        )
    }
    out = ask(folder, CONTACTS | required, "read", "Contact.SSN__c").stdout
    assert (
        "Contact.SSN__c is required: whoever can read the Contact record can read it.\n"
        "    objects/Contact/fields/SSN__c.field-meta.xml:3\n"
    ) in out
    assert "Profile Sales               public   allowRead\n" in out


def test_encrypted_text_is_masked_for_most(folder: Path) -> None:
    files = (
        field("Contact.Card__c", "EncryptedText")
        | bundle("permissionsets", "Stars", entry("Contact", "allowRead"), field_entry("Contact.Card__c"))
        | bundle(
            "permissionsets",
            "Clear",
            entry("Contact", "allowRead"),
            field_entry("Contact.Card__c"),
            switch("userPermissions", "ViewEncryptedData"),
        )
    )
    out = ask(folder, files, "read", "Contact.Card__c").stdout
    assert "PermissionSet Clear  shared   readable, allowRead\n" in out
    assert "PermissionSet Stars  shared   readable, allowRead, masked\n" in out
    assert "Encrypted text: those without ViewEncryptedData see a mask instead of the value." in " ".join(
        out.split()
    )


def test_a_standard_field_that_no_file_speaks_of_is_not_known(folder: Path) -> None:
    files = bundle("profiles", "Sales", entry("Contact", "allowRead"))
    out = ask(folder, files, "read", "Contact.Email").stdout
    assert out.startswith(
        "Who can read Contact.Email\n\n"
        "Contact.Email has no entry in any file here, so whether field permissions decide\n"
        "  about it is not known.\n"
    )
    assert "Profile Sales  shared   allowRead, field not known\n" in out


def test_an_object_without_object_permissions(folder: Path) -> None:
    out = ask(folder, administrator(), "read", "Task").stdout
    assert (
        "No profile or permission set here has an entry for Task. Some standard objects\n"
        "  have none: what opens them is their parents, or settings.\n"
    ) in out


def test_custom_metadata_and_events(folder: Path) -> None:
    switch_on = "<customMetadataTypeAccesses><enabled>true</enabled><name>Rate__mdt</name></customMetadataTypeAccesses>"
    files = bundle("permissionsets", "Rates", switch_on, entry("Paid__e", "allowRead", "allowCreate")) | {
        f"objects/{name}/{name}.object-meta.xml": xml("CustomObject", tag("label", name))
        for name in ("Rate__mdt", "Paid__e")
    }
    out = ask(folder, files, "read", "Rate__mdt").stdout
    assert "PermissionSet Rates  all      customMetadataTypeAccesses\n" in out
    assert "Unless the org restricts custom metadata (Schema settings), every user can read it" in " ".join(
        out.split()
    )
    assert "Events are published and never changed" in ask(folder, files, "edit", "Paid__e").stdout


def test_a_part_of_an_address_is_read_as_the_address(folder: Path) -> None:
    files = bundle("profiles", "Sales", entry("Contact", "allowRead"), field_entry("Contact.MailingAddress"))
    out = ask(folder, files, "read", "Contact.MailingCity").stdout
    assert out.startswith(
        "Who can read Contact.MailingCity\n\n"
        "Decided by the field permissions of Contact.MailingAddress and the object\n"
        "  permissions of Contact.\n"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("read", "Contat"), 'nothing in . speaks of an object "Contat"; did you mean "Contact"?'),
        (
            ("read", "Contact.SNS__c"),
            'nothing in . speaks of a field "SNS__c" of Contact; did you mean "SSN__c"?',
        ),
        (("edit", "Contact.Zzz"), 'nothing in . speaks of a field "Zzz" of Contact'),
        (("edit", "Contact."), 'nothing in . speaks of a field "" of Contact'),
        (
            ("delete", "Contact.SSN__c"),
            'records are deleted whole: ask for "Contact", without "SSN__c"',
        ),
    ],
)
def test_what_does_not_exist_is_refused(folder: Path, words: tuple[str, ...], message: str) -> None:
    result = ask(folder, CONTACTS, *words)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"Error: {message}\n")


def test_every_line_but_paths_fits_the_terminal(folder: Path) -> None:
    long_ones = bundle(
        "permissionsets",
        "Quite_A_Long_Name_For_A_Permission_Set_To_Have",
        switch("userPermissions", "ViewAllFieldsGlobal"),
        switch("userPermissions", "ModifyAllData"),
    )
    out = ask(folder, CONTACTS | long_ones, "read", "Contact.SSN__c").stdout
    assert [line for line in out.splitlines() if len(line) > 80 and not line.startswith("    ")] == []
    assert (
        "PermissionSet Quite_A_Long_Name_For_A_Permission_Set_To_Have  all\n"
        "    ViewAllFieldsGlobal, ModifyAllData, administrator\n"
    ) in out


def test_without_permissions_the_answer_is_not_known(folder: Path) -> None:
    out = ask(folder, field("Contact.SSN__c", "Text"), "read", "Contact.SSN__c").stdout
    assert "Not known: the tree has neither profiles nor permission sets.\n" in out


def test_what_could_not_be_read_is_told_beside_the_answer(folder: Path) -> None:
    """A permission may hide in it."""
    broken = {f"profiles/Broken{n}.profile-meta.xml": "<Profile>\n<custom>" for n in range(7)}
    result = who_can(folder, LINES | broken, "Invoice_Line__c")
    assert result.exit_code == 0
    assert result.stdout.startswith("Who can delete Invoice_Line__c\n")
    lines = result.stderr.splitlines()
    assert len(lines) == 6
    assert lines[0].startswith(
        "profiles/Broken0.profile-meta.xml:2: not in the answer, as it could not be read: "
    )
    assert lines[-1] == "and 2 more places that could not be read; `sfgov check` lists them all"
