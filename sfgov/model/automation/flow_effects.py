"""What the nodes of a flow do to records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sfgov.facts.flow import FlowElement, FlowRule, FlowValue
from sfgov.model.automation.effects import Kind, RecordEffect
from sfgov.model.flow_criteria import criteria_of, literal_of
from sfgov.model.flow_fields import updates_own_record
from sfgov.model.flow_launch import Launch
from sfgov.model.flow_references import own_field
from sfgov.model.flows import LinkedFlow

_KINDS: dict[str, Kind] = {
    "recordLookups": "read",
    "recordCreates": "create",
    "recordUpdates": "update",
    "recordDeletes": "delete",
}


def effect_of_element(flow: LinkedFlow, element: FlowElement) -> RecordEffect | None:
    """What a node does to records; None where it does nothing, or its object is not known.

    Before a save, an update of the record itself is part of the save, and no effect of its own.
    """
    kind = _KINDS.get(element.kind)
    object_name = flow.object_of(element) if kind else ""
    own = updates_own_record(flow, element)
    if kind is None or not object_name or (own and flow.launch is Launch.BEFORE_SAVE):
        return None
    return RecordEffect(
        kind=kind,
        object=object_name,
        at=flow.written.at(element.line, element.name),
        values=_values(flow, element, own=own) if kind == "update" else None,
        own=own,
        context=flow.run_context.value,
    )


def _values(flow: LinkedFlow, element: FlowElement, *, own: bool) -> Mapping[str, str | None] | None:
    given = [item for item in element.assignments if item.element == "inputAssignments"]
    if given:
        return {item.target.casefold(): literal_of(item.value) for item in given}
    if own:
        return dict(_assigned_to_record(flow)) or None
    variable = flow.resource(element.input_reference)
    return dict(_assigned_to(flow, element.input_reference)) or None if variable else None


def _assigned_to_record(flow: LinkedFlow) -> Iterator[tuple[str, str | None]]:
    for element in flow.fact.elements:
        for item in element.assignments:
            field = own_field(item.target)
            if field and item.element != "inputAssignments":
                yield field.casefold(), _assigned(item.operator, item.value)


def _assigned_to(flow: LinkedFlow, variable: str) -> Iterator[tuple[str, str | None]]:
    """What is set on a record variable, or on a record that is added to a collection."""
    names = {variable.casefold()} | {
        item.value.text.casefold()
        for element in flow.fact.elements
        for item in element.assignments
        if item.target.casefold() == variable.casefold() and item.value.kind == "elementReference"
    }
    for element in flow.fact.elements:
        for item in element.assignments:
            head, _, field = item.target.partition(".")
            if field and head.casefold() in names:
                yield field.casefold(), _assigned(item.operator, item.value)


def _assigned(operator: str, value: FlowValue) -> str | None:
    return literal_of(value) if operator in ("", "Assign") else None


def is_conditional(flow: LinkedFlow, element: FlowElement) -> bool:
    """Whether something decides if a node runs that `criteria_before` does not tell."""
    return not flow.ways.is_sure(element, _is_told)


def _is_told(rule: FlowRule) -> bool:
    """Whether a rule asks nothing but tests of the record against literals, and not whether they were met before."""
    return (
        bool(rule.conditions) and len(criteria_of(rule)) == len(rule.conditions) and not rule.requires_change
    )
