from __future__ import annotations

import pytest

from sfgov.result import Result
from sfgov.testing import lint
from sfgov_checks.integration.shadow_model_of_standard_object import shadow_model_of_standard_object
from tests.access_orgs import as_mdapi, custom_object, field, on, profile, reads
from tests.flow_xml import ACTIVE, flow, node, start, tag, value
from tests.sync_orgs import POST, Files, cls, member, relay, some, trigger

NAMES = ("Billing_City__c", "Billing_Street__c", "Industry__c", "Phone__c", "Website__c")
LOOKUP = field("Mirror__c.Account__c", tag("referenceTo", "Account"), type_="Lookup")


def mirror(*names: str, name: str = "Mirror__c") -> Files:
    return some(custom_object(name, tag("label", "Mirror")), *(field(f"{name}.{one}") for one in names))


def found(*files: Files) -> list[Result]:
    return lint(some(*files), shadow_model_of_standard_object)


def said(*files: Files) -> list[str]:
    return [f"{r.severity}/{r.confidence} {r.path}:{r.line} {r.message}" for r in found(*files)]


def copies(*names: str, source: str = "Account", target: str = "Mirror__c") -> Files:
    """A flow on the source that copies fields of these names to the target."""
    given = [
        f"<inputAssignments>{tag('field', to)}{value(f'$Record.{of}')}</inputAssignments>"
        for of, to in (one.split(">") for one in names)
    ]
    create = node("recordCreates", "Copy", tag("object", target), *given)
    begins = start(to="Copy", object_=source, trigger="RecordAfterSave", on="Update")
    return {f"flows/Copy_{source}.flow-meta.xml": flow(ACTIVE, begins, create)}


THREE = copies("BillingCity>Billing_City__c", "Phone>Phone__c", "Website>Website__c")


def test_an_object_that_is_tied_by_a_lookup() -> None:
    (result,) = found(mirror(*NAMES), LOOKUP)
    assert (result.severity, result.confidence, result.component, result.path) == (
        "medium",
        "medium",
        "CustomObject:Mirror__c",
        "objects/Mirror__c/Mirror__c.object-meta.xml",
    )
    assert result.message == "Mirror__c repeats 5 of Account's fields and is tied to it: a shadow model."
    assert result.evidence[0].message == "Mirror__c.Account__c looks up Account"
    assert [r.message for r in found(as_mdapi(some(mirror(*NAMES), LOOKUP)))] == [result.message]


def test_an_object_that_a_flow_copies_to() -> None:
    assert said(mirror(*NAMES), THREE) == [
        "medium/high objects/Mirror__c/Mirror__c.object-meta.xml:1 Mirror__c repeats 5 of Account's fields, and flow "
        "Copy_Account copies 3 values between them: a shadow model."
    ]


def test_an_object_that_apex_copies_from() -> None:
    code = cls(
        "Sync", "static void run(Mirror__c m) {", "Account a = new Account();", "a.BillingCity = m.Billing_City__c;",
        "a.Phone = m.Phone__c;", "a.Website = m.Website__c;", "update a;", "}",
    )  # fmt: skip
    assert [r.message for r in found(mirror(*NAMES), code)] == [
        "Mirror__c repeats 5 of Account's fields, and Apex Sync.run copies 3 values between them: a shadow model."
    ]


def test_an_external_id_that_is_the_standard_objects() -> None:
    for name in ("Account_Id__c", "SF_Account_Id__c", "AccountExternalId__c"):
        assert len(found(mirror(*NAMES), field(f"Mirror__c.{name}", tag("externalId", "true")))) == 1, name
    other = field("Mirror__c.Vendor_Account_Id__c", tag("externalId", "true"))
    assert found(mirror(*NAMES), other) == []


def test_labels_and_prefixes_count_as_names() -> None:
    contact = some(
        custom_object("Person__c", tag("label", "Person")),
        field("Person__c.F1__c", tag("label", "First Name")),
        field("Person__c.Person_Last_Name__c"),
        field("Person__c.Contact_Email__c"),
        field("Person__c.Mobile__c"),
        field("Person__c.JobTitle__c"),
        field("Person__c.Contact__c", tag("referenceTo", "Contact"), type_="Lookup"),
    )
    assert [r.message for r in found(contact)] == [
        "Person__c repeats 5 of Contact's fields and is tied to it: a shadow model."
    ]


