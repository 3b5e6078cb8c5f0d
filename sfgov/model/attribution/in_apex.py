"""Writes by Apex: to the records of a trigger before they are saved, and to records that a method saves itself."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

import msgspec

from sfgov.facts.apex import Operation
from sfgov.model.apex import Apex, LinkedMethod
from sfgov.model.apex.entries import is_test_helper
from sfgov.model.attribution.apex_blank import keeps
from sfgov.model.attribution.writes import SaveEvent, Wanted, Write
from sfgov.model.automation import Automation, Automatism
from sfgov.model.automation.apex_effects import effects_of_operation, literal, record_type
from sfgov.model.automation.record_writes import TriggerWrite, trigger_writes
from sfgov.place import Evidence, Place

_STRING = re.compile(r"'((?:[^'\\]|\\.)*)'")
_NAMED = re.compile(r"(\w+)\s*=(?!=)\s*(.*)", re.DOTALL)
_TOKEN = re.compile(r"'(\w+)'|(?:\w+\.)+(?:fields\.)?(\w+)", re.IGNORECASE)
_BASE = re.compile(r"(?:this\.)?(\w+)")
_CREATES = re.compile(r"new\s+[\w.]+\s*\((?!.*\bid\s*=)", re.IGNORECASE | re.DOTALL)
_ASKED = re.compile(r"\b(\w+)\s*(?:=|\bin\b)\s*(null|\('[^()]*\)|'[^']*')", re.IGNORECASE)
_NONE = re.compile(r"null|''", re.IGNORECASE)
_FILLS = frozenset({"add", "addall", "put", "putall"})
_UNITS: dict[str, tuple[SaveEvent, ...]] = {
    "registernew": ("create",),
    "registerdirty": ("update",),
    "registerupsert": ("create", "update"),
}
"""What a unit of work calls the ways to save."""
_EVENTS: dict[str, SaveEvent] = {"create": "create", "update": "update"}


def apex_writes(apex: Apex, automation: Automation, wanted: Wanted) -> Iterator[Write]:
    """What triggers set before a save, then what other code sets and saves."""
    told: set[tuple[str, int, int]] = set()
    for write in _before_saves(automation, wanted):
        told.add(_spot(write.at))
        yield write
    started = _Started(automation)
    for method in apex.methods:
        is_tests = method.is_test or is_test_helper(method.written.name)
        if not is_tests and _names_any(method, wanted):
            for write in _MethodWrites(apex, method, wanted, started).all():
                if _spot(write.at) not in told:
                    yield write


def _spot(place: Place) -> tuple[str, int, int]:
    return place.path, place.line, place.column


# Before a save


class _Told(msgspec.Struct, frozen=True):
    automatism: Automatism
    write: TriggerWrite
    event: SaveEvent


def _before_saves(automation: Automation, wanted: Wanted) -> Iterator[Write]:
    found: dict[tuple[str, Place], list[_Told]] = defaultdict(list)
    for automatism in automation.automatisms:
        event = _EVENTS.get(next(iter(automatism.events))) if automatism.trigger is not None else None
        wants = event and automatism.timing == "before" and automatism.object.casefold() in wanted.objects
        if not wants or event is None:
            continue
        for write in trigger_writes(automation.walk(automatism), automation.bodies(automatism)):
            field = wanted.name(automatism.object, write.field)
            if field:
                found[field, write.at].append(_Told(automatism, write, event))
    for (field, at), told in found.items():
        first = told[0]
        text = _text_set(first.write.operation)
        yield Write(
            field=field,
            component=at.component,
            by=f"before trigger {first.automatism.name}",
            events=frozenset(one.event for one in told),
            at=at,
            evidence=(
                first.automatism.at.says(
                    f"before trigger {first.automatism.name} on {first.automatism.object}"
                ),
                *first.write.step.way,
                at.says(f"{first.write.step.method.name} sets {field}"),
            ),
            value=_literal(text),
            keeps=all(
                keeps(_steps(one.write), text, wanted.beside(field), wanted.mirrors(field)) for one in told
            ),
            conditional=first.write.conditional,
        )


def _steps(write: TriggerWrite) -> list[tuple[LinkedMethod, Operation]]:
    """The operation that sets the field, then the calls that lead to it, from the nearest to the trigger's."""
    steps = [(write.step.method, write.operation)]
    step = write.step
    while step.before is not None and step.call is not None:
        steps.append((step.before.method, step.call))
        step = step.before
    return steps


def _text_set(operation: Operation) -> str:
    """The expression that a field is set to."""
    return operation.arguments[-1] if operation.arguments else ""


def _literal(text: str) -> str | None:
    match = _STRING.fullmatch(text.strip())
    return match[1] if match else literal(text)


# By the method itself


