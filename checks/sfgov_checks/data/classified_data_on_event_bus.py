"""DAT016: sensitive fields that events carry, on a bus that is not encrypted."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from sfgov import Confidence, Finding, NotChecked, Severity, check
from sfgov.check import Outcome
from sfgov.facts import ApexClass, CustomField, EventRelayConfig, Flow, PlatformEventChannelMember, Settings
from sfgov.model.classification import SensitiveField, classified_fields
from sfgov.model.index import Written
from sfgov.model.lineage import Copy
from sfgov.model.org import Org
from sfgov.place import Evidence
from sfgov.policy import Policy
from sfgov_checks.data.sensitive import SHOWN, is_restricted, sensitivity, some_of
from sfgov_checks.principals import counted

_SWITCH = "enableEventBusEncryption"
_CHANGE_EVENT = re.compile(r"(?P<custom>\w+?)__ChangeEvent|(?P<standard>\w+?)ChangeEvent", re.IGNORECASE)


@check(
    "DAT016",
    "classified-data-on-event-bus",
    Severity.MEDIUM,
    reads=(PlatformEventChannelMember, ApexClass, Flow),
    against=(CustomField, EventRelayConfig, Settings),
)
def classified_data_on_event_bus(org: Org, policy: Policy) -> Iterator[Outcome]:
    """Events do not carry classified fields while the event bus stores them unencrypted.

    Events lie on the bus for up to three days, and whoever may subscribe reads them: field permissions of the
    subscriber decide for change events, none at all for platform events. Reported are change events of objects with
    fields that are classified as sensitive (an object on a channel of change data capture sends every field that
    changes, and its enriched fields always), and platform events into which a flow or Apex copies such a field.

    Of medium severity; high for change events with fields of a restricted level or in the groups PHI or PCI, and where
    a relay sends the channel outside. Quiet where `enableEventBusEncryption` is true; where the settings file is not
    in the tree, that is unknown and nothing is checked.

    ## Bad
    ```xml settings/PlatformEncryption.settings-meta.xml
    <PlatformEncryptionSettings xmlns="http://soap.sforce.com/2006/04/metadata">
        <enableEventBusEncryption>false</enableEventBusEncryption>
    </PlatformEncryptionSettings>
    ```
    ```xml objects/Claim__c/fields/Diagnosis__c.field-meta.xml
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>Diagnosis__c</fullName>
        <complianceGroup>PHI</complianceGroup>
        <type>Text</type>
    </CustomField>
    ```
    ```xml platformEventChannelMembers/ChangeEvents_Claim_ChangeEvent.platformEventChannelMember-meta.xml
    <PlatformEventChannelMember xmlns="http://soap.sforce.com/2006/04/metadata">
        <eventChannel>ChangeEvents</eventChannel>
        <selectedEntity>Claim__ChangeEvent</selectedEntity>
    </PlatformEventChannelMember>
    ```

    ## Good
    ```xml settings/PlatformEncryption.settings-meta.xml
    <PlatformEncryptionSettings xmlns="http://soap.sforce.com/2006/04/metadata">
        <enableEventBusEncryption>true</enableEventBusEncryption>
    </PlatformEncryptionSettings>
    ```
    ```xml objects/Claim__c/fields/Diagnosis__c.field-meta.xml
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>Diagnosis__c</fullName>
        <complianceGroup>PHI</complianceGroup>
        <type>Text</type>
    </CustomField>
    ```
    ```yaml governance/masking/Claim__c.yml
    object: Claim__c
    fields:
      Diagnosis__c: {category: delete}
    ```
    ```xml platformEventChannelMembers/ChangeEvents_Claim_ChangeEvent.platformEventChannelMember-meta.xml
    <PlatformEventChannelMember xmlns="http://soap.sforce.com/2006/04/metadata">
        <eventChannel>ChangeEvents</eventChannel>
        <selectedEntity>Claim__ChangeEvent</selectedEntity>
    </PlatformEventChannelMember>
    ```

    ## Fix
    Encrypt the event bus, or take the object off the channel and the field out of the event.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.change_data_capture.meta/change_data_capture/cdc_security_considerations.htm
    """
    switch = _switch(org)
    if switch is None:
        yield NotChecked(f"no settings file says whether the event bus is encrypted ({_SWITCH})")
        return
    encrypted, proof = switch
    if encrypted:
        return
    fields: dict[str, list[SensitiveField]] = defaultdict(list)
    for field in classified_fields(org.index, sensitivity(policy)):
        fields[field.object.casefold()].append(field)
    for member in org.all(PlatformEventChannelMember):
        found = fields.get(_object_of(member.fact.entity).casefold(), [])
        if found:
            yield _change_events(org, policy, member, found, proof)
    yield from _platform_events(org, [one for some in fields.values() for one in some], proof)


def _switch(org: Org) -> tuple[bool, Evidence] | None:
    """Whether the bus is encrypted, and the line that says so; None where no file does."""
    for settings in org.all(Settings):
        value = settings.fact.value(_SWITCH)
        if settings.fact.root == "PlatformEncryptionSettings" and value and value.text:
            on = value.text.casefold() == "true"
            says = f"the event bus is {'encrypted' if on else 'not encrypted'}"
            return on, settings.at(value.line, _SWITCH).says(says)
    return None


def _object_of(entity: str) -> str:
    """`Claim__c` for `Claim__ChangeEvent`, `Contact` for `ContactChangeEvent`; else nothing."""
    match = _CHANGE_EVENT.fullmatch(entity)
    if not match:
        return ""
    return f"{match['custom']}__c" if match["custom"] else match["standard"]


def _change_events(
    org: Org,
    policy: Policy,
    member: Written[PlatformEventChannelMember],
    fields: list[SensitiveField],
    proof: Evidence,
) -> Finding:
    fields = sorted(fields, key=lambda one: (not is_restricted(one, policy.classification), one.name))
    relay = _relay(org, member.fact.channel)
    grave = relay is not None or is_restricted(fields[0], policy.classification)
    named = some_of([f"{one.field} ({one.classification})" for one in fields])
    outside = f", and relay {relay.name} sends them outside" if relay else ""
    enriched = {one.name.casefold(): one for one in member.fact.enriched_fields}
    always = [enriched[one.field.casefold()] for one in fields if one.field.casefold() in enriched]
    return Finding(
        f"Change events of {fields[0].object} carry {counted(len(fields), 'classified field')} over an event bus that is not "
        f"encrypted{outside}: {named}.",
        at=member.at_element("selectedEntity"),
        because=[
            proof,
            *(
                member.at(one.line, f"enrichedFields[{one.name}]").says(f"{one.name} is in every event")
                for one in always
            ),
            *(evidence for one in fields[:SHOWN] for evidence in one.evidence()),
            *(
                [relay.at_element("eventChannel").says(f"{relay.name} relays {member.fact.channel}")]
                if relay
                else []
            ),
        ],
        severity=Severity.HIGH if grave else Severity.MEDIUM,
        subject="change events",
    )


def _relay(org: Org, channel: str) -> Written[EventRelayConfig] | None:
    """The relay that sends a channel outside, unless it is stopped. Channels are named with or without a suffix."""
    wanted = channel.casefold().removesuffix("__chn").removeprefix("/event/").removeprefix("/data/")
    for relay in org.all(EventRelayConfig):
        own = relay.fact.channel.casefold().removesuffix("__chn")
        if own == wanted and relay.fact.state.casefold() not in ("stop", "pause"):
            return relay
    return None


def _platform_events(org: Org, fields: list[SensitiveField], proof: Evidence) -> Iterator[Finding]:
    """One finding for each event and each place that publishes classified fields in it."""
    found: dict[tuple[str, str], list[tuple[SensitiveField, Copy]]] = defaultdict(list)
    for field in fields:
        for copy in org.lineage.copies_of(field.name):
            event = copy.target.partition(".")[0]
            if event.casefold().endswith("__e"):
                found[event, copy.by].append((field, copy))
    for (event, by), some in sorted(found.items(), key=lambda item: item[0]):
        some.sort(key=lambda pair: pair[1].place)
        names = list(dict.fromkeys(f"{field.name} ({field.classification})" for field, _ in some))
        yield Finding(
            f"{by[0].upper()}{by[1:]} puts {some_of(names)} into {event}, over an event bus that is not encrypted.",
            at=some[0][1].place,
            because=[proof, *(e for field, copy in some[:SHOWN] for e in (*field.evidence(), copy.evidence))],
            confidence=Confidence.MEDIUM,
            subject=f"{by} {event}",
        )
