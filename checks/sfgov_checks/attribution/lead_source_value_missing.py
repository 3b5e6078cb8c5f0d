"""ATT004: texts that are no values of Lead Source, and a Lead Source without a word for AI assistants."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from sfgov import Confidence, Finding, NotChecked, Severity, check
from sfgov.check import Outcome
from sfgov.facts import ApexClass, ApexTrigger, CustomField, Flow, StandardValueSet, ValidationRule, Workflow
from sfgov.model.attribution import AttributionField, Kind
from sfgov.model.attribution.sources import Use, Values, lead_source_uses, lead_source_values
from sfgov.model.org import Org
from sfgov.model.picklists import picklist_of
from sfgov.policy import Policy
from sfgov.spelling import MISSPELT, nearest
from sfgov_checks.attribution.origin import terms
from sfgov_checks.principals import joined

_FREE = ("text", "textarea", "longtextarea", "html", "url")
_AI = re.compile(r"\b(?:ai|a\.i\.|llms?|gpt|chat ?bots?|assistants?)\b", re.IGNORECASE)
_SHOWN = 5


@check(
    "ATT004",
    "lead-source-value-missing",
    Severity.MEDIUM,
    reads=(ApexClass, ApexTrigger, CustomField, Flow, ValidationRule, Workflow),
    against=(StandardValueSet,),
    tags=("attribution",),
)
def lead_source_value_missing(org: Org, policy: Policy) -> Iterator[Outcome]:
    """What automation writes into Lead Source, or compares it with, is one of its values.

    Lead Source is no restricted picklist for automation: a flow that sets "AI Referal" saves it, and from then on these
    leads are missing from every report that asks for "AI Referral". A rule that compares with a text that is no value
    never holds. One value set serves Lead, Contact, Opportunity and CampaignMember.LeadSource and
    Account.AccountSource. Looked at are fixed texts in flows (also in constants), Apex outside tests, SOQL, workflow
    and validation rules and formula fields. Medium, one finding for each text of a component that sets it, or compares
    with what looks like a misspelt value; low, one finding for each component that compares with other texts: they may
    be values from before, which old records still hold. Quiet for texts from variables and placeholders, and for
    comparisons with a value that the value set has as not active.

    Low, once: neither a value nor a field of leads can say that somebody came from an AI assistant
    (`attribution.ai_sources`). A value that names one, a field for it, or any free text for UTM parameters, referrers or
    first touches will do.

    ## Bad
    ```xml standardValueSets/LeadSource.standardValueSet-meta.xml
    <StandardValueSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <sorted>false</sorted>
        <standardValue>
            <fullName>AI Referral</fullName>
            <label>AI Referral</label>
        </standardValue>
        <standardValue>
            <fullName>Web</fullName>
            <label>Web</label>
        </standardValue>
    </StandardValueSet>
    ```
    ```xml flows/Web_Flow.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <apiVersion>62.0</apiVersion>
        <assignments>
            <name>Set_Source</name>
            <label>Set Source</label>
            <assignmentItems>
                <assignToReference>$Record.LeadSource</assignToReference>
                <operator>Assign</operator>
                <value>
                    <stringValue>AI Referal</stringValue>
                </value>
            </assignmentItems>
        </assignments>
        <label>Web Flow</label>
        <processType>AutoLaunchedFlow</processType>
        <start>
            <connector>
                <targetReference>Set_Source</targetReference>
            </connector>
            <object>Lead</object>
            <recordTriggerType>Create</recordTriggerType>
            <triggerType>RecordBeforeSave</triggerType>
        </start>
        <status>Active</status>
    </Flow>
    ```

    ## Good
    ```xml standardValueSets/LeadSource.standardValueSet-meta.xml
    <StandardValueSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <sorted>false</sorted>
        <standardValue>
            <fullName>AI Referral</fullName>
            <label>AI Referral</label>
        </standardValue>
        <standardValue>
            <fullName>Web</fullName>
            <label>Web</label>
        </standardValue>
    </StandardValueSet>
    ```
    ```xml flows/Web_Flow.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <apiVersion>62.0</apiVersion>
        <assignments>
            <name>Set_Source</name>
            <label>Set Source</label>
            <assignmentItems>
                <assignToReference>$Record.LeadSource</assignToReference>
                <operator>Assign</operator>
                <value>
                    <stringValue>AI Referral</stringValue>
                </value>
            </assignmentItems>
        </assignments>
        <label>Web Flow</label>
        <processType>AutoLaunchedFlow</processType>
        <start>
            <connector>
                <targetReference>Set_Source</targetReference>
            </connector>
            <object>Lead</object>
            <recordTriggerType>Create</recordTriggerType>
            <triggerType>RecordBeforeSave</triggerType>
        </start>
        <status>Active</status>
    </Flow>
    ```

    ## Fix
    Use the value as the value set spells it, or add the value there.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/meta_standardvalueset.htm
    """
    values = lead_source_values(org.index)
    if values is None:
        yield NotChecked("the standard value set LeadSource was not retrieved")
        return
    wrong: dict[tuple[str, str], list[Use]] = defaultdict(list)
    gone: dict[str, list[Use]] = defaultdict(list)
    for use in lead_source_uses(org.index, org.flows, org.apex):
        if use.does == "sets" and not values.has_active(use.text):
            wrong[use.at.component, use.text].append(use)
        elif use.does == "compares" and not values.has(use.text):
            if nearest(use.text, values.active, MISSPELT):
                wrong[use.at.component, use.text].append(use)
            else:
                gone[use.at.component].append(use)
    for uses in wrong.values():
        yield _of_text(uses, values)
    for uses in gone.values():
        others = [use for use in uses if (use.at.component, use.text) not in wrong]
        if others:
            yield _of_comparisons(others, values)
    if org.attribution.has_leads and not _knows_assistants(org, policy, values):
        yield _without_assistants(policy, values)


def _of_text(uses: Sequence[Use], values: Values) -> Finding:
    """Of a component that sets a text and compares with it, what it sets is told."""
    first = min(uses, key=lambda use: (use.does != "sets", use.at))
    was = "is not active any more as a" if values.has(first.text) else "is not an active"
    meant = "" if values.has(first.text) else nearest(first.text, values.active, MISSPELT)
    return Finding(
        f"{first.by[:1].upper()}{first.by[1:]} {first.does} {first.field} "
        f'{"to" if first.does == "sets" else "with"} "{first.text}", which {was} Lead Source value.'
        + (f' Did you mean "{meant}"?' if meant else ""),
        at=first.at,
        because=[*[use.at.says(use.says) for use in uses if use != first][:_SHOWN], values.evidence],
        subject=f"Lead Source {first.text}",
    )


def _of_comparisons(uses: Sequence[Use], values: Values) -> Finding:
    """What a component compares with and no value is like: perhaps old values, which records still hold."""
    uses = sorted(uses)
    texts = list(dict.fromkeys(f'"{use.text}"' for use in uses))
    first = uses[0]
    one = len(texts) == 1
    return Finding(
        f"{first.by[:1].upper()}{first.by[1:]} compares {first.field} with {joined(texts)}, which "
        f"{'is no Lead Source value' if one else 'are no Lead Source values'}: only records that kept "
        f"{'it' if one else 'them'} from before can match.",
        at=first.at,
        because=[*[use.at.says(use.says) for use in uses[1:]][:_SHOWN], values.evidence],
        severity=Severity.LOW,
        subject="Lead Source values that are gone",
    )


def _knows_assistants(org: Org, policy: Policy, values: Values) -> bool:
    if any(_names_one(policy, value) for value in values.active):
        return True
    return any(_holds_one(org, policy, field) for field in org.attribution.fields(terms(policy), "Lead"))


def _holds_one(org: Org, policy: Policy, field: AttributionField) -> bool:
    """Whether a field can say that somebody came from an AI assistant."""
    if field.kind is Kind.AI_SOURCE:
        return True
    if field.written.fact.type.casefold() in _FREE:
        return field.kind is not Kind.CLICK_ID and "date" not in field.field.casefold()
    values = picklist_of(org.index, field.object, field.field)
    return values is not None and any(_names_one(policy, value) for value in values.values)


def _names_one(policy: Policy, value: str) -> bool:
    named = any(source.casefold() in value.casefold() for source in policy.attribution.ai_sources)
    return named or _AI.search(value) is not None


def _without_assistants(policy: Policy, values: Values) -> Finding:
    sources = ", ".join(policy.attribution.ai_sources[:3])
    return Finding(
        f"No Lead Source value and no field of leads can say that somebody came from an AI assistant ({sources} …).",
        at=values.evidence.place,
        severity=Severity.LOW,
        confidence=Confidence.MEDIUM,
        subject="no value for AI assistants",
        fix="Add a value such as AI Referral to Lead Source, and a field for the assistant's name.",
    )
