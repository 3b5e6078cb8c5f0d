"""Writes by flows: to the record that starts them, and to others that they create or update."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from sfgov.facts.flow import FlowAssignment, FlowElement, FlowFilter, FlowResource, FlowValue
from sfgov.model.attribution.writes import KEPT, SaveEvent, Wanted, Write, assuming
from sfgov.model.automation.flow_effects import is_conditional
from sfgov.model.copied import copied_names, merged_names
from sfgov.model.flow_criteria import criteria_before, events
from sfgov.model.flow_fields import updates_own_record
from sfgov.model.flow_launch import Launch
from sfgov.model.flow_outcomes import can_reach_from, enters, value_in
from sfgov.model.flow_references import THE_RECORD
from sfgov.model.flows import Flows, LinkedFlow
from sfgov.model.formulas import UNKNOWN, Assume, Value
from sfgov.place import Evidence

_SAVES: dict[str, SaveEvent] = {"recordCreates": "create", "recordUpdates": "update"}
_OWN = (Launch.BEFORE_SAVE, Launch.AFTER_SAVE, Launch.PROCESS)
"""Flows that a saved record starts."""
_RECORDS = (*THE_RECORD, "$record__prior", "myvariable_old")
_NAMES = {
    Launch.BEFORE_SAVE: "before-save flow",
    Launch.AFTER_SAVE: "after-save flow",
    Launch.PROCESS: "process",
    Launch.SCHEDULED: "scheduled flow",
    Launch.SCREEN: "screen flow",
}
_LITERALS = ("stringValue", "booleanValue", "numberValue", "dateValue", "dateTimeValue")
_ON_SCREENS = ("fields", "choices", "dynamicChoiceSets")
_LONGEST = 6
"""Formulas within formulas are followed so far."""


def flow_writes(flows: Flows, wanted: Wanted) -> Iterator[Write]:
    """What the flows that may run write; of copies in several packages, the first."""
    seen: set[tuple[str, int | None]] = set()
    for flow in flows.all():
        key = (flow.name.casefold(), flow.version)
        if key not in seen and flow.may_run and _names_any(flow, wanted):
            seen.add(key)
            yield from _FlowWrites(flows, flow, wanted).all()


def _names_any(flow: LinkedFlow, wanted: Wanted) -> bool:
    """At a glance: whether anything in the flow is set that is called as one of the fields."""
    return any(
        item.target.rpartition(".")[2].casefold() in wanted.own_names
        for element in flow.fact.elements
        for item in element.assignments
    )


class _FlowWrites:
    """The writes of one flow."""

    def __init__(self, flows: Flows, flow: LinkedFlow, wanted: Wanted) -> None:
        self._flow = flow
        self._wanted = wanted
        self._callers = () if flow.triggered else flows.way_from_trigger(flow)
        """The calls by which an event of a record comes to this flow."""
        self._first = self._callers[0][0] if self._callers else flow

    def all(self) -> Iterator[Write]:
        for element in self._flow.reachable(through_faults=False):
            for item in element.assignments:
                record, own_field = self._target(element, item)
                field = self._wanted.name(self._object(element, record), own_field) if own_field else ""
                if field:
                    yield from self._of_item(element, item, record, field)

    def _target(self, element: FlowElement, item: FlowAssignment) -> tuple[str, str]:
        """The record that an item sets a field of (empty: the node's own), and the field."""
        if item.element == "inputAssignments":
            return ("", item.target) if element.kind in _SAVES else ("", "")
        if item.element == "inputParameters":
            return "", ""
        record, _, field = item.target.rpartition(".")
        return (record, field) if record else ("", "")

    def _object(self, element: FlowElement, record: str) -> str:
        return self._flow.object_of_reference(record) if record else self._flow.object_of(element)

    def _of_item(
        self, element: FlowElement, item: FlowAssignment, record: str, field: str
    ) -> Iterator[Write]:
        by_node = not record and updates_own_record(self._flow, element)
        own = by_node or record.casefold() in THE_RECORD or record.casefold() in self._stand_ins
        possible = self._events(element, record, field, own=own)
        found = frozenset(
            event for event in possible if self._can_come(element, field, event if own else None)
        )
        if found:
            at = self._flow.written.at(item.line, f"{element.name}.{item.target}")
            yield Write(
                field=field,
                component=self._flow.component,
                by=self._by,
                events=found,
                at=at,
                evidence=(*self._way, at.says(f"{element.name} sets {field}{_to(item)}")),
                value=_literal(item.value) if item.operator in ("", "Assign") else None,
                keeps=self._keeps(
                    element, item, field, own=own, event="update" if "update" in found else "create"
                ),
                conditional=self._is_conditional(element),
                automatic=self._first.launch in _OWN,
                own=own,
                typed=self._is_typed(item.value),
            )

    # Which event

    def _events(self, element: FlowElement, record: str, field: str, *, own: bool) -> frozenset[SaveEvent]:
        if own:
            saved = self._saves_own(record) or "update" in self._saves.get(record.casefold(), ())
            return self._own_events() if saved else frozenset()
        if record:
            found: frozenset[SaveEvent] = frozenset(self._saves.get(record.casefold(), ()))
        else:
            found = frozenset({_SAVES[element.kind]})
        start = self._first.fact.start
        same = start.object.casefold() == field.partition(".")[0].casefold() and self._first.launch in _OWN
        # What a subflow updates for a flow that runs on new records is those records.
        only_new = bool(self._callers) and same and events(start) == frozenset({"create"})
        return frozenset({"create"}) if found and only_new else found

    def _own_events(self) -> frozenset[SaveEvent]:
        started_by = events(self._flow.fact.start)
        return frozenset(one for one in ("create", "update") if one in started_by)

    def _saves_own(self, record: str) -> bool:
        """Whether what is set on the flow's own record is saved: after the save, by an update that follows."""
        if record.casefold() in self._stand_ins:
            return False
        if self._flow.launch is Launch.BEFORE_SAVE or not record:
            return True
        return self._flow.launch in _OWN and any(
            element.input_reference.casefold() in THE_RECORD and not element.assignments
            for element in self._flow.fact.elements
            if element.kind == "recordUpdates"
        )

    @cached_property
    def _stand_ins(self) -> frozenset[str]:
        """The record variables (lower case) that get the Id of the flow's own record: to update them is to update it."""
        if self._flow.launch not in _OWN:
            return frozenset()
        given = (item for element in self._flow.fact.elements for item in element.assignments)
        own_ids = [f"{name}.id" for name in THE_RECORD]
        return frozenset(
            item.target.casefold().removesuffix(".id")
            for item in given
            if item.target.casefold().endswith(".id") and item.value.text.casefold() in own_ids
        )

    @cached_property
    def _saves(self) -> dict[str, set[SaveEvent]]:
        """By variable (lower case), a record's or a collection's: the events that save it."""
        found: dict[str, set[SaveEvent]] = defaultdict(set)
        for element in self._flow.fact.elements:
            if element.kind in _SAVES and element.input_reference:
                for name in self._held_by(element.input_reference.casefold()):
                    found[name].add(_SAVES[element.kind])
        return found

    def _held_by(self, name: str) -> set[str]:
        """A variable, and the records that are put into it, if it is a collection."""
        return {name} | {
            item.value.text.casefold()
            for element in self._flow.fact.elements
            for item in element.assignments
            if item.target.casefold() == name and item.value.kind == "elementReference"
        }

    # Under which conditions

    def _can_come(
        self, element: FlowElement, field: str, event: SaveEvent | None, *, filled: bool = False
    ) -> bool:
        """Whether the flow comes to a node on an event; with `filled`, also where the field has a value already."""
        assume = assuming(self._wanted.beside(field), event, filled=filled)
        nodes = (*self._callers, (self._flow, element))
        return all(_reaches(flow, node, assume) for flow, node in nodes)

    def _is_conditional(self, element: FlowElement) -> bool:
        start = self._first.fact.start
        return bool(start.filters or start.filter_formula) or any(
            is_conditional(flow, node) or bool(criteria_before(flow.ways, node))
            for flow, node in (*self._callers, (self._flow, element))
        )

    def _keeps(
        self, element: FlowElement, item: FlowAssignment, field: str, *, own: bool, event: SaveEvent
    ) -> bool:
        """Whether a value that the field has already stays as it is, or goes into the new one."""
        name = field.partition(".")[2].casefold()
        if item.operator not in ("", "Assign"):
            return True
        if not self._can_come(element, field, event if own else None, filled=True):
            return True
        if not own and any(_asks_for_blank(f, name) for f in self._filters(element, item)):
            return True
        records = (*(_RECORDS if own else ()), item.target.rpartition(".")[0].casefold() or "-")
        own_names = {f"{record}.{name}" for record in records}
        mirrored = {f"{record}.{one}" for record in records for one in self._wanted.mirrors(field)}

        def assume(name: str) -> Value:
            return KEPT if name in own_names else UNKNOWN

        kept = value_in(self._flow, item.value, assume) == KEPT
        return kept or any(one in mirrored for one in self._copied(item.value))

    def _filters(self, element: FlowElement, item: FlowAssignment) -> Iterator[FlowFilter]:
        """What is asked of the records that are updated: by the node, or by the lookup that found them."""
        if element.kind == "recordUpdates":
            yield from _joined(element)
        record = item.target.rpartition(".")[0] or element.input_reference
        for _ in range(_LONGEST):
            source = self._flow.references.element_behind(record) if record else None
            if source is None:
                return
            yield from _joined(source)
            record = source.collection

    def _copied(self, value: FlowValue, seen: frozenset[str] = frozenset()) -> Iterator[str]:
        """The references whose values are in a value, through formulas, templates and variables; in lower case."""
        if value.kind == "elementReference":
            names: tuple[str, ...] = (value.text,)
        elif value.kind == "formulaExpression":
            names = copied_names(value.text)
        else:
            names = merged_names(value.text)
        for name in names:
            resource = self._flow.resource(name) if "." not in name else None
            behind = self._behind(resource) if resource is not None and name.casefold() not in seen else ()
            yield name.casefold()
            for one in behind if len(seen) < _LONGEST else ():
                yield from self._copied(one, seen | {name.casefold()})

    def _behind(self, resource: FlowResource) -> tuple[FlowValue, ...]:
        """What a formula or template is made of, and what a variable is set to anywhere in the flow."""
        if resource.kind in ("formulas", "textTemplates"):
            return (
                FlowValue(
                    "formulaExpression" if resource.kind == "formulas" else "stringValue", resource.text
                ),
            )
        if resource.kind != "variables" or resource.object_type:
            return ()
        return tuple(self._set_to.get(resource.name.casefold(), ()))

    @cached_property
    def _set_to(self) -> dict[str, list[FlowValue]]:
        """By variable (lower case): the values that assignments give it."""
        found: dict[str, list[FlowValue]] = defaultdict(list)
        for element in self._flow.fact.elements:
            for item in element.assignments:
                if element.kind == "assignments" and "." not in item.target:
                    found[item.target.casefold()].append(item.value)
        return found

    def _is_typed(self, value: FlowValue) -> bool:
        """Whether a value is a field of one of the flow's screens, or a variable that gets one."""
        heads = (name.partition(".")[0] for name in self._copied(value))
        resources = map(self._flow.resource, heads)
        return any(one is not None and one.kind in _ON_SCREENS for one in resources)

    # How it is told

    @property
    def _by(self) -> str:
        return f"{_NAMES.get(self._flow.launch, 'flow')} {self._flow.name}"

    @cached_property
    def _way(self) -> tuple[Evidence, ...]:
        first = self._first
        start = first.fact.start
        when = {"create": "created", "update": "updated"}.get(
            start.record_trigger_type.casefold(), "created or updated"
        )
        told = f"{first.name} runs when {start.object} records are {when}" if first.launch in _OWN else ""
        begins = (first.written.at(start.line, "start").says(told),) if told and start.object else ()
        calls = (
            caller.written.at(node.line, node.name).says(f"{caller.name} calls {self._flow.name}")
            for caller, node in self._callers[-1:]
        )
        return (*begins, *calls)


def _reaches(flow: LinkedFlow, element: FlowElement, assume: Assume) -> bool:
    """Whether the flow can start and come to a node, along whatever path, when nothing fails."""
    if enters(flow, assume) is False:
        return False
    return any(
        can_reach_from(flow, first, (element,), assume) for first in flow.graph.targets(flow.start_edges)
    )


def _asks_for_blank(item: FlowFilter, field: str) -> bool:
    if item.field.casefold() != field:
        return False
    if item.operator in ("IsNull", "IsBlank", "IsEmpty"):
        return item.value.text.casefold().removeprefix("$globalconstant.") == "true"
    return item.operator == "EqualTo"


def _joined(element: FlowElement) -> tuple[FlowFilter, ...]:
    """The filters of a node that all must hold."""
    return element.filters if element.filter_logic.casefold() in ("", "and") else ()


def _literal(value: FlowValue) -> str | None:
    if value.kind in _LITERALS:
        return value.text
    return "" if value.text.casefold() == "$globalconstant.emptystring" or not value.kind else None


def _to(item: FlowAssignment) -> str:
    """What it is set to, for a sentence."""
    return f" to {item.value.text[:60]}" if item.value.text and item.value.kind != "name" else ""
