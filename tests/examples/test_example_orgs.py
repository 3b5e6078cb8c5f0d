"""What sfgov finds in the shipped example orgs, finding by finding, and where it stays silent."""

import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from sfgov.cli.loading import configuration, opened
from sfgov.engine import run
from sfgov.gate.selection import selection
from sfgov.plugins import load_checks
from sfgov.result import Result, Run
from sfgov.testing import TODAY

ORGS = Path(__file__).parents[2] / "examples" / "orgs"
GOLDEN = Path(__file__).parent / "golden"
CHECKS = load_checks()
WITHOUT_EXAMPLE = {
    "SFG003",  # a check that crashes is no fault of an org
    *(f"SFG01{n}" for n in range(5)),  # what is wrong with excuses is no fault of an org either
}

INNOCENT = {
    # Guards that do their work: the condition is about the record, and nothing walks around them.
    "Flow:Block_Won_Opportunity_Delete",
    "Flow:Block_Posted_Invoice_Delete",
    "Flow:Block_Posted_Line_Delete",  # its master has a guard that looks at the lines
    "Flow:Unit_Delete_Cleanup",  # runs before a delete and blocks nothing
    # Loops that only collect, that are left after the work, or that are short.
    "Flow:Agreement_Activated_Plan_Visits",
    "Flow:Find_Nearest_Technician",
    "ApexClass:DutyRoster",  # one query for all regions that it is asked for; it is its callers that loop
    "ApexClass:ErpInvoicePushJob",
    "ApexClass:InstalledUnitSelector",
    "ApexClass:MeterReadingArchiver",
    "ApexClass:PaymentImportService",
    "ApexClass:PaymentTriggerHandler",
    "ApexClass:AgreementRenewalBatch",  # hands its whole scope to a service
    "ApexClass:TechnicianLookup",
    "ApexClass:VisitPlanner",
    "ApexClass:WarrantyClaimActions",
    "ApexClass:WaterSampleTriggerHandler",
    # Tests may do in loops what they like.
    "ApexClass:AgreementRenewalServiceTest",
    "ApexClass:InvoiceGenerationBatchTest",
    "ApexClass:TestDataFactory",
    # Automation without anything to say about it.
    "ApexClass:TechnicianFinder",
    "Flow:Agreement_Expiry_Reminder",
    "Flow:Assign_Technician_To_Visit",  # one question for one visit
    "Flow:Case_Set_Priority",
    "Flow:Invoice_Paid_Thank_You",
    "Flow:Log_Warranty_Claim",
    "Flow:Opportunity_Won_Draft_Agreement",
    "Flow:Web_Lead_Enrichment",
    "ApexClass:TriggerHandler",
    "ApexTrigger:CaseTrigger",
    "ApexTrigger:InvoiceTrigger",
    "ApexTrigger:MeterReadingTrigger",
    "ApexTrigger:PaymentTrigger",
    "ApexTrigger:ServiceVisitTrigger",
    # Who may delete: allowed by the policy, muted as it should be, or judged by its groups alone.
    "Profile:Admin",
    "Profile:ERP Integration",
    "Profile:Request a Quote Profile",
    "PermissionSet:Claims_Approval",  # toxic only together with the profile
    "PermissionSet:Invoice_Processing",
    "PermissionSetGroup:Accounts_Receivable",
    "PermissionSetGroup:Dispatchers",
    "MutingPermissionSet:Accounts_Receivable_Restrictions",
    # An app that administrators let in, with the scopes that it needs.
    "ConnectedApp:ERP_Bridge",
    # Classified and masked, exempt until a stated day, computed, or left out by the policy.
    "CustomField:Account.Tax_Number__c",
    "CustomField:Contact.Birthdate",
    "CustomField:Contact.Email",
    "CustomField:Contact.Emergency_Phone__c",
    "CustomField:Contact.Salutation_Line__c",
    "CustomField:Lead.First_Touch_Source__c",  # mapped; whether all of it arrives is the mapping's fault
    "CustomField:Integration_Log__c.Payload__c",
    "CustomField:Invoice__c.Billing_Email__c",
}


@cache
def checked(org: str) -> Run:
    """The run that `sfgov check examples/orgs/<org>` makes, on a day on which the org's waivers still hold."""
    config = configuration(None, ORGS / org, CHECKS)
    chosen = selection(config.policy).of(CHECKS)
    return run(opened([ORGS / org], config), config, chosen, jobs=1, today=TODAY)


def line(result: Result) -> str:
    status = "" if result.status == "new" else f" ({result.status})"
    return f"{result.check} {result.path}:{result.line} {result.component}{status}"


def documented(heading: str) -> Iterator[tuple[str, str]]:
    """(check, component) of every row of an org's table in the README."""
    text = (ORGS / "README.md").read_text("utf-8")
    section = text.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    yield from re.findall(r"^\| ([A-Z]+[0-9]+) \| `([^`]+)` \|", section, re.MULTILINE)


@pytest.mark.parametrize("org", ["brightwater", "harborline"])
def test_the_findings_are_exactly_these(org: str) -> None:
    found = "".join(f"{line(result)}\n" for result in checked(org).results)
    golden = GOLDEN / f"{org}.txt"
    if os.environ.get("SFGOV_RENEW_SNAPSHOTS"):
        golden.write_text(found, "utf-8")
    assert found == golden.read_text("utf-8")


@pytest.mark.parametrize("org", ["brightwater", "harborline"])
def test_the_readme_explains_every_finding(org: str) -> None:
    found = [(result.check, result.component) for result in checked(org).results]
    assert sorted(documented(org)) == sorted(found)


def test_no_check_crashes_and_the_gate_fails() -> None:
    outcome = {org: (checked(org).crashed, checked(org).gate) for org in ("brightwater", "harborline")}
    assert outcome == {"brightwater": (False, "failed"), "harborline": (False, "failed")}


def test_brightwater_shows_every_check() -> None:
    shown = {result.check for result in checked("brightwater").results}
    assert shown == {check.code for check in CHECKS} - WITHOUT_EXAMPLE


def test_everything_was_looked_at_in_brightwater() -> None:
    assert checked("brightwater").not_checked == ()


def test_innocent_components_are_there_and_carry_no_findings() -> None:
    project = opened([ORGS / "brightwater"], configuration(None, ORGS / "brightwater", CHECKS))
    present = {f"{type_name}:{name}" for type_name, name in project.names}
    assert present >= INNOCENT
    loud = {result.component for result in checked("brightwater").results}
    assert loud & INNOCENT == set()


def test_the_waiver_silences_one_finding() -> None:
    waived = [result for result in checked("brightwater").results if result.status == "waived"]
    assert [(result.check, result.component) for result in waived] == [
        ("DEL001", "PermissionSet:Data_Migration")
    ]


def test_a_mute_that_is_right_takes_the_right_away() -> None:
    """The two billing groups hold the same sets; only the one with the inverted muting set can delete invoices."""
    groups = [
        result.component
        for result in checked("brightwater").results
        if result.check == "DEL001" and result.component.startswith("PermissionSetGroup:")
    ]
    assert groups == ["PermissionSetGroup:Billing_Clerks"]
