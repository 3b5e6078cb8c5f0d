"""What an inline SOQL or SOSL query says of itself."""

from __future__ import annotations

from typing import NamedTuple

from sfgov.parse.apex.lexer import Tokens
from sfgov.parse.apex.typenames import after_brackets, created_type_end

_TEXT = 400
_MODES = frozenset(("user_mode", "system_mode", "security_enforced"))


class Clauses:
    """Where the clauses of one query stand: token indexes, -1 where there is none."""

    __slots__ = ("depth", "mode", "source")

    def __init__(self) -> None:
        self.depth = 0
        self.source = -1
        """The first FROM outside brackets."""
        self.mode = -1
        """A `WITH USER_MODE`, `WITH SYSTEM_MODE` or `WITH SECURITY_ENFORCED`."""

    def see(self, words: list[str], index: int) -> None:
        """Take note of one token of the query."""
        word = words[index]
        if word == "(":
            self.depth += 1
        elif word == ")":
            self.depth -= 1
        elif word == "from" and self.source < 0 and self.depth == 0:
            self.source = index
        elif word == "with" and words[index + 1] in _MODES:
            self.mode = index


class Query(NamedTuple):
    """The object it reads, its `WITH …` mode and its text."""

    object: str
    mode: str
    text: str


def describe(tokens: Tokens, start: int, end: int, clauses: Clauses) -> Query:
    """The query between two brackets: `start` is its first token, `end` the closing bracket."""
    mode = tokens.text(clauses.mode, clauses.mode + 2) if clauses.mode >= 0 else ""
    source = tokens.written(clauses.source + 1) if clauses.source >= 0 else ""
    return Query(source, mode, _text(tokens, start, end, clauses.source))


def _text(tokens: Tokens, start: int, end: int, source: int) -> str:
    """The text; where it is too long, the middle of the SELECT list goes, as FROM and WHERE say more."""
    whole = tokens.text(start, end, _TEXT)
    if source < 0 or not whole.endswith("…"):
        return whole
    rest = tokens.text(source, end, _TEXT * 3 // 4)
    return f"{whole[: _TEXT - len(rest) - 3].rstrip()} … {rest}"


def bound_end(words: list[str], index: int, limit: int) -> int:
    """The index after a bound expression, given its first token: after it a clause of the query goes on."""
    while True:
        index = _operand_end(words, index, limit)
        if words[index] not in ("+", "-", "*", "/"):
            return min(index, limit)
        index += 1


def _operand_end(words: list[str], index: int, limit: int) -> int:
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
