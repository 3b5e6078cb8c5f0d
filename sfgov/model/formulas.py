"""The value of a formula, as far as it is settled by what is known of the names in it.

Three-valued: what is not known, or uses a function that is not understood, is unknown, never false.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from functools import lru_cache
from typing import TypeAlias


class Unknown(Enum):
    """The value of what is not known."""

    UNKNOWN = "unknown"


UNKNOWN = Unknown.UNKNOWN
Value: TypeAlias = str | bool | Unknown | None
"""A text or number as text, a truth value, nothing (None), or unknown. Texts compare without case."""
Assume: TypeAlias = Callable[[str], Value]
"""What is known of a name, given in lower case: `$record.status__c`, `$permission.bypass`, or `isnew()`."""

_TOKEN = re.compile(
    r"\s+|/\*.*?\*/|(\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*')|(\d+(?:\.\d+)?)"
    r"|\{!\s*([^{}]+?)\s*\}|(\$?[A-Za-z_][\w.:]*)|(&&|\|\||==|<>|!=|<=|>=|[-+*/^&=<>!(),])",
    re.DOTALL,
)
_COMPARE = ("=", "==", "<>", "!=", "<", ">", "<=", ">=")
_ARITHMETIC = ("+", "-", "*", "/", "^", "&")


class _NotUnderstood(Exception):
    pass


def value_of_formula(formula: str, assume: Assume) -> Value:
    """The formula's value. Whatever is not understood of it is unknown."""
    try:
        reader = _Reader(_tokens(formula), assume)
        value = reader.any_of()
    except (_NotUnderstood, RecursionError):
        return UNKNOWN
    return value if reader.done else UNKNOWN


def truth(value: Value) -> bool | None:
    """Whether a value counts as true; None where that is not known. Nothing is not true."""
    if value is UNKNOWN:
        return None
    return value is True or (isinstance(value, str) and value.casefold() == "true")


def equal(one: Value, other: Value) -> bool | None:
    """Whether two values are the same; nothing and the empty text are."""
    if one is UNKNOWN or other is UNKNOWN:
        return None
    return plain(one) == plain(other)


def plain(value: Value) -> str:
    """One spelling of a known value: lower case, `5.0` is `5`, nothing is the empty text."""
    return "" if value is None else str(value).casefold().removesuffix(".0")


def negated(value: bool | None) -> bool | None:
    """The opposite of a truth value; unknown stays unknown."""
    return None if value is None else not value


def all_of(values: list[bool | None]) -> bool | None:
    """Whether all are true: false as soon as one is false."""
    return False if False in values else None if None in values else True


def any_of(values: list[bool | None]) -> bool | None:
    """Whether any is true: true as soon as one is true."""
    return True if True in values else None if None in values else False


@lru_cache(maxsize=1024)
def _tokens(formula: str) -> tuple[tuple[str, str], ...]:
    """(kind, text): `text`, `number`, `name`, or `sign`."""
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(formula):
        match = _TOKEN.match(formula, at)
        if match is None:
            raise _NotUnderstood
        at = match.end()
        for kind, text in zip(("text", "number", "name", "name", "sign"), match.groups(), strict=True):
            if text is not None:
                found.append((kind, text))
    return tuple(found)


class _Reader:
    """Evaluates while it reads, by recursive descent."""

    def __init__(self, tokens: tuple[tuple[str, str], ...], assume: Assume) -> None:
        self._tokens = tokens
        self._assume = assume
        self._at = 0

    @property
    def done(self) -> bool:
        return self._at >= len(self._tokens)

    def _peek(self) -> str:
        return "" if self.done or self._tokens[self._at][0] != "sign" else self._tokens[self._at][1]

    def _take(self, *signs: str) -> str:
        sign = self._peek()
        if sign not in signs:
            return ""
        self._at += 1
        return sign

    def any_of(self) -> Value:
        first = self._all_of()
        values = [first]
        while self._take("||"):
            values.append(self._all_of())
        return first if len(values) == 1 else _value(any_of([truth(one) for one in values]))

    def _all_of(self) -> Value:
        first = self._compared()
        values = [first]
        while self._take("&&"):
            values.append(self._compared())
        return first if len(values) == 1 else _value(all_of([truth(one) for one in values]))

    def _compared(self) -> Value:
        left = self._sum()
        sign = self._take(*_COMPARE)
        if not sign:
            return left
        same = equal(left, self._sum())
        if sign in ("=", "=="):
            return _value(same)
        return _value(negated(same)) if sign in ("<>", "!=") else UNKNOWN

    def _sum(self) -> Value:
        """Arithmetic is read and not done."""
        value = self._one()
        while self._take(*_ARITHMETIC):
            self._one()
            value = UNKNOWN
        return value

    def _one(self) -> Value:
        if self._take("!"):
            return _value(negated(truth(self._one())))
        if self._take("-", "+"):
            self._one()
            return UNKNOWN
        if self._take("("):
            value = self.any_of()
            self._close()
            return value
        if self.done or self._tokens[self._at][0] == "sign":
            raise _NotUnderstood
        kind, text = self._tokens[self._at]
        self._at += 1
        if kind == "name" and self._take("("):
            return self._called(text.casefold())
        if kind == "text":
            return text[1:-1]
        return self._named(text.casefold()) if kind == "name" else text

    def _named(self, name: str) -> Value:
        return (
            {"true": True, "false": False, "null": None}.get(name, UNKNOWN)
            if name in _WORDS
            else self._assume(name)
        )

    def _close(self) -> None:
        if not self._take(")"):
            raise _NotUnderstood

    def _called(self, name: str) -> Value:
        arguments: list[Value] = []
        if not self._take(")"):
            arguments.append(self.any_of())
            while self._take(","):
                arguments.append(self.any_of())
            self._close()
        return _result(name, arguments) if arguments else self._assume(f"{name}()")


_WORDS = frozenset({"true", "false", "null"})


def _result(name: str, given: list[Value]) -> Value:
    """What a function gives. One that is not known here gives something unknown."""
    truths = [truth(one) for one in given]
    match name, len(given):
        case "and", _:
            return _value(all_of(truths))
        case "or", _:
            return _value(any_of(truths))
        case "not", 1:
            return _value(negated(truths[0]))
        case "if", 3:
            return UNKNOWN if truths[0] is None else given[1] if truths[0] else given[2]
        case "text", 1:
            return given[0]
        case "ispickval", 2:
            return _value(equal(given[0], given[1]))
        case (("isblank" | "isnull"), 1):
            return _value(equal(given[0], None))
        case (("blankvalue" | "nullvalue"), 2):
            return given[0] if given[0] is UNKNOWN or not equal(given[0], None) else given[1]
        case _:
            return UNKNOWN


def _value(known: bool | None) -> Value:
    return UNKNOWN if known is None else known
