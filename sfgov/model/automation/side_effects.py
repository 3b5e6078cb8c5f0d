"""What leaves the org while a record is being saved, or before what was written is committed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Literal

import msgspec

from sfgov.facts.apex import Guard, Operation
from sfgov.model.apex import Apex, Effect, Entry, LinkedMethod, Path
from sfgov.model.automation import Automation, Automatism, calls_class
from sfgov.model.automation.apex_effects import record_type
from sfgov.model.automation.apex_walk import ApexWalk
from sfgov.model.automation.flow_walk import FlowStep, flow_steps
from sfgov.model.flow_work import apex_class_of
from sfgov.model.flows import Flows
from sfgov.model.invocables import invocable_work, nearest_work, told
from sfgov.place import Evidence, Place

_CALLOUT = frozenset({Effect.CALLOUT})
_DML = frozenset({Effect.DML})
_ASYNC = re.compile(r"system\.is(?:future|batch|queueable|scheduled)\(", re.IGNORECASE)
_EVENT = re.compile(r"\b(?:before|after)_(?:insert|update|delete|undelete)\b", re.IGNORECASE)


class SideEffect(msgspec.Struct, frozen=True):
    """A callout or a published event, and the way to it. `at` is where the way leaves the one who starts it."""

    kind: Literal["callout", "publish"]
    starts: str
    at: Place
    said: str
    evidence: tuple[Evidence, ...]
    path: Path | None = None
    object: str = ""


def callouts_in_saves(automation: Automation, flows: Flows, apex: Apex) -> Iterator[SideEffect]:
    """Synchronous callouts that triggers, and flows of a save, come to."""
    seen: set[str] = set()
    for automatism in automation.automatisms:
        if automatism.flow is not None:
            yield from _from_flow(automatism, flows, apex)
        elif automatism.trigger is not None and automatism.trigger.path not in seen:
            seen.add(automatism.trigger.path)
            yield from _from_trigger(automatism, automation, apex)


def _from_trigger(automatism: Automatism, automation: Automation, apex: Apex) -> Iterator[SideEffect]:
    for body in automation.bodies(automatism):
        path = nearest_work(apex, body, _CALLOUT)
        if path is not None and not _is_chosen(path):
            method, operation = path.steps[0]
            last, work = path.steps[-1]
            start = automatism.at.says(f"trigger {automatism.name} on {automatism.object}")
            yield SideEffect(
                "callout",
                f"Trigger {automatism.name}",
                method.at(operation),
                "makes a callout" if len(path.steps) == 1 else f"makes a callout in {last.name}",
                (start, *_calls(path), last.at(work).says("callout")),
                path,
            )


def _from_flow(automatism: Automatism, flows: Flows, apex: Apex) -> Iterator[SideEffect]:
    flow = automatism.flow
    for step in flow_steps(flows, flow) if flow is not None else ():
        place = step.flow.written.at(step.element.line, step.element.name)
        start = automatism.at.says(f"{automatism.said} on {automatism.object}")
        starts = f"{automatism.kind.capitalize()} {automatism.name}"
        if step.element.action_type == "externalService":
            said = f"makes a callout in {step.element.name}"
            yield SideEffect(
                "callout", starts, place, said, (start, *step.way, place.says("makes a callout"))
            )
        class_name = apex_class_of(step.element)
        path = invocable_work(apex, class_name, _CALLOUT) if class_name else None
        if path is not None and not _is_chosen(path):
            evidence = (start, *step.way, calls_class(step, class_name), *told(path))
            said = f"makes a callout in {path.steps[-1][0].name}"
            yield SideEffect("callout", starts, place, said, evidence, path)


def _calls(path: Path) -> Iterator[Evidence]:
    for (caller, operation), (into, _) in pairwise(path.steps):
        yield caller.at(operation).says(f"{caller.name} calls {into.name}")


def _is_chosen(path: Path) -> bool:
    """Whether code on the way knows that it may run in a save, or is one of several ways that settings choose."""
    guards = [guard for method, operation in path.steps for guard in method.guards_of(operation)]
    return any(_is_choice(guard) or _ASYNC.search(guard.condition) for guard in guards)


def _is_choice(guard: Guard) -> bool:
    """A branch of a `switch`, unless that is about the trigger's event."""
    return guard.kind == "when" and _EVENT.search(guard.condition) is None


# A callout after something was written


