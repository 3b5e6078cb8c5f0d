"""The automation graph: which events start what, what that comes to, and which events follow from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

import msgspec

from sfgov.facts.flow import FlowElement
from sfgov.model.apex import Apex, LinkedMethod
from sfgov.model.apex.events import trigger_event
from sfgov.model.automation.apex_effects import effects_of_operation
from sfgov.model.automation.apex_walk import ApexWalk
from sfgov.model.automation.effects import WRITES, Reached, RecordEffect
from sfgov.model.automation.flow_effects import effect_of_element, is_conditional
from sfgov.model.automation.starts import Automatism, automatisms
from sfgov.model.flow_criteria import Criterion, criteria_before
from sfgov.model.flow_fields import at_once
from sfgov.model.flow_work import apex_class_of
from sfgov.model.flows import Flows, LinkedFlow, called_flow
from sfgov.model.index import Index
from sfgov.model.invocables import entry_methods
from sfgov.place import Evidence

__all__ = ["WRITES", "Automation", "Automatism", "Reached", "RecordEffect"]

_APEX_EVENTS = {"create": "insert", "update": "update", "delete": "delete", "undelete": "undelete"}


class Automation:
    """What saves and deletes set off, in the transaction of the save."""

    def __init__(self, index: Index, flows: Flows, apex: Apex) -> None:
        self._index = index
        self._flows = flows
        self._apex = apex
        self._known: dict[int, tuple[Reached, ...]] = {}
        self._in_classes: dict[str, tuple[Reached, ...]] = {}

    @cached_property
    def automatisms(self) -> tuple[Automatism, ...]:
        """All that runs by itself, by object, then in the order in which a save runs it, then by name."""
        found = automatisms(self._index, self._flows, self._apex)
        return tuple(
            sorted(found, key=lambda a: (a.object.casefold(), a.rank, a.name.casefold(), sorted(a.events)))
        )

    def on(self, object_name: str, event: str) -> tuple[Automatism, ...]:
        """What an event (`create`, `update`, `delete`, `undelete`) of an object starts, in order."""
        return tuple(self._by_event.get((object_name.casefold(), event), ()))

    @cached_property
    def _by_event(self) -> dict[tuple[str, str], list[Automatism]]:
        found: dict[tuple[str, str], list[Automatism]] = defaultdict(list)
        for automatism in self.automatisms:
            for event in automatism.events:
                found[automatism.object.casefold(), event].append(automatism)
        return found

    def effects(self, automatism: Automatism) -> tuple[Reached, ...]:
        """What an automatism comes to, through subflows and Apex, each effect once, by the plainest way to it."""
        key = id(automatism)
        if key not in self._known:
            if automatism.flow is not None:
                found = tuple(self._of_flow(automatism.flow))
            elif automatism.trigger is not None:
                found = tuple(self._of_trigger(automatism))
            else:
                found = tuple(self._of_rule(automatism))
            self._known[key] = found
        return self._known[key]

    # Flows

    def _of_flow(self, flow: LinkedFlow) -> Iterator[Reached]:
        """Breadth first through the flows that it calls, each once; what pauses goes on in another transaction."""
        waiting = [_InFlow(flow, at_once(flow))]
        seen = {flow.written.path}
        for inside in waiting:  # grows while it is walked
            for element in inside.elements:
                called = self._flows.get(called_flow(element)) if called_flow(element) else None
                effect = effect_of_element(inside.flow, element)
                class_name = apex_class_of(element)
                if not (called or effect or class_name):
                    continue
                here = inside.before(element, is_root=inside.flow is flow)
                if effect is not None:
                    yield Reached(effect, here.way, here.conditional, here.asked)
                if class_name:
                    yield from self._in_action(here, element, class_name)
                if called is not None and called.written.path not in seen:
                    seen.add(called.written.path)
                    waiting.append(here.into(called, element))

    def _in_action(self, here: _InFlow, element: FlowElement, class_name: str) -> Iterator[Reached]:
        place = here.flow.written.at(element.line, element.name)
        step = place.says(f"{element.name} calls the Apex class {class_name}")
        for reached in self._of_class(class_name):
            unsure = here.conditional or reached.conditional
            yield Reached(reached.effect, (*here.way, step, *reached.way), unsure, here.asked, reached.once)

    # Apex

    def _of_class(self, name: str) -> tuple[Reached, ...]:
        key = name.casefold()
        if key not in self._in_classes:
            walk = ApexWalk(self._apex)
            self._in_classes[key] = tuple(self._in_apex(walk, entry_methods(self._apex, name)))
        return self._in_classes[key]

    def _of_trigger(self, automatism: Automatism) -> Iterator[Reached]:
        return self._in_apex(self.walk(automatism), self.bodies(automatism))

    def walk(self, automatism: Automatism) -> ApexWalk:
        """A walk through the Apex of a trigger on its event."""
        (event,) = automatism.events
        name = _APEX_EVENTS[event]
        return ApexWalk(self._apex, (automatism.timing, name), trigger_event(automatism.timing, name))

    def bodies(self, automatism: Automatism) -> tuple[LinkedMethod, ...]:
        """The body of a trigger."""
        if automatism.trigger is None:
            return ()
        return tuple(self._bodies.get(automatism.trigger.path, ()))

    @cached_property
    def _bodies(self) -> dict[str, list[LinkedMethod]]:
        found: dict[str, list[LinkedMethod]] = defaultdict(list)
        for method in self._apex.methods:
            if method.method.kind == "trigger":
                found[method.written.path].append(method)
        return found

    def _in_apex(self, walk: ApexWalk, starts: tuple[LinkedMethod, ...]) -> Iterator[Reached]:
        for step in walk.steps(starts):
            for operation in step.method.method.operations:
                effects = list(effects_of_operation(self._apex, step.method, operation))
                if effects and walk.runs(step.method, operation):
                    unsure = step.conditional or walk.is_conditional(step.method, operation)
                    unsure = unsure or walk.may_be_empty(step.method, operation)
                    once = step.once or self._apex.is_remembered(step.method, operation)
                    for effect in effects:
                        yield Reached(effect, step.way, unsure, frozenset(), once)

    # Workflow

    def _of_rule(self, automatism: Automatism) -> Iterator[Reached]:
        """Its field updates; the platform lets them start triggers once more, and no further rules by default."""
        if automatism.rule is None:
            return
        workflow, rule = automatism.rule
        updates = {update.name: update for update in workflow.fact.field_updates}
        for kind, name in rule.actions:
            update = updates.get(name)
            if kind == "FieldUpdate" and update is not None and not update.target_object:
                value = update.literal.casefold() if update.operation in ("Literal", "Null") else None
                effect = RecordEffect(
                    "update",
                    automatism.object,
                    workflow.at(update.line, update.name),
                    {update.field.casefold(): value},
                    own=True,
                    context="system without sharing",
                )
                yield Reached(effect, (), bool(rule.criteria or rule.formula), once=True)


class _InFlow(msgspec.Struct, frozen=True):
    """Nodes of a flow that may run, and how it came to that."""

    flow: LinkedFlow
    elements: tuple[FlowElement, ...]
    way: tuple[Evidence, ...] = ()
    conditional: bool = False
    asked: frozenset[Criterion] = frozenset()

    def before(self, element: FlowElement, *, is_root: bool) -> _InFlow:
        """As it is just before a node: what decides whether that runs is added. Only the root has the record."""
        asked = self.asked | criteria_before(self.flow.graph, element) if is_root else self.asked
        conditional = self.conditional or is_conditional(self.flow, element)
        return _InFlow(self.flow, (element,), self.way, conditional, asked)

    def into(self, called: LinkedFlow, element: FlowElement) -> _InFlow:
        """The flow that a node calls, up to where it pauses."""
        place = self.flow.written.at(element.line, element.name)
        step = place.says(f"flow {self.flow.name} calls {called.name}")
        elements = called.graph.reachable(through_faults=False, stop_at=called.graph.pauses)
        return _InFlow(called, elements, (*self.way, step), self.conditional, self.asked)
