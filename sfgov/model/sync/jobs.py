"""Which code an operation starts that runs later: queueable and batch jobs, future methods."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov.facts.apex import Operation
from sfgov.model.apex import Apex, Effect, LinkedMethod

_RUNS = ("start", "execute", "finish")


def started_by(apex: Apex, linked: LinkedMethod, operation: Operation) -> Iterator[LinkedMethod]:
    """The methods that run later because of an operation; none where it starts nothing, or that is not known."""
    effect = apex.effect(linked, operation)
    if effect in (Effect.ENQUEUE, Effect.SCHEDULE) and operation.arguments:
        job = operation.arguments[0]
        if operation.name.casefold() == "schedule" and len(operation.arguments) == 3:
            job = operation.arguments[2]
        key = apex.calls.expressions.key_of(linked, job, linked.owner_key, operation.line)
        for name in _RUNS if key else ():
            yield from (m for m in apex.methods_of(key) if m.method.name.casefold() == name)
    elif effect is None and operation.kind == "call":
        dispatch = apex.calls.dispatch(linked, operation)
        yield from (target for target in dispatch.targets if target.annotated("future"))
