"""The fields of an org that say where a lead came from."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from sfgov.facts import CustomField
from sfgov.model.attribution.names import Kind, Terms
from sfgov.model.classification import is_stored
from sfgov.model.index import Written
from sfgov.place import Place

OBJECTS = ("Lead", "Contact", "Account", "Opportunity", "CampaignMember")
"""Leads, what they become, and their part in campaigns."""
BECOMES = ("Contact", "Account", "Opportunity")
"""What a lead's conversion makes of it."""
_RETIRED = re.compile(
    r"\b(?:deprecated|obsolete|do not use|don't use|unused|retired)\b|^(?:zz+|xx+)[\W_]", re.IGNORECASE
)
_RETIRING = ("deprecatecandidate", "hidden")


class AttributionField(msgspec.Struct, frozen=True):
    """A custom field that says where a lead came from, and keeps a value of its own."""

    written: Written[CustomField]
    kind: Kind
    first_touch: bool
    """Whether its first value is the one to keep."""
    declared: bool
    """Whether the policy lists it; else its name says so."""

    @property
    def object(self) -> str:
        """The object's API name."""
        return self.written.fact.object

    @property
    def field(self) -> str:
        """The field's own API name."""
        return self.written.fact.field

    @property
    def name(self) -> str:
        """`Lead.UTM_Source__c`."""
        return self.written.name

    @property
    def at(self) -> Place:
        """Where the field begins."""
        return self.written.at()


def attribution_fields(fields: Iterable[Written[CustomField]], terms: Terms) -> tuple[AttributionField, ...]:
    """Those of some fields that say where a lead came from, by name.

    Formulas, summaries and fields that their label or state retires are left out.
    """
    found = (_of(written, terms) for written in fields)
    return tuple(sorted((one for one in found if one is not None), key=lambda one: one.name.casefold()))


def _of(written: Written[CustomField], terms: Terms) -> AttributionField | None:
    fact = written.fact
    kind = terms.kind(fact.object, fact.field) if fact.field.casefold().endswith("__c") else None
    if kind is None or not keeps_a_value(fact) or is_retired(fact):
        return None
    return AttributionField(
        written,
        kind,
        first_touch=terms.is_first_touch(fact.object, fact.field),
        declared=terms.is_declared(fact.object, fact.field),
    )


def keeps_a_value(field: CustomField) -> bool:
    """Whether a field stores a value that somebody or something gives it. Lookups, to campaigns, do."""
    kind = field.type.casefold()
    return kind in ("lookup", "checkbox") or is_stored(field)


def is_retired(field: CustomField) -> bool:
    """Whether its label or its business status says that it is not to be used any more."""
    return field.business_status.casefold() in _RETIRING or _RETIRED.search(field.label) is not None
