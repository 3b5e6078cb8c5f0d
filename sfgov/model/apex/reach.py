"""What a call comes to: the nearest query, DML, callout … behind it, and the way there.

How far each method is from each kind of work is computed once, backwards through the call graph. A question about
one call then walks forwards along those distances, and on the way minds what the distances ignore: constant
arguments, the concrete type of `this`, caches that live as long as their object.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TypeAlias

import msgspec

from sfgov.facts.apex import Operation
from sfgov.model.apex.bindings import Bindings, bound, decide_by
from sfgov.model.apex.calls import Calls, Dispatch
from sfgov.model.apex.conditions import holds
from sfgov.model.apex.effects import LOOK_UPS, Effect
from sfgov.model.apex.graph import Call, CallGraph
from sfgov.model.apex.linked import LinkedMethod
from sfgov.model.apex.loops import Loops
from sfgov.model.apex.memory import Memory

_MOST_STEPS = 400
_MOST_TARGETS = 8


class Path(msgspec.Struct, frozen=True):
    """The way from a call to the work behind it.

    `steps` are calls and at the end the operation that does the work, each in its method. `sure`: whatever
    implementations run, they do it.
    """

    steps: tuple[tuple[LinkedMethod, Operation], ...]
    effect: Effect
    sure: bool


class _State(msgspec.Struct, frozen=True):
    """A method about to run: `self_type` and `fresh` (made for this call) are about its `this`."""

    method: LinkedMethod
    self_type: str
    fresh: bool
    bindings: Bindings
    steps: tuple[tuple[LinkedMethod, Operation], ...]
    sure: bool

    @property
    def key(self) -> _Key:
        """What decides where it leads."""
        return id(self.method), self.self_type, self.fresh, self.bindings


_Key: TypeAlias = tuple[int, str, bool, Bindings]


class Reach:
    """Which methods come to one kind of work, and how."""

    def __init__(
        self, effects: frozenset[Effect], graph: CallGraph, calls: Calls, loops: Loops, memory: Memory
    ) -> None:
        self.effects = effects
        self._graph = graph
        self._calls = calls
        self._loops = loops
        self._memory = memory
        self._counted = effects <= LOOK_UPS
        """Whether a cache by key keeps this work from being done again."""
        self._leading: dict[int, list[Call]] = {}
        self._ways: dict[_Key, Path | None] = {}
        self._targets: dict[int, tuple[list[LinkedMethod], bool]] = {}

    @cached_property
    def _distances(self) -> dict[LinkedMethod, int]:
        """Per method that may do the work: through how many calls."""
        doing = [
            linked
            for linked in self._graph.methods
            if any(
                work.effect in self.effects and self._may_do(linked, work.operation)
                for work in self._graph.work_of(linked)
            )
        ]
        return self._graph.distances(doing, self._may_do)

    def _may_do(self, linked: LinkedMethod, operation: Operation) -> bool:
        """Whether each call of a method may run an operation, on some object."""
        return operation.guard < 0 or (
            not self._loops.is_rare(linked, operation)
            and not self._is_remembered(linked, operation, fresh=True)
        )

    def _is_remembered(self, linked: LinkedMethod, operation: Operation, *, fresh: bool) -> bool:
        """Whether an operation is done only once, however often its method runs; `fresh`: on a new object."""
        return any(
            memo.outlives_call()
            and (not memo.by_key or self._counted)
            and not (fresh and memo.scope == "instance")
            for memo in self._memory.of(linked, operation)
        )

    def reaches(self, linked: LinkedMethod) -> bool:
        """Whether a method, or what it calls, may do the work each time it runs."""
        return linked in self._distances

    def path(self, linked: LinkedMethod, call: Call) -> Path | None:
        """The shortest way from a call to the work; None where there is none."""
        if not self._leads_on(linked, call):
            return None
        best: Path | None = None
        for state in self._into(_State(linked, "", False, (), (), True), call):
            rest = self._rest(state)
            if rest and (best is None or len(rest.steps) + 1 < len(best.steps)):
                best = Path((*state.steps, *rest.steps), rest.effect, state.sure and rest.sure)
        return best

    def path_from(self, linked: LinkedMethod) -> Path | None:
        """The shortest way from the start of a method to the work; None where there is none."""
        return self._rest(_State(linked, "", False, (), (), True)) if self.reaches(linked) else None

    def _rest(self, state: _State) -> Path | None:
        """The way from a state on; many calls come to the same one."""
        key = state.key
        if key not in self._ways:
            self._ways[key] = self._search(msgspec.structs.replace(state, steps=(), sure=True))
        return self._ways[key]

    def _search(self, start: _State) -> Path | None:
        waiting: list[tuple[int, int, _State]] = []
        seen: set[_Key] = set()
        number = itertools.count()
        self._push(waiting, [start], number)
        while waiting and len(seen) < _MOST_STEPS:
            _, _, state = heapq.heappop(waiting)
            if state.key in seen:
                continue
            seen.add(state.key)
            done = self._done_by(state)
            if done:
                return done
            self._push(waiting, self._calls_of(state), number)
        return None

    def _push(
        self, waiting: list[tuple[int, int, _State]], states: Iterable[_State], number: Iterator[int]
    ) -> None:
        for state in states:
            length = len(state.steps) + self._distances[state.method]
            heapq.heappush(waiting, (length, next(number), state))

    def _done_by(self, state: _State) -> Path | None:
        for work in self._graph.work_of(state.method):
            if work.effect in self.effects and self._runs(state, work.operation):
                return Path((*state.steps, (state.method, work.operation)), work.effect, state.sure)
        return None

    def _calls_of(self, state: _State) -> Iterator[_State]:
        linked = state.method
        known = self._leading.get(id(linked))
        if known is None:
            known = [call for call in self._graph.calls_of(linked) if self._leads_on(linked, call)]
            self._leading[id(linked)] = known
        for call in known:
            if self._runs(state, call.operation):
                yield from self._into(state, call)

    def _leads_on(self, linked: LinkedMethod, call: Call) -> bool:
        """Whether a call leads to the work, into code that is known."""
        return bool(self._nearest(call.dispatch)[0]) and not self._calls.is_dynamic(linked, call.operation)

    def _nearest(self, dispatch: Dispatch) -> tuple[list[LinkedMethod], bool]:
        """The targets nearest to the work, and whether all come to it."""
        known = self._targets.get(id(dispatch))
        if known is None:
            reaching = [t for t in dispatch.targets if t in self._distances]
            every = dispatch.together or len(reaching) == len(dispatch.targets)
            nearest = heapq.nsmallest(_MOST_TARGETS, reaching, key=lambda t: self._distances[t])
            known = self._targets[id(dispatch)] = (nearest, every)
        return known

    def _runs(self, state: _State, operation: Operation) -> bool:
        if self._is_remembered(state.method, operation, fresh=state.fresh):
            return False
        if operation.guard < 0:
            return True
        if self._loops.is_rare(state.method, operation):
            return False
        if not state.bindings:
            return True
        decide = decide_by(state.bindings)
        return all(holds(guard, decide) is not False for guard in state.method.guards_of(operation))

    def _into(self, state: _State, call: Call) -> Iterator[_State]:
        """The methods that a call leads into, nearest to the work first."""
        operation = call.operation
        dispatch = self._calls.on_known_this(state.method, operation, call.dispatch, state.self_type)
        nearest, every = self._nearest(dispatch)
        steps = (*state.steps, (state.method, operation))
        for target in nearest:
            yield _State(
                target,
                self._calls.concrete_type(state.method, operation, target, state.self_type),
                self._is_fresh(state, operation),
                bound(operation, state.bindings, target),
                steps,
                state.sure and every,
            )

    def _is_fresh(self, state: _State, operation: Operation) -> bool:
        """Whether the object that a call runs on was made for it."""
        if operation.kind == "new":
            return True
        receiver = operation.receiver.strip().casefold()
        if receiver in ("", "this", "super"):
            return state.fresh
        if receiver.startswith("new "):
            return True
        local = state.method.local(receiver, operation.line)
        if local is None or not local.initial.casefold().startswith("new "):
            return False
        loops = state.method.loops_of(operation) if not state.steps else []
        return not loops or local.line > loops[-1].line
