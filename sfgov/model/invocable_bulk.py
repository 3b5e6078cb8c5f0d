"""Invocable methods that are not made for many records: flows call them once for all interviews of a transaction."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import msgspec

from sfgov.facts.apex import Loop, Operation
from sfgov.model.apex import Apex, Effect, LinkedMethod, Path
from sfgov.model.apex.effects import LOOK_UPS
from sfgov.place import Evidence, Place

_DEEPEST = 4
_FIRST = r"\s*(?:\[\s*0\s*\]|\.\s*get\(\s*0\s*\))"
_HARMLESS = r"\s*(?:\.\s*(?:size|isempty)\(\)|[!=]==?\s*null\b)"
_ONE = re.compile(r"\.size\(\)\s*(?:[!=]=|>=?|<=?)\s*[12]\b", re.IGNORECASE)
_ONE_ELEMENT = re.compile(
    r"new\s+(?:List\s*<.*>|\w[\w.]*\s*\[\s*\])\s*\{\s*[^{},]+\s*\}", re.IGNORECASE | re.DOTALL
)
_EMPTY_LIST = re.compile(r"new\s+(?:List\s*<.*>\s*\(\s*\)|.*\{\s*\})", re.IGNORECASE | re.DOTALL)
_GROWING = frozenset({"addall", "add"})
Fault = Literal["first", "each", "result"]


class NotBulk(msgspec.Struct, frozen=True):
    """How an invocable method fails when it is called for many.

    `first`: it uses one of the inputs and no other. `each`: it does limited work once per input. `result`: it
    returns one result however many inputs there are. `text` is what shows it.
    """

    fault: Fault
    method: LinkedMethod
    text: str
    at: Place
    evidence: tuple[Evidence, ...]
    path: Path | None = None
    """From the loop to the work, where it is done for each."""
    whole_text: bool = True
    """Whether all of the method's text could be looked at: long arguments are cut."""


class _Inputs(msgspec.Struct, frozen=True):
    """A method and the names (lower case) under which it has the inputs; `chain` is how it got them."""

    method: LinkedMethod
    names: frozenset[str]
    chain: tuple[Evidence, ...] = ()


def not_bulk(apex: Apex, method: LinkedMethod) -> NotBulk | None:
    """The worst fault of an invocable method; None where there is none, or none is known."""
    parameters = method.method.parameters
    if len(parameters) != 1 or not method.annotated("invocablemethod"):
        return None
    inputs = _with_aliases(_Inputs(method, frozenset({parameters[0].name.casefold()})))
    if any(_ONE.search(guard.condition) for guard in method.method.guards):
        return None
    return _first_only(apex, inputs, 0) or _for_each(apex, inputs, 0) or _one_result(inputs)


def _with_aliases(inputs: _Inputs) -> _Inputs:
    names = set(inputs.names)
    for variable in inputs.method.method.variables:
        if variable.initial.strip().casefold() in names:
            names.add(variable.name.casefold())
    return _Inputs(inputs.method, frozenset(names), inputs.chain)


# Only the first


def _first_only(apex: Apex, inputs: _Inputs, depth: int) -> NotBulk | None:
    """Whether of all the inputs only the first is used, here or in a method that gets the whole list."""
    names = "|".join(sorted(map(re.escape, inputs.names)))
    first = re.compile(rf"(?<![\w.])(?:{names}){_FIRST}", re.IGNORECASE)
    harmless = re.compile(rf"(?<![\w.])(?:{names}){_HARMLESS}|null\s*[!=]==?\s*(?:{names})\b", re.IGNORECASE)
    other = re.compile(rf"(?<![\w.])(?:{names})\b(?!\s*=[^=])", re.IGNORECASE)
    found: NotBulk | None = None
    cut = False
    for line, text in _texts(inputs):
        match = first.search(text)
        rest = harmless.sub("", first.sub("", text))
        if other.search(rest):
            return None
        cut |= "…" in text
        if match and found is None:
            found = _first_fault(inputs, line, match[0])
    for _, into in _passed_whole(apex, inputs):
        if into is None or depth >= _DEEPEST:
            return None
        behind = _first_only(apex, into, depth + 1)
        if behind is None and _mentions(into):
            return None
        found = found or behind
    return msgspec.structs.replace(found, whole_text=False) if found and cut else found


def _first_fault(inputs: _Inputs, line: int, text: str) -> NotBulk:
    method = inputs.method
    place = method.written.at(line, f"{method.name}: {text}")
    return NotBulk(
        "first", method, text, place, (*inputs.chain, place.says(f"uses {text} and no other of them"))
    )


def _mentions(inputs: _Inputs) -> bool:
    """Whether a method does anything with the inputs."""
    names = re.compile(rf"(?<![\w.])(?:{'|'.join(sorted(map(re.escape, inputs.names)))})\b", re.IGNORECASE)
    return any(names.search(text) for _, text in _texts(inputs)) or any(
        names.search(argument)
        for operation in inputs.method.method.operations
        for argument in operation.arguments
    )


def _texts(inputs: _Inputs) -> Iterator[tuple[int, str]]:
    """What a method's facts keep of its text, without the lists that it passes on whole."""
    method = inputs.method.method
    for variable in method.variables:
        if variable.name.casefold() not in inputs.names:
            yield variable.line, variable.initial
    for loop in method.loops:
        yield loop.line, loop.head
    for guard in method.guards:
        yield guard.line, guard.condition
    for operation in method.operations:
        if _is_debug(operation):
            continue
        given = [text for text in operation.arguments if not _is_whole(text, inputs)]
        if operation.kind == "call":
            yield operation.line, f"{operation.receiver}.{operation.name}({', '.join(given)})"
        else:
            shown = operation.text if operation.kind in ("dml", "throw", "return") else ""
            yield from ((operation.line, text) for text in (operation.name, *given, shown))


