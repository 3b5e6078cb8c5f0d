from __future__ import annotations

import pytest

from sfgov_checks.access.sharing_default_too_open import sharing_default_too_open
from tests import access_orgs as orgs
from tests.access_orgs import (
    SECRET,
    Files,
    custom_object,
    field,
    license_,
    on,
    policy,
    profile,
    reads,
    tag,
    xml,
)

PASSPORT = field("Applicant__c.Passport__c", SECRET)
PARTNERS = profile("Partners", license_("Partner Community"))


def applicant(internal: str = "Private", external: str = "Private", name: str = "Applicant__c") -> Files:
    """The external default is line 2, the internal one line 3."""
    return custom_object(name, tag("externalSharingModel", external), tag("sharingModel", internal))


def guest_rule(name: str = "Applicant__c") -> Files:
    rule = tag("fullName", "Open") + tag("accessLevel", "Read") + tag("sharedTo", tag("guestUser", "Site"))
    text = xml(
        "SharingRules", tag("sharingOwnerRules", tag("fullName", "Team")), tag("sharingGuestRules", rule)
    )
    return {f"sharingRules/{name}.sharingRules-meta.xml": text}


def found(files: Files) -> list[str]:
    return orgs.found(files, sharing_default_too_open)


OBJECT = "objects/Applicant__c/Applicant__c.object-meta.xml"


# -- what is found


@pytest.mark.parametrize(
    ("model", "opens"),
    [
        ("Read", "every external user can read every record"),
        ("ReadWrite", "every external user can read and change every record"),
        ("ReadWriteTransfer", "every external user can read, change and hand over every record"),
        ("FullAccess", "every external user can read, change and delete every record"),
    ],
)
def test_an_external_default(model: str, opens: str) -> None:
    assert found(PASSPORT | PARTNERS | applicant(external=model)) == [
        f"high/high {OBJECT}:2 Applicant__c, which holds Passport__c (Restricted), has the default {model} "
        f"(externalSharingModel): {opens}."
    ]


def test_the_evidence_and_the_component() -> None:
    files = PASSPORT | PARTNERS | applicant(external="Read")
    assert orgs.evidence(files, sharing_default_too_open) == [
        f"{OBJECT}:2 externalSharingModel of Applicant__c is Read",
        "objects/Applicant__c/fields/Passport__c.field-meta.xml:4 Applicant__c.Passport__c is Restricted",
    ]
    result = orgs.one(files, sharing_default_too_open)
    assert (result.component, result.subject) == ("CustomObject:Applicant__c", "externalSharingModel")


@pytest.mark.parametrize(
    ("files", "severity"),
    [
        (PARTNERS, "high"),
        (profile("Site", license_("Guest User License")), "high"),
        ({"sites/Help.site-meta.xml": xml("CustomSite", tag("active", "true"))}, "high"),
        ({"networks/Help.network-meta.xml": xml("Network", tag("status", "Live"))}, "high"),
        (profile("Sales", license_("Salesforce")), "medium"),
        ({}, "medium"),
    ],
)
def test_without_outsiders_it_weighs_less(files: Files, severity: str) -> None:
    [line] = found(PASSPORT | files | applicant(external="Read"))
    assert line.startswith(f"{severity}/high ")


@pytest.mark.parametrize(
    ("model", "opens"),
    [
        ("ReadWrite", "every employee can read and change every record"),
        ("FullAccess", "every employee can read, change and delete every record"),
    ],
)
def test_an_internal_default(model: str, opens: str) -> None:
    assert found(PASSPORT | PARTNERS | applicant(model)) == [
        f"medium/high {OBJECT}:3 Applicant__c, which holds Passport__c (Restricted), has the default {model} "
        f"(sharingModel): {opens}."
    ]


