"""Flows that write to the record being deleted so that a validation rule refuses, which stops the delete."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sfgov.facts.flow import FlowElement
from sfgov.facts.objects import ValidationRule
from sfgov.model.flow_conditions import names_in_formula, without_literals
from sfgov.model.flow_fields import updates_own_record
from sfgov.model.flows import LinkedFlow
from sfgov.model.formulas import Assume, Value, truth, value_of_formula
from sfgov.model.index import Index, Written

_FIELD = re.compile(r"(?<![\w.$])[A-Za-z]\w*(?:\.\w+)*(?!\s*\(|[\w.])")
_WORDS = frozenset({"true", "false", "null"})


@dataclass(frozen=True)
class Veto:
    """Updates of the deleted record, and the active validation rule that looks at what they set."""

    updates: tuple[FlowElement, ...]
    rule: Written[ValidationRule]
    tests: frozenset[str]
    """What else the rule looks at, as a flow would name it: `$Record.Status__c`, `$Profile.Name`."""

    def can_refuse(self, assume: Assume) -> bool:
        """Whether the rule can still refuse the update under an assumption about the record or the user."""

        def named(name: str) -> Value:
            return assume(name if name.startswith("$") else f"$record.{name}")

        return truth(value_of_formula(self.rule.fact.formula, named)) is not False


def veto_of(flow: LinkedFlow, index: Index) -> Veto | None:
    """How a before-delete flow makes a validation rule fail, if it does; the first rule by name."""
    reachable = flow.reachable(through_faults=False)
    updates = tuple(e for e in reachable if updates_own_record(flow, e) and not _catches_faults(e))
    fields = {field.casefold() for field in _fields_set(updates, reachable)}
    for rule in index.all(ValidationRule) if fields else ():
        named = _fields_in(rule.fact.formula)
        if rule.fact.active and _is_on(rule, flow.fact.start.object) and named & fields:
            records = {f"$Record.{field}" for field in named - fields}
            return Veto(updates, rule, names_in_formula(rule.fact.formula, flow.references) | records)
    return None


def _is_on(rule: Written[ValidationRule], object_name: str) -> bool:
    return rule.name.partition(".")[0].casefold() == object_name.casefold()


def _fields_in(formula: str) -> set[str]:
    """The fields that a formula names, in lower case: its words that are neither functions nor globals."""
    return {name.casefold() for name in _FIELD.findall(without_literals(formula))} - _WORDS


def _catches_faults(element: FlowElement) -> bool:
    return any(edge.kind == "faultConnector" for edge in element.connectors)


def _fields_set(updates: tuple[FlowElement, ...], reachable: tuple[FlowElement, ...]) -> Iterator[str]:
    for update in updates:
        for item in update.assignments:
            yield item.target
    if any(update.input_reference for update in updates):
        for element in reachable:
            for item in element.assignments:
                if item.target.casefold().startswith("$record."):
                    yield item.target.partition(".")[2]
