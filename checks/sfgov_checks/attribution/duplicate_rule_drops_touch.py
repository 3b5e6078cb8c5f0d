"""ATT007: duplicate rules that reject what comes in from outside, and its touch with it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sfgov import Confidence, Evidence, Finding, Severity, check
from sfgov.check import Outcome
from sfgov.facts import DuplicateRule, PermissionSet, Profile, Settings
from sfgov.model.attribution.names import words
from sfgov.model.index import Written
from sfgov.model.org import Org
from sfgov.model.permissions import Bundle
from sfgov.policy import Policy
from sfgov.whose import classes_of, listed
from sfgov_checks.access.who import titled
from sfgov_checks.attribution.origin import terms
from sfgov_checks.principals import joined

_OBJECTS = ("lead", "contact")
_INBOUND = ("integration", "guest")
_PROVEN = 3
_WAYS_IN = re.compile(
    r"\b(?:profile|user|created|automat\w+|integrat\w+|manual\w*|source|channel|import\w*|web|api)\b"
)
"""Words in the names of fields that say who made a record, or how it came in."""


@check(
    "ATT007",
    "duplicate-rule-drops-touch",
    Severity.MEDIUM,
    reads=(DuplicateRule,),
    against=(PermissionSet, Profile, Settings),
    tags=("attribution",),
)
def duplicate_rule_drops_touch(org: Org, policy: Policy) -> Iterator[Outcome]:
    """A lead that comes in from outside is recorded, also where the person is known already.

    A duplicate rule that blocks is made for people: they see the message and open the record that is there. A web form
    or an integration sees an error at best; the second visit of somebody whose e-mail address is known is dropped, and
    what referred it with it.

    Reported are active rules of Lead and Contact that block on insert, where something comes in from outside: a bundle
    that `principals.integration` names, or that its licence or API Only User says to be an integration's, or a site's
    guest user may create such records, or the spam filter of Web-to-Lead is on. Web-to-Lead itself does not show in
    metadata: without any of these, a rule of Lead is reported with low confidence, and only where the org has fields
    for attribution. Low severity and confidence: rules that allow with an alert, where the policy names an integration
    that creates such records: the API rejects the duplicate unless the call says `allowSave`.

    Low confidence for rules with conditions. Quiet where a condition asks for the user or the profile, or for how the
    record came in.

    ## Bad
    ```xml duplicateRules/Lead.Known_Leads.duplicateRule-meta.xml
    <DuplicateRule xmlns="http://soap.sforce.com/2006/04/metadata">
        <actionOnInsert>Block</actionOnInsert>
        <actionOnUpdate>Allow</actionOnUpdate>
        <isActive>true</isActive>
        <masterLabel>Known Leads</masterLabel>
        <securityOption>BypassSharingRules</securityOption>
    </DuplicateRule>
    ```
    ```xml permissionsets/Web_Forms.permissionset-meta.xml
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Web Forms</label>
        <objectPermissions>
            <allowCreate>true</allowCreate>
            <allowRead>true</allowRead>
            <object>Lead</object>
        </objectPermissions>
    </PermissionSet>
    ```
    ```yaml sfgov.yml
    principals:
      integration: {permission_sets: [Web_Forms]}
    ```

    ## Good
    ```xml duplicateRules/Lead.Known_Leads.duplicateRule-meta.xml
    <DuplicateRule xmlns="http://soap.sforce.com/2006/04/metadata">
        <actionOnInsert>Allow</actionOnInsert>
        <actionOnUpdate>Allow</actionOnUpdate>
        <isActive>true</isActive>
        <masterLabel>Known Leads</masterLabel>
        <operationsOnInsert>Report</operationsOnInsert>
        <securityOption>BypassSharingRules</securityOption>
    </DuplicateRule>
    ```
    ```xml permissionsets/Web_Forms.permissionset-meta.xml
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Web Forms</label>
        <objectPermissions>
            <allowCreate>true</allowCreate>
            <allowRead>true</allowRead>
            <object>Lead</object>
        </objectPermissions>
    </PermissionSet>
    ```

    ## Fix
    Allow with report, or look the person up before the insert and add a campaign member to the record that is there.

    ## Sources
    - https://help.salesforce.com/s/articleView?id=sales.duplicate_rules_overview.htm&type=5
    - https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_header_duplicateruleheader.htm
    """
    for rule in org.all(DuplicateRule):
        if rule.fact.active > 0 and rule.fact.object.casefold() in _OBJECTS and not _spares_machines(rule):
            if rule.fact.action_on_insert.casefold() == "block":
                yield from _blocking(org, policy, rule)
            elif "alert" in {one.casefold() for one in rule.fact.operations_on_insert}:
                yield from _alerting(org, policy, rule)


def _spares_machines(rule: Written[DuplicateRule]) -> bool:
    """Whether a condition tells apart who saves the record, or how it came in."""
    return any(
        one.table.casefold() in ("user", "profile") or _WAYS_IN.search(words(one.field))
        for one in rule.fact.conditions
    )


def _blocking(org: Org, policy: Policy, rule: Written[DuplicateRule]) -> Iterator[Finding]:
    inbound = _who_creates(org, policy, rule.fact.object)
    owner = rule.fact.object
    evidence = [_creates(bundle, owner) for bundle in inbound[:_PROVEN]]
    spam_filter = _web_to_lead(org) if owner.casefold() == "lead" else None
    evidence += [spam_filter] if spam_filter else []
    by = joined([titled(bundle) for bundle in inbound]) if inbound else "Web-to-Lead"
    if evidence:
        yield _finding(
            rule,
            f"{_named(rule)} blocks duplicates on insert: what {by} {'send' if len(inbound) > 1 else 'sends'} of people who "
            "are known already fails, and their referral is not recorded.",
            evidence,
            Confidence.LOW if rule.fact.conditions else Confidence.MEDIUM,
        )
    elif owner.casefold() == "lead" and org.attribution.fields(terms(policy), "Lead"):
        yield _finding(
            rule,
            f"{_named(rule)} blocks duplicates on insert: where leads come in by Web-to-Lead or an integration, those of "
            "people who are known already fail, and their referral is not recorded.",
            [],
            Confidence.LOW,
        )


def _alerting(org: Org, policy: Policy, rule: Written[DuplicateRule]) -> Iterator[Finding]:
    owner = rule.fact.object
    named = [
        bundle for bundle in _who_creates(org, policy, owner) if listed(bundle, policy.principals.integration)
    ]
    if named:
        by = joined([titled(bundle) for bundle in named])
        yield Finding(
            f"{_named(rule)} alerts on insert: the API rejects duplicates that {by} {'send' if len(named) > 1 else 'sends'}, "
            "with their referral, unless the call says allowSave.",
            at=rule.at_element("operationsOnInsert"),
            because=[_creates(bundle, owner) for bundle in named[:_PROVEN]],
            severity=Severity.LOW,
            confidence=Confidence.LOW,
        )


def _finding(
    rule: Written[DuplicateRule], message: str, because: list[Evidence], confidence: Confidence
) -> Finding:
    return Finding(message, at=rule.at_element("actionOnInsert"), because=because, confidence=confidence)


def _named(rule: Written[DuplicateRule]) -> str:
    return f"Duplicate rule {rule.name}"


def _who_creates(org: Org, policy: Policy, owner: str) -> list[Bundle]:
    """The integrations and site guests that certainly may create such records; groups stand for their sets."""
    found = org.permissions.who_can_access(owner, "allowCreate", "Profile", "PermissionSet")
    return [bundle for bundle, answer in found if answer and classes_of(bundle, policy) & set(_INBOUND)]


def _creates(bundle: Bundle, owner: str) -> Evidence:
    at = bundle.object_access(owner, "allowCreate").grants[0].evidence[-1].place
    return at.says(f"{titled(bundle)} may create records of {owner}")


def _web_to_lead(org: Org) -> Evidence | None:
    for settings in org.all(Settings):
        value = settings.fact.value("webToLeadSpamFilter") if settings.fact.root == "WebToXSettings" else None
        if value is not None and (value.text or "").casefold() == "true":
            return settings.at(value.line, "webToLeadSpamFilter").says("Web-to-Lead has a spam filter")
    return None