def test_controlled_by_parent_is_followed() -> None:
    files = (
        PASSPORT
        | PARTNERS
        | applicant("ControlledByParent", "ControlledByParent")
        | applicant("Private", "Read", name="Vacancy__c")
        | field("Applicant__c.Vacancy__c", tag("referenceTo", "Vacancy__c"), type_="MasterDetail")
    )
    assert found(files) == [
        f"high/high {OBJECT}:2 Applicant__c, which holds Passport__c (Restricted), follows Vacancy__c, whose default is "
        "Read (externalSharingModel): every external user can read every record."
    ]
    assert orgs.evidence(files, sharing_default_too_open)[:2] == [
        f"{OBJECT}:2 externalSharingModel of Applicant__c is ControlledByParent",
        "objects/Vacancy__c/Vacancy__c.object-meta.xml:2 externalSharingModel of Vacancy__c is Read",
    ]


def test_contacts_follow_their_account() -> None:
    files = (
        field("Contact.SSN__c", SECRET)
        | applicant("ControlledByParent", name="Contact")
        | applicant("ReadWrite", name="Account")
    )
    assert found(files) == [
        "medium/high objects/Contact/Contact.object-meta.xml:3 Contact, which holds SSN__c (Restricted), follows "
        "Account, whose default is ReadWrite (sharingModel): every employee can read and change every record."
    ]


def test_many_such_objects_are_one_finding() -> None:
    files: Files = {}
    for number in range(1, 12):
        name = f"Form_{number:02}__c"
        files |= field(f"{name}.Pin__c", SECRET) | applicant("ReadWrite", name=name)
    [line] = found(files)
    assert line == (
        "medium/high objects/Form_01__c/Form_01__c.object-meta.xml:1 11 objects with classified fields are open to "
        "everybody by their sharingModel: Form_01__c, Form_02__c, Form_03__c, Form_04__c, Form_05__c and 6 more."
    )
    assert len(orgs.one(files, sharing_default_too_open).evidence) == 11


def test_a_rule_for_guests() -> None:
    files = PASSPORT | guest_rule()
    assert found(files) == [
        "high/medium sharingRules/Applicant__c.sharingRules-meta.xml:3 Sharing rule Open shows records of "
        "Applicant__c, which holds Passport__c (Restricted), to guest users."
    ]


def test_a_rule_for_guests_who_are_shown_the_field() -> None:
    guests = profile(
        "Site",
        license_("Guest User License"),
        on("Applicant__c", "allowRead"),
        reads("Applicant__c.Passport__c"),
    )
    files = PASSPORT | guest_rule() | guests
    [line] = found(files)
    assert line.startswith("high/high ")
    assert orgs.evidence(files, sharing_default_too_open)[1] == (
        "profiles/Site.profile-meta.xml:4 Site grants readable on Applicant__c.Passport__c"
    )


# -- near misses


@pytest.mark.parametrize(
    "files",
    [
        PASSPORT | PARTNERS | applicant(),
        PASSPORT | PARTNERS | applicant("Read"),
        PASSPORT | PARTNERS | custom_object("Applicant__c", tag("label", "Applicant")),
        PASSPORT | PARTNERS | applicant(external="Read", name="Vacancy__c"),
        PASSPORT | PARTNERS | applicant("ControlledByParent", "ControlledByParent"),  # no parent in the tree
        PASSPORT
        | PARTNERS
        | applicant("ControlledByParent", "ControlledByParent")
        | applicant(name="Vacancy__c")
        | field("Applicant__c.Vacancy__c", tag("referenceTo", "Vacancy__c"), type_="MasterDetail"),
        PASSPORT | guest_rule("Vacancy__c"),
        policy("classification: {ignore_fields: ['*.Passport__c']}\n")
        | PASSPORT
        | applicant(external="Read"),
    ],
)
def test_what_is_fine(files: Files) -> None:
    assert found(files) == []


def test_an_object_that_controls_itself_comes_to_an_end() -> None:
    parent = field("Applicant__c.Parent__c", tag("referenceTo", "Applicant__c"), type_="MasterDetail")
    assert found(PASSPORT | parent | applicant("ControlledByParent", "ControlledByParent")) == []


def test_without_classified_fields_nothing_is_checked() -> None:
    assert orgs.not_checked(applicant("ReadWrite"), sharing_default_too_open) == [
        "CustomField was not retrieved, so which fields are classified is unknown"
    ]