class _Started:
    """By which saves of records a method comes to run, as far as triggers lead there."""

    def __init__(self, automation: Automation) -> None:
        self._automation = automation

    def by(self, method: LinkedMethod) -> tuple[Automatism, ...]:
        """Every trigger that surely leads to it, one for each of its events."""
        return tuple(self._found.get(id(method), ()))

    @cached_property
    def _found(self) -> dict[int, list[Automatism]]:
        found: dict[int, list[Automatism]] = defaultdict(list)
        for automatism in self._automation.automatisms:
            if automatism.trigger is not None:
                walk, bodies = self._automation.walk(automatism), self._automation.bodies(automatism)
                for method in {id(step.method) for step in walk.steps(bodies)}:
                    found[method].append(automatism)
        return found


def _names_any(method: LinkedMethod, wanted: Wanted) -> bool:
    """At a glance: whether a method sets anything that is called as one of the fields."""
    for operation in method.method.operations:
        if operation.kind == "assign":
            if operation.name.rpartition(".")[2].casefold() in wanted.own_names:
                return True
        elif (operation.kind == "new" and operation.name.casefold() in wanted.objects) or (
            operation.kind == "call" and operation.name.casefold() == "put"
        ):
            return True
    return False


class _Set(msgspec.Struct, frozen=True):
    """A field that an operation sets on a record, which has a name or is in `made`, the text that makes it."""

    field: str
    value: str
    operation: Operation
    record: str
    made: str = ""


