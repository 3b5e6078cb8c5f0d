"""DAT002 on whole small orgs, in both formats."""

import pytest

from sfgov.testing import lint
from sfgov_checks.data.sensitive_field_unclassified import sensitive_field_unclassified as check
from tests.data_orgs import chain, classified, custom_object, field, mdapi_object, said

USED = classified("Case.Note__c", "", "Internal")
"""Some other field is classified, so the org uses classification."""


@pytest.mark.parametrize(
    ("name", "type_name", "label", "holds"),
    [
        ("Contact.SSN__c", "Text", "", "a social security number"),
        ("Contact.Second__c", "Email", "Second", "an email address"),
        ("Contact.Night__c", "Phone", "Night", "a phone number"),
        ("Contact.Key__c", "EncryptedText", "Key", "encrypted text"),
        ("Contact.Born_On__c", "Date", "Date of Birth", "a date of birth"),
        ("Contact.AnnualSalary__c", "Currency", "", "a salary"),
        ("Contact.IBAN__c", "Text", "", "a bank account"),
        ("Contact.Portal_Password__c", "Text", "", "a password"),
    ],
)
def test_what_a_field_seems_to_hold(name: str, type_name: str, label: str, holds: str) -> None:
    path = f"objects/Contact/fields/{name.partition('.')[2]}.field-meta.xml"
    assert said(check, USED | field(name, label=label, type=type_name)) == [
        f"medium/medium {path}:2 {name} seems to hold {holds}, and it is not classified."
    ]


def test_many_fields_of_an_object_are_one_finding() -> None:
    many = {k: v for letter in "ABCD" for k, v in field(f"Contact.{letter}__c", type="Email").items()}
    (one,) = lint(USED | many, check)
    assert one.component == "CustomObject:Contact"
    assert one.message == (
        "Contact has 4 fields that seem to hold sensitive data and are not classified: A__c, B__c, C__c, D__c."
    )
    assert len(chain(one)) == 4


def test_an_org_in_the_mdapi_format_without_any_classification_is_one_finding() -> None:
    email, tax = {"fullName": "Mail__c", "type": "Email"}, {"fullName": "Tax_Id__c", "type": "Text"}
    (one,) = lint(mdapi_object("Contact", email) | mdapi_object("Account", tax), check)
    assert (one.path, one.message) == (
        "package.xml",
        "No field of this org is classified, but 2 fields of 2 objects seem to hold sensitive data: Account.Tax_Id__c, "
        "Contact.Mail__c.",
    )
    assert chain(one)[1] == "objects/Contact.object:3 Contact.Mail__c seems to hold an email address"


def test_very_many_objects_are_one_finding() -> None:
    many = {k: v for n in range(31) for k, v in field(f"Object{n:02}__c.Mail__c", type="Email").items()}
    (one,) = lint(USED | many, check)
    assert one.message.startswith(
        "31 fields of 31 objects seem to hold sensitive data and are not classified: "
    )
    assert len(lint(USED | dict(list(many.items())[:30]), check)) == 30


@pytest.mark.parametrize(
    "files",
    [
        classified("Contact.SSN__c", "", "Public"),
        classified("Contact.SSN__c", "PII", "None"),
        field("Contact.Email_Status__c", label="Email Status", type="Text"),
        field("Contact.Password_Reset_Date__c", type="DateTime"),
        field("Contact.SSN_Known__c", type="Checkbox"),
        field("Contact.Religion__c", type="Picklist"),
        field("Contact.Birthplace__c"),
        field("Contact.Mail__c", type="Email", formula="Email"),
        field("Contact.ns__SSN__c"),
        field("Contact.Phone", type="Phone"),
        field("Config__mdt.Mail__c", type="Email"),
        field("Setup__c.Mail__c", type="Email") | custom_object("Setup__c", customSettingsType="Hierarchy"),
        field("Contact.SSN__c") | {"sfgov.yml": 'classification: {ignore_fields: ["Contact.SSN*"]}\n'},
    ],
    ids=[
        "public",
        "group",
        "status",
        "reset-date",
        "checkbox",
        "picklist",
        "birthplace",
        "formula",
        "managed",
        "standard",
        "metadata",
        "setting",
        "ignored",
    ],
)
def test_near_misses(files: dict[str, str]) -> None:
    assert said(check, USED | files) == []
