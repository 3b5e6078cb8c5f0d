"""DAT007 on whole small orgs, in both formats."""

import pytest

from sfgov.testing import lint
from sfgov_checks.data.mask_config_drift import mask_config_drift as check
from tests.data_orgs import chain, classified, custom_object, field, mdapi_object, record, said

CONTACT = "governance/masking/Contact.yml"
NOTE = field("Contact.Note__c")


def template(*rules: str, exempt: str = "", name: str = "Contact") -> dict[str, str]:
    fields = "".join(f"  {rule}\n" for rule in rules)
    return {f"governance/masking/{name}.yml": f"object: {name}\nfields:\n{fields}" + exempt}


def test_fields_that_are_not_there_are_one_finding() -> None:
    files = NOTE | template(
        "Note__c: {category: delete}", "Old__c: {category: delete}", "Gone__c: {category: delete}"
    )
    (one,) = lint(files, check)
    assert (one.path, one.line, one.confidence.value) == (CONTACT, 1, "medium")
    assert one.message == (
        "The template of Contact masks 2 fields of Contact that are not here although others are: Old__c, Gone__c."
    )
    assert chain(one) == [
        f"{CONTACT}:4 the template of Contact masks Contact.Old__c (delete)",
        f"{CONTACT}:5 the template of Contact masks Contact.Gone__c (delete)",
    ]


def test_an_object_that_is_not_there() -> None:
    files = (
        NOTE
        | custom_object("Claim__c", label="Claim")
        | template("A__c: {category: delete}", name="Claims__c")
    )
    assert said(check, files) == [
        "medium/medium governance/masking/Claims__c.yml:1 The template of Claims__c masks Claims__c, which is not among the "
        "objects here."
    ]


@pytest.mark.parametrize(
    ("values", "rule", "expected"),
    [
        ({"type": "Date"}, "library, value: email", "(library email), but the field holds a date."),
        (
            {"type": "Number"},
            "library, value: first_name",
            "(library first_name), but the field holds a number.",
        ),
        (
            {"type": "Email"},
            "library, value: phone",
            "(library phone), but the field takes only email addresses.",
        ),
        (
            {"type": "Text", "required": "true"},
            "delete",
            "(delete), but the field is required and cannot be emptied.",
        ),
        (
            {"type": "Text", "formula": "Name"},
            "replaceRandom",
            "(replaceRandom), but Salesforce computes its value: nothing can be written into it.",
        ),
    ],
)
def test_rules_that_do_not_fit(values: dict[str, str], rule: str, expected: str) -> None:
    files = field("Contact.X__c", **values) | template(f"X__c: {{category: {rule}}}")
    assert said(check, files) == [
        f"medium/high {CONTACT}:3 The template of Contact masks Contact.X__c {expected}"
    ]


def test_the_mdapi_format_and_records_of_the_package() -> None:
    mdapi = mdapi_object("Contact", {"fullName": "Born__c", "type": "Date"})
    rules = {
        **record("DataMask_Configuration", "Full", Active="true"),
        **record("Masking_Object", "C", API_Name="Contact", DataMask_Configuration="Full"),
        **record(
            "Masking_Field",
            "F",
            API_Name="Born__c",
            Masking_Object="C",
            Masking_Type="Pseudonymize",
            Masking_Category="Email",
        ),
    }
    (one,) = lint(mdapi | rules, check)
    assert one.message == (
        "Configuration Full masks Contact.Born__c (Pseudonymize Email), but the field holds a date."
    )
    assert chain(one)[1] == "objects/Contact.object:5 Contact.Born__c: Date"


def test_an_exemption_that_has_ended() -> None:
    ended = "exempt:\n  Note__c: {reason: tests, until: 2026-05-31}\n"
    files = NOTE | template("Email: {category: library, value: email}", exempt=ended)
    assert said(check, files) == [
        f"low/high {CONTACT}:5 The exemption of Contact.Note__c from masking ended on 2026-05-31."
    ]
    assert (
        said(check, classified("Contact.Note__c", "PII") | files | classified("Contact.Note__c", "PII")) == []
    )


def test_contacts_without_their_person_accounts() -> None:
    files = template("Email: {category: library, value: email}") | field("Account.Age__pc", type="Number")
    assert said(check, files) == [
        f"medium/high {CONTACT}:1 Contacts are masked, but this org has person accounts, whose data lies on the account as "
        "well, and nothing masks Account."
    ]
    both = files | template("PersonEmail: {category: library, value: email}", name="Account")
    assert said(check, both) == []


@pytest.mark.parametrize(
    "files",
    [
        NOTE | template("Email: {category: library, value: email}", "OtherPhone: {category: delete}"),
        NOTE | template("ns__Code__c: {category: delete}", "'*Old*': {category: delete}"),
        field("Account.Note__c") | template("Old__c: {category: delete}"),
        field("Contact.X__c", type="Date") | template("X__c: {category: replaceRandom}"),
        field("Contact.X__c", type="Text", unique="true") | template("X__c: {category: delete}"),
        field("Contact.X__c", type="Number") | template("X__c: {category: library, value: random_number}"),
        NOTE | template("Email: {category: delete}", exempt="exempt: {Note__c: {until: 2026-06-01}}\n"),
        NOTE
        | record("DataMask_Configuration", "Full", Active="false")
        | record("Masking_Object", "C", API_Name="Contact", DataMask_Configuration="Full")
        | record("Masking_Field", "F", API_Name="Old__c", Masking_Object="C"),
    ],
    ids=[
        "standard",
        "managed",
        "no-fields-of-it",
        "random",
        "unique",
        "numbers",
        "last-day",
        "switched-off",
    ],
)
def test_near_misses(files: dict[str, str]) -> None:
    assert said(check, files) == []


@pytest.mark.parametrize(
    ("name", "rule", "found"),
    [
        ("Contact", "lastname: {category: delete}", True),
        ("Lead", "Company: {category: delete}", True),
        ("Contact", "LastName: {category: library, value: last_name}", False),
        ("Contact", "FirstName: {category: delete}", False),
        ("Case", "LastName: {category: delete}", False),
    ],
)
def test_standard_fields_that_every_record_needs(name: str, rule: str, *, found: bool) -> None:
    field_name = rule.partition(":")[0]
    expected = (
        f"medium/high governance/masking/{name}.yml:3 The template of {name} masks {name}.{field_name} (delete), but every "
        f"{name} needs one: it cannot be emptied."
    )
    assert said(check, NOTE | template(rule, name=name)) == ([expected] if found else [])
