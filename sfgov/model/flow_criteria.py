"""What must hold of a record before a flow, or a node of it, works on it; and when two flows exclude each other.

Only what is certain is told: criteria that are joined by *and*, of one field against a literal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

import msgspec

from sfgov.facts.flow import FlowElement, FlowFilter, FlowRule, FlowStart, FlowValue
from sfgov.model.flow_references import own_field
from sfgov.model.flow_ways import FlowWays

_LITERALS = frozenset({"stringValue", "booleanValue", "numberValue"})
_EVENTS = {
    "create": frozenset({"create"}),
    "update": frozenset({"update"}),
    "delete": frozenset({"delete"}),
}
_SAVES = frozenset({"create", "update"})
_CALL = re.compile(r"(\w+)\((.*)\)", re.DOTALL)
_FIELD = re.compile(r"(?:\{!\s*)?(?:\$Record|myVariable_current)\.([\w.]+)\s*\}?", re.IGNORECASE)
_CHANGED = re.compile(r"ISCHANGED\(\s*(?:\{!\s*)?\$Record\.([\w.]+)\s*\}?\s*\)", re.IGNORECASE)
_ASKED_FOR_CHANGE = re.compile(
    r"(?:ISCHANGED\(\s*\{?!?\s*\$Record|PRIORVALUE\(\s*\{?!?\s*\$Record|\$Record__Prior)\.([\w.]+)",
    re.IGNORECASE,
)
_COMPARISON = re.compile(r"(.+?)\s*(==|<>|!=|=)\s*(.+)", re.DOTALL)
_LITERAL = re.compile(r"\"([^\"\\]*)\"|'([^'\\]*)'|(true|false)|(-?\d+(?:\.\d+)?)", re.IGNORECASE)
_TRUTHS = {"true": True, "false": False, "globalconstant.true": True, "globalconstant.false": False}


class Criterion(msgspec.Struct, frozen=True):
    """`field` (lower case, `recordtype.developername`) equals `value`, or does not; an empty value is no value."""

    field: str
    value: str
    equal: bool = True

    def contradicts(self, other: Criterion) -> bool:
        """Whether no record passes both."""
        if self.field != other.field:
            return False
        if self.equal and other.equal:
            return self.value != other.value
        return self.equal != other.equal and self.value == other.value


def events(start: FlowStart) -> frozenset[str]:
    """The record events that start a flow: `create`, `update`, `delete`. A formula may rule out one of the saves."""
    found = _EVENTS.get(start.record_trigger_type.casefold(), _SAVES)
    for text in _conjuncts(start.filter_formula):
        bare = text.replace(" ", "").casefold()
        if bare == "isnew()":
            found &= {"create"}
        elif bare in ("not(isnew())", "!isnew()") or bare.startswith("ischanged("):  # false of a new record
            found &= {"update"}
    return found


def entry_criteria(start: FlowStart) -> frozenset[Criterion]:
    """What the start asks of each record that enters the flow."""
    found = set(_of_formula(start.filter_formula))
    if start.filter_logic.casefold() in ("", "and"):
        for item in start.filters:
            found.update(_criterion(item.field, item.operator, item.value))
    return frozenset(found)


def fields_that_must_change(start: FlowStart) -> tuple[bool, frozenset[str]]:
    """The fields (lower case) of which the start asks whether they changed, and whether all of them must have.

    Where the logic is not a plain *and*, it is taken to need one of them: it may have other ways to be met.
    """
    filters = {item.field.casefold() for item in start.filters if _asks_for_change(item)}
    sure = {
        match[1].casefold()
        for text in _conjuncts(start.filter_formula)
        if (match := _CHANGED.fullmatch(text))
    }
    named = {name.casefold() for name in _ASKED_FOR_CHANGE.findall(start.filter_formula)}
    every = start.filter_logic.casefold() in ("", "and") and named <= sure
    return every, frozenset(filters | sure | named)


def _asks_for_change(item: FlowFilter) -> bool:
    return item.operator == "IsChanged" and item.value.text == "true"


def criteria_before(ways: FlowWays, element: FlowElement) -> frozenset[Criterion]:
    """What the decisions of a flow ask of its record on every way from the start to a node."""
    found: set[Criterion] = set()
    for _, rule in ways.rules_before(element):
        found.update(_of_rule(rule))
    return frozenset(found)


def exclude_each_other(one: Iterable[Criterion], other: Iterable[Criterion]) -> bool:
    """Whether no record meets all of these together."""
    rest = tuple(other)
    return any(a.contradicts(b) for a in one for b in rest)


def criteria_of(rule: FlowRule) -> frozenset[Criterion]:
    """What a decision's rule asks of the record, as far as it is certain."""
    return frozenset(_of_rule(rule))


