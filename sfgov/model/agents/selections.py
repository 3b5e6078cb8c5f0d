"""Which records an input of a flow or of an invocable class picks: followed through assignments, subflows and calls.

Only what is written out is told: a value that goes through a formula, a map or dynamic SOQL is not followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sfgov.facts.apex import Method, Operation
from sfgov.facts.flow import FlowElement
from sfgov.model.agents.effects import Selection
from sfgov.model.apex import Apex, LinkedMethod
from sfgov.model.apex.modes import access_of
from sfgov.model.automation.apex_effects import record_type
from sfgov.model.flow_work import apex_class_of
from sfgov.model.flows import Flows, LinkedFlow, called_flow
from sfgov.model.invocables import entry_methods
from sfgov.place import Evidence

_DEEPEST = 6
"""How many calls are followed."""
_KINDS = {"recordLookups": False, "recordUpdates": True, "recordDeletes": True}
_COMPARED = re.compile(
    r"([\w.]+)\s*(?:=|!=|<>|<=|>=|<|>|\bnot\s+in\b|\bin\b|\blike\b|\bincludes\b|\bexcludes\b)\s*"
    r"(:\s*[\w.\[\]]+(?:\([^)]*\))?(?:[\w.]+)?|'[^']*'|\([^)]*\)|[\w.:-]+)",
    re.IGNORECASE,
)
_WHERE = re.compile(r"\bwhere\b(.*)", re.IGNORECASE | re.DOTALL)
_FILLING = frozenset({"add", "addall", "put", "putall"})
_ID = re.compile(r"\bid\s*=\s*([^,)]+)", re.IGNORECASE)
_DML = frozenset({"insert", "update", "upsert", "delete", "merge", "undelete"})


class Selections:
    """Finds what inputs pick."""

    def __init__(self, flows: Flows, apex: Apex) -> None:
        self._flows = flows
        self._apex = apex

    # Flows

    def in_flow(self, name: str, inputs: Iterable[str]) -> Iterator[Selection]:
        """What the inputs of a flow pick, itself, in its subflows and in Apex."""
        flow = self._flows.get(name)
        for given in inputs if flow is not None else ():
            if flow is not None:
                yield from self._in_flow(flow, given, given, (), 0)

    def _in_flow(
        self, flow: LinkedFlow, variable: str, given: str, way: tuple[Evidence, ...], depth: int
    ) -> Iterator[Selection]:
        if depth > _DEEPEST:
            return
        held = _held_in_flow(flow, variable)
        for element in flow.reachable(through_faults=False):
            yield from _by_element(flow, element, held, given, way)
            passed = [
                item.target
                for item in element.assignments
                if item.element in ("inputAssignments", "inputParameters")
                and item.value.text.casefold() in held
            ]
            place = flow.written.at(element.line, element.name)
            called = self._flows.get(called_flow(element)) if called_flow(element) else None
            if called is not None and called is not flow:
                for name in passed:
                    says = place.says(f"flow {flow.name} calls {called.name}")
                    yield from self._in_flow(called, name, given, (*way, says), depth + 1)
            if class_name := apex_class_of(element):
                for name in passed:
                    says = place.says(f"{element.name} calls the Apex class {class_name}")
                    yield from self._in_class(class_name, name, given, (*way, says))

    # Apex

    def in_class(self, name: str, inputs: Iterable[str]) -> Iterator[Selection]:
        """What the inputs of an invocable class pick."""
        for given in inputs:
            yield from self._in_class(name, given, given, ())

    def _in_class(self, name: str, member: str, given: str, way: tuple[Evidence, ...]) -> Iterator[Selection]:
        """An input is a field of the request class or, where that is no class, the parameter itself."""
        for method in entry_methods(self._apex, name):
            seen: set[tuple[int, frozenset[str]]] = set()
            start = frozenset({f".{member.casefold()}"} | _plain_parameters(self._apex, method))
            yield from self._in_method(method, start, given, way, seen)

    def _in_method(
        self,
        method: LinkedMethod,
        held: frozenset[str],
        given: str,
        way: tuple[Evidence, ...],
        seen: set[tuple[int, frozenset[str]]],
    ) -> Iterator[Selection]:
        if len(way) > _DEEPEST or (id(method), held) in seen:
            return
        seen.add((id(method), held))
        held = _spread(method.method, held)
        for operation in method.method.operations:
            yield from self._by_operation(method, operation, held, given, way)
        for call in self._apex.graph.calls_of(method):
            for target in call.dispatch.targets if call.dispatch.certain else ():
                names = [
                    parameter.name.casefold()
                    for parameter, argument in zip(
                        target.method.parameters, call.operation.arguments, strict=False
                    )
                    if _mentions(argument, held)
                ]
                if names:
                    says = method.at(call.operation).says(f"{method.name} calls {target.name}")
                    members = {one for one in held if one.startswith(".")}
                    yield from self._in_method(
                        target, frozenset({*names, *members}), given, (*way, says), seen
                    )

    def _by_operation(
        self,
        method: LinkedMethod,
        operation: Operation,
        held: frozenset[str],
        given: str,
        way: tuple[Evidence, ...],
    ) -> Iterator[Selection]:
        meta = self._apex.meta(method.written)
        if operation.kind == "soql" and any(_mentions(bound, held) for bound in operation.arguments):
            compared = _compared(operation.text)
            chosen = [pair for pair in compared if pair[1].startswith(":") and _mentions(pair[1][1:], held)]
            context = access_of(method, operation, meta.fact.api_version if meta else None).mode
            for field, _ in chosen[:1]:
                others = tuple(pair for pair in compared if pair[0].casefold() != field.casefold())
                yield Selection(
                    given,
                    operation.name,
                    field,
                    method.at(operation),
                    others=others,
                    context=context.value,
                    way=way,
                )
        elif (
            operation.kind == "dml" and operation.name.casefold() in _DML - {"insert"} and operation.arguments
        ):
            operand = operation.arguments[0]
            object_name = self._identified(method, operand, held, operation.line)
            if object_name:
                context = access_of(method, operation, meta.fact.api_version if meta else None).mode
                yield Selection(
                    given,
                    object_name,
                    "Id",
                    method.at(operation),
                    writes=True,
                    context=context.value,
                    way=way,
                )

    def _identified(self, method: LinkedMethod, operand: str, held: frozenset[str], line: int) -> str:
        """The object of a record that is made with the input as its Id, and then written."""
        for made in method.method.operations:
            if made.kind == "new" and any(_is_id_of(argument, held) for argument in made.arguments):
                type_name = record_type(self._apex, method, operand, line)
                if type_name.casefold() == made.name.casefold() or made.name in operand:
                    return made.name
        return ""


# Flows


def _held_in_flow(flow: LinkedFlow, variable: str) -> frozenset[str]:
    """The variable, and others that are set from it alone."""
    held = {variable.casefold()}
    grown = True
    while grown:
        grown = False
        for element in flow.fact.elements:
            for item in element.assignments:
                takes = item.element == "assignmentItems" and item.value.text.casefold() in held
                if takes and item.target.casefold() not in held:
                    held.add(item.target.casefold())
                    grown = True
    return frozenset(held)


def _by_element(
    flow: LinkedFlow, element: FlowElement, held: frozenset[str], given: str, way: tuple[Evidence, ...]
) -> Iterator[Selection]:
    if element.kind not in _KINDS:
        return
    writes, context = _KINDS[element.kind], flow.run_context.value
    for item in element.filters:
        if item.value.kind == "elementReference" and item.value.text.casefold() in held:
            others = tuple((one.field, one.value.text) for one in element.filters if one is not item)
            place = flow.written.at(item.line, f"{element.name}.{item.field}")
            yield Selection(
                given, flow.object_of(element), item.field, place, writes, others, context=context, way=way
            )
    if element.input_reference.casefold() in held:
        place = flow.written.at(element.line, element.name)
        yield Selection(given, flow.object_of(element), "", place, writes, context=context, way=way)


# Apex


def _plain_parameters(apex: Apex, method: LinkedMethod) -> set[str]:
    """The parameters of an invocable method whose elements are no objects of a request class."""
    found: set[str] = set()
    for parameter in method.method.parameters:
        inner = re.fullmatch(
            r"\s*List\s*<\s*([\w.]+)\s*>\s*|\s*([\w.]+)\s*\[\s*\]\s*", parameter.type, re.IGNORECASE
        )
        name = (inner[1] or inner[2]) if inner else parameter.type
        if not apex.types.find(name, method.owner_key):
            found.add(parameter.name.casefold())
    return found


def _spread(method: Method, held: frozenset[str]) -> frozenset[str]:
    """With the names that hold the value too: variables set from it, loops over it, collections that it is put in."""
    names = set(held)
    grown = True
    while grown:
        before = len(names)
        frozen = frozenset(names)
        for variable in method.variables:
            if variable.initial and _holds(variable.initial, frozen):
                names.add(variable.name.casefold())
        for loop in method.loops:
            if loop.variable and _holds(loop.iterable, frozen):
                names.add(loop.variable.casefold())
        for operation in method.operations:
            filled = operation.kind == "call" and operation.name.casefold() in _FILLING
            if operation.kind == "assign" and operation.arguments and _holds(operation.arguments[0], frozen):
                names.add(operation.name.casefold().removeprefix("this."))
            elif filled and operation.receiver and any(_holds(one, frozen) for one in operation.arguments):
                names.add(operation.receiver.casefold().removeprefix("this."))
        grown = len(names) > before
    return frozenset(names)


def _holds(expression: str, held: frozenset[str]) -> bool:
    """Whether an expression is the value, or makes something of it. A query for it is something else."""
    return not expression.lstrip().startswith("[") and _mentions(expression, held)


def _mentions(expression: str, held: frozenset[str]) -> bool:
    text = expression.casefold()
    return any(
        re.search(rf"\.\s*{re.escape(name[1:])}(?!\w|\s*\()", text)
        if name.startswith(".")
        else re.search(rf"(?<![\w.']){re.escape(name)}(?!\w)", text)
        for name in held
    )


def _compared(query: str) -> list[tuple[str, str]]:
    """The fields of a query's criteria, each with what it is compared with."""
    where = _WHERE.search(query)
    return [(match[1], match[2].strip()) for match in _COMPARED.finditer(where[1])] if where else []


def _is_id_of(argument: str, held: frozenset[str]) -> bool:
    match = _ID.match(argument.strip())
    return match is not None and _mentions(match[1], held)
