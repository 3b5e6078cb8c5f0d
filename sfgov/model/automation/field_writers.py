"""Who sets which field of a record while it is saved, in the order in which the platform runs them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from sfgov.facts.workflow import WorkflowRule
from sfgov.model.automation import Automation, Automatism
from sfgov.model.automation.flow_effects import is_conditional
from sfgov.model.automation.record_writes import trigger_writes
from sfgov.model.flow_criteria import Criterion, criteria_before, exclude_each_other, literal_of
from sfgov.model.flow_fields import own_writes
from sfgov.place import Evidence, Place


class FieldWriter(msgspec.Struct, frozen=True):
    """One automatism that sets one field of the record being saved.

    `value` is the literal (None: computed), `asked` what must hold first, `conditional` whether more decides.
    `blank_only`: it sets the field only where that was empty. `evidence` ends at the place that sets it.
    """

    automatism: Automatism
    field: str
    value: str | None
    at: Place
    evidence: tuple[Evidence, ...]
    asked: frozenset[Criterion] = frozenset()
    conditional: bool = False
    blank_only: bool = False

    def overwrites(self, earlier: FieldWriter) -> bool:
        """Whether this takes away what was set earlier in one save."""
        together = self.automatism.events & earlier.automatism.events
        same = self.value is not None and self.value == earlier.value
        later = self.automatism.rank > earlier.automatism.rank
        compatible = not exclude_each_other(self.asked, earlier.asked)
        return bool(together) and later and compatible and not (same or self.blank_only)


def writers(automation: Automation) -> dict[tuple[str, str], list[FieldWriter]]:
    """By object and field (lower case): all that set it, in the order of the save."""
    found: dict[tuple[str, str], list[FieldWriter]] = defaultdict(list)
    for automatism in automation.automatisms:
        for writer in _of(automation, automatism):
            found[automatism.object.casefold(), writer.field.casefold()].append(writer)
    return found


def _of(automation: Automation, automatism: Automatism) -> Iterator[FieldWriter]:
    if automatism.flow is not None and "delete" not in automatism.events:
        yield from _of_flow(automatism)
    elif automatism.trigger is not None and automatism.events & {"create", "update"}:
        if automatism.timing == "before":
            yield from _of_before_trigger(automation, automatism)
        else:
            yield from _of_after_trigger(automation, automatism)
    elif automatism.rule is not None:
        yield from _of_rule(automation, automatism)


def _of_flow(automatism: Automatism) -> Iterator[FieldWriter]:
    flow = automatism.flow
    if flow is None:
        return
    for write in own_writes(flow):
        asked = automatism.criteria | criteria_before(flow.ways, write.element)
        plain = write.item.operator in ("", "Assign")
        yield FieldWriter(
            automatism,
            write.field,
            literal_of(write.item.value) if plain else None,
            write.at,
            (write.at.says(write.said),),
            asked,
            is_conditional(flow, write.element),
            Criterion(write.field.casefold(), "") in asked,
        )


def _of_before_trigger(automation: Automation, automatism: Automatism) -> Iterator[FieldWriter]:
    seen: set[str] = set()
    for write in trigger_writes(automation.walk(automatism), automation.bodies(automatism)):
        if write.field.casefold() not in seen or not write.conditional:
            seen.add(write.field.casefold())
            yield FieldWriter(
                automatism,
                write.field,
                write.value,
                write.at,
                write.evidence,
                conditional=write.conditional,
                blank_only=write.blank_only,
            )


def _of_after_trigger(automation: Automation, automatism: Automatism) -> Iterator[FieldWriter]:
    """Updates of the same object after the save: of which records is not told, so they are conditional."""
    for reached in automation.effects(automatism):
        effect = reached.effect
        if effect.kind == "update" and effect.object.casefold() == automatism.object.casefold():
            for field, value in (effect.values or {}).items():
                if field != "id":
                    yield FieldWriter(automatism, field, value, effect.at, reached.evidence, conditional=True)


def _of_rule(automation: Automation, automatism: Automatism) -> Iterator[FieldWriter]:
    for reached in automation.effects(automatism):
        effect = reached.effect
        asked = _asked_by(automatism.rule[1]) if automatism.rule else frozenset()
        for field, value in (effect.values or {}).items():
            yield FieldWriter(
                automatism,
                field,
                value,
                effect.at,
                (automatism.at.says(f"workflow rule {automatism.name}"), effect.at.says(f"sets {field}")),
                asked,
                conditional=reached.conditional,
                blank_only=Criterion(field, "") in asked,
            )


def _asked_by(rule: WorkflowRule) -> frozenset[Criterion]:
    """The criteria of a rule that all must hold, as far as they compare a field with one literal."""
    if rule.boolean_filter or rule.formula:
        return frozenset()
    found = set()
    for item in rule.criteria:
        single = "," not in item.values
        if single and item.operation in ("equals", "notEqual"):
            field = item.field.rpartition(".")[2].casefold()
            found.add(Criterion(field, item.values.casefold(), item.operation == "equals"))
    return frozenset(found)