def _of_rule(rule: FlowRule) -> Iterator[Criterion]:
    if rule.logic.casefold() not in ("", "and"):
        return
    for condition in rule.conditions:
        field = own_field(condition.left)
        if field:
            yield from _criterion(field, condition.operator, condition.right)


def _criterion(field: str, operator: str, value: FlowValue) -> Iterator[Criterion]:
    literal = literal_of(value)
    if not field or literal is None:
        return
    if operator in ("EqualTo", "NotEqualTo"):
        yield Criterion(field.casefold(), literal, operator == "EqualTo")
    elif operator in ("IsNull", "IsBlank", "IsEmpty") and literal in ("true", "false"):
        yield Criterion(field.casefold(), "", literal == "true")


def literal_of(value: FlowValue) -> str | None:
    """The literal that a value is, in one spelling; None where it is computed."""
    if value.kind == "elementReference":
        truth = _TRUTHS.get(value.text.casefold().removeprefix("$"))
        return None if truth is None else str(truth).casefold()
    return _normal(value.text) if value.kind in _LITERALS else None


def _normal(literal: str) -> str:
    """One spelling of a literal: `5.0` is `5`, and case does not count."""
    return literal.casefold().removesuffix(".0")


@lru_cache(maxsize=4096)
def _conjuncts(formula: str) -> tuple[str, ...]:
    """The parts of a formula that must all be true: `AND(a, b)` and `a && b`, taken apart."""
    text = _unbracketed(formula.strip())
    call = _CALL.fullmatch(text)
    if call and call[1].casefold() == "and" and _closes_at_end(text):
        parts = _split(call[2], ",")
    else:
        parts = _split(text, "&&")
    if len(parts) == 1 and parts[0] == text:
        return (text,) if text else ()
    return tuple(one for part in parts for one in _conjuncts(part))


def _of_formula(formula: str) -> Iterator[Criterion]:
    for text in _conjuncts(formula):
        yield from _of_atom(text, holds=True)


def _of_atom(text: str, *, holds: bool) -> Iterator[Criterion]:
    bare = _unbracketed(text.strip())
    field = _FIELD.fullmatch(bare)
    call = _CALL.fullmatch(bare)
    if field:
        yield Criterion(field[1].casefold(), "true", holds)
    elif bare.startswith("!"):
        yield from _of_atom(bare[1:], holds=not holds)
    elif call and _closes_at_end(bare):
        yield from _of_call(call[1].casefold(), _split(call[2], ","), holds=holds)
    else:
        yield from _of_comparison(bare, holds=holds)


def _of_call(name: str, arguments: list[str], *, holds: bool) -> Iterator[Criterion]:
    field = _FIELD.fullmatch(arguments[0]) if arguments else None
    if name == "not" and len(arguments) == 1:
        yield from _of_atom(arguments[0], holds=not holds)
    elif name in ("isblank", "isnull") and field:
        yield Criterion(field[1].casefold(), "", holds)
    elif name == "ispickval" and field and len(arguments) == 2:
        literal = _LITERAL.fullmatch(arguments[1])
        if literal:
            yield Criterion(field[1].casefold(), _text_of(literal), holds)


def _of_comparison(text: str, *, holds: bool) -> Iterator[Criterion]:
    compared = _COMPARISON.fullmatch(text)
    if compared is None:
        return
    field, literal = _FIELD.fullmatch(compared[1]), _LITERAL.fullmatch(compared[3])
    if field is None and literal is None:
        field, literal = _FIELD.fullmatch(compared[3]), _LITERAL.fullmatch(compared[1])
    if field and literal:
        yield Criterion(field[1].casefold(), _text_of(literal), (compared[2] in ("=", "==")) == holds)


def _text_of(literal: re.Match[str]) -> str:
    return _normal(next((group for group in literal.groups() if group is not None), ""))


def _unbracketed(text: str) -> str:
    while text.startswith("(") and _closes_at_end(text):
        text = text[1:-1].strip()
    return text


def _closes_at_end(text: str) -> bool:
    """Whether the first bracket of a text is closed by its last character."""
    depths = list(_depths(text))
    opening = text.find("(")
    return text.endswith(")") and 0 not in depths[opening:-1]


def _split(text: str, separator: str) -> list[str]:
    """The parts of a text between separators that stand outside of brackets and quotes."""
    parts: list[str] = []
    begin = 0
    depths = list(_depths(text))
    for match in re.finditer(re.escape(separator), text):
        if depths[match.start()] == 0:
            parts.append(text[begin : match.start()].strip())
            begin = match.end()
    return [*parts, text[begin:].strip()]


def _depths(text: str) -> Iterator[int]:
    """How many brackets are open after each character; a character in quotes counts as one more."""
    depth = 0
    quote = ""
    for char in text:
        if quote:
            quote = "" if char == quote else quote
            yield depth + 1
            continue
        if char in "\"'":
            quote = char
        depth += (char == "(") - (char == ")")
        yield depth + bool(quote)
