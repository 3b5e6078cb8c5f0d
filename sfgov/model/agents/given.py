"""Which fields of records flows and classes hand back: to a prompt that merges them, or to an agent."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from sfgov.facts.flow import FlowValue
from sfgov.model.apex import Apex
from sfgov.model.automation.apex_walk import ApexWalk
from sfgov.model.flows import LinkedFlow
from sfgov.model.invocables import entry_methods
from sfgov.place import Evidence, Place

_MERGED = re.compile(r"\{!\s*([^{}]+?)\s*\}")
_REFERENCE = re.compile(r"\$?[A-Za-z]\w*(?:\.\w+)+|[A-Za-z]\w*")
_SELECT = re.compile(r"\s*SELECT\s+(.*?)\s+FROM\s+(\w+)", re.IGNORECASE | re.DOTALL)
_COLUMN = re.compile(r"[A-Za-z]\w*")
PROMPT = "$Output.Prompt"
"""What a flow of a prompt template adds its text to."""


class Given(msgspec.Struct, frozen=True):
    """A field that is handed back. `output` is the variable of the flow; empty for a class, where any can hold it."""

    object: str
    field: str
    output: str
    at: Place

    @property
    def name(self) -> str:
        """`Object.Field`."""
        return f"{self.object}.{self.field}"

    @property
    def evidence(self) -> Evidence:
        """Where it is put into the output, or read."""
        where = f"goes into {self.output}" if self.output else "is read"
        return self.at.says(f"{self.name} {where}")


def given_by_flow(flow: LinkedFlow) -> Iterator[Given]:
    """The fields that a flow puts into its outputs, through formulas, templates and variables."""
    writers: dict[str, list[tuple[FlowValue, Place]]] = {}
    for element in flow.fact.elements:
        for item in element.assignments:
            if item.element in ("assignmentItems", "outputAssignments", "outputParameters"):
                at = flow.written.at(item.line, element.name)
                value = item.value
                if item.element == "outputAssignments":
                    value = FlowValue("elementReference", f"{element.name}.{item.value.text}")
                writers.setdefault(item.target.casefold(), []).append((value, at))
    outputs = [one.name for one in flow.fact.resources if one.kind == "variables" and one.is_output]
    for output in (*outputs, PROMPT):
        found: set[str] = set()
        waiting = list(writers.get(output.casefold(), ()))
        seen = {output.casefold()}
        for value, at in waiting:  # grows while it is walked
            for reference in _references(value):
                head, _, rest = reference.rpartition(".")
                object_name = flow.object_of_reference(head) if head else ""
                if object_name and f"{object_name}.{rest}".casefold() not in found:
                    found.add(f"{object_name}.{rest}".casefold())
                    yield Given(object_name, rest, output, at)
                if not head and rest.casefold() not in seen:
                    seen.add(rest.casefold())
                    waiting += writers.get(rest.casefold(), ())
                    resource = flow.resource(rest)
                    if resource is not None and resource.text:
                        waiting.append((FlowValue("stringValue", resource.text), at))


def _references(value: FlowValue) -> Iterator[str]:
    """What a value mentions: a reference, or the merge fields of a text."""
    if value.kind == "elementReference":
        yield value.text
        return
    for match in _MERGED.finditer(value.text):
        yield from _REFERENCE.findall(match[1])


def given_by_class(apex: Apex, name: str) -> Iterator[Given]:
    """The fields that a class selects, with the methods that it calls."""
    found: set[str] = set()
    for step in ApexWalk(apex).steps(entry_methods(apex, name)):
        for operation in step.method.method.operations:
            match = _SELECT.match(operation.text.strip("[] ")) if operation.kind == "soql" else None
            for column in match[1].split(",") if match else ():
                field = column.strip()
                key = f"{operation.name}.{field}".casefold()
                if _COLUMN.fullmatch(field) and key not in found:
                    found.add(key)
                    yield Given(operation.name, field, "", step.method.at(operation))
