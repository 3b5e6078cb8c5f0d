"""What lasts until its operand ends: the right side of an assignment, the halves of `c ? a : b`."""

from __future__ import annotations

import msgspec

from sfgov.facts.apex import Operation
from sfgov.parse.apex.body import Body
from sfgov.parse.apex.lexer import Tokens

_COMPARISON = frozenset("!<>")
_OPERATORS = frozenset("+-*/&|^%<>")
_TEXT = 200


class _Assignment(msgspec.Struct, frozen=True, gc=False):
    """An assignment whose right side is being read; `depth` counts the brackets around it."""

    depth: int
    operation: int
    target: int
    sign: int


class _Ternary(msgspec.Struct, frozen=True, gc=False):
    """A `c ? a : b` being read. `guard` is the one around it; `otherwise` says that `b` is being read."""

    depth: int
    guard: int
    line: int
    condition: str
    otherwise: bool


class Operands:
    """The assignments and ternaries of one expression that have begun and not ended, innermost last."""

    __slots__ = ("_body", "_tokens", "open")

    def __init__(self, tokens: Tokens, body: Body) -> None:
        self._tokens = tokens
        self._body = body
        self.open: list[_Assignment | _Ternary] = []

    def assign(self, target: int, sign: int, depth: int) -> None:
        """An assignment begins, unless the `=` at `sign` belongs to `<=`, `>=` or `!=`."""
        words = self._tokens.words
        before = words[sign - 1]
        if before not in _COMPARISON or (before != "!" and words[sign - 2] == before):  # `<<=`, `>>=`
            self.open.append(_Assignment(depth, self._body.reserve(), target, sign))

    def ask(self, condition: int, mark: int, depth: int) -> None:
        """A ternary begins: the condition ends at the question mark."""
        body, tokens = self._body, self._tokens
        line, text = tokens.line(mark), tokens.text(condition, mark, _TEXT)
        self.open.append(_Ternary(depth, body.guard, line, text, otherwise=False))
        body.guard = body.guarded("ternary", line, text, body.guard)

    def answer_otherwise(self, colon: int, depth: int) -> None:
        """A colon: the first half of the innermost ternary at this depth is over."""
        body = self._body
        while self.open and self.open[-1].depth == depth:
            last = self.open.pop()
            if isinstance(last, _Assignment):
                self._close(last, colon)
            elif last.otherwise:
                body.guard = last.guard
            else:
                body.guard = body.guarded("else", last.line, last.condition, last.guard)
                self.open.append(_Ternary(depth, last.guard, last.line, last.condition, otherwise=True))
                return

    def end(self, depth: int, index: int) -> None:
        """What was begun at this depth, or deeper, ends here."""
        while self.open and self.open[-1].depth >= depth:
            last = self.open.pop()
            if isinstance(last, _Assignment):
                self._close(last, index)
            else:
                self._body.guard = last.guard

    def _close(self, assignment: _Assignment, end: int) -> None:
        tokens, target, sign = self._tokens, assignment.target, assignment.sign
        line, column = tokens.place(target)
        operator = sign
        while operator > target and tokens.words[operator - 1] in _OPERATORS:
            operator -= 1
        self._body.operations[assignment.operation] = Operation(
            "assign",
            line,
            column,
            tokens.text(target, operator),
            arguments=(tokens.text(sign + 1, end),),
            guard=self._body.guard,
            text=tokens.text(target, end, _TEXT) if operator < sign else "",
        )
