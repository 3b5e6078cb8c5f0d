"""Where a flow can come to when something is assumed: a value of its record, a permission, a lookup without result."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from sfgov.facts.flow import FlowCondition, FlowElement, FlowFilter, FlowStart, FlowValue
from sfgov.model.flow_references import FlowReferences
from sfgov.model.flows import LinkedFlow
from sfgov.model.formulas import (
    UNKNOWN,
    Assume,
    Value,
    all_of,
    any_of,
    equal,
    negated,
    plain,
    truth,
    value_of_formula,
)

_GLOBAL = {"$globalconstant.true": True, "$globalconstant.false": False, "$globalconstant.emptystring": None}
_LOGIC = re.compile(r"\d+|AND|OR|NOT|[()]", re.IGNORECASE)


def can_reach(flow: LinkedFlow, nodes: Iterable[FlowElement], assume: Assume) -> bool:
    """Whether the flow, when nothing fails, can start and come to one of these nodes under the assumption."""
    known = _Known(flow.references, assume)
    if known.enters(flow.fact.start) is False:
        return False
    edges = (edge for edge in flow.start_edges if edge.kind == "connector")
    return _reaches(flow, flow.graph.targets(edges), nodes, known)


def enters(flow: LinkedFlow, assume: Assume) -> bool | None:
    """Whether a record starts the flow under the assumption; None where that is not known."""
    return _Known(flow.references, assume).enters(flow.fact.start)


def value_in(flow: LinkedFlow, value: FlowValue, assume: Assume) -> Value:
    """What a value of the flow is under the assumption, through constants and formulas."""
    return _Known(flow.references, assume).value_of(value)


def can_reach_from(
    flow: LinkedFlow, first: FlowElement, nodes: Iterable[FlowElement], assume: Assume
) -> bool:
    """Whether it can come from one node on to one of these, itself included."""
    return _reaches(flow, [first], nodes, _Known(flow.references, assume))


def _reaches(
    flow: LinkedFlow, first: Iterable[FlowElement], nodes: Iterable[FlowElement], known: _Known
) -> bool:
    wanted = {node.name.casefold() for node in nodes}
    waiting = list(first)
    seen: set[str] = set()
    for element in waiting:  # grows while it is walked
        name = element.name.casefold()
        if name in wanted:
            return True
        if name not in seen:
            seen.add(name)
            waiting.extend(way for way in known.ways_on(flow, element) if way is not None)
    return False


class _Known:
    """What is known in one flow, and what follows from it for filters and decisions."""

    def __init__(self, references: FlowReferences, assume: Assume) -> None:
        self._references = references
        self._assume = assume
        self._open: set[str] = set()

    def ways_on(self, flow: LinkedFlow, element: FlowElement) -> Iterator[FlowElement | None]:
        """The ways that may be taken. The first outcome of a decision whose conditions hold is taken."""
        ways = flow.graph.ways_on(element)
        if element.kind != "decisions":
            yield from ways
            return
        for rule, way in zip(element.rules, ways, strict=False):
            holds = joined([self._holds(condition) for condition in rule.conditions], rule.logic)
            if holds is not False:
                yield way
            if holds:
                return
        yield ways[-1]

    def enters(self, start: FlowStart) -> bool | None:
        """Whether a record starts the flow."""
        filters = [item for item in start.filters if item.field]
        given = [self._filtered(item) for item in filters]
        by_filters = joined(given, start.filter_logic) if filters else True
        by_formula = (
            truth(value_of_formula(start.filter_formula, self._value)) if start.filter_formula else True
        )
        return all_of([by_filters, by_formula])

    def _filtered(self, item: FlowFilter) -> bool | None:
        return _compared(
            self._value(f"$record.{item.field.casefold()}"), item.operator, self.value_of(item.value)
        )

    def _holds(self, condition: FlowCondition) -> bool | None:
        return _compared(
            self._value(condition.left.casefold()), condition.operator, self.value_of(condition.right)
        )

    def value_of(self, value: FlowValue) -> Value:
        """A literal, a reference or a formula, as far as it is known."""
        if value.kind == "elementReference":
            return self._value(value.text.casefold())
        if value.kind == "formulaExpression":
            return value_of_formula(value.text, self._value)
        return value.text if value.kind else None

    def _value(self, name: str) -> Value:
        """What a reference is: assumed, a constant, or a formula of what is known."""
        assumed = self._assume(name)
        if assumed is not UNKNOWN or name in self._open:
            return assumed
        if name in _GLOBAL:
            return _GLOBAL[name]
        resource = self._references.resource(name)
        if resource is None or resource.kind not in ("constants", "formulas"):
            return UNKNOWN
        if resource.kind == "constants":
            return resource.text
        self._open.add(name)  # a formula that uses itself is unknown
        value = value_of_formula(resource.text, self._value)
        self._open.discard(name)
        return value


def joined(values: Sequence[bool | None], logic: str) -> bool | None:
    """Conditions under their logic: `and` (also where nothing is said), `or`, `1 AND (2 OR NOT 3)`."""
    if logic.casefold() in ("", "and"):
        return all_of(list(values))
    return any_of(list(values)) if logic.casefold() == "or" else _by_logic(values, logic)


def _compared(left: Value, operator: str, right: Value) -> bool | None:
    """One condition. Nothing compares as false, except that it differs from what there is."""
    match operator:
        case "EqualTo":
            return equal(left, right)
        case "NotEqualTo":
            return negated(equal(left, right))
        case "IsNull" | "IsBlank" | "IsEmpty":
            asked = truth(right)
            return None if asked is None else _same(equal(left, None), asked)
        case "Contains" | "StartsWith" | "EndsWith" if left is not UNKNOWN and right is not UNKNOWN:
            text, part = plain(left), plain(right)
            return {
                "Contains": part in text,
                "StartsWith": text.startswith(part),
                "EndsWith": text.endswith(part),
            }[operator]
        case "GreaterThan" | "GreaterThanOrEqualTo" | "LessThan" | "LessThanOrEqualTo" if left is None:
            return False
        case _:
            return None


def _same(one: bool | None, other: bool) -> bool | None:
    return None if one is None else one == other


def _by_logic(values: Sequence[bool | None], logic: str) -> bool | None:
    """`1 AND (2 OR NOT 3)`, read as a formula of which the numbers are names."""
    words = [word.casefold() for word in _LOGIC.findall(logic)]
    text = " ".join(
        {"and": "&&", "or": "||", "not": "!"}.get(word, word if word in "()" else f"c{word}")
        for word in words
    )

    def assume(name: str) -> Value:
        number = int(name[1:])
        value = values[number - 1] if 0 < number <= len(values) else None
        return UNKNOWN if value is None else value

    return truth(value_of_formula(text, assume))
