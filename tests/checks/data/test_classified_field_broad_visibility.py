"""DAT010 on whole small orgs, in both formats."""

import pytest

from sfgov.testing import lint
from sfgov_checks.data.classified_field_broad_visibility import classified_field_broad_visibility as check
from tests.data_orgs import chain, classified, elements, field, mdapi_object, not_checked, said, xml

SSN = classified("Contact.SSN__c", "PII", "Restricted")
AGE = classified("Contact.Age__c", "PII", "Confidential")
SSN_PATH = "objects/Contact/fields/SSN__c.field-meta.xml"


def permissions(*fields: str, editable: str = "false", read: str = "true", **others: str) -> str:
    """Permissions for fields of contacts: each `readable` two lines after its block's first, from line 5 on."""
    blocks = "".join(
        f"    <fieldPermissions>\n        <editable>{editable}</editable>\n        <readable>true</readable>\n"
        f"        <field>Contact.{name}</field>\n    </fieldPermissions>\n"
        for name in fields
    )
    access = f"    <objectPermissions><allowEdit>{editable}</allowEdit><allowRead>{read}</allowRead>"
    return blocks + access + "<object>Contact</object></objectPermissions>\n" + elements("    ", others)


def profile(name: str, *fields: str, licence: str = "Salesforce", **others: str) -> dict[str, str]:
    body = permissions(*fields, userLicense=licence, **others)
    return {f"profiles/{name}.profile-meta.xml": xml("Profile", body)}


def sets(number: int, *fields: str) -> dict[str, str]:
    body = permissions(*fields)
    return {f"permissionsets/P{n}.permissionset-meta.xml": xml("PermissionSet", body) for n in range(number)}


def test_external_users() -> None:
    (one,) = lint(SSN | profile("Customers", "SSN__c", licence="Customer Community"), check)
    assert (one.severity.value, one.component, one.path, one.line) == (
        "high",
        "CustomObject:Contact",
        SSN_PATH,
        4,
    )
    assert one.message == (
        "Contact.SSN__c (Restricted, PII) can be read by external users: Profile Customers."
    )
    assert chain(one)[2] == (
        "profiles/Customers.profile-meta.xml:5 Customers grants readable on Contact.SSN__c"
    )


def test_several_fields_are_one_finding_and_editing_is_said() -> None:
    files = (
        SSN | AGE | profile("Customers", "Age__c", "SSN__c", editable="true", licence="Customer Community")
    )
    (one,) = said(check, files)
    assert one == (
        f"high/high {SSN_PATH}:4 Contact.SSN__c (Restricted, PII) and 1 more classified field of Contact can be read by "
        "external users: Profile Customers. Profile Customers can change some of them as well."
    )


def test_confidential_is_medium_for_customers_and_high_for_visitors() -> None:
    customers = profile("Customers", "Age__c", licence="Customer Community")
    visitors = profile("Site Profile", "Age__c", licence="Guest User License")
    found = {one.severity.value: one.message for one in lint(AGE | customers, check)}
    assert list(found) == ["medium"]
    (guest,) = lint(AGE | visitors, check)
    assert (guest.severity.value, guest.message) == (
        "high",
        "Contact.Age__c (Confidential, PII) can be read by visitors without a login: Profile Site Profile.",
    )


def test_a_restriction_rule_lowers_it() -> None:
    rule = (
        "<active>{}</active><classification>Restricted</classification><targetEntity>Contact</targetEntity>\n"
    )
    path = "fieldRestrictionRules/Hide.rule-meta.xml"
    files = SSN | profile("Customers", "SSN__c", licence="Customer Community")
    severities = [
        [
            one.severity.value
            for one in lint(files | {path: xml("FieldRestrictionRule", rule.format(on))}, check)
        ]
        for on in ("true", "false")
    ]
    assert severities == [["medium"], ["high"]]


def test_too_many_readers_in_the_mdapi_format() -> None:
    ssn = {"fullName": "SSN__c", "securityClassification": "Confidential", "type": "Text"}
    files = mdapi_object("Contact", ssn) | {
        path.replace("-meta.xml", ""): text for path, text in sets(6, "SSN__c").items()
    }
    (one,) = lint(files, check)
    assert (one.severity.value, one.subject, one.path, one.line) == (
        "medium",
        "many readers",
        "objects/Contact.object",
        5,
    )
    assert one.message == (
        "Contact.SSN__c (Confidential) can be read by 6 profiles and permission sets, more than 5: PermissionSet P0, "
        "PermissionSet P1, PermissionSet P2, PermissionSet P3, PermissionSet P4 and 1 more."
    )


def test_the_number_is_an_option() -> None:
    policy = {"sfgov.yml": "checks: {DAT010: {max_readers: 1}}\n"}
    assert [one.severity.value for one in lint(SSN | sets(2, "SSN__c") | policy, check)] == ["high"]
    assert said(check, SSN | sets(2, "SSN__c")) == []


@pytest.mark.parametrize(
    "files",
    [
        sets(5, "SSN__c"),
        profile("Customers", licence="Customer Community"),
        profile("Customers", "SSN__c", licence="Customer Community", read="false"),
        profile("Customers", "SSN__c", licence="Customer Community")
        | {"sfgov.yml": "classification: {readers: {Contact: [Customers]}}\n"},
        sets(6, "SSN__c") | {"sfgov.yml": "delete: {members_only: [P0]}\n"},
        sets(5, "SSN__c") | profile("Admin", "SSN__c"),
        sets(5, "SSN__c") | profile("ERP Integration", "SSN__c"),
    ],
    ids=["five", "no-entry", "no-object", "named", "members-only", "admin", "integration"],
)
def test_near_misses(files: dict[str, str]) -> None:
    assert said(check, SSN | files) == []


def test_without_classification_it_is_not_checked() -> None:
    files = field("Contact.SSN__c") | sets(6, "SSN__c")
    assert not_checked(check, files) == ["no field here is classified as sensitive"]


def test_a_required_field_is_read_by_whoever_reads_the_object() -> None:
    required = classified("Contact.SSN__c", "PII", "Restricted", required="true")
    readers = profile("Customers", licence="Customer Community") | sets(6)
    assert said(check, required | readers) == [
        f"high/high {SSN_PATH}:4 Contact.SSN__c (Restricted, PII) can be read by 6 profiles and permission sets, more "
        "than 5: PermissionSet P0, PermissionSet P1, PermissionSet P2, PermissionSet P3, PermissionSet P4 and 1 more.",
        f"high/high {SSN_PATH}:4 Contact.SSN__c (Restricted, PII) can be read by external users: Profile Customers.",
    ]
    assert said(check, SSN | readers) == []
