"""Masking coverage: every source alone, in conflict, and switched off; through the real readers."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest

from sfgov.model.index import Index, Written
from sfgov.model.masking import Coverage, CoverageState, Masking, Origin, RecordColumns
from sfgov.parse import parse
from sfgov.project import open_project
from sfgov.testing import write_files

DECLARED = {"MaskingTemplate": ["governance/masking/*.yml"], "DataMaskExport": ["governance/exports/*.json"]}
COLUMNS = (
    RecordColumns("Data_Masking_Config__mdt", "Object_API__c", "Field_API__c", "Rule__c", "Active__c"),
)
TODAY = date(2026, 6, 1)


def masking(files: Mapping[str, str], columns: Sequence[RecordColumns] = (), today: date = TODAY) -> Masking:
    with tempfile.TemporaryDirectory() as folder:
        write_files(Path(folder), files)
        project = open_project([Path(folder)], declared=DECLARED)
        written = [
            Written(fact, source.path, source.package)
            for source in project.files
            for fact in parse(source, project.reader.read(source.path)).facts
        ]
    return Masking(Index(written, project.names), columns, today=today)


def said(coverage: Coverage) -> list[str]:
    return [f"{e.place.path}:{e.place.line} {e.message}" for e in coverage.evidence]


def states(model: Masking, *names: str) -> list[str]:
    return [model.coverage(*name.split(".")).state.value for name in names]


def record(kind: str, name: str, **values: str | None) -> dict[str, str]:
    blocks = "".join(
        f"    <values>\n        <field>{field}</field>\n        "
        + ('<value xsi:nil="true"/>' if value is None else f'<value xsi:type="xsd:string">{value}</value>')
        + "\n    </values>\n"
        for field, value in values.items()
    )
    return {
        f"customMetadata/{kind}.{name}.md-meta.xml": (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<CustomMetadata xmlns="http://soap.sforce.com/2006/04/metadata"'
            ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
            ' xmlns:xsd="http://www.w3.org/2001/XMLSchema">\n'
            f"    <label>{name}</label>\n    <protected>false</protected>\n{blocks}</CustomMetadata>\n"
        )
    }


def package(
    *,
    rule: str | None = "true",
    masking_object: str | None = "true",
    configuration: str | None = "true",
    **more: str | None,
) -> dict[str, str]:
    """A configuration that masks Lead.SSN__c, with its three switches."""
    return {
        **record("datamask__DataMask_Configuration", "Nightly", datamask__Active__c=configuration),
        **record(
            "datamask__Masking_Object",
            "LeadNightly",
            datamask__API_Name__c="Lead",
            datamask__Active__c=masking_object,
            datamask__DataMask_Configuration__c="Nightly",
            **more,
        ),
        **record(
            "datamask__Masking_Field",
            "SSNcLeadNightly",
            datamask__API_Name__c="SSN__c",
            datamask__Active__c=rule,
            datamask__Masking_Object__c="leadnightly",
            datamask__Masking_Type__c="Pseudonymize",
            datamask__Masking_Category__c="Social Security No.",
        ),
    }


FIELD = "customMetadata/datamask__Masking_Field.SSNcLeadNightly.md-meta.xml"
OBJECT = "customMetadata/datamask__Masking_Object.LeadNightly.md-meta.xml"
CONFIGURATION = "customMetadata/datamask__DataMask_Configuration.Nightly.md-meta.xml"


def export(*rows: dict[str, object], name: str = "DataMask") -> dict[str, str]:
    """An export with one row a line, the first of them in line 2."""
    text = ",\n".join(json.dumps(row) for row in rows)
    return {f"governance/exports/{name}.json": f'{{"result": {{"records": [\n{text}\n]}}}}'}


def row(entity: str, **values: object) -> dict[str, object]:
    return {"attributes": {"type": entity}, **values}


POLICY = row("DataMaskPolicy", Id="8dm000000000001AAA", DeveloperName="Contact_PII")
ON_CONTACT = row(
    "DataMaskPolicyObject", Id="8do000000000001", ParentPolicyId="8dm000000000001", ObjectReference="Contact"
)
EMAIL = row(
    "DataMaskPolicyField",
    Id="8df000000000001AAA",
    ParentPolicyObjectId="8do000000000001AAA",
    FieldReference="Email",
    MaskingCategory="library",
    MaskValue="email",
)

NOTHING = {"objects/Account.object": "<CustomObject><label>Account</label></CustomObject>"}


def test_nothing_is_declared() -> None:
    model = masking(NOTHING)
    assert (model.declared, model.says_what_is_masked, model.sources(), model.unseen) == (
        False,
        False,
        (),
        (),
    )
    assert model.coverage("Account", "Phone") == Coverage(CoverageState.BARE)


# Tooling exports


def test_exported_rows_are_joined_by_id_of_either_length() -> None:
    model = masking(NOTHING | export(POLICY, ON_CONTACT, EMAIL))
    coverage = model.coverage("contact", "EMAIL")
    assert (coverage.state.value, coverage.origin) == ("masked", Origin.EXPORT)
    assert said(coverage) == [
        "governance/exports/DataMask.json:4 policy Contact_PII masks Contact.Email (library email)"
    ]
    assert coverage.evidence[0].place.component == "DataMaskExport:DataMask"
    assert states(model, "Contact.Phone", "Lead.Email") == ["bare", "bare"]
    assert (model.covers_object("CONTACT"), model.covers_object("Lead")) == (True, False)
    home = model.home("Contact")
    assert home is not None
    assert (home.place.path, home.place.line) == ("governance/exports/DataMask.json", 3)


def test_exports_in_several_files_are_one() -> None:
    files = export(POLICY, name="DataMaskPolicy") | export(ON_CONTACT, name="DataMaskPolicyObject")
    model = masking(NOTHING | files | export(EMAIL, name="DataMaskPolicyField"))
    assert said(model.coverage("Contact", "Email")) == [
        "governance/exports/DataMaskPolicyField.json:2 policy Contact_PII masks Contact.Email (library email)"
    ]


def test_an_export_of_fields_alone_may_name_its_parents() -> None:
    nested = {"ObjectReference": "Contact", "ParentPolicy": {"DeveloperName": "P"}, "FilterEnabled": True}
    model = masking(
        NOTHING
        | export(row("DataMaskPolicyField", FieldReference="Contact.Email", ParentPolicyObject=nested))
    )
    assert said(model.coverage("Contact", "Email")) == [
        "governance/exports/DataMask.json:2 policy P masks Contact.Email only where its filter matches"
    ]


def test_a_row_filter_masks_some_rows() -> None:
    filtered = {**ON_CONTACT, "FilterEnabled": True, "WhereCriteria": "LastName LIKE '%son%'"}
    coverage = masking(NOTHING | export(POLICY, filtered, EMAIL)).coverage("Contact", "Email")
    assert coverage.state.value == "masked-some-rows"
    assert said(coverage) == [
        (
            "governance/exports/DataMask.json:4 "
            "policy Contact_PII masks Contact.Email (library email) only where LastName LIKE '%son%'"
        )
    ]
    off = {**filtered, "FilterEnabled": False}
    assert states(masking(NOTHING | export(POLICY, off, EMAIL)), "Contact.Email") == ["masked"]


def test_objects_whose_fields_were_not_exported_are_unknown() -> None:
    model = masking(NOTHING | export(POLICY, ON_CONTACT))
    assert said(model.coverage("Contact", "Email")) == [
        "governance/exports/DataMask.json:3 the fields that policy Contact_PII masks were not exported"
    ]
    assert states(model, "Contact.Email", "Lead.Email") == ["unknown", "bare"]


def test_policies_without_objects_or_fields_may_mask_anything() -> None:
    model = masking(NOTHING | export(POLICY))
    assert said(model.coverage("Lead", "Email")) == [
        "governance/exports/DataMask.json:2 the objects and fields of policy Contact_PII were not exported"
    ]
    assert states(model, "Lead.Email") == ["unknown"]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (
            [row("DataMaskPolicyObject", Id="1", ParentPolicyId="x", ObjectReference="01I000000000001AAA")],
            "policy x names an object by its id only",
        ),
        ([EMAIL], "policy (unknown) masks Email of an object that was not exported"),
    ],
)
def test_rows_that_cannot_be_placed_may_be_about_anything(rows: list[dict[str, object]], reason: str) -> None:
    model = masking(NOTHING | export(*rows))
    assert [one.reason for one in model.unseen] == [reason]
    assert states(model, "Lead.Email") == ["unknown"]


def test_a_field_that_is_named_by_id_leaves_its_object_unknown() -> None:
    by_id = {**EMAIL, "FieldReference": "00N000000000001AAA"}
    model = masking(NOTHING | export(POLICY, ON_CONTACT, EMAIL, by_id))
    assert states(model, "Contact.Email", "Contact.SSN__c", "Lead.Email") == ["masked", "unknown", "bare"]


def test_a_broken_export_leaves_everything_else_unknown() -> None:
    (path, text), *_ = export(POLICY, ON_CONTACT, EMAIL).items()
    model = masking(NOTHING | {path: text.replace("\n]}}", ",")})
    assert states(model, "Contact.Email", "Contact.Phone", "Lead.Email") == ["masked", "unknown", "unknown"]


def test_an_empty_export_is_no_masking() -> None:
    model = masking(NOTHING | export())
    assert (model.declared, states(model, "Lead.Email")) == (False, ["bare"])


# The Data Mask package's records


def test_a_packages_rule_counts() -> None:
    model = masking(package())
    coverage = model.coverage("Lead", "SSN__c")
    assert (coverage.state.value, coverage.origin) == ("masked", Origin.PACKAGE)
    assert said(coverage) == [
        f"{FIELD}:7 configuration Nightly masks Lead.SSN__c (Pseudonymize Social Security No.)"
    ]
    assert coverage.evidence[0].place.component == "CustomMetadata:datamask__Masking_Field.SSNcLeadNightly"
    home = model.home("LEAD")
    assert home is not None
    assert (home.by, home.place.path, home.place.line) == ("configuration Nightly", OBJECT, 7)


def test_missing_and_nil_switches_are_on() -> None:
    assert states(masking(package(rule=None, masking_object=None, configuration=None)), "Lead.SSN__c") == [
        "masked"
    ]
    files = package()
    del files[CONFIGURATION]
    assert states(masking(files), "Lead.SSN__c") == ["masked"]


@pytest.mark.parametrize(
    ("switches", "dormant", "switch"),
    [
        ({"rule": "false"}, "it is inactive", f"{FIELD}:11"),
        ({"masking_object": "false"}, "its masking object is inactive", f"{OBJECT}:11"),
        ({"configuration": "FALSE"}, "configuration Nightly is inactive", f"{CONFIGURATION}:7"),
    ],
)
def test_a_switch_on_any_level_puts_the_rule_to_sleep(
    switches: dict[str, str], dormant: str, switch: str
) -> None:
    model = masking(package(**switches))
    coverage = model.coverage("Lead", "SSN__c")
    assert (coverage.state.value, coverage.origin) == ("bare", None)
    assert said(coverage) == [
        f"{FIELD}:7 configuration Nightly would mask Lead.SSN__c (Pseudonymize Social Security No.), but {dormant}",
        f"{switch} {dormant}",
    ]
    assert (model.declared, model.says_what_is_masked) == (True, "rule" in switches)


def test_names_come_from_the_values_and_links_may_be_cut() -> None:
    long = "Insurance_Contract_BeneficiarycNightlyRun"
    files = {
        **record("datamask__DataMask_Configuration", "NightlyRun"),
        **record(
            "datamask__Masking_Object",
            long[:40],
            datamask__API_Name__c="Insurance_Contract_Beneficiary__c",
            datamask__DataMask_Configuration__c="NightlyRun",
        ),
        **record(
            "datamask__Masking_Field",
            "Policy_NumbercInsurance_Contract_Benefic",
            datamask__API_Name__c="Policy_Number__c",
            datamask__Masking_Object__c=f"datamask__Masking_Object.{long}",
        ),
    }
    model = masking(files)
    assert states(model, "Insurance_Contract_Beneficiary__c.Policy_Number__c") == ["masked"]


def test_two_masking_objects_of_one_object_both_count() -> None:
    second = record(
        "datamask__Masking_Object",
        "LeadPNightly",
        datamask__API_Name__c="Lead",
        datamask__DataMask_Configuration__c="Nightly",
    ) | record(
        "datamask__Masking_Field",
        "EmailLeadPNightly",
        datamask__API_Name__c="Email",
        datamask__Masking_Object__c="LeadPNightly",
    )
    model = masking(package(masking_object="false") | second)
    assert states(model, "Lead.SSN__c", "Lead.Email") == ["bare", "masked"]


def test_later_versions_of_the_package_filter_rows() -> None:
    filtered = {"datamask__Filter_Enabled__c": "true", "datamask__Where_Criteria__c": "Country = 'DE'"}
    coverage = masking(package(**filtered)).coverage("Lead", "SSN__c")
    assert coverage.state.value == "masked-some-rows"
    assert coverage.rules[0].where == "Country = 'DE'"
    filtered["datamask__Filter_Enabled__c"] = "false"
    assert states(masking(package(**filtered)), "Lead.SSN__c") == ["masked"]


def test_a_rule_whose_object_is_not_in_the_files() -> None:
    files = package()
    del files[OBJECT]
    model = masking(files)
    assert [(one.place.path, one.place.line, one.reason) for one in model.unseen] == [
        (FIELD, 15, "the masking object leadnightly is not in the files")
    ]
    assert states(model, "Lead.SSN__c") == ["unknown"]


# Templates

TEMPLATE = """
object: Contact
fields:
  Email: {category: library, value: email}
  "*Phone*": {category: library, value: phone}
  Contact.SSN__c: {category: replaceRandom}
