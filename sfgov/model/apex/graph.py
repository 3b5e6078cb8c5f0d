"""The call graph: of each method what it does by itself and what it calls; and who calls it."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property

import msgspec

from sfgov.facts.apex import Operation
from sfgov.model.apex.calls import Calls, Dispatch
from sfgov.model.apex.effects import Effect, effect_of, is_quiet
from sfgov.model.apex.linked import LinkedMethod

_SILENT = frozenset({"return", "throw"})
"""Kinds of operations that neither work nor call: what stands in them has operations of its own."""


class Work(msgspec.Struct, frozen=True, gc=False):
    """An operation that spends a limit by itself."""

    operation: Operation
    effect: Effect


class Call(msgspec.Struct, frozen=True, gc=False):
    """A call site that runs methods of the org in the same transaction."""

    operation: Operation
    dispatch: Dispatch


class CallGraph:
    """What the methods of an org do and call. Test code is left out; linear in the size of the code."""

    def __init__(self, methods: Iterable[LinkedMethod], calls: Calls) -> None:
        self._calls = calls
        self._work: dict[int, tuple[Work, ...]] = {}
        self._out: dict[int, tuple[Call, ...]] = {}
        self._sites: dict[int, list[tuple[LinkedMethod, Operation]]] = defaultdict(list)
        self._dispatches: dict[int, list[Dispatch]] = defaultdict(list)
        self._unresolved: dict[str, set[str]] = defaultdict(set)
        self.methods = tuple(m for m in methods if not m.is_test)
        for linked in self.methods:
            if linked.method.operations:
                self._read(linked)

    def work_of(self, linked: LinkedMethod) -> Sequence[Work]:
        """What a method does by itself, in source order."""
        return self._work.get(id(linked), ())

    def calls_of(self, linked: LinkedMethod) -> Sequence[Call]:
        """What a method calls, in source order; calls without a known target are left out."""
        return self._out.get(id(linked), ())

    def is_called(self, linked: LinkedMethod) -> bool:
        """Whether any call may run a method, one whose receiver is not known but whose name fits included."""
        called = self._names_called[linked.written.path]
        return bool(self._dispatches.get(id(linked))) or linked.method.name.casefold() in called

    @cached_property
    def _names_called(self) -> dict[str, set[str]]:
        """Per file, the names of methods whose call was not resolved."""
        for linked in self.methods:
            for operation in (work.operation for work in self.work_of(linked)):
                if operation.kind == "call" and not self._calls.dispatch(linked, operation).targets:
                    self._unresolved[linked.written.path].add(operation.name.casefold())
        return self._unresolved

    def callers_of(self, linked: LinkedMethod) -> Iterable[tuple[LinkedMethod, Operation]]:
        """The call sites that are sure to run a method."""
        for dispatch in self._dispatches.get(id(linked), ()):
            if dispatch.certain:
                yield from self._sites[id(dispatch)]

    def distances(
        self, starts: Iterable[LinkedMethod], counts: Callable[[LinkedMethod, Operation], bool] | None = None
    ) -> dict[LinkedMethod, int]:
        """How many calls each method is away from the nearest start; methods that do not come to one are left out.

        `counts` says which call sites are followed; without it, all are.
        """
        found = dict.fromkeys(starts, 0)
        waiting = deque(found)
        done: set[int] = set()
        while waiting:
            linked = waiting.popleft()
            for dispatch in self._dispatches.get(id(linked), ()):
                if id(dispatch) in done:
                    continue
                done.add(id(dispatch))
                for caller, operation in self._sites[id(dispatch)]:
                    if caller not in found and (counts is None or counts(caller, operation)):
                        found[caller] = found[linked] + 1
                        waiting.append(caller)
        return found

    def coming_to(self, starts: Iterable[LinkedMethod]) -> Iterator[LinkedMethod]:
        """The starts and all methods that come to one, nearest first.

        When a method is given, calls of it may be added: then their callers are given too.
        """
        found = dict.fromkeys(starts)
        waiting = deque(found)
        done: set[int] = set()
        while waiting:
            linked = waiting.popleft()
            yield linked
            for dispatch in self._dispatches.get(id(linked), ()):
                if id(dispatch) in done:
                    continue
                done.add(id(dispatch))
                for caller, _ in self._sites[id(dispatch)]:
                    if caller not in found:
                        found[caller] = None
                        waiting.append(caller)

    def reachable(
        self, starts: Iterable[LinkedMethod]
    ) -> dict[LinkedMethod, tuple[LinkedMethod, Operation] | None]:
        """All methods that run when the starts do, each with the call by which it is reached first."""
        found: dict[LinkedMethod, tuple[LinkedMethod, Operation] | None] = dict.fromkeys(starts)
        waiting = deque(found)
        done: set[int] = set()
        while waiting:
            linked = waiting.popleft()
            for call in self.calls_of(linked):
                if id(call.dispatch) in done:
                    continue
                done.add(id(call.dispatch))
                for target in call.dispatch.targets:
                    if target not in found:
                        found[target] = (linked, call.operation)
                        waiting.append(target)
        return found

    def add_calls(self, linked: LinkedMethod, found: Sequence[Call]) -> None:
        """More call sites of a method: reads of properties that run code."""
        self._out[id(linked)] = (*self.calls_of(linked), *found)
        for call in found:
            self._connect(linked, call)

    def _read(self, linked: LinkedMethod) -> None:
        work: list[Work] = []
        out: list[Call] = []
        for operation in linked.method.operations:
            if operation.kind in _SILENT:
                continue
            effect = self.effect(linked, operation)
            if effect:
                work.append(Work(operation, effect))
                continue
            dispatch = self._calls.dispatch(linked, operation)
            if not dispatch.targets:
                if operation.kind == "call":
                    self._unresolved[linked.written.path].add(operation.name.casefold())
                continue
            if dispatch.targets[0].annotated("future"):
                work.append(Work(operation, Effect.FUTURE))
            else:
                out.append(Call(operation, dispatch))
                self._connect(linked, out[-1])
        if work:
            self._work[id(linked)] = tuple(work)
        if out:
            self._out[id(linked)] = tuple(out)

    def _connect(self, linked: LinkedMethod, call: Call) -> None:
        sites = self._sites[id(call.dispatch)]
        if not sites:
            for target in call.dispatch.targets:
                self._dispatches[id(target)].append(call.dispatch)
        sites.append((linked, call.operation))

    def effect(self, linked: LinkedMethod, operation: Operation) -> Effect | None:
        """What an operation does by itself, without following calls."""
        if is_quiet(operation):
            return None
        receiver_type = ""
        if operation.kind == "call" and operation.name.casefold() == "send":
            found = self._calls.expressions.type_of(
                linked, operation.receiver, linked.owner_key, operation.line
            )
            receiver_type = found.text if found else ""
        effect = effect_of(operation, receiver_type)
        if (
            effect
            and operation.kind == "call"
            and self._calls.types.find(operation.receiver, linked.owner_key)
        ):
            return None  # the org has a class of that name
        return effect
