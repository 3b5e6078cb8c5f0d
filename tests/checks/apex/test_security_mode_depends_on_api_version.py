from __future__ import annotations

import pytest

from sfgov.result import Result
from sfgov.testing import lint
from sfgov_checks.apex.security_mode_depends_on_api_version import security_mode_depends_on_api_version
from tests.apex_orgs import apex, files, trail

SSN = {
    "objects/Contact/fields/SSN__c.field-meta.xml": """\
        <?xml version="1.0" encoding="UTF-8"?>
        <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
            <fullName>SSN__c</fullName>
            <complianceGroup>PII</complianceGroup>
            <label>SSN</label>
            <type>Text</type>
        </CustomField>
        """
}
NEVER = {"sfgov.yml": "delete:\n  never: [Invoice__c]\n"}
READ = "@AuraEnabled public static List<Contact> all() { return [SELECT Id, SSN__c FROM Contact]; }"
DELETE = "@AuraEnabled public static void remove(List<Invoice__c> all) { delete all; }"


def saved_at(name: str, version: str) -> dict[str, str]:
    return {
        f"classes/{name}.cls-meta.xml": (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<ApexClass xmlns="http://soap.sforce.com/2006/04/metadata">\n'
            f"<apiVersion>{version}</apiVersion>\n<status>Active</status>\n</ApexClass>\n"
        )
    }


def found(*parts: dict[str, str]) -> list[Result]:
    return lint(files(SSN, NEVER, *parts), security_mode_depends_on_api_version)


# Old code ignores permissions


def test_a_sensitive_field_is_read_without_a_mode() -> None:
    (result,) = found(apex("C", READ), saved_at("C", "58.0"))
    assert (result.path, result.line, result.severity) == ("classes/C.cls", 2, "high")
    assert result.message == (
        "C is saved at API 58, so C.all reads Contact.SSN__c without asking for the user's permissions; "
        "from 67 on the same code asks."
    )
    assert trail(result) == [
        "C:3 saved at API 58",
        "C:2 reads Contact.SSN__c, without a mode",
        "SSN__c:4 Contact.SSN__c is in PII",
    ]


def confidential(name: str) -> dict[str, str]:
    """A field of Contact with the level that Salesforce gives standard fields by itself."""
    return {
        path.replace("SSN__c", name): text.replace("SSN__c", name)
        .replace("complianceGroup>", "securityClassification>")
        .replace("PII", "Confidential")
        for path, text in SSN.items()
    }


@pytest.mark.parametrize(
    ("queried", "severity", "reads"),
    [
        ("Fax", "medium", "Contact.Fax"),
        ("Income__c", "high", "Contact.Income__c"),
        ("Fax, SSN__c", "high", "Contact.SSN__c"),
    ],
    ids=["a standard field", "a custom field", "both"],
)
def test_what_salesforce_may_have_classified_by_itself_is_medium(
    queried: str, severity: str, reads: str
) -> None:
    read = READ.replace("Id, SSN__c", queried)
    (result,) = found(confidential("Fax"), confidential("Income__c"), apex("C", read), saved_at("C", "58.0"))
    assert result.severity == severity
    assert f"C.all reads {reads} without" in result.message


def test_an_object_that_is_never_deleted() -> None:
    (result,) = found(apex("C", DELETE), saved_at("C", "66.0"))
    assert (result.path, result.line) == ("classes/C.cls", 2)
    assert result.message.startswith(
        "C is saved at API 66, so C.remove deletes Invoice__c (never, says the policy) without asking"
    )


def test_several_statements_of_a_class_are_one_finding() -> None:
    (result,) = found(apex("C", READ, DELETE), saved_at("C", "58.0"))
    assert "the user's permissions (2 statements in all);" in result.message
    assert [line for line in trail(result) if line.endswith("without a mode")] == [
        "C:2 reads Contact.SSN__c, without a mode",
        "C:3 deletes Invoice__c (never, says the policy), without a mode",
    ]


ENTRIES = {
    "REST": "@HttpGet global static List<Contact> all() { return [SELECT SSN__c FROM Contact]; }",
    "invocable": "@InvocableMethod public static List<Contact> all(List<Id> i) { return [SELECT SSN__c FROM Contact]; }",
    "web service": "webservice static List<Contact> all() { return [SELECT SSN__c FROM Contact]; }",
    "Visualforce": "public PageReference go() { List<Contact> c = [SELECT SSN__c FROM Contact]; return null; }",
}


@pytest.mark.parametrize("method", ENTRIES.values(), ids=ENTRIES)
def test_every_way_in_from_outside(method: str) -> None:
    assert [r.line for r in found(apex("C", method), saved_at("C", "60.0"))] == [2]