def callouts_after_dml(apex: Apex) -> Iterator[SideEffect]:
    """Entry methods (services, controllers, jobs) that write, and then call out in the same transaction."""
    walk = ApexWalk(apex)
    for method, entries in apex.entries.items():
        if Entry.TRIGGER not in entries:
            yield from _after_dml(apex, walk, method)


def _after_dml(apex: Apex, walk: ApexWalk, method: LinkedMethod) -> Iterator[SideEffect]:
    written: list[tuple[Operation, Path]] = []
    for operation in method.method.operations:
        callout = _path(apex, method, operation, _CALLOUT)
        before = next((pair for pair in written if _surely_before(method, pair[0], operation)), None)
        if callout is not None and before is not None and not _is_chosen(callout):
            last, work = callout.steps[-1]
            writer, dml = before[1].steps[-1]
            yield SideEffect(
                "callout",
                method.name,
                method.at(operation),
                "makes a callout" if len(callout.steps) == 1 else f"makes a callout in {last.name}",
                (
                    *_calls(before[1]),
                    writer.at(dml).says("DML"),
                    *_calls(callout),
                    last.at(work).says("callout"),
                ),
                callout,
            )
            return
        dml_path = _path(apex, method, operation, _DML)
        if dml_path is not None and callout is None and _is_plain(walk, dml_path):
            written.append((operation, dml_path))


def _path(apex: Apex, method: LinkedMethod, operation: Operation, effects: frozenset[Effect]) -> Path | None:
    """The work that one operation does, itself or as a call."""
    if apex.loops.is_rare(method, operation):
        return None
    if apex.effect(method, operation) in effects:
        return Path(((method, operation),), apex.effect(method, operation) or Effect.DML, sure=True)
    for call in apex.graph.calls_of(method):
        if call.operation is operation:
            return apex.reach(effects).path(method, call)
    return None


def _surely_before(method: LinkedMethod, earlier: Operation, later: Operation) -> bool:
    """Whether the earlier operation has run whenever the later one does."""
    guards = set()
    index = later.guard
    while index >= 0:
        guards.add(index)
        index = method.method.guards[index].parent
    return earlier.guard < 0 or earlier.guard in guards


def _is_plain(walk: ApexWalk, path: Path) -> bool:
    """Whether the work is done each time: sure, and behind the first step under no condition."""
    return path.sure and not any(walk.is_conditional(method, op) for method, op in path.steps[1:])


# Events that leave before the commit


def immediate_events(
    automation: Automation, flows: Flows, apex: Apex, names: frozenset[str]
) -> Iterator[SideEffect]:
    """Events of these objects (lower case) that triggers and flows of a save publish."""
    for automatism in automation.automatisms if names else ():
        if automatism.flow is not None:
            for step in flow_steps(flows, automatism.flow):
                name = step.element.object
                if step.element.kind == "recordCreates" and name.casefold() in names:
                    yield _published_by_flow(automatism, step, name)
        elif automatism.trigger is not None:
            yield from _published_by_trigger(automatism, automation, apex, names)


def _published_by_flow(automatism: Automatism, step: FlowStep, name: str) -> SideEffect:
    place = step.flow.written.at(step.element.line, step.element.name)
    start = automatism.at.says(f"{automatism.said} on {automatism.object}")
    evidence = (start, *step.way, place.says(f"publishes {name}"))
    starts = f"{automatism.kind.capitalize()} {automatism.name}"
    return SideEffect("publish", starts, place, f"publishes {name}", evidence, object=name)


def _published_by_trigger(
    automatism: Automatism, automation: Automation, apex: Apex, names: frozenset[str]
) -> Iterator[SideEffect]:
    walk = automation.walk(automatism)
    for step in walk.steps(automation.bodies(automatism)):
        for work in apex.graph.work_of(step.method):
            given = work.operation.arguments[0] if work.operation.arguments else ""
            name = record_type(apex, step.method, given, work.operation.line)
            published = work.effect is Effect.PUBLISH and name.casefold() in names
            if published and walk.runs(step.method, work.operation):
                place = step.method.at(work.operation)
                start = automatism.at.says(f"{automatism.said} on {automatism.object}")
                evidence = (start, *step.way, place.says(f"publishes {name}"))
                yield SideEffect(
                    "publish", f"Trigger {automatism.name}", place, f"publishes {name}", evidence, object=name
                )
