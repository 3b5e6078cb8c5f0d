"""Triggers that block deletes: an `addError` or a `throw` that a delete can reach, also in handlers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from sfgov.facts import ApexTrigger
from sfgov.facts.apex import Guard, Operation
from sfgov.model.apex import Apex, LinkedMethod
from sfgov.model.apex.conditions import holds, trigger_context
from sfgov.model.index import Written
from sfgov.place import Evidence

_DEEPEST = 8
_IDENTITY = re.compile(
    r"userinfo\.|featuremanagement\.checkpermission|\$permission|system\.isbatch\(|system\.isfuture\(|getprofileid|"
    r"profile\.name|checkcustompermission",
    re.IGNORECASE,
)
_RECORD = re.compile(r"\btrigger\.(?:old|new)|\.\w+__[cr]\b|\bselect\b", re.IGNORECASE)
_CONTEXT_ONLY = re.compile(
    r"^[\s!()&|]*(?:(?:system\.)?trigger\.is\w+|[\s!()&|]|==\s*(?:true|false))*$", re.IGNORECASE
)


class TriggerGuard(msgspec.Struct, frozen=True):
    """A trigger that can stop a delete.

    `kind` is `unconditional` (nothing but the event is asked), `identity` (only who the user is) or `record`.
    `reads` are the objects (lower case) that the code on the way queries. `evidence` leads from the trigger to the
    error, through calls.
    """

    object: str
    trigger: Written[ApexTrigger]
    live: bool
    kind: str
    evidence: tuple[Evidence, ...]
    reads: frozenset[str] = frozenset()


class _Step(msgspec.Struct, frozen=True):
    method: LinkedMethod
    self_type: str
    chain: tuple[tuple[LinkedMethod, Operation], ...]
    conditions: tuple[str, ...]


def guards_by_trigger(apex: Apex) -> tuple[TriggerGuard, ...]:
    """The guards of all triggers on a delete event, by trigger name."""
    return tuple(guard for trigger in apex.triggers for guard in _guards_of(apex, trigger))


def _guards_of(apex: Apex, trigger: Written[ApexTrigger]) -> Iterator[TriggerGuard]:
    for event in trigger.fact.events:
        timing, _, name = event.partition(" ")
        if name == "delete":
            guard = _guard_on(apex, trigger, timing)
            if guard:
                yield guard
                return


def _guard_on(apex: Apex, trigger: Written[ApexTrigger], timing: str) -> TriggerGuard | None:
    """The nearest error that a delete reaches, or None."""
    bodies = [m for m in apex.methods if m.written.path == trigger.path and m.method.kind == "trigger"]
    waiting = [_Step(body, "", (), ()) for body in bodies]
    seen: set[tuple[int, str]] = set()
    reads: set[str] = set()
    found: list[tuple[_Step, Operation, tuple[str, ...]]] = []
    while waiting:
        step = waiting.pop(0)
        if (id(step.method), step.self_type) in seen:
            continue
        seen.add((id(step.method), step.self_type))
        for operation in step.method.method.operations:
            conditions = _conditions_on_the_way(step, operation, timing)
            if conditions is None:
                continue
            if operation.kind == "soql":
                reads.add(operation.name.casefold())
            elif _is_error(step.method, operation):
                found.append((step, operation, conditions))
            elif len(step.chain) < _DEEPEST:
                waiting.extend(_into(apex, step, operation, conditions))
    if not found:
        return None
    step, operation, conditions = min(found, key=lambda f: (_rank(f[2]), len(f[0].chain)))
    return TriggerGuard(
        object=trigger.fact.object,
        trigger=trigger,
        live=apex.is_active(trigger),
        kind=_kind(conditions),
        evidence=_evidence(trigger, step, operation),
        reads=frozenset(reads),
    )


def _conditions_on_the_way(step: _Step, operation: Operation, timing: str) -> tuple[str, ...] | None:
    """What is asked before the operation runs in a delete; None where the event forbids it."""
    context = trigger_context(timing, "delete")
    asked: list[str] = []
    for guard in step.method.guards_of(operation):
        value = holds(guard, context, f"{timing}_delete")
        if value is False:
            return None
        if value is None and guard.kind != "finally" and not _is_only_context(guard):
            asked.append(guard.condition)
    return (*step.conditions, *asked)


def _is_only_context(guard: Guard) -> bool:
    return guard.kind != "catch" and _CONTEXT_ONLY.match(guard.condition) is not None


def _is_error(method: LinkedMethod, operation: Operation) -> bool:
    if any(guard.kind == "catch" for guard in method.guards_of(operation)):
        return False
    if operation.kind == "throw":
        return _throws_about_records(method, operation)
    return operation.kind == "call" and operation.name.casefold() == "adderror"


def _throws_about_records(method: LinkedMethod, operation: Operation) -> bool:
    """Handlers also throw when they are wired wrongly; a guard throws for a record, or for what it looked up."""
    looked_up = any(o.kind == "soql" and o.line <= operation.line for o in method.method.operations)
    return bool(operation.loops) or looked_up


def _into(apex: Apex, step: _Step, operation: Operation, conditions: tuple[str, ...]) -> Iterator[_Step]:
    if operation.kind not in ("call", "new"):
        return
    for target in apex.calls.targets(step.method, operation, step.self_type):
        own = apex.calls.concrete_type(step.method, operation, target, step.self_type)
        yield _Step(target, own, (*step.chain, (step.method, operation)), conditions)


def _rank(conditions: tuple[str, ...]) -> int:
    return ("unconditional", "identity", "record").index(_kind(conditions))


def _kind(conditions: tuple[str, ...]) -> str:
    if not conditions:
        return "unconditional"
    if all(_IDENTITY.search(c) and not _RECORD.search(c) for c in conditions):
        return "identity"
    return "record"


def _evidence(trigger: Written[ApexTrigger], step: _Step, operation: Operation) -> tuple[Evidence, ...]:
    start = trigger.at(element=trigger.name).says(
        f"trigger on {trigger.fact.object} ({', '.join(trigger.fact.events)})"
    )
    calls = [
        method.at(call).says(f"{method.name} calls {call.receiver + '.' if call.receiver else ''}{call.name}")
        for method, call in step.chain
    ]
    verb = "throws" if operation.kind == "throw" else "adds an error"
    return (start, *calls, step.method.at(operation).says(f"{step.method.name} {verb}"))
