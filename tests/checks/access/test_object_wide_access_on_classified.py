from __future__ import annotations

import pytest

from sfgov_checks.access.object_wide_access_on_classified import object_wide_access_on_classified
from tests import access_orgs as orgs
from tests.access_orgs import (
    SECRET,
    Files,
    field,
    group,
    muting_set,
    on,
    permission_set,
    policy,
    profile,
    reads,
    tag,
    user,
)

SSN = field("Contact.SSN__c", SECRET, tag("complianceGroup", "PII;HIPAA"))


def found(files: Files) -> list[str]:
    return orgs.found(files, object_wide_access_on_classified)


# -- what is found


def test_all_fields_of_an_object_with_a_classified_one() -> None:
    files = SSN | permission_set("Desk", on("Contact", "allowRead", "viewAllFields"))
    assert found(files) == [
        "high/high permissionsets/Desk.permissionset-meta.xml:2 PermissionSet Desk sees all fields of Contact "
        "(viewAllFields), including SSN__c (Restricted, PII, HIPAA)."
    ]
    assert orgs.evidence(files, object_wide_access_on_classified) == [
        "permissionsets/Desk.permissionset-meta.xml:2 Desk grants viewAllFields on Contact",
        "objects/Contact/fields/SSN__c.field-meta.xml:4 Contact.SSN__c is Restricted",
        "objects/Contact/fields/SSN__c.field-meta.xml:5 Contact.SSN__c is in PII, HIPAA",
    ]


@pytest.mark.parametrize(
    ("blocks", "severity", "says"),
    [
        (
            [on("Contact", "modifyAllRecords")],
            "medium",
            "can read, change and delete every record of Contact",
        ),
        ([on("Contact", "viewAllRecords")], "medium", "sees every record of Contact (viewAllRecords)"),
        ([on("Contact", "viewAllRecords"), reads("Contact.SSN__c")], "high", "sees every record of Contact"),
        ([on("Contact", "viewAllRecords"), reads("Contact.Phone")], "medium", "sees every record of Contact"),
        ([on("Contact", "viewAllRecords", "viewAllFields")], "high", "sees all fields of Contact"),
        ([on("CONTACT", "modifyAllRecords", "viewAllRecords")], "medium", "can read, change and delete"),
    ],
)
def test_the_widest_reach_counts(blocks: list[str], severity: str, says: str) -> None:
    [line] = found(SSN | profile("Sales", *blocks))
    assert line.startswith(f"{severity}/high profiles/Sales.profile-meta.xml:2 Profile Sales {says}")


def test_a_required_field_is_shown_without_a_field_permission() -> None:
    files = field("Contact.SSN__c", SECRET, tag("required", "true"))
    [line] = found(files | profile("Sales", on("Contact", "viewAllRecords")))
    assert line.startswith("high/")


def test_the_most_sensitive_field_is_named_first() -> None:
    level = tag("securityClassification", "Confidential")
    files = field("Contact.Birth__c", level) | field("Contact.Age__c", level) | SSN
    [line] = found(files | permission_set("Desk", on("Contact", "viewAllFields")))
    assert line.endswith("including SSN__c (Restricted, PII, HIPAA) and 2 more classified fields.")


def test_two_bundles_are_two_findings_in_the_order_of_files() -> None:
    files = (
        SSN
        | permission_set("B", on("Contact", "viewAllFields"))
        | profile("A", on("Contact", "viewAllFields"))
    )
    assert orgs.components(files, object_wide_access_on_classified) == ["PermissionSet:B", "Profile:A"]


