"""Restrictions by classification, transaction security policies, the event bus and lead conversion."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov.facts.permissions import Member
from sfgov.facts.protection import (
    EventRelayConfig,
    FieldMapping,
    FieldRestrictionRule,
    LeadConvertSettings,
    PlatformEventChannelMember,
    TransactionSecurityPolicy,
)
from sfgov.parse.xml import Element
from sfgov.project.source import SourceFile


def read_field_restriction_rule(root: Element, source: SourceFile) -> Iterator[FieldRestrictionRule]:
    """A field restriction rule; a list of classifications may stand in several elements or in one."""
    texts = [child.text for child in root.all("classification")]
    yield FieldRestrictionRule(
        name=source.name,
        line=root.line,
        lines=root.lines("active", "targetEntity", "classification"),
        active=root.mark("active"),
        target_entity=root.get("targetEntity"),
        classification=tuple(part.strip() for text in texts for part in text.split(";") if part.strip()),
        classification_type=root.get("classificationType"),
    )


_EFFECTS = ("block", "endSession", "freezeUser", "twoFactorAuthentication")


def read_transaction_security_policy(
    root: Element, source: SourceFile
) -> Iterator[TransactionSecurityPolicy]:
    """A transaction security policy; older ones name the event `eventType`."""
    action = root.first("action")
    actions = [effect for effect in _EFFECTS if action and action.flag(effect)]
    if action and action.first("notifications"):
        actions.append("notifications")
    yield TransactionSecurityPolicy(
        name=source.name,
        line=root.line,
        lines=root.lines("active", "eventName") | ({"action": action.line} if action else {}),
        active=root.mark("active"),
        event_name=root.get("eventName") or root.get("eventType"),
        actions=tuple(actions),
    )


def read_channel_member(root: Element, source: SourceFile) -> Iterator[PlatformEventChannelMember]:
    """What a channel carries."""
    enriched = (field.first("name") for field in root.all("enrichedFields"))
    yield PlatformEventChannelMember(
        name=source.name,
        line=root.line,
        lines=root.lines("eventChannel", "selectedEntity"),
        channel=root.get("eventChannel"),
        entity=root.get("selectedEntity"),
        enriched_fields=tuple(Member(name.text, name.line) for name in enriched if name and name.text),
    )


def read_event_relay(root: Element, source: SourceFile) -> Iterator[EventRelayConfig]:
    """A relay of a channel to the outside."""
    yield EventRelayConfig(
        name=source.name,
        line=root.line,
        lines=root.lines("eventChannel", "state"),
        channel=root.get("eventChannel"),
        state=root.get("state"),
    )


def read_lead_convert_settings(root: Element, source: SourceFile) -> Iterator[LeadConvertSettings]:
    """The mappings of custom fields, object by object."""
    yield LeadConvertSettings(
        name=source.name,
        line=root.line,
        lines=root.lines("opportunityCreationOptions"),
        mappings=tuple(_mappings(root.all("objectMapping"))),
        opportunity_creation=root.get("opportunityCreationOptions"),
    )


def _mappings(objects: list[Element]) -> Iterator[FieldMapping]:
    for mapping in objects:
        target = mapping.get("outputObject")
        for pair in mapping.all("mappingFields"):
            source, output = pair.get("inputField"), pair.get("outputField")
            if source and output:
                yield FieldMapping(source, f"{target}.{output}", pair.line)


READERS = {
    "FieldRestrictionRule": read_field_restriction_rule,
    "TransactionSecurityPolicy": read_transaction_security_policy,
    "PlatformEventChannelMember": read_channel_member,
    "EventRelayConfig": read_event_relay,
    "LeadConvertSettings": read_lead_convert_settings,
}
