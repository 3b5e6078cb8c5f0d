from __future__ import annotations

import pytest

from sfgov.result import Result
from sfgov.testing import lint, lint_run
from sfgov_checks.integration.system_of_record_violated import system_of_record_violated
from tests.access_orgs import field, on, permission_set, policy, profile, reads, user
from tests.flow_xml import ACTIVE, flow, node, start, tag, value, xml
from tests.sync_orgs import POST, Files, cls, some, trigger

ERP = policy(
    "principals:\n  integration: {profiles: [ERP], permission_sets: [ERP_Sync]}\nsystems:\n"
    "  - {name: ERP, principal: ERP, master_of: {Account: [Limit__c, Rating__c]}}\n"
)
ALL = policy("systems:\n  - {name: PIM, principal: PIM, master_of: {Product2: ['*']}}\n")


def found(*files: Files) -> list[Result]:
    return lint(some(*files), system_of_record_violated)


def said(*files: Files) -> list[str]:
    return [f"{r.severity}/{r.confidence} {r.path}:{r.line} {r.message}" for r in found(*files)]


def sets(target: str, line: str = "'x'") -> str:
    """An assignment element."""
    item = f"<assignmentItems>{tag('assignToReference', target)}{tag('operator', 'Assign')}{value(line)}</assignmentItems>"
    return node("assignments", "Set", item)


def before_save(*blocks: str, object_: str = "Account") -> Files:
    """A flow whose blocks start on line 4."""
    begins = start(to="Set", object_=object_, trigger="RecordBeforeSave", on="Update")
    return {"flows/F.flow-meta.xml": flow(ACTIVE, begins, *blocks)}


MASTER = " of which ERP is master."


# Automation


def test_a_flow_before_the_save() -> None:
    (result,) = found(ERP, before_save(sets("$Record.Limit__c")))
    assert (result.severity, result.confidence, result.component) == ("high", "high", "Flow:F")
    assert (result.line, result.message) == (4, f"Flow F writes Account.Limit__c,{MASTER}")
    assert [(s.path, s.line, s.message) for s in result.evidence] == [
        ("flows/F.flow-meta.xml", 4, "sets Limit__c"),
        ("sfgov.yml", 4, "ERP is declared master of Account"),
    ]


def test_flows_that_update_records_of_other_objects() -> None:
    given = f"<inputAssignments>{tag('field', 'limit__C')}{value('5')}</inputAssignments>"
    update = node("recordUpdates", "Set", tag("object", "Account"), given)
    files = {
        "src/flows/F.flow": flow(
            ACTIVE, start(to="Set", object_="Case", trigger="RecordAfterSave", on="Create"), update
        )
    }
    assert [(r.path, r.line) for r in found(ERP, files)] == [("src/flows/F.flow", 4)]
    variable = (
        "<variables><name>acc</name><dataType>SObject</dataType><objectType>Account</objectType></variables>"
    )
    by_variable = [
        sets("acc.Rating__c"),
        node("recordUpdates", "Save", tag("inputReference", "acc")),
        variable,
    ]
    screens = {
        "flows/F.flow-meta.xml": flow(
            ACTIVE, start(to="Set"), by_variable[0].replace("</name>", "</name><connector><targetReference>Save</targetReference></connector>", 1), *by_variable[1:]
        )
    }  # fmt: skip
    assert [r.message for r in found(ERP, screens)] == [f"Flow F writes Account.Rating__c,{MASTER}"]


def test_a_workflow_field_update() -> None:
    update = f"<fieldUpdates>{tag('fullName', 'Up')}{tag('field', 'Limit__c')}</fieldUpdates>"
    rule = f"<rules>{tag('fullName', 'R')}<actions>{tag('name', 'Up')}{tag('type', 'FieldUpdate')}</actions>{tag('active', 'true')}</rules>"
    files = {"workflows/Account.workflow-meta.xml": xml("Workflow", update, rule)}
    assert said(ERP, files) == [
        f"high/high workflows/Account.workflow-meta.xml:2 Workflow field update Up writes Account.Limit__c,{MASTER}"
    ]


def test_apex_in_triggers_and_controllers() -> None:
    before = trigger("for (Account a : Trigger.new) { a.Limit__c = 1; }", events="before update")
    controller = cls(
        "Ctl", "@AuraEnabled", "public static void save(Id one) {",
        "Account a = new Account(Id = one, Rating__c = 'A');", "a.put('Limit__c', 5);", "update a;", "}",
    )  # fmt: skip
    assert said(ERP, before, controller) == [
        f"high/high classes/Ctl.cls:4 Apex Ctl.save writes Rating__c and Limit__c of Account,{MASTER}",
        f"high/high triggers/T.trigger:2 Apex T writes Account.Limit__c,{MASTER}",
    ]


def test_all_of_an_object() -> None:
    files = cls(
        "Ctl", "@AuraEnabled", "public static Product2 make() {", "return new Product2(Name = 'x');", "}"
    )
    assert [(r.severity, r.confidence, r.message) for r in found(ALL, files)] == [
        ("high", "medium", "Apex Ctl.make writes Product2.Name, of which PIM is master.")
    ]


# People


EDITS = (on("Account", "allowRead", "allowEdit"), reads("Account.Limit__c", edits=True))


