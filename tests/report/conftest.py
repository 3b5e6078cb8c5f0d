"""One run that has something of everything, with names that want to do harm, and the comparison with snapshots."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from sfgov.check import Confidence, Severity
from sfgov.result import Card, Comparison, NotLooked, Result, Run, Step

SNAPSHOTS = Path(__file__).parent / "snapshots"

SALES = "force-app/main/default/permissionsets/Sales_Admin.permissionset-meta.xml"
INVOICE = "force-app/main/default/objects/Invoice__c/Invoice__c.object-meta.xml"
LINE_FIELD = "force-app/main/default/objects/Invoice_Line__c/fields/Invoice__c.field-meta.xml"
GUARD = "force-app/main/default/flows/Block_Invoice_Line_Delete.flow-meta.xml"
TRIGGER = "force-app/main/default/triggers/InvoiceTrigger.trigger"
SERVICE = "force-app/main/default/classes/InvoiceService.cls"
PROFILE = "force-app/main/default/profiles/R%26D Team 🚀.profile-meta.xml"
HOSTILE = "force-app/main/default/flows/::error file=x::</script> ##vso[task.complete]\u202egpj.flow-meta.xml"

DELETE_DOCS = """Nobody may delete records of an object that the policy protects.

Deleting an invoice removes its lines, and the ledger no longer adds up. Who may delete is a decision of the
policy, so a permission that says otherwise is a hole in it.

## Bad
```xml permissionsets/Sales.permissionset-meta.xml
<PermissionSet/>
```

## Fix
Set `allowDelete` to false.
"""
GUARD_DOCS = """A guard against deleting children also holds when the parent is deleted."""
LOOP_DOCS = """No query stands in a loop.