class _MethodWrites:
    """The writes of one method to records that it saves."""

    def __init__(self, apex: Apex, method: LinkedMethod, wanted: Wanted, started: _Started) -> None:
        self._apex = apex
        self._method = method
        self._wanted = wanted
        self._started = started

    def all(self) -> Iterator[Write]:
        started = self._started.by(self._method)
        for one in self._set():
            events = self._events(one)
            owner = one.field.partition(".")[0].casefold()
            same = {event for a in started if a.object.casefold() == owner for event in a.events}
            if events:
                # What a trigger on new records alone updates is these records.
                yield self._write(one, frozenset({"create"}) if same == {"create"} else events, started)

    def _write(self, one: _Set, events: frozenset[SaveEvent], started: tuple[Automatism, ...]) -> Write:
        at = self._method.at(one.operation)
        beside = self._wanted.beside(one.field)
        steps = [(self._method, one.operation)]
        kept = keeps(steps, one.value, beside, self._wanted.mirrors(one.field))
        begins = (a.at.says(f"{a.said} on {a.object} leads to {self._method.name}") for a in started[:1])
        return Write(
            field=one.field,
            component=at.component,
            by=f"Apex {self._method.name}",
            events=events,
            at=msgspec.structs.replace(at, element=f"{self._method.name}: {one.field}"),
            evidence=(*begins, at.says(f"{self._method.name} sets {one.field}"), *self._saved_at(one)),
            value=_literal(one.value),
            keeps=kept or self._only_some(one, beside),
            conditional=bool(self._method.guards_of(one.operation)),
            automatic=bool(started),
            own=False,
        )

    # What is set

    def _set(self) -> Iterator[_Set]:
        for operation in self._method.method.operations:
            if operation.kind == "assign" and operation.arguments:
                record, _, field = operation.name.rpartition(".")
                if record and field.casefold() in self._wanted.own_names:
                    yield from self._of(record, field, operation.arguments[0], operation)
            elif operation.kind == "new" and operation.name.casefold() in self._wanted.objects:
                yield from self._constructed(operation)
            elif operation.kind == "call" and operation.name.casefold() == "put":
                token = _TOKEN.fullmatch(operation.arguments[0].strip()) if operation.arguments else None
                if token and len(operation.arguments) == 2:
                    field = token[1] or token[2]
                    if field.casefold() in self._wanted.own_names:
                        yield from self._of(operation.receiver, field, operation.arguments[1], operation)

    def _of(self, record: str, field: str, value: str, operation: Operation) -> Iterator[_Set]:
        owner = record_type(self._apex, self._method, record, operation.line)
        name = self._wanted.name(owner, field) if owner else ""
        if name:
            yield _Set(name, value, operation, record)

    def _constructed(self, operation: Operation) -> Iterator[_Set]:
        made = f"new {operation.name}({', '.join(operation.arguments)})"
        for argument in operation.arguments:
            named = _NAMED.fullmatch(argument.strip())
            name = self._wanted.name(operation.name, named[1]) if named else ""
            if named and name:
                yield _Set(name, named[2], operation, self._holder(operation), made)

    def _holder(self, operation: Operation) -> str:
        """The variable that gets a record which is made there; empty where it goes into a list or a save at once."""
        for variable in self._method.method.variables:
            starts = re.match(rf"new\s+{re.escape(operation.name)}\s*\(", variable.initial, re.IGNORECASE)
            if variable.line == operation.line and starts:
                return variable.name
        for other in self._method.method.operations:
            if other.kind == "assign" and other.line == operation.line and "." not in other.name:
                return other.name
        return ""

    # How it is saved

    def _events(self, one: _Set) -> frozenset[SaveEvent]:
        """What is made without an Id and inserted is new, also where it is updated afterwards."""
        saves = [frozenset(events) for _, events in self._saves(one)]
        is_new = _CREATES.match(one.made or self._initial(one)) is not None
        if is_new and frozenset({"create"}) in saves:
            return frozenset({"create"})
        return frozenset[SaveEvent]().union(*saves)

    def _saved_at(self, one: _Set) -> tuple[Evidence, ...]:
        places = dict.fromkeys(self._method.at(operation) for operation, _ in self._saves(one))
        return tuple(place.says("the record is saved") for place in list(places)[:1])

    def _saves(self, one: _Set) -> list[tuple[Operation, tuple[SaveEvent, ...]]]:
        """The operations that save the record, with the events that they are."""
        owner = one.field.partition(".")[0].casefold()
        names = self._names_of(one)
        found: list[tuple[Operation, tuple[SaveEvent, ...]]] = []
        for operation in self._method.method.operations:
            unit = _UNITS.get(operation.name.casefold()) if operation.kind == "call" else None
            operand = operation.arguments[0] if operation.arguments else ""
            if unit and self._means(operand, one, names):
                found.append((operation, unit))
            elif operand and self._means(operand, one, names):
                effects = effects_of_operation(self._apex, self._method, operation)
                kinds = [e.kind for e in effects if e.object.casefold() == owner]
                events = tuple(_EVENTS[kind] for kind in kinds if kind in _EVENTS)
                found += [(operation, events)] if events else []
        return found

    def _means(self, operand: str, one: _Set, names: frozenset[str]) -> bool:
        """Whether what is saved is the record, or a collection that it is in."""
        base = _BASE.match(operand.strip())
        if base and base[1].casefold() in names:
            return True
        if one.made and not one.record and re.sub(r"\s", "", one.made) in re.sub(r"\s", "", operand):
            return True
        inside = re.search(r"\{(.*)\}", operand, re.DOTALL)
        return inside is not None and bool(names & set(re.findall(r"\w+", inside[1].casefold())))

    def _names_of(self, one: _Set) -> frozenset[str]:
        """The record's name, and those of the collections that it is put into or comes from; in lower case."""
        base = _BASE.match(one.record.strip()) if one.record else None
        names = {base[1].casefold()} if base else set()
        made = re.sub(r"\s", "", one.made)
        for loop in self._method.method.loops:
            source = _BASE.match(loop.iterable.strip())
            if loop.variable and loop.variable.casefold() in names and source:
                names.add(source[1].casefold())
        for operation in self._method.method.operations:
            if operation.kind != "call" or operation.name.casefold() not in _FILLS:
                continue
            given = [re.sub(r"\s", "", argument) for argument in operation.arguments]
            holder = _BASE.match(operation.receiver.strip())
            puts = any(text.casefold() in names for text in given) or (made and made in given)
            if holder and puts:
                names.add(holder[1].casefold())
        return frozenset(names)

    # What is known of the record

    def _initial(self, one: _Set) -> str:
        """The expression that the record's variable starts with; for a loop variable, what the loop runs over."""
        base = _BASE.fullmatch(one.record.strip())
        if base is None:
            return ""
        for loop in self._method.method.loops:
            if loop.variable.casefold() == base[1].casefold():
                source = loop.iterable.strip()
                return self._method.initial_of(source, loop.line) or source
        return self._method.initial_of(base[1], one.operation.line)

    def _only_some(self, one: _Set, fields: frozenset[str]) -> bool:
        """Whether the query that found the record asks for an empty field, or for named values that are replaced."""
        own = one.field.partition(".")[2].casefold()
        for query in self._queries(one):
            where = re.search(r"\bwhere\b(.*)", query, re.IGNORECASE | re.DOTALL)
            if where is not None and not re.search(r"\bor\b", where[1], re.IGNORECASE):
                asked = _ASKED.findall(where[1])
                if any(name.casefold() in (fields if _NONE.fullmatch(to) else {own}) for name, to in asked):
                    return True
        return False

    def _queries(self, one: _Set) -> Iterator[str]:
        """The queries on the lines at which the record, or the list that it is in, gets its value."""
        owner = one.field.partition(".")[0].casefold()
        lines = set(self._lines_of(one))
        for operation in self._method.method.operations:
            if operation.kind == "soql" and operation.line in lines and operation.name.casefold() == owner:
                yield operation.text

    def _lines_of(self, one: _Set) -> Iterator[int]:
        base = _BASE.fullmatch(one.record.strip())
        names = {base[1].casefold()} if base else set()
        for loop in self._method.method.loops:
            if loop.variable and loop.variable.casefold() in names:
                yield loop.line
                names = {loop.iterable.strip().casefold()}
                break
        for variable in self._method.method.variables:
            if variable.name.casefold() in names:
                yield variable.line
        for operation in self._method.method.operations:
            if operation.kind == "assign" and operation.name.casefold() in names:
                yield operation.line
