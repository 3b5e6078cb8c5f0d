"""What runs by itself on which event of which object, in the order of a save, ready to be written."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import msgspec
from msgspec.structs import replace

from sfgov.facts import CustomField, CustomObject, ValidationRule
from sfgov.facts.flow import FlowFilter, FlowStart
from sfgov.facts.workflow import WorkflowCriterion, WorkflowRule
from sfgov.model.automation import WRITES, Automatism
from sfgov.model.automation.field_writers import FieldWriter, writers
from sfgov.model.automation.flow_walk import FlowStep, flow_steps
from sfgov.model.automation.side_effects import SideEffect, callouts_in_saves
from sfgov.model.flow_work import work_of
from sfgov.model.org import Org
from sfgov.place import Evidence, Place
from sfgov.result import Automated, AutomationMap, Does, Runs, Step

MOST_OBJECTS = 40
"""How many objects a map holds, those with the most automation; the others are named."""
MOST_EFFECTS = 12
"""How many effects of one automatism it holds."""
MOST_FIELDS = 12
"""How many fields it names that one automatism sets."""
EVENTS = ("create", "update", "delete", "undelete")
_LONGEST = 200
"""Characters of a condition."""
_OPERATORS = {
    "EqualTo": "=",
    "NotEqualTo": "≠",
    "GreaterThan": ">",
    "GreaterThanOrEqualTo": "≥",
    "LessThan": "<",
    "LessThanOrEqualTo": "≤",
    "StartsWith": "starts with",
    "EndsWith": "ends with",
    "Contains": "contains",
    "equals": "=",
    "notEqual": "≠",
    "greaterThan": ">",
    "greaterOrEqual": "≥",
    "lessThan": "<",
    "lessOrEqual": "≤",
    "startsWith": "starts with",
    "contains": "contains",
    "notContain": "does not contain",
}
_ACTIONS = {
    "customNotificationAction": "sends a notification",
    "outboundMessage": "sends an outbound message",
}
"""Actions of flows, besides those of which the model knows what they spend."""
_FOLLOWED = frozenset({"apex", "flow", "externalService"})
"""Actions of flows that are told by what they come to."""
_RULE_ACTIONS = {
    "Alert": "sends an e-mail",
    "Task": "creates a task",
    "OutboundMessage": "sends an outbound message",
    "Send": "sends a message",
    "FlowAction": "starts a flow",
}
_REFUSES = "refuses the record with an error"
_FLAGS = {
    ("IsChanged", "true"): "is changed",
    ("IsChanged", "false"): "is not changed",
    ("IsNull", "true"): "is empty",
    ("IsNull", "false"): "is not empty",
    ("IsBlank", "true"): "is empty",
    ("IsBlank", "false"): "is not empty",
}
_BLANK = {"equals": "is empty", "notEqual": "is not empty"}
"""What workflow criteria mean that compare with nothing."""
_PATHS = {"AsyncAfterCommit": "once it is committed"}
"""The path of a flow that has no name of its own."""


def automation_map(org: Org) -> AutomationMap | None:
    """The automation of the objects that have any; None where nothing runs by itself."""
    known = _Known(org)
    objects: defaultdict[str, list[Automatism]] = defaultdict(list)
    for automatism in org.automation.automatisms:
        objects[automatism.object.casefold()].append(automatism)
    if not objects:
        return None
    ranked = sorted(objects, key=lambda name: (-len({one.name for one in objects[name]}), name))
    shown = sorted(ranked[:MOST_OBJECTS])
    left_out = sorted(objects[name][0].object for name in ranked[MOST_OBJECTS:])
    return AutomationMap(tuple(known.automated(objects[name]) for name in shown), tuple(left_out))


class _Effect(msgspec.Struct, frozen=True):
    """Something that an automatism comes to on one of its events."""

    says: str
    evidence: tuple[Evidence, ...]
    object: str = ""
    certain: bool = False


class _Known:
    """What the model says of all automatisms at once."""

    def __init__(self, org: Org) -> None:
        self._org = org
        self._rules = Counter(
            rule.name.partition(".")[0].casefold() for rule in org.all(ValidationRule) if rule.fact.active
        )
        self._objects = {name.casefold(): name for name in _object_names(org)}
        self._writers: defaultdict[int, list[FieldWriter]] = defaultdict(list)
        for of_field in writers(org.automation).values():
            for writer in of_field:
                self._writers[id(writer.automatism)].append(writer)
        self._callouts: defaultdict[Place, list[SideEffect]] = defaultdict(list)
        for callout in callouts_in_saves(org.automation, org.flows, org.apex):
            self._callouts[callout.evidence[0].place].append(callout)

    def automated(self, automatisms: Sequence[Automatism]) -> Automated:
        """One object: its automatisms in order, the events of a trigger together."""
        same = groupby(automatisms, key=lambda one: (one.rank, one.name.casefold(), one.timing, one.at.path))
        return Automated(
            object=automatisms[0].object,
            runs=tuple(self._runs(list(group)) for _, group in same),
            validation_rules=self._rules[automatisms[0].object.casefold()],
        )

    def _runs(self, same: Sequence[Automatism]) -> Runs:
        first = same[0]
        found: dict[str, list[tuple[Automatism, _Effect]]] = {}
        for automatism in same:
            for effect in self._effects(automatism):
                found.setdefault(effect.says, []).append((automatism, effect))
        started = {event for automatism in same for event in automatism.events}
        does = [_does(effects, started) for effects in found.values()]
        return Runs(
            kind=first.kind,
            component=first.at.component,
            name=first.name,
            rank=first.rank,
            events=_in_order(started),
            asks=_asks(first),
            later=_later(first),
            place=_step(first.at.says("")),
            does=tuple(does[:MOST_EFFECTS]),
            more=len(does[MOST_EFFECTS:]),
        )

    def _effects(self, automatism: Automatism) -> Iterator[_Effect]:
        yield from self._refusals(automatism)
        yield from self._fields(automatism)
        yield from _actions(self._org, automatism)
        for reached in self._org.automation.effects(automatism):
            effect = reached.effect
            if effect.kind in WRITES and not effect.own:
                named = replace(effect, object=self._objects.get(effect.object.casefold(), effect.object))
                certain = not (reached.conditional or reached.asked)
                yield _Effect(named.said, reached.evidence, named.object, certain=certain)
        for callout in self._callouts[automatism.at]:
            yield _Effect("makes a callout", callout.evidence[1:])

    def _refusals(self, automatism: Automatism) -> Iterator[_Effect]:
        """Errors by which it stops the save."""
        if automatism.flow is not None:
            for step in flow_steps(self._org.flows, automatism.flow):
                if step.element.kind == "customErrors":
                    place = step.flow.written.at(step.element.line, step.element.name)
                    certain = not (step.conditional or step.asked)
                    yield _Effect(_REFUSES, (*step.way, place.says(step.element.name)), certain=certain)
        elif automatism.trigger is not None:
            walk = self._org.automation.walk(automatism)
            for called in walk.steps(self._org.automation.bodies(automatism)):
                for operation in called.method.method.operations:
                    if operation.name.casefold() == "adderror" and walk.runs(called.method, operation):
                        place = called.method.at(operation)
                        certain = not (called.conditional or walk.is_conditional(called.method, operation))
                        yield _Effect(_REFUSES, (*called.way, place.says("addError")), certain=certain)

    def _fields(self, automatism: Automatism) -> Iterator[_Effect]:
        """The fields of the record itself that it sets. What an after trigger updates is told as an update."""
        found = self._writers[id(automatism)]
        if not found or (automatism.trigger is not None and automatism.timing == "after"):
            return
        names = sorted({self._spelled(automatism, one.field) for one in found}, key=str.casefold)
        more = f" and {len(names) - MOST_FIELDS} more" if len(names) > MOST_FIELDS else ""
        plainest = min(found, key=lambda one: (one.conditional, len(one.evidence)))
        certain = automatism.rule is not None or not any(
            one.conditional or one.asked - automatism.criteria for one in found
        )
        yield _Effect(f"sets {', '.join(names[:MOST_FIELDS])}{more}", plainest.evidence, certain=certain)

    def _spelled(self, automatism: Automatism, field: str) -> str:
        """A field's name as metadata has it: of some writers it is known in lower case only."""
        if automatism.rule is not None:
            updates = {one.field.casefold(): one.field for one in automatism.rule[0].fact.field_updates}
            return updates.get(field.casefold(), field)
        written = self._org.get(CustomField, f"{automatism.object}.{field}")
        return written.fact.field if written is not None else field


