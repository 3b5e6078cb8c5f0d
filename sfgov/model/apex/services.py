"""Shared services that take one record at a time and query or write for each."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

import msgspec

from sfgov.facts.apex import Operation, Variable
from sfgov.model.apex import DATABASE_WORK, Apex, LinkedMethod, Path

_SHARED_NAME = re.compile(
    r"(?:service|selector|domain|manager|helper)s?(?:impl|_?svc)?$|_svc$|_sel$", re.IGNORECASE
)
_COLLECTION = re.compile(r"(?:List|Set|Map|Iterable)\s*<|.*\[\s*\]$", re.IGNORECASE | re.DOTALL)
_RECORDS = frozenset(
    {
        "sobject", "account", "asset", "campaign", "campaignmember", "case", "contact", "contract", "event", "lead",
        "opportunity", "opportunitylineitem", "order", "orderitem", "pricebookentry", "product2", "quote",
        "quotelineitem", "task", "user", "workorder", "contentversion", "contentdocument", "emailmessage",
    }
)  # fmt: skip
_JOB = re.compile(r"job|batchid|cronid|trigger", re.IGNORECASE)
_CUSTOM = re.compile(r"\w+__(?:c|x|e)", re.IGNORECASE)


class SingleRecordService(msgspec.Struct, frozen=True):
    """A method that others share, takes one record, and works on the database each time.

    `path` is the way to the work; `callers` are the calls of it from bulk code or from loops.
    """

    method: LinkedMethod
    parameter: Variable
    path: Path
    callers: tuple[tuple[LinkedMethod, Operation], ...]


def single_record_services(apex: Apex) -> Iterator[SingleRecordService]:
    """All such methods, by file and line. Methods that only pages use, one record a time, are none.

    One call in a loop is enough; without one, bulk code of two files must use the method.
    """
    for_many = _names_for_many(apex)
    for linked in apex.graph.methods:
        parameter = _single_record(linked)
        if parameter is None or _has_bulk_sibling(linked, for_many):
            continue
        callers = tuple(_bulk_callers(apex, linked))
        files = {caller.written.path for caller, _ in callers}
        looped = any(_is_repeated(apex, caller, operation) for caller, operation in callers)
        if (looped or len(files) >= 2) and _is_shared(apex, linked):
            path = apex.way_to(linked, DATABASE_WORK)
            if path:
                yield SingleRecordService(linked, parameter, path, callers)


def _single_record(linked: LinkedMethod) -> Variable | None:
    """The parameter that is one record or its Id, where no parameter is a collection."""
    method = linked.method
    if method.kind != "method" or not {"public", "global"} & set(method.modifiers):
        return None
    if linked.annotated("auraenabled", "invocablemethod", "future", "remoteaction"):
        return None
    if any(_COLLECTION.match(p.type) for p in method.parameters):
        return None
    return next((p for p in method.parameters if _is_record(p)), None)


def _is_record(parameter: Variable) -> bool:
    if _JOB.search(parameter.name):
        return False
    kind = parameter.type.casefold().removeprefix("schema.")
    if kind == "string":
        return re.search(r"id$", parameter.name, re.IGNORECASE) is not None
    return kind == "id" or kind in _RECORDS or _CUSTOM.fullmatch(kind) is not None


def _names_for_many(apex: Apex) -> dict[str, set[str]]:
    """Per type, the names (in lower case) of its methods that take a collection."""
    found: dict[str, set[str]] = defaultdict(set)
    for linked in apex.graph.methods:
        if any(_COLLECTION.match(p.type) for p in linked.method.parameters):
            found[linked.owner_key].add(linked.method.name.casefold())
    return found


def _has_bulk_sibling(linked: LinkedMethod, for_many: dict[str, set[str]]) -> bool:
    """Whether the same class has the method for many: an overload, or `updateRecords` beside `updateRecord`."""
    name = linked.method.name.casefold()
    return not {name, f"{name}s", f"{name}es"}.isdisjoint(for_many.get(linked.owner_key, ()))


def _is_shared(apex: Apex, linked: LinkedMethod) -> bool:
    """Whether a class is a service by its name, or is called from two files of others."""
    outer = linked.method.owner.partition(".")[0]
    if linked.owner_key in apex.page_controllers:
        return False
    files = {c.written.path for c, _ in apex.graph.callers_of(linked)} - {linked.written.path}
    return _SHARED_NAME.search(outer) is not None or len(files) >= 2


def _bulk_callers(apex: Apex, linked: LinkedMethod) -> Iterator[tuple[LinkedMethod, Operation]]:
    """The calls from code that many records may come to, or from loops, in source order."""
    calls = sorted(apex.graph.callers_of(linked), key=lambda c: (c[0].written.path, c[1].line, c[1].column))
    for caller, operation in calls:
        if caller.written.path != linked.written.path and (
            caller in apex.run_in_bulk or _is_repeated(apex, caller, operation)
        ):
            yield caller, operation


def _is_repeated(apex: Apex, caller: LinkedMethod, operation: Operation) -> bool:
    return bool(apex.loops.multiplying(caller, operation, DATABASE_WORK))
