"""Inline SOQL and SOSL: the object that is read, the mode, the bound expressions, the text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from sfgov.facts.apex import Operation
from sfgov.parse.apex.body import Body
from sfgov.parse.apex.lexer import Tokens
from sfgov.parse.apex.typenames import after_brackets, created_type_end, is_name, type_end

QueryKind = Literal["", "soql", "sosl"]
_TEXT = 400
_MODES = frozenset(("user_mode", "system_mode", "security_enforced"))
_CLAUSES = {
    *("and", "or", "not", "order", "group", "having", "limit", "offset", "for", "with", "all", "update"),
    *("in", "returning"),
}
"""Words that go on with the query after a bound expression."""
_ARITHMETIC = frozenset("+-*/")


def query_kind(words: list[str], index: int) -> QueryKind:
    """`soql` or `sosl` where the `[` here opens a query, else empty: `rows[select.size]` does not."""
    following = words[index + 2]
    if words[index + 1] == "select":
        return "" if following in (".", "]", ")") else "soql"
    if words[index + 1] == "find":
        return "sosl" if following[0] in "':{" else ""
    return ""


class Query:
    """Reads one query; bound expressions are handed to `read_bound` with their first and last index."""

    __slots__ = ("_bound", "_depth", "_from", "_mode", "_read_bound", "_tokens")

    def __init__(self, tokens: Tokens, read_bound: Callable[[int, int], int]) -> None:
        self._tokens = tokens
        self._read_bound = read_bound
        self._bound: list[str] = []
        self._depth = 0
        self._from = self._mode = -1

    def read(self, index: int, kind: Literal["soql", "sosl"], body: Body) -> int:
        """Read the query whose `[` stands here into a body; gives the index after its end."""
        operation = body.reserve()
        end = self._end(index + 1)
        line, column = self._tokens.place(index)
        text = self._tokens.text
        body.operations[operation] = Operation(
            kind,
            line,
            column,
            self._tokens.written(self._from + 1) if self._from >= 0 else "",
            text(self._mode, self._mode + 2) if self._mode >= 0 else "",
            tuple(self._bound),
            guard=body.guard,
            text=self._text(index + 1, end),
        )
        return end + 1 if self._tokens.words[end] == "]" else end

    def _end(self, index: int) -> int:
        """The index of the closing bracket, or of what shows that there is none."""
        words, count = self._tokens.words, self._tokens.count
        brackets = 1
        while index < count:
            word = words[index]
            if word == "]":
                brackets -= 1
                if brackets == 0:
                    break
            elif word == "[":
                brackets += 1
            elif word == ":" and not words[index + 1][0].isdigit():  # `LAST_N_DAYS:3` binds nothing
                index = self._bind(index + 1)
                continue
            elif word in (";", "}"):
                break
            else:
                self._clause(index)
            index += 1
        return index

    def _clause(self, index: int) -> None:
        """Take note of FROM and WITH where they belong to the query itself, not to one in brackets."""
        words = self._tokens.words
        word = words[index]
        if word == "(":
            self._depth += 1
        elif word == ")":
            self._depth -= 1
        elif word == "from" and self._from < 0 and self._depth == 0:
            self._from = index
        elif word == "with" and words[index + 1] in _MODES:
            self._mode = index
        elif word[0] == "'":
            self._tokens.check_string(index)

    def _bind(self, index: int) -> int:
        """Read a bound expression; gives the index after it."""
        end = _bound_end(self._tokens.words, index, self._tokens.count)
        self._bound.append(self._tokens.text(index, end))
        self._read_bound(index, end)
        return end

    def _text(self, start: int, end: int) -> str:
        """The text. Where it is too long, the middle of the SELECT list goes, as FROM and WHERE say more."""
        whole = self._tokens.text(start, end, _TEXT)
        if self._from < 0 or not whole.endswith("…"):
            return whole
        rest = self._tokens.text(self._from, end, _TEXT * 3 // 4)
        return f"{whole[: _TEXT - len(rest) - 3].rstrip()} … {rest}"


def _bound_end(words: list[str], index: int, limit: int) -> int:
    """The index after a bound expression, given its first token: after it a clause of the query goes on."""
    while True:
        index = _operand_end(words, index, limit)
        if words[index] not in _ARITHMETIC:
            return min(index, limit)
        index += 1


def _operand_end(words: list[str], index: int, limit: int) -> int:
    while _is_cast(words, index):
        index = after_brackets(words, index, limit)
    if words[index] == "new":
        index = max(created_type_end(words, index + 1), index + 1)
    elif words[index] not in ("(", "["):
        index += 1
    while index < limit:
        if words[index] in (".", "?."):
            index += 2
        elif words[index] in ("(", "[", "{"):
            index = after_brackets(words, index, limit)
        else:
            break
    return index


def _is_cast(words: list[str], index: int) -> bool:
    """Whether `(Type) operand` stands here, rather than a bracketed expression that a clause follows."""
    end = type_end(words, index + 1)
    if words[index] != "(" or end < 0 or words[end] != ")":
        return False
    operand = words[end + 1]
    return operand == "(" or (is_name(operand) and operand not in _CLAUSES)
