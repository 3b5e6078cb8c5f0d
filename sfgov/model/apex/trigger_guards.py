"""Triggers that block deletes: an `addError` or a `throw` that a delete can reach, also in handlers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from sfgov.facts import ApexTrigger
from sfgov.facts.apex import Guard, Loop, Operation
from sfgov.model.apex import Apex, LinkedMethod
from sfgov.model.apex.conditions import holds
from sfgov.model.apex.events import trigger_event
from sfgov.model.index import Written
from sfgov.place import Evidence

_DEEPEST = 6
_EVENT_METHOD = re.compile(r"(before|after)(insert|update|delete|undelete)$", re.IGNORECASE)
"""What handler frameworks call their methods; one named for another event does not run in a delete."""
_NEW_RECORDS = re.compile(
    r"(?:^|\b|trigger\.|this\.)new(?:list|map|records|items|s?objs?)?\b|triggernew", re.IGNORECASE
)
_OLD_RECORDS = re.compile(
    r"(?:\(\s*[\w.<>,\s]+\)\s*)?(?:system\.)?trigger\.(?:old|oldmap\.(?:values|keyset)\(\))", re.IGNORECASE
)
_THEIR_NUMBER = re.compile(
    r"\btrigger\.(?:size|old(?:map)?(?:\.values\(\)|\.keyset\(\))?\.size\(\))", re.IGNORECASE
)
_SIZE = re.compile(r"\b(\w+)\.size\(\)", re.IGNORECASE)
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
    walks = {timing: _Walk(apex, timing) for timing in ("before", "after")}
    return tuple(guard for trigger in apex.triggers for guard in _guards_of(apex, trigger, walks))


def _guards_of(apex: Apex, trigger: Written[ApexTrigger], walks: dict[str, _Walk]) -> Iterator[TriggerGuard]:
    for event in trigger.fact.events:
        timing, _, name = event.partition(" ")
        if name == "delete":
            guard = _guard_on(apex, trigger, walks[timing])
            if guard:
                yield guard
                return


class _Walk:
    """What a delete runs: worked out once, as the triggers of an org mostly share one way of handling events."""

    def __init__(self, apex: Apex, timing: str) -> None:
        self._apex = apex
        self._timing = timing
        self._asked: dict[int, dict[int, tuple[str, ...] | None]] = {}
        self._runs: dict[tuple[int, str], list[tuple[LinkedMethod, str]]] = {}

    def asked(self, method: LinkedMethod) -> dict[int, tuple[str, ...] | None]:
        """Per guard of a method, what is asked; see `_asked_by_guard`."""
        known = self._asked.get(id(method))
        if known is None:
            known = self._asked[id(method)] = _asked_by_guard(method, self._timing)
        return known

    def into(self, step: _Step, operation: Operation, conditions: tuple[str, ...]) -> Iterator[_Step]:
        """The methods that an operation is sure to run in a delete."""
        key = (id(operation), step.self_type)
        known = self._runs.get(key)
        if known is None:
            known = self._runs[key] = _runs(self._apex, step, operation, self._timing)
        for target, own in known:
            yield _Step(target, own, (*step.chain, (step.method, operation)), conditions)


def _guard_on(apex: Apex, trigger: Written[ApexTrigger], walk: _Walk) -> TriggerGuard | None:
    """The nearest error that a delete reaches, or None."""
    waiting = [_Step(body, "", (), ()) for body in apex.body_of(trigger)]
    seen: set[tuple[int, str]] = set()
    reads: set[str] = set()
    found: list[tuple[_Step, Operation, tuple[str, ...]]] = []
    while waiting:
        step = waiting.pop(0)
        if (id(step.method), step.self_type) in seen:
            continue
        seen.add((id(step.method), step.self_type))
        asked = walk.asked(step.method)
        for operation in step.method.method.operations:
            conditions = asked[operation.guard]
            if conditions is None:
                continue
            conditions = (*step.conditions, *conditions)
            if operation.kind == "soql":
                reads.add(operation.name.casefold())
            elif _is_error(step, operation):
                found.append((step, operation, (*conditions, *_looked_up(step.method, operation))))
            elif len(step.chain) < _DEEPEST:
                waiting.extend(walk.into(step, operation, conditions))
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


def _asked_by_guard(method: LinkedMethod, timing: str) -> dict[int, tuple[str, ...] | None]:
    """Per guard (-1: none), what is asked before its statements run in a delete; None where the event forbids it."""
    decide = trigger_event(timing, "delete")
    asked: dict[int, tuple[str, ...] | None] = {-1: ()}
    for index, guard in enumerate(method.method.guards):
        outer = asked.get(guard.parent)
        value = holds(guard, decide)
        if outer is None or value is False or guard.kind == "catch":
            asked[index] = None
        elif value is None and guard.kind != "finally" and not _is_only_context(guard):
            asked[index] = (*outer, guard.condition)
        else:
            asked[index] = outer
    return asked


def _looked_up(method: LinkedMethod, operation: Operation) -> Iterator[str]:
    """A loop over anything but the deleted records themselves is a condition: it may have no rounds."""
    for loop in method.loops_of(operation):
        if not _goes_over_the_deleted(method, loop):
            yield f"select: {loop.head}"


def _goes_over_the_deleted(method: LinkedMethod, loop: Loop) -> bool:
    """Whether a loop has a round for each record that is deleted: over the list, or over the numbers up to its size."""
    parameters = {parameter.name.casefold() for parameter in method.method.parameters}
    if loop.kind != "for-each":
        sized = (match[1].casefold() for match in _SIZE.finditer(loop.head))
        return bool(_THEIR_NUMBER.search(loop.head)) or any(name in parameters for name in sized)
    iterable = loop.iterable.strip()
    return bool(
        iterable.casefold() in parameters
        or _OLD_RECORDS.fullmatch(iterable)
        or _OLD_RECORDS.fullmatch(method.initial_of(iterable, loop.line))
    )


def _is_only_context(guard: Guard) -> bool:
    return _CONTEXT_ONLY.match(guard.condition) is not None


def _is_error(step: _Step, operation: Operation) -> bool:
    """An error on what is deleted: a delete has no new records, so an error on those belongs to another event."""
    if operation.kind == "call" and operation.name.casefold() == "adderror":
        return not _NEW_RECORDS.search(operation.receiver)
    in_body = (
        operation.kind == "throw" and not step.chain
    )  # further down, throws are mostly about wrong wiring
    return in_body and any(
        _goes_over_the_deleted(step.method, loop) for loop in step.method.loops_of(operation)
    )


def _runs(apex: Apex, step: _Step, operation: Operation, timing: str) -> list[tuple[LinkedMethod, str]]:
    """The methods that an operation is sure to run, each with the type that its `this` is known to have."""
    event = _EVENT_METHOD.search(operation.name)
    if operation.kind not in ("call", "new") or (event and event[0].casefold() != f"{timing}delete"):
        return []
    run = apex.calls.dispatch(step.method, operation, step.self_type)
    if not run.certain:  # one of several is no proof that deletes are blocked
        return []
    return [
        (target, apex.calls.concrete_type(step.method, operation, target, step.self_type))
        for target in run.targets
    ]


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
