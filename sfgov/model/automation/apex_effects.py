"""What single operations of Apex do to records."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sfgov.facts.apex import Operation
from sfgov.model.apex import Apex, Effect, LinkedMethod
from sfgov.model.automation.effects import Kind, RecordEffect

_KINDS: dict[str, tuple[Kind, ...]] = {
    "insert": ("create",),
    "update": ("update",),
    "upsert": ("create", "update"),
    "delete": ("delete",),
    "undelete": ("undelete",),
    "merge": ("update", "delete"),
}
_SUFFIX = re.compile(r"(immediate|async)$")
_COLLECTION = re.compile(r"(?:list|set|iterable)\s*<\s*([\w.]+)\s*>|([\w.]+)\s*\[\s*\]", re.IGNORECASE)
_FROM = re.compile(r"\bfrom\s+(\w+)", re.IGNORECASE)
_NOT_RECORDS = frozenset({"sobject", "id", "string", "object", "aggregateresult"})
_NAMED = re.compile(r"(\w+)\s*=\s*(.*)", re.DOTALL)
_LITERAL = re.compile(r"'([^'\\]*)'|(true|false)|(-?\d+(?:\.\d+)?)|(null)", re.IGNORECASE)


def effects_of_operation(apex: Apex, linked: LinkedMethod, operation: Operation) -> Iterator[RecordEffect]:
    """What an operation reads or writes; nothing where the object is not known."""
    effect = apex.effect(linked, operation)
    if effect is Effect.QUERY and operation.kind == "soql" and operation.name:
        yield RecordEffect("read", operation.name, linked.at(operation), context=operation.receiver)
    elif effect is Effect.DML and operation.arguments:
        object_name = _object_of(apex, linked, operation)
        for kind in _KINDS.get(_SUFFIX.sub("", operation.name.casefold()), ()) if object_name else ():
            values = _values(apex, linked, object_name) if kind == "update" else None
            context = operation.receiver if operation.kind == "dml" else ""
            yield RecordEffect(kind, object_name, linked.at(operation), values, context=context)


def _object_of(apex: Apex, linked: LinkedMethod, operation: Operation) -> str:
    operand = operation.arguments[0].strip()
    query = _FROM.search(operand) if operand.startswith("[") else None
    if query:
        return query[1]
    return record_type(apex, linked, operand, operation.line)


def record_type(apex: Apex, linked: LinkedMethod, expression: str, line: int) -> str:
    """The object of a record, or of the records in a list; empty where it is not known, or they may be of any."""
    found = apex.calls.expressions.type_of(linked, expression, linked.owner_key, line)
    text = found.text.strip() if found else ""
    inner = _COLLECTION.fullmatch(text)
    name = ((inner[1] or inner[2]) if inner else text).rpartition(".")[2]
    is_class = bool(apex.types.find(name, linked.owner_key))
    return "" if is_class or not name.isidentifier() or name.casefold() in _NOT_RECORDS else name


def _values(apex: Apex, linked: LinkedMethod, object_name: str) -> Mapping[str, str | None] | None:
    """The fields that the method sets on records of an object; None where it sets none itself."""
    found: dict[str, str | None] = {}
    for operation in linked.method.operations:
        if operation.kind == "assign":
            record, _, field = operation.name.rpartition(".")
            if (
                record
                and record_type(apex, linked, record, operation.line).casefold() == object_name.casefold()
            ):
                found[field.casefold()] = literal(operation.arguments[0] if operation.arguments else "")
        elif operation.kind == "new" and operation.name.casefold() == object_name.casefold():
            for argument in operation.arguments:
                named = _NAMED.fullmatch(argument.strip())
                if named and named[1].casefold() != "id":
                    found[named[1].casefold()] = literal(named[2])
    return found or None


def literal(text: str) -> str | None:
    """The literal that an expression is, in lower case and empty for null; None where it is computed."""
    match = _LITERAL.fullmatch(text.strip())
    if match is None:
        return None
    return "" if match[4] else (match[1] if match[1] is not None else match[2] or match[3]).casefold()