def _is_debug(operation: Operation) -> bool:
    return operation.kind == "call" and operation.name.casefold() == "debug"


def _is_whole(text: str, inputs: _Inputs) -> bool:
    return text.strip().casefold() in inputs.names


def _passed_whole(apex: Apex, inputs: _Inputs) -> Iterator[tuple[Operation, _Inputs | None]]:
    """The operations that get the whole list; None where it is not known what they do with it."""
    for operation in inputs.method.method.operations:
        given = [index for index, text in enumerate(operation.arguments) if _is_whole(text, inputs)]
        if not given or _is_debug(operation):
            continue
        into = _into(apex, inputs, operation, given)
        yield operation, into


def _into(apex: Apex, inputs: _Inputs, operation: Operation, given: list[int]) -> _Inputs | None:
    dispatch = apex.calls.dispatch(inputs.method, operation)
    target = dispatch.targets[0] if len(dispatch.targets) == 1 and operation.kind == "call" else None
    if target is None:
        return None
    parameters = target.method.parameters
    names = frozenset(parameters[index].name.casefold() for index in given if index < len(parameters))
    step = inputs.method.at(operation).says(f"passes them to {target.name}")
    return _with_aliases(_Inputs(target, names, (*inputs.chain, step)))


# Limited work for each


def _for_each(apex: Apex, inputs: _Inputs, depth: int) -> NotBulk | None:
    for operation, loops, path in _work_in_loops(apex, inputs.method):
        over = [loop for loop in loops if _runs_over(loop, inputs)]
        if over:
            return _each_fault(inputs, operation, over[-1], path)
    for operation, into in _passed_whole(apex, inputs) if depth < _DEEPEST else ():
        behind = _for_each(apex, into, depth + 1) if into and not operation.loops else None
        if behind is not None:
            return behind
    return None


def _work_in_loops(apex: Apex, method: LinkedMethod) -> Iterator[tuple[Operation, list[Loop], Path]]:
    """What a method does in loops, in source order within each kind of work: itself, and behind calls."""
    for work in apex.graph.work_of(method):
        loops = apex.loops.multiplying(method, work.operation, {work.effect})
        yield work.operation, loops, Path(((method, work.operation),), work.effect, sure=True)
    for kinds in (LOOK_UPS, frozenset(Effect) - LOOK_UPS):
        reach = apex.reach(kinds)
        for call in apex.graph.calls_of(method):
            loops = apex.loops.multiplying(method, call.operation, kinds)
            path = reach.path(method, call) if loops else None
            if path:
                yield call.operation, loops, path


def _runs_over(loop: Loop, inputs: _Inputs) -> bool:
    """Whether a loop has a round for each of the inputs."""
    words = {word.casefold() for word in re.findall(r"(?<![\w.])[A-Za-z_]\w*", loop.iterable or loop.head)}
    first = re.search(_FIRST, loop.iterable, re.IGNORECASE)
    return bool(words & inputs.names) and not first


def _each_fault(inputs: _Inputs, operation: Operation, loop: Loop, path: Path) -> NotBulk:
    method = inputs.method
    last, work = path.steps[-1]
    calls = [
        caller.at(call).says(f"{caller.name} calls {into.name}") for (caller, call), (into, _) in _pairs(path)
    ]
    evidence = (
        *inputs.chain,
        method.at_line(loop.line).says(f"loop: {loop.kind} ({loop.head})"),
        *calls,
        last.at(work).says(f"{path.effect}, once for each"),
    )
    return NotBulk("each", method, path.effect.phrase, method.at(operation), evidence, path)


def _pairs(path: Path) -> Iterator[tuple[tuple[LinkedMethod, Operation], tuple[LinkedMethod, Operation]]]:
    return zip(path.steps, path.steps[1:], strict=False)


# One result for all


def _one_result(inputs: _Inputs) -> NotBulk | None:
    method = inputs.method
    returns = [op for op in method.method.operations if op.kind == "return" and op.arguments]
    if not method.method.return_type.casefold().startswith("list") or not returns:
        return None
    single = [_returns_one(method, operation) for operation in returns]
    if not all(single):
        return None
    place = method.at(returns[-1])
    said = place.says(
        f"returns {returns[-1].arguments[0]}, which holds one result however many inputs there are"
    )
    return NotBulk("result", method, returns[-1].arguments[0], place, (*inputs.chain, said))


def _returns_one(method: LinkedMethod, operation: Operation) -> bool:
    text = operation.arguments[0].strip()
    if _ONE_ELEMENT.fullmatch(text):
        return True
    local = method.local(text.casefold(), operation.line)
    if local is None or local in method.method.parameters:
        return False
    changes = [op for op in method.method.operations if _touches(op, text)]
    adds = [op for op in changes if op.kind == "call" and op.name.casefold() == "add" and not op.loops]
    if len(adds) != len(changes):
        return False
    filled = bool(_ONE_ELEMENT.fullmatch(local.initial.strip()))
    empty = bool(_EMPTY_LIST.fullmatch(local.initial.strip()))
    return (filled and not adds) or (empty and len(adds) == 1)


def _touches(operation: Operation, name: str) -> bool:
    """Whether an operation may change a list: calls a method on it, assigns it, or passes it on."""
    bare = name.casefold()
    if operation.kind == "return" or _is_debug(operation):
        return False
    return (
        operation.receiver.strip().casefold() == bare
        or (operation.kind == "assign" and operation.name.casefold() == bare)
        or any(argument.strip().casefold() == bare for argument in operation.arguments)
    )
