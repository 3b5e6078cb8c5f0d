"""INT001: a custom object that repeats a standard one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sfgov import Confidence, Finding, Severity, check
from sfgov.facts import ApexClass, CustomField, CustomObject, Flow, PlatformEventChannelMember, Profile
from sfgov.model.events import object_of_entity
from sfgov.model.lineage import Copy
from sfgov.model.org import Org
from sfgov.model.permissions import METADATA_KINDS
from sfgov.model.shadow_models import Shadow, shadow_models
from sfgov.model.sync.outbound import Outbound
from sfgov.place import Evidence
from sfgov.policy import Policy
from sfgov.whose import classes_of, is_admin
from sfgov_checks.principals import counted, joined

_MOST_SHOWN = 10


@check(
    "INT001",
    "shadow-model-of-standard-object",
    Severity.MEDIUM,
    reads=(CustomObject,),
    against=(CustomField, Flow, ApexClass, PlatformEventChannelMember, Profile),
    tags=("integration",),
)
def shadow_model_of_standard_object(org: Org, policy: Policy) -> Iterator[Finding]:
    """Custom objects do not repeat what a standard object holds.

    A copy of accounts, contacts or orders needs code that keeps it up to date, is missed by sharing, duplicate rules,
    reports and every feature that knows the standard object, and sooner or later says something else. Told is a custom
    object at least five of whose fields, and half of those that people work with, bear the names or labels of one
    standard object's, and that is tied to it: by a lookup, by an external Id, or by flows or Apex that copy at least
    three fields from one to the other.

    High where there are two truths: values are copied both ways, people can edit what is copied, or the copy is sent to
    other systems. Without copies the confidence is medium.

    Quiet: staging, import, archive, log and history objects; custom settings and metadata; managed packages; formulas,
    lookups and bookkeeping fields do not count.

    ## Bad
    ```xml objects/Account_Mirror__c.object
    <?xml version="1.0" encoding="UTF-8"?>
    <CustomObject xmlns="http://soap.sforce.com/2006/04/metadata">
        <fields><fullName>Account__c</fullName><referenceTo>Account</referenceTo><type>Lookup</type></fields>
        <fields><fullName>Billing_City__c</fullName><type>Text</type></fields>
        <fields><fullName>Billing_Street__c</fullName><type>Text</type></fields>
        <fields><fullName>Industry__c</fullName><type>Text</type></fields>
        <fields><fullName>Phone__c</fullName><type>Text</type></fields>
        <fields><fullName>Website__c</fullName><type>Text</type></fields>
        <label>Account Mirror</label>
    </CustomObject>
    ```

    ## Good
    ```xml objects/Account_Rating__c.object
    <?xml version="1.0" encoding="UTF-8"?>
    <CustomObject xmlns="http://soap.sforce.com/2006/04/metadata">
        <fields><fullName>Account__c</fullName><referenceTo>Account</referenceTo><type>Lookup</type></fields>
        <fields><fullName>Agency__c</fullName><type>Text</type></fields>
        <fields><fullName>Grade__c</fullName><type>Text</type></fields>
        <fields><fullName>Rated_On__c</fullName><type>Date</type></fields>
        <label>Account Rating</label>
    </CustomObject>
    ```

    ## Fix
    Put what is special on the standard object, or on a child of it with a lookup and formulas. For a copy that another
    system needs, use Change Data Capture or Data Cloud instead.

    ## Sources
    - https://architect.salesforce.com/well-architected/adaptable/composable
    - https://trailhead.salesforce.com/content/learn/modules/data_modeling/objects_intro
    """
    outbound = org.outbound
    shadows = tuple(shadow_models(org.index, org.lineage))
    sent = _sent(org, outbound) if shadows else {}
    for shadow in shadows:
        yield _finding(shadow, _two_truths(org, policy, shadow, sent.get(shadow.written.name.casefold())))


def _sent(org: Org, outbound: Outbound) -> dict[str, Evidence]:
    """By object, in lower case, the line that sends its records out."""
    found = {
        object_of_entity(member.fact.entity).casefold(): member.at_element("selectedEntity").says(
            f"{member.fact.channel} sends its changes out"
        )
        for member in org.all(PlatformEventChannelMember)
    }
    return found | {one.object.casefold(): one.evidence[-1] for one in outbound.sendings}


def _two_truths(org: Org, policy: Policy, shadow: Shadow, sent: Evidence | None) -> tuple[Evidence, ...]:
    """Why both sides may say something else; nothing where only one is written."""
    if shadow.copied and shadow.returned:
        return (shadow.returned[0].evidence,)
    if sent:
        return (sent,)
    targets = {copy.target.casefold() for copy in shadow.copied}
    for field in shadow.repeated:
        if field.name.casefold() in targets:
            for bundle, answer in org.permissions.who_can_access_field(
                field.name, "editable", *METADATA_KINDS
            ):
                machine = classes_of(bundle, policy) & {"integration", "agent"}
                if answer and not machine and not is_admin(bundle, policy):
                    return (answer.grants[0].says,)
    return ()


def _finding(shadow: Shadow, truths: Sequence[Evidence]) -> Finding:
    name, standard = shadow.written.name, shadow.standard
    copies = [*shadow.copied, *shadow.returned]
    says = f"{name} repeats {len(shadow.repeated)} of {standard}'s fields"
    if copies:
        says += f", and {joined(_copiers(copies))} {'copies' if len(_copiers(copies)) == 1 else 'copy'} "
        says += f"{counted(len(copies), 'value')} between them"
    else:
        says += " and is tied to it"
    return Finding(
        f"{says}: a shadow model{' with two truths' if truths else ''}.",
        at=shadow.written.at(),
        because=[
            *([shadow.link] if shadow.link else []),
            *(copy.evidence for copy in copies[:_MOST_SHOWN]),
            *(
                field.at().says(f"{field.fact.field} repeats {standard}")
                for field in shadow.repeated[:_MOST_SHOWN]
            ),
            *truths,
        ],
        severity=Severity.HIGH if truths else None,
        confidence=None if copies else Confidence.MEDIUM,
        subject=standard,
    )


def _copiers(copies: Sequence[Copy]) -> list[str]:
    return list(dict.fromkeys(copy.by for copy in copies))