def test_a_profile_and_a_permission_set_that_can_edit() -> None:
    files = [
        profile("Sales", *EDITS),
        permission_set("Finance", *EDITS, reads("Account.Rating__c", edits=True)),
    ]
    assert said(ERP, *files) == [
        "medium/high permissionsets/Finance.permissionset-meta.xml:3 PermissionSet Finance can edit Limit__c and Rating__c "
        f"of Account,{MASTER}",
        f"medium/high profiles/Sales.profile-meta.xml:3 Profile Sales can edit Account.Limit__c,{MASTER}",
    ]


def test_another_integration() -> None:
    files = profile("CRM Sync", *EDITS, user("ApiUserOnly"))
    assert [r.message for r in found(ERP, files)] == [
        "Profile CRM Sync can edit Account.Limit__c, of which ERP is master, although it is the principal of another "
        "integration."
    ]


def test_many_are_one_finding_about_the_field() -> None:
    many = some(*(profile(f"P{number}", *EDITS) for number in range(6)), field("Account.Limit__c"))
    (result,) = found(ERP, many)
    assert (result.component, result.path) == (
        "CustomField:Account.Limit__c",
        "objects/Account/fields/Limit__c.field-meta.xml",
    )
    assert (
        result.message
        == f"6 profiles can edit Account.Limit__c,{MASTER[:-1]}: P0, P1, P2, P3, P4 and 1 more."
    )
    (undeclared,) = found(ERP, {path: text for path, text in many.items() if "objects/" not in path})
    assert (undeclared.path, undeclared.line) == ("sfgov.yml", 4)


def test_whoever_edits_records_edits_all_of_them_and_required_fields() -> None:
    product = profile("Sales", on("Product2", "allowRead", "allowEdit"))
    assert [r.message for r in found(ALL, product)] == [
        "Profile Sales can edit Product2 records, of which PIM is master."
    ]
    required = field("Account.Limit__c", tag("required", "true"))
    assert len(found(ERP, required, profile("Sales", on("Account", "allowRead", "allowEdit")))) == 1


def test_a_principal_that_may_not_edit_its_own_field() -> None:
    files = profile("ERP", on("Account", "allowRead", "allowEdit"), reads("Account.Limit__c"))
    assert said(ERP, files) == [
        "medium/medium profiles/ERP.profile-meta.xml:3 Profile ERP may not edit Account.Limit__c, of which its system ERP "
        "is master."
    ]


def test_without_systems_it_is_not_checked() -> None:
    run = lint_run(profile("Sales", *EDITS), system_of_record_violated)
    assert [one.reason for one in run.not_checked] == ["no system of record is declared under systems"]


REST = ["@HttpPost", "global static void put() {", "update new Account(Limit__c = 5);", "}"]
QUIET = {
    "another field": [before_save(sets("$Record.Name"))],
    "another object": [before_save(sets("$Record.Limit__c", "1"), object_="Lead")],
    "a draft": [{"flows/F.flow-meta.xml": before_save(sets("$Record.Limit__c"))["flows/F.flow-meta.xml"].replace("Active", "Draft")}],
    "a variable that is not saved": [
        {"flows/F.flow-meta.xml": flow(ACTIVE, start(to="Set"), sets("acc.Limit__c"),
         "<variables><name>acc</name><dataType>SObject</dataType><objectType>Account</objectType></variables>")},
    ],
    "a flow on a platform event": [
        {"flows/F.flow-meta.xml": flow(
            ACTIVE, start(to="Set", object_="Limit_Changed__e", trigger="PlatformEvent"),
            node("recordUpdates", "Set", tag("object", "Account"), f"<inputAssignments>{tag('field', 'Limit__c')}{value('5')}</inputAssignments>"))},
    ],
    "a web service": [cls("Svc", *REST)],
    "a class that only web services call": [
        cls("Svc", "@HttpPost", "global static void put() {", "Dao.save();", "}"),
        cls("Dao", "public static void save() {", "update new Account(Limit__c = 5);", "}"),
    ],
    "a trigger on a platform event and one on staging records": [
        trigger("Dao.save();", "Limit_Changed__e", "after insert"),
        trigger("Dao.save();", "Account_Import__c", "after insert", "U"),
        cls("Dao", "public static void save() {", "update new Account(Limit__c = 5);", "}"),
    ],
    "a job that fetches": [
        cls("Pull", "public void execute(QueueableContext c) {", POST, "update new Account(Limit__c = 5);", "}",
            head="implements Queueable"),
    ],
    "code that nothing runs": [cls("Dao", "static void save() {", "update new Account(Limit__c = 5);", "}")],
    "a test": [cls("DaoTest", "void save() {", "update new Account(Limit__c = 5);", "}", head="")
               | {"classes/DaoTest.cls": "@IsTest class DaoTest { @IsTest static void t() { update new Account(Limit__c = 5); } }"}],
    "a formula field": [profile("Sales", *EDITS), field("Account.Limit__c", tag("formula", "1"), type_="Number")],
    "the principal and its permission set": [profile("ERP", *EDITS), permission_set("ERP_Sync", *EDITS)],
    "administrators": [profile("Admin", *EDITS), profile("Boss", *EDITS, user("ModifyAllData"))],
    "a field that can be edited, of an object that cannot": [
        profile("Sales", on("Account", "allowRead"), reads("Account.Limit__c", edits=True)),
    ],
    "a field that is read-only": [profile("Sales", on("Account", "allowRead", "allowEdit"), reads("Account.Limit__c"))],
}  # fmt: skip


@pytest.mark.parametrize("files", QUIET.values(), ids=QUIET)
def test_quiet(files: list[Files]) -> None:
    assert said(ERP, *files) == []