def test_a_bundle_with_many_objects_is_one_finding() -> None:
    names = ["Case", "Contact", "Invoice__c", "Lead"]
    files: Files = {}
    for name in names:
        files |= field(f"{name}.Pin__c", SECRET)
    blocks = [on(name, "modifyAllRecords") for name in names]
    files |= permission_set("Data", *blocks[:3], on("Lead", "viewAllFields"))
    assert found(files) == [
        "high/high permissionsets/Data.permissionset-meta.xml:5 PermissionSet Data is granted whole objects with "
        "classified fields, 4 of them: Case, Contact, Invoice__c and Lead."
    ]
    assert orgs.one(files, object_wide_access_on_classified).subject == "Case, Contact, Invoice__c, Lead"
    assert len(found(files | permission_set("Data", *blocks[:3]))) == 3


def test_an_object_with_many_bundles_is_one_finding_at_its_classification() -> None:
    files = dict(SSN)
    for number in range(1, 6):
        files |= profile(f"Team {number}", on("Contact", "viewAllRecords"))
    assert len(found(files)) == 5
    files |= permission_set("Desk", on("Contact", "viewAllFields"))
    assert found(files) == [
        "high/high objects/Contact/fields/SSN__c.field-meta.xml:4 5 profiles and 1 permission set are granted all of "
        "Contact, including SSN__c (Restricted, PII, HIPAA): Team 1, Team 2, Team 3, Team 4, Team 5 and 1 more."
    ]
    result = orgs.one(files, object_wide_access_on_classified)
    assert (result.component, len(result.evidence)) == ("CustomObject:Contact", 8)


def test_a_group_answers_for_sets_that_are_only_its_members() -> None:
    files = (
        policy("delete: {members_only: [Desk]}\n")
        | SSN
        | permission_set("Desk", on("Contact", "viewAllFields"))
        | group("Open", "Desk")
        | group("Muted", "Desk", mute="M")
        | muting_set("M", on("Contact", "viewAllFields"))
    )
    assert orgs.components(files, object_wide_access_on_classified) == ["PermissionSetGroup:Open"]


def test_a_mute_that_is_not_here_leaves_a_doubt() -> None:
    files = (
        policy("delete: {members_only: [Desk]}\n")
        | SSN
        | permission_set("Desk", on("Contact", "viewAllFields"))
        | group("G", "Desk", mute="Gone")
    )
    [line] = found(files)
    assert line.startswith("high/low permissionsetgroups/G.permissionsetgroup-meta.xml:2 ")


# -- near misses


WIDE = permission_set("Desk", on("Contact", "viewAllFields"))


@pytest.mark.parametrize(
    "files",
    [
        SSN
        | permission_set(
            "Desk", on("Contact", "allowRead", "allowEdit", "allowDelete"), reads("Contact.SSN__c")
        ),
        SSN | permission_set("Desk", on("Case", "viewAllFields", "modifyAllRecords")),
        SSN | WIDE | policy("classification: {readers: {contact: [desk]}}\n"),
        SSN | WIDE | group("G", "Desk") | policy("classification: {readers: {Contact: [Desk]}}\n"),
        SSN | WIDE | policy("classification: {ignore_fields: ['Contact.*']}\n"),
        SSN | WIDE | policy("principals: {admin: {permission_sets: [Desk]}}\n"),
        SSN | profile("Admin", on("Contact", "viewAllFields", "modifyAllRecords")),
        SSN | profile("Sales", on("Contact", "modifyAllRecords"), user("ModifyAllData")),
        SSN | permission_set("Desk", user("ViewAllData")),
        SSN | permission_set("acme__Desk", on("Contact", "viewAllFields")),
        field("Contact.Level__c", tag("securityClassification", "Internal")) | WIDE,
        field("Contact.None__c", tag("complianceGroup", "None")) | WIDE,
        field("Contact.Is_VIP__c", SECRET, type_="Checkbox") | WIDE,
    ],
)
def test_what_is_fine(files: Files) -> None:
    assert found(files) == []


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        (WIDE, "CustomField was not retrieved, so which fields are classified is unknown"),
        (field("Contact.Level__c") | WIDE, "no field here is classified as sensitive"),
    ],
)
def test_what_cannot_be_checked(files: Files, reason: str) -> None:
    assert orgs.not_checked(files, object_wide_access_on_classified) == [reason]
