"""DAT011 on whole small orgs, in both formats."""

import pytest

from sfgov.testing import lint
from sfgov_checks.data.audit_history_gap import audit_history_gap as check
from tests.data_orgs import chain, classified, custom_object, field, mdapi_object, said, xml

ON = custom_object("Claim__c", enableHistory="true")
OFF = custom_object("Claim__c", enableHistory="false")
CARD = classified("Claim__c.Card__c", "PCI", "Restricted", trackHistory="false")
PATH = "objects/Claim__c/fields/Card__c.field-meta.xml"
POLICY = {
    "objects/Case/Case.object-meta.xml": xml(
        "CustomObject",
        "    <enableHistory>true</enableHistory>\n    <historyRetentionPolicy>\n"
        "        <archiveAfterMonths>{months}</archiveAfterMonths>\n    </historyRetentionPolicy>\n",
    )
}


def audit_trail(months: int = 18) -> dict[str, str]:
    return {path: text.replace("{months}", str(months)) for path, text in POLICY.items()}


def test_a_restricted_field_that_is_not_tracked() -> None:
    (one,) = lint(ON | CARD, check)
    assert (one.path, one.line, one.component) == (PATH, 6, "CustomObject:Claim__c")
    assert one.message == (
        "Claim__c keeps a history, but not of 1 field that must be traceable: Card__c (Restricted, PCI)."
    )
    assert chain(one)[0] == f"{PATH}:4 Claim__c.Card__c is in PCI"


def test_an_object_without_a_history_in_the_mdapi_format() -> None:
    card = {"fullName": "Card__c", "complianceGroup": "PCI", "type": "Text"}
    assert said(check, mdapi_object("Claim__c", card, enableHistory="false")) == [
        "medium/high objects/Claim__c.object:3 Claim__c keeps no history of its 1 field that must be traceable: Card__c "
        "(PCI)."
    ]


def test_a_field_that_another_system_masters() -> None:
    policy = {"sfgov.yml": "systems: [{name: ERP, master_of: {Claim__c: [Limit__c]}}]\n"}
    (one,) = said(check, ON | field("Claim__c.Limit__c", trackHistory="false") | policy)
    assert one.endswith("not of 1 field that must be traceable: Limit__c (mastered by ERP).")


def test_field_audit_trail() -> None:
    retention = {"governance/retention.yml": "objects:\n  Claim__c: {min_keep: 7y}\n"}
    files = ON | field("Claim__c.A__c", trackHistory="true") | audit_trail() | retention
    (one,) = lint(files, check)
    assert (one.severity.value, one.message) == (
        "medium",
        "Claim__c tracks 1 custom field, and is to be kept, but has no history retention policy.",
    )
    assert chain(one) == ["governance/retention.yml:2 Claim__c is kept for 7y"]
    assert said(check, ON | audit_trail(24)) == [
        "medium/high objects/Case/Case.object-meta.xml:5 The history of Case is to be archived after 24 months; Salesforce "
        "takes 1 to 18."
    ]


def test_more_fields_than_can_be_tracked_without_it() -> None:
    many = {k: v for n in range(21) for k, v in field(f"Claim__c.F{n:02}__c", trackHistory="true").items()}
    (one,) = said(check, ON | many)
    assert one.startswith(
        "low/high objects/Claim__c/Claim__c.object-meta.xml:3 Claim__c tracks 21 custom fields, more"
    )
    assert said(check, ON | dict(list(many.items())[:20])) == []


@pytest.mark.parametrize(
    "files",
    [
        ON | classified("Claim__c.Card__c", "PCI", trackHistory="true"),
        ON | classified("Claim__c.Card__c", "PCI"),
        CARD,
        ON | classified("Claim__c.Card__c", "PII", "Confidential", trackHistory="false"),
        ON | classified("Claim__c.Card__c", "PCI", trackHistory="false", type="LongTextArea"),
        OFF | field("Claim__c.Card__c"),
        ON | field("Claim__c.A__c", trackHistory="true") | audit_trail(),
    ],
    ids=["tracked", "not-said", "object-unknown", "confidential", "long-text", "unclassified", "not-to-keep"],
)
def test_near_misses(files: dict[str, str]) -> None:
    assert said(check, files) == []
