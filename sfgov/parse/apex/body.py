"""What is being gathered about one method while its body is read."""

from __future__ import annotations

from typing import Literal

from sfgov.facts.apex import Guard, Loop, Operation, Variable
from sfgov.parse.apex.repeats import Step, repeating

GuardKind = Literal["if", "else", "when", "catch", "finally", "after-exit", "ternary"]
_UNFINISHED = Operation("call", 0, 0, "")


class Body:
    """Operations, loops, guards and variables in source order, and where in them the reader stands.

    `guard` and `loop` are the innermost ones, or -1. `steps` is where the way of control through the outermost
    loop is noted; None outside loops.
    """

    __slots__ = ("guard", "guards", "loop", "loops", "operations", "steps", "variables")

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.loops: list[Loop] = []
        self.guards: list[Guard] = []
        self.variables: list[Variable] = []
        self.guard = -1
        self.loop = -1
        self.steps: list[Step] | None = None

    def reserve(self) -> int:
        """A place for an operation whose end is still to be read, so that the order stays the source's."""
        index = len(self.operations)
        self.operations.append(_UNFINISHED)
        if self.steps is not None:
            self.steps.append(index)
        return index

    def guarded(self, kind: GuardKind, line: int, condition: str, parent: int) -> int:
        """A new guard; gives its index."""
        self.guards.append(Guard(kind, line, condition, parent))
        return len(self.guards) - 1

    def settle_loops(self, steps: list[Step]) -> None:
        """Tell each operation of an outermost loop which loops repeat it."""
        for index, loops in repeating(steps).items():
            done = self.operations[index]
            self.operations[index] = Operation(
                done.kind,
                done.line,
                done.column,
                done.name,
                done.receiver,
                done.arguments,
                loops,
                done.guard,
                done.text,
                done.receiver_operation,
            )
