"""Attribution: where leads came from, who writes it down, and what is left of it after the conversion."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from sfgov.facts import CustomField, CustomObject, LeadConvertSettings
from sfgov.model.apex import Apex
from sfgov.model.attribution.conversion import STANDARD, Arrival, Conversion, Mapping
from sfgov.model.attribution.fields import (
    BECOMES,
    OBJECTS,
    AttributionField,
    attribution_fields,
)
from sfgov.model.attribution.in_apex import apex_writes
from sfgov.model.attribution.in_flows import flow_writes
from sfgov.model.attribution.in_workflow import workflow_writes
from sfgov.model.attribution.names import Kind, Terms
from sfgov.model.attribution.pages import Pages
from sfgov.model.attribution.protection import Protection
from sfgov.model.attribution.writes import Wanted, Write
from sfgov.model.automation import Automation
from sfgov.model.flows import Flows
from sfgov.model.index import Index, Written
from sfgov.model.lineage import Lineage

__all__ = [
    "BECOMES",
    "OBJECTS",
    "Arrival",
    "Attribution",
    "AttributionField",
    "Kind",
    "Mapping",
    "Terms",
    "Write",
]

_LEAD_SOURCES = tuple(f"{name}.LeadSource" for name in ("Lead", "Contact", "Opportunity"))


class Attribution:
    """What an org knows of where its leads came from. What counts as such is said by `Terms`."""

    def __init__(
        self, index: Index, flows: Flows, apex: Apex, automation: Automation, lineage: Lineage
    ) -> None:
        self._index = index
        self._flows = flows
        self._apex = apex
        self._automation = automation
        self._lineage = lineage
        self._written: dict[tuple[str, ...], dict[str, tuple[Write, ...]]] = {}

    @cached_property
    def has_leads(self) -> bool:
        """Whether anything of the tree is about leads: the object, a field of it, or their conversion."""
        index = self._index
        named = index.get(CustomObject, "Lead") is not None or index.retrieved(LeadConvertSettings)
        return named or bool(self.fields_of("Lead"))

    @cached_property
    def conversion(self) -> Conversion:
        """What becomes of a lead's fields when it is converted."""
        return Conversion(self._index, self._lineage)

    @cached_property
    def protection(self) -> Protection:
        """Validation rules that keep a field's first value."""
        return Protection(self._index)

    @cached_property
    def pages(self) -> Pages:
        """Which fields people see."""
        return Pages(self._index)

    def fields_of(self, object_name: str) -> tuple[Written[CustomField], ...]:
        """All fields of one object that the tree has, by name."""
        return tuple(self._fields.get(object_name.casefold(), ()))

    @cached_property
    def _fields(self) -> dict[str, list[Written[CustomField]]]:
        found: dict[str, list[Written[CustomField]]] = defaultdict(list)
        for written in self._index.all(CustomField):
            found[written.fact.object.casefold()].append(written)
        return found

    def fields(self, terms: Terms, *objects: str) -> tuple[AttributionField, ...]:
        """The custom fields that say where a lead came from, by name; without `objects`, of all that may have them."""
        wanted = {name.casefold() for name in objects or (*OBJECTS, *terms.fields)}
        return attribution_fields((one for name in wanted for one in self._fields.get(name, ())), terms)

    def first_touches(self, terms: Terms) -> tuple[str, ...]:
        """The fields (`Lead.LeadSource`) that are to keep their first value: by the policy, by name, Lead Source."""
        custom = (field.name for field in self.fields(terms) if field.first_touch)
        return tuple(sorted({*custom, *_LEAD_SOURCES}))

    def writes(self, terms: Terms) -> dict[str, tuple[Write, ...]]:
        """By field (`lead.leadsource`, in lower case): what automation writes, by place.

        Told of the attribution fields of all objects, of what they are mapped to, and of the standard ones.
        """
        wanted = tuple(sorted(set(self._wanted(terms))))
        if wanted not in self._written:
            found: dict[str, list[Write]] = defaultdict(list)
            for write in self._all_writes(Wanted(wanted, self.first_touches(terms))):
                found[write.field.casefold()].append(write)
            self._written[wanted] = {
                name: tuple(sorted(writes, key=lambda one: one.at)) for name, writes in found.items()
            }
        return self._written[wanted]

    def _wanted(self, terms: Terms) -> Iterator[str]:
        yield from _LEAD_SOURCES
        for source, targets in STANDARD.items():
            yield source
            yield from targets
        for field in self.fields(terms):
            yield field.name
            yield from (mapping.target for mapping in self.conversion.mappings_of(field.name))

    def _all_writes(self, wanted: Wanted) -> Iterator[Write]:
        yield from flow_writes(self._flows, wanted)
        yield from apex_writes(self._apex, self._automation, wanted)
        yield from workflow_writes(self._index, self._flows.relationships, wanted)
