"""What settings, channels, credentials and code for them name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sfgov.facts import LeadConvertSettings, NamedCredential, PlatformEventChannelMember
from sfgov.model.apex import Apex
from sfgov.model.apex.addresses import Addresses
from sfgov.model.events import object_of_entity
from sfgov.model.index import Index
from sfgov.model.references.reference import Reference, Wanted

_CALLOUT = re.compile(r"callout:(\w+)(.?)", re.IGNORECASE | re.DOTALL)


def in_lead_conversion(index: Index, wanted: Wanted) -> Iterator[Reference]:
    """The fields between which lead conversion copies."""
    for settings in index.all(LeadConvertSettings):
        for mapping in settings.fact.mappings:
            place = settings.at(mapping.line, f"{mapping.lead_field}.{mapping.target}")
            for name, does in (
                (f"Lead.{mapping.lead_field}", "takes the field"),
                (mapping.target, "puts a lead's value into the field"),
            ):
                if wanted("CustomField", name):
                    yield Reference(place, "CustomField", name, does)


def in_channels(index: Index, wanted: Wanted) -> Iterator[Reference]:
    """The objects and events that channels carry."""
    for member in index.all(PlatformEventChannelMember):
        name = object_of_entity(member.fact.entity)
        if name and wanted("CustomObject", name):
            yield Reference(member.at_element("selectedEntity"), "CustomObject", name, "carries events of")
        owner = name or member.fact.entity
        for one in member.fact.enriched_fields:
            if wanted("CustomField", f"{owner}.{one.name}"):
                place = member.at(one.line, f"enrichedFields[{one.name}]")
                yield Reference(place, "CustomField", f"{owner}.{one.name}", "sends the field")


def in_credentials(index: Index, wanted: Wanted) -> Iterator[Reference]:
    """The external credentials that named credentials log in by."""
    for credential in index.all(NamedCredential):
        for one in credential.fact.external_credentials:
            if wanted("ExternalCredential", one.name):
                place = credential.at(one.line, "externalCredential")
                yield Reference(place, "ExternalCredential", one.name, "logs in by the external credential")


def in_callouts(apex: Apex, wanted: Wanted) -> Iterator[Reference]:
    """The named credentials that Apex calls by."""
    for address in Addresses(apex).all():
        match = _CALLOUT.match(address.text)
        if match and wanted("NamedCredential", match[1]):
            yield Reference(address.at, "NamedCredential", match[1], "calls by the named credential")
