"""The Apex that runs when a trigger fires or a method is called, step by step, in the same transaction.

Only calls are followed of which it is certain what they run; what they may run besides is not known.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Iterator

import msgspec

from sfgov.facts.apex import Guard, Operation
from sfgov.model.apex import Apex, LinkedMethod
from sfgov.model.apex.conditions import Decide, holds
from sfgov.model.apex.loops import outside_tests
from sfgov.place import Evidence

_EVENT_METHOD = re.compile(r"(?:on)?_?(before|after)_?(insert|update|delete|undelete)$", re.IGNORECASE)
"""What handlers call their methods; one named for another event does not run."""
_FILLING = frozenset({"add", "addall", "put", "putall"})
_ABOUT_EMPTINESS = re.compile(
    r"!?\s*[\w.()]+\.isEmpty\(\)|[\w.()]+\.size\(\)\s*(?:>|!=|>=)\s*[01]|[\w.]+\s*!=\s*null", re.IGNORECASE
)


class ApexStep(msgspec.Struct, frozen=True):
    """A method that runs, and the call that led to it.

    `self_type` is the key of the concrete type of `this`, where it is known. `conditional`: something decides
    whether it runs, beyond the trigger's event and tests for emptiness. `once`: a flag or cache keeps it from
    running again in the transaction.
    """

    method: LinkedMethod
    self_type: str = ""
    before: ApexStep | None = None
    call: Operation | None = None
    conditional: bool = False
    once: bool = False

    @property
    def way(self) -> tuple[Evidence, ...]:
        """The calls that led here, from the start on."""
        found: list[Evidence] = []
        step = self
        while step.before is not None and step.call is not None:
            caller = step.before.method
            found.append(caller.at(step.call).says(f"{caller.name} calls {step.method.name}"))
            step = step.before
        return tuple(reversed(found))


class ApexWalk:
    """What runs from some methods on. `event` is the trigger's (`before`, `update`), where there is one."""

    def __init__(
        self, apex: Apex, event: tuple[str, str] | None = None, decide: Decide | None = None
    ) -> None:
        self._apex = apex
        self._event = "".join(event) if event else ""
        self._decide = decide

    def steps(self, starts: Iterable[LinkedMethod]) -> Iterator[ApexStep]:
        """Every method once, by the way with the fewest conditions and calls."""
        waiting = [(False, 0, number, ApexStep(method)) for number, method in enumerate(starts)]
        number = len(waiting)
        seen: set[tuple[int, str]] = set()
        while waiting:
            _, depth, _, step = heapq.heappop(waiting)
            key = (id(step.method), step.self_type)
            if key in seen:
                continue
            seen.add(key)
            yield step
            for following in self._calls_of(step):
                number += 1
                heapq.heappush(waiting, (following.conditional, depth + 1, number, following))

    def runs(self, linked: LinkedMethod, operation: Operation) -> bool:
        """Whether an operation can run here: not on another event, not in tests alone, not on an error."""
        for guard in linked.guards_of(operation):
            if guard.kind == "catch" or self._holds(guard) is False:
                return False
        return True

    def is_conditional(self, linked: LinkedMethod, operation: Operation) -> bool:
        """Whether something beyond the event and emptiness decides if an operation runs."""
        return any(
            guard.kind not in ("finally", "catch")
            and self._holds(guard) is None
            and not _ABOUT_EMPTINESS.fullmatch(guard.condition.strip())
            for guard in linked.guards_of(operation)
        )

    def may_be_empty(self, linked: LinkedMethod, operation: Operation) -> bool:
        """Whether what an operation works on is a list that is only filled under conditions, or by somebody else."""
        name = operation.arguments[0].strip().casefold() if operation.arguments else ""
        if not name.isidentifier():
            return False
        local = linked.local(name, operation.line)
        if local is None or local in linked.method.parameters:
            return True
        fills = [
            other
            for other in linked.method.operations
            if other.receiver.strip().casefold() == name and other.name.casefold() in _FILLING
        ]
        return bool(fills) and all(self.is_conditional(linked, other) for other in fills)

    def _holds(self, guard: Guard) -> bool | None:
        def known(atom: str) -> bool | None:
            decided = outside_tests(atom)
            return self._decide(atom) if decided is None and self._decide else decided

        return holds(guard, known)

    def _calls_of(self, step: ApexStep) -> Iterator[ApexStep]:
        calls = self._apex.calls
        for call in self._apex.graph.calls_of(step.method):
            operation = call.operation
            if not self._leads_on(operation) or not self.runs(step.method, operation):
                continue
            dispatch = calls.on_known_this(step.method, operation, call.dispatch, step.self_type)
            for target in dispatch.targets if dispatch.certain else ():
                yield ApexStep(
                    target,
                    calls.concrete_type(step.method, operation, target, step.self_type),
                    step,
                    operation,
                    step.conditional or self.is_conditional(step.method, operation),
                    step.once or self._apex.is_remembered(step.method, operation),
                )

    def _leads_on(self, operation: Operation) -> bool:
        named = _EVENT_METHOD.search(operation.name) if self._event and operation.kind == "call" else None
        return named is None or (named[1] + named[2]).casefold() == self._event
