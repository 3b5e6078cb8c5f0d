"""Ways through code that are sure to be taken: calls with one possible target, with the concrete type of `this`."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from sfgov.facts.apex import Operation
from sfgov.model.apex.calls import Calls
from sfgov.model.apex.graph import CallGraph
from sfgov.model.apex.linked import LinkedMethod
from sfgov.place import Evidence


class _State(NamedTuple):
    method: LinkedMethod
    self_type: str


class CertainWays:
    """The nearest way from any of some starts to each method they are sure to be able to reach."""

    def __init__(self, starts: Iterable[LinkedMethod], graph: CallGraph, calls: Calls) -> None:
        self._by: dict[_State, tuple[_State, Operation] | None] = {}
        self._first: dict[LinkedMethod, _State] = {}
        waiting = deque(_State(start, "") for start in starts)
        self._by = dict.fromkeys(waiting)
        while waiting:
            state = waiting.popleft()
            self._first.setdefault(state.method, state)
            for call in graph.calls_of(state.method):
                dispatch = call.dispatch
                if state.self_type and not dispatch.certain:
                    dispatch = calls.dispatch(state.method, call.operation, state.self_type)
                for target in dispatch.targets if dispatch.certain else ():
                    own = calls.concrete_type(state.method, call.operation, target, state.self_type)
                    following = _State(target, own)
                    if following not in self._by:
                        self._by[following] = (state, call.operation)
                        waiting.append(following)

    def to(self, method: LinkedMethod) -> tuple[Evidence, ...]:
        """The calls on the way to a method; empty where it is a start, or no such way is known."""
        steps: list[Evidence] = []
        state = self._first.get(method)
        while state is not None and (by := self._by[state]) is not None:
            caller, operation = by
            steps.append(caller.method.at(operation).says(f"{caller.method.name} calls {state.method.name}"))
            state = caller
        return tuple(reversed(steps))
