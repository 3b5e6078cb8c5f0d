"""What a flow refers to that is not there: in its own file, or among the org's components.

Of other components only what is sure is told: one of a managed package, a standard one, or one of a type that was
not retrieved is unknown, and so are the fields of objects that are not the org's own.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from sfgov.facts import ApexClass, CustomObject, Workflow
from sfgov.facts.flow import FlowConnector, FlowElement
from sfgov.model.flow_conditions import names_in_condition, names_in_formula, names_in_value
from sfgov.model.flow_work import apex_class_of
from sfgov.model.flows import Flows, LinkedFlow, called_flow
from sfgov.model.index import Index, Knowledge
from sfgov.place import Place

_OWN = ("__c", "__mdt", "__e")
_DERIVED = ("__share", "__history", "__feed", "__changeevent", "__tag", "__chn")
"""Objects that the platform makes beside an object of the org."""
_OF_THE_RECORD = ("$record", "$record__prior")


class Broken(msgspec.Struct, frozen=True):
    """A reference that leads nowhere. `said` is the sentence about the node that holds it, without its subject."""

    at: Place
    target: str
    said: str
    inside: bool = False
    """Whether the flow's own file proves it. Else the target is not in the tree, which may be partial."""


class FlowTargets:
    """The broken references of flows."""

    def __init__(self, index: Index, flows: Flows) -> None:
        self._index = index
        self._flows = flows

    def broken(self, flow: LinkedFlow) -> tuple[Broken, ...]:
        """All of a flow, by line."""
        found = [*_edges(flow), *_names_inside(flow), *self._calls(flow), *self._objects(flow)]
        found += [*self._fields(flow), *self._globals(flow)]
        return tuple(sorted(found, key=lambda one: (one.at.line, one.said)))

    def _calls(self, flow: LinkedFlow) -> Iterator[Broken]:
        for element in flow.fact.elements:
            place = flow.written.at(element.line, element.name)
            if called := called_flow(element):
                if self._flows.get(called) is None:
                    yield from self._missing("Flow", called, place, "calls the flow")
            elif class_name := apex_class_of(element):
                yield from self._apex(element, class_name, place)
            elif element.action_type == "emailAlert":
                yield from self._alert(element.action_name, place)
            elif element.action_type == "generatePromptResponse":
                name = element.action_name
                yield from self._missing("GenAiPromptTemplate", name, place, "uses the prompt template")

    def _apex(self, element: FlowElement, class_name: str, place: Place) -> Iterator[Broken]:
        written = self._index.get(ApexClass, class_name)
        if written is None:
            yield from self._missing("ApexClass", class_name, place, "calls the Apex class")
        elif element.kind == "actionCalls" and written.fact.types and not _has_invocable(written.fact):
            yield Broken(
                place,
                class_name,
                f"calls the Apex class {class_name}, which has no @InvocableMethod",
                inside=True,
            )

    def _alert(self, name: str, place: Place) -> Iterator[Broken]:
        object_name, _, alert = name.partition(".")
        parts = self._index.parts(Workflow, object_name)
        names = {known.casefold() for part in parts for known in part.fact.alerts}
        if parts and alert and alert.casefold() not in names and not self._index.managed(alert):
            yield Broken(place, name, f"sends the e-mail alert {name}, which is not in the tree")

    def _objects(self, flow: LinkedFlow) -> Iterator[Broken]:
        named = [(flow.fact.start.object, flow.written.at(flow.written.fact.line_of("object"), "start"))]
        named += [(e.object, flow.written.at(e.line, e.name)) for e in flow.fact.elements]
        for object_name, place in named:
            if object_name and not object_name.casefold().endswith(_DERIVED):
                yield from self._missing("CustomObject", object_name, place, "works on the object")

    def _fields(self, flow: LinkedFlow) -> Iterator[Broken]:
        for object_name, field, place in _fields_of(flow):
            yield from self._field(object_name, field, place)

    def _field(self, object_name: str, field: str, place: Place) -> Iterator[Broken]:
        """Only of the org's own objects: a retrieve may leave out fields of standard and managed ones."""
        own = object_name.casefold().endswith(_OWN) and not self._index.managed(object_name)
        if own and self._index.get(CustomObject, object_name) is not None:
            yield from self._missing("CustomField", f"{object_name}.{field}", place, "names the field")

    def _globals(self, flow: LinkedFlow) -> Iterator[Broken]:
        for name, place in _names_of(flow):
            family, *rest = name.split(".")
            if family.casefold() == "$permission" and rest:
                yield from self._missing("CustomPermission", rest[0], place, "asks for the custom permission")
            elif family.casefold() == "$setup" and rest:
                yield from self._missing("CustomObject", rest[0], place, "reads the custom setting")
                yield from self._field(rest[0], rest[1], place) if len(rest) > 1 else ()

    def _missing(self, type_name: str, name: str, place: Place, does: str) -> Iterator[Broken]:
        if self._index.knowledge(type_name, name) is Knowledge.ABSENT:
            yield Broken(place, name, f"{does} {name}, which is not in the tree")


