"""Work that the platform limits per transaction, done once per round of a loop: there, or behind a call."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from sfgov.facts.apex import Loop, Operation
from sfgov.model.apex.effects import Effect
from sfgov.model.apex.graph import Call, CallGraph
from sfgov.model.apex.linked import LinkedMethod
from sfgov.model.apex.loops import Loops
from sfgov.model.apex.reach import Path, Reach


class LoopWork(msgspec.Struct, frozen=True):
    """An operation in loops that does limited work in each round, itself or through calls.

    `loops` are those that repeat it, outermost first. `path` leads from the call to the work; None where the
    operation does it itself.
    """

    method: LinkedMethod
    operation: Operation
    loops: tuple[Loop, ...]
    effect: Effect
    path: Path | None = None


def direct_work(graph: CallGraph, loops: Loops, effects: frozenset[Effect]) -> Iterator[LoopWork]:
    """Work that stands in a loop itself."""
    for linked in graph.methods:
        for work in graph.work_of(linked):
            if work.effect in effects and work.operation.loops:
                around = loops.multiplying(linked, work.operation, {work.effect})
                if around:
                    yield LoopWork(linked, work.operation, tuple(around), work.effect)


def work_behind_calls(graph: CallGraph, loops: Loops, reaches: Sequence[Reach]) -> Iterator[LoopWork]:
    """Calls in loops that come to work, by the shortest way; of several from one loop to one place, the first."""
    for linked in graph.methods:
        seen: set[tuple[int, int]] = set()
        for call in graph.calls_of(linked):
            if not call.operation.loops or _chooses_handlers(linked, call):
                continue
            found = _behind(linked, call, loops, reaches)
            if found and found.path:
                key = (id(found.loops[-1]), id(found.path.steps[-1][1]))
                if key not in seen:
                    seen.add(key)
                    yield found


def _behind(linked: LinkedMethod, call: Call, loops: Loops, reaches: Sequence[Reach]) -> LoopWork | None:
    """What one call in a loop comes to, by the shortest of the ways."""
    best: LoopWork | None = None
    for reach in reaches:
        if not any(reach.reaches(target) for target in call.dispatch.targets):
            continue
        around = loops.multiplying(linked, call.operation, reach.effects)
        path = reach.path(linked, call) if around else None
        if path and (best is None or best.path is None or len(path.steps) < len(best.path.steps)):
            best = LoopWork(linked, call.operation, tuple(around), path.effect, path)
    return best


def _chooses_handlers(linked: LinkedMethod, call: Call) -> bool:
    """`for (Handler one : handlers) one.run();`: each round runs other code, and there are few of them."""
    if call.dispatch.certain or not call.operation.receiver:
        return False
    root = re.split(r"\W", call.operation.receiver.lstrip("( "), maxsplit=1)[0].casefold()
    variables = [linked.method.loops[index].variable.casefold() for index in call.operation.loops]
    if root in variables:
        return True
    local = linked.local(root, call.operation.line)
    return local is not None and any(
        re.search(rf"\b{re.escape(name)}\b", local.initial, re.IGNORECASE) for name in variables if name
    )
