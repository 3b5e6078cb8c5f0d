"""Whether an org works with campaigns, as far as its files show."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov.facts import CustomField, RecordType
from sfgov.model.org import Org
from sfgov.place import Evidence

_OBJECTS = ("campaign", "campaignmember")


def campaign_use(org: Org) -> Evidence | None:
    """The first sign that campaigns are in use; None where there is none. What every org has is no sign."""
    return next(_signs(org), None)


def _signs(org: Org) -> Iterator[Evidence]:
    for name in ("Campaign", "CampaignMember"):
        for field in org.attribution.fields_of(name):
            if field.name.casefold().endswith("__c") and not org.index.managed(field.name):
                yield field.at().says(f"{field.name} is the org's own")
    for record_type in org.all(RecordType):
        if record_type.name.partition(".")[0].casefold() in _OBJECTS:
            yield record_type.at().says(f"the record type {record_type.name}")
    for automatism in org.automation.automatisms:
        if automatism.object.casefold() in _OBJECTS:
            yield automatism.at.says(f"{automatism.said} runs on {automatism.object}")
    for field in org.all(CustomField):
        to_campaigns = "Campaign" in field.fact.reference_to and field.name.casefold().endswith("__c")
        if to_campaigns and not org.index.managed(field.name):
            yield field.at_element("referenceTo").says(f"{field.name} looks up campaigns")
