"""Where code takes the first record of many for the whole of them: in triggers, invocable methods, and behind them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache

import msgspec

from sfgov.facts.apex import Guard, Operation
from sfgov.model.apex import Apex, LinkedMethod
from sfgov.place import Evidence

_DEEPEST = 5
_TRIGGER_LIST = r"(?:system\.)?trigger\.(?:new|old)(?:map\.values\(\))?"
_SIZE_IS_ONE = re.compile(
    r"(?:trigger\.size|\.size\(\))\s*==\s*1\b|\b1\s*==\s*(?:trigger\.size|[\w.]+\.size\(\))", re.IGNORECASE
)
_ASKS_SIZE = re.compile(r"\.size\(\)\s*(?:>|!=|>=)\s*[12]\b", re.IGNORECASE)
_ABOUT_THE_TYPE = r"(?!\.(?:id\.)?getsobjecttype\b)"


class FirstRecordUse(msgspec.Struct, frozen=True):
    """One method that uses the first of many records and loops over none of them.

    `start` is the trigger or invocable method that got the records; `evidence` leads from there through calls to
    the use. `whole_passed_on`: the method also hands the whole list to another one, which may do the rest.
    """

    start: LinkedMethod
    method: LinkedMethod
    line: int
    text: str
    evidence: tuple[Evidence, ...]
    whole_passed_on: bool


class _Known(msgspec.Struct, frozen=True):
    """A method, the (lower-case) names under which it has the records, and how it came by them from the start."""

    start: LinkedMethod
    method: LinkedMethod
    names: frozenset[str]
    chain: tuple[Evidence, ...]


def first_record_uses(apex: Apex) -> tuple[FirstRecordUse, ...]:
    """All such uses of a trigger's records, one a method, by file and line."""
    return _uses(
        apex,
        [
            _Known(m, m, frozenset(), (m.written.at(element=m.name).says(_event(m)),))
            for m in apex.methods
            if m.method.kind == "trigger"
        ],
    )


def first_input_uses(apex: Apex) -> tuple[FirstRecordUse, ...]:
    """All such uses of an invocable method's inputs, one a method, by file and line."""
    return _uses(
        apex,
        [
            _Known(
                m,
                m,
                frozenset({m.method.parameters[0].name.casefold()}),
                (m.at_line(m.method.line).says("invocable method, called with a list of inputs"),),
            )
            for m in apex.methods
            if m.annotated("invocablemethod") and m.method.parameters and not refuses_many(m)
        ],
    )


def refuses_many(linked: LinkedMethod) -> bool:
    """Whether a method throws where its list has more than one element."""
    return any(
        op.kind == "throw" and any(_ASKS_SIZE.search(guard.condition) for guard in linked.guards_of(op))
        for op in linked.method.operations
    )


def _uses(apex: Apex, starts: list[_Known]) -> tuple[FirstRecordUse, ...]:
    found: dict[tuple[str, int], FirstRecordUse] = {}
    for known in _with_records(apex, starts):
        use = _use(known)
        if use:
            found.setdefault((use.method.written.path, use.line), use)
    return tuple(found[key] for key in sorted(found))


def _with_records(apex: Apex, waiting: list[_Known]) -> Iterator[_Known]:
    """Every method that has the records in a parameter, local or field."""
    kept = _kept_in_fields(apex)
    seen: set[tuple[int, frozenset[str]]] = set()
    while waiting:
        known = waiting.pop(0)
        known = msgspec.structs.replace(known, names=known.names | _local_names(known.method, known.names))
        key = (id(known.method), known.names)
        if key in seen or known.method.is_test:
            continue
        seen.add(key)
        yield known
        if len(known.chain) <= _DEEPEST:
            waiting.extend(_passed_on(apex, known, kept))


def _event(method: LinkedMethod) -> str:
    fact = method.written.fact
    return f"trigger on {getattr(fact, 'object', '')} ({', '.join(getattr(fact, 'events', ()))})"


def _local_names(method: LinkedMethod, names: frozenset[str]) -> frozenset[str]:
    whole = _whole(names)
    return frozenset(v.name.casefold() for v in method.method.variables if whole.fullmatch(_bare(v.initial)))


def _bare(expression: str) -> str:
    """Without a cast in front."""
    return re.sub(r"^\(\s*[\w.<>, ]+\s*\)\s*", "", expression.strip())


@lru_cache(maxsize=1024)
def _whole(names: frozenset[str]) -> re.Pattern[str]:
    """What the whole list is written as: `Trigger.new`, or one of the names."""
    return re.compile(
        "|".join([_TRIGGER_LIST, *(rf"(?:this\.)?{re.escape(n)}" for n in sorted(names))]), re.IGNORECASE
    )