## Fix
Query once, before the loop.
"""

CARDS = (
    Card(
        "APX001",
        "soql-in-loop",
        Severity.MEDIUM,
        Confidence.HIGH,
        "APX",
        "No query stands in a loop.",
        LOOP_DOCS,
        ("ApexClass", "ApexTrigger"),
        ("performance",),
    ),
    Card(
        "ATT001",
        "lead-source-survives-conversion",
        Severity.LOW,
        Confidence.MEDIUM,
        "ATT",
        "A lead's source survives its conversion.",
        "A lead's source survives its conversion.",
        ("LeadConvertSettings",),
    ),
    Card(
        "DEL001",
        "delete-granted-on-protected-object",
        Severity.CRITICAL,
        Confidence.HIGH,
        "DEL",
        "Nobody may delete records of an object that the policy protects.",
        DELETE_DOCS,
        ("PermissionSet", "Profile"),
        ("security", "least-privilege"),
    ),
    Card(
        "DEL002",
        "delete-guard-cascade-bypass",
        Severity.HIGH,
        Confidence.MEDIUM,
        "DEL",
        GUARD_DOCS,
        GUARD_DOCS,
        ("Flow", "CustomField"),
        ("security",),
    ),
    Card(
        "HYG003",
        "hard-coded-id",
        Severity.LOW,
        Confidence.LOW,
        "HYG",
        "No record id is written into code.",
        "No record id is written into code.",
        ("ApexClass",),
    ),
    Card(
        "SFG001",
        "unreadable-file",
        Severity.HIGH,
        Confidence.HIGH,
        "SFG",
        "Every metadata file can be read, decoded and parsed.",
        "Every metadata file can be read, decoded and parsed.",
        (),
    ),
    Card(
        "XYZ001",
        "third-party-rule",
        Severity.INFO,
        Confidence.HIGH,
        "XYZ",
        "A rule of somebody else's.",
        "",
        ("Flow",),
    ),
)

RESULTS = (
    Result(
        "APX001",
        "soql-in-loop",
        Severity.MEDIUM,
        Confidence.HIGH,
        "Method InvoiceService.total queries Invoice_Line__c in a loop, once for each invoice.",
        "ApexClass:InvoiceService",
        SERVICE,
        14,
        13,
        "a1" * 16,
        subject="InvoiceService.total",
        fix="Query once, before the loop.",
        status="waived",
        reason="jane@example.com: rewritten in Q4, until 2026-12-31",
    ),
    Result(
        "HYG003",
        "hard-coded-id",
        Severity.HIGH,
        Confidence.LOW,
        "The text '00e300000012345AAA' looks like the id of a profile.",
        "ApexClass:InvoiceService",
        SERVICE,
        40,
        22,
        "a2" * 16,
    ),
    Result(
        "DEL002",
        "delete-guard-cascade-bypass",
        Severity.HIGH,
        Confidence.MEDIUM,
        "Deleting an Invoice__c removes its lines without asking Block_Invoice_Line_Delete. "
        "Salesforce runs no triggers and no flows on records that a cascade deletes.",
        "Flow:Block_Invoice_Line_Delete",
        GUARD,
        12,
        5,
        "b1" * 16,
        subject="start",
        evidence=(
            Step(
                LINE_FIELD,
                7,
                "CustomField:Invoice_Line__c.Invoice__c",
                "Invoice_Line__c is the detail of Invoice__c",
                5,
                ((6, "    <referenceTo>Invoice__c</referenceTo>"), (7, "    <type>MasterDetail</type>")),
            ),
            Step(
                SALES,
                14,
                "PermissionSet:Sales_Admin",
                "Sales_Admin lets its holders delete Invoice__c [see](1) objectPermissions[Invoice__c]",
                9,
            ),
        ),
        fix="Guard Invoice__c too, or make the field a lookup that restricts deletion.",
        excerpt=(
            (11, "    <start>"),
            (12, "        <recordTriggerType>Delete</recordTriggerType>"),
            (13, "    </start>"),
        ),
        line_hash="1a2b3c4d5e6f7081:1",
    ),
    Result(
        "XYZ001",
        "third-party-rule",
        Severity.INFO,
        Confidence.HIGH,
        "::error file=x,line=1::gotcha ##[error]no ##vso[task.setvariable variable=a]b \x1b[31mred\x07 \u202eevil "
        '</script><!-- & "quotes" ]]> {0} 100%0A %2C [click](javascript:alert(1)) \ud800\n::warning::next line',
        "Flow:</script>\x85::error\u202e",
        HOSTILE,
        1,
        1,
        "c1" * 16,
        evidence=(Step("::set-output name=a::b.xml", 3, "Flow:x", "::warning::from evidence\r\n##[group]x"),),
        fix="##[command]rm -rf\n::stop-commands::x",
    ),
    Result(
        "DEL001",
        "delete-granted-on-protected-object",
        Severity.CRITICAL,
        Confidence.HIGH,
        "Permission set Sales_Admin lets its holders delete Invoice__c, which the policy says nobody may delete.",
        "PermissionSet:Sales_Admin",
        SALES,
        14,
        9,
        "d1" * 16,
        subject="objectPermissions[Invoice__c].allowDelete",
        evidence=(Step("sfgov.yml", 4, "Policy:sfgov.yml", "Invoice__c is listed under delete.never", 11),),
        fix="Set allowDelete to false for Invoice__c.",
    ),
    Result(
        "DEL001",
        "delete-granted-on-protected-object",
        Severity.CRITICAL,
        Confidence.HIGH,
        "Permission set Sales_Admin lets its holders delete Contract, which the policy says nobody may delete.",
        "PermissionSet:Sales_Admin",
        SALES,
        28,
        9,
        "d2" * 16,
        subject="objectPermissions[Contract].allowDelete",
        status="baseline",
    ),
    Result(
        "DEL001",
        "delete-granted-on-protected-object",
        Severity.CRITICAL,
        Confidence.HIGH,
        "Profile R&D Team 🚀 lets its users delete Invoice__c, which the policy says nobody may delete.",
        "Profile:R&D Team 🚀",
        PROFILE,
        66003,
        9,
        "d3" * 16,
        subject="objectPermissions[Invoice__c].allowDelete",
        line_hash="fb7c023a8b9ccb3f:2",
    ),
    Result(
        "APX001",
        "soql-in-loop",
        Severity.MEDIUM,
        Confidence.HIGH,
        "Trigger InvoiceTrigger queries Account in a loop, once for each record.",
        "ApexTrigger:InvoiceTrigger",
        TRIGGER,
        5,
        9,
        "a3" * 16,
        status="suppressed",
        reason="two records at most",
    ),
    Result(
        "SFG001",
        "unreadable-file",
        Severity.HIGH,
        Confidence.HIGH,
        "This file could not be read whole: it ends inside the element label.",
        "PermissionSet:Broken",
        "force-app/main/default/permissionsets/Broken.permissionset-meta.xml",
        3,
        1,
        "e1" * 16,
    ),
    Result(
        "SFG003",
        "check-crashed",
        Severity.HIGH,
        Confidence.HIGH,
        "Check ATT001 lead-source-survives-conversion crashed and may have missed findings: "
        "KeyError: 'LeadSource' (lead_source.py:31).",
        "Check:ATT001",
        "sfgov.yml",
        1,
        1,
        "f1" * 16,
        subject="crash",
    ),
)


@pytest.fixture
def run() -> Run:
    """An invented org with findings of every severity and status."""
    return Run(
        version="0.1.0",
        title="acme",
        files=1203,
        components={"Profile": 9, "Flow": 41, "ApexClass": 7},
        checks=CARDS,
        results=RESULTS,
        not_checked=(
            NotLooked("APX001", "3 classes are hidden by their packages"),
            NotLooked("HYG003", "CustomLabels was not retrieved"),
        ),
        fail_on=Severity.HIGH,
        crashed=True,
        repository_prefix="orgs/acme/",
    )


@pytest.fixture
def snapshot() -> Callable[[str, str], None]:
    """Compares a report with a file of `snapshots/`; see the README there for how to renew them."""

    def compare(name: str, report: str) -> None:
        path = SNAPSHOTS / name
        if os.environ.get("SFGOV_RENEW_SNAPSHOTS"):
            path.write_bytes(report.encode())
        assert report == path.read_bytes().decode(), f"{path.name} differs; see snapshots/README.md"

    return compare


@pytest.fixture
def compared(run: Run) -> Run:
    """The run, held against an earlier state of the org in which two findings were that have gone."""
    gone = [
        replace(
            run.results[number],
            component=f"Flow:Gone_{number}",
            status="new",
            reason="",
            fingerprint=letter * 32,
        )
        for number, letter in ((3, "e"), (4, "f"))
    ]
    return replace(run, comparison=Comparison("origin/main", "0123456789ab", tuple(gone), 1))
