"""Which automation puts values into which fields, and whether it does so on behalf of another system."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

import msgspec

from sfgov.facts import ApexTrigger, Workflow
from sfgov.facts.apex import Operation
from sfgov.facts.flow import FlowElement
from sfgov.model.apex import Apex, Effect, Entry, LinkedMethod
from sfgov.model.automation.apex_effects import effects_of_operation, record_type
from sfgov.model.flow_fields import updates_own_record
from sfgov.model.flow_launch import Launch
from sfgov.model.flow_references import own_field
from sfgov.model.flows import Flows, LinkedFlow
from sfgov.model.index import Index
from sfgov.model.relationships import Relationships
from sfgov.model.sync.staging import is_staging
from sfgov.place import Place

_SAVES = ("recordCreates", "recordUpdates")
_INBOUND = frozenset({Entry.REST, Entry.WEB_SERVICE, Entry.EMAIL})
_JOBS = frozenset({Entry.BATCH, Entry.QUEUEABLE, Entry.SCHEDULABLE, Entry.FUTURE})
_NAMED = re.compile(r"(\w+)\s*=(?!=)", re.DOTALL)
_TOKEN = re.compile(r"'(\w+)'|(?:\w+\.)+(?:fields\.)?(\w+)", re.IGNORECASE)


class FieldWrite(msgspec.Struct, frozen=True):
    """A place that sets a field of a record. `by` says what it is part of: `flow Set_Limit`.

    `inbound`: it only runs for data that comes from another system, or fetches it there. `sure`: it is seen to save
    what it sets.
    """

    object: str
    field: str
    at: Place
    by: str
    inbound: bool
    sure: bool


class FieldWrites:
    """All writes of flows, workflow and Apex outside tests to some objects."""

    def __init__(self, index: Index, flows: Flows, apex: Apex) -> None:
        self._index = index
        self._flows = flows
        self._apex = apex

    def on(self, objects: Collection[str]) -> Iterator[FieldWrite]:
        """The writes to objects with these names, in lower case."""
        for flow in self._flows.all():
            if flow.may_run:
                yield from self._in_flow(flow, objects)
        yield from self._in_workflow(objects)
        for method in self._apex.graph.methods:
            yield from self._in_method(method, objects)

    # Flows

    def _in_flow(self, flow: LinkedFlow, objects: Collection[str]) -> Iterator[FieldWrite]:
        elements = flow.reachable(through_faults=False)
        saved = {flow.object_of(element).casefold() for element in elements if element.kind in _SAVES}
        own = flow.launch is Launch.BEFORE_SAVE or any(updates_own_record(flow, one) for one in elements)
        inbound = flow.launch is Launch.PLATFORM_EVENT or is_staging(flow.fact.start.object)
        for element in elements:
            for name, field, line in self._set_by(flow, element, saved, own=own):
                if name.casefold() in objects:
                    place = flow.written.at(line, f"{element.name}.{field}")
                    yield FieldWrite(name, field, place, f"flow {flow.name}", inbound, sure=True)

    def _set_by(
        self, flow: LinkedFlow, element: FlowElement, saved: set[str], *, own: bool
    ) -> Iterator[tuple[str, str, int]]:
        """Object, field and line of what an element sets on records that the flow saves."""
        for item in element.assignments:
            if element.kind in _SAVES and item.element == "inputAssignments":
                yield flow.object_of(element), item.target, item.line
            elif element.kind == "assignments":
                record, _, field = item.target.rpartition(".")
                name = flow.object_of_reference(record) if record else ""
                if own_field(item.target):
                    if own and "." not in own_field(item.target):
                        yield flow.fact.start.object, field, item.line
                elif name and name.casefold() in saved:
                    yield name, field, item.line

    # Workflow

    def _in_workflow(self, objects: Collection[str]) -> Iterator[FieldWrite]:
        relationships = Relationships(self._index)
        for first in self._index.all(Workflow):
            parts = self._index.parts(Workflow, first.name)
            started = {
                name
                for part in parts
                for rule in part.fact.rules
                for kind, name in rule.actions
                if rule.active and kind == "FieldUpdate"
            }
            for part in parts:
                for update in part.fact.field_updates:
                    parent = _relationship(update.target_object)
                    owner = relationships.parent(part.name, parent) if parent else part.name
                    if update.name in started and owner.casefold() in objects:
                        place = part.at(update.line, update.name)
                        by = f"workflow field update {update.name}"
                        yield FieldWrite(owner, update.field, place, by, inbound=False, sure=True)

    # Apex

    def _in_method(self, method: LinkedMethod, objects: Collection[str]) -> Iterator[FieldWrite]:
        found = [
            (name, field, operation)
            for operation in method.method.operations
            for name, field in self._set_in(method, operation)
            if name.casefold() in objects and field.casefold() != "id"
        ]
        inbound = self._inbound(method) if found else None
        if inbound is None:
            return
        saves = {
            effect.object.casefold()
            for operation in method.method.operations
            for effect in effects_of_operation(self._apex, method, operation)
            if effect.kind in ("create", "update")
        }
        for name, field, operation in found:
            sure = name.casefold() in saves or _is_being_saved(method, name)
            yield FieldWrite(name, field, method.at(operation), f"Apex {method.name}", inbound, sure)

    def _set_in(self, method: LinkedMethod, operation: Operation) -> Iterator[tuple[str, str]]:
        if operation.kind == "assign":
            record, _, field = operation.name.rpartition(".")
            if record:
                yield record_type(self._apex, method, record, operation.line), field
        elif operation.kind == "new":
            for argument in operation.arguments:
                named = _NAMED.match(argument.strip())
                if named:
                    yield operation.name, named[1]
        elif (
            operation.kind == "call" and operation.name.casefold() == "put" and len(operation.arguments) == 2
        ):
            token = _TOKEN.fullmatch(operation.arguments[0].strip())
            if token:
                name = record_type(self._apex, method, operation.receiver, operation.line)
                yield name, token[1] or token[2]

    def _inbound(self, method: LinkedMethod) -> bool | None:
        """Whether a method only runs for data from outside; None where nothing is known to run it."""
        callers = self._apex.graph.distances([method])
        known = [self._source(caller) for caller in callers if caller in self._apex.entries]
        return all(known) if known else None

    def _source(self, entry: LinkedMethod) -> bool:
        """Whether an entry point is where another system's data comes in, or is fetched."""
        kinds = self._apex.entries[entry]
        if Entry.TRIGGER in kinds:
            fact = entry.written.fact
            name = fact.object if isinstance(fact, ApexTrigger) else ""
            return name.casefold().endswith(("__e", "changeevent")) or is_staging(name)
        if kinds <= _INBOUND:
            return True
        return bool(kinds & _JOBS) and self._apex.reach({Effect.CALLOUT}).reaches(entry)


def _is_being_saved(method: LinkedMethod, object_name: str) -> bool:
    """Whether a method is the body of a before trigger on the object: what it sets is saved."""
    fact = method.written.fact
    before = isinstance(fact, ApexTrigger) and any(event.startswith("before") for event in fact.events)
    return before and isinstance(fact, ApexTrigger) and fact.object.casefold() == object_name.casefold()


def _relationship(field: str) -> str:
    """The relationship of a workflow update's target, which names the lookup field; nothing for the own record."""
    return f"{field[:-1]}r" if field.casefold().endswith("__c") else field.removesuffix("Id")
