"""Masking that is kept in custom metadata records: the `datamask` package's, and in-house ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from sfgov.facts import CustomMetadata
from sfgov.facts.records import Value
from sfgov.model.index import Index, Written
from sfgov.model.masking.statements import (
    MaskedObject,
    MaskRule,
    Origin,
    RowFilter,
    Statement,
    Unseen,
    every,
    field_of,
)
from sfgov.place import Place

_NAME_LENGTH = 40
"""Developer names end here, and so names that the package makes of object and field names are cut."""


class RecordColumns(msgspec.Struct, frozen=True):
    """Which fields of an in-house custom metadata type say what is masked. Empty: the type has no such field."""

    type: str
    object: str
    field: str
    rule: str = ""
    active: str = ""


def package_records(index: Index) -> Iterator[Statement]:
    """The Data Mask package's records. Object and field are what `API_Name` says; record names are cut."""
    types = {
        kind: {_key(w.fact.record_name): w for w in _of_type(index, f"datamask__{kind}")}
        for kind in ("DataMask_Configuration", "Masking_Object", "Masking_Field")
    }
    for record in types["Masking_Object"].values():
        if not _chain_switch(record, None, types["DataMask_Configuration"]):
            name, by = record.fact.text("datamask__API_Name__c"), _configuration_name(record)
            yield MaskedObject(name, Origin.PACKAGE, by, _at(record, "datamask__API_Name__c"))
            if where := _row_filter(record.fact):
                place = _at(record, "datamask__Filter_Enabled__c")
                yield RowFilter(name, Origin.PACKAGE, by, place, where)
    for rule in types["Masking_Field"].values():
        name = rule.fact.text("datamask__Masking_Object__c")
        parent = types["Masking_Object"].get(_key(name))
        if parent is None:
            yield Unseen(
                _at(rule, "datamask__Masking_Object__c"), f"the masking object {name} is not in the files"
            )
        else:
            yield _package_rule(rule, parent, types["DataMask_Configuration"])


def _package_rule(
    rule: Written[CustomMetadata],
    parent: Written[CustomMetadata],
    configurations: dict[str, Written[CustomMetadata]],
) -> MaskRule:
    how = (rule.fact.text("datamask__Masking_Type__c"), rule.fact.text("datamask__Masking_Category__c"))
    switch, dormant = _chain_switch(rule, parent, configurations) or (None, "")
    return MaskRule(
        object=parent.fact.text("datamask__API_Name__c"),
        field=rule.fact.text("datamask__API_Name__c"),
        origin=Origin.PACKAGE,
        by=_configuration_name(parent),
        place=_at(rule, "datamask__API_Name__c"),
        how=" ".join(filter(None, how)),
        where=_row_filter(parent.fact),
        dormant=dormant,
        switch=switch,
    )


def _chain_switch(
    record: Written[CustomMetadata],
    parent: Written[CustomMetadata] | None,
    configurations: dict[str, Written[CustomMetadata]],
) -> tuple[Place, str] | None:
    """What switches a rule or object off: it, the object above it or the configuration above that."""
    above = parent or record
    configuration = configurations.get(_key(above.fact.text("datamask__DataMask_Configuration__c")))
    chain = [(record, "it is inactive"), (parent, "its masking object is inactive")]
    for one, why in [*chain, (configuration, f"{_configuration_name(above)} is inactive")]:
        if one and _is_off(one.fact.value("datamask__Active__c")):
            return _at(one, "datamask__Active__c"), why
    return None


def _row_filter(masking_object: CustomMetadata) -> str:
    """The rows that are masked, where later versions of the package are told to filter; else nothing."""
    if masking_object.text("datamask__Filter_Enabled__c").casefold() != "true":
        return ""
    columns = ("Where_Criteria__c", "Where_Criteria_LT__c", "Raw_Filter_Data__c")
    found = (masking_object.text(f"datamask__{column}") for column in columns)
    return next(filter(None, found), "its filter matches")


def _configuration_name(masking_object: Written[CustomMetadata]) -> str:
    return f"configuration {masking_object.fact.text('datamask__DataMask_Configuration__c') or '(unknown)'}"


def in_house_records(index: Index, columns: Sequence[RecordColumns]) -> Iterator[Statement]:
    """Records of the custom metadata types that the policy file maps."""
    for mapped in columns:
        for record in _of_type(index, mapped.type.removesuffix("__mdt")):
            name, field = record.fact.text(mapped.object), record.fact.text(mapped.field)
            if not name or not field:
                continue
            place, by = _at(record, mapped.field), f"record {record.fact.record_name} of {mapped.type}"
            off = _is_off(record.fact.value(mapped.active)) if mapped.active else False
            blank = bool(mapped.rule) and not record.fact.text(mapped.rule)
            if not off:
                yield MaskedObject(name, Origin.IN_HOUSE, by, _at(record, mapped.object))
            yield MaskRule(
                object=name,
                field=field_of(name, field),
                origin=Origin.IN_HOUSE,
                by=by,
                place=place,
                how=record.fact.text(mapped.rule) if mapped.rule else "",
                dormant="it is inactive" if off else f"its {mapped.rule} is empty" if blank else "",
                switch=_at(record, mapped.active if off else mapped.rule) if off or blank else None,
            )


def _of_type(index: Index, type_name: str) -> list[Written[CustomMetadata]]:
    wanted = type_name.casefold()
    return [
        written for written in every(index, CustomMetadata) if written.fact.type_name.casefold() == wanted
    ]


def _key(name: str) -> str:
    """A record's name as links give it: without a type before it, cut, in any case."""
    return name.rpartition(".")[2].casefold()[:_NAME_LENGTH]


def _is_off(value: Value | None) -> bool:
    """A switch that is not there, or nil, is on."""
    return value is not None and (value.text or "").casefold() in ("false", "0")


def _at(record: Written[CustomMetadata], field: str) -> Place:
    value = record.fact.value(field)
    return record.at(value.line if value else 0, field)
