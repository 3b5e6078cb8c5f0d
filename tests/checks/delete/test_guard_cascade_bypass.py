from __future__ import annotations

import pytest

from sfgov.testing import lint_run
from sfgov_checks.delete.guard_cascade_bypass import guard_cascade_bypass
from tests.delete_orgs import (
    BLOCK_POSTED,
    MASTER,
    Files,
    administrator,
    always_guard,
    deleter,
    evidence,
    field,
    found,
    guard_trigger,
    line_guard,
)
from tests.flow_xml import ACTIVE, before_delete, flow, node, tag, xml

FLOW = "flows/Guard_Lines.flow-meta.xml"


def test_a_flow_on_the_detail_is_walked_around_through_its_master() -> None:
    files = line_guard() | MASTER | deleter()
    assert found(files, guard_cascade_bypass) == [
        f"high/medium {FLOW}:4 Deleting Invoice__c records also deletes their Invoice_Line__c records through "
        "Invoice_Line__c.Invoice__c (master-detail), and the delete guard Guard_Lines on Invoice_Line__c is not "
        "expected to run for them. 1 permission set (Sales) can delete Invoice__c."
    ]


def test_the_evidence_leads_from_the_guard_over_the_field_to_the_permission() -> None:
    chain = evidence(line_guard() | MASTER | deleter(), guard_cascade_bypass)
    assert chain[-2:] == [
        "objects/Invoice_Line__c/fields/Invoice__c.field-meta.xml:3 master-detail to Invoice__c",
        "permissionsets/Sales.permissionset-meta.xml:3 Sales grants allowDelete on Invoice__c",
    ]
    assert chain[0].startswith(f"{FLOW}:4 ")


def test_a_trigger_is_documented_not_to_run_so_it_is_surer() -> None:
    files = guard_trigger(BLOCK_POSTED) | MASTER | deleter()
    [message] = found(files, guard_cascade_bypass)
    assert message.startswith("high/high triggers/Guard.trigger:1 ")
    assert "the delete guard Guard on Invoice_Line__c is not run for them" in message


def test_a_trigger_that_guards_through_its_handler() -> None:
    handler = (
        "public class Handler {\n"
        "  public void beforeDelete(List<Invoice_Line__c> lines) {\n"
        "    for (Invoice_Line__c line : lines) { if (line.Posted__c) { line.addError('no'); } }\n"
        "  }\n}\n"
    )
    files = guard_trigger("new Handler().beforeDelete(Trigger.old);") | {"classes/Handler.cls": handler}
    chain = evidence(files | MASTER | deleter(), guard_cascade_bypass)
    assert chain[:3] == [
        "triggers/Guard.trigger:1 trigger on Invoice_Line__c (before delete)",
        "triggers/Guard.trigger:2 Guard calls new Handler().beforeDelete",
        "classes/Handler.cls:3 Handler.beforeDelete adds an error",
    ]


def test_a_cascading_lookup_is_like_a_master() -> None:
    lookup = field("Invoice_Line__c.Invoice__c", "Lookup", "Invoice__c", "Cascade")
    [message] = found(line_guard() | lookup | deleter(), guard_cascade_bypass)
    assert "Invoice_Line__c.Invoice__c (cascade lookup)" in message


def test_three_levels_up() -> None:
    files = (
        line_guard()
        | MASTER
        | field("Invoice__c.Order__c", "MasterDetail", "Big_Order__c")
        | field("Big_Order__c.Deal__c", "MasterDetail", "Deal__c")
        | deleter("Deal__c")
    )
    [message] = found(files, guard_cascade_bypass)
    assert (
        "through Big_Order__c.Deal__c, then Invoice__c.Order__c, then Invoice_Line__c.Invoice__c" in message
    )


def test_four_levels_up_are_too_far_to_be_sure() -> None:
    files = (
        line_guard()
        | MASTER
        | field("Invoice__c.Order__c", "MasterDetail", "Big_Order__c")
        | field("Big_Order__c.Deal__c", "MasterDetail", "Deal__c")
        | field("Deal__c.Year__c", "MasterDetail", "Year__c")
        | deleter("Year__c")
    )
    assert found(files, guard_cascade_bypass) == []


def test_only_administrators_can_delete_the_master() -> None:
    [message] = found(line_guard() | MASTER | administrator(), guard_cascade_bypass)
    assert message.startswith(f"medium/medium {FLOW}:4 ")
    assert message.endswith("1 profile (Admin) can delete Invoice__c.")


def test_a_restricting_lookup_below_makes_it_less_sure() -> None:
    below = field("Payment__c.Line__c", "Lookup", "Invoice_Line__c", "Restrict")
    [message] = found(line_guard() | MASTER | deleter() | below, guard_cascade_bypass)
    assert message.startswith(f"high/low {FLOW}:4 ")


