"""What flows and Apex do to records without asking for the user's permissions, when they run.

Flows in system context, and Apex in system mode, work for whoever starts them. Screens and pauses do not end the way:
what comes after them is done all the same. Code and flows that ask for a permission before are left out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

import msgspec

from sfgov.facts.apex import Operation
from sfgov.facts.flow import FlowElement
from sfgov.model.apex import Apex, LinkedMethod
from sfgov.model.apex.modes import Mode, access_of, asks_permissions
from sfgov.model.automation.apex_effects import effects_of_operation
from sfgov.model.automation.apex_walk import ApexStep, ApexWalk
from sfgov.model.automation.effects import RecordEffect
from sfgov.model.automation.flow_effects import effect_of_element
from sfgov.model.flow_conditions import names_in_condition
from sfgov.model.flow_decisions import Settled
from sfgov.model.flow_launch import RunContext
from sfgov.model.flow_walk import FlowStep, flow_steps
from sfgov.model.flow_work import apex_class_of
from sfgov.model.flows import Flows, LinkedFlow
from sfgov.model.invocables import entry_methods
from sfgov.place import Evidence

_SYSTEM = (RunContext.SYSTEM_WITHOUT_SHARING, RunContext.SYSTEM_WITH_SHARING)
_ASKS = re.compile(r"checkpermission|isdeletable", re.IGNORECASE)


class Deed(msgspec.Struct, frozen=True):
    """Something done to an object's records, the calls that lead to it, and why nobody is asked.

    `by` is the element or method that does it, `text` the query where it reads by one. `sharing` says whether it minds
    sharing all the same. `sure` is False where the API version of the code, and so its mode, is not known.
    """

    effect: RecordEffect
    by: str
    way: tuple[Evidence, ...]
    how: str
    """`in system mode`, `in system context without sharing`."""
    reason: str
    text: str = ""
    sharing: bool = False
    sure: bool = True


class Unasked:
    """What is done unasked, of the effects that are wanted."""

    def __init__(self, flows: Flows, apex: Apex, wanted: Callable[[RecordEffect], bool]) -> None:
        self._flows = flows
        self._apex = apex
        self._wanted = wanted
        self._of_classes: dict[str, tuple[Deed, ...]] = {}

    def in_flow(self, root: LinkedFlow) -> Iterator[Deed]:
        """What a flow does, itself, in its subflows and in the Apex that it calls."""
        for step in flow_steps(self._flows, root, follows=lambda *call: not _asks(*call)):
            effect = effect_of_element(step.flow, step.element) if step.context in _SYSTEM else None
            class_name = apex_class_of(step.element)
            if effect is not None and self._wanted(effect) and not _asks(step.flow, step.element):
                sharing = step.context is RunContext.SYSTEM_WITH_SHARING
                how = f"in system context {'with' if sharing else 'without'} sharing"
                yield Deed(effect, step.element.name, step.way, how, _why(step), sharing=sharing)
            elif class_name and not _asks(step.flow, step.element):
                calls = step.at.says(f"{step.element.name} calls the Apex class {class_name}")
                for deed in self._in_class(class_name):
                    yield msgspec.structs.replace(deed, way=(*step.way, calls, *deed.way))

    def in_apex(self, walk: ApexWalk, starts: Iterable[LinkedMethod]) -> Iterator[Deed]:
        """What methods do, and those that they call."""
        starts = list(starts)
        if not any(map(self.is_on_the_way, starts)):
            return
        for step in walk.steps(starts):
            for operation, effect in self._done_by.get(id(step.method), ()):
                mode, reason = self._mode(step.method, operation)
                if (
                    mode is not Mode.USER
                    and walk.runs(step.method, operation)
                    and not _asks_on_the_way(step, operation)
                ):
                    text = operation.text if effect.kind == "read" else ""
                    sure = mode is Mode.SYSTEM
                    yield Deed(effect, step.method.name, step.way, "in system mode", reason, text, sure=sure)

    def is_on_the_way(self, method: LinkedMethod) -> bool:
        """Whether a method comes to anything that is wanted."""
        return method in self._coming

    def _in_class(self, name: str) -> tuple[Deed, ...]:
        """What a class does when a flow calls it."""
        key = name.casefold()
        if key not in self._of_classes:
            starts = entry_methods(self._apex, name)
            self._of_classes[key] = tuple(self.in_apex(ApexWalk(self._apex), starts))
        return self._of_classes[key]

    def _mode(self, method: LinkedMethod, operation: Operation) -> tuple[Mode, str]:
        """Whose permissions an operation minds, and why it is not the user's."""
        meta = self._apex.meta(method.written)
        version = meta.fact.api_version if meta else None
        access = access_of(method, operation, version)
        if access.explicit:
            return access.mode, "it says so"
        if method.method.kind == "trigger" or version is None:
            return access.mode, "triggers run in system mode"
        return access.mode, f"the class is saved at API version {version}"

    @cached_property
    def _coming(self) -> dict[LinkedMethod, int]:
        doing = (method for method in self._apex.graph.methods if id(method) in self._done_by)
        return self._apex.graph.distances(doing)

    @cached_property
    def _done_by(self) -> dict[int, list[tuple[Operation, RecordEffect]]]:
        """What methods do themselves, of what is wanted, by the method's id."""
        found: defaultdict[int, list[tuple[Operation, RecordEffect]]] = defaultdict(list)
        for method in self._apex.graph.methods:
            for work in self._apex.graph.work_of(method):
                for effect in effects_of_operation(self._apex, method, work.operation):
                    if self._wanted(effect):
                        found[id(method)].append((work.operation, effect))
        return dict(found)


def _why(step: FlowStep) -> str:
    own = step.flow.run_context
    return f"the flow runs in {own.value}" if own in _SYSTEM else "the flow runs as the one that calls it"


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
    """Whether code on the way asks for a permission: before the operation, or before one of the calls to it."""
    conditions = (guard.condition for guard in step.method.guards_of(operation))
    if asks_permissions(step.method) or any(_ASKS.search(condition) for condition in conditions):
        return True
    return step.before is not None and step.call is not None and _asks_on_the_way(step.before, step.call)
