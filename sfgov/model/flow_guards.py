"""Delete guards by flow: before-delete flows that stop a delete, and what they make it depend on.

A before-delete flow is a guard if it can come to a Custom Error. Most of them cannot: they clean up or
recalculate. A second form is older than the Custom Error element: the flow writes to the record that is being
deleted so that a validation rule fails, and the delete with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from sfgov.facts.flow import FlowCondition, FlowElement, FlowFilter, FlowStart
from sfgov.model.flow_conditions import Depends, depends_on, names_in_condition, names_in_formula
from sfgov.model.flow_decisions import Settled
from sfgov.model.flow_launch import Launch
from sfgov.model.flow_outcomes import can_reach
from sfgov.model.flow_references import FlowReferences
from sfgov.model.flow_vetoes import Veto, veto_of
from sfgov.model.flows import Flows, LinkedFlow
from sfgov.model.formulas import Assume
from sfgov.place import Evidence, Place

Kind = Literal["unconditional", "identity", "record"]
_KINDS: dict[Depends, Kind] = {
    Depends.NOTHING: "unconditional",
    Depends.ACTOR: "identity",
    Depends.DATA: "record",
}


@dataclass(frozen=True)
class ActorTest:
    """A place at which a guard asks who the user is."""

    name: str
    """What it asks for: `$Permission.Bypass`, `$Profile.Name`."""
    place: Place
    literal: str = ""
    """The text that it is compared with, if that is one."""


@dataclass(frozen=True)
class FlowGuard:
    """A before-delete flow that can stop a delete."""

    object: str
    """Whose deletes it guards."""
    flow: LinkedFlow
    errors: tuple[FlowElement, ...]
    """The nodes that stop the delete: Custom Errors, or the updates of a veto."""
    veto: Veto | None = None
    """The validation rule that it rests on, where there is no Custom Error. It is then likely, not certain, to block."""

    @property
    def live(self) -> bool | None:
        """Whether the flow runs; None where the tree does not say."""
        return self.flow.live

    @property
    def place(self) -> Place:
        """Where the guard is written: the start of its flow."""
        return self.flow.written.at(self.flow.fact.start.line, "start")

    @cached_property
    def kind(self) -> Kind:
        """What it depends on whether a delete is stopped.

        `unconditional`: nothing, every delete is. `identity`: only who deletes. `record`: the record, other data,
        the time, or something that is not known.
        """
        return _KINDS[max(self._entry, self._way, self._rule)]

    @cached_property
    def fields(self) -> frozenset[str]:
        """Lower-case names of the record's fields that it tests: `status__c`, `parent__r.closed__c`."""
        filtered = {item.field.casefold() for item in _filters(self.flow.fact.start)}
        names = {name.casefold().partition("$record.")[2] for name in self._tests}
        return frozenset((filtered | names) - {""})

    def can_block(self, assume: Assume) -> bool:
        """Whether it can still stop a delete under an assumption about the record or the user."""
        possible = can_reach(self.flow, self.errors, assume)
        return possible and (self.veto is None or self.veto.can_refuse(assume))

    @cached_property
    def actor_tests(self) -> tuple[ActorTest, ...]:
        """Where it asks who the user is: in conditions that decide, in its criteria, in the rule that it rests on."""
        return tuple(self._actor_tests())

    def _actor_tests(self) -> Iterator[ActorTest]:
        written, references = self.flow.written, self.flow.references
        for element in self._settled.deciding:
            for rule in element.rules:
                for condition in rule.conditions:
                    literal = condition.right.text if condition.right.kind == "stringValue" else ""
                    place = written.at(condition.line, f"{element.name}.{rule.name}")
                    for name in _of_actor(names_in_condition(condition, references), references):
                        yield ActorTest(name, place, literal)
        formula = self.flow.fact.start.filter_formula
        place = written.at(written.fact.line_of("filterFormula"), "start.filterFormula")
        for name in _of_actor(names_in_formula(formula, references), references):
            yield ActorTest(name, place)
        if self.veto is not None:
            for name in _of_actor(self.veto.tests, references):
                yield ActorTest(name, self.veto.rule.at_element("errorConditionFormula"))

    @property
    def conditions(self) -> tuple[Evidence, ...]:
        """The entry criteria and the conditions that decide whether a delete is stopped."""
        return (*self._criteria(), *self._decides())

    @property
    def deciding(self) -> tuple[FlowElement, ...]:
        """The nodes at which it is settled whether a delete is stopped, nearest to the start first."""
        return self._settled.deciding

    @cached_property
    def reads(self) -> frozenset[str]:
        """Lower-case names of the objects that it looks up on the way, also in its subflows."""
        return self.flow.objects_read()

    @cached_property
    def evidence(self) -> tuple[Evidence, ...]:
        """The start with its criteria, the conditions that decide, and what stops the delete."""
        return (self._starts(), *self._criteria(), *self._decides(), *self._stops())

    @cached_property
    def _settled(self) -> Settled:
        return Settled(self.flow.graph, self.errors)

    @property
    def _tests(self) -> frozenset[str]:
        """What the criteria, the deciding conditions and the validation rule refer to."""
        references = self.flow.references
        names = names_in_formula(self.flow.fact.start.filter_formula, references)
        for element in self._settled.deciding:
            for condition in _conditions(element):
                names |= names_in_condition(condition, references)
        return names | (self.veto.tests if self.veto is not None else frozenset())

    @property
    def _entry(self) -> Depends:
        start = self.flow.fact.start
        if _filters(start):
            return Depends.DATA
        names = names_in_formula(start.filter_formula, self.flow.references)
        return self._tested(names) if start.filter_formula else Depends.NOTHING

    @property
    def _way(self) -> Depends:
        if self._settled.always:
            return Depends.NOTHING
        return max(map(self._of_decision, self._settled.deciding), default=Depends.DATA)

    def _of_decision(self, element: FlowElement) -> Depends:
        """A loop, or an outcome without conditions, depends on data."""
        if element.kind != "decisions" or not all(rule.conditions for rule in element.rules):
            return Depends.DATA
        names = [names_in_condition(condition, self.flow.references) for condition in _conditions(element)]
        return max(map(self._tested, names), default=Depends.DATA)

    @property
    def _rule(self) -> Depends:
        return depends_on(self.veto.tests, self.flow.references) if self.veto is not None else Depends.NOTHING

    def _tested(self, names: frozenset[str]) -> Depends:
        """A test of constants alone may go either way: that is not the same as no test."""
        actor = depends_on(names, self.flow.references) is Depends.ACTOR
        return Depends.ACTOR if actor else Depends.DATA

    def _starts(self) -> Evidence:
        start = self.flow.fact.start
        which = "some" if _filters(start) or start.filter_formula else "any"
        return self.place.says(f"runs before {which} {self.object} is deleted")

    def _criteria(self) -> Iterator[Evidence]:
        written, start = self.flow.written, self.flow.fact.start
        for item in _filters(start):
            said = _folded(f"only where {item.field} {item.operator} {item.value.text}")
            yield written.at(item.line, f"start.{item.field}").says(said)
        if start.filter_formula:
            place = written.at(written.fact.line_of("filterFormula"), "start.filterFormula")
            yield place.says(f"only where {_folded(start.filter_formula)}")

    def _decides(self) -> Iterator[Evidence]:
        written = self.flow.written
        for element in self._settled.deciding:
            if element.kind != "decisions":
                yield written.at(element.line, element.name).says(
                    f"whether it is stopped depends on {element.name}"
                )
                continue
            for rule in element.rules:
                for condition in rule.conditions:
                    said = f"{element.name} decides by {condition.left} {condition.operator} {condition.right.text}"
                    yield written.at(condition.line, f"{element.name}.{rule.name}").says(_folded(said))

    def _stops(self) -> Iterator[Evidence]:
        for error in self.errors:
            place = self.flow.written.at(error.line, error.name)
            if self.veto is None:
                yield place.says(
                    _folded(": ".join(("stops the delete", "; ".join(error.messages))).rstrip(": "))
                )
            else:
                yield place.says(f"updates the {self.object} that is being deleted")
        if self.veto is not None:
            rule = self.veto.rule
            yield rule.at_element("errorConditionFormula").says(
                f"validation rule {rule.name} refuses that update, which stops the delete"
            )


