"""Batch and queueable jobs that work record by record."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from sfgov.facts.apex import Loop, Operation
from sfgov.model.apex import DATABASE_WORK, Apex, Effect, LinkedMethod, Path
from sfgov.model.apex.batches import Start
from sfgov.model.apex.entries import Entry

_ONE_AT_A_TIME = frozenset({Effect.CALLOUT, Effect.ENQUEUE, Effect.SCHEDULE, Effect.FUTURE})
"""Work of which a batch may do so little per transaction that a size of one is right."""
_ITEM = re.compile(r"(?:List\s*<\s*([\w.]+)\s*>|([\w.]+)\s*\[\s*\])", re.IGNORECASE)
_NO_RECORDS = frozenset(
    {"string", "integer", "long", "decimal", "double", "boolean", "date", "datetime", "object"}
)


class PerRecord(msgspec.Struct, frozen=True):
    """A job's `execute` that hands its records on one by one, to code that works on the database.

    `path` leads from the call in the loop to the work; None where the loop does it itself, or where there is none
    because only the first record is taken.
    """

    method: LinkedMethod
    loop: Loop | None
    operation: Operation
    effect: Effect | None = None
    path: Path | None = None


class BatchOfOne(msgspec.Struct, frozen=True):
    """A batch job that is started with one record at a time, although nothing in it asks for that."""

    start: Start
    work: PerRecord


def executes(apex: Apex) -> Iterator[LinkedMethod]:
    """The `execute` methods of batch and queueable jobs, by file and line."""
    for linked, entries in apex.entries.items():
        if linked.method.name.casefold() == "execute" and entries & {Entry.BATCH, Entry.QUEUEABLE}:
            yield linked


def record_by_record(apex: Apex, execute: LinkedMethod) -> PerRecord | None:
    """The first call that passes one record of a loop on to database work."""
    for call in apex.graph.calls_of(execute):
        for loop in apex.loops.multiplying(execute, call.operation, DATABASE_WORK)[-1:]:
            if _passes(call.operation, loop.variable):
                path = apex.way_behind(execute, call, DATABASE_WORK)
                if path:
                    return PerRecord(execute, loop, call.operation, path.effect, path)
    return None


def batches_of_one(apex: Apex) -> Iterator[BatchOfOne]:
    """The starts of batch jobs with a size of one that hide work per record, by file and line."""
    for execute in executes(apex):
        starts = [s for s in apex.batches.starts.get(execute.owner_key, ()) if s.size == 1]
        if starts and not apex.way_to(execute, _ONE_AT_A_TIME):
            work = _hidden(apex, execute)
            if work:
                yield from (BatchOfOne(start, work) for start in starts)


def _hidden(apex: Apex, execute: LinkedMethod) -> PerRecord | None:
    """What an `execute` does for each record of its scope, or for the first one only."""
    scope = _scope(apex, execute)
    if not scope:
        return None
    calls = {id(call.operation): call for call in apex.graph.calls_of(execute)}
    for operation in execute.method.operations:
        loop = next((one for one in execute.loops_of(operation) if _runs_over(one, scope)), None)
        if loop is None:
            if _takes_first(operation, scope):
                return PerRecord(execute, None, operation)
            continue
        effect = apex.effect(execute, operation)
        if effect in DATABASE_WORK:
            return PerRecord(execute, loop, operation, effect)
        call = calls.get(id(operation))
        path = apex.way_behind(execute, call, DATABASE_WORK) if call else None
        if path:
            return PerRecord(execute, loop, operation, path.effect, path)
    return None


def _scope(apex: Apex, execute: LinkedMethod) -> str:
    """The name of the records that a batch job gets; nothing where it gets things of other kinds."""
    if len(execute.method.parameters) != 2:
        return ""
    records = execute.method.parameters[1]
    match = _ITEM.fullmatch(records.type.strip())
    item = next(filter(None, match.groups()), "") if match else ""
    is_record = item and item.casefold() not in _NO_RECORDS and not apex.types.find(item, execute.owner_key)
    return records.name if is_record else ""


def _runs_over(loop: Loop, name: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", loop.head, re.IGNORECASE) is not None


def _takes_first(operation: Operation, name: str) -> bool:
    first = re.compile(rf"(?<![\w.]){re.escape(name)}\s*(?:\[\s*0\s*\]|\.get\(\s*0\s*\))", re.IGNORECASE)
    called = f"{operation.receiver}.{operation.name}({', '.join(operation.arguments)})"
    return first.search(called) is not None


def _passes(operation: Operation, variable: str) -> bool:
    """Whether a call gets the loop's record, or a part of it, as receiver or argument."""
    if not variable:
        return False
    word = re.compile(rf"(?<![\w.]){re.escape(variable)}(?!\w)", re.IGNORECASE)
    return any(word.search(text) for text in (operation.receiver, *operation.arguments))
