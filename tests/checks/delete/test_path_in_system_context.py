from __future__ import annotations

import pytest

from sfgov.testing import lint_run
from sfgov_checks.delete.path_in_system_context import path_in_system_context as check
from tests.delete_orgs import DELETES, Files, bundle, entry, evidence, found, group, mdapi, switch
from tests.flow_xml import (
    ACTIVE,
    after_save,
    condition,
    filters,
    flow,
    node,
    rule,
    start,
    tag,
    xml,
)

NEVER = {"sfgov.yml": "delete: {never: [Invoice__c]}\n"}
DENIED = entry("Invoice__c", "allowRead", "allowEdit", false=("allowDelete",))
CONTROLLER = "classes/Ctl.cls"


def apex(name: str, *lines: str, version: str = "58.0") -> Files:
    """A class and its meta file; the first of these lines is line 2."""
    body = "\n".join(lines)
    meta = xml("ApexClass", tag("apiVersion", version), tag("status", "Active"))
    return {
        f"classes/{name}.cls": f"public class {name} {{\n{body}\n}}\n",
        f"classes/{name}.cls-meta.xml": meta,
    }


def controller(*body: str, version: str = "58.0") -> Files:
    """A Lightning controller; the body starts on line 3."""
    return apex(
        "Ctl", "@AuraEnabled public static void discard(Invoice__c invoice) {", *body, "}", version=version
    )


def class_access(name: str) -> str:
    return f"<classAccesses><apexClass>{name}</apexClass><enabled>true</enabled></classAccesses>"


def flow_access(name: str) -> str:
    return f"<flowAccesses><enabled>true</enabled><flow>{name}</flow></flowAccesses>"


BILLING = bundle("permissionsets", "Billing", DENIED, class_access("Ctl"))


# -- Apex


def test_a_controller_deletes_what_its_users_may_not() -> None:
    files = NEVER | controller("delete invoice;") | BILLING
    assert found(files, check) == [
        f"high/high {CONTROLLER}:3 1 permission set (Billing) may not delete Invoice__c, but Lightning controller "
        "Ctl.discard deletes it in system context: the class is saved at API version 58.0. Invoice__c is never deleted, "
        "says the policy."
    ]
    assert evidence(files, check) == [
        "permissionsets/Billing.permissionset-meta.xml:3 Billing grants Ctl",
        "permissionsets/Billing.permissionset-meta.xml:2 Billing does not grant delete on Invoice__c",
        f"{CONTROLLER}:2 Lightning controller Ctl.discard",
        f"{CONTROLLER}:3 deletes Invoice__c records in system context: the class is saved at API version 58.0",
        "sfgov.yml:1 the policy names Invoice__c under delete.never",
    ]


def test_without_a_policy_an_entry_without_delete_is_a_denial() -> None:
    [message] = found(controller("delete invoice;") | BILLING, check)
    assert message.startswith(f"medium/high {CONTROLLER}:3 ")


def test_a_rest_service_through_a_service_in_a_metadata_retrieve() -> None:
    rest = (
        "@RestResource(urlMapping='/x')\nglobal class Rest {\n@HttpDelete global static void remove() {\n"
        "Service.purge([SELECT Id FROM Invoice__c]);\n}\n}\n"
    )
    files = mdapi(
        {"classes/Rest.cls": rest}
        | apex(
            "Service", "public static void purge(List<Invoice__c> all) {", "Database.delete(all, false);", "}"
        )
        | bundle("profiles", "ERP", DENIED, class_access("Rest"))
    )
    assert found(files | NEVER, check) == [
        "high/high classes/Service.cls:3 1 profile (ERP) may not delete Invoice__c, but REST service Rest.remove deletes it "
        "in system context, through Service.purge: the class is saved at API version 58.0. Invoice__c is never deleted, "
        "says the policy."
    ]


def test_code_that_says_system_mode_itself() -> None:
    files = NEVER | controller("delete as system invoice;", version="67.0") | BILLING
    [message] = found(files, check)
    assert "deletes it in system context: it says so." in message


