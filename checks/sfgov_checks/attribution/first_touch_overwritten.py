"""ATT003: automation that writes over the first touch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sfgov import Confidence, Evidence, Finding, Severity, check
from sfgov.check import Outcome
from sfgov.facts import ApexClass, ApexTrigger, CustomField, Flow, ValidationRule, Workflow
from sfgov.model.attribution import Write
from sfgov.model.org import Org
from sfgov.policy import Policy
from sfgov_checks.attribution.origin import PAGE, terms
from sfgov_checks.principals import joined


@check(
    "ATT003",
    "first-touch-overwritten",
    Severity.HIGH,
    reads=(Flow, ApexClass, ApexTrigger, Workflow),
    against=(CustomField, ValidationRule),
    tags=("attribution",),
)
def first_touch_overwritten(org: Org, policy: Policy) -> Iterator[Outcome]:
    """The first touch is written once: automation that runs on updates asks first whether it is empty.

    Lead Source, and the fields that hold the first touch (`attribution.first_touch`, else names with first, original or
    initial before source, touch, campaign …, and fields called Lead Source), answer where somebody came from in the
    first place. A flow that sets one again on a later visit rewrites history, and nobody notices: the report still has
    a value.

    Looked at are record-triggered flows and processes, triggers with their handlers, and workflow field updates: high;
    and other flows and Apex that update or upsert records (imports, batches, services): medium. Medium confidence where
    something decides whether they come to it, or which records they find.

    Quiet: writers that run on creation only; that ask whether the field, or another field of the touch, is empty (in
    their entry criteria, a decision, a guard, the query that finds the records, or a formula such as BLANKVALUE); that
    replace one named value; that put back the value from before, or copy another first touch of the record; what a user
    has just entered on a screen; fields whose changes an active validation rule refuses. Low severity where another
    first-touch field keeps the value of Lead Source.

    ## Bad
    ```xml flows/Lead_Enrichment.flow-meta.xml
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
                    <stringValue>Web</stringValue>
                </value>
            </assignmentItems>
        </assignments>
        <label>Lead Enrichment</label>
        <processType>AutoLaunchedFlow</processType>
        <start>
            <connector>
                <targetReference>Set_Source</targetReference>
            </connector>
            <object>Lead</object>
            <recordTriggerType>CreateAndUpdate</recordTriggerType>
            <triggerType>RecordBeforeSave</triggerType>
        </start>
        <status>Active</status>
    </Flow>
    ```

    ## Good
    ```xml flows/Lead_Enrichment.flow-meta.xml
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
                    <stringValue>Web</stringValue>
                </value>
            </assignmentItems>
        </assignments>
        <label>Lead Enrichment</label>
        <processType>AutoLaunchedFlow</processType>
        <start>
            <connector>
                <targetReference>Set_Source</targetReference>
            </connector>
            <filterLogic>and</filterLogic>
            <filters>
                <field>LeadSource</field>
                <operator>IsNull</operator>
                <value>
                    <booleanValue>true</booleanValue>
                </value>
            </filters>
            <object>Lead</object>
            <recordTriggerType>CreateAndUpdate</recordTriggerType>
            <triggerType>RecordBeforeSave</triggerType>
        </start>
        <status>Active</status>
    </Flow>
    ```

    ## Fix
    Run on creation only, or set the field only where it is empty. What later visits bring belongs into fields for the
    latest touch, or into campaign members.

    ## Sources
    - https://help.salesforce.com/s/articleView?id=sales.leads_fields.htm&type=5
    """
    attribution = org.attribution
    wanted = terms(policy)
    by_field = attribution.writes(wanted)
    found: dict[tuple[str, str], list[Write]] = defaultdict(list)
    for field in attribution.first_touches(wanted):
        over = [write for write in by_field.get(field.casefold(), ()) if write.overwrites]
        if over and attribution.protection.of(field) is None:
            for write in over:
                found[write.component, write.by].append(write)
    for writes in found.values():
        yield _finding(org, policy, writes)


def _finding(org: Org, policy: Policy, writes: Sequence[Write]) -> Finding:
    """What one flow, trigger, rule or method writes over."""
    writes = sorted(writes, key=lambda write: write.at)
    first = writes[0]
    fields = list(dict.fromkeys(write.field for write in writes))
    kept = [evidence for field in fields for evidence in _kept_elsewhere(org, policy, field)]
    severity = Severity.HIGH if any(write.automatic for write in writes) else Severity.MEDIUM
    when = "creation and update" if "create" in first.events else "update"
    one = len(fields) == 1
    return Finding(
        f"{first.by[:1].upper()}{first.by[1:]} (on {when}) sets {joined(fields)} without testing that "
        f"{'it is' if one else 'they are'} blank, so a later visit overwrites the first touch."
        + (f" {kept[0].message}." if len(kept) >= len(fields) else ""),
        at=first.at,
        because=[*(evidence for write in writes[:PAGE] for evidence in write.evidence), *kept],
        severity=Severity.LOW if len(kept) >= len(fields) else severity,
        confidence=_confidence(writes),
        subject=f"{first.by} overwrites {first.object}",
    )


def _confidence(writes: Sequence[Write]) -> Confidence:
    certain = any(not write.conditional and write.automatic and write.own for write in writes)
    return Confidence.HIGH if certain else Confidence.MEDIUM


def _kept_elsewhere(org: Org, policy: Policy, field: str) -> Iterator[Evidence]:
    """Where the first Lead Source is kept besides: another first touch of the object gets it, and keeps it."""
    if not field.casefold().endswith(".leadsource"):
        return
    owner = field.partition(".")[0]
    firsts = {name.casefold() for name in org.attribution.first_touches(terms(policy))}
    for copy in org.lineage.copies_of(field):
        target = copy.target.casefold()
        if target in firsts and target.partition(".")[0] == owner.casefold():
            writes = org.attribution.writes(terms(policy)).get(target, ())
            if writes and not any(write.overwrites for write in writes):
                yield copy.place.says(f"{copy.target} keeps its first value")
                return
