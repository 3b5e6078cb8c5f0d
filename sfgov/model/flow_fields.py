"""Which fields of its own record a record-triggered flow sets, and which it looks at."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from sfgov.facts.flow import FlowAssignment, FlowElement, FlowValue
from sfgov.model.flow_conditions import names_in_condition, names_in_formula, names_in_value
from sfgov.model.flow_launch import Launch
from sfgov.model.flow_references import THE_RECORD, FlowReferences, own_field
from sfgov.model.flows import LinkedFlow
from sfgov.place import Place


class FieldWrite(msgspec.Struct, frozen=True):
    """A field of the record that starts the flow, set by one of its nodes."""

    field: str
    """As written."""
    flow: LinkedFlow
    element: FlowElement
    item: FlowAssignment

    @property
    def said(self) -> str:
        """What it does, as a sentence about the flow."""
        value = self.item.value.text if self.item.operator in ("", "Assign") else ""
        return f"flow {self.flow.name} sets {self.field}" + (f" to {value[:60]}" if value else "")

    @property
    def at(self) -> Place:
        """The line that sets it."""
        return self.flow.written.at(self.item.line, f"{self.element.name}.{self.field}")

    @property
    def literal(self) -> FlowValue | None:
        """The fixed value that it is set to; None where it is computed, or added to what is there."""
        plain = self.item.operator in ("", "Assign")
        fixed = self.item.value.kind not in ("elementReference", "formulaExpression", "")
        return self.item.value if plain and fixed else None


def at_once(flow: LinkedFlow) -> tuple[FlowElement, ...]:
    """What runs in the transaction of the save: scheduled and asynchronous paths run later."""
    edges = (edge for edge in flow.start_edges if edge.kind == "connector")
    return flow.graph.reachable(flow.graph.targets(edges), through_faults=False)


def own_writes(flow: LinkedFlow) -> tuple[FieldWrite, ...]:
    """The fields of its own record that the flow sets in the transaction of the save, in the order of the file.

    Before a save, an assignment to `$Record.Field` is enough; after it, an update of the record has to follow.
    """
    elements = at_once(flow)
    updates = [element for element in elements if updates_own_record(flow, element)]
    assigned = flow.launch is Launch.BEFORE_SAVE or any(
        element.input_reference and not element.assignments for element in updates
    )
    found = [
        FieldWrite(item.target, flow, element, item)
        for element in updates
        for item in element.assignments
        if item.target
    ]
    if assigned:
        found += [
            FieldWrite(field, flow, element, item)
            for element in elements
            for item in element.assignments
            if item.element != "inputAssignments" and (field := own_field(item.target))
        ]
    return tuple(sorted(found, key=lambda write: write.item.line))


def updates_own_record(flow: LinkedFlow, element: FlowElement) -> bool:
    """Whether a node updates the record that started the flow, and no other."""
    if element.kind != "recordUpdates":
        return False
    if element.input_reference:
        return element.input_reference.casefold() in THE_RECORD
    filters = [item for item in element.filters if item.field]
    own = element.object.casefold() == flow.fact.start.object.casefold()
    by_id = len(filters) == 1 and (filters[0].field.casefold(), filters[0].operator) == ("id", "EqualTo")
    return own and by_id and own_field(filters[0].value.text).casefold() == "id"


def own_reads(flow: LinkedFlow) -> dict[str, Place]:
    """The fields (lower case) of its own record that decide what the flow does, each with the first place.

    Only direct fields; what stands before the first dot of a relationship counts as one.
    """
    found: dict[str, Place] = {}
    for place, names in _named(flow):
        for name in names:
            if field := own_field(name):
                found.setdefault(field.partition(".")[0].casefold(), place)
    return found


def _named(flow: LinkedFlow) -> Iterator[tuple[Place, list[str]]]:
    """What the flow refers to, place by place: the start's criteria, then the nodes."""
    written, start = flow.written, flow.fact.start
    for item in start.filters:
        yield written.at(item.line, f"start.{item.field}"), [f"$Record.{item.field}"]
    place = written.at(written.fact.line_of("filterFormula"), "start.filterFormula")
    yield place, sorted(names_in_formula(start.filter_formula, flow.references))
    for element in at_once(flow):
        for line, name, names in _names_of(element, flow.references):
            yield written.at(line, f"{element.name}.{name}"), sorted(names)


def _names_of(element: FlowElement, references: FlowReferences) -> Iterator[tuple[int, str, frozenset[str]]]:
    for rule in element.rules:
        for condition in rule.conditions:
            yield condition.line, rule.name, names_in_condition(condition, references)
    for item in element.filters:
        yield item.line, item.field, names_in_value(item.value, references)
    for given in element.assignments:
        yield given.line, given.target, names_in_value(given.value, references)
