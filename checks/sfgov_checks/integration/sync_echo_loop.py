"""INT005: changes that a system sends in, and that go straight back to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from sfgov import Confidence, Finding, Severity, check
from sfgov.config import Config
from sfgov.facts import (
    ApexClass,
    ApexTrigger,
    Flow,
    PermissionSet,
    PermissionSetGroup,
    PlatformEventChannelMember,
    Profile,
    Workflow,
)
from sfgov.model.org import Org
from sfgov.model.permissions import METADATA_KINDS
from sfgov.model.sync.guards import asks_for_origin, changed_fields
from sfgov.model.sync.inbound import Arrival, arrivals
from sfgov.model.sync.names import acronyms, same_system, words
from sfgov.model.sync.outbound import Sending
from sfgov.place import Evidence, Place
from sfgov.policy import Policy
from sfgov.whose import listed


class _Source(msgspec.Struct, frozen=True):
    """Something that writes an object from outside. `fields` are what it writes (lower case), as far as declared."""

    says: str
    """As the start of a sentence: `ERP is master of Account`."""
    names: frozenset[str]
    evidence: tuple[Evidence, ...]
    known: Confidence
    """How sure it is where the same names are at both ends."""
    guessed: Confidence | None
    """How sure it is where they are not; None where it is not worth saying."""
    fields: frozenset[str] = frozenset()
    event: str = ""


@check(
    "INT005",
    "sync-echo-loop",
    Severity.HIGH,
    reads=(ApexTrigger, ApexClass, Flow, Workflow),
    against=(Profile, PermissionSet, PermissionSetGroup, PlatformEventChannelMember),
    tags=("integration",),
)
def sync_echo_loop(org: Org, policy: Policy, config: Config) -> Iterator[Finding]:
    """What a system has changed is not sent back to it.

    A system writes a record, the save starts automation that sends the change out, the system takes it as a new one
    and writes again: a loop that ends when a limit or a queue is full, or when one side happens to change nothing. A
    static flag does not help, as each round is a transaction of its own.

    What writes from outside are the systems that `systems` declares, the principals of integrations in the policy, web
    and e-mail services, and triggers and flows on platform events. What sends are callouts of triggers and flows, also
    by jobs, platform events, outbound messages, and change events that a relay or a subscription takes outside. The
    confidence is high for an event that starts automation which publishes it again, and where both ends name the same
    system; low where only the declaration says that they may be the same.

    Quiet where the way asks who is acting (user, profile, custom permission, a setting), what changed the record last
    (fields and flags such as `Source__c`, `Last_Modified_By_System__c`, `bypass`), or whether fields changed of which
    the system is not master.

    ## Bad
    ```yaml sfgov.yml
    systems:
      - {name: ERP, principal: ERP Integration, master_of: {Account: [Credit_Limit__c]}}
    ```
    ```xml flows/Account_Tell_ERP.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Account: Tell ERP</label>
        <processType>AutoLaunchedFlow</processType>
        <recordCreates>
            <name>Tell</name>
            <label>Tell</label>
            <inputAssignments>
                <field>Account_Id__c</field>
                <value><elementReference>$Record.Id</elementReference></value>
            </inputAssignments>
            <object>ERP_Account_Changed__e</object>
        </recordCreates>
        <start>
            <connector><targetReference>Tell</targetReference></connector>
            <object>Account</object>
            <recordTriggerType>Update</recordTriggerType>
            <triggerType>RecordAfterSave</triggerType>
        </start>
        <status>Active</status>
    </Flow>
    ```

    ## Good
    ```yaml sfgov.yml
    systems:
      - {name: ERP, principal: ERP Integration, master_of: {Account: [Credit_Limit__c]}}
    ```
    ```xml flows/Account_Tell_ERP.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Account: Tell ERP</label>
        <processType>AutoLaunchedFlow</processType>
        <recordCreates>
            <name>Tell</name>
            <label>Tell</label>
            <inputAssignments>
                <field>Account_Id__c</field>
                <value><elementReference>$Record.Id</elementReference></value>
            </inputAssignments>
            <object>ERP_Account_Changed__e</object>
        </recordCreates>
        <start>
            <connector><targetReference>Tell</targetReference></connector>
            <filterFormula>NOT($Permission.Is_ERP_Integration)</filterFormula>
            <object>Account</object>
            <recordTriggerType>Update</recordTriggerType>
            <triggerType>RecordAfterSave</triggerType>
        </start>
        <status>Active</status>
    </Flow>
    ```

    ## Fix
    Give the integration's user a custom permission and leave its changes out at the start of the way, or send only when
    fields change that the other system does not own.

    ## Sources
    - https://architect.salesforce.com/decision-guides/data-integration
    - https://developer.salesforce.com/docs/atlas.en-us.change_data_capture.meta/change_data_capture/cdc_event_fields_header.htm
    """
    outbound = org.outbound
    coming = tuple(arrivals(org.apex, org.flows))
    for sending in outbound.sendings:
        if asks_for_origin(sending):
            continue
        sources = [*_events(sending, coming), *_systems(sending, policy, config)]
        sources += [*_services(sending, coming), *_principals(org, sending, policy)]
        found = min(
            ((rated, number) for number, source in enumerate(sources) if (rated := _rate(sending, source))),
            key=lambda pair: (pair[0].rank, pair[1]),
            default=None,
        )
        if found:
            yield _echo(sending, sources[found[1]], found[0])


def _rate(sending: Sending, source: _Source) -> Confidence | None:
    """How sure it is that what the source writes goes back to it; None where it does not, or nothing speaks for it."""
    changed = changed_fields(sending)
    if changed and (not source.fields or ("*" not in source.fields and changed.isdisjoint(source.fields))):
        return None
    if source.event:
        return source.known
    both = same_system(source.names, words([*sending.names, sending.by], sending.object))
    return source.known if both else source.guessed


def _events(sending: Sending, coming: Sequence[Arrival]) -> Iterator[_Source]:
    """Automation that an event starts, and that saves what publishes the event."""
    for arrival in coming:
        same = arrival.object.casefold() == sending.object.casefold()
        again = sending.event and arrival.event.casefold() == sending.event.casefold()
        if same and again and not _is_ruled_out(sending, arrival):
            by = f"{arrival.by[0].upper()}{arrival.by[1:]} saves {arrival.object}"
            fields = frozenset(arrival.values or ())
            yield _Source(by, frozenset(), arrival.evidence, Confidence.HIGH, None, fields, arrival.event)


def _is_ruled_out(sending: Sending, arrival: Arrival) -> bool:
    """Whether what arrives sets a field to something else than the automation that sends asks for."""
    asked = sending.automatism.criteria if sending.automatism else ()
    values = arrival.values or {}
    return any(
        (given := values.get(one.field)) is not None and (given == one.value) != one.equal for one in asked
    )


def _systems(sending: Sending, policy: Policy, config: Config) -> Iterator[_Source]:
    for number, system in enumerate(policy.systems):
        for name, fields in system.master_of.items():
            if name.casefold() == sending.object.casefold():
                line = config.line_of("systems", str(number), "master_of", name)
                says = f"{system.name} writes {name}"
                declared = Place(config.path, line, "Policy:sfgov.yml").says(
                    f"{says}: it is declared master of it"
                )
                lower = frozenset(field.casefold() for field in fields)
                names = words([system.name, system.principal], name)
                yield _Source(says, names, (declared,), Confidence.HIGH, Confidence.LOW, lower)


def _services(sending: Sending, coming: Sequence[Arrival]) -> Iterator[_Source]:
    for arrival in coming:
        if arrival.object.casefold() == sending.object.casefold():
            by = f"{arrival.by[0].upper()}{arrival.by[1:]} saves {arrival.object}"
            named = [arrival.name, arrival.event]
            names = words(named, sending.object)
            clear = same_system(names & acronyms(named), acronyms(sending.names))
            known = Confidence.MEDIUM if clear else Confidence.LOW
            if not _is_ruled_out(sending, arrival):
                yield _Source(by, names, arrival.evidence, known, None, frozenset(arrival.values or ()))


def _principals(org: Org, sending: Sending, policy: Policy) -> Iterator[_Source]:
    """Integrations that the policy lists and that may save the object."""
    for bundle in org.permissions.bundles(*METADATA_KINDS):
        if listed(bundle, policy.principals.integration):
            answers = (bundle.object_access(sending.object, flag) for flag in ("allowEdit", "allowCreate"))
            grant = next((answer.grants[0] for answer in answers if answer), None)
            if grant:
                names = words([bundle.name], sending.object)
                says = f"{bundle.name} may write {sending.object}"
                yield _Source(says, names, grant.evidence, Confidence.MEDIUM, Confidence.LOW)


def _echo(sending: Sending, source: _Source, confidence: Confidence) -> Finding:
    how = {
        "callout": "calls out with",
        "event": f"publishes {sending.event} about",
        "message": "sends an outbound message about",
        "change event": "sends out",
    }[sending.how]
    return Finding(
        f"{source.says}, and {sending.by} {how} each change without asking where it came from: an echo loop.",
        at=sending.at,
        because=[*source.evidence, *sending.evidence],
        confidence=confidence,
        subject=f"{sending.object} {sending.by}",
    )
