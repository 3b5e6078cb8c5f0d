"""How data is protected and watched: restrictions by classification, transaction security, the event bus."""

from __future__ import annotations

import msgspec

from sfgov.facts.base import Fact, Mark
from sfgov.facts.permissions import Member


class FieldRestrictionRule(Fact, frozen=True, kw_only=True):
    """Hides the fields of an object that are classified in a certain way from some of its users."""

    active: Mark = 0
    target_entity: str = ""
    classification: tuple[str, ...] = ()
    classification_type: str = ""
    """`SecurityClassification` or `ComplianceGroup`, as the file spells it."""


class TransactionSecurityPolicy(Fact, frozen=True, kw_only=True):
    """Watches an event, and does something when a condition holds."""

    active: Mark = 0
    event_name: str = ""
    actions: tuple[str, ...] = ()
    """What it does, by element: `block`, `endSession`, `freezeUser`, `twoFactorAuthentication`, `notifications`."""


class PlatformEventChannelMember(Fact, frozen=True, kw_only=True):
    """An object's change events, or a platform event, on a channel."""

    channel: str = ""
    entity: str = ""
    """`AccountChangeEvent`, `Invoice__ChangeEvent`, `Shipped__e`."""
    enriched_fields: tuple[Member, ...] = ()
    """Fields that are in every event, changed or not."""


class EventRelayConfig(Fact, frozen=True, kw_only=True):
    """Sends a channel's events to an event bus outside."""

    channel: str = ""
    state: str = ""
    """`RUN`, `PAUSE`, `STOP`."""


class FieldMapping(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A lead's field and the field of another object that gets its value."""

    lead_field: str
    target: str
    """`Contact.SSN__c`."""
    line: int


class LeadConvertSettings(Fact, frozen=True, kw_only=True):
    """What is copied where when a lead is converted; standard fields' mappings are not in it."""

    mappings: tuple[FieldMapping, ...] = ()
    opportunity_creation: str = ""
    """`VisibleOptional`, `VisibleRequired`, `NotVisible`: whether a conversion makes an opportunity."""
