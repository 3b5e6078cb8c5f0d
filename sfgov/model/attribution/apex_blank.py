"""Whether Apex sets a field only where it is empty, or puts back what was there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from sfgov.facts.apex import Operation
from sfgov.model.apex import LinkedMethod
from sfgov.model.apex.conditions import Decide, evaluate, holds

_COMPARED = re.compile(r"(.+?)(===|==|!==|!=|<>)(.+)")
_TEXT_TEST = re.compile(r"(?:system\.)?string\.is(not)?(?:blank|empty)\((.+)\)")
_OWN_TEXT_TEST = re.compile(r"(.+)\.(?:equals|equalsignorecase)\('(.*)'\)")
_PUT = re.compile(r"(?:\([\w.]+\))?.+\.get\((?:'(\w+)'|[\w.]*?(\w+))\)")
_FIELD = re.compile(r".+\.(\w+)")
_LITERAL = re.compile(r"null|'[^']*'")
_READ = re.compile(r"\??\.(?:(\w+)\b(?!\s*\()|get\('(\w+)'\))", re.IGNORECASE)
_TERNARY = re.compile(r"(?<!\?)\?(?![.?])")
_CLOSING = {")": "(", "]": "["}
"""Brackets by which an expression ends."""
_OLD = re.compile(r"\b\w*(?:old|prior|before)\w*\b", re.IGNORECASE)
_DEEPEST = 3


def keeps(
    steps: Sequence[tuple[LinkedMethod, Operation]],
    value: str,
    fields: frozenset[str],
    mirrors: frozenset[str],
) -> bool:
    """Whether a value that the field has already stays.

    `steps` are the operation that sets it to `value`, and the calls that lead there; `fields` (lower case) those of
    which one is asked for all, `mirrors` those whose values are no later touch.
    """
    if any(
        holds(guard, _decide(method, operation.line, fields, 0)) is False
        for method, operation in steps
        for guard in method.guards_of(operation)
    ):
        return True
    return _puts_back(*steps[0], value, mirrors)


def _decide(method: LinkedMethod, line: int, fields: frozenset[str], depth: int) -> Decide:
    """What is known of a condition's atoms when these fields are filled."""

    def is_field(text: str) -> bool:
        return _field_of(method, text, line, fields, 0)

    def decide(atom: str) -> bool | None:
        test = _TEXT_TEST.fullmatch(atom)
        if test and is_field(test[2]):
            return test[1] is not None
        compared = _COMPARED.fullmatch(atom)
        if compared:
            return _compared(compared, is_field)
        own = _OWN_TEXT_TEST.fullmatch(atom)
        if own and is_field(own[1]):
            return False
        if atom.isidentifier() and depth < _DEEPEST:
            variable = method.local(atom, line)
            initial = variable.initial if variable is not None else ""
            return evaluate(initial, _decide(method, line, fields, depth + 1)) if initial else None
        return None

    return decide


def _compared(compared: re.Match[str], is_field: Callable[[str], bool]) -> bool | None:
    """A filled field differs from null, and from any one text."""
    left, sign, right = compared.groups()
    for one, other in ((left, right), (right, left)):
        if _LITERAL.fullmatch(other) and is_field(one):
            return not sign.startswith("=")
    return None


def _field_of(method: LinkedMethod, text: str, line: int, fields: frozenset[str], depth: int) -> bool:
    """Whether an expression, in lower case and without blanks, is one of the fields of whatever record."""
    match = _PUT.fullmatch(text)
    if match:
        return (match[1] or match[2]) in fields
    plain = _FIELD.fullmatch(text)
    if plain:
        return plain[1] in fields
    variable = method.local(text, line) if text.isidentifier() and depth < _DEEPEST else None
    if variable is None or not variable.initial:
        return False
    return _field_of(method, re.sub(r"\s+", "", variable.initial.casefold()), line, fields, depth + 1)


def _puts_back(method: LinkedMethod, operation: Operation, value: str, mirrors: frozenset[str]) -> bool:
    """Whether what is set comes from the field itself or a mirror of it, on the same record or as it was before."""
    record = operation.name.rpartition(".")[0] if operation.kind == "assign" else operation.receiver
    variable = (
        method.local(value.strip().casefold(), operation.line) if value.strip().isidentifier() else None
    )
    texts = [_results(value), _results(variable.initial) if variable is not None else ""]
    return any(
        _bare(source) == _bare(record) or _is_old(method, source, operation.line)
        for text in texts
        for source in _records_read(text, mirrors)
    )


def _results(text: str) -> str:
    """An expression without the condition of its ternary."""
    condition = _TERNARY.search(text)
    return text[condition.end() :] if condition else text


def _records_read(text: str, fields: frozenset[str]) -> Iterator[str]:
    """The expressions of which one of these fields is read."""
    for found in _READ.finditer(text):
        if (found[1] or found[2]).casefold() in fields:
            yield text[_start_of(text, found.start()) : found.start()]


def _start_of(text: str, end: int) -> int:
    """Where the expression that ends there begins: names, dots, and brackets with whatever is in them."""
    open_brackets = 0
    at = end
    while at > 0:
        char = text[at - 1]
        if char in _CLOSING:
            open_brackets += 1
        elif char in _CLOSING.values():
            if open_brackets == 0:
                break
            open_brackets -= 1
        elif open_brackets == 0 and not (char.isalnum() or char in "_.?"):
            break
        at -= 1
    return at


def _bare(text: str) -> str:
    return text.replace(" ", "").casefold()


def _is_old(method: LinkedMethod, record: str, line: int) -> bool:
    """Whether an expression means the record as it was before the save: by its name, or by what it starts with."""
    return _OLD.search(record) is not None or _OLD.search(method.initial_of(record.strip(), line)) is not None
