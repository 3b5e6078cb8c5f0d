"""What becomes of a lead's field when the lead is converted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Literal

import msgspec

from sfgov.facts import LeadConvertSettings
from sfgov.facts.protection import FieldMapping
from sfgov.model.attribution.fields import BECOMES
from sfgov.model.index import Index, Written
from sfgov.model.lineage import Lineage
from sfgov.place import Evidence, Place

STANDARD = {
    "Lead.LeadSource": ("Contact.LeadSource", "Opportunity.LeadSource"),
    "Lead.CampaignId": ("Opportunity.CampaignId",),
}
"""What Salesforce carries over by itself, of the standard fields that say where a lead came from."""


class Mapping(msgspec.Struct, frozen=True):
    """One pair of the conversion settings."""

    settings: Written[LeadConvertSettings]
    pair: FieldMapping

    @property
    def source(self) -> str:
        """`Lead.UTM__c`."""
        return f"Lead.{self.pair.lead_field}"

    @property
    def target(self) -> str:
        """`Opportunity.UTM__c`."""
        return self.pair.target

    @property
    def object(self) -> str:
        """The object that gets the value."""
        return self.target.partition(".")[0]

    @property
    def at(self) -> Place:
        """The pair's own lines."""
        return self.settings.at(self.pair.line, f"{self.pair.lead_field}.{self.target}")

    @property
    def evidence(self) -> Evidence:
        """The pair, as a sentence."""
        return self.at.says(f"the conversion maps {self.source} to {self.target}")


_OUTLIVING = (*BECOMES, "CampaignMember")
"""A lead's part in campaigns becomes the contact's, and campaign influence takes it to the opportunity."""


class Arrival(msgspec.Struct, frozen=True):
    """A field that a lead's value reaches and that outlives the lead, and how it gets there."""

    target: str
    by: Literal["Salesforce", "mapping", "automation"]
    evidence: tuple[Evidence, ...] = ()
    mapping: Mapping | None = None

    @property
    def object(self) -> str:
        """The object of the field, as Salesforce spells it."""
        return _spelt(self.target.partition(".")[0])

    @property
    def reaches_pipeline(self) -> bool:
        """Whether the value is at the opportunity, or comes to it by campaign influence."""
        return self.object in ("Opportunity", "CampaignMember")


class Conversion:
    """The conversion settings of an org, and the automation that carries values over besides them."""

    def __init__(self, index: Index, lineage: Lineage) -> None:
        self._lineage = lineage
        self.settings = tuple(index.all(LeadConvertSettings))
        self.mappings = tuple(
            Mapping(written, pair)
            for first in self.settings
            for written in index.parts(LeadConvertSettings, first.name)
            for pair in written.fact.mappings
        )
        self._by_source: dict[str, list[Mapping]] = defaultdict(list)
        for mapping in self.mappings:
            self._by_source[mapping.source.casefold()].append(mapping)

    @property
    def known(self) -> bool:
        """Whether the conversion settings were retrieved."""
        return bool(self.settings)

    def makes_opportunities(self) -> bool:
        """Whether people can have an opportunity made; true as well where no settings say."""
        return all(s.fact.opportunity_creation.casefold() != "notvisible" for s in self.settings)

    def mappings_of(self, field: str) -> tuple[Mapping, ...]:
        """The pairs of one lead's field (`Lead.UTM__c`), in the order of the file."""
        return tuple(self._by_source.get(field.casefold(), ()))

    def arrivals(self, field: str) -> tuple[Arrival, ...]:
        """Where the values of a lead's field come to: by Salesforce itself, by mapping, by automation.

        Automation may copy the value into another field of the lead first, which is then mapped; that is told of
        objects that do not get it in a plainer way. Each target is told once.
        """
        found: dict[str, Arrival] = {}
        for arrival in self._all_arrivals(field):
            direct = len(arrival.evidence) < 2
            if direct or all(other.object != arrival.object for other in found.values()):
                found.setdefault(arrival.target.casefold(), arrival)
        return tuple(sorted(found.values(), key=lambda one: (_OUTLIVING.index(one.object), one.target)))

    def _all_arrivals(self, field: str) -> Iterator[Arrival]:
        yield from (Arrival(target, "Salesforce") for target in _standard(field))
        for mapping in self.mappings_of(field):
            if _spelt(mapping.object):
                yield Arrival(mapping.target, "mapping", (mapping.evidence,), mapping)
        for trail in self._lineage.trails(field):
            evidence = tuple(copy.evidence for copy in trail)
            target = trail[-1].target
            if any(copy.source.partition(".")[0].casefold() == "campaignmember" for copy in trail):
                continue  # what a campaign member passes on is no lead's value any more
            if _spelt(target.partition(".")[0]):
                yield Arrival(target, "automation", evidence)
            else:
                yield from (Arrival(one, "automation", evidence) for one in _standard(target))


def _standard(field: str) -> tuple[str, ...]:
    return next((t for source, t in STANDARD.items() if source.casefold() == field.casefold()), ())


def _spelt(object_name: str) -> str:
    """The name of an object that outlives the lead, as Salesforce spells it; empty for another."""
    return next((name for name in _OUTLIVING if name.casefold() == object_name.casefold()), "")
