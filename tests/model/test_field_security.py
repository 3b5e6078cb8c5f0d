from __future__ import annotations

from pathlib import Path

import pytest

from sfgov.model.grants import Held
from sfgov.model.index import Index, Written
from sfgov.model.permissions import Permissions
from sfgov.parse.pool import parse_files
from sfgov.project import open_project
from sfgov.testing import write_files
from tests.access_orgs import Files, as_mdapi, custom_object, field, on, permission_set, reads, tag, user

ANSWERS = {"Y": Held.YES, "N": Held.NO, "?": Held.UNKNOWN}


def opened(folder: Path, files: Files) -> Permissions:
    write_files(folder, files)
    project = open_project([folder])
    written = [
        Written(fact, source.path, source.package)
        for source, parsed in parse_files(project.files, project.reader, jobs=1)
        for fact in parsed.facts
    ]
    return Permissions(Index(written, project.names))


def answers(permissions: Permissions, name: str) -> str:
    """Whether each of three sets can read and edit: one with the object alone, one with the field alone, one with both."""
    found = ""
    for bundle in permissions.bundles("PermissionSet"):
        for flag in ("readable", "editable"):
            answer = permissions.field_access(bundle, name, flag)
            found += next(letter for letter, held in ANSWERS.items() if held is answer.held)
        found += " "
    return found.strip()


def sets(name: str) -> Files:
    object_name = name.partition(".")[0]
    return (
        permission_set("A_Object", on(object_name, "allowRead", "allowEdit"))
        | permission_set("B_Field", reads(name, edits=True))
        | permission_set("C_Both", on(object_name, "allowRead", "allowEdit"), reads(name, edits=True))
    )


@pytest.mark.parametrize(
    ("name", "files", "expected"),
    [
        pytest.param("Bill__c.Pin__c", field("Bill__c.Pin__c"), "NN NN YY", id="ordinary"),
        pytest.param("Bill__c.Pin__c", {}, "NN NN YY", id="field file not here"),
        pytest.param(
            "Bill__c.Pin__c", field("Bill__c.Pin__c", tag("required", "true")), "YY NN YY", id="required"
        ),
        pytest.param(
            "Bill__c.Pin__c",
            field("Bill__c.Pin__c", tag("required", "false")),
            "NN NN YY",
            id="not required",
        ),
        pytest.param(
            "Bill__c.Sum__c",
            field("Bill__c.Sum__c", tag("formula", "1 + 1"), type_="Number"),
            "NN NN YN",
            id="formula",
        ),
        pytest.param("Bill__c.Sum__c", field("Bill__c.Sum__c", type_="Summary"), "NN NN YN", id="roll-up"),
        pytest.param("Bill__c.No__c", field("Bill__c.No__c", type_="AutoNumber"), "NN NN YN", id="number"),
        pytest.param(
            "Line__c.Bill__c", field("Line__c.Bill__c", type_="MasterDetail"), "YY NN YY", id="master-detail"
        ),
        pytest.param("Line__c.Bill__c", field("Line__c.Bill__c", type_="Lookup"), "NN NN YY", id="lookup"),
        pytest.param("Account.Phone", {}, "NN NN YY", id="standard field with an entry"),
    ],
)
def test_who_has_access(tmp_path: Path, name: str, files: Files, expected: str) -> None:
    assert answers(opened(tmp_path / "source", files | sets(name)), name) == expected
    assert answers(opened(tmp_path / "mdapi", as_mdapi(files | sets(name))), name) == expected
    assert answers(opened(tmp_path / "case", files | sets(name)), name.upper()) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("Account.CreatedById", "YN", id="system"),
        pytest.param("Bill__c.Id", "YN", id="Id"),
        pytest.param("Account.Name", "YY", id="name"),
        pytest.param("Bill__c.Name", "YY", id="name of a custom object"),
        pytest.param("Bill__c.OwnerId", "YY", id="owner"),
        pytest.param("Contact.LastName", "YY", id="required standard field"),
        pytest.param("Opportunity.StageName", "YY", id="required picklist"),
        pytest.param("Account.StageName", "??", id="the same name on another object"),
        pytest.param("Account.Phone", "??", id="standard field that no file speaks of"),
        pytest.param("Paid__e.Amount__c", "YY", id="event"),
        pytest.param("Rate__mdt.Value__c", "YY", id="custom metadata"),
        pytest.param("Switches__c.Off__c", "YY", id="custom setting"),
    ],
)
def test_fields_that_no_entry_covers(tmp_path: Path, name: str, expected: str) -> None:
    object_name = name.partition(".")[0]
    files = permission_set("P", on(object_name, "allowRead", "allowEdit")) | custom_object(
        "Switches__c", tag("customSettingsType", "Hierarchy")
    )
    assert answers(opened(tmp_path, files), name) == expected


