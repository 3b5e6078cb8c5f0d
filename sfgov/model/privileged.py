"""What flows and Apex do to records without asking for the user's permissions, when somebody runs them.

Flows in system context without sharing, and Apex in system mode, work for whoever may start them. Screens and pauses
do not end the way: what comes after them is done all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from sfgov.facts.apex import Operation
from sfgov.facts.flow import FlowElement
from sfgov.model.apex import Apex, LinkedMethod
from sfgov.model.apex.entries import Entry
from sfgov.model.apex.modes import Mode, access_of, asks_permissions
from sfgov.model.automation.apex_effects import effects_of_operation
from sfgov.model.automation.effects import Kind
from sfgov.model.automation.flow_effects import effect_of_element
from sfgov.model.flow_launch import RunContext
from sfgov.model.flow_work import apex_class_of
from sfgov.model.flows import Flows, LinkedFlow, called_flow
from sfgov.model.invocables import entry_methods
from sfgov.place import Evidence

Act = Literal["read", "create", "edit", "delete"]
_ACTS: dict[Kind, Act] = {"read": "read", "create": "create", "update": "edit", "delete": "delete"}
_STARTED_BY_USERS = frozenset({Entry.AURA, Entry.REST, Entry.WEB_SERVICE, Entry.REMOTE})


class Privileged(msgspec.Struct, frozen=True):
    """Something done to an object's records without asking for permissions.

    `start` is the flow, or the Apex method, that a user runs. `text` is the query, where it reads by one. `sure` is
    False where the API version of the code, and so its mode, is not known.
    """

    start: str
    act: Act
    object: str
    evidence: tuple[Evidence, ...]
    text: str = ""
    sure: bool = True


class PrivilegedWork:
    """What users come to by running a flow or a class."""

    def __init__(self, flows: Flows, apex: Apex) -> None:
        self._flows = flows
        self._apex = apex
        self._of_methods: dict[LinkedMethod, tuple[Privileged, ...]] = {}

    def of_flow(self, name: str) -> tuple[Privileged, ...]:
        """What the flow of that name does, itself, in its subflows and in Apex; nothing where nobody can start it."""
        flow = self._flows.get(name)
        runs = flow is not None and flow.live is not False and not flow.triggered
        return tuple(self._in_flow(flow)) if flow is not None and runs else ()

    def of_class(self, name: str) -> tuple[Privileged, ...]:
        """What the methods of a class do that pages, components and other systems call."""
        return tuple(
            work
            for method in self._apex.methods_of(name)
            if self._apex.entries.get(method, frozenset()) & _STARTED_BY_USERS
            for work in self._of_method(method)
        )

    def _in_flow(self, root: LinkedFlow) -> Iterator[Privileged]:
        waiting: list[tuple[LinkedFlow, RunContext, tuple[Evidence, ...]]] = [(root, root.run_context, ())]
        seen = {root.written.path}
        for flow, context, way in waiting:  # grows while it is walked
            for element in flow.reachable(through_faults=False):
                if context is RunContext.SYSTEM_WITHOUT_SHARING:
                    yield from _of_element(root, flow, element, way)
                step = flow.written.at(element.line, element.name)
                if class_name := apex_class_of(element):
                    calls = step.says(f"{element.name} calls the Apex class {class_name}")
                    for method in entry_methods(self._apex, class_name):
                        for work in self._of_method(method):
                            yield msgspec.structs.replace(
                                work, start=root.name, evidence=(*way, calls, *work.evidence)
                            )
                called = self._flows.get(called_flow(element)) if called_flow(element) else None
                if called is not None and called.written.path not in seen:
                    seen.add(called.written.path)
                    says = step.says(f"flow {flow.name} calls {called.name}")
                    waiting.append((called, _context_of(called, context), (*way, says)))

    def _of_method(self, start: LinkedMethod) -> tuple[Privileged, ...]:
        if start not in self._of_methods:
            self._of_methods[start] = tuple(self._in_apex(start))
        return self._of_methods[start]

    def _in_apex(self, start: LinkedMethod) -> Iterator[Privileged]:
        reached = self._apex.graph.reachable([start])
        for method in reached:
            if asks_permissions(method):
                continue
            for work in self._apex.graph.work_of(method):
                mode = access_of(method, work.operation, self._api_version(method)).mode
                if mode is not Mode.USER:
                    way = tuple(_way(method, reached))
                    yield from self._of_operation(
                        start, method, work.operation, way, sure=mode is Mode.SYSTEM
                    )

    def _of_operation(
        self,
        start: LinkedMethod,
        method: LinkedMethod,
        operation: Operation,
        way: tuple[Evidence, ...],
        *,
        sure: bool,
    ) -> Iterator[Privileged]:
        for effect in effects_of_operation(self._apex, method, operation):
            if effect.kind in _ACTS:
                says = effect.at.says(f"{method.name} {effect.said} in system mode")
                text = operation.text if effect.kind == "read" else ""
                yield Privileged(start.name, _ACTS[effect.kind], effect.object, (*way, says), text, sure)

    def _api_version(self, method: LinkedMethod) -> float | None:
        meta = self._apex.meta(method.written)
        return meta.fact.api_version if meta else None


def _of_element(
    root: LinkedFlow, flow: LinkedFlow, element: FlowElement, way: tuple[Evidence, ...]
) -> Iterator[Privileged]:
    effect = effect_of_element(flow, element)
    if effect is not None and effect.kind in _ACTS:
        says = effect.at.says(f"{element.name} {effect.said} in system context without sharing")
        yield Privileged(root.name, _ACTS[effect.kind], effect.object, (*way, says))


def _context_of(called: LinkedFlow, caller: RunContext) -> RunContext:
    """A subflow says itself in whose name it works, or works as its caller does."""
    return called.run_context if called.fact.run_in_mode not in ("", "DefaultMode") else caller


def _way(
    method: LinkedMethod, reached: dict[LinkedMethod, tuple[LinkedMethod, Operation] | None]
) -> list[Evidence]:
    """The calls by which a method is reached, from the start on."""
    found: list[Evidence] = []
    while (before := reached[method]) is not None:
        caller, call = before
        found.append(caller.at(call).says(f"{caller.name} calls {method.name}"))
        method = caller
    return found[::-1]
