"""Which fields count as sensitive, from real field files."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from sfgov.model.classification import Sensitivity, classified_fields, standard_fields
from sfgov.model.index import Index, Written
from sfgov.parse import parse
from sfgov.project import open_project
from sfgov.testing import write_files

SENSITIVITY = Sensitivity(("PII", "PHI"), ("Confidential", "Restricted"), ("Log__c.*", "*.Internal_*"))


def index(files: Mapping[str, str]) -> Index:
    with tempfile.TemporaryDirectory() as folder:
        write_files(Path(folder), files)
        project = open_project([Path(folder)])
        written = [
            Written(fact, source.path, source.package)
            for source in project.files
            for fact in parse(source, project.reader.read(source.path)).facts
        ]
    return Index(written, project.names)


def field(name: str, *elements: str) -> dict[str, str]:
    """A field in source format, with one element a line from line 3 on."""
    owner, _, own = name.partition(".")
    body = "\n".join(("<CustomField>", f"<fullName>{own}</fullName>", *elements, "</CustomField>"))
    return {f"objects/{owner}/fields/{own}.field-meta.xml": body}


PII, TEXT = "<complianceGroup>PII</complianceGroup>", "<type>Text</type>"


def sensitive(files: Mapping[str, str]) -> list[str]:
    return [f"{one.name}: {one.classification}" for one in classified_fields(index(files), SENSITIVITY)]


def test_groups_and_levels_count_in_any_case_and_none_does_not() -> None:
    level = "<securityClassification>{}</securityClassification>"
    files = {
        **field("Contact.A__c", "<complianceGroup>GDPR; pii ;PHI</complianceGroup>", TEXT),
        **field("Contact.B__c", level.format("restricted"), TEXT),
        **field("Contact.C__c", level.format("Internal"), "<complianceGroup>GDPR</complianceGroup>", TEXT),
        **field("Contact.D__c", level.format("None"), "<complianceGroup>None</complianceGroup>", TEXT),
        **field("Contact.E__c", level.format(""), TEXT),
        **field("Contact.F__c", PII, level.format("Confidential"), TEXT),
        **field("Contact.Email", PII),
    }
    assert sensitive(files) == [
        "Contact.A__c: pii, PHI",
        "Contact.B__c: restricted",
        "Contact.Email: PII",
        "Contact.F__c: Confidential, PII",
    ]
    none = Sensitivity(("None",), ("None", ""))
    assert list(classified_fields(index(files), none)) == []


def test_evidence_is_each_classifying_line_in_the_order_of_the_file() -> None:
    files = field("Contact.F__c", PII, TEXT, "<securityClassification>Restricted</securityClassification>")
    (found,) = classified_fields(index(files), SENSITIVITY)
    path = "objects/Contact/fields/F__c.field-meta.xml"
    assert [(e.place.path, e.place.line, e.place.component, e.message) for e in found.evidence()] == [
        (path, 3, "CustomField:Contact.F__c", "Contact.F__c is in PII"),
        (path, 5, "CustomField:Contact.F__c", "Contact.F__c is Restricted"),
    ]
    assert found.place == found.evidence()[0].place


@pytest.mark.parametrize(
    "elements",
    [
        ("<formula>Name</formula>", TEXT),
        ("<type>Summary</type>",),
        ("<type>AutoNumber</type>",),
        ("<type>Checkbox</type>",),
        ("<type>Lookup</type>",),
        ("<type>MasterDetail</type>",),
    ],
)
def test_fields_without_a_value_of_their_own_do_not_count(elements: tuple[str, ...]) -> None:
    assert sensitive(field("Contact.A__c", PII, *elements)) == []


@pytest.mark.parametrize(
    "name",
    [
        "X__mdt.A__c",
        "X__e.A__c",
        "X__x.A__c",
        "X__b.A__c",
        "Contact.ns__A__c",
        "ns__X__c.ns__A__c",
        "ns__X__c.Name",
    ],
)
def test_what_no_sandbox_copies_and_what_is_a_packages_does_not_count(name: str) -> None:
    assert sensitive(field(name, PII, TEXT)) == []


def test_an_own_field_on_a_packages_object_counts() -> None:
    assert sensitive(field("ns__X__c.A__c", PII, TEXT)) == ["ns__X__c.A__c: PII"]


def test_ignored_fields_and_custom_settings_do_not_count() -> None:
    settings = {
        "objects/S__c/S__c.object-meta.xml": (
            "<CustomObject><customSettingsType>Hierarchy</customSettingsType></CustomObject>"
        )
    }
    files = {
        **field("log__c.A__c", PII, TEXT),
        **field("Contact.Internal_Note__c", PII, TEXT),
        **field("S__c.Key__c", PII, TEXT),
        **settings,
    }
    assert sensitive(files) == []


def test_the_mdapi_format_gives_the_same_with_lines_of_the_object_file() -> None:
    text = (
        "<CustomObject>\n<fields>\n<fullName>A__c</fullName>\n"
        + PII
        + "\n"
        + TEXT
        + "\n</fields>\n</CustomObject>"
    )
    (found,) = classified_fields(index({"objects/Contact.object": text}), SENSITIVITY)
    assert found.place is not None
    assert (found.name, found.place.path, found.place.line) == ("Contact.A__c", "objects/Contact.object", 4)


def test_of_two_files_about_one_field_the_classified_one_counts() -> None:
    name = "objects/Contact/fields/A__c.field-meta.xml"
    project = {
        "sfdx-project.json": '{"packageDirectories": [{"path": "a", "default": true}, {"path": "b"}]}',
        f"a/{name}": f"<CustomField><fullName>A__c</fullName>{TEXT}</CustomField>",
        f"b/{name}": f"<CustomField><fullName>A__c</fullName>{PII}{TEXT}</CustomField>",
    }
    (found,) = classified_fields(index(project), SENSITIVITY)
    assert found.place is not None
    assert found.place.path == f"b/{name}"


def test_the_standard_fields_are_a_closed_list() -> None:
    files = field("Contact.Email", PII) | field("Contact.Phone", "<complianceGroup>None</complianceGroup>")
    assert [one.name for one in standard_fields(index(files), Sensitivity(("PII",), (), ("Lead.*",)))] == [
        "Contact.Birthdate",
        "Contact.HomePhone",
        "Contact.MailingStreet",
        "Contact.MobilePhone",
        "Contact.Phone",
    ]


@pytest.mark.parametrize(
    "sign",
    [
        field("Account.Age__pc", TEXT),
        {"objects/PersonAccount/PersonAccount.object-meta.xml": "<CustomObject/>"},
        {
            "objects/PersonAccount/recordTypes/P.recordType-meta.xml": (
                "<RecordType><fullName>P</fullName><active>true</active><label>P</label></RecordType>"
            )
        },
    ],
)
def test_person_fields_count_where_there_are_person_accounts(sign: dict[str, str]) -> None:
    names = [one.name for one in standard_fields(index(sign), SENSITIVITY)]
    assert names[:2] == ["Account.PersonBirthdate", "Account.PersonEmail"]
    without = [one.name for one in standard_fields(index(field("Account.A__c", TEXT)), SENSITIVITY)]
    assert without[0] == "Contact.Birthdate"


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("Case.ContactEmail", False),  # shows the contact's
        ("CampaignMember.Phone", False),
        ("Case.SuppliedEmail", True),
        ("Contact.Email", True),
        ("Contact.ContactEmail", True),
    ],
)
def test_standard_fields_that_show_another_records_store_nothing(name: str, *, counts: bool) -> None:
    assert sensitive(field(name, PII)) == ([f"{name}: PII"] if counts else [])
