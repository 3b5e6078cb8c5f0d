"""Reads of properties whose getters do work: `account.rate` may be a query."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import NamedTuple

from sfgov.facts.apex import Operation
from sfgov.model.apex.calls import Calls
from sfgov.model.apex.graph import Call, CallGraph
from sfgov.model.apex.linked import LinkedMethod

_READ = re.compile(r"\b\w++(?!\s*+(?:\(|=(?!=)))", re.ASCII)
"""A name that is neither called nor assigned to."""
_STRING = re.compile(r"'(?:[^'\\]|\\.)*'")
_CHAIN_END = re.compile(r"(?:(?:new\s+)?\w+(?:\([^()]*\))?\s*\??\.\s*)+\Z")
_LONGEST_CHAIN = 100


class _Text(NamedTuple):
    """An expression of a method, with its line, the loops that repeat it, and its guard."""

    text: str
    line: int
    loops: tuple[int, ...]
    guard: int


def connect_reads(graph: CallGraph, calls: Calls) -> None:
    """Add the reads of getters that come to any work to the call graph."""
    readers = _readers(graph)
    for linked in graph.coming_to(m for m in graph.methods if graph.work_of(m)):
        if linked.method.kind == "getter":
            name = linked.method.name.casefold()
            for reader in readers.pop(name, ()):
                graph.add_calls(reader, list(_reads(reader, name, calls)))


def _readers(graph: CallGraph) -> dict[str, list[LinkedMethod]]:
    """By the names of getters, in lower case: the methods that have the name in their code."""
    getters = {linked.method.name.casefold() for linked in graph.methods if linked.method.kind == "getter"}
    found: dict[str, list[LinkedMethod]] = defaultdict(list)
    for linked in graph.methods:
        for name in getters.intersection(linked.method.names):
            found[name].append(linked)
    return found


def _reads(linked: LinkedMethod, name: str, calls: Calls) -> Iterator[Call]:
    seen: set[tuple[int, str]] = set()
    for text, line, loops, guard in _texts(linked, name):
        for match in _READ.finditer(_STRING.sub("''", text) if "'" in text else text):
            if match[0].casefold() != name:
                continue
            holder = _holder(match.string, match.start())
            written = holder + match[0]
            if (line, written) in seen:
                continue
            seen.add((line, written))
            getter = calls.accessor(linked, written, "getter", line)
            if getter is not None and getter is not linked:
                receiver = holder.rstrip(". \t\n?")
                operation = Operation(
                    "call", line, 1, match[0], receiver, loops=loops, guard=guard, text=written
                )
                yield Call(operation, calls.to(getter))


def _holder(text: str, end: int) -> str:
    """What stands before a name at an offset, up to the dot between them: `new A().b.` before `c`."""
    if text[end - 1 : end] not in (".", " "):
        return ""
    found = _CHAIN_END.search(text, max(0, end - _LONGEST_CHAIN), end)
    return found[0] if found else ""


def _texts(linked: LinkedMethod, name: str) -> Iterator[_Text]:
    """The expressions of a method that a name (in lower case) may be in."""

    def names(text: str) -> bool:
        return name in text.casefold()

    method = linked.method
    for op in method.operations:
        for text in (op.receiver, *op.arguments):
            if text and names(text):
                yield _Text(text, op.line, op.loops, op.guard)
    entered: set[int] = set()
    for variable in method.variables:
        if variable.scope >= 0:
            entered.add(variable.scope)
        if variable.initial and names(variable.initial):
            yield _Text(variable.initial, variable.line, _loops_at(linked, variable.line, entered), -1)
    for guard in method.guards:
        if guard.kind in ("if", "ternary") and names(guard.condition):
            yield _Text(guard.condition, guard.line, _loops_at(linked, guard.line), guard.parent)
    for index, loop in enumerate(method.loops):
        if loop.kind == "for-each":
            if names(loop.iterable):
                yield _Text(loop.iterable, loop.line, _around(linked, loop.parent), -1)
        elif names(loop.head):
            yield _Text(loop.head, loop.line, _around(linked, index), -1)


def _loops_at(linked: LinkedMethod, line: int, entered: Collection[int] = ()) -> tuple[int, ...]:
    """The loops whose body a line is in.

    What stands on the line of a loop's head is in its body only if the loop is one of those known to be `entered`.
    """
    return tuple(
        index
        for index, loop in enumerate(linked.method.loops)
        if loop.line < line <= loop.end_line or (loop.line == line and index in entered)
    )


def _around(linked: LinkedMethod, index: int) -> tuple[int, ...]:
    found: list[int] = []
    while index >= 0:
        found.append(index)
        index = linked.method.loops[index].parent
    return tuple(reversed(found))
