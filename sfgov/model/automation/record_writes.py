"""Which fields of the records that fire it a trigger sets before they are saved, also in its handlers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

import msgspec

from sfgov.facts.apex import Operation
from sfgov.model.apex import LinkedMethod
from sfgov.model.automation.apex_effects import literal
from sfgov.model.automation.apex_walk import ApexStep, ApexWalk
from sfgov.place import Evidence, Place

_CAST = re.compile(r"^\(\s*[\w.]+(?:\s*<[^>]*>)?(?:\[\s*\])?\s*\)\s*")
_TRIGGER_LIST = re.compile(r"(?:system\.)?trigger\.(?:new|newmap\.values\(\))")
_TRIGGER_MAP = "trigger.newmap"
_ELEMENT = re.compile(r"(.+?)(?:\[[^\]]*\]|\.get\(.*\))")
_FIELD_TOKEN = re.compile(r"'(\w+)'|(?:\w+\.)+(?:fields\.)?(\w+)", re.IGNORECASE)


class TriggerWrite(msgspec.Struct, frozen=True):
    """A field that code sets on a record of `Trigger.new`."""

    field: str
    step: ApexStep
    operation: Operation
    value: str | None
    """The literal in lower case, empty for null; None where it is computed."""
    conditional: bool
    blank_only: bool
    """Whether it is only set where it was empty."""

    @property
    def at(self) -> Place:
        """The statement that sets it."""
        return self.step.method.at(self.operation)

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The calls from the trigger, and the statement."""
        return (*self.step.way, self.at.says(f"{self.step.method.name} sets {self.field}"))


class _Held(msgspec.Struct, frozen=True):
    """Under which names (lower case) a method has the records: lists, maps by Id, and single ones."""

    lists: frozenset[str] = frozenset()
    maps: frozenset[str] = frozenset()
    singles: frozenset[str] = frozenset()

    def how(self, text: str) -> str:
        """What an expression means: `lists`, `maps`, `singles`, or nothing."""
        bare = _bare(text)
        if bare in self.lists or _TRIGGER_LIST.fullmatch(bare):
            return "lists"
        if bare in self.maps or bare.removeprefix("system.") == _TRIGGER_MAP:
            return "maps"
        if bare in self.singles:
            return "singles"
        element = _ELEMENT.fullmatch(bare)
        if element and self.how(element[1]) in ("lists", "maps"):
            return "singles"
        return "lists" if bare.endswith(".values()") and self.how(bare[: -len(".values()")]) == "maps" else ""


def _bare(text: str) -> str:
    """An expression in lower case, without brackets and casts in front of it, and without `this.`."""
    bare = text.strip().casefold()
    while bare.startswith("(") and bare.endswith(")") and _CAST.match(bare) is None:
        bare = bare[1:-1].strip()
    return _CAST.sub("", bare).removeprefix("this.").replace(" ", "")


def trigger_writes(walk: ApexWalk, bodies: tuple[LinkedMethod, ...]) -> Iterator[TriggerWrite]:
    """The writes of a before trigger on one event, nearest to the trigger first."""
    held: dict[int, _Held] = {}
    kept: dict[str, _Held] = defaultdict(_Held)
    for step in walk.steps(bodies):
        names = _with_locals(step.method, _given(step, held, kept))
        held[id(step)] = names
        if step.method.method.kind == "constructor":
            _keep(step.method, names, kept)
        yield from _writes(walk, step, names)


def _given(step: ApexStep, held: dict[int, _Held], kept: dict[str, _Held]) -> _Held:
    """What a method gets in its parameters, and has in the fields of its object."""
    fields = kept[step.self_type or step.method.owner_key]
    if step.before is None or step.call is None:
        return fields
    before = held.get(id(step.before), _Held())
    found: dict[str, set[str]] = {
        "lists": set(fields.lists),
        "maps": set(fields.maps),
        "singles": set(fields.singles),
    }
    for parameter, argument in zip(step.method.method.parameters, step.call.arguments, strict=False):
        how = before.how(argument)
        if how:
            found[how].add(parameter.name.casefold())
    return _Held(*(frozenset(found[how]) for how in ("lists", "maps", "singles")))


def _with_locals(method: LinkedMethod, names: _Held) -> _Held:
    """As before, with loop variables, and with variables that start with one of the records or all of them."""
    names = _with_variables(method, names)
    looped = {
        loop.variable.casefold()
        for loop in method.method.loops
        if loop.variable and names.how(loop.iterable) == "lists"
    }
    return _with_variables(method, msgspec.structs.replace(names, singles=names.singles | looped))


def _with_variables(method: LinkedMethod, names: _Held) -> _Held:
    for variable in method.method.variables:
        how = names.how(variable.initial) if variable.initial else ""
        if how:
            more = {how: getattr(names, how) | {variable.name.casefold()}}
            names = msgspec.structs.replace(names, **more)
    return names


def _keep(constructor: LinkedMethod, names: _Held, kept: dict[str, _Held]) -> None:
    """Remember the fields in which a constructor keeps the records."""
    for operation in constructor.method.operations:
        how = names.how(operation.arguments[0]) if operation.kind == "assign" and operation.arguments else ""
        if how:
            known = kept[constructor.owner_key]
            more = {how: getattr(known, how) | {_bare(operation.name)}}
            kept[constructor.owner_key] = msgspec.structs.replace(known, **more)


def _writes(walk: ApexWalk, step: ApexStep, names: _Held) -> Iterator[TriggerWrite]:
    method = step.method
    for operation in method.method.operations:
        field, value = _field_set(operation, names)
        if field and walk.runs(method, operation):
            guards = [guard.condition for guard in method.guards_of(operation)]
            yield TriggerWrite(
                field,
                step,
                operation,
                value,
                step.conditional or walk.is_conditional(method, operation),
                any(_asks_for_blank(condition, field) for condition in guards),
            )


def _field_set(operation: Operation, names: _Held) -> tuple[str, str | None]:
    if operation.kind == "assign" and operation.arguments:
        record, _, field = operation.name.rpartition(".")
        plain = not operation.text  # `+=` and the like have a text
        if record and names.how(record) == "singles":
            return field, literal(operation.arguments[0]) if plain else None
    elif operation.kind == "call" and operation.name.casefold() == "put" and len(operation.arguments) == 2:
        token = _FIELD_TOKEN.fullmatch(operation.arguments[0].strip())
        if token and names.how(operation.receiver) == "singles":
            return token[1] or token[2], literal(operation.arguments[1])
    return "", None


def _asks_for_blank(condition: str, field: str) -> bool:
    name = rf"[\w.\[\]()]*\b{re.escape(field)}"
    blank = rf"{name}\s*==\s*(?:null|'')|is(?:blank|empty)\(\s*{name}\s*\)"
    return re.search(blank, condition, re.IGNORECASE) is not None
