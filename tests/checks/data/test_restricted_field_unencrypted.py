"""DAT009 on whole small orgs, in both formats."""

import pytest

from sfgov.testing import lint
from sfgov_checks.data.restricted_field_unencrypted import restricted_field_unencrypted as check
from tests.data_orgs import chain, classified, field, mdapi_object, not_checked, said

SHIELD = field("Case.Note__c", encryptionScheme="ProbabilisticEncryption")


def test_a_restricted_field() -> None:
    (one,) = lint(SHIELD | classified("Contact.SSN__c", "PII", "Restricted", encryptionScheme="None"), check)
    path = "objects/Contact/fields/SSN__c.field-meta.xml"
    assert (one.severity.value, one.path, one.line) == ("medium", path, 6)
    assert one.message == (
        "Contact.SSN__c is Restricted, PII and not encrypted, in an org that encrypts other fields."
    )
    assert chain(one)[2] == (
        "objects/Case/fields/Note__c.field-meta.xml:4 Case.Note__c is encrypted, so Shield is in use"
    )


def test_card_data_in_the_mdapi_format_without_a_scheme() -> None:
    files = mdapi_object(
        "Payment__c",
        {"fullName": "Card__c", "complianceGroup": "PCI", "type": "Text"},
        {"fullName": "Note__c", "encryptionScheme": "CaseSensitiveDeterministicEncryption", "type": "Text"},
    )
    assert said(check, files) == [
        "medium/high objects/Payment__c.object:3 Payment__c.Card__c is PCI and not encrypted, in an org that encrypts other "
        "fields."
    ]


def test_many_fields_of_an_object_are_one_finding() -> None:
    many = {k: v for n in range(6) for k, v in classified(f"Contact.F{n}__c", "PHI").items()}
    (one,) = said(check, SHIELD | many)
    assert one.endswith(
        "Contact has 6 restricted fields that are not encrypted: F0__c, F1__c, F2__c, F3__c, F4__c and 1 more."
    )


@pytest.mark.parametrize(
    "files",
    [
        classified("Contact.A__c", "PII", "Confidential"),
        classified("Contact.A__c", "PCI", encryptionScheme="ProbabilisticEncryption"),
        classified("Contact.A__c", "PCI", type="EncryptedText"),
        classified("Contact.A__c", "PCI", type="Number"),
        classified("Contact.A__c", "PCI", type="Picklist"),
        {
            "objects/Contact/fields/Name.field-meta.xml": "<CustomField><fullName>Name</fullName></CustomField>"
        },
    ],
    ids=["confidential", "encrypted", "classic", "number", "picklist", "standard"],
)
def test_near_misses(files: dict[str, str]) -> None:
    assert said(check, SHIELD | files) == []


def test_without_shield_it_is_not_checked() -> None:
    files = classified("Contact.SSN__c", "PCI", encryptionScheme="None")
    assert not_checked(check, files) == [
        "no field is encrypted, so whether the org uses Shield encryption is unknown"
    ]
    assert said(check, files) == []
