"""DAT001 on whole small orgs, in both formats."""

from collections.abc import Mapping
from datetime import date

import pytest

from sfgov.result import Result
from sfgov.testing import lint, lint_run
from sfgov_checks.data.classified_field_without_mask import classified_field_without_mask

XMLNS = 'xmlns="http://soap.sforce.com/2006/04/metadata"'


def field(name: str, group: str = "", level: str = "", type_name: str = "Text") -> dict[str, str]:
    """A field in source format: group in line 4, level in line 5."""
    owner, _, own = name.partition(".")
    return {
        f"objects/{owner}/fields/{own}.field-meta.xml": (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<CustomField {XMLNS}>\n'
            f"    <fullName>{own}</fullName>\n    <complianceGroup>{group}</complianceGroup>\n"
            f"    <securityClassification>{level}</securityClassification>\n"
            f"    <type>{type_name}</type>\n</CustomField>\n"
        )
    }


SSN = field("Contact.SSN__c", "PII;HIPAA", "Restricted")
SSN_PATH = "objects/Contact/fields/SSN__c.field-meta.xml"
CONTACT = "governance/masking/Contact.yml"
STANDARD = """
  Email: {category: library, value: email}
  "*Phone": {category: library, value: phone}
  MailingStreet: {category: library, value: street}
  Birthdate: {category: delete}
"""


def template(fields: str = "", exempt: str = "", head: str = "") -> dict[str, str]:
    """A template of Contact whose standard fields are all masked."""
    return {
        CONTACT: f"object: Contact\n{head}fields:{STANDARD}{fields}"
        + (f"exempt:\n{exempt}" if exempt else "")
    }


def found(files: Mapping[str, str], today: date = date(2026, 6, 1)) -> list[Result]:
    return lint(files, classified_field_without_mask, today=today)


def said(results: list[Result]) -> list[str]:
    return [
        f"{r.severity.value}/{r.confidence.value} {r.path}:{r.line} {r.component} {r.message}"
        for r in results
    ]


def chain(result: Result) -> list[str]:
    return [f"{step.path}:{step.line} {step.message}" for step in result.evidence]


def test_a_field_that_the_template_of_its_object_leaves_out() -> None:
    (one,) = found(SSN | template())
    assert said([one]) == [
        (
            f"critical/high {SSN_PATH}:4 CustomField:Contact.SSN__c Contact.SSN__c is Restricted, PII, HIPAA, and no masking "
            "rule covers it; a refreshed sandbox holds the real value."
        )
    ]
    assert chain(one) == [
        f"{SSN_PATH}:4 Contact.SSN__c is in PII, HIPAA",
        f"{SSN_PATH}:5 Contact.SSN__c is Restricted",
        f"{CONTACT}:1 the template of Contact masks 4 other fields of Contact",
    ]
    assert one.fix == (
        "Add SSN__c to the template of Contact (governance/masking/Contact.yml), or exempt it in a masking template "
        "with a reason and a last day."
    )


@pytest.mark.parametrize(
    ("group", "level", "severity"),
    [
        ("PII", "", "high"),
        ("PII", "Confidential", "high"),
        ("phi", "", "critical"),
        ("PCI;PII", "", "critical"),
        ("", "Restricted", "critical"),
        ("", "MissionCritical", "critical"),
    ],
)
def test_health_and_card_data_and_restricted_levels_are_critical(
    group: str, level: str, severity: str
) -> None:
    (one,) = found(field("Contact.A__c", group, level) | template())
    assert one.severity.value == severity


def test_a_picklist_is_medium_since_data_mask_cannot_mask_it() -> None:
    (one,) = found(field("Contact.Card__c", "PCI", "Restricted", "MultiselectPicklist") | template())
    assert one.severity.value == "medium"
    assert one.fix.startswith("Data Mask cannot mask picklists: have a SandboxPostCopy class or another tool")


def test_a_field_of_an_object_that_no_source_speaks_of() -> None:
    (one,) = found(field("Case.Note__c", "PII") | template())
    assert said([one]) == [
        (
            "high/high objects/Case/fields/Note__c.field-meta.xml:4 CustomField:Case.Note__c Case.Note__c is PII, and no "
            "masking rule covers it; a refreshed sandbox holds the real value."
        )
    ]
    assert chain(one) == [
        "objects/Case/fields/Note__c.field-meta.xml:4 Case.Note__c is in PII",
        f"{CONTACT}:1 the template of Contact masks Contact; nothing speaks of Case",
    ]


def test_an_exemption_that_has_ended() -> None:
    files = SSN | template(exempt='  SSN__c: {reason: "tests", until: 2026-05-31}\n')
    (one,) = found(files)
    assert one.message == (
        "Contact.SSN__c is Restricted, PII, HIPAA, and no masking rule covers it (its exemption ended on 2026-05-31); "
        "a refreshed sandbox holds the real value."
    )
    assert chain(one)[2] == f"{CONTACT}:8 Contact.SSN__c is exempt until 2026-05-31: tests"
    assert found(files, today=date(2026, 5, 31)) == []