def test_two_ways_to_one_delete_are_one_finding() -> None:
    files = (
        NEVER
        | BILLING
        | apex(
            "Ctl",
            "@AuraEnabled public static void one(Invoice__c i) { gone(i); }",
            "@AuraEnabled public static void two(Invoice__c i) { gone(i); }",
            "static void gone(Invoice__c i) { delete i; }",
        )
    )
    [message] = found(files, check)
    assert message.endswith("Lightning controller Ctl.two does so, too.")


# -- flows


def remove(name: str = "Remove", **edges: str) -> str:
    return node(
        "recordDeletes", name, tag("object", "Invoice__c"), filters("Status__c", "EqualTo", "'X'"), **edges
    )


SCREEN = "<screens><name>Ask</name><connector><targetReference>Remove</targetReference></connector></screens>"
SYSTEM = tag("runInMode", "SystemModeWithoutSharing")
USERS = bundle("profiles", "Desk", DENIED, flow_access("Close_It"))


def close_it(*blocks: str, first: str = "Ask") -> Files:
    return {
        "flows/Close_It.flow-meta.xml": flow(*blocks, start(to=first), tag("processType", "Flow"), ACTIVE)
    }


def test_a_screen_flow_in_system_mode_deletes_after_its_screen() -> None:
    files = NEVER | close_it(SCREEN, remove(), SYSTEM) | USERS
    assert found(files, check) == [
        "high/high flows/Close_It.flow-meta.xml:3 1 profile (Desk) may not delete Invoice__c, but screen flow Close_It "
        "deletes it in system context: the flow runs in system without sharing. Invoice__c is never deleted, says the "
        "policy."
    ]


def test_a_subflow_works_as_the_flow_that_calls_it() -> None:
    call = "<subflows><name>Call</name><flowName>Part</flowName></subflows>"
    part = {
        "flows/Part.flow-meta.xml": flow(
            remove(), start(to="Remove"), tag("processType", "AutoLaunchedFlow"), ACTIVE
        )
    }
    files = NEVER | close_it(call, SYSTEM, first="Call") | part | USERS
    [message] = found(files, check)
    assert "through Part: the flow runs as the one that calls it" in message
    assert found(NEVER | close_it(call, first="Call") | part | USERS, check) == []


def test_a_flow_that_calls_apex() -> None:
    act = node("actionCalls", "Act", tag("actionName", "Purge"), tag("actionType", "apex"))
    purge = apex(
        "Purge",
        "@InvocableMethod public static void run(List<Id> ids) {",
        "delete [SELECT Id FROM Invoice__c WHERE Id IN :ids];",
        "}",
    )
    files = NEVER | close_it(act, first="Act") | purge | USERS
    [message] = found(files, check)
    assert message.startswith(
        "high/high classes/Purge.cls:3 1 profile (Desk) may not delete Invoice__c, but screen flow Close_It deletes it in "
        "system context, through the Apex class Purge: the class is saved at API version 58.0."
    )


def test_who_may_run_every_flow() -> None:
    runner = bundle("profiles", "Desk", DENIED, switch("userPermissions", "RunFlow"))
    assert len(found(NEVER | close_it(remove(), SYSTEM, first="Remove") | runner, check)) == 1


# -- saves


SAVE = {"flows/On_Case.flow-meta.xml": flow(remove(), after_save("Remove", "Case"), ACTIVE)}
EDITOR = bundle("profiles", "Desk", DENIED, entry("Case", "allowRead", "allowEdit"))


def test_a_save_deletes_what_the_policy_keeps() -> None:
    [message] = found(NEVER | SAVE | EDITOR, check)
    assert message.startswith(
        "high/medium flows/On_Case.flow-meta.xml:2 1 profile (Desk) may not delete Invoice__c, but saving Case records "
        "deletes it in system context: the flow runs in system without sharing."
    )


def test_a_trigger_deletes_what_is_classified() -> None:
    secret = {
        "objects/Patient__c/fields/S__c.field-meta.xml": xml(
            "CustomField", "<fullName>S__c</fullName><type>Text</type><complianceGroup>PHI</complianceGroup>"
        )
    }
    trigger = {
        "triggers/T.trigger": "trigger T on Case (after update) {\n  delete [SELECT Id FROM Patient__c];\n}\n"
    }
    editor = bundle(
        "profiles", "Desk", entry("Patient__c", "allowRead"), entry("Case", "allowRead", "allowEdit")
    )
    [message] = found(secret | trigger | editor, check)
    assert message.startswith("medium/medium triggers/T.trigger:2 1 profile (Desk) may not delete Patient__c")
    assert "triggers run in system mode. Patient__c holds S__c (PHI)." in message