def unreachable(flow: LinkedFlow) -> tuple[FlowElement, ...]:
    """The nodes that nothing leads to from the start, in the order of the file; none where the start is not known."""
    if not flow.fact.start.line:
        return ()
    reached = {element.name.casefold() for element in flow.reachable()}
    return tuple(e for e in flow.fact.elements if e.name and e.name.casefold() not in reached)


def _has_invocable(fact: ApexClass) -> bool:
    return any(
        annotation.name.casefold() == "invocablemethod"
        for one in fact.types
        for method in one.methods
        for annotation in method.annotations
    )


def _edges(flow: LinkedFlow) -> Iterator[Broken]:
    yield from _lost(flow, "start", flow.start_edges)
    for element in flow.fact.elements:
        yield from _lost(flow, element.name, element.connectors)


def _lost(flow: LinkedFlow, name: str, edges: tuple[FlowConnector, ...]) -> Iterator[Broken]:
    for edge in edges:
        if flow.element(edge.target) is None:
            place = flow.written.at(edge.line, name)
            yield Broken(
                place, edge.target, f"goes on to {edge.target}, which the flow does not have", inside=True
            )


def _names_inside(flow: LinkedFlow) -> Iterator[Broken]:
    """What is assigned to, looped over, written or deleted under a name that the flow does not have."""
    for element in flow.fact.elements:
        named = [(element.line, ref) for ref in (element.input_reference, element.collection, element.output)]
        named += [
            (i.line, i.target)
            for i in element.assignments
            if i.element in ("assignmentItems", "outputAssignments")
        ]
        for line, reference in named:
            head = reference.partition(".")[0]
            known = head.startswith("$") or flow.element(head) or flow.resource(head)
            if head and not known:
                place = flow.written.at(line, element.name)
                yield Broken(place, head, f"refers to {head}, which the flow does not have", inside=True)


def _fields_of(flow: LinkedFlow) -> Iterator[tuple[str, str, Place]]:
    """Objects and the fields of them that the flow names, each with its place."""
    start, written = flow.fact.start, flow.written
    for item in start.filters:
        yield start.object, item.field, written.at(item.line, "start")
    for element in flow.fact.elements:
        object_name = flow.object_of(element) if element.kind.startswith("record") else ""
        for item in element.filters if object_name else ():
            yield object_name, item.field, written.at(item.line, element.name)
        for given in element.assignments if object_name else ():
            if given.element == "inputAssignments":
                yield object_name, given.target, written.at(given.line, element.name)
    for name, place in _names_of(flow):
        family, *rest = name.split(".")
        if family.casefold() in _OF_THE_RECORD and len(rest) == 1:
            yield start.object, rest[0], place


def _names_of(flow: LinkedFlow) -> Iterator[tuple[str, Place]]:
    """What criteria, formulas, conditions and values refer to."""
    for line, element, names in _references(flow):
        for name in sorted(names):
            yield name, flow.written.at(line, element)


def _references(flow: LinkedFlow) -> Iterator[tuple[int, str, frozenset[str]]]:
    fact, known = flow.fact, flow.references
    yield fact.line_of("filterFormula"), "start", names_in_formula(fact.start.filter_formula, known)
    for resource in fact.resources:
        if resource.kind in ("formulas", "textTemplates"):
            yield resource.line, resource.name, names_in_formula(resource.text, known)
    for element in fact.elements:
        for rule in element.rules:
            for condition in rule.conditions:
                yield condition.line, element.name, names_in_condition(condition, known)
        for item in element.filters:
            yield item.line, element.name, names_in_value(item.value, known)
        for given in element.assignments:
            yield given.line, element.name, names_in_value(given.value, known) | {given.target}