def _passed_on(apex: Apex, known: _Known, kept: Mapping[str, frozenset[str]]) -> Iterator[_Known]:
    whole = _whole(known.names)
    for operation in known.method.method.operations:
        given = [i for i, text in enumerate(operation.arguments) if whole.fullmatch(_bare(text))]
        if operation.kind not in ("call", "new") or not given:
            continue
        for target in apex.calls.targets(known.method, operation):
            parameters = target.method.parameters
            names = frozenset(parameters[i].name.casefold() for i in given if i < len(parameters))
            if not names:
                continue
            chain = (
                *known.chain,
                known.method.at(operation).says(f"{known.method.name} passes the list to {target.name}"),
            )
            following = _Known(known.start, target, names, chain)
            yield following
            if target.method.kind == "constructor":
                yield from _members(apex, following, kept)


def _kept_in_fields(apex: Apex) -> Mapping[str, frozenset[str]]:
    """Per constructor's owner and parameter (`owner.parameter`): the fields that keep it."""
    found: dict[str, set[str]] = defaultdict(set)
    for method in apex.methods:
        if method.method.kind != "constructor":
            continue
        for operation in method.method.operations:
            if operation.kind == "assign" and len(operation.arguments) == 1:
                source = _bare(operation.arguments[0]).casefold()
                found[f"{method.method.owner}.{source}".casefold()].add(
                    operation.name.casefold().removeprefix("this.")
                )
    return {key: frozenset(fields) for key, fields in found.items()}


def _members(apex: Apex, constructed: _Known, kept: Mapping[str, frozenset[str]]) -> Iterator[_Known]:
    """The methods of an object whose constructor kept the list in a field."""
    owner = constructed.method.method.owner
    fields = frozenset[str]().union(
        *(kept.get(f"{owner}.{name}".casefold(), frozenset()) for name in constructed.names)
    )
    for method in apex.methods_of(owner) if fields else ():
        if method.method.kind == "method":
            yield msgspec.structs.replace(constructed, method=method, names=fields)


def _use(known: _Known) -> FirstRecordUse | None:
    if _loops_over(known):
        return None
    first = _first(known.names)
    for line, text, guards in _texts(known.method):
        match = first.search(text) if "0" in text else None
        if match and not _rest_is_handled(known.method, guards):
            shown = match[0]
            place = known.method.written.at(line, f"{known.method.name}: {shown}")
            chain = (*known.chain, place.says(f"uses {shown} and no other record"))
            return FirstRecordUse(known.start, known.method, line, shown, chain, _passes_whole(known))
    return None


@lru_cache(maxsize=1024)
def _first(names: frozenset[str]) -> re.Pattern[str]:
    """How the first record is written, of `Trigger.new` or one of the names."""
    lists = [_TRIGGER_LIST, *(rf"(?<![\w.])(?:this\.)?{re.escape(name)}" for name in sorted(names))]
    return re.compile(
        rf"(?:{'|'.join(lists)})\s*(?:\[\s*0\s*\]|\.get\(\s*0\s*\)){_ABOUT_THE_TYPE}", re.IGNORECASE
    )


@lru_cache(maxsize=1024)
def _mention(names: frozenset[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.])(?:{_whole(names).pattern})(?!\w)", re.IGNORECASE)


def _loops_over(known: _Known) -> bool:
    mentioned = _mention(known.names)
    return any(mentioned.search(loop.head) for loop in known.method.method.loops)


def _passes_whole(known: _Known) -> bool:
    whole = _whole(known.names)
    return any(
        operation.kind in ("call", "new", "dml", "soql", "assign")
        and any(whole.fullmatch(_bare(text)) for text in operation.arguments)
        for operation in known.method.method.operations
    )


def _texts(method: LinkedMethod) -> Iterator[tuple[int, str, list[Guard]]]:
    """Every expression of a method that the facts keep: line, text and the conditions around it."""
    for variable in method.method.variables:
        yield variable.line, variable.initial, _guards_at(method, variable.line)
    for operation in method.method.operations:
        text = " ; ".join([_called(operation), *operation.arguments, operation.text])
        yield operation.line, text, method.guards_of(operation)
    for guard in method.method.guards:
        if not _SIZE_IS_ONE.search(guard.condition):
            yield guard.line, guard.condition, []


def _called(operation: Operation) -> str:
    return f"{operation.receiver}.{operation.name}" if operation.receiver else operation.name


def _guards_at(method: LinkedMethod, line: int) -> list[Guard]:
    """The guards of an operation on that line: a variable does not say its own."""
    same = [operation for operation in method.method.operations if operation.line == line]
    return method.guards_of(same[0]) if same else []


def _rest_is_handled(method: LinkedMethod, guards: list[Guard]) -> bool:
    """`if (Trigger.size == 1) { … } else { … }`: the other branch is there for the rest."""
    for guard in guards:
        if guard.kind == "if" and _SIZE_IS_ONE.search(guard.condition):
            return any(g.kind == "else" and g.condition == guard.condition for g in method.method.guards)
    return False
