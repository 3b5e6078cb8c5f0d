"""What flows, classes and prompt templates take and give, to hold what actions declare against it."""

from __future__ import annotations

import re

import msgspec

from sfgov.facts.apex import Annotation, Variable
from sfgov.model.agents.parts import Target
from sfgov.model.agents.prompts import Prompt
from sfgov.model.apex import Apex, LinkedMethod
from sfgov.model.flows import Flows, LinkedFlow
from sfgov.model.invocables import entry_methods
from sfgov.place import Place

_LIST = re.compile(
    r"\s*(?:System\s*\.\s*)?List\s*<\s*(.+?)\s*>\s*|\s*([\w.]+)\s*\[\s*\]\s*", re.IGNORECASE | re.DOTALL
)
_REQUIRED = re.compile(r"required\s*=\s*true", re.IGNORECASE)
_LABEL = re.compile(r"label\s*=\s*'((?:[^'\\]|\\.)*)'", re.IGNORECASE)
PROMPT_OUTPUT = "promptResponse"


class ContractParameter(msgspec.Struct, frozen=True):
    """One thing that a target takes or gives. `type` is as the target has it: `String`, `SObject`, `Decimal`."""

    name: str
    at: Place
    type: str = ""
    object: str = ""
    """Of a record."""
    collection: bool = False
    required: bool = False
    default: bool = False
    """Whether it starts with a value of its own."""
    label: str = ""


class Contract(msgspec.Struct, frozen=True):
    """What a target takes and gives. `named` is False where its inputs have no names that an action could miss."""

    at: Place
    inputs: tuple[ContractParameter, ...] = ()
    outputs: tuple[ContractParameter, ...] = ()
    named: bool = True

    def input(self, name: str) -> ContractParameter | None:
        """The input of that name, in any case."""
        return next((one for one in self.inputs if one.name.casefold() == name.casefold()), None)

    def output(self, name: str) -> ContractParameter | None:
        """The output of that name, in any case."""
        return next((one for one in self.outputs if one.name.casefold() == name.casefold()), None)


def contract_of(target: Target, flows: Flows, apex: Apex, prompt: Prompt | None) -> Contract | None:
    """The contract of a target; None where the tree does not hold it, or it has none that is known."""
    if target.type == "flow":
        flow = flows.get(target.name)
        return None if flow is None else _of_flow(flow)
    if target.type == "apex":
        methods = entry_methods(apex, target.name)
        return _of_method(apex, methods[0]) if methods else None
    if target.type == "prompt" and prompt is not None:
        return _of_prompt(prompt)
    return None


def _of_flow(flow: LinkedFlow) -> Contract:
    found = {True: [], False: []}  # type: dict[bool, list[ContractParameter]]
    for resource in flow.fact.resources:
        if resource.kind != "variables":
            continue
        parameter = ContractParameter(
            resource.name,
            flow.written.at(resource.line, resource.name),
            resource.data_type,
            resource.object_type,
            resource.is_collection,
            default=bool(resource.text),
        )
        if resource.is_input:
            found[True].append(parameter)
        if resource.is_output:
            found[False].append(parameter)
    return Contract(flow.written.at(), tuple(found[True]), tuple(found[False]))


def _of_method(apex: Apex, linked: LinkedMethod) -> Contract:
    method = linked.method
    inputs: tuple[ContractParameter, ...] | None = ()
    named = True
    if method.parameters:
        parameter = method.parameters[0]
        inputs = _of_type(apex, linked, _element(parameter.type))
        if inputs is None:
            named = False
            inner = _element(parameter.type)
            nested = _LIST.fullmatch(inner) is not None
            at = linked.written.at(parameter.line, f"{linked.name}.{parameter.name}")
            inputs = (
                ContractParameter(
                    parameter.name, at, _element(inner) if nested else inner, collection=nested
                ),
            )
    outputs = _of_type(apex, linked, _element(method.return_type))
    if outputs is None:
        inner = _element(method.return_type)
        at = linked.at_line(method.line)
        nested = _LIST.fullmatch(inner) is not None
        outputs = (
            (ContractParameter("output", at, _element(inner) if nested else inner, collection=nested),)
            if inner.casefold() not in ("", "void")
            else ()
        )
    return Contract(linked.at_line(method.line), inputs or (), outputs, named)


def _of_type(apex: Apex, linked: LinkedMethod, name: str) -> tuple[ContractParameter, ...] | None:
    """The invocable variables of a request or result class; None where the type is none of the org's classes."""
    key = apex.types.find(name, linked.owner_key)
    found = apex.types.get(key) if key else None
    if found is None:
        return None
    parameters: list[ContractParameter] = []
    seen: set[str] = set()
    while found is not None and key not in seen:  # what a class inherits is in its contract, too
        seen.add(key)
        written = next(
            (one for one in apex.classes if any(type_ is found for type_ in one.fact.types)), linked.written
        )
        for field in found.fields:
            annotation = next(
                (a for a in field.annotations if a.name.casefold() == "invocablevariable"), None
            )
            if annotation is not None:
                at = written.at(field.line, f"{found.name}.{field.name}")
                parameters.append(_parameter(field, annotation, at))
        key = apex.types.find(found.superclass, key) if found.superclass else ""
        found = apex.types.get(key) if key else None
    return tuple(parameters)


def _parameter(field: Variable, annotation: Annotation, at: Place) -> ContractParameter:
    label = _LABEL.search(annotation.arguments)
    return ContractParameter(
        field.name,
        at,
        _element(field.type),
        collection=_LIST.fullmatch(field.type) is not None,
        required=_REQUIRED.search(annotation.arguments) is not None,
        default=bool(field.initial),
        label=label[1] if label else "",
    )


def _element(type_: str) -> str:
    match = _LIST.fullmatch(type_)
    return (match[1] or match[2]).strip() if match else type_.strip()


def _of_prompt(prompt: Prompt) -> Contract | None:
    version = prompt.active
    if version is None:
        return None
    inputs = tuple(
        ContractParameter(
            one.reference or f"Input:{one.name}",
            prompt.at(one.line, one.reference),
            one.definition.partition("://")[2]
            if one.definition.casefold().startswith("primitive")
            else "SObject",
            one.definition.partition("://")[2] if one.definition.casefold().startswith("sobject") else "",
            required=one.required > 0,
            label=one.name,
        )
        for one in version.inputs
    )
    at = prompt.at(version.line)
    return Contract(at, inputs, (ContractParameter(PROMPT_OUTPUT, at, "String"),))
