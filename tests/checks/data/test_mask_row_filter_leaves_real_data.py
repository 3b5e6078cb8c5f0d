"""DAT006 on whole small orgs, in both formats."""

import json

import pytest

from sfgov.testing import lint
from sfgov_checks.data.mask_row_filter_leaves_real_data import mask_row_filter_leaves_real_data as check
from tests.data_orgs import chain, classified, field, mdapi_object, record, said

CONTACT = "governance/masking/Contact.yml"
SSN = classified("Contact.SSN__c", "PII")


def template(where: str, fields: str = "SSN__c", path: str = CONTACT) -> dict[str, str]:
    rows = f"filter: {{where: {json.dumps(where)}}}\n" if where else ""
    return {path: f"object: Contact\n{rows}fields: {{{fields}: {{category: delete}}}}\n"}


def export(where: str = "", raw: str = "", enabled: bool = True, field: str = "SSN__c") -> dict[str, str]:
    rows = [
        {"attributes": {"type": "DataMaskPolicy"}, "Id": "p", "DeveloperName": "Pii"},
        {
            "attributes": {"type": "DataMaskPolicyObject"},
            "Id": "o",
            "ParentPolicyId": "p",
            "ObjectReference": "Contact",
            "FilterEnabled": enabled,
            "WhereCriteria": where,
            "RawFilterData": raw,
        },
        {
            "attributes": {"type": "DataMaskPolicyField"},
            "Id": "f",
            "ParentPolicyObjectId": "o",
            "FieldReference": field,
            "MaskingCategory": "replaceRandom",
        },
    ]
    lines = ",\n".join(json.dumps(row) for row in rows)
    return {"governance/exports/DataMaskRows.json": '{"result": {"records": [\n' + lines + "\n]}}\n"}


def test_a_template_with_a_filter() -> None:
    (one,) = lint(SSN | template("Region__c = 'EMEA'"), check)
    assert one.message == (
        "The template of Contact masks Contact only where Region__c = 'EMEA'; all other rows keep their real SSN__c in a "
        "refreshed sandbox."
    )
    assert (one.path, one.line, one.severity.value, one.confidence.value) == (CONTACT, 2, "high", "high")
    assert chain(one) == [
        f"{CONTACT}:3 the template of Contact masks Contact.SSN__c (delete) only where Region__c = 'EMEA'"
    ]


def test_an_exported_policy_with_a_filter() -> None:
    assert said(check, SSN | export("Region__c = 'EMEA'")) == [
        "high/high governance/exports/DataMaskRows.json:3 Policy Pii masks Contact only where Region__c = 'EMEA'; all other "
        "rows keep their real SSN__c in a refreshed sandbox."
    ]


def test_a_masking_object_of_the_package_with_a_filter() -> None:
    files = {
        **SSN,
        **record("DataMask_Configuration", "Full", Active="true"),
        **record(
            "Masking_Object",
            "C",
            API_Name="Contact",
            DataMask_Configuration="Full",
            Filter_Enabled="true",
            Where_Criteria="Region__c = 'EMEA'",
        ),
        **record("Masking_Field", "F", API_Name="SSN__c", Masking_Object="C"),
    }
    assert said(check, files) == [
        "high/high customMetadata/datamask__Masking_Object.C.md-meta.xml:5 Configuration Full masks Contact only where "
        "Region__c = 'EMEA'; all other rows keep their real SSN__c in a refreshed sandbox."
    ]


def test_a_field_that_nobody_classified_is_medium_and_mdapi_is_the_same() -> None:
    mdapi = mdapi_object("Contact", {"fullName": "Note__c", "type": "Text"})
    assert said(check, mdapi | template("A__c = 1", "Note__c")) == [
        f"medium/high {CONTACT}:2 The template of Contact masks Contact only where A__c = 1; all other rows keep their real "
        "Note__c in a refreshed sandbox."
    ]
    classified_one = mdapi_object(
        "Contact", {"fullName": "Note__c", "complianceGroup": "PII", "type": "Text"}
    )
    assert [line.split()[0] for line in said(check, classified_one | template("A__c = 1", "'*__c'"))] == [
        "high/high"
    ]


def test_a_reason_does_not_excuse_it_and_a_second_filter_makes_it_less_sure() -> None:
    reasoned = {
        CONTACT: "object: Contact\nfilter: {where: A__c = 1, reason: Tests need it.}\n"
        "fields: {Email: {category: delete}}\n"
    }
    (one,) = said(check, SSN | reasoned)
    assert one.endswith("The reason that is given (Tests need it) does not change that.")
    two = template("A__c = 1", path="governance/masking/a.yml") | template("B__c = 1")
    assert [line.split()[0] for line in said(check, SSN | two)] == ["high/medium"]


@pytest.mark.parametrize(
    ("where", "raw", "expected"),
    [
        ("A__c = 1 LIMIT 100", "", "high: has a LIMIT, which is ignored: every row is masked"),
        ("Id != '003000000000001'", "", "high: compares Id, which stops the masking job"),
        (
            "Name = 'a' AND City = 'Saint Peter",
            "",
            "medium: is cut off after 40 characters or has an open quote",
        ),
        (
            "A__c = 1",
            '{"filters": [{"field": "A__c", "operation": "startsWith"}]}',
            "high: stores the operation startsWith, which Data Mask does not know, so the run fails",
        ),
        (
            "A__c = 1",
            '[{"field": "B__c", "operation": "eq"}]',
            "medium: tests other fields in its criterion than in the stored filter (b__c)",
        ),
    ],
)
def test_filters_that_do_not_work(where: str, raw: str, expected: str) -> None:
    found = [one for one in lint(SSN | export(where, raw), check) if not one.subject.endswith(" rows")]
    assert [f"{one.severity.value}: {one.message}" for one in found] == [
        expected.replace(": ", ": The row filter of policy Pii on Contact ", 1) + f": {where}."
    ]


@pytest.mark.parametrize(
    "files",
    [
        template(""),
        template("A__c = 1", path="governance/masking/a.yml") | template(""),
        template("A__c = 1", path="governance/masking/a.yml") | template("A__c != 1"),
        template("Active__c = true", path="governance/masking/a.yml") | template("Active__c = false"),
        export("Region__c = 'EMEA'", enabled=False),
        export("Id != 'x'", enabled=False) | template(""),
    ],
    ids=[
        "none",
        "unfiltered-too",
        "opposite",
        "true-and-false",
        "disabled",
        "disabled-fault",
    ],
)
def test_near_misses(files: dict[str, str]) -> None:
    assert said(check, SSN | files) == []


def test_templates_of_other_tools_may_filter_as_they_like() -> None:
    long = "Region__c = 'EMEA' AND Something_Long__c = 'yes' LIMIT 3"
    assert len(lint(field("Contact.SSN__c") | template(long), check)) == 1


def test_a_limit_in_a_literal_is_none() -> None:
    (one,) = lint(SSN | export("Grid__c = 'limit 5'"), check)
    assert one.subject == "policy Pii Contact rows"
