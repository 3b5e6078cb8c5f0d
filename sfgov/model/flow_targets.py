"""What a flow refers to that is not there: in its own file, or among the org's components.

Of other components only what is sure is told: one of a managed package, a standard one, or one of a type that was
not retrieved is unknown, and so are the fields of objects that are not the org's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import msgspec

from sfgov.facts import ApexClass, CustomLabels, CustomMetadata, CustomObject, Workflow
from sfgov.facts.flow import FlowConnector, FlowElement
from sfgov.model.flow_names import fields_named, globals_named
from sfgov.model.flow_work import apex_class_of
from sfgov.model.flows import Flows, LinkedFlow, called_flow
from sfgov.model.index import Index, Knowledge
from sfgov.place import Place

__all__ = ["Broken", "FlowTargets", "fields_named", "unreachable"]

_OWN = ("__c", "__mdt", "__e")
_DERIVED = ("__share", "__history", "__feed", "__changeevent", "__tag", "__chn")
"""Objects that the platform makes beside an object of the org."""
_ACTIONS = {
    "externalService": ("ExternalServiceRegistration", "calls the external service"),
    "generatePromptResponse": ("GenAiPromptTemplate", "uses the prompt template"),
    "quickAction": ("QuickAction", "runs the quick action"),
}
_OF_WORKFLOW = {"emailAlert": "sends the e-mail alert", "outboundMessage": "sends the outbound message"}


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
        return tuple(sorted(dict.fromkeys(found), key=lambda one: (one.at.line, one.said)))

    def _calls(self, flow: LinkedFlow) -> Iterator[Broken]:
        for element in flow.fact.elements:
            place = flow.written.at(element.line, element.name)
            name = element.action_name
            kind, does = _ACTIONS.get(element.action_type, ("", ""))
            if kind == "ExternalServiceRegistration":
                name = name.partition(".")[0]  # what follows is the operation
            if called := called_flow(element) or _flow_of_step(element):
                if self._flows.get(called) is None:
                    yield from self._missing("Flow", called, place, "calls the flow")
            elif class_name := apex_class_of(element):
                yield from self._apex(element, class_name, place)
            elif element.action_type in _OF_WORKFLOW:
                yield from self._of_workflow(element, place)
            elif kind and (kind != "QuickAction" or _is_own_quick_action(name)):
                yield from self._missing(kind, name, place, does)

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

    def _of_workflow(self, element: FlowElement, place: Place) -> Iterator[Broken]:
        """E-mail alerts and outbound messages, which stand in the workflow of their object."""
        object_name, _, action = element.action_name.partition(".")
        parts = self._index.parts(Workflow, object_name)
        alerts = (name for part in parts for name in part.fact.alerts)
        messages = (message.name for part in parts for message in part.fact.outbound_messages)
        known = {name.casefold() for name in (alerts if element.action_type == "emailAlert" else messages)}
        if parts and action and action.casefold() not in known and not self._index.managed(action):
            does = _OF_WORKFLOW[element.action_type]
            yield Broken(
                place, element.action_name, f"{does} {element.action_name}, which is not in the tree"
            )

    def _objects(self, flow: LinkedFlow) -> Iterator[Broken]:
        named = [(flow.fact.start.object, flow.written.at(flow.written.fact.line_of("object"), "start"))]
        named += [(e.object, flow.written.at(e.line, e.name)) for e in flow.fact.elements]
        for object_name, place in named:
            if object_name and not object_name.casefold().endswith(_DERIVED):
                yield from self._missing("CustomObject", object_name, place, "works on the object")

    def _fields(self, flow: LinkedFlow) -> Iterator[Broken]:
        for object_name, field, place in fields_named(flow):
            yield from self._field(object_name, field, place)

    def _field(self, object_name: str, field: str, place: Place) -> Iterator[Broken]:
        """Only of the org's own objects: a retrieve may leave out fields of standard and managed ones."""
        own = object_name.casefold().endswith(_OWN) and not self._index.managed(object_name)
        if own and self._index.get(CustomObject, object_name) is not None:
            yield from self._missing("CustomField", f"{object_name}.{field}", place, "names the field")

    def _globals(self, flow: LinkedFlow) -> Iterator[Broken]:
        for name, place in globals_named(flow):
            family, *rest = name.split(".")
            match family.casefold(), rest:
                case "$permission", [permission, *_]:
                    yield from self._missing(
                        "CustomPermission", permission, place, "asks for the custom permission"
                    )
                case "$label", [label] if self._lacks_label(label):
                    yield Broken(place, label, f"shows the label {label}, which is not in the tree")
                case "$setup", [setting, *fields]:
                    yield from self._missing("CustomObject", setting, place, "reads the custom setting")
                    for field in fields[:1]:
                        yield from self._field(setting, field, place)
                case "$custommetadata", [type_name, record, *fields]:
                    yield from self._missing(
                        "CustomObject", type_name, place, "reads the custom metadata type"
                    )
                    yield from self._record(type_name, record, place)
                    for field in fields[:1]:
                        yield from self._field(type_name, field, place)

    def _lacks_label(self, name: str) -> bool:
        """Whether there are labels in the tree, and not this one."""
        return bool(self._labels) and name.casefold() not in self._labels and not self._index.managed(name)

    @cached_property
    def _labels(self) -> frozenset[str]:
        return frozenset(
            value.path.casefold()
            for first in self._index.all(CustomLabels)
            for part in self._index.parts(CustomLabels, first.name)
            for value in part.fact.values
        )

    def _record(self, type_name: str, record: str, place: Place) -> Iterator[Broken]:
        """Only of a type of which the tree has other records."""
        bare = type_name.casefold().removesuffix("__mdt")
        if bare in self._types_with_records:
            name = f"{type_name[: len(bare)]}.{record}"
            yield from self._missing("CustomMetadata", name, place, "reads the custom metadata record")

    @cached_property
    def _types_with_records(self) -> frozenset[str]:
        return frozenset(record.fact.type_name.casefold() for record in self._index.all(CustomMetadata))

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


def _flow_of_step(element: FlowElement) -> str:
    """The flow that a step of an orchestration runs."""
    is_step = element.kind in ("stageSteps", "steps") and element.action_type.startswith("step")
    return element.action_name if is_step else ""


def _is_own_quick_action(name: str) -> bool:
    """Salesforce's own actions, which are there without being retrieved, have no underscore in their names."""
    object_name, _, action = name.rpartition(".")
    return "_" in action or object_name.casefold().endswith(_OWN)
