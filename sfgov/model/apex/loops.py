"""Which loops really multiply work: not short ones, nor those around work that is remembered or rarely done."""

from __future__ import annotations

import re
from collections.abc import Collection

from sfgov.facts.apex import Loop, Operation
from sfgov.model.apex.bounded import Bounded
from sfgov.model.apex.conditions import holds, parsed
from sfgov.model.apex.effects import LOOK_UPS, Effect
from sfgov.model.apex.linked import LinkedMethod
from sfgov.model.apex.memory import Memory

_CHUNK = 10
"""The least size of a list that is saved when it is full; comparing with less is a test for emptiness."""
_FULL = re.compile(
    r"(?P<n>[\w.]+)\.size\(\)(?:==|>=|>)(?P<to>[\w.]+)|(?P<to2>[\w.]+)(?:==|<=|<)(?P<n2>[\w.]+)\.size\(\)"
)


def outside_tests(atom: str) -> bool | None:
    """What is known of a condition in production: `Test.isRunningTest()` is false."""
    return False if atom.removeprefix("system.") == "test.isrunningtest()" else None


class Loops:
    """The loops that matter."""

    def __init__(self, bounded: Bounded, memory: Memory) -> None:
        self._bounded = bounded
        self._memory = memory

    def multiplying(
        self, linked: LinkedMethod, operation: Operation, effects: Collection[Effect]
    ) -> list[Loop]:
        """The loops that repeat effects of an operation an unbounded number of times, outermost first."""
        if not operation.loops or self.is_rare(linked, operation):
            return []
        look_up = all(effect in LOOK_UPS for effect in effects)
        memos = [memo for memo in self._memory.of(linked, operation) if look_up or not memo.by_key]
        found = []
        for index in operation.loops:
            loop = linked.method.loops[index]
            remembered = any(memo.outlives(index, loop.line) for memo in memos)
            if not remembered and not self._bounded(linked, loop):
                found.append(loop)
        return found

    def is_rare(self, linked: LinkedMethod, operation: Operation) -> bool:
        """Runs on an error only, in tests only, never, or only when a chunk is full."""
        index = operation.guard
        while index >= 0:
            guard = linked.method.guards[index]
            if guard.kind == "catch" or holds(guard, outside_tests) is False:
                return True
            if guard.kind == "if" and self._saves_full_chunk(linked, index, operation):
                return True
            index = guard.parent
        return False

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
