"""Invocable methods that give one result, however many inputs they get."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from sfgov.facts.apex import Operation
from sfgov.model.apex import Apex, LinkedMethod
from sfgov.model.apex.expressions import split_at_commas
from sfgov.model.apex.first_record import refuses_many

_LIST = re.compile(r"List\s*<|.*\[\s*\]$", re.IGNORECASE | re.DOTALL)
_LIST_OF_LISTS = re.compile(
    r"List\s*<\s*(?:List\s*<|[\w.]+\s*\[)|.*\[\s*\]\s*\[\s*\]$", re.IGNORECASE | re.DOTALL
)
_LITERAL = re.compile(r"new\s+(?:List\s*<.*>|[\w.]+\s*\[\s*\])\s*\{(.*)\}", re.IGNORECASE | re.DOTALL)
_EMPTY = re.compile(
    r"new\s+(?:List\s*<.*>|[\w.]+\s*\[\s*\])\s*(?:\(\s*\)|\{\s*\})", re.IGNORECASE | re.DOTALL
)


class SingleResult(msgspec.Struct, frozen=True):
    """An invocable method and the places where it makes its only result."""

    method: LinkedMethod
    places: tuple[Operation, ...]


def single_results(apex: Apex) -> Iterator[SingleResult]:
    """All such methods, by file and line. Those that refuse more than one input are none."""
    for linked in apex.methods:
        if linked.annotated("invocablemethod") and not linked.is_test and _takes_and_gives_lists(linked):
            places = _single(linked)
            if places and not refuses_many(linked):
                yield SingleResult(linked, places)


def _takes_and_gives_lists(linked: LinkedMethod) -> bool:
    method = linked.method
    if not method.parameters or not _LIST.match(method.return_type):
        return False
    return not _LIST_OF_LISTS.match(method.parameters[0].type)


def _single(linked: LinkedMethod) -> tuple[Operation, ...]:
    """Where each way through a method makes one result; nothing where some way makes more, or that is not known."""
    found: dict[int, Operation] = {}
    for operation in linked.method.operations:
        if operation.kind == "return" and operation.arguments:
            made = _one_result(linked, operation)
            if made is None:
                return ()
            found |= {id(op): op for op in made}
    return tuple(found.values())


def _one_result(linked: LinkedMethod, returned: Operation) -> list[Operation] | None:
    text = returned.arguments[0].strip()
    literal = _LITERAL.fullmatch(text)
    if literal:
        return [returned] if len(split_at_commas(literal[1])) == 1 else None
    return _added_once(linked, text, returned.line) if text.isidentifier() else None


def _added_once(linked: LinkedMethod, name: str, line: int) -> list[Operation] | None:
    """What is added to a local list, if that is one element outside of all loops and nothing else fills it."""
    local = linked.local(name.casefold(), line)
    if local is None or local in linked.method.parameters:
        return None
    literal = _LITERAL.fullmatch(local.initial)
    uses = [op for op in linked.method.operations if _mentions(op, name)]
    added = [op for op in uses if op.kind == "call" and op.name.casefold() == "add"]
    if len(uses) > len(added) + 1 or any(op.loops for op in added):  # one more: the return itself
        return None
    if literal and len(split_at_commas(literal[1])) == 1:
        return [op for op in uses if op.kind == "return"] if not added else None
    return added if _EMPTY.fullmatch(local.initial) and len(added) == 1 else None


def _mentions(operation: Operation, name: str) -> bool:
    word = re.compile(rf"(?<![\w.]){re.escape(name)}(?!\w)", re.IGNORECASE)
    return any(word.search(text) for text in (operation.name, operation.receiver, *operation.arguments))