def _object_names(org: Org) -> Iterator[str]:
    """The objects as they are spelled where they are at home: Apex writes them in any case."""
    yield from (automatism.object for automatism in org.automation.automatisms)
    yield from (written.name for written in org.all(CustomObject))


def _actions(org: Org, automatism: Automatism) -> Iterator[_Effect]:
    """What it does besides writing records: messages, approvals."""
    if automatism.flow is not None:
        for step in flow_steps(org.flows, automatism.flow):
            says = _action(step)
            if says:
                place = step.flow.written.at(step.element.line, step.element.name)
                certain = not (step.conditional or step.asked)
                yield _Effect(says, (*step.way, place.says(step.element.name)), certain=certain)
    elif automatism.rule is not None:
        workflow, rule = automatism.rule
        for kind, name in rule.actions:
            if kind in _RULE_ACTIONS:
                evidence = (workflow.at(rule.line, rule.name).says(name),)
                yield _Effect(_RULE_ACTIONS[kind], evidence, certain=True)


def _action(step: FlowStep) -> str:
    element = step.element
    if element.kind != "actionCalls" or element.action_type in _FOLLOWED:
        return ""
    known = work_of(step.flow, element) or _ACTIONS.get(element.action_type, "")
    return known or f"runs the action {element.action_name}"