def test_a_selector_that_a_controller_calls() -> None:
    results = found(
        apex("C", "@AuraEnabled public static List<Contact> all() { return Sel.all(); }"),
        apex("Sel", "public static List<Contact> all() { return [SELECT SSN__c FROM Contact]; }"),
        saved_at("C", "60.0"),
        saved_at("Sel", "60.0"),
    )
    assert [r.path for r in results] == ["classes/Sel.cls"]


# New code that does not compile


def test_security_enforced_no_longer_compiles() -> None:
    query = "public List<Contact> all() { return [SELECT Id FROM Contact WITH SECURITY_ENFORCED]; }"
    (result,) = found(apex("C", query, head="public with sharing class"), saved_at("C", "67.0"))
    assert (result.path, result.line, result.severity) == ("classes/C.cls", 2, "high")
    assert result.message == (
        "C is saved at API 67, where WITH SECURITY_ENFORCED does not compile; WITH USER_MODE takes its place."
    )
    assert trail(result) == ["C:2 says WITH SECURITY_ENFORCED"]


# Both sides of 67


def test_an_old_class_that_a_new_one_calls() -> None:
    (result,) = found(
        apex("Old", "public static List<Account> all() { return [SELECT Id FROM Account]; }"),
        apex("New", "public void go() { Old.all(); }", head="public with sharing class"),
        saved_at("Old", "60.0"),
        saved_at("New", "67.0"),
    )
    assert (result.path, result.line, result.severity) == ("classes/Old.cls", 1, "medium")
    assert result.message == (
        "Old (API 60) states neither sharing nor mode and is called by New (API 67): each enforces other permissions."
    )
    assert trail(result) == [
        "Old:3 saved at API 60",
        "New:3 saved at API 67",
        "New:2 Old is called by New",
        "Old:2 without a mode",
    ]


def test_a_new_class_that_extends_an_old_one() -> None:
    (result,) = found(
        apex("Old", "public void nothing() { }", head="public virtual class"),
        apex("New extends Old", "public List<Account> all() { return [SELECT Id FROM Account]; }"),
        saved_at("Old", "60.0"),
        saved_at("New", "68.0"),
    )
    assert (result.path, result.message) == (
        "classes/New.cls",
        "New (API 68) states neither sharing nor mode and extends Old (API 60): each enforces other permissions.",
    )


QUIET = {
    "user mode": (apex("C", READ.replace("FROM Contact", "FROM Contact WITH USER_MODE")), "58.0"),
    "system mode, written down": (
        apex("C", READ.replace("FROM Contact", "FROM Contact WITH SYSTEM_MODE")),
        "58.0",
    ),
    "security enforced, in old code": (
        apex("C", READ.replace("FROM Contact", "FROM Contact WITH SECURITY_ENFORCED")),
        "58.0",
    ),
    "deletes as user": (apex("C", DELETE.replace("delete all", "delete as user all")), "58.0"),
    "deletes with an access level": (
        apex("C", DELETE.replace("delete all", "Database.delete(all, AccessLevel.USER_MODE)")),
        "58.0",
    ),
    "deletes with an access level from elsewhere": (
        apex(
            "C",
            "@AuraEnabled public static void go(List<Invoice__c> all) { remove(all, Svc.mode()); }",
            "static void remove(List<Invoice__c> all, System.AccessLevel how) { Database.delete(all, how); }",
        ),
        "58.0",
    ),
    "deletes with an access level by a property": (
        apex("C", DELETE.replace("delete all", "Database.delete(all, false, Svc.accessLevel)")),
        "58.0",
    ),
    "new code": (apex("C", READ), "67.0"),
    "another field": (apex("C", READ.replace("SSN__c", "Name")), "58.0"),
    "another object": (apex("C", READ.replace("FROM Contact", "FROM Lead")), "58.0"),
    "another object is deleted": (apex("C", DELETE.replace("Invoice__c", "Task")), "58.0"),
    "permissions are asked": (
        apex(
            "C",
            READ.replace(
                "{ return", "{ if (!Schema.sObjectType.Contact.isAccessible()) { return null; } return"
            ),
        ),
        "58.0",
    ),
    "no way in from outside": (apex("C", READ.replace("@AuraEnabled ", "")), "58.0"),
    "a test": ({"classes/C.cls": f"@IsTest\nclass C {{\n{READ}\n}}\n"}, "58.0"),
}


@pytest.mark.parametrize(("org", "version"), QUIET.values(), ids=QUIET)
def test_what_is_no_fault(org: dict[str, str], version: str) -> None:
    assert [r.message for r in found(org, saved_at("C", version))] == []


def test_a_class_whose_version_is_not_known() -> None:
    assert found(apex("C", READ)) == []


def test_old_and_new_code_that_say_what_they_mean() -> None:
    assert (
        found(
            apex(
                "Old",
                "public static List<Account> all() { return [SELECT Id FROM Account]; }",
                head="public without sharing class",
            ),
            apex("New", "public void go() { Old.all(); }", head="public with sharing class"),
            saved_at("Old", "60.0"),
            saved_at("New", "67.0"),
        )
        == []
    )
