"""Static flags that let trigger code run once per transaction, so that later records of one save are skipped.

A save of more than 200 records comes to a trigger in chunks of 200, all in one transaction, and static variables
live as long as that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from sfgov.facts.apex import Operation, Variable
from sfgov.model.apex import Apex, Entry, LinkedMethod
from sfgov.model.apex.certain import CertainWays
from sfgov.model.apex.conditions import Condition, Joined, Negated, parsed
from sfgov.place import Evidence

_FLAG = re.compile(r"(?P<n>[a-z_][\w.]*)(?:(?P<op>==|!=)(?P<truth>true|false))?")
_CALL = re.compile(r"(?P<n>[a-z_][\w.]*)\(\)(?:(?P<op>==|!=)(?P<truth>true|false))?")
_NOTHING_THERE = re.compile(r"\.isempty\(\)$|==null$|\.size\(\)==0$")
_TRIGGER = re.compile(r"\btrigger\.(?:new|old)", re.IGNORECASE)
_MANY = re.compile(r"(?:List|Set|Map)\s*<|.*\[\s*\]$", re.IGNORECASE | re.DOTALL)
_CUSTOM = re.compile(r"\w+__c|SObject", re.IGNORECASE)
_WORD = re.compile(r"\w+")


class _Field(NamedTuple):
    """A static Boolean: the key of its class, its name in lower case, and its declaration."""

    owner: str
    name: str
    variable: Variable


class RunOnce(msgspec.Struct, frozen=True):
    """A guard that skips trigger code after its first run.

    `line` is the guard's; `flag` is the field as `Class.field`. `evidence` leads from the trigger to the guard, as
    far as that way is known, and on to where the flag is set.
    """

    method: LinkedMethod
    line: int
    flag: str
    evidence: tuple[Evidence, ...]


def run_once_guards(apex: Apex) -> tuple[RunOnce, ...]:
    """All such guards in code that triggers come to, one per method and flag, by file and line."""
    return tuple(_Flags(apex).guards())


class _Flags:
    def __init__(self, apex: Apex) -> None:
        self._apex = apex
        triggers = [m for m, entries in apex.entries.items() if Entry.TRIGGER in entries]
        self._in_triggers = apex.graph.reachable(triggers)
        self._ways = CertainWays(triggers, apex.graph, apex.calls)
        self._assigned: dict[tuple[str, str], list[tuple[LinkedMethod, Operation, str]]] = {}
        for linked in apex.graph.methods:
            for op in linked.method.operations:
                if op.kind == "assign":
                    self._note(linked, op)

    def _note(self, linked: LinkedMethod, op: Operation) -> None:
        field = self._field(linked, op.name.casefold())
        if field:
            value = op.arguments[0].strip().casefold()
            self._assigned.setdefault((field.owner, field.name), []).append((linked, op, value))

    def guards(self) -> Iterator[RunOnce]:
        found: dict[tuple[str, int, str], RunOnce] = {}
        for linked in self._in_triggers:
            for index in range(len(linked.method.guards)):
                for once in self._guard(linked, index):
                    found.setdefault((linked.written.path, linked.method.line, once.flag), once)
        return iter(sorted(found.values(), key=lambda once: (once.method.written.path, once.line)))

    def _guard(self, linked: LinkedMethod, index: int) -> Iterator[RunOnce]:
        guard = linked.method.guards[index]
        if guard.kind not in ("if", "after-exit"):
            return
        required = list(_required(parsed(guard.condition), truth=guard.kind == "if"))
        if any(truth and _NOTHING_THERE.search(atom) for atom, truth in required):
            return  # it prepares something that is not there yet
        for atom, truth in required:
            asked = self._asked(linked, atom, truth=truth)
            if asked is None:
                continue
            if not _works_on_records(linked, index):
                return
            field, runs_while, setter = asked
            place = setter or self._set_behind(linked, index, field, runs_while)
            if place and not self._is_reset(field, runs_while):
                yield self._found(linked, index, field, place)

    def _asked(
        self, linked: LinkedMethod, atom: str, *, truth: bool
    ) -> tuple[_Field, bool, tuple[LinkedMethod, Operation] | None] | None:
        """The flag that an atom asks, with which value code runs, and where asking itself sets it (`runOnce()`)."""
        called = _CALL.fullmatch(atom)
        if called:
            return self._asked_by_call(linked, called["n"])
        match = _FLAG.fullmatch(atom)
        field = self._field(linked, match["n"]) if match else None
        if match is None or field is None:
            return None
        return field, _wanted(match, truth=truth), None

    def _asked_by_call(
        self, linked: LinkedMethod, name: str
    ) -> tuple[_Field, bool, tuple[LinkedMethod, Operation] | None] | None:
        holder, _, last = name.rpartition(".")
        key = self._apex.types.find(holder, linked.owner_key) if holder else linked.owner_key
        found = self._apex.calls.members.visible(key, last, 0) if key else []
        if len(found) != 1 or found[0].method.return_type.casefold() != "boolean":
            return None
        for op in found[0].method.operations:
            value = op.arguments[0].casefold() if op.kind == "assign" else ""
            field = self._field(found[0], op.name.casefold()) if value in ("true", "false") else None
            if field and any(field.name in guard.condition.casefold() for guard in found[0].method.guards):
                return field, value == "false", (found[0], op)
        return self._asked_by_getter(found[0])

    def _asked_by_getter(
        self, getter: LinkedMethod
    ) -> tuple[_Field, bool, tuple[LinkedMethod, Operation] | None] | None:
        """`hasRun()` that only returns the flag is as good as the flag."""
        operations = getter.method.operations
        if len(operations) != 1 or operations[0].kind != "return" or not operations[0].arguments:
            return None
        field = self._field(getter, operations[0].arguments[0].strip().casefold())
        return (field, False, None) if field else None

    def _field(self, linked: LinkedMethod, name: str) -> _Field | None:
        """The static Boolean of the org that a name means in a method."""
        holder, _, last = name.removeprefix("this.").rpartition(".")
        if not holder and linked.local(last):
            return None
        types = self._apex.types
        found = (
            types.field(types.find(holder, linked.owner_key), last)
            if holder
            else types.visible_field(linked.owner_key, last)
        )
        if found is None or found[0].type.casefold() != "boolean" or "static" not in found[0].modifiers:
            return None
        return _Field(found[1], last, found[0])

    def _set_behind(
        self, linked: LinkedMethod, index: int, field: _Field, runs_while: bool
    ) -> tuple[LinkedMethod, Operation] | None:
        """Where the guarded code, or what it calls, sets the flag so that it does not run again."""
        blocking = str(not runs_while).lower()
        setters = [
            (method, op)
            for method, op, value in self._assigned.get((field.owner, field.name), ())
            if value == blocking
        ]
        for method, op in setters:
            if method is linked and _is_behind(linked, op, index):
                return method, op
        called = [
            target
            for call in self._apex.graph.calls_of(linked)
            if _is_behind(linked, call.operation, index)
            for target in call.dispatch.targets
        ]
        reached = self._apex.graph.reachable(called) if called and setters else {}
        return next(((method, op) for method, op in setters if method in reached), None)

    def _is_reset(self, field: _Field, runs_while: bool) -> bool:
        """Whether production code sets the flag back, or to something that is not known."""
        blocking = str(not runs_while).lower()
        return any(value != blocking for _, _, value in self._assigned.get((field.owner, field.name), ()))

    def _found(
        self, linked: LinkedMethod, index: int, field: _Field, setter: tuple[LinkedMethod, Operation]
    ) -> RunOnce:
        owner = self._apex.types.get(field.owner)
        flag = f"{owner.name if owner else field.owner}.{field.variable.name}"
        guard = linked.method.guards[index]
        method, op = setter
        return RunOnce(
            linked,
            guard.line,
            flag,
            (
                *self._ways.to(linked),
                linked.at_line(guard.line).says(f"runs only while {flag} lets it: {guard.condition}"),
                method.at(op).says(f"sets {flag}, and nothing sets it back"),
            ),
        )


def _wanted(match: re.Match[str], *, truth: bool) -> bool:
    """The value of a flag with which a comparison of it comes out as `truth`."""
    return truth == ((match["op"] != "!=") == (match["truth"] != "false"))


def _required(condition: Condition, *, truth: bool) -> Iterator[tuple[str, bool]]:
    """The atoms that must hold, or must not, for a condition to come out as `truth`."""
    if isinstance(condition, str):
        yield condition, truth
    elif isinstance(condition, Negated):
        yield from _required(condition.condition, truth=not truth)
    elif isinstance(condition, Joined) and (condition.how == "all") == truth:
        for part in condition.parts:
            yield from _required(part, truth=truth)


def _is_behind(linked: LinkedMethod, operation: Operation, index: int) -> bool:
    at = operation.guard
    while at >= 0:
        if at == index:
            return True
        at = linked.method.guards[at].parent
    return False


def _works_on_records(linked: LinkedMethod, index: int) -> bool:
    """Whether calls, queries or DML stand behind a guard, and have to do with the records of the save."""
    behind = [
        op
        for op in linked.method.operations
        if op.kind in ("call", "new", "dml", "soql") and _is_behind(linked, op, index)
    ]
    if not behind:
        return False
    everything = " ".join(_text(op) for op in linked.method.operations)
    if linked.method.kind == "trigger" or _TRIGGER.search(everything):
        return True
    names = {p.name for p in linked.method.parameters if _MANY.match(p.type) or _CUSTOM.fullmatch(p.type)}
    if not names and linked.owner:
        names = {f.name for f in linked.owner.fields if _MANY.match(f.type) and "static" not in f.modifiers}
    if names:
        names |= {v.name for v in linked.method.variables if _MANY.match(v.type)}
    heads = sorted({loop.head for op in behind for loop in linked.loops_of(op)})
    return _names_any(" ".join([*heads, *map(_text, behind)]), names)


def _names_any(text: str, names: set[str]) -> bool:
    return not {name.casefold() for name in names}.isdisjoint(_WORD.findall(text.casefold()))


def _text(operation: Operation) -> str:
    return " ".join((operation.receiver, *operation.arguments))