def _does(effects: Sequence[tuple[Automatism, _Effect]], started: set[str]) -> Does:
    """The same effect, on one event or several, at one place or several: the plainest way to it is told."""
    events = {event for automatism, _ in effects for event in automatism.events}
    plainest = min((effect for _, effect in effects), key=lambda one: (not one.certain, len(one.evidence)))
    return Does(
        says=plainest.says,
        object=plainest.object,
        certain=plainest.certain,
        events=() if events == started else _in_order(events),
        steps=tuple(map(_step, plainest.evidence)),
    )


def _in_order(events: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(events, key=EVENTS.index))


def _step(evidence: Evidence) -> Step:
    place = evidence.place
    return Step(place.path, place.line, place.component, evidence.message, place.column)


# What is asked of the record first


def _asks(automatism: Automatism) -> str:
    if automatism.flow is not None:
        text = _asked_by_flow(automatism.flow.fact.start)
    else:
        text = _asked_by_rule(automatism.rule[1]) if automatism.rule else ""
    return text if len(text) <= _LONGEST else text[:_LONGEST] + " …"


def _asked_by_flow(start: FlowStart) -> str:
    text = " ".join(start.filter_formula.split()) or _joined(map(_filter, start.filters), start.filter_logic)
    return f"{text}, and did not before" if text and start.requires_change else text


def _filter(one: FlowFilter) -> str:
    flag = _FLAGS.get((one.operator, one.value.text))
    return f"{one.field} {flag or f'{_OPERATORS.get(one.operator, one.operator)} {one.value.text}'}"


def _asked_by_rule(rule: WorkflowRule) -> str:
    return " ".join(rule.formula.split()) or _joined(map(_criterion, rule.criteria), rule.boolean_filter)


def _criterion(one: WorkflowCriterion) -> str:
    blank = _BLANK.get(one.operation, "") if not one.values else ""
    return f"{one.field.rpartition('.')[2]} {blank or f'{_OPERATORS.get(one.operation, one.operation)} {one.values}'}"


def _joined(items: Iterable[str], logic: str) -> str:
    """`A and B`, `A or B`, or the parts with their numbers and the logic that names these."""
    parts = list(items)
    word = logic.casefold() or "and"
    if word in ("and", "or") or len(parts) < 2:
        return f" {word} ".join(parts)
    numbered = "; ".join(f"{number}: {part}" for number, part in enumerate(parts, 1))
    return f"{logic} of {numbered}"


def _later(automatism: Automatism) -> tuple[str, ...]:
    """The paths of a flow that run after the transaction."""
    if automatism.flow is None:
        return ()
    edges = automatism.flow.fact.start.connectors
    return tuple(_PATHS.get(edge.label, edge.label) for edge in edges if edge.kind == "scheduledPaths")
