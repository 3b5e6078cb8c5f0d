"""DAT005 on whole small orgs, in both formats."""

import json

import pytest

from sfgov.testing import lint
from sfgov_checks.data.mask_not_automatic_on_refresh import mask_not_automatic_on_refresh as check
from tests.data_orgs import chain, field, mdapi_object, record, said, xml

NOTE = field("Contact.Note__c")
CONTACT = "governance/masking/Contact.yml"
BY_HAND = "must be started by hand after each refresh; until then the sandbox holds real values."


def template(head: str) -> dict[str, str]:
    return {CONTACT: f"object: Contact\n{head}fields: {{Email: {{category: delete}}}}\n"}


def policy(body: str) -> dict[str, str]:
    return {"dataMaskPolicies/Pii.dataMaskPolicy": xml("DataMaskPolicy", f"    <label>Pii</label>\n{body}")}


def post_copy(body: str) -> dict[str, str]:
    return {
        "classes/AfterCopy.cls": "public class AfterCopy implements SandboxPostCopy {\n"
        f"    public void runApexClass(SandboxContext context) {{ {body} }}\n}}\n"
    }


def test_a_template_that_says_so() -> None:
    assert said(check, NOTE | template("run_on_refresh: false\n")) == [
        f"medium/high {CONTACT}:2 The masking of Contact {BY_HAND}"
    ]


def test_a_policy_that_does_not_run_on_refresh_although_the_template_says_so() -> None:
    files = (
        NOTE
        | template("policy: Pii\nrun_on_refresh: true\n")
        | policy("    <runOnRefresh>false</runOnRefresh>\n")
    )
    (one,) = lint(files, check)
    assert (one.path, one.line, one.message) == (
        "dataMaskPolicies/Pii.dataMaskPolicy",
        4,
        f"Policy Pii {BY_HAND}",
    )
    assert chain(one) == [f"{CONTACT}:3 the template of Contact says otherwise"]


def test_absent_means_false_in_an_mdapi_org() -> None:
    assert said(check, mdapi_object("Contact") | policy("")) == [
        f"medium/high dataMaskPolicies/Pii.dataMaskPolicy:2 Policy Pii {BY_HAND}"
    ]


def test_an_exported_policy() -> None:
    row = {"attributes": {"type": "DataMaskPolicy"}, "DeveloperName": "Pii", "RunOnRefresh": False}
    files = {"governance/exports/DataMaskPolicy.json": json.dumps([row])}
    assert said(check, NOTE | files) == [
        f"medium/high governance/exports/DataMaskPolicy.json:1 Policy Pii {BY_HAND}"
    ]


def test_configurations_of_which_none_is_active() -> None:
    off = record("DataMask_Configuration", "A", Active="false") | record(
        "DataMask_Configuration", "B", Active="false"
    )
    assert said(check, NOTE | off) == [
        "medium/medium customMetadata/datamask__DataMask_Configuration.A.md-meta.xml:3 No configuration of Data Mask is "
        "active (A, B): no refresh starts any masking."
    ]
    assert said(check, NOTE | off | record("DataMask_Configuration", "B", Active="true")) == []


@pytest.mark.parametrize(
    "files",
    [
        template("run_on_refresh: true\n"),
        template(""),
        policy("    <runOnRefresh>true</runOnRefresh>\n"),
        policy("    <runFrequency>daily</runFrequency>\n"),
        template("policy: Pii\nrun_on_refresh: false\n") | policy("    <runOnRefresh>true</runOnRefresh>\n"),
        template("run_on_refresh: false\n") | post_copy("Database.executeBatch(new MaskContacts());"),
    ],
    ids=["on-refresh", "not-said", "policy", "daily", "policy-stands-over-template", "post-copy"],
)
def test_near_misses(files: dict[str, str]) -> None:
    assert said(check, NOTE | files) == []


def test_a_class_that_does_something_else_after_a_copy() -> None:
    files = NOTE | template("run_on_refresh: false\n") | post_copy("update settings;")
    assert len(said(check, files)) == 1
