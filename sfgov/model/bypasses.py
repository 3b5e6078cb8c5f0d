"""Custom permissions that switch automation off: who has one is let through by rules, flows and triggers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Literal

import msgspec

from sfgov.facts import ValidationRule
from sfgov.facts.flow import FlowElement
from sfgov.model.apex import Apex, LinkedMethod
from sfgov.model.apex.conditions import Decide, holds
from sfgov.model.flow_outcomes import can_reach
from sfgov.model.flows import Flows, LinkedFlow
from sfgov.model.formulas import UNKNOWN, Assume, Value, truth, value_of_formula
from sfgov.model.index import Index
from sfgov.place import Place

_IN_FORMULA = re.compile(r"\$Permission\.(\w+)", re.IGNORECASE)
_IN_APEX = re.compile(r"checkPermission\s*\(\s*'([^']+)'\s*\)", re.IGNORECASE)
_ATOM = re.compile(r"(?:system\.)?featuremanagement\.checkpermission\('([^']+)'\)", re.IGNORECASE)
_COMPARED = re.compile(r"(.+?)(==|!=)(true|false)")
_IDENTIFIER = re.compile(r"(?<![\w.'])[A-Za-z_]\w*(?![\w(.'])")
_WORK = frozenset(
    {"recordCreates", "recordUpdates", "recordDeletes", "customErrors", "actionCalls", "subflows"}
)


class SwitchedOff(msgspec.Struct, frozen=True, order=True):
    """One piece of automation that lets the holders of a permission through."""

    kind: Literal["validation rule", "flow", "trigger"]
    name: str
    place: Place


class Switch(msgspec.Struct, frozen=True):
    """A custom permission, and all that it switches off."""

    name: str
    uses: tuple[SwitchedOff, ...]


def switches(index: Index, flows: Flows, apex: Apex) -> tuple[Switch, ...]:
    """The custom permissions that switch something off, by name."""
    found: defaultdict[str, list[SwitchedOff]] = defaultdict(list)
    names: dict[str, str] = {}
    for permission, use in (*_rules(index), *_flows(flows), *_apex(apex)):
        names.setdefault(permission.casefold(), permission)
        found[permission.casefold()].append(use)
    return tuple(Switch(names[key], tuple(sorted(uses))) for key, uses in sorted(found.items()))


def _rules(index: Index) -> Iterator[tuple[str, SwitchedOff]]:
    """Active validation rules that never fire for a holder, and might for others."""
    for written in index.all(ValidationRule):
        if written.fact.active:
            for permission in _named_in(written.fact.formula):
                with_it, without = (
                    truth(value_of_formula(written.fact.formula, _assuming(permission, held=held)))
                    for held in (True, False)
                )
                if with_it is False and without is not False:
                    at = written.at_element("errorConditionFormula")
                    yield permission, SwitchedOff("validation rule", written.name, at)


def _flows(flows: Flows) -> Iterator[tuple[str, SwitchedOff]]:
    """Live flows that an event starts and that do nothing for a holder."""
    for flow in flows.all():
        if flow.live is False or not flow.triggered:
            continue
        work = [element for element in flow.fact.elements if _works(element)]
        for permission, place in _asked_by(flow).items():
            if not can_reach(flow, work, _assuming(permission, held=True)) and can_reach(
                flow, work, _assuming(permission, held=False)
            ):
                yield permission, SwitchedOff("flow", flow.name, place)


def _works(element: FlowElement) -> bool:
    """Whether a node changes anything, or stops the user."""
    if element.kind == "assignments":
        return any(one.target.casefold().startswith("$record.") for one in element.assignments)
    return element.kind in _WORK


def _asked_by(flow: LinkedFlow) -> dict[str, Place]:
    """The custom permissions that a flow asks for, and where it first does."""
    found: dict[str, Place] = {}
    start = flow.fact.start
    for permission in _named_in(start.filter_formula):
        found.setdefault(permission, flow.written.at(start.line, "start"))
    for resource in flow.fact.resources:
        for permission in _named_in(resource.text if resource.kind == "formulas" else ""):
            found.setdefault(permission, flow.written.at(resource.line, resource.name))
    for element in flow.fact.elements:
        for rule in element.rules:
            for condition in rule.conditions:
                for permission in _named_in(f"{condition.left} {condition.right.text}"):
                    found.setdefault(permission, flow.written.at(condition.line, element.name))
    return found


def _apex(apex: Apex) -> Iterator[tuple[str, SwitchedOff]]:
    """Triggers, and what they call, that leave something out for a holder."""
    bodies = [body for trigger in apex.triggers if apex.is_active(trigger) for body in apex.body_of(trigger)]
    for method in apex.graph.reachable(bodies):
        asked: dict[str, int] = {}
        for guard in method.method.guards:
            for permission in _permissions(method, guard.condition):
                asked.setdefault(permission, guard.line)
        for permission, line in asked.items():
            if _leaves_out(method, permission):
                yield permission, SwitchedOff("trigger", method.name, method.at_line(line))


def _permissions(method: LinkedMethod, condition: str) -> list[str]:
    """The custom permissions that a condition asks for, itself or through a variable that holds the answer."""
    found = _IN_APEX.findall(condition)
    for name in _IDENTIFIER.findall(condition):
        found += _IN_APEX.findall(method.initial_of(name))
    return found


def _leaves_out(method: LinkedMethod, permission: str) -> bool:
    """Whether an operation runs for nobody who has the permission, and may for others."""
    return any(
        any(holds(guard, _decide(method, permission, held=True)) is False for guard in guards)
        and not any(holds(guard, _decide(method, permission, held=False)) is False for guard in guards)
        for guards in map(method.guards_of, method.method.operations)
    )


def _decide(method: LinkedMethod, permission: str, *, held: bool) -> Decide:
    def decide(atom: str) -> bool | None:
        compared = _COMPARED.fullmatch(atom)
        if compared:
            value = decide(compared[1])
            return None if value is None else value == ((compared[2] == "==") == (compared[3] == "true"))
        asked = _ATOM.fullmatch(atom) or _ATOM.fullmatch(re.sub(r"\s+", "", method.initial_of(atom)))
        return held if asked and asked[1].casefold() == permission.casefold() else None

    return decide


def _named_in(formula: str) -> list[str]:
    return list(dict.fromkeys(_IN_FORMULA.findall(formula)))


def _assuming(permission: str, *, held: bool) -> Assume:
    asked = f"$permission.{permission.casefold()}"

    def assume(name: str) -> Value:
        return held if name == asked else UNKNOWN

    return assume
