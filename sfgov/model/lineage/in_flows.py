"""Copies by flows: assignments, the fields of data elements, through variables, formulas and text templates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sfgov.facts.flow import FlowAssignment, FlowElement, FlowValue
from sfgov.model.copied import copied_names, merged_names
from sfgov.model.flow_launch import Launch
from sfgov.model.flows import Flows, LinkedFlow
from sfgov.model.lineage.copies import Copy

_SAVES = ("recordCreates", "recordUpdates")


def flow_copies(flows: Flows) -> Iterator[Copy]:
    """What the flows that may run copy into records that they save."""
    for flow in flows.all():
        kinds = {element.kind for element in flow.fact.elements}
        if flow.may_run and (kinds & set(_SAVES) or flow.launch is Launch.BEFORE_SAVE):
            yield from _FlowCopies(flow).all()


class _FlowCopies:
    """The copies of one flow."""

    def __init__(self, flow: LinkedFlow) -> None:
        self._flow = flow
        self._set: dict[str, list[FlowAssignment]] = defaultdict(list)
        for element in flow.fact.elements:
            for item in element.assignments:
                if element.kind == "assignments" and "." not in item.target:
                    self._set[item.target.casefold()].append(item)

    def all(self) -> Iterator[Copy]:
        by = f"flow {self._flow.name}"
        for element in self._flow.fact.elements:
            for item in element.assignments:
                target = self._target(element, item)
                if target:
                    place = self._flow.written.at(item.line, f"{element.name}.{item.target}")
                    for source in sorted(self._sources(item.value, frozenset())):
                        yield Copy(place, source, target, by)

    def _target(self, element: FlowElement, item: FlowAssignment) -> str:
        """The field that an item sets; empty where it sets none."""
        if element.kind in _SAVES and item.element == "inputAssignments":
            owner = self._flow.object_of(element)
            return f"{owner}.{item.target}" if owner and item.target else ""
        return self._field(item.target) if element.kind == "assignments" else ""

    def _field(self, reference: str) -> str:
        """`Contact.SSN__c` for `Get_Caller.SSN__c`; empty for what is no field."""
        record, _, field = reference.rpartition(".")
        owner = self._flow.object_of_reference(record) if record else ""
        return f"{owner}.{field}" if owner else ""

    def _sources(self, value: FlowValue, seen: frozenset[str]) -> set[str]:
        """The fields whose values are in a value."""
        if value.kind == "elementReference":
            return self._behind(value.text, seen)
        if value.kind == "formulaExpression":
            return {field for name in copied_names(value.text) for field in self._behind(name, seen)}
        if value.kind == "stringValue":
            return {field for name in merged_names(value.text) for field in self._behind(name, seen)}
        return set()

    def _behind(self, reference: str, seen: frozenset[str]) -> set[str]:
        """The fields behind a reference: a record's field, or those that a variable, formula or template holds."""
        name = reference.casefold()
        if name in seen or len(seen) > 8:
            return set()
        if "." in reference:
            field = self._field(reference)
            return {field} if field else set()
        seen |= {name}
        resource = self._flow.resource(reference)
        if resource is None:
            return set()
        found: set[str] = set()
        names = copied_names(resource.text) if resource.kind == "formulas" else merged_names(resource.text)
        for one in names:
            found |= self._behind(one, seen)
        if not resource.object_type:
            for item in self._set.get(name, ()):
                found |= self._sources(item.value, seen)
        return found
