"""The automation graph: which events start what, what that comes to, and which events follow from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from sfgov.model.apex import Apex, LinkedMethod
from sfgov.model.apex.events import trigger_event
from sfgov.model.automation.apex_effects import effects_of_operation
from sfgov.model.automation.apex_walk import ApexWalk
from sfgov.model.automation.effects import WRITES, Reached, RecordEffect
from sfgov.model.automation.flow_effects import effect_of_element
from sfgov.model.automation.flow_walk import FlowStep, flow_steps
from sfgov.model.automation.starts import Automatism, automatisms
from sfgov.model.flow_work import apex_class_of
from sfgov.model.flows import Flows, LinkedFlow
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

    def of_flow(self, flow: LinkedFlow) -> tuple[Reached, ...]:
        """What a flow comes to when something calls it, up to its first pause."""
        return tuple(self._of_flow(flow))

    def of_class(self, name: str) -> tuple[Reached, ...]:
        """What an invocable class comes to when something calls it."""
        return self._of_class(name)

    # Flows

    def _of_flow(self, flow: LinkedFlow) -> Iterator[Reached]:
        for step in flow_steps(self._flows, flow):
            effect = effect_of_element(step.flow, step.element)
            if effect is not None:
                yield Reached(effect, step.way, step.conditional, step.asked)
            class_name = apex_class_of(step.element)
            for reached in self._of_class(class_name) if class_name else ():
                unsure = step.conditional or reached.conditional
                way = (*step.way, calls_class(step, class_name), *reached.way)
                yield Reached(reached.effect, way, unsure, step.asked, reached.once)

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


def calls_class(step: FlowStep, class_name: str) -> Evidence:
    """The node of a flow that calls an Apex class."""
    place = step.flow.written.at(step.element.line, step.element.name)
    return place.says(f"{step.element.name} calls the Apex class {class_name}")
