"""References from all over the org to components by name, flows and code apart."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov.model.apex import Apex
from sfgov.model.index import Index
from sfgov.model.references.in_objects import (
    in_fields,
    in_filters,
    in_records,
    in_rules,
    in_triggers,
    in_workflow_actions,
)
from sfgov.model.references.in_permissions import in_bundles, in_groups
from sfgov.model.references.in_settings import in_callouts, in_channels, in_credentials, in_lead_conversion
from sfgov.model.references.reference import Reference, Wanted
from sfgov.model.relationships import Relationships

__all__ = ["Reference", "Wanted", "in_workflow_actions", "references"]


def references(index: Index, apex: Apex, wanted: Wanted) -> Iterator[Reference]:
    """The references to what is wanted; what matters most comes first."""
    relationships = Relationships(index)
    yield from in_groups(index, wanted)
    yield from in_callouts(apex, wanted)
    yield from in_credentials(index, wanted)
    yield from in_triggers(index, wanted)
    yield from in_lead_conversion(index, wanted)
    yield from in_channels(index, wanted)
    yield from in_rules(index, relationships, wanted)
    yield from in_fields(index, relationships, wanted)
    yield from in_filters(index, wanted)
    yield from in_records(index, wanted)
    yield from in_bundles(index, wanted)