exempt:
  Birthdate: {reason: "age banding tests", approved_by: dpo, until: 2026-06-01}
  WorkPhone__c: {reason: "office numbers"}
  "*Code__c": {until: 2026-05-31}
"""
CONTACT = "governance/masking/Contact.yml"


def test_a_template_names_fields_and_wildcards() -> None:
    model = masking(NOTHING | {CONTACT: TEMPLATE})
    assert said(model.coverage("Contact", "Email")) == [
        f"{CONTACT}:3 the template of Contact masks Contact.Email (library email)"
    ]
    assert said(model.coverage("Contact", "Mobilephone")) == [
        f"{CONTACT}:4 the template of Contact masks Contact.*Phone* (library phone)"
    ]
    assert states(model, "Contact.SSN__c", "contact.email", "Contact.Fax", "Lead.Email") == [
        "masked",
        "masked",
        "bare",
        "bare",
    ]
    assert model.coverage("Contact", "Email").evidence[0].place.component == "MaskingTemplate:Contact"


def test_exemptions_hold_to_their_last_day_and_stand_over_wildcards() -> None:
    model = masking(NOTHING | {CONTACT: TEMPLATE})
    assert states(model, "Contact.Birthdate", "Contact.WorkPhone__c", "Contact.ZipCode__c") == [
        "exempt",
        "exempt",
        "exempt-expired",
    ]
    assert said(model.coverage("Contact", "Birthdate")) == [
        f"{CONTACT}:7 Contact.Birthdate is exempt until 2026-06-01: age banding tests"
    ]
    expired = masking(NOTHING | {CONTACT: TEMPLATE}, today=date(2026, 6, 2)).coverage("Contact", "Birthdate")
    assert (expired.state.value, expired.exempt[0].approved_by) == ("exempt-expired", "dpo")


def test_an_exemption_that_has_ended_frees_the_wildcard() -> None:
    text = (
        'object: Contact\nfields:\n  "*Phone": {category: delete}\n'
        "exempt:\n  HomePhone: {until: 2026-05-31}\n"
    )
    assert states(masking(NOTHING | {CONTACT: text}), "Contact.HomePhone") == ["masked"]


def test_a_rule_that_names_the_field_stands_over_an_exempt_wildcard() -> None:
    text = 'object: Contact\nfields:\n  HomePhone: {category: delete}\nexempt:\n  "*Phone": {reason: tests}\n'
    assert states(masking(NOTHING | {CONTACT: text}), "Contact.HomePhone", "Contact.Phone") == [
        "masked",
        "exempt",
    ]


def test_a_template_with_a_filter_masks_some_rows() -> None:
    text = "object: Contact\nfilter: {where: \"Country = 'DE'\", reason: law}\nfields:\n  Email: {category: delete}\n"
    coverage = masking(NOTHING | {CONTACT: text}).coverage("Contact", "Email")
    assert coverage.state.value == "masked-some-rows"
    assert said(coverage) == [
        f"{CONTACT}:4 the template of Contact masks Contact.Email (delete) only where Country = 'DE'"
    ]


def test_a_template_that_cannot_be_read_whole_leaves_its_object_unknown() -> None:
    model = masking(
        NOTHING | {CONTACT: "object: Contact\nfields:\n  Email: {category: delete}\n  Phone: yes\n"}
    )
    assert states(model, "Contact.Email", "Contact.Phone", "Lead.Phone") == ["masked", "unknown", "bare"]
    broken = masking(
        NOTHING | {CONTACT: "object: Contact\nfields: {\n", "governance/masking/a.yml": "object: Lead\n"}
    )
    assert states(broken, "Contact.Phone", "Lead.Phone") == ["unknown", "unknown"]


def test_two_templates_of_one_object_add_up() -> None:
    more = {"governance/masking/More.yml": "object: contact\nfields:\n  Fax: {category: delete}\n"}
    model = masking(NOTHING | {CONTACT: TEMPLATE} | more)
    assert states(model, "Contact.Email", "Contact.Fax") == ["masked", "masked"]


# In-house records


def test_in_house_records_are_read_through_their_columns() -> None:
    kind = "Data_Masking_Config"
    files = {
        **record(
            kind, "A", Object_API__c="Contact", Field_API__c="Email", Rule__c="Scramble", Active__c="true"
        ),
        **record(
            kind, "B", Object_API__c="Contact", Field_API__c="Contact.Phone", Rule__c="X", Active__c="false"
        ),
        **record(kind, "C", Object_API__c="Contact", Field_API__c="Fax", Rule__c=None, Active__c="true"),
        **record(kind, "D", Object_API__c="Contact", Field_API__c=None, Rule__c="X"),
    }
    model = masking(files, COLUMNS)
    path = "customMetadata/Data_Masking_Config"
    assert said(model.coverage("Contact", "Email")) == [
        f"{path}.A.md-meta.xml:11 record A of Data_Masking_Config__mdt masks Contact.Email (Scramble)"
    ]
    assert said(model.coverage("Contact", "Phone")) == [
        f"{path}.B.md-meta.xml:11 record B of Data_Masking_Config__mdt would mask Contact.Phone (X), but it is inactive",
        f"{path}.B.md-meta.xml:19 it is inactive",
    ]
    assert said(model.coverage("Contact", "Fax")) == [
        f"{path}.C.md-meta.xml:11 record C of Data_Masking_Config__mdt would mask Contact.Fax, but its Rule__c is empty",
        f"{path}.C.md-meta.xml:15 its Rule__c is empty",
    ]
    assert states(model, "Contact.Email", "Contact.Phone", "Contact.Fax") == ["masked", "bare", "bare"]
    assert states(masking(files), "Contact.Email") == ["bare"]
    only_off = {path: text for path, text in files.items() if ".B." in path}
    assert masking(only_off, COLUMNS).says_what_is_masked is False


def test_a_mapped_type_without_records_is_unknown() -> None:
    files = {
        "objects/Data_Masking_Config__mdt.object": "<CustomObject>\n<label>Masking</label>\n</CustomObject>",
        **record("Other", "A", X__c="y"),
    }
    model = masking(files, COLUMNS)
    assert [one.reason for one in model.unseen] == ["no record of Data_Masking_Config__mdt is in the files"]
    assert states(model, "Contact.Email") == ["unknown"]


# Classes that run after a copy

POST_COPY = """
public class Scrub implements SandboxPostCopy {
    public void runApexClass(SandboxContext context) {
        List<Contact> all = [SELECT Id FROM Contact];
        for (Contact one : all) {
            one.Email = one.Id + '@example.com';
        }
        update new Lead(Id = context.sandboxId(), Phone = '0');
    }
}
"""


def test_a_post_copy_class_masks_what_it_sets_itself() -> None:
    files = {
        "classes/Scrub.cls": POST_COPY,
        "classes/Other.cls": POST_COPY.replace("SandboxPostCopy", "Other"),
    }
    model = masking(files)
    coverage = model.coverage("Contact", "Email")
    assert (coverage.state.value, coverage.origin) == ("masked", Origin.POST_COPY)
    assert said(coverage) == ["classes/Scrub.cls:5 SandboxPostCopy class Scrub masks Contact.Email"]
    assert said(model.coverage("Lead", "Phone")) == [
        "classes/Scrub.cls:7 SandboxPostCopy class Scrub masks Lead.Phone"
    ]
    assert states(model, "Lead.Id", "Contact.Phone") == ["bare", "bare"]
    assert (model.declared, model.says_what_is_masked) == (True, False)


# Shells

SHELL = {
    "dataMaskPolicies/Contact_PII.dataMaskPolicy": "<DataMaskPolicy>\n<label>x</label>\n</DataMaskPolicy>"
}
INSTALLED = {
    "installedPackages/datamask.installedPackage": (
        "<InstalledPackage>\n<versionNumber>1.1</versionNumber>\n</InstalledPackage>"
    )
}


def test_a_policys_shell_alone_is_unknown_coverage() -> None:
    model = masking(SHELL)
    assert said(model.coverage("Lead", "Email")) == [
        (
            "dataMaskPolicies/Contact_PII.dataMaskPolicy:1 "
            "the objects and fields of policy Contact_PII are not in the files"
        )
    ]
    assert (model.declared, model.says_what_is_masked) == (True, False)


def test_a_shell_beside_a_source_that_lists_fields_does_not_excuse_them() -> None:
    template = {CONTACT: "object: Contact\nfields:\n  Email: {category: delete}\n"}
    model = masking(SHELL | template)
    assert states(model, "Contact.Email", "Contact.Phone", "Lead.Phone") == ["masked", "bare", "bare"]
    assert [one.reason for one in model.unseen] == [
        "the objects and fields of policy Contact_PII are not in the files"
    ]


def test_a_shell_that_a_template_or_an_export_describes_is_known() -> None:
    described = {CONTACT: "object: Contact\npolicy: contact_pii\nfields:\n  Email: {category: delete}\n"}
    assert masking(SHELL | described).unseen == ()
    assert masking(SHELL | export(POLICY, ON_CONTACT, EMAIL)).unseen == ()


def test_the_package_without_its_records_is_unknown_coverage() -> None:
    model = masking(INSTALLED)
    assert said(model.coverage("Lead", "Email")) == [
        (
            "installedPackages/datamask.installedPackage:1 "
            "the Data Mask package is installed, but what it masks is not in the files"
        )
    ]
    assert masking(INSTALLED | package()).unseen == ()
    log = {
        "objects/datamask__Log__c/fields/Note__c.field-meta.xml": (
            "<CustomField><fullName>Note__c</fullName><type>Text</type></CustomField>"
        )
    }
    assert states(masking(log), "Lead.Email") == ["unknown"]


# Conflicts


def test_any_full_mask_covers_whatever_else_filters() -> None:
    filtered = export(POLICY, {**ON_CONTACT, "FilterEnabled": True, "WhereCriteria": "X = 1"}, EMAIL)
    in_house = record("Data_Masking_Config", "A", Object_API__c="Contact", Field_API__c="Email", Rule__c="S")
    model = masking(filtered | in_house, COLUMNS)
    assert (model.coverage("Contact", "Email").state.value, model.coverage("Contact", "Email").origin) == (
        "masked",
        Origin.IN_HOUSE,
    )


def test_what_runs_stands_over_what_a_template_declares() -> None:
    template = {CONTACT: "object: Contact\nfields:\n  Email: {category: delete}\n"}
    filtered = export(POLICY, {**ON_CONTACT, "FilterEnabled": True, "WhereCriteria": "X = 1"}, EMAIL)
    assert states(masking(NOTHING | template | filtered), "Contact.Email") == ["masked-some-rows"]
    exempt = {CONTACT: "object: Contact\nexempt:\n  Email: {reason: tests}\n"}
    assert states(masking(NOTHING | exempt | export(POLICY, ON_CONTACT, EMAIL)), "Contact.Email") == [
        "masked"
    ]


def test_a_sleeping_rule_leaves_the_word_to_the_next_source() -> None:
    template = {"governance/masking/Lead.yml": "object: Lead\nfields:\n  SSN__c: {category: delete}\n"}
    coverage = masking(package(rule="false") | template).coverage("Lead", "SSN__c")
    assert (coverage.state.value, coverage.origin) == ("masked", Origin.TEMPLATE)


def test_evidence_comes_from_the_most_trusted_source_first() -> None:
    in_house = record("Data_Masking_Config", "A", Object_API__c="Lead", Field_API__c="SSN__c", Rule__c="S")
    coverage = masking(package() | in_house, COLUMNS).coverage("Lead", "SSN__c")
    assert [rule.origin for rule in coverage.rules] == [Origin.PACKAGE, Origin.IN_HOUSE]


def test_the_sources_with_what_they_mask() -> None:
    files = package() | {CONTACT: TEMPLATE} | export(POLICY, ON_CONTACT, EMAIL)
    assert [(s.origin.value, s.by, s.objects, len(s.rules)) for s in masking(files).sources()] == [
        ("Tooling export", "policy Contact_PII", ("Contact",), 1),
        ("Data Mask record", "configuration Nightly", ("Lead",), 1),
        ("masking template", "the template of Contact", ("Contact",), 3),
    ]
    homes = masking(files).homes
    assert [(home.origin.trust, home.object, home.place.line) for home in homes] == [
        (0, "Contact", 3),
        (0, "Contact", 4),
        (1, "Lead", 7),
        (2, "Contact", 1),
    ]


# Compound fields


def test_a_compound_field_is_masked_by_its_parts() -> None:
    text = """
object: Contact
fields:
  FirstName: {category: library, value: first_name}
  LastName: {category: library, value: last_name}
  MailingStreet: {category: library, value: street}
  "Other*": {category: delete}
"""
    model = masking(NOTHING | {CONTACT: text})
    assert states(model, "Contact.Name", "Contact.MailingAddress", "Contact.OtherAddress") == [
        "masked",
        "bare",
        "masked",
    ]
    assert states(model, "Contact.Home_Address__c") == ["bare"]
