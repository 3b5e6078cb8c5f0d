"""Conditions as Apex writes them: cut into atoms, and decided as far as something is known of the atoms.

An atom is what stands between `&&`, `||`, `!` and brackets, in lower case and without blanks: `x.size()==0`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Literal, TypeAlias

import msgspec

from sfgov.facts.apex import Guard

Decide: TypeAlias = Callable[[str], "bool | None"]
"""What is known of an atom: it holds, it does not, or nothing."""


class Joined(msgspec.Struct, frozen=True):
    """Conditions joined by `&&` (all) or `||` (any)."""

    how: Literal["all", "any"]
    parts: tuple[Condition, ...]


class Negated(msgspec.Struct, frozen=True):
    """`!condition`."""

    condition: Condition


Condition: TypeAlias = Joined | Negated | str

_STRING_OR_BLANK = re.compile(r"('(?:[^'\\]|\\.)*')|\s+")
_OPEN = frozenset("([{")
_CLOSE = frozenset(")]}")
_ENDS = _CLOSE | {"&&", "||"}
_PIECE = re.compile(r"'(?:[^'\\]|\\.)*+'?|&&|\|\||[()\[\]{}]|[^'()\[\]{}&|]++|.", re.DOTALL)
"""A string, a connective, a bracket, or what stands between them."""
_TERNARY = re.compile(r"\?(?![.?])(?<!\?\?)")


def holds(guard: Guard, decide: Decide) -> bool | None:
    """Whether a guard lets its statements run; None where that is not known. A `when x` is asked as `when x`."""
    if guard.kind == "when":
        return decide(f"when {guard.condition.casefold()}")
    if guard.kind not in ("if", "else", "after-exit", "ternary"):
        return None
    value = evaluate(guard.condition, decide)
    if guard.kind in ("else", "after-exit"):
        return None if value is None else not value
    return value


def evaluate(condition: str, decide: Decide) -> bool | None:
    """The three-valued value of a condition."""
    return _value(parsed(condition), decide)


def _value(condition: Condition, decide: Decide) -> bool | None:
    if isinstance(condition, str):
        return condition == "true" if condition in ("true", "false") else decide(condition)
    if isinstance(condition, Negated):
        value = _value(condition.condition, decide)
        return None if value is None else not value
    values = {_value(part, decide) for part in condition.parts}
    decisive = condition.how == "any"
    return decisive if decisive in values else None if None in values else not decisive


@lru_cache(maxsize=8192)
def parsed(condition: str) -> Condition:
    """A condition cut into its atoms."""
    text = _STRING_OR_BLANK.sub(lambda m: m[1] or "", condition.casefold())
    return _Reader(text).read()


class _Reader:
    """One pass over a condition, by recursive descent."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def read(self) -> Condition:
        found = self._joined("||", "any", self._all)
        return found if self._at >= len(self._text) else self._text

    def _all(self) -> Condition:
        return self._joined("&&", "all", self._one)

    def _joined(self, sign: str, how: Literal["all", "any"], read: Callable[[], Condition]) -> Condition:
        parts = [read()]
        while self._text.startswith(sign, self._at):
            self._at += 2
            parts.append(read())
        return parts[0] if len(parts) == 1 else Joined(how, tuple(parts))

    def _one(self) -> Condition:
        text, start = self._text, self._at
        if text.startswith("!", start) and not text.startswith("!=", start):
            self._at += 1
            return Negated(self._one())
        end = _after(text, start)
        if text.startswith("(", start) and _is_group(text, start, end):
            self._at = start + 1
            inner = self._joined("||", "any", self._all)
            self._at = end
            return inner
        self._at = end
        return text[start:end]


def _is_group(text: str, start: int, end: int) -> bool:
    """Whether the bracket here closes where the operand ends, and holds no ternary."""
    return _closing(text, start) == end - 1 and not _TERNARY.search(text, start, end)


def _closing(text: str, start: int) -> int:
    depth = 0
    for index in range(start, len(text)):
        depth += (text[index] in _OPEN) - (text[index] in _CLOSE)
        if depth == 0:
            return index
    return len(text)


def _after(text: str, start: int) -> int:
    """Where the operand that starts here ends: before a connective or a closing bracket of the outermost level."""
    depth, end = 0, start
    for match in _PIECE.finditer(text, start):
        piece = match[0]
        if depth == 0 and piece in _ENDS:
            break
        depth += (piece in _OPEN) - (piece in _CLOSE)
        end = match.end()
    return max(end, start + 1) if start < len(text) else start