def guards_by_flow(flows: Flows) -> tuple[FlowGuard, ...]:
    """Every before-delete flow that can stop a delete, live or not, by flow name."""
    found: list[FlowGuard] = []
    for flow in _before_delete(flows):
        errors = _custom_errors(flow.reachable(through_faults=False))
        veto = None if errors else veto_of(flow, flows.index)
        if errors:
            found.append(FlowGuard(flow.fact.start.object, flow, errors))
        elif veto is not None:
            found.append(FlowGuard(flow.fact.start.object, flow, veto.updates, veto))
    return tuple(found)


def errors_on_faults_only(flows: Flows) -> tuple[FlowGuard, ...]:
    """The before-delete flows whose errors all lie behind fault paths.

    They stop a delete only when something fails, so they are no guards, though they may be meant as such.
    """
    guards = {guard.flow for guard in guards_by_flow(flows)}
    others = [flow for flow in _before_delete(flows) if flow not in guards]
    found = [FlowGuard(flow.fact.start.object, flow, _custom_errors(flow.reachable())) for flow in others]
    return tuple(guard for guard in found if guard.errors)


def _before_delete(flows: Flows) -> Iterator[LinkedFlow]:
    return (flow for flow in flows.all() if flow.launch is Launch.BEFORE_DELETE)


def _of_actor(names: Iterable[str], references: FlowReferences) -> list[str]:
    return sorted(name for name in names if depends_on([name], references) is Depends.ACTOR)


def _custom_errors(elements: Iterable[FlowElement]) -> tuple[FlowElement, ...]:
    return tuple(element for element in elements if element.kind == "customErrors")


def _conditions(element: FlowElement) -> Iterator[FlowCondition]:
    return (condition for rule in element.rules for condition in rule.conditions)


def _filters(start: FlowStart) -> list[FlowFilter]:
    """The filters that filter: an empty one is what the builder leaves behind."""
    return [item for item in start.filters if item.field]


def _folded(text: str) -> str:
    return " ".join(text.split())