def record(kind: str, name: str, **values: str) -> dict[str, str]:
    blocks = "".join(
        f'<values><field>datamask__{k}__c</field><value xsi:type="xsd:string">{v}</value></values>\n'
        for k, v in values.items()
    )
    return {
        f"customMetadata/datamask__{kind}.{name}.md-meta.xml": (
            f'<CustomMetadata {XMLNS} xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
            f' xmlns:xsd="http://www.w3.org/2001/XMLSchema">\n{blocks}</CustomMetadata>'
        )
    }


def package(active: str) -> dict[str, str]:
    return {
        **record("DataMask_Configuration", "Full", Active="true"),
        **record("Masking_Object", "CaseFull", API_Name="Case", DataMask_Configuration="Full"),
        **record(
            "Masking_Field", "NotecCaseFull", API_Name="Note__c", Masking_Object="CaseFull", Active=active
        ),
    }


def test_a_rule_that_is_switched_off_is_named() -> None:
    (one,) = found(field("Case.Note__c", "PII") | package("false"))
    assert one.message == (
        "Case.Note__c is PII, and no masking rule covers it (there is a rule, but it is inactive); a refreshed sandbox "
        "holds the real value."
    )
    path = "customMetadata/datamask__Masking_Field.NotecCaseFull.md-meta.xml"
    assert chain(one)[1:] == [
        f"{path}:2 configuration Full would mask Case.Note__c, but it is inactive",
        f"{path}:4 it is inactive",
        "customMetadata/datamask__Masking_Object.CaseFull.md-meta.xml:2 configuration Full masks 0 other fields of Case",
    ]
    assert found(field("Case.Note__c", "PII") | package("true")) == []


def test_nothing_says_what_is_masked_is_one_finding_per_object() -> None:
    letters = {k: v for letter in "ABCDEF" for k, v in field(f"Contact.{letter}__c", "PII").items()}
    results = found(SSN | letters | field("Lead.Note__c", "", "Confidential"))
    assert said(results) == [
        (
            f"high/medium {SSN_PATH}:4 CustomObject:Contact Contact has 7 classified fields, and nothing in the files masks "
            "them: SSN__c, A__c, B__c, C__c, D__c and 2 more. A refreshed sandbox holds the real values."
        ),
        (
            "high/medium objects/Lead/fields/Note__c.field-meta.xml:5 CustomObject:Lead Lead has 1 classified field, and "
            "nothing in the files masks it: Note__c. A refreshed sandbox holds the real values."
        ),
    ]
    assert chain(results[1]) == ["objects/Lead/fields/Note__c.field-meta.xml:5 Lead.Note__c is Confidential"]
    assert len(chain(results[0])) == 6


SHELL = {"dataMaskPolicies/P.dataMaskPolicy": "<DataMaskPolicy><label>P</label></DataMaskPolicy>"}


DEFAULT = field("Lead.Phone", level="Confidential") | field("Lead.Fax", level="Confidential")


@pytest.mark.parametrize(
    ("files", "severity"),
    [
        (DEFAULT, "medium"),
        (DEFAULT | field("Lead.Email", "PII", "Confidential"), "high"),
        (DEFAULT | field("Lead.Email", "Works council", "Confidential"), "high"),
        (DEFAULT | field("Lead.Email", level="Restricted"), "high"),
        (DEFAULT | field("Lead.Income__c", level="Confidential"), "high"),
    ],
    ids=["as Salesforce fills it in", "a group", "a group of their own", "another level", "a custom field"],
)
def test_what_salesforce_may_have_classified_by_itself_is_medium(
    files: dict[str, str], severity: str
) -> None:
    [one] = found(files)
    assert (one.severity, one.confidence) == (severity, "medium")


def test_it_is_high_where_masking_leaves_it_out() -> None:
    lead = {
        "governance/masking/Lead.yml": "object: Lead\nfields:\n  Phone: {category: library, value: phone}\n"
    }
    assert [one.severity for one in found(DEFAULT | lead) if "Lead.Fax" in one.message] == ["high"]


def test_a_shell_alone_is_unknown_and_one_finding_of_low_confidence_per_object() -> None:
    (one,) = found(SSN | field("Contact.Note__c", "PII") | SHELL)
    assert said([one]) == [
        (
            f"high/low {SSN_PATH}:4 CustomObject:Contact Contact has 2 classified fields of which the files do not say "
            "whether they are masked: SSN__c, Note__c."
        )
    ]
    assert (
        chain(one)[-1]
        == "dataMaskPolicies/P.dataMaskPolicy:1 the objects and fields of policy P are not in the files"
    )


def test_beside_masking_that_is_not_in_the_files_findings_are_less_sure() -> None:
    (one,) = found(SSN | template() | SHELL)
    assert one.confidence.value == "medium"
    assert [r.confidence.value for r in found(SSN | template(head="policy: P\n") | SHELL)] == ["high"]


