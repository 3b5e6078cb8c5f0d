"""Deletes that do not ask for the user's permission: what people can start, and the way from there to the delete."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from sfgov.facts.apex import Operation
from sfgov.facts.flow import FlowElement
from sfgov.model.apex import Apex, LinkedMethod
from sfgov.model.apex.entries import Entry
from sfgov.model.apex.modes import Mode, access_of, asks_permissions
from sfgov.model.automation.apex_effects import effects_of_operation
from sfgov.model.automation.apex_walk import ApexStep, ApexWalk
from sfgov.model.flow_conditions import names_in_condition
from sfgov.model.flow_decisions import Settled
from sfgov.model.flow_launch import Launch, RunContext
from sfgov.model.flow_work import apex_class_of
from sfgov.model.flows import LinkedFlow, called_flow
from sfgov.model.grants import OBJECTS
from sfgov.model.invocables import entry_methods
from sfgov.place import Evidence, Place

if TYPE_CHECKING:
    from sfgov.model.org import Org

_SYSTEM = (RunContext.SYSTEM_WITHOUT_SHARING, RunContext.SYSTEM_WITH_SHARING)
_BY_PEOPLE = frozenset({Entry.AURA, Entry.REMOTE, Entry.REST, Entry.WEB_SERVICE})
"""Entries of Apex that a user calls; the class must be in a profile or permission set."""
_ASKS = re.compile(r"checkpermission|isdeletable", re.IGNORECASE)
_FLAGS = {"create": "allowCreate", "update": "allowEdit", "delete": "allowDelete"}


class Start(msgspec.Struct, frozen=True):
    """What somebody does to start it, and the switch of a bundle that lets them."""

    said: str
    """`screen flow Close_Account`, `Lightning controller InvoiceCtl.remove`, `saving Case records`."""
    place: Place
    kind: str
    """`flowAccesses`, `classAccesses` or `objectPermissions`."""
    name: str
    flag: str = "enabled"

    @property
    def by_record(self) -> bool:
        """Whether it is a save or a delete of a record that starts it, not a click."""
        return self.kind == OBJECTS


class DeletePath(msgspec.Struct, frozen=True):
    """A way from something that people start to a delete in system context."""

    object: str
    start: Start
    way: tuple[Evidence, ...]
    at: Place
    """The delete."""
    reason: str
    """Why it does not ask for the user's permission."""

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The start, the calls and the delete."""
        says = f"deletes {self.object} records in system context: {self.reason}"
        return (self.start.place.says(self.start.said), *self.way, self.at.says(says))


class _Delete(msgspec.Struct, frozen=True):
    """A delete and the way to it from where a walk began."""

    object: str
    way: tuple[Evidence, ...]
    at: Place
    reason: str


class DeletePaths:
    """The ways to deletes in system context, of the objects in question (names compare without case)."""

    def __init__(self, org: Org, objects: Collection[str]) -> None:
        self._org = org
        self._apex: Apex = org.apex
        self._objects = {name.casefold(): name for name in objects}

    def all(self) -> tuple[DeletePath, ...]:
        """Every path, by the place of its delete, then of its start; ways that ask for a permission are left out."""
        found = [*self._of_flows(), *self._of_apex(), *self._of_records()]
        return tuple(sorted(found, key=lambda path: (path.at, path.start.place, path.start.said)))

    # Starts

    def _of_flows(self) -> Iterator[DeletePath]:
        for flow in self._org.flows.all():
            if flow.live and flow.launch in (Launch.SCREEN, Launch.AUTOLAUNCHED):
                start = Start(
                    f"{'screen flow' if flow.launch is Launch.SCREEN else 'flow'} {flow.name}",
                    flow.written.at(flow.fact.start.line, "start"),
                    "flowAccesses",
                    flow.name,
                )
                yield from _paths(start, self._in_flow(flow))

    def _of_apex(self) -> Iterator[DeletePath]:
        for method, entries in self._apex.entries.items():
            kinds = sorted(entries & _BY_PEOPLE)
            if kinds and method in self._coming:
                place = method.at_line(method.method.line)
                start = Start(f"{kinds[0]} {method.name}", place, "classAccesses", method.written.name)
                yield from _paths(start, self._in_apex(ApexWalk(self._apex), [method]))

    def _of_records(self) -> Iterator[DeletePath]:
        for automatism in self._org.automation.automatisms:
            for event in sorted(automatism.events & _FLAGS.keys()):
                said = f"{'deleting' if event == 'delete' else 'saving'} {automatism.object} records"
                start = Start(said, automatism.at, OBJECTS, automatism.object, _FLAGS[event])
                if automatism.flow is not None:
                    yield from _paths(start, self._in_flow(automatism.flow))
                elif automatism.trigger is not None:
                    bodies = self._org.automation.bodies(automatism)
                    yield from _paths(start, self._in_apex(self._org.automation.walk(automatism), bodies))

    # Flows

    def _in_flow(self, root: LinkedFlow) -> Iterator[_Delete]:
        """Through subflows, each once. A subflow that says nothing itself runs as the flow that calls it."""
        waiting: list[tuple[LinkedFlow, bool, tuple[Evidence, ...]]] = [
            (root, root.run_context in _SYSTEM, ())
        ]
        seen = {root.written.path}
        for flow, system, way in waiting:  # grows while it is walked
            for element in flow.reachable(through_faults=False):
                yield from self._by_element(flow, element, way, system=system)
                called = self._org.flows.get(called_flow(element)) if called_flow(element) else None
                if called is not None and called.written.path not in seen and not _asks(flow, element):
                    seen.add(called.written.path)
                    step = flow.written.at(element.line, element.name).says(
                        f"flow {flow.name} calls {called.name}"
                    )
                    inherits = called.run_context in (RunContext.CALLER, RunContext.USER)
                    explicit = called.fact.run_in_mode not in ("", "DefaultMode")
                    inside = called.run_context in _SYSTEM or (system and inherits and not explicit)
                    waiting.append((called, inside, (*way, step)))

    def _by_element(
        self, flow: LinkedFlow, element: FlowElement, way: tuple[Evidence, ...], *, system: bool
    ) -> Iterator[_Delete]:
        place = flow.written.at(element.line, element.name)
        class_name = apex_class_of(element)
        if element.kind == "recordDeletes" and system and not _asks(flow, element):
            name = flow.object_of(element)
            if name.casefold() in self._objects:
                yield _Delete(self._objects[name.casefold()], way, place, _why(flow))
        elif class_name and not _asks(flow, element):
            calls = place.says(f"{element.name} calls the Apex class {class_name}")
            for one in self._in_class(class_name):
                yield msgspec.structs.replace(one, way=(*way, calls, *one.way))

    # Apex

    def _in_class(self, name: str) -> tuple[_Delete, ...]:
        key = name.casefold()
        if key not in self._known:
            walk = ApexWalk(self._apex)
            self._known[key] = tuple(self._in_apex(walk, entry_methods(self._apex, name)))
        return self._known[key]

    @cached_property
    def _known(self) -> dict[str, tuple[_Delete, ...]]:
        return {}

    def _in_apex(self, walk: ApexWalk, starts: Iterable[LinkedMethod]) -> Iterator[_Delete]:
        starts = list(starts)
        if not any(start in self._coming for start in starts):
            return
        for step in walk.steps(starts):
            for operation, name in self._deletes_by_method.get(id(step.method), ()):
                if walk.runs(step.method, operation) and not _asks_on_the_way(step, operation):
                    reason = self._reason(step.method, operation)
                    if reason:
                        yield _Delete(name, step.way, step.method.at(operation), reason)

    @cached_property
    def _coming(self) -> dict[LinkedMethod, int]:
        """The methods from which a delete in question can be reached."""
        return self._apex.graph.distances(method for method, _, _ in self._deletes)

    @cached_property
    def _deletes(self) -> tuple[tuple[LinkedMethod, Operation, str], ...]:
        return tuple(
            (method, operation, self._objects[effect.object.casefold()])
            for method in self._apex.graph.methods
            for operation in method.method.operations
            if "delete" in operation.name.casefold() or operation.name.casefold() == "merge"
            for effect in effects_of_operation(self._apex, method, operation)
            if effect.kind == "delete" and effect.object.casefold() in self._objects
        )

    @cached_property
    def _deletes_by_method(self) -> dict[int, list[tuple[Operation, str]]]:
        found: defaultdict[int, list[tuple[Operation, str]]] = defaultdict(list)
        for method, operation, name in self._deletes:
            found[id(method)].append((operation, name))
        return found

    def _reason(self, method: LinkedMethod, operation: Operation) -> str:
        """Why an operation runs in system mode; empty where it does not, or that is not known."""
        meta = self._apex.meta(method.written)
        version = meta.fact.api_version if meta else None
        access = access_of(method, operation, version)
        if access.mode is not Mode.SYSTEM:
            return ""
        if access.explicit:
            return "it says so"
        if method.method.kind == "trigger" or version is None:
            return "triggers run in system mode"
        return f"the class is saved at API version {version}"


def _paths(start: Start, deletes: Iterable[_Delete]) -> Iterator[DeletePath]:
    return (DeletePath(one.object, start, one.way, one.at, one.reason) for one in deletes)


def _why(flow: LinkedFlow) -> str:
    context = flow.run_context
    return (
        f"the flow runs in {context.value}"
        if context in _SYSTEM
        else "the flow runs as the one that calls it"
    )


def _asks(flow: LinkedFlow, element: FlowElement) -> bool:
    """Whether a permission or profile of the user decides whether a node runs."""
    return any(
        name.casefold().startswith(("$permission.", "$profile.", "$userrole."))
        for decision in Settled(flow.graph, [element]).deciding
        for rule in decision.rules
        for condition in rule.conditions
        for name in names_in_condition(condition, flow.references)
    )


def _asks_on_the_way(step: ApexStep, operation: Operation) -> bool:
    """Whether code on the way asks for a permission: before the delete, or before one of the calls to it."""
    conditions = (guard.condition for guard in step.method.guards_of(operation))
    if asks_permissions(step.method) or any(_ASKS.search(condition) for condition in conditions):
        return True
    return step.before is not None and step.call is not None and _asks_on_the_way(step.before, step.call)
