"""DAT003 on whole small orgs, in both formats."""

import pytest

from sfgov.testing import lint
from sfgov_checks.data.masked_source_unmasked_copy import masked_source_unmasked_copy as check
from tests.data_orgs import chain, classified, custom_object, field, mdapi_object, not_checked, said, xml

SSN = classified("Contact.SSN__c", "PII") | field("Case.Caller__c", type="Lookup", referenceTo="Contact")
CONTACT = "governance/masking/Contact.yml"
MASKED = {CONTACT: "object: Contact\nfields:\n  SSN__c: {category: delete}\n"}
APEX = "classes/Keeper.cls"


def apex(*lines: str) -> dict[str, str]:
    body = "\n".join(f"        {line}" for line in lines)
    return {APEX: f"public class Keeper {{\n    void keep(Contact c, Case k) {{\n{body}\n    }}\n}}\n"}


def conversion(target: str, suffix: str = "-meta.xml") -> dict[str, str]:
    body = (
        "    <objectMapping>\n        <mappingFields>\n            <inputField>SSN__c</inputField>\n"
        f"            <outputField>{target}</outputField>\n        </mappingFields>\n"
        "        <outputObject>Contact</outputObject>\n    </objectMapping>\n"
    )
    return {f"LeadConvertSettings/L.LeadConvertSetting{suffix}": xml("LeadConvertSettings", body)}


def test_a_masked_field_that_apex_copies() -> None:
    (one,) = lint(SSN | MASKED | apex("k.Description = 'SSN: ' + c.SSN__c;"), check)
    assert (one.severity.value, one.confidence.value, one.path, one.line) == ("high", "high", APEX, 3)
    assert one.message == (
        "Contact.SSN__c is masked, but Apex Keeper.keep copies it to Case.Description, which is neither masked nor classified."
    )
    assert chain(one) == [
        f"{CONTACT}:3 the template of Contact masks Contact.SSN__c (delete)",
        f"{APEX}:3 Apex Keeper.keep copies Contact.SSN__c to Case.Description",
    ]


def test_what_is_only_classified_is_medium_and_mdapi_is_the_same() -> None:
    lead = {"fullName": "SSN__c", "complianceGroup": "PII", "type": "Text"}
    assert said(check, mdapi_object("Lead", lead) | conversion("Old__c", "")) == [
        "medium/high LeadConvertSettings/L.LeadConvertSetting:4 Lead.SSN__c is PII, but lead conversion copies it to "
        "Contact.Old__c, which is neither masked nor classified."
    ]


def test_a_flow_with_a_text_template() -> None:
    flow = (
        "<recordCreates><name>New</name><inputAssignments><field>Note__c</field><value><elementReference>Text"
        "</elementReference></value></inputAssignments><object>Log__c</object></recordCreates>\n"
        "<textTemplates><name>Text</name><text>{!$Record.SSN__c}</text></textTemplates>\n"
        "<start><object>Contact</object><triggerType>RecordAfterSave</triggerType></start><status>Active</status>\n"
    )
    files = SSN | MASKED | {"flows/Log_It.flow-meta.xml": xml("Flow", flow)}
    assert said(check, files) == [
        "high/high flows/Log_It.flow-meta.xml:3 Contact.SSN__c is masked, but flow Log_It copies it to Log__c.Note__c, which "
        "is neither masked nor classified."
    ]


def test_copies_by_one_method_are_one_finding_and_a_second_copy_is_less_sure() -> None:
    both = apex("k.Description = c.SSN__c;", "k.Subject = c.SSN__c;")
    (one,) = said(check, SSN | MASKED | both)
    assert one.endswith(
        "copies it to Case.Description and Case.Subject, which are neither masked nor classified."
    )
    further = {
        "classes/Next.cls": "public class Next {\n    void go(Case k, Task t) {\n        t.Subject = k.Subject;\n    }\n}\n"
    }
    results = lint(
        SSN | MASKED | custom_object("Task", label="Task") | apex("k.Subject = c.SSN__c;") | further, check
    )
    assert [(r.path, r.confidence.value) for r in results] == [(APEX, "high"), ("classes/Next.cls", "medium")]
    assert results[1].message == (
        "Contact.SSN__c is masked, but Apex Next.go copies it to Task.Subject by way of Case.Subject, which is neither masked "
        "nor classified."
    )


@pytest.mark.parametrize(
    "files",
    [
        classified("Case.Copy__c", "PII"),
        classified("Case.Copy__c", "", "Public"),
        {"governance/masking/Case.yml": "object: Case\nfields: {Copy__c: {category: delete}}\n"},
        {"governance/masking/Case.yml": "object: Case\nfields: {'*__c': {category: delete}}\n"},
        {"governance/masking/Case.yml": "object: Case\nfields: {}\nexempt: {Copy__c: {reason: tests}}\n"},
        field("Case.Copy__c", type="Checkbox"),
        field("Case.Copy__c", type="Lookup", referenceTo="Contact"),
    ],
    ids=["classified", "public", "masked", "wildcard", "exempt", "checkbox", "lookup"],
)
def test_near_misses_of_the_target(files: dict[str, str]) -> None:
    assert said(check, SSN | MASKED | apex("k.Copy__c = c.SSN__c;") | files) == []


@pytest.mark.parametrize(
    "line",
    [
        "k.Copy__c = EncodingUtil.base64Encode(Crypto.generateDigest('MD5', Blob.valueOf(c.SSN__c)));",
        "k.Copy__c = c.LastName;",
        "k.Copy__c = Names.of(c.SSN__c);",
    ],
    ids=["hash", "other-field", "own-method"],
)
def test_near_misses_of_the_source(line: str) -> None:
    assert said(check, SSN | MASKED | apex(line)) == []


def test_without_anything_protected_it_is_not_checked() -> None:
    files = field("Contact.SSN__c") | apex("k.Copy__c = c.SSN__c;")
    assert not_checked(check, files) == ["no field here is masked or classified as sensitive"]


def test_what_users_hold_is_not_followed_on() -> None:
    """A contact's address becomes that of a portal user; addresses of users are mostly those of employees."""
    users = (
        "public class Portal {\n    void invite(Contact c, User u) {\n        u.Email = c.SSN__c;\n    }\n"
        "    void tell(User u, Case k) {\n        k.Subject = u.Email;\n    }\n}\n"
    )
    schema = SSN | MASKED | custom_object("User", label="User")
    assert said(check, schema | {"classes/Portal.cls": users}) == [
        "high/high classes/Portal.cls:3 Contact.SSN__c is masked, but Apex Portal.invite copies it to User.Email, which is "
        "neither masked nor classified."
    ]
