"""Which loops repeat an operation: those that may come round again after it.

The way of control through a loop is noted as steps, and read backwards: after the last statement of a body comes
the next round, after an unconditional `return` nothing does. A set of loops is an integer, loop `n` its bit `n`.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

Exit: TypeAlias = Literal["break", "continue", "return", "throw"]


class Choice(msgspec.Struct):
    """An if-chain or a switch: each branch has the steps of its condition and of its body.

    `otherwise` is what happens where no branch is taken.
    """

    branches: list[tuple[list[Step], list[Step]]]
    otherwise: list[Step]


class Round(msgspec.Struct):
    """A loop. `test` is the condition, `update` the step of a `for`; a `do` runs at least once."""

    loop: int
    test: list[Step]
    body: list[Step]
    update: list[Step]
    at_least_once: bool = False


class Attempt(msgspec.Struct):
    """A try statement."""

    body: list[Step]
    catches: list[list[Step]]
    finish: list[Step]


Step: TypeAlias = int | Exit | Choice | Round | Attempt
"""The index of an operation, a way out, or a statement that holds more steps."""


class _Ways(msgspec.Struct, frozen=True):
    """The loops that may come round again where control goes on `break`, `continue` and `throw`."""

    on_break: int = 0
    on_continue: int = 0
    on_throw: int = 0


def repeating(outermost: Round) -> dict[int, tuple[int, ...]]:
    """For each operation in an outermost loop, the loops that repeat it, outermost first."""
    reader = _Backwards()
    reader.before([outermost], 0, _Ways())
    return {index: _loops(bits) for index, bits in reader.found.items()}


def _loops(bits: int) -> tuple[int, ...]:
    found = []
    while bits:
        lowest = bits & -bits
        found.append(lowest.bit_length() - 1)
        bits ^= lowest
    return tuple(found)


class _Backwards:
    def __init__(self) -> None:
        self.found: dict[int, int] = {}

    def before(self, steps: list[Step], after: int, ways: _Ways) -> int:
        """The loops that may come round again before these steps, given those after them."""
        for step in reversed(steps):
            if isinstance(step, int):
                self.found[step] = after
            elif isinstance(step, str):
                after = _exit(step, ways)
            elif isinstance(step, Choice):
                after = self._choice(step, after, ways)
            elif isinstance(step, Round):
                after = self._round(step, after, ways)
            else:
                after = self._attempt(step, after, ways)
        return after

    def _choice(self, choice: Choice, after: int, ways: _Ways) -> int:
        otherwise = self.before(choice.otherwise, after, ways)
        for condition, body in reversed(choice.branches):
            either = self.before(body, after, ways) | otherwise
            otherwise = self.before(condition, either, ways)
        return otherwise

    def _round(self, loop: Round, after: int, ways: _Ways) -> int:
        itself = 1 << loop.loop
        again = after | itself
        inside = _Ways(on_break=after, on_continue=again, on_throw=ways.on_throw)
        self.before(loop.update, again, inside)
        body = self.before(loop.body, again, inside)
        if loop.at_least_once:
            self.before(loop.test, again, inside)
            return body & ~itself
        test = body | after
        self.before(loop.test, test, inside)
        return test & ~itself

    def _attempt(self, attempt: Attempt, after: int, ways: _Ways) -> int:
        after = self.before(attempt.finish, after, ways)
        if not attempt.catches:
            return self.before(attempt.body, after, ways)
        caught = 0
        for body in attempt.catches:
            caught |= self.before(body, after, ways)
        inside = _Ways(ways.on_break, ways.on_continue, on_throw=caught)
        return self.before(attempt.body, after, inside)


def _exit(step: str, ways: _Ways) -> int:
    if step == "break":
        return ways.on_break
    if step == "continue":
        return ways.on_continue
    return ways.on_throw if step == "throw" else 0
