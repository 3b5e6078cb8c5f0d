"""Expressions of Agent Script, as far as they decide something: parsed, and worked out with what is known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum

import msgspec

Value = str | float | bool | None
_DEEPEST = 60
"""An expression that is nested deeper is not worked out."""
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<number>\d+\.?\d*|\.\d+)(?![\w-])
    | (?P<ellipsis>\.\.\.)
    | (?P<name>@?[A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)*)
    | (?P<operator>==|!=|<=|>=|[-+*/<>()\[\]{},:.])
    )""",
    re.VERBOSE | re.DOTALL,
)
_VARIABLE = re.compile(r"@variables\s*\.\s*(\w+)", re.IGNORECASE)
_REFERENCE = re.compile(r"@\w+(?:\s*\.\s*\w+)+")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_MERGED = re.compile(r"\{!(.*?)\}", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}
_CONSTANTS: dict[str, Value] = {"true": True, "false": False, "none": None, "null": None}
_BINDS = {
    "or": 1, "and": 2,
    "==": 4, "!=": 4, "<": 4, "<=": 4, ">": 4, ">=": 4, "is": 4, "is not": 4,
    "+": 5, "-": 5, "*": 6, "/": 6,
}  # fmt: skip


class Unknown(Enum):
    """The value of what the files do not tell."""

    UNKNOWN = "unknown"


UNKNOWN = Unknown.UNKNOWN


class Node(msgspec.Struct, frozen=True):
    """A part of an expression. `kind` is an operator, or `constant`, `variable`, `other`, `empty`, `if`."""

    kind: str
    value: Value = None
    operands: tuple[Node, ...] = ()


_OTHER = Node("other")


class Expression(msgspec.Struct, frozen=True):
    """An expression as written, and its parts; one that cannot be read is `other` as a whole."""

    text: str
    root: Node = _OTHER
    extra: frozenset[str] = frozenset()

    @property
    def variables(self) -> frozenset[str]:
        """The agent's variables in it, in lower case."""
        return (
            frozenset(name.casefold() for name in _VARIABLE.findall(_without_strings(self.text))) | self.extra
        )

    @property
    def references(self) -> tuple[str, ...]:
        """Everything that it refers to: `@variables.x`, `@outputs.y`, `@MessagingSession.Id`."""
        return tuple(re.sub(r"\s", "", one) for one in _REFERENCE.findall(_without_strings(self.text)))


def _without_strings(text: str) -> str:
    """What is worked out: everything outside of strings, and what these have in `{!…}`."""
    return _STRING.sub(lambda string: " ".join(_MERGED.findall(string[0])) or '""', text)


def parsed(text: str) -> Expression:
    """An expression of a script."""
    try:
        root = _Reader(text).whole()
    except _Unreadable:
        root = _OTHER
    return Expression(text, root)


def literal_of(text: str) -> tuple[Value] | None:
    """The constant that an expression is, in a tuple as None is one; None where it is computed."""
    found = value_of(parsed(text), {})
    return None if isinstance(found, Unknown) else (found,)


def truth(value: Value | Unknown) -> bool | None:
    """Whether a value counts as true; None where it is not known."""
    return None if isinstance(value, Unknown) else bool(value)


def value_of(expression: Expression, values: Mapping[str, Value]) -> Value | Unknown:
    """The value when variables (lower case) have these values; those that are not among them may have any."""
    return _work_out(expression.root, values)


class _Unreadable(Exception):
    pass


