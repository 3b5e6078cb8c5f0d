"""What a flow names outside of itself: fields of objects, and global variables such as `$Label.Sorry`."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov.facts.flow import FlowMention
from sfgov.model.flow_conditions import names_in_condition, names_in_formula, names_in_value
from sfgov.model.flows import LinkedFlow
from sfgov.place import Place

_OF_THE_RECORD = ("$record", "$record__prior")


def fields_named(flow: LinkedFlow) -> Iterator[tuple[str, str, Place]]:
    """Objects and the fields of them that the flow names, each with its place."""
    start, written = flow.fact.start, flow.written
    for item in start.filters:
        yield start.object, item.field, written.at(item.line, "start")
    for element in flow.fact.elements:
        object_name = flow.object_of(element) if element.kind.startswith("record") else ""
        for item in element.filters if object_name else ():
            yield object_name, item.field, written.at(item.line, element.name)
        for given in element.assignments if object_name else ():
            if given.element == "inputAssignments":
                yield object_name, given.target, written.at(given.line, element.name)
    for mention in flow.fact.mentions:
        if mention.kind != "reference":
            yield _object_of(flow, mention), mention.name, written.at(mention.line, mention.element)
    for name, place in _names_of(flow):
        record, _, field = name.rpartition(".")
        if record.casefold() in _OF_THE_RECORD or field.casefold().endswith("__c"):
            yield flow.object_of_reference(record), field, place


def _object_of(flow: LinkedFlow, mention: FlowMention) -> str:
    """The object whose field a block names."""
    if mention.kind in ("recordField", "fieldSelection"):
        return flow.fact.start.object
    element, resource = flow.element(mention.element), flow.resource(mention.element)
    if element is not None:
        return flow.object_of(element)
    return resource.object_type if resource is not None else ""


def _names_of(flow: LinkedFlow) -> Iterator[tuple[str, Place]]:
    """What criteria, formulas, conditions and values refer to."""
    for line, element, names in (*_in_formulas(flow), *_in_elements(flow)):
        for name in sorted(names):
            yield name, flow.written.at(line, element)


def globals_named(flow: LinkedFlow) -> Iterator[tuple[str, Place]]:
    """The global variables that formulas, texts, conditions and values refer to."""
    for line, element, names in _in_formulas(flow):
        for name in sorted(names):
            yield name, flow.written.at(line, element)
    for mention in flow.fact.mentions:
        if mention.kind == "reference":
            yield mention.name, flow.written.at(mention.line, mention.element)


def _in_formulas(flow: LinkedFlow) -> Iterator[tuple[int, str, frozenset[str]]]:
    fact, known = flow.fact, flow.references
    yield fact.line_of("filterFormula"), "start", names_in_formula(fact.start.filter_formula, known)
    for resource in fact.resources:
        if resource.kind == "formulas":
            yield resource.line, resource.name, names_in_formula(resource.text, known)
    for element in fact.elements:
        for given in element.assignments:
            if given.value.kind == "formulaExpression":
                yield given.line, element.name, names_in_value(given.value, known)


def _in_elements(flow: LinkedFlow) -> Iterator[tuple[int, str, frozenset[str]]]:
    fact, known = flow.fact, flow.references
    for resource in fact.resources:
        if resource.kind == "textTemplates":
            yield resource.line, resource.name, names_in_formula(resource.text, known)
    for element in fact.elements:
        for rule in element.rules:
            for condition in rule.conditions:
                yield condition.line, element.name, names_in_condition(condition, known)
        for item in element.filters:
            yield item.line, element.name, names_in_value(item.value, known)
        for given in element.assignments:
            yield given.line, element.name, names_in_value(given.value, known) | {given.target}
