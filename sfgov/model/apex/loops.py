"""Which loops really multiply work: not short ones, nor those around work that is remembered or rarely done."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from sfgov.facts.apex import Loop, Operation
from sfgov.model.apex.bounded import Bounded
from sfgov.model.apex.conditions import Condition, Joined, holds, parsed
from sfgov.model.apex.effects import LOOK_UPS, Effect
from sfgov.model.apex.linked import LinkedMethod
from sfgov.model.apex.memory import Memory

_CHUNK = 10
"""The least size of a list that is saved when it is full; comparing with less is a test for emptiness."""
_FULL = re.compile(
    r"(?P<n>[\w.]+)\.size\(\)(?:==|>=|>)(?P<to>[\w.]+)|(?P<to2>[\w.]+)(?:==|<=|<)(?P<n2>[\w.]+)\.size\(\)"
)
_IDENTITY = re.compile(
    r"(?:\(\w+\))?(?P<n>\w+)(?:\.\w+)?\.(?:id|get\('id'\))==(?P<other>.+)|"
    r"(?P<other2>.+)==(?:\(\w+\))?(?P<n2>\w+)(?:\.\w+)?\.(?:id|get\('id'\))"
)


def outside_tests(atom: str) -> bool | None:
    """What is known of a condition in production: `Test.isRunningTest()` is false."""
    return False if atom.removeprefix("system.") == "test.isrunningtest()" else None


class Loops:
    """The loops that matter."""

    def __init__(self, bounded: Bounded, memory: Memory) -> None:
        self._bounded = bounded
        self._memory = memory
        self._known: dict[tuple[int, int], tuple[bool, tuple[int, ...]]] = {}

    def multiplying(
        self, linked: LinkedMethod, operation: Operation, effects: Collection[Effect]
    ) -> list[Loop]:
        """The loops that repeat effects of an operation an unbounded number of times, outermost first."""
        if not operation.loops or self.is_rare(linked, operation):
            return []
        look_up = all(effect in LOOK_UPS for effect in effects)
        memos = [memo for memo in self._memory.of(linked, operation) if look_up or not memo.by_key]
        found = []
        for index in operation.loops[searched(linked, operation) :]:
            loop = linked.method.loops[index]
            remembered = any(memo.helps_in(index, loop) for memo in memos)
            if not remembered and not self._bounded(linked, loop):
                found.append(loop)
        return found

    def is_rare(self, linked: LinkedMethod, operation: Operation) -> bool:
        """Runs on an error only, in tests only, never, or only when a chunk is full."""
        if operation.guard < 0:
            return False
        never, sizes = self._guarded(linked, operation.guard)
        return never or any(self._saves_full_chunk(linked, index, operation) for index in sizes)

    def _guarded(self, linked: LinkedMethod, index: int) -> tuple[bool, tuple[int, ...]]:
        """Whether a guard, or one around it, is that of an error or a test; and those that ask a size."""
        waiting: list[int] = []
        while index >= 0 and (id(linked), index) not in self._known:
            waiting.append(index)
            index = linked.method.guards[index].parent
        never, sizes = self._known[id(linked), index] if index >= 0 else (False, ())
        for at in reversed(waiting):
            guard = linked.method.guards[at]
            never = never or guard.kind == "catch" or holds(guard, outside_tests) is False
            if guard.kind == "if" and _FULL.fullmatch(str(parsed(guard.condition))):
                sizes = (*sizes, at)
            self._known[id(linked), at] = never, sizes
        return never, sizes

    def _saves_full_chunk(self, linked: LinkedMethod, index: int, operation: Operation) -> bool:
        """`if (batch.size() == 200) { insert batch; batch.clear(); }`"""
        condition = parsed(linked.method.guards[index].condition)
        match = _FULL.fullmatch(condition) if isinstance(condition, str) else None
        if match is None:
            return False
        size = match["to"] or match["to2"]
        if size.isdigit() and int(size) < _CHUNK:
            return False
        chunk = (match["n"] or match["n2"]).removeprefix("this.")
        given = [argument.strip().casefold().removeprefix("this.") for argument in operation.arguments]
        return chunk in given or self._memory.stores_behind(linked, index, chunk)


def searched(linked: LinkedMethod, operation: Operation) -> int:
    """How many of the loops around an operation, from the outermost, only look for the one record to work on.

    `for (Account a : all) { if (a.Id == wanted) { update a; } }` updates one record.
    """
    for guard in linked.guards_of(operation):
        if guard.kind != "if":
            continue
        for atom in _required(parsed(guard.condition)):
            match = _IDENTITY.fullmatch(atom)
            if match:
                depth = _depth_searched(linked, operation, match)
                if depth:
                    return depth
    return 0


def _required(condition: Condition) -> Iterator[str]:
    """The atoms that must hold for a condition to hold."""
    if isinstance(condition, str):
        yield condition
    elif isinstance(condition, Joined) and condition.how == "all":
        for part in condition.parts:
            yield from _required(part)


def _depth_searched(linked: LinkedMethod, operation: Operation, match: re.Match[str]) -> int:
    name, other = match["n"] or match["n2"], match["other"] or match["other2"]
    words = set(re.findall(r"\w+", other))
    loops = [linked.method.loops[index] for index in operation.loops]
    changing = {loop.variable.casefold() for loop in loops if loop.variable}
    changing |= {
        v.name.casefold()
        for v in linked.method.variables
        if loops and loops[0].line < v.line <= loops[0].end_line
    }
    if words & changing:
        return 0  # compared with something of the same loops: a join
    for depth, loop in enumerate(loops, 1):
        if loop.variable.casefold() == name:
            return depth
    return 0
