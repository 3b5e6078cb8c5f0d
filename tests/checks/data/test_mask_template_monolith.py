"""DAT004 on whole small orgs, in both formats."""

import json

import pytest

from sfgov_checks.data.mask_template_monolith import mask_template_monolith as check
from tests.data_orgs import field, mdapi_object, record, said

NOTE = field("Contact.Note__c")
OBJECTS = ("Account", "Case", "Contact", "Lead")


def templates(*names: str, fields: int = 1, path: str = "governance/masking/all.yml") -> dict[str, str]:
    rules = "".join(f"  F{number}__c: {{category: delete}}\n" for number in range(fields))
    return {path: "---\n".join(f"object: {name}\nfields:\n{rules}" for name in names)}


def configuration(*names: str, active: str = "true") -> dict[str, str]:
    found = record("DataMask_Configuration", "Full", Active=active)
    for name in names:
        found |= record("Masking_Object", name, API_Name=name, DataMask_Configuration="Full")
        found |= record("Masking_Field", f"F{name}", API_Name="F__c", Masking_Object=name)
    return found


def export(*names: str) -> dict[str, str]:
    rows = [
        {
            "attributes": {"type": "DataMaskPolicyField"},
            "FieldReference": "F__c",
            "ParentPolicyObject": {"ObjectReference": name, "ParentPolicy": {"DeveloperName": "All"}},
        }
        for name in names
    ]
    return {"governance/exports/DataMaskFields.json": json.dumps(rows).replace("}, {", "},\n{")}


def test_a_file_of_templates() -> None:
    assert said(check, NOTE | templates(*OBJECTS)) == [
        "low/high governance/masking/all.yml:1 The file all.yml masks 4 fields of 4 objects: Account, Case, Contact, Lead."
    ]


def test_a_configuration_of_the_package() -> None:
    assert said(check, NOTE | configuration(*OBJECTS)) == [
        "low/high customMetadata/datamask__DataMask_Configuration.Full.md-meta.xml:2 Configuration Full masks 4 fields of 4 "
        "objects: Account, Case, Contact, Lead."
    ]


def test_an_exported_policy_in_an_mdapi_org() -> None:
    assert said(check, mdapi_object("Contact") | export(*OBJECTS)) == [
        "low/high governance/exports/DataMaskFields.json:1 Policy All masks 4 fields of 4 objects: Account, Case, Contact, "
        "Lead."
    ]


def test_many_fields_of_two_objects() -> None:
    (one,) = said(check, NOTE | templates("Account", "Lead", fields=21))
    assert one.endswith("The file all.yml masks 42 fields of 2 objects: Account, Lead.")
    lenient = {"sfgov.yml": "checks: {DAT004: {max_fields: 42}}\n"}
    assert said(check, NOTE | templates("Account", "Lead", fields=21) | lenient) == []


@pytest.mark.parametrize(
    "files",
    [
        templates("Account", "Case", "Contact"),
        templates("Account", fields=60),
        templates(*OBJECTS[:2], path="governance/masking/a.yml") | templates(*OBJECTS[2:]),
        configuration(*OBJECTS, active="false"),
        templates(*OBJECTS) | {"sfgov.yml": "masking: {max_objects_per_policy: 4}\n"},
    ],
    ids=["three", "one-large-object", "two-files", "inactive", "policy"],
)
def test_near_misses(files: dict[str, str]) -> None:
    assert said(check, NOTE | files) == []
