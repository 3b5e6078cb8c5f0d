"""What is being gathered about one method while its body is read."""

from __future__ import annotations

from typing import Literal

import msgspec

from sfgov.facts.apex import Guard, Loop, Operation, Variable
from sfgov.parse.apex.repeats import Exit, Round, Step, repeating

GuardKind = Literal["if", "else", "when", "catch", "finally", "after-exit", "ternary"]
LoopKind = Literal["for-each", "for", "while", "do"]
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

    def guarded(self, kind: GuardKind, line: int, condition: str, parent: int, since: int = 0) -> int:
        """A new guard; gives its index."""
        self.guards.append(Guard(kind, line, condition, parent, since))
        return len(self.guards) - 1

    def leave(self, kind: Exit) -> None:
        """Control leaves here without condition."""
        if self.steps is not None:
            self.steps.append(kind)

    def open_loop(self, kind: LoopKind, line: int, column: int) -> int:
        """Enter a loop, whose head is still to be told; gives its index."""
        self.loops.append(Loop(kind, line, self.loop, "", column=column))
        self.loop = len(self.loops) - 1
        if self.steps is None:
            self.steps = []
        return self.loop

    def describe_loop(self, head: str, variable: str = "", iterable: str = "") -> None:
        """Tell the head of the loop that was entered last and not left."""
        loop = self.loops[self.loop]
        self.loops[self.loop] = msgspec.structs.replace(loop, head=head, variable=variable, iterable=iterable)

    def close_loop(self, way: Round, end_line: int) -> None:
        """Leave a loop. With the outermost one it is known which loops repeat which operation."""
        loop = self.loops[way.loop]
        self.loops[way.loop] = msgspec.structs.replace(loop, end_line=end_line)
        self.loop = loop.parent
        if self.loop >= 0 and self.steps is not None:
            self.steps.append(way)
            return
        self.steps = None
        for index, loops in repeating(way).items():
            operation = self.operations[index]
            self.operations[index] = msgspec.structs.replace(operation, loops=loops)
