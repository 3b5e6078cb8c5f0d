"""What objects, their fields, rules and filters name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sfgov.facts import (
    ApexTrigger,
    CustomField,
    CustomMetadata,
    ListView,
    MatchingRules,
    SharingRules,
    ValidationRule,
    Workflow,
)
from sfgov.model.flow_conditions import without_literals
from sfgov.model.index import Index
from sfgov.model.references.reference import Reference, Wanted
from sfgov.model.relationships import Relationships
from sfgov.place import Place

_PATH = re.compile(r"(?<![\w.$])(\$?[A-Za-z]\w*(?:\.[A-Za-z]\w*)*)(?!\s*\(|\w)")
_ACTIONS = {
    "Alert": "sends the e-mail alert",
    "FieldUpdate": "makes the field update",
    "OutboundMessage": "sends the outbound message",
}


def in_fields(index: Index, relationships: Relationships, wanted: Wanted) -> Iterator[Reference]:
    """Objects that fields look up, value sets that they take, and what their formulas read."""
    for field in index.all(CustomField):
        fact = field.fact
        for name in fact.reference_to:
            if wanted("CustomObject", name):
                yield Reference(field.at_element("referenceTo"), "CustomObject", name, "looks up the object")
        if fact.value_set_name and wanted("GlobalValueSet", fact.value_set_name):
            place = field.at_element("valueSetName")
            yield Reference(place, "GlobalValueSet", fact.value_set_name, "takes its values from the set")
        if fact.formula:
            place = field.at_element("formula")
            yield from _in_formula(fact.formula, fact.object, place, relationships, wanted)


def in_rules(index: Index, relationships: Relationships, wanted: Wanted) -> Iterator[Reference]:
    """What active validation and workflow rules ask, and the fields that updates set."""
    for rule in index.all(ValidationRule):
        if rule.fact.active:
            owner = rule.name.partition(".")[0]
            place = rule.at_element("errorConditionFormula")
            yield from _in_formula(rule.fact.formula, owner, place, relationships, wanted)
    for first in index.all(Workflow):
        for workflow in index.parts(Workflow, first.name):
            for one in workflow.fact.rules:
                if one.active:
                    place = workflow.at(one.line, one.name)
                    yield from _in_formula(one.formula, workflow.name, place, relationships, wanted)
                    for criterion in one.criteria:
                        place = workflow.at(criterion.line, one.name)
                        yield from _field(place, criterion.field, "asks for the field", wanted)
            for update in workflow.fact.field_updates:
                if not update.target_object:
                    place = workflow.at(update.line, update.name)
                    yield from _field(place, f"{workflow.name}.{update.field}", "sets the field", wanted)


def in_workflow_actions(index: Index) -> Iterator[Reference]:
    """Actions of active rules that the object's own workflow does not have."""
    for first in index.all(Workflow):
        parts = index.parts(Workflow, first.name)
        if len(parts) > 1:
            continue  # decomposed, or in several packages: where else a part may lie is not known
        fact = first.fact
        known = {
            "Alert": {name.casefold() for name in fact.alerts},
            "FieldUpdate": {one.name.casefold() for one in fact.field_updates},
            "OutboundMessage": {one.name.casefold() for one in fact.outbound_messages},
        }
        for rule in fact.rules:
            for kind, name in rule.actions if rule.active else ():
                if kind in known and name.casefold() not in known[kind] and not index.managed(name):
                    place = first.at(rule.line, rule.name)
                    yield Reference(place, f"Workflow{kind}", f"{first.name}.{name}", _ACTIONS[kind])


def in_filters(index: Index, wanted: Wanted) -> Iterator[Reference]:
    """The fields by which sharing rules share, matching rules match and list views filter."""
    for sharing in index.all(SharingRules):
        for written in index.parts(SharingRules, sharing.name):
            for rule in written.fact.rules:
                for one in rule.fields:
                    place = written.at(one.line, f"{rule.name}.{one.name}")
                    yield from _field(place, f"{written.name}.{one.name}", "shares by the field", wanted)
    for matching in index.all(MatchingRules):
        for its in index.parts(MatchingRules, matching.name):
            for match in its.fact.rules:
                for one in match.fields if match.active else ():
                    place = its.at(one.line, f"{match.name}.{one.name}")
                    yield from _field(place, f"{its.name}.{one.name}", "matches by the field", wanted)
    for view in index.all(ListView):
        owner = view.name.partition(".")[0]
        for one in view.fact.filters:
            if one.name.casefold().endswith("__c") and "." not in one.name:
                place = view.at(one.line, one.name)
                yield from _field(place, f"{owner}.{one.name}", "filters by the field", wanted)


def in_triggers(index: Index, wanted: Wanted) -> Iterator[Reference]:
    """The objects that triggers are on."""
    for trigger in index.all(ApexTrigger):
        if trigger.fact.object and wanted("CustomObject", trigger.fact.object):
            place = trigger.at(element=trigger.name)
            yield Reference(place, "CustomObject", trigger.fact.object, "runs on the object")


def in_records(index: Index, wanted: Wanted) -> Iterator[Reference]:
    """The types of custom metadata records, and the fields that have values."""
    for record in index.all(CustomMetadata):
        kind = f"{record.fact.type_name}__mdt"
        if wanted("CustomObject", kind):
            yield Reference(record.at(), "CustomObject", kind, "is a record of the type")
        for value in record.fact.values:
            if value.text:
                place = record.at(value.line, value.path)
                yield from _field(place, f"{kind}.{value.path}", "has a value for the field", wanted)


def _field(place: Place, name: str, does: str, wanted: Wanted) -> Iterator[Reference]:
    if wanted("CustomField", name):
        yield Reference(place, "CustomField", name, does)


def _in_formula(
    formula: str, owner: str, place: Place, relationships: Relationships, wanted: Wanted
) -> Iterator[Reference]:
    """The fields of the object and of its parents, and the custom permissions, that a formula names."""
    for path in dict.fromkeys(_PATH.findall(without_literals(formula))):
        *steps, field = path.split(".")
        if path.startswith("$"):
            if steps and steps[0].casefold() == "$permission" and wanted("CustomPermission", field):
                yield Reference(place, "CustomPermission", field, "asks for the custom permission")
            continue
        holder = owner
        for step in steps:
            holder = relationships.parent(holder, step) if holder else ""
        if holder and field.casefold().endswith("__c"):
            yield from _field(place, f"{holder}.{field}", "reads the field", wanted)
