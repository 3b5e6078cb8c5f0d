"""Writes by workflow rules: the field updates that they do at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sfgov.facts import Workflow
from sfgov.facts.workflow import WorkflowCriterion, WorkflowFieldUpdate, WorkflowRule
from sfgov.model.attribution.writes import KEPT, SaveEvent, Wanted, Write, assuming
from sfgov.model.copied import copied_names
from sfgov.model.flow_outcomes import joined
from sfgov.model.formulas import UNKNOWN, Assume, Value, truth, value_of_formula
from sfgov.model.index import Index, Written
from sfgov.model.relationships import Relationships

_CREATE: frozenset[SaveEvent] = frozenset({"create"})
_UPDATE: frozenset[SaveEvent] = frozenset({"update"})
_PRIOR = re.compile(r"\bPRIORVALUE\s*\(", re.IGNORECASE)


def workflow_writes(index: Index, relationships: Relationships, wanted: Wanted) -> Iterator[Write]:
    """What active rules write, to the record itself or to its parent."""
    for workflow in index.all(Workflow):
        parts = index.parts(Workflow, workflow.name)
        updates = {u.name: (part, u) for part in reversed(parts) for u in part.fact.field_updates}
        for part in parts:
            for rule in part.fact.rules:
                for kind, name in rule.actions if rule.active else ():
                    own, update = updates.get(name, (None, None))
                    if kind != "FieldUpdate" or own is None or update is None:
                        continue
                    owner = workflow_target(relationships, own.name, update)
                    field = wanted.name(owner, update.field) if owner else ""
                    if field:
                        yield _write(field, wanted, (part, rule), (own, update))


def _write(
    field: str,
    wanted: Wanted,
    ruled: tuple[Written[Workflow], WorkflowRule],
    done: tuple[Written[Workflow], WorkflowFieldUpdate],
) -> Write:
    """The rule's and the update's file may differ, where a workflow is in pieces."""
    (part, rule), (own, update) = ruled, done
    on_itself = not update.target_object
    at = own.at(update.line, update.name)
    value = {"literal": update.literal, "null": ""}.get(update.operation.casefold())
    does = f"empties {field}" if value == "" else f"sets {field}{f' to {value}' if value else ''}"
    started = part.at(rule.line, rule.name).says(f"workflow rule {rule.name}")
    return Write(
        field=field,
        component=own.component,
        by=f"workflow rule {rule.name}",
        events=_events(part.name, rule) if on_itself else _UPDATE,
        at=at,
        evidence=(started, at.says(f"{update.name} {does}")),
        value=value,
        keeps=_keeps(part.name, rule, update, wanted, field),
        conditional=bool(rule.criteria or rule.formula),
        own=on_itself,
    )


def workflow_target(relationships: Relationships, owner: str, update: WorkflowFieldUpdate) -> str:
    """The object of the record that a field update changes; empty where it is not known."""
    if not update.target_object:
        return owner
    name = update.target_object
    step = f"{name[:-1]}r" if name.casefold().endswith("__c") else name.removesuffix("Id")
    return relationships.parent(owner, step)


def _events(owner: str, rule: WorkflowRule) -> frozenset[SaveEvent]:
    """The saves on which a rule runs, as far as its type and its formula say."""
    if rule.trigger_type.casefold() == "oncreateonly":
        return _CREATE
    possible = (
        event
        for event in ("create", "update")
        if not rule.formula or _asked(owner, rule, frozenset(), event, filled=False) is not False
    )
    return frozenset(possible)  # type: ignore[arg-type]  # a generator of literals is one of texts to mypy


def _keeps(owner: str, rule: WorkflowRule, update: WorkflowFieldUpdate, wanted: Wanted, field: str) -> bool:
    """Whether the rule does not run where the field has a value, or the update puts that value back."""
    fields = wanted.beside(field)
    if _asked(owner, rule, fields, "update", filled=True) is False:
        return True
    if update.operation.casefold() != "formula" or update.target_object:
        return False
    own = update.field.casefold()

    def assume(name: str) -> Value:
        return KEPT if _bare(owner, name) == own else UNKNOWN

    kept = value_of_formula(_without_prior(update.formula), assume) == KEPT
    mirrors = wanted.mirrors(field)
    return kept or any(_bare(owner, name.casefold()) in mirrors for name in copied_names(update.formula))


def _asked(
    owner: str, rule: WorkflowRule, fields: frozenset[str], event: SaveEvent, *, filled: bool
) -> bool | None:
    """Whether what the rule asks for holds."""
    known = assuming(fields, event, filled=filled)

    def assume(name: str) -> Value:
        return known(_bare(owner, name))

    if rule.formula:
        return truth(value_of_formula(_without_prior(rule.formula), assume))
    if not rule.criteria:
        return True
    return joined([_holds(item, assume) for item in rule.criteria], rule.boolean_filter)


def _without_prior(formula: str) -> str:
    """A formula of a rule speaks of the value before the save by a function; here it is what was there as well."""
    return _PRIOR.sub("(", formula)


def _holds(item: WorkflowCriterion, assume: Assume) -> bool | None:
    """One criterion: `equals` takes any of its values, and no value for an empty field."""
    if assume(item.field.casefold()) is UNKNOWN:
        return None
    wanted: Sequence[str] = item.values.split(",")
    match item.operation:
        case "equals":
            return KEPT in wanted
        case "notEqual":
            return KEPT not in wanted
        case _:
            return None


def _bare(owner: str, name: str) -> str:
    """The field's own name for `Lead.LeadSource`, as criteria name fields of the rule's object; in lower case."""
    return name.removeprefix(f"{owner.casefold()}.")
