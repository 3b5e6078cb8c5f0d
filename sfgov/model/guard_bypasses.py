"""How a delete guard asks who the user is, and whom its answer lets through."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from sfgov.facts.apex import Guard, Operation
from sfgov.model.apex import Apex, LinkedMethod
from sfgov.model.apex.conditions import Decide, holds
from sfgov.model.apex.events import trigger_event
from sfgov.model.apex.trigger_guards import TriggerGuard
from sfgov.model.flow_guards import FlowGuard
from sfgov.model.formulas import UNKNOWN, Assume, Value
from sfgov.place import Evidence, Place

_ASKED_IN_APEX = re.compile(r"checkPermission\s*\(\s*'([^']+)'\s*\)", re.IGNORECASE)
_ATOM = re.compile(r"(?:system\.)?featuremanagement\.checkpermission\('([^']+)'\)", re.IGNORECASE)
_TRUTH = re.compile(r"(.+?)(==|!=)(true|false)")
_PROFILE = re.compile(r"profile[\w.]*\s*(?:==|!=)\s*'([^']+)'", re.IGNORECASE)
_IDENTIFIER = re.compile(r"(?<![\w.'])[A-Za-z_]\w*(?![\w(.'])")


class IdentityTest(msgspec.Struct, frozen=True):
    """One question about the user on the way to a guard's error."""

    name: str
    """What it asks for, as a flow would name it: `$Permission.Bypass`, `$Profile.Name`, `$User.Department`."""
    place: Place
    literal: str = ""
    """The text that it is compared with, where that is one."""
    lets_through: bool | None = None
    """Of a permission: whether who has it may delete (True), or is stopped (False); None where that is not settled."""

    @property
    def permission(self) -> str:
        """The custom permission that it asks for; empty where it asks for something else."""
        family, _, name = self.name.partition(".")
        return name if family.casefold() == "$permission" else ""


def tests_in_flow(guard: FlowGuard) -> tuple[IdentityTest, ...]:
    """The questions of a guard by flow, in the order in which the flow comes to them."""
    return tuple(
        IdentityTest(test.name, test.place, test.literal, _in_flow(guard, test.name))
        for test in guard.actor_tests
    )


def _in_flow(guard: FlowGuard, name: str) -> bool | None:
    def assume(value: bool) -> Assume:
        def known(asked: str) -> Value:
            return value if asked == name.casefold() else UNKNOWN

        return known

    with_it, without = guard.can_block(assume(True)), guard.can_block(assume(False))
    return None if with_it == without else without


def tests_in_trigger(guard: TriggerGuard, apex: Apex) -> tuple[IdentityTest, ...]:
    """The questions that a guard by trigger asks on its way to the error, outermost first."""
    found: dict[tuple[str, int], IdentityTest] = {}
    for method, operation in _way(guard, apex):
        for asked in reversed(method.guards_of(operation)):
            for test in _asked(method, operation, asked):
                found.setdefault((test.name, test.place.line), test)
    return tuple(found.values())


def conditions_in_trigger(guard: TriggerGuard, apex: Apex) -> tuple[Evidence, ...]:
    """What is asked on the way from the trigger to the error, beyond which event it is; outermost first."""
    event = next((one for one in guard.trigger.fact.events if one.endswith(" delete")), "before delete")
    decide = trigger_event(*event.split(" "))
    found = [
        method.at_line(asked.line).says(_said(asked))
        for method, operation in _way(guard, apex)
        for asked in reversed(method.guards_of(operation))
        if asked.condition and holds(asked, decide) is None
    ]
    return tuple(dict.fromkeys(found))


def _said(asked: Guard) -> str:
    """`if line.Posted__c`; what holds where a condition is false is said without a double negation."""
    denied = asked.kind in ("else", "after-exit")
    negation = asked.condition.removeprefix("!").strip()
    if denied and negation != asked.condition and not re.search(r"&&|\|\||[=<>]", negation):
        return f"if {negation}"
    return f"{'unless' if denied else 'when' if asked.kind == 'when' else 'if'} {asked.condition}"


def _way(guard: TriggerGuard, apex: Apex) -> Iterator[tuple[LinkedMethod, Operation]]:
    """The calls from the trigger to the error, and the error, found again by their places."""
    for evidence in guard.evidence[1:]:
        place = evidence.place
        for method in apex.methods_in(place.path):
            if method.method.line <= place.line <= method.method.end_line:
                for operation in method.method.operations:
                    if (operation.line, operation.column) == (place.line, place.column):
                        yield method, operation


class Swallowed(msgspec.Struct, frozen=True):
    """A query or DML on the way to a guard's error, whose exception a `catch` takes without stopping the delete."""

    fails: Evidence
    caught: Evidence


def swallowed_in_trigger(guard: TriggerGuard, apex: Apex) -> tuple[Swallowed, ...]:
    """The `try` blocks around a guard's error, or a call to it, that end without an error when something in them fails."""
    return tuple(
        swallowed
        for method, operation in _way(guard, apex)
        for number, caught in enumerate(method.method.guards)
        if caught.kind == "catch" and caught.since <= operation.line <= caught.line
        for swallowed in _swallowed(method, operation, number)
    )


def _swallowed(method: LinkedMethod, error: Operation, number: int) -> Iterator[Swallowed]:
    """By one `catch` that neither throws nor adds an error; the first thing before the error that can fail."""
    caught = method.method.guards[number]
    own = [one for one in method.method.operations if caught in method.guards_of(one)]
    tried = [
        one
        for one in method.method.operations
        if caught.since <= one.line <= error.line and one.kind in ("soql", "sosl", "dml") and one not in own
    ]
    stops = any(one.kind == "throw" or one.name.casefold() == "adderror" for one in own)
    if tried and error not in own and not stops:
        yield Swallowed(
            method.at(tried[0]).says(f"{tried[0].kind.upper()} in {method.name} may fail"),
            method.at_line(caught.line).says(f"catch ({caught.condition}) goes on without an error"),
        )


def _asked(method: LinkedMethod, operation: Operation, asked: Guard) -> Iterator[IdentityTest]:
    place = method.at_line(asked.line)
    for permission in _permissions(method, asked.condition):
        yield IdentityTest(
            f"$Permission.{permission}", place, lets_through=_in_apex(method, operation, permission)
        )
    for label in _PROFILE.findall(asked.condition):
        yield IdentityTest("$Profile.Name", place, label)


def _permissions(method: LinkedMethod, condition: str) -> list[str]:
    """The custom permissions that a condition asks for, itself or through a variable that holds the answer."""
    found = _ASKED_IN_APEX.findall(condition)
    for name in _IDENTIFIER.findall(condition):
        found += _ASKED_IN_APEX.findall(method.initial_of(name))
    return list(dict.fromkeys(found))


def _in_apex(method: LinkedMethod, operation: Operation, permission: str) -> bool | None:
    with_it, without = (
        any(holds(asked, _decide(method, permission, held)) is False for asked in method.guards_of(operation))
        for held in (True, False)
    )
    return None if with_it == without else with_it


def _decide(method: LinkedMethod, permission: str, held: bool) -> Decide:
    def decide(atom: str) -> bool | None:
        truth = _TRUTH.fullmatch(atom)
        if truth:
            value = decide(truth[1])
            return None if value is None else value == ((truth[2] == "==") == (truth[3] == "true"))
        asked = _ATOM.fullmatch(atom) or _ATOM.fullmatch(re.sub(r"\s+", "", method.initial_of(atom)))
        return held if asked and asked[1].casefold() == permission.casefold() else None

    return decide