# Two truths


def test_values_that_are_copied_both_ways() -> None:
    back = copies(
        "Billing_City__c>BillingCity",
        "Phone__c>Phone",
        "Website__c>Website",
        source="Mirror__c",
        target="Account",
    )
    (result,) = found(mirror(*NAMES), THREE, back)
    assert (result.severity, result.confidence) == ("high", "high")
    assert result.message == (
        "Mirror__c repeats 5 of Account's fields, and flow Copy_Account and flow Copy_Mirror__c copy 6 values between them: "
        "a shadow model with two truths."
    )


def test_copies_that_people_can_edit() -> None:
    edits = (on("Mirror__c", "allowRead", "allowEdit"), reads("Mirror__c.Phone__c", edits=True))
    assert [r.severity for r in found(mirror(*NAMES), THREE, profile("Sales", *edits))] == ["high"]
    assert [r.severity for r in found(mirror(*NAMES), THREE, profile("Admin", *edits))] == ["medium"]
    assert [r.severity for r in found(mirror(*NAMES), LOOKUP, profile("Sales", *edits))] == ["medium"]


def test_a_copy_that_is_sent_out() -> None:
    by_trigger = trigger(POST, "Mirror__c")
    by_events = [member("Mirror__ChangeEvent"), relay()]
    assert [r.severity for r in found(mirror(*NAMES), LOOKUP, by_trigger)] == ["high"]
    (result,) = found(mirror(*NAMES), LOOKUP, *by_events)
    assert (result.severity, result.evidence[-1].message) == ("high", "relay ERP sends it outside")


GENERAL = ("Status__c", "Type__c", "Description__c", "Start_Date__c", "End_Date__c", "Amount__c")
QUIET = {
    "no tie to the standard object": [mirror(*NAMES)],
    "four fields": [mirror(*NAMES[:4]), LOOKUP],
    "an object that is mostly its own": [mirror(*NAMES, "A__c", "B__c", "C__c", "D__c", "E__c", "F__c"), LOOKUP],
    "fields that any object has": [
        mirror(*GENERAL), field("Mirror__c.Order__c", tag("referenceTo", "Order"), type_="Lookup"),
    ],
    "formulas": [
        custom_object("Mirror__c", tag("label", "Mirror")), LOOKUP,
        *(field(f"Mirror__c.{name}", tag("formula", f"Account__r.{name}")) for name in NAMES),
    ],
    "a staging object": [
        mirror(*NAMES, name="Account_Import__c"),
        field("Account_Import__c.Account__c", tag("referenceTo", "Account"), type_="Lookup"),
    ],
    "an archive and a history": [
        mirror(*NAMES, name="AccountArchive__c"),
        field("AccountArchive__c.Account__c", tag("referenceTo", "Account"), type_="Lookup"),
        mirror(*NAMES, name="Account_History__c"),
        field("Account_History__c.Account__c", tag("referenceTo", "Account"), type_="Lookup"),
    ],
    "a custom setting": [
        mirror(*NAMES), LOOKUP, custom_object("Mirror__c", tag("customSettingsType", "Hierarchy")),
    ],
    "custom metadata": [mirror(*NAMES, name="Mirror__mdt"), field("Mirror__mdt.Account_Id__c", tag("externalId", "true"))],
    "a managed object": [
        mirror(*NAMES, name="ns__Mirror__c"),
        field("ns__Mirror__c.Account__c", tag("referenceTo", "Account"), type_="Lookup"),
    ],
    "two copied values": [mirror(*NAMES), copies("Phone>Phone__c", "Website>Website__c")],
}  # fmt: skip


@pytest.mark.parametrize("files", QUIET.values(), ids=QUIET)
def test_quiet(files: list[Files]) -> None:
    assert said(*files) == []
