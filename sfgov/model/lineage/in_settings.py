"""Copies that settings declare: lead conversion and workflow field updates."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov.facts import LeadConvertSettings, Workflow
from sfgov.model.copied import copied_names
from sfgov.model.index import Index
from sfgov.model.lineage.copies import Copy
from sfgov.model.relationships import Relationships


def conversion_copies(index: Index) -> Iterator[Copy]:
    """Fields of leads whose values the converted records get."""
    for settings in index.all(LeadConvertSettings):
        for pair in settings.fact.mappings:
            source = f"Lead.{pair.lead_field}"
            place = settings.at(pair.line, f"{pair.lead_field}.{pair.target}")
            yield Copy(place, source, pair.target, "lead conversion")


def workflow_copies(index: Index, relationships: Relationships) -> Iterator[Copy]:
    """Field updates by formula that an active rule starts at once; those of approvals and delays are not followed."""
    for workflow in index.all(Workflow):
        started = {
            name
            for part in index.parts(Workflow, workflow.name)
            for rule in part.fact.rules
            for kind, name in (rule.actions if rule.active else ())
            if kind == "FieldUpdate"
        }
        for update in workflow.fact.field_updates:
            if update.name not in started:
                continue
            owner = workflow.name
            if update.target_object:
                owner = relationships.parent(owner, _relationship(update.target_object))
            if update.operation.casefold() != "formula" or not owner:
                continue
            place = workflow.at(update.line, f"fieldUpdates[{update.name}]")
            for name in copied_names(update.formula):
                source = field_of_path(relationships, workflow.name, name)
                if source:
                    yield Copy(
                        place, source, f"{owner}.{update.field}", f"workflow field update {update.name}"
                    )


def field_of_path(relationships: Relationships, owner: str, path: str) -> str:
    """`Account.Tax__c` for the path `Account.Tax__c` from a contact; empty where a step is not known."""
    *steps, field = path.split(".")
    if path.startswith("$"):
        return ""
    for step in steps:
        owner = relationships.parent(owner, step)
    return f"{owner}.{field}" if owner else ""


def _relationship(field: str) -> str:
    return f"{field[:-1]}r" if field.casefold().endswith("__c") else field.removesuffix("Id")
