"""The texts that stand in code and configuration: strings in Apex, values and formulas, labels, records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import msgspec

from sfgov.facts import (
    ApexClass,
    ApexTrigger,
    CustomField,
    CustomLabels,
    CustomMetadata,
    ValidationRule,
    Workflow,
)
from sfgov.facts.apex import Method
from sfgov.facts.flow import FlowElement, FlowValue
from sfgov.model.apex.entries import is_test_helper
from sfgov.model.flows import Flows, LinkedFlow
from sfgov.model.index import Index, Written
from sfgov.place import Place

F = TypeVar("F", ApexClass, ApexTrigger)


class Text(msgspec.Struct, frozen=True):
    """A text and where it stands. `within` says where in words: `the formula of Account.Score__c`."""

    at: Place
    within: str
    text: str


def texts(index: Index, flows: Flows) -> Iterator[Text]:
    """All of the org's own, tests and what does not run left out; by kind, name and line.

    Of strings in Apex only what has the form of an Id or of an address is known.
    """
    yield from _in_apex(index)
    yield from _in_flows(flows)
    yield from _in_formulas(index)
    yield from _in_workflow(index)
    yield from _in_records(index)


def _in_apex(index: Index) -> Iterator[Text]:
    yield from (text for written in _own(index, ApexClass) for text in _in_code(written))
    yield from (text for written in _own(index, ApexTrigger) for text in _in_code(written))


def _own(index: Index, kind: type[F]) -> Iterator[Written[F]]:
    for first in index.all(kind):
        if not index.managed(first.name) and not is_test_helper(first.name):
            yield from index.parts(kind, first.name)


def _in_code(written: Written[ApexClass | ApexTrigger]) -> Iterator[Text]:
    fact = written.fact
    methods = _methods(fact) if fact.fixed_texts else ()
    for found in fact.fixed_texts:
        around = [m for m in methods if m.line <= found.line <= m.end_line]
        method = max(around, key=lambda one: one.line, default=None)
        if method is None or not method.is_test:
            owner = f"{method.owner}.{method.name}" if method and method.kind != "trigger" else fact.name
            yield Text(written.at(found.line, owner, found.column), owner, found.text)


def _methods(fact: ApexClass | ApexTrigger) -> tuple[Method, ...]:
    if isinstance(fact, ApexTrigger):
        return fact.methods
    return tuple(method for one in fact.types for method in one.methods)


def _in_flows(flows: Flows) -> Iterator[Text]:
    for flow in flows.all():
        if flow.may_run and not flows.index.managed(flow.name):
            yield from _in_flow(flow)


def _in_flow(flow: LinkedFlow) -> Iterator[Text]:
    fact, written = flow.fact, flow.written
    start = fact.start
    place = written.at(fact.line_of("filterFormula"), "start")
    yield Text(place, f"the start of flow {flow.name}", start.filter_formula)
    for item in start.filters:
        yield from _value(written.at(item.line, "start"), f"the start of flow {flow.name}", item.value)
    for resource in fact.resources:
        place = written.at(resource.line, resource.name)
        yield Text(place, f"flow {flow.name}, {resource.name}", resource.text)
    for element in fact.elements:
        within = f"flow {flow.name}, {element.name}"
        for line, value in _values(element):
            yield from _value(written.at(line, element.name), within, value)


def _values(element: FlowElement) -> Iterator[tuple[int, FlowValue]]:
    yield from ((one.line, one.value) for one in element.filters)
    yield from ((one.line, one.value) for one in element.assignments)
    yield from ((one.line, one.right) for rule in element.rules for one in rule.conditions)


def _value(place: Place, within: str, value: FlowValue) -> Iterator[Text]:
    if value.kind in ("stringValue", "formulaExpression"):
        yield Text(place, within, value.text)


def _in_formulas(index: Index) -> Iterator[Text]:
    for field in index.all(CustomField):
        if not index.managed(field.name):
            yield Text(field.at_element("formula"), f"the formula of {field.name}", field.fact.formula)
            place = field.at_element("defaultValue")
            yield Text(place, f"the default value of {field.name}", field.fact.default_value)
    for rule in index.all(ValidationRule):
        if rule.fact.active and not index.managed(rule.name):
            place = rule.at_element("errorConditionFormula")
            yield Text(place, f"validation rule {rule.name}", rule.fact.formula)


def _in_workflow(index: Index) -> Iterator[Text]:
    for first in index.all(Workflow):
        for workflow in index.parts(Workflow, first.name):
            for rule in workflow.fact.rules:
                if rule.active:
                    place, within = workflow.at(rule.line, rule.name), f"workflow rule {rule.name}"
                    yield Text(place, within, rule.formula)
                    yield from (
                        Text(workflow.at(one.line, rule.name), within, one.values) for one in rule.criteria
                    )
            for update in workflow.fact.field_updates:
                place, within = workflow.at(update.line, update.name), f"field update {update.name}"
                yield Text(place, within, update.formula or update.literal)


def _in_records(index: Index) -> Iterator[Text]:
    for labels in index.all(CustomLabels):
        for written in index.parts(CustomLabels, labels.name):
            for value in written.fact.values:
                yield Text(written.at(value.line, value.path), f"label {value.path}", value.text or "")
    for record in index.all(CustomMetadata):
        if not index.managed(record.name):
            for value in record.fact.values:
                within = f"{record.fact.type_name} {record.fact.record_name}, {value.path}"
                yield Text(record.at(value.line, value.path), within, value.text or "")
