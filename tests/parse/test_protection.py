"""Restrictions by classification, transaction security, the event bus and lead conversion, with their lines."""

from sfgov.facts import (
    EventRelayConfig,
    Fact,
    FieldRestrictionRule,
    LeadConvertSettings,
    PlatformEventChannelMember,
    TransactionSecurityPolicy,
)
from sfgov.facts.permissions import Member
from sfgov.facts.protection import FieldMapping
from sfgov.parse import parse
from sfgov.project.source import SourceFile


def read(root: str, *lines: str) -> Fact:
    """The one fact of a file whose root's children start on line 2."""
    text = "\n".join((f'<{root} xmlns="http://soap.sforce.com/2006/04/metadata">', *lines, f"</{root}>"))
    (found,) = parse(SourceFile("x.xml", root, "N"), text.encode()).facts
    return found


def test_a_field_restriction_rule() -> None:
    assert read(
        "FieldRestrictionRule",
        "<active>true</active>",
        "<classification>Restricted;Confidential</classification>",
        "<classificationType>SecurityClassification</classificationType>",
        "<targetEntity>Contact</targetEntity>",
    ) == FieldRestrictionRule(
        name="N",
        lines={"active": 2, "classification": 3, "targetEntity": 5},
        active=2,
        target_entity="Contact",
        classification=("Restricted", "Confidential"),
        classification_type="SecurityClassification",
    )


def test_a_transaction_security_policy() -> None:
    assert read(
        "TransactionSecurityPolicy",
        "<action>",
        "<block>true</block>",
        "<endSession>false</endSession>",
        "<notifications><inApp>true</inApp></notifications>",
        "</action>",
        "<active>false</active>",
        "<eventName>ReportEvent</eventName>",
    ) == TransactionSecurityPolicy(
        name="N",
        lines={"active": 7, "eventName": 8, "action": 2},
        active=-7,
        event_name="ReportEvent",
        actions=("block", "notifications"),
    )


def test_a_channel_member_and_a_relay() -> None:
    assert read(
        "PlatformEventChannelMember",
        "<enrichedFields><name>Email</name></enrichedFields>",
        "<enrichedFields>",
        "<name>SSN__c</name>",
        "</enrichedFields>",
        "<eventChannel>ChangeEvents</eventChannel>",
        "<selectedEntity>ContactChangeEvent</selectedEntity>",
    ) == PlatformEventChannelMember(
        name="N",
        lines={"eventChannel": 6, "selectedEntity": 7},
        channel="ChangeEvents",
        entity="ContactChangeEvent",
        enriched_fields=(Member("Email", 2), Member("SSN__c", 4)),
    )
    assert read(
        "EventRelayConfig", "<eventChannel>Out__chn</eventChannel>", "<state>RUN</state>"
    ) == EventRelayConfig(name="N", lines={"eventChannel": 2, "state": 3}, channel="Out__chn", state="RUN")


def test_lead_conversion() -> None:
    assert read(
        "LeadConvertSettings",
        "<objectMapping>",
        "<inputObject>Lead</inputObject>",
        "<mappingFields>",
        "<inputField>SSN__c</inputField>",
        "<outputField>Tax__c</outputField>",
        "</mappingFields>",
        "<outputObject>Contact</outputObject>",
        "</objectMapping>",
        "<opportunityCreationOptions>NotVisible</opportunityCreationOptions>",
    ) == LeadConvertSettings(
        name="N",
        lines={"opportunityCreationOptions": 10},
        mappings=(FieldMapping("SSN__c", "Contact.Tax__c", 4),),
        opportunity_creation="NotVisible",
    )