# -- near misses


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(("delete as user invoice;",), id="as user"),
        pytest.param(("Database.delete(invoice, AccessLevel.USER_MODE);",), id="USER_MODE"),
        pytest.param(
            ("if (!Invoice__c.SObjectType.getDescribe().isDeletable()) { return; }", "delete invoice;"),
            id="isDeletable",
        ),
        pytest.param(
            ("if (FeatureManagement.checkPermission('Discard')) { delete invoice; }",), id="custom permission"
        ),
        pytest.param(("delete new Draft__c(Id = invoice.Draft__c);",), id="another object"),
        pytest.param(("update invoice;",), id="no delete"),
    ],
)
def test_code_that_minds_permissions(body: tuple[str, ...]) -> None:
    assert found(NEVER | controller(*body) | BILLING, check) == []


def test_newer_code_runs_in_user_mode() -> None:
    assert found(NEVER | controller("delete invoice;", version="67.0") | BILLING, check) == []


def test_code_of_an_unknown_version_is_not_judged() -> None:
    files = {path: text for path, text in controller("delete invoice;").items() if path == CONTROLLER}
    assert found(NEVER | files | BILLING, check) == []


def test_a_screen_flow_runs_as_its_user() -> None:
    assert found(NEVER | close_it(SCREEN, remove()) | USERS, check) == []


def test_a_flow_that_asks_for_a_permission() -> None:
    ask = node(
        "decisions", "May", rule("Yes", condition("$Permission.Close", "EqualTo", "true"), to="Remove")
    )
    assert found(NEVER | close_it(ask, remove(), SYSTEM, first="May") | USERS, check) == []


def test_nobody_has_access_to_what_starts_it() -> None:
    assert (
        found(NEVER | controller("delete invoice;") | bundle("permissionsets", "Billing", DENIED), check)
        == []
    )


def test_who_may_delete_anyway() -> None:
    may = bundle("permissionsets", "Billing", entry("Invoice__c", *DELETES), class_access("Ctl"))
    assert found(NEVER | controller("delete invoice;") | may, check) == []


def test_administrators_may() -> None:
    admin = bundle("profiles", "Admin", switch("userPermissions", "ModifyAllData"), class_access("Ctl"))
    assert found(NEVER | controller("delete invoice;") | admin | bundle("profiles", "P", DENIED), check) == []


def test_without_a_policy_no_entry_is_no_denial() -> None:
    files = controller("delete invoice;") | bundle("permissionsets", "Billing", class_access("Ctl"))
    assert found(files | bundle("profiles", "P", DENIED), check) == []


def test_an_object_that_no_file_has_an_entry_for_has_no_such_permission() -> None:
    policy = {"sfgov.yml": "delete: {never: [Task]}\n"}
    body = controller("delete [SELECT Id FROM Task];")
    assert found(policy | body | BILLING, check) == []


def test_the_policy_accepts_the_automation() -> None:
    policy = {"sfgov.yml": "delete: {never: [Invoice__c], automation_ok: [invoice__c]}\n"}
    assert found(policy | controller("delete invoice;") | BILLING, check) == []


def test_a_save_that_cleans_up_what_nobody_has_classified() -> None:
    assert found(SAVE | EDITOR, check) == []


def test_a_set_that_is_only_assigned_through_a_muting_group() -> None:
    policy = {"sfgov.yml": "delete: {never: [Invoice__c], members_only: [Billing]}\n"}
    files = policy | controller("delete invoice;") | BILLING | group("Team", "Billing")
    [message] = found(files, check)
    assert "1 permission set group (Team) may not delete" in message


def test_without_permissions_it_is_not_checked() -> None:
    run = lint_run(NEVER | controller("delete invoice;"), check)
    assert [n.reason for n in run.not_checked] == [
        "neither Profile nor PermissionSet was retrieved, so who may not delete is unknown"
    ]
