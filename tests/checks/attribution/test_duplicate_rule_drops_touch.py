from __future__ import annotations

import pytest

from sfgov_checks.attribution.duplicate_rule_drops_touch import duplicate_rule_drops_touch as check
from tests.attribution_orgs import Files, evidence, field, mdapi, said
from tests.delete_orgs import bundle, entry
from tests.flow_xml import tag, xml

RULE = "duplicateRules/Lead.Known.duplicateRule-meta.xml"


def duplicates(
    action: str = "Block",
    *operations: str,
    name: str = "Lead.Known",
    active: bool = True,
    conditions: str = "",
) -> Files:
    """A duplicate rule: its action on insert is line 2."""
    blocks = [tag("actionOnInsert", action)]
    blocks += [f"<duplicateRuleFilter>{conditions}</duplicateRuleFilter>"] if conditions else []
    blocks += [tag("isActive", str(active).lower()), *(tag("operationsOnInsert", one) for one in operations)]
    return {f"duplicateRules/{name}.duplicateRule-meta.xml": xml("DuplicateRule", *blocks)}


def asks(table: str, field: str) -> str:
    inner = tag("field", field) + tag("operation", "equals") + tag("value", "x") + tag("table", table)
    return f"<duplicateRuleFilterItems>{inner}</duplicateRuleFilterItems>"


FORMS = bundle("permissionsets", "Web_Forms", entry("Lead", "allowRead", "allowCreate"))
LISTED = {"sfgov.yml": "principals: {integration: {permission_sets: [Web_Forms]}}\n"}
GUEST = bundle(
    "profiles",
    "Form Profile",
    entry("Lead", "allowRead", "allowCreate"),
    tag("userLicense", "Guest User License"),
)


def blocked(who: str, sends: str = "sends") -> str:
    return (
        f"medium/medium {RULE}:2 Duplicate rule Lead.Known blocks duplicates on insert: what {who} {sends} of people who are "
        "known already fails, and their referral is not recorded."
    )


def test_an_integration_that_the_policy_names() -> None:
    assert said(check, duplicates(), FORMS, LISTED) == [blocked("PermissionSet Web_Forms")]
    assert evidence(check, duplicates(), FORMS, LISTED) == [
        "permissionsets/Web_Forms.permissionset-meta.xml:2 PermissionSet Web_Forms may create records of Lead"
    ]


def test_a_sites_guest_and_an_integration() -> None:
    assert said(check, duplicates(), FORMS, LISTED, GUEST) == [
        blocked("Profile Form Profile and PermissionSet Web_Forms", "send")
    ]


def test_web_to_lead_with_a_spam_filter() -> None:
    files = {"settings/WebToX.settings-meta.xml": xml("WebToXSettings", tag("webToLeadSpamFilter", "true"))}
    assert said(check, duplicates(), files) == [blocked("Web-to-Lead")]
    assert evidence(check, duplicates(), files) == [
        "settings/WebToX.settings-meta.xml:2 Web-to-Lead has a spam filter"
    ]


def test_a_rule_of_contacts_in_a_metadata_retrieve() -> None:
    writer = bundle("permissionsets", "Web_Forms", entry("Contact", "allowRead", "allowCreate"))
    files = mdapi(duplicates(name="Contact.Known") | writer) | LISTED
    assert said(check, files) == [
        "medium/medium duplicateRules/Contact.Known.duplicateRule:2 Duplicate rule Contact.Known blocks duplicates on insert: "
        "what PermissionSet Web_Forms sends of people who are known already fails, and their referral is not recorded."
    ]


@pytest.mark.parametrize("asked", ["Country", "Website"])
def test_with_conditions_it_is_not_sure(asked: str) -> None:
    files = duplicates(conditions=asks("Lead", asked))
    assert said(check, files, FORMS, LISTED) == [
        blocked("PermissionSet Web_Forms").replace("medium/medium", "medium/low")
    ]


def test_where_nothing_shows_who_sends_leads_it_is_a_guess() -> None:
    assert said(check, duplicates(), field("Lead.GCLID__c")) == [
        f"medium/low {RULE}:2 Duplicate rule Lead.Known blocks duplicates on insert: where leads come in by Web-to-Lead or an "
        "integration, those of people who are known already fail, and their referral is not recorded."
    ]


def test_a_rule_that_alerts_rejects_what_comes_by_the_api() -> None:
    assert said(check, duplicates("Allow", "Alert", "Report"), FORMS, LISTED) == [
        f"low/low {RULE}:4 Duplicate rule Lead.Known alerts on insert: the API rejects duplicates that PermissionSet Web_Forms "
        "sends, with their referral, unless the call says allowSave."
    ]


QUIET: dict[str, Files] = {
    "not active": duplicates(active=False) | FORMS | LISTED,
    "it only reports": duplicates("Allow", "Report") | FORMS | LISTED,
    "it alerts, and only a guest sends": duplicates("Allow", "Alert") | GUEST,
    "it alerts, and nobody sends": duplicates("Allow", "Alert"),
    "of accounts": duplicates(name="Account.Known") | FORMS | LISTED,
    "who sends creates no leads": duplicates()
    | bundle("permissionsets", "Web_Forms", entry("Lead", "allowRead"))
    | LISTED,
    "it asks for the profile": duplicates(conditions=asks("User", "Profile")) | FORMS | LISTED,
    "it asks how the record came in": duplicates(conditions=asks("Lead", "Automated_Creation__c"))
    | FORMS
    | LISTED,
    "it leaves out what came from the web": duplicates(conditions=asks("Lead", "LeadSource"))
    | FORMS
    | LISTED,
    "nothing comes in, and there is no attribution": duplicates() | field("Lead.Rating__c"),
    "of contacts, and nothing comes in": duplicates(name="Contact.Known") | field("Lead.GCLID__c"),
}


@pytest.mark.parametrize("files", QUIET.values(), ids=QUIET)
def test_rules_that_drop_nothing(files: Files) -> None:
    assert said(check, files) == []