class _Reader:
    """Precedence climbing over the tokens of one expression."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._at = 0
        self._depth = 0

    def whole(self) -> Node:
        found = self._expression()
        if self._at < len(self._tokens):
            raise _Unreadable
        return found

    def _expression(self) -> Node:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _Unreadable
        found = self._binary(1)
        if self._takes("if"):
            condition = self._binary(1)
            if not self._takes("else"):
                raise _Unreadable
            found = Node("if", operands=(condition, found, self._expression()))
        self._depth -= 1
        return found

    def _binary(self, least: int) -> Node:
        left = self._unary()
        chained = 0
        while (operator := self._operator()) and _BINDS[operator] >= least:
            self._at += 2 if operator == "is not" else 1
            right = self._binary(_BINDS[operator] + 1)
            if left.kind == operator and operator in ("and", "or"):
                left = Node(operator, operands=(*left.operands, right))
            else:
                left = Node(operator, operands=(left, right))
            chained += 1
            if chained > _DEEPEST * 4:
                raise _Unreadable
        return left

    def _unary(self) -> Node:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _Unreadable
        if self._takes("not"):
            found = Node("not", operands=(self._binary(4),))
        elif self._takes("-"):
            found = Node("negative", operands=(self._unary(),))
        elif self._takes("+"):
            found = self._unary()
        else:
            found = self._atom()
        self._depth -= 1
        return found

    def _atom(self) -> Node:
        kind, text = self._next()
        if kind == "string":
            found = _OTHER if _MERGED.search(text) else Node("constant", _unescaped(text))
        elif kind == "number":
            found = Node("constant", float(text))
        elif text == "(":
            found = self._expression()
            self._expect(")")
        elif text in ("[", "{"):
            found = self._collection(text)
        elif kind == "name":
            found = _named(text)
        elif kind == "ellipsis":
            found = _OTHER
        else:
            raise _Unreadable
        return self._after(found)

    def _after(self, found: Node) -> Node:
        """Calls, subscripts and members: what they give is not known."""
        while self._peek() in ("(", "[", "."):
            opening = self._next()[1]
            if opening == ".":
                self._next()
            else:
                self._until({"(": ")", "[": "]"}[opening])
            found = _OTHER
        return found

    def _collection(self, opening: str) -> Node:
        """An empty list or dictionary is false, as is no value."""
        closing = {"[": "]", "{": "}"}[opening]
        if self._takes(closing):
            return Node("empty")
        self._until(closing)
        return _OTHER

    def _until(self, closing: str) -> None:
        waiting = [closing]
        while waiting:
            text = self._next()[1]
            if text in ("(", "[", "{"):
                waiting.append({"(": ")", "[": "]", "{": "}"}[text])
            elif text == waiting[-1]:
                waiting.pop()

    def _operator(self) -> str:
        text = self._peek()
        if text == "is" and self._at + 1 < len(self._tokens) and self._tokens[self._at + 1][1] == "not":
            return "is not"
        return text if text in _BINDS else ""

    def _peek(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise _Unreadable
        self._at += 1
        return self._tokens[self._at - 1]

    def _takes(self, text: str) -> bool:
        if self._peek() != text:
            return False
        self._at += 1
        return True

    def _expect(self, text: str) -> None:
        if not self._takes(text):
            raise _Unreadable


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            if text[at:].strip():
                raise _Unreadable
            break
        at = match.end()
        kind = str(match.lastgroup)
        found.append((kind, match[kind]))
    return found


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda match: _ESCAPES.get(match[1], match[1]), text[1:-1])


def _named(text: str) -> Node:
    name = re.sub(r"\s", "", text)
    if name.casefold() in _CONSTANTS:
        return Node("constant", _CONSTANTS[name.casefold()])
    parts = name.split(".")
    if parts[0].casefold() == "@variables" and len(parts) == 2:
        return Node("variable", parts[1].casefold())
    return _OTHER


def _work_out(node: Node, values: Mapping[str, Value]) -> Value | Unknown:
    match node.kind:
        case "constant":
            return node.value
        case "empty":
            return None
        case "variable":
            return values.get(str(node.value), UNKNOWN)
        case "not":
            found = truth(_work_out(node.operands[0], values))
            return UNKNOWN if found is None else not found
        case "and" | "or":
            return _joined(node, values)
        case "if":
            condition = truth(_work_out(node.operands[0], values))
            return UNKNOWN if condition is None else _work_out(node.operands[1 if condition else 2], values)
        case "isEmpty":
            value = _work_out(node.operands[0], values)
            return value if isinstance(value, Unknown) else value in (None, "")
    return _computed(node.kind, [_work_out(one, values) for one in node.operands])


def _joined(node: Node, values: Mapping[str, Value]) -> bool | Unknown:
    """By Kleene: one false makes an `and` false, whatever else is not known."""
    found = [truth(_work_out(one, values)) for one in node.operands]
    decisive = node.kind == "or"
    if decisive in found:
        return decisive
    return UNKNOWN if None in found else not decisive


def _computed(kind: str, operands: list[Value | Unknown]) -> Value | Unknown:
    if not operands or any(isinstance(one, Unknown) for one in operands):
        return UNKNOWN
    known = [one for one in operands if not isinstance(one, Unknown)]
    if kind == "negative":
        return -known[0] if isinstance(known[0], float) else UNKNOWN
    left, right = known
    if kind in ("==", "is", "!=", "is not"):
        same = _same(left, right)
        return same if isinstance(same, Unknown) or kind in ("==", "is") else not same
    if isinstance(left, bool) or isinstance(right, bool):
        return UNKNOWN
    if isinstance(left, float) and isinstance(right, float):
        return _arithmetic(kind, left, right)
    if isinstance(left, str) and isinstance(right, str) and kind == "+":
        return left + right
    return UNKNOWN


def _same(left: Value, right: Value) -> bool | Unknown:
    """Values of different types may be made alike by the platform: that is not known. Nothing is like None."""
    if left is None or right is None:
        return left is right
    return left == right if type(left) is type(right) else UNKNOWN


def _arithmetic(kind: str, left: float, right: float) -> Value | Unknown:
    match kind:
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case ">=":
            return left >= right
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/" if right:
            return left / right
    return UNKNOWN
