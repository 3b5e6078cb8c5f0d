"""Which records a flow's data element takes: some, one, or every record of the object."""

from __future__ import annotations

from sfgov.facts.flow import FlowElement, FlowFilter
from sfgov.facts.objects import CustomObject
from sfgov.model.flows import LinkedFlow
from sfgov.model.index import Index

_ALWAYS_TRUE = (("isnull", "false"), ("notequalto", ""))
"""Filters on the Id that every record passes, as operator and value."""
_SETUP = frozenset(
    {
        "businesshours", "currencytype", "emailtemplate", "fiscalyearsettings", "holiday", "orgwideemailaddress",
        "organization", "period", "permissionset", "profile", "queuesobject", "recordtype", "userrole",
    }
)  # fmt: skip
"""Standard objects of which an org has tens or hundreds of records, since administrators make them."""


def takes_every_record(flow: LinkedFlow, element: FlowElement) -> bool:
    """Whether nothing narrows down which of the object's records a lookup or a delete is about."""
    if element.kind not in ("recordLookups", "recordDeletes") or not element.object:
        return False
    if element.input_reference or element.limit is not None or element.limit_reference:
        return False
    return not _narrows(element) and not (element.kind == "recordLookups" and _takes_one(flow, element))


def _narrows(element: FlowElement) -> bool:
    filters = [item for item in element.filters if item.field]
    combine = any if element.filter_logic.casefold() == "or" else all
    return bool(filters) and not combine(map(_always_true, filters))


def _always_true(item: FlowFilter) -> bool:
    return item.field.casefold() == "id" and (item.operator.casefold(), item.value.text) in _ALWAYS_TRUE


def _takes_one(flow: LinkedFlow, lookup: FlowElement) -> bool:
    """Old flows say it by what they store into: fields, or a variable for one record."""
    if lookup.first_record_only is not None:
        return lookup.first_record_only
    variable = flow.resource(lookup.output)
    return bool(lookup.assignments) or (variable is not None and not variable.is_collection)


def is_small(index: Index, object_name: str) -> bool:
    """Whether an object surely has few records: custom metadata, a custom setting, or what only setup creates."""
    bare = object_name.casefold()
    if bare.endswith("__mdt") or bare in _SETUP:
        return True
    written = index.parts(CustomObject, object_name)
    return any(part.fact.custom_settings_type for part in written)