def test_a_name_that_is_numbered_is_read_with_the_record_and_changed_by_nobody(tmp_path: Path) -> None:
    files = custom_object("Bill__c", "<nameField>\n<type>AutoNumber</type></nameField>")
    permissions = opened(tmp_path, files | permission_set("P", on("Bill__c", "allowRead", "allowEdit")))
    assert answers(permissions, "Bill__c.Name") == "YN"
    [evidence] = permissions.field("Bill__c.Name").because
    assert (evidence.place.path, evidence.place.line, evidence.message) == (
        "objects/Bill__c/Bill__c.object-meta.xml",
        2,
        "Bill__c.Name is an auto-number",
    )


def test_an_entry_for_a_name_shows_that_it_has_permissions(tmp_path: Path) -> None:
    """Salesforce has them for the name of contracts and orders."""
    assert answers(opened(tmp_path, sets("Contract.Name")), "Contract.Name") == "NN NN YY"


@pytest.mark.parametrize(
    ("part", "entry"),
    [
        ("Contact.MailingStreet", "Contact.MailingAddress"),
        ("contact.otherpostalcode", "contact.otherAddress"),
        ("Account.BillingCountryCode", "Account.BillingAddress"),
        ("Lead.City", "Lead.Address"),
        ("Site__c.Where__Latitude__s", "Site__c.Where__c"),
        ("Account.SSN__pc", "Contact.SSN__c"),
    ],
)
def test_parts_have_the_permissions_of_the_whole(tmp_path: Path, part: str, entry: str) -> None:
    object_name = part.partition(".")[0]
    permissions = opened(tmp_path, permission_set("P", on(object_name, "allowRead"), reads(entry)))
    assert answers(permissions, part) == "YN"


def test_an_account_is_needed_for_its_contacts_fields(tmp_path: Path) -> None:
    permissions = opened(tmp_path, permission_set("P", on("Contact", "allowRead"), reads("Contact.SSN__c")))
    assert answers(permissions, "Account.SSN__pc") == "NN"


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (on("Account", "viewAllFields"), "YN"),
        (user("ViewAllFieldsGlobal"), "NN"),
        (user("ModifyAllData"), "??"),
    ],
)
def test_view_all_fields_reads_what_no_file_speaks_of(tmp_path: Path, block: str, expected: str) -> None:
    found = answers(opened(tmp_path, permission_set("P", block)), "Account.Phone")
    assert found[0] == expected[0]


@pytest.mark.parametrize(
    ("files", "says", "line"),
    [
        (field("Bill__c.Pin__c", tag("required", "true")), "is required", 4),
        (field("Bill__c.Pin__c", tag("formula", "A__c")), "is a formula", 4),
        (field("Bill__c.Pin__c", type_="Summary"), "is a roll-up summary", 3),
        (
            field("Bill__c.Pin__c", type_="MasterDetail"),
            "is a master-detail field, set once with the record",
            3,
        ),
        (
            field("Bill__c.Pin__c", tag("reparentableMasterDetail", "true"), type_="MasterDetail"),
            "is a master-detail field",
            3,
        ),
    ],
)
def test_the_line_that_says_so(tmp_path: Path, files: Files, says: str, line: int) -> None:
    security = opened(tmp_path, files).field("Bill__c.Pin__c")
    [evidence] = security.because
    assert (security.says, evidence.place.line, evidence.message) == (says, line, f"Bill__c.Pin__c {says}")


def test_who_can_read_a_required_field_is_who_can_read_the_object(tmp_path: Path) -> None:
    permissions = opened(
        tmp_path,
        field("Bill__c.Pin__c", tag("required", "true"))
        | permission_set("Readers", on("Bill__c", "allowRead"))
        | permission_set("Everything", user("ViewAllData"))
        | permission_set("Fields", reads("Bill__c.Other__c")),
    )
    found = permissions.who_can_access_field("bill__c.pin__c", "readable")
    assert [(bundle.name, answer.grants[0].flag) for bundle, answer in found] == [
        ("Everything", "enabled"),
        ("Readers", "allowRead"),
    ]
    assert permissions.who_can_access_field("Bill__c.Pin__c", "editable") == ()
