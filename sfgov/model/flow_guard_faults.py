"""How a delete guard lets a delete through: a fault path that goes around its error, a lookup that finds nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sfgov.facts.flow import FlowCondition, FlowConnector, FlowElement
from sfgov.model.flow_guards import FlowGuard
from sfgov.model.flow_outcomes import can_reach, can_reach_from
from sfgov.model.formulas import UNKNOWN, Value
from sfgov.place import Evidence, Place

_NULL_TESTS = ("IsNull", "IsBlank", "IsEmpty")


@dataclass(frozen=True)
class OpenFault:
    """A node before the error whose failure lets the delete through."""

    guard: FlowGuard
    element: FlowElement
    edge: FlowConnector
    """Its fault path."""
    way: tuple[FlowElement, ...]
    """The nodes of the fault path up to where the flow ends, without an error."""

    @property
    def place(self) -> Place:
        """The line of the fault path."""
        return self.guard.flow.written.at(self.edge.line, f"{self.element.name}.faultConnector")

    def evidence(self) -> tuple[Evidence, ...]:
        """The fault path, and where it ends."""
        last = self.way[-1]
        return (
            self.place.says(f"if {self.element.name} fails, the flow goes on to {self.way[0].name}"),
            self.guard.flow.written.at(last.line, last.name).says(
                f"{last.name} ends the flow without an error"
            ),
        )


@dataclass(frozen=True)
class NullFall:
    """A lookup that may find nothing, and a condition on its record that is then not met."""

    guard: FlowGuard
    element: FlowElement
    condition: FlowCondition
    place: Place

    def evidence(self) -> tuple[Evidence, ...]:
        """The lookup and the condition."""
        lookup = self.guard.flow.written.at(self.element.line, self.element.name)
        return (
            lookup.says(f"{self.element.name} may find no {self.element.object}"),
            self.place.says(f"{self.condition.left} is then empty, and nothing asks for that"),
        )


def open_faults(guard: FlowGuard) -> tuple[OpenFault, ...]:
    """The nodes whose fault path can end without an error, in the order in which the flow reaches them.

    A fault path that comes back to where the guard still asks its question is no way around it, unless the answer
    rests on the very lookup that failed. A node without a fault path fails closed: the delete is rolled back.
    """
    asking = _asking(guard)
    found = (_open_fault(guard, element, asking) for element in asking.values())
    return tuple(fault for fault in found if fault is not None)


def null_falls(guard: FlowGuard) -> tuple[NullFall, ...]:
    """The lookups without whose record the guard stops nothing, though it never asks whether there is one.

    Lookups of what belongs to the deleted record (its children, the record that it points to) are left out: that there
    is none of them is an answer.
    """
    return tuple(
        fall for element in _asking(guard).values() for fall in _null_fall(guard, element) if element.object
    )


def _asking(guard: FlowGuard) -> dict[str, FlowElement]:
    """The nodes, by lower-case name, that run when nothing fails and from which the error can still be reached."""
    flow = guard.flow
    edges = [edge for edge in flow.start_edges if edge.kind == "connector"]
    errors = {error.name for error in guard.errors}
    return {
        element.name.casefold(): element
        for element in flow.reachable(flow.graph.targets(edges), through_faults=False)
        if any(after.name in errors for after in flow.reachable([element], through_faults=False))
    }


def _open_fault(guard: FlowGuard, element: FlowElement, asking: dict[str, FlowElement]) -> OpenFault | None:
    for edge in element.connectors:
        target = guard.flow.element(edge.target) if edge.kind == "faultConnector" else None
        if target is None:
            continue
        way = _way_to_an_end(guard, target, lambda node: _still_asks(guard, element, node, asking))
        if way:
            return OpenFault(guard, element, edge, way)
    return None


def _still_asks(
    guard: FlowGuard, failed: FlowElement, node: FlowElement, asking: dict[str, FlowElement]
) -> bool:
    """Whether at this node the guard does what it does without a failure."""
    if node.kind == "customErrors":
        return True
    return node.name.casefold() in asking and can_reach_from(guard.flow, node, guard.errors, _without(failed))


def _way_to_an_end(
    guard: FlowGuard, first: FlowElement, stopped: Callable[[FlowElement], bool]
) -> tuple[FlowElement, ...]:
    """A shortest way on from a node to where the flow ends, past no node that is stopped; empty if there is none."""
    ways: list[tuple[FlowElement, ...]] = [(first,)]
    seen = {first.name.casefold()}
    for way in ways:  # grows while it is walked
        if stopped(way[-1]):
            continue
        for following in guard.flow.graph.ways_on(way[-1]):
            if following is None:
                return way
            if following.name.casefold() not in seen:
                seen.add(following.name.casefold())
                ways.append((*way, following))
    return ()


def _null_fall(guard: FlowGuard, element: FlowElement) -> Iterator[NullFall]:
    names = _names(element)
    if element.kind != "recordLookups" or element.first_record_only is False or _belongs_to_record(element):
        return
    conditions = [
        (condition, guard.flow.written.at(condition.line, f"{node.name}.{rule.name}"))
        for node in guard.flow.reachable(through_faults=False)
        for rule in node.rules
        for condition in rule.conditions
        if _head(condition.left) in names
    ]
    if not conditions or any(condition.operator in _NULL_TESTS for condition, _ in conditions):
        return
    if not can_reach(guard.flow, guard.errors, _without(element)):
        yield NullFall(guard, element, *conditions[0])


def _names(element: FlowElement) -> set[str]:
    """What a lookup's record is called."""
    return {element.name.casefold(), element.output.casefold()} - {""}


def _without(element: FlowElement) -> Callable[[str], Value]:
    """The assumption that a lookup gave nothing."""
    names = _names(element) if element.kind == "recordLookups" else set()

    def assume(name: str) -> Value:
        return None if _head(name) in names else UNKNOWN

    return assume


def _head(reference: str) -> str:
    return reference.partition(".")[0].casefold()


def _belongs_to_record(element: FlowElement) -> bool:
    """Whether a lookup asks for the record's children, or for what the record points to."""
    for item in element.filters:
        value = item.value.text.casefold()
        if value == "$record.id" or (item.field.casefold() == "id" and value.startswith("$record.")):
            return True
    return False