def test_many_fields_of_one_object_are_one_finding() -> None:
    many = {k: v for number in range(11) for k, v in field(f"Contact.F{number:02}__c", "PII").items()}
    (one,) = found(many | template())
    assert said([one]) == [
        (
            "high/high objects/Contact/fields/F00__c.field-meta.xml:4 CustomObject:Contact Contact has 11 sensitive fields "
            "that no masking rule covers: F00__c, F01__c, F02__c, F03__c, F04__c and 6 more. A refreshed sandbox holds "
            "their real values."
        )
    ]
    assert chain(one)[-1] == f"{CONTACT}:1 the template of Contact masks 4 other fields of Contact"
    ten = dict(list(many.items())[:10])
    assert len(found(ten | template())) == 10


def test_standard_personal_fields_count_where_their_object_is_masked() -> None:
    files = field("Contact.Note__c", "None") | {
        CONTACT: "object: Contact\nfields:\n  '*Phone': {category: delete}\n"
    }
    results = found(files)
    assert said(results[:1]) == [
        (
            f"medium/high {CONTACT}:1 MaskingTemplate:Contact Contact.Birthdate holds personal data in every org, and the "
            "template of Contact leaves it out; a refreshed sandbox holds the real value."
        )
    ]
    assert [one.subject for one in results] == ["Contact.Birthdate", "Contact.Email", "Contact.MailingStreet"]
    assert len({one.fingerprint for one in results}) == 3


@pytest.mark.parametrize(
    "files",
    [
        SSN | template("  SSN__c: {category: replaceRandom}\n"),
        SSN | template('  "ssn*": {category: delete}\n'),
        SSN | template(exempt="  SSN__c: {reason: tests, until: 2026-06-01}\n"),
        SSN | template("  SSN__c: {category: delete}\n", head='filter: {where: "X = 1", reason: r}\n'),
        SSN | template() | {"sfgov.yml": 'classification: {ignore_fields: ["Contact.S*"]}\n'},
        SSN
        | template()
        | {"sfgov.yml": "classification: {sensitive_groups: [PCI], sensitive_levels: [MissionCritical]}\n"},
        field("Contact.Age__c", "PII", type_name="Checkbox") | template(),
        field("Contact.ns__SSN__c", "PII") | template(),
        field("Audit__b.SSN__c", "PII") | template(),
    ],
    ids=[
        "named",
        "wildcard",
        "exempt",
        "some-rows",
        "ignored",
        "policy",
        "checkbox",
        "managed",
        "big-object",
    ],
)
def test_near_misses(files: dict[str, str]) -> None:
    assert found(files) == []


def test_in_house_records_are_mapped_by_the_policy() -> None:
    policy = """masking:
  custom_metadata:
    - {type: Mask__mdt, object: Object__c, field: Field__c, active: Active__c}
"""
    rule = record("x", "y")["customMetadata/datamask__x.y.md-meta.xml"].replace(
        "</CustomMetadata>",
        "<values><field>Object__c</field><value>Case</value></values>\n"
        "<values><field>Field__c</field><value>Note__c</value></values>\n</CustomMetadata>",
    )
    files = field("Case.Note__c", "PII") | {"customMetadata/Mask.A.md-meta.xml": rule}
    assert found(files | {"sfgov.yml": policy}) == []
    assert [one.component for one in found(files)] == ["CustomObject:Case"]


def test_without_any_classification_it_is_not_checked() -> None:
    run = lint_run(field("Contact.A__c", "None"), classified_field_without_mask)
    assert [(one.check, one.reason) for one in run.not_checked] == [
        ("DAT001", "no field carries a data classification (complianceGroup, securityClassification)")
    ]
    public = lint_run(field("Contact.A__c", "", "Public"), classified_field_without_mask)
    assert (public.not_checked, public.results) == ((), ())


MDAPI = {
    "objects/Contact.object": f"""<?xml version="1.0" encoding="UTF-8"?>
<CustomObject {XMLNS}>
    <fields>
        <fullName>SSN__c</fullName>
        <complianceGroup>PII</complianceGroup>
        <type>Text</type>
    </fields>
    <fields>
        <fullName>Note__c</fullName>
        <securityClassification>Confidential</securityClassification>
        <type>LongTextArea</type>
    </fields>
</CustomObject>
""",
    "package.xml": f"<Package {XMLNS}><version>62.0</version></Package>",
}


def test_the_mdapi_format() -> None:
    results = found(MDAPI | template("  Note__c: {category: delete}\n"))
    assert [(r.component, r.path, r.line) for r in results] == [
        ("CustomField:Contact.SSN__c", "objects/Contact.object", 5)
    ]
    assert found(MDAPI | template("  '*__c': {category: delete}\n")) == []
    assert [(r.component, r.line) for r in found(MDAPI)] == [("CustomObject:Contact", 10)]


def test_both_formats_give_the_same_fingerprint() -> None:
    (source,) = found(field("Contact.SSN__c", "PII") | template())
    (mdapi,) = found(MDAPI | template("  Note__c: {category: delete}\n"))
    assert source.fingerprint == mdapi.fingerprint
