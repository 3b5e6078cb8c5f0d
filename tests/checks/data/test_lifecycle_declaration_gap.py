"""DAT015 on whole small orgs, in both formats."""

import pytest

from sfgov.testing import lint
from sfgov_checks.data.lifecycle_declaration_gap import lifecycle_declaration_gap as check
from tests.data_orgs import chain, classified, field, mdapi_object, not_checked, said

SSN = classified("Contact.SSN__c", "PII")


def retention(text: str) -> dict[str, str]:
    return {"governance/retention.yml": text}


def backup(text: str) -> dict[str, str]:
    return {"governance/backup.yml": text}


def test_an_object_without_a_declared_retention() -> None:
    (one,) = lint(SSN | retention("objects: {Case: {min_keep: 7y}}\n"), check)
    assert (one.severity.value, one.path, one.line) == ("low", "governance/retention.yml", 1)
    assert one.message == (
        "1 object has fields that are classified as sensitive but not declared in retention.yml: Contact."
    )
    assert chain(one) == ["objects/Contact/fields/SSN__c.field-meta.xml:4 Contact.SSN__c is in PII"]


def test_objects_that_the_backup_leaves_out_in_the_mdapi_format() -> None:
    note = {"fullName": "Note__c", "complianceGroup": "PII", "type": "Text"}
    files = mdapi_object("Contact", note) | mdapi_object("Lead", note)
    assert said(check, files | backup('objects:\n  include: ["*"]\n  exclude: [Lead, Con*]\n')) == [
        "low/medium governance/backup.yml:3 2 objects have fields that are classified as sensitive but not part of the "
        "backup that backup.yml declares: Contact, Lead."
    ]


def test_a_restore_test_that_is_too_old() -> None:
    assert said(check, SSN | backup("metadata: daily\nrestore_test: 2025-05-30\n")) == [
        "low/high governance/backup.yml:2 The last restore test was on 2025-05-30, more than a year ago."
    ]


@pytest.mark.parametrize(
    "files",
    [
        retention("objects: {contact: {min_keep: 7y}}\n"),
        backup('objects: {include: ["*"], exclude: [Log__c]}\nrestore_test: 2025-06-01\n'),
        backup("metadata: daily\n"),
        {},
    ],
    ids=["declared", "included", "says-nothing", "no-files"],
)
def test_near_misses(files: dict[str, str]) -> None:
    assert said(check, SSN | files) == []


def test_without_classification_it_is_not_checked() -> None:
    files = field("Contact.SSN__c") | retention("objects: {Case: {min_keep: 7y}}\n")
    assert not_checked(check, files) == ["no field here is classified as sensitive"]