def test_mdapi_format() -> None:
    inline = "<fields><fullName>Invoice__c</fullName><type>MasterDetail</type><referenceTo>Invoice__c</referenceTo></fields>"
    permission = deleter()["permissionsets/Sales.permissionset-meta.xml"]
    files = {
        "src/package.xml": xml("Package", tag("version", "62.0")),
        "src/flows/Guard_Lines.flow": line_guard()[FLOW],
        "src/objects/Invoice_Line__c.object": xml("CustomObject", inline),
        "src/permissionsets/Sales.permissionset": permission,
    }
    chain = evidence(files, guard_cascade_bypass)
    assert chain[-2] == "src/objects/Invoice_Line__c.object:2 master-detail to Invoice__c"


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(line_guard() | MASTER | deleter(can=False), id="nobody can delete the master"),
        pytest.param(line_guard(tag("status", "Draft")) | MASTER | deleter(), id="the guard is a draft"),
        pytest.param(
            line_guard() | field("Invoice_Line__c.Invoice__c", "Lookup", "Invoice__c") | deleter(),
            id="plain lookup",
        ),
        pytest.param(
            line_guard()
            | field("Invoice_Line__c.Invoice__c", "Lookup", "Invoice__c", "Restrict")
            | deleter(),
            id="restricting lookup",
        ),
        pytest.param(line_guard() | MASTER | deleter("Invoice_Line__c"), id="only the detail can be deleted"),
        pytest.param(
            line_guard() | MASTER | deleter() | always_guard(), id="deletes of the master are blocked, too"
        ),
        pytest.param(
            line_guard() | MASTER | deleter() | {"sfgov.yml": "delete: {cascade_ok: [Invoice_Line__c]}\n"},
            id="the policy accepts the cascade",
        ),
        pytest.param(
            line_guard()
            | MASTER
            | deleter()
            | {"sfgov.yml": "delete: {never: [Invoice__c], allow: {permission_sets: [Sales]}}\n"},
            id="the policy lets exactly these delete the master",
        ),
        pytest.param(
            line_guard() | MASTER | deleter() | {"sfgov.yml": "delete: {members_only: [Sales]}\n"},
            id="the set is only ever assigned through groups, and none has it",
        ),
    ],
)
def test_quiet(files: Files) -> None:
    assert found(files, guard_cascade_bypass) == []


def test_a_guard_on_the_master_that_looks_at_the_details_is_enough() -> None:
    look = node("recordLookups", "Lines", tag("object", "Invoice_Line__c"), to="Any")
    ask = node(
        "decisions",
        "Any",
        "<rules><name>Yes</name><conditions><leftValueReference>Lines</leftValueReference><operator>IsNull</operator>"
        "<rightValue><booleanValue>false</booleanValue></rightValue></conditions>"
        "<connector><targetReference>Stop</targetReference></connector></rules>",
    )
    stop = "<customErrors><name>Stop</name></customErrors>"
    master_guard = {
        "flows/Guard_Invoice.flow-meta.xml": flow(stop, ask, look, before_delete("Lines"), ACTIVE)
    }
    assert found(line_guard() | MASTER | deleter() | master_guard, guard_cascade_bypass) == []


def test_a_cleanup_flow_before_delete_is_no_guard() -> None:
    clean = node("recordDeletes", "Remove", tag("object", "Draft__c"))
    files = {
        "flows/Clean.flow-meta.xml": flow(
            clean, before_delete("Remove").replace("Invoice__c", "Invoice_Line__c"), ACTIVE
        )
    }
    assert found(files | MASTER | deleter(), guard_cascade_bypass) == []


def test_without_permissions_it_is_not_checked() -> None:
    run = lint_run(line_guard() | MASTER, guard_cascade_bypass)
    assert run.results == ()
    assert [n.reason for n in run.not_checked] == [
        "neither Profile nor PermissionSet was retrieved, so who can delete a master is unknown"
    ]


def test_moving_and_reformatting_keep_the_fingerprint() -> None:
    from sfgov.testing import lint

    here = lint(line_guard() | MASTER | deleter(), guard_cascade_bypass)
    moved = {
        f"force-app/main/default/{path}": text.replace("\n", "\n\n")
        for path, text in (line_guard() | MASTER | deleter()).items()
    }
    project = {"sfdx-project.json": '{"packageDirectories": [{"path": "force-app"}]}'}
    there = lint(moved | project, guard_cascade_bypass)
    assert [r.line for r in here] != [r.line for r in there]
    assert [r.fingerprint for r in here] == [r.fingerprint for r in there]
