"""Code that writes what comes in from other systems: web services, e-mail, platform events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from sfgov.model.apex import Apex, Entry, LinkedMethod
from sfgov.model.automation.apex_effects import effects_of_operation
from sfgov.model.automation.apex_walk import ApexWalk
from sfgov.model.automation.flow_effects import effect_of_element
from sfgov.model.flow_launch import Launch
from sfgov.model.flows import Flows, LinkedFlow
from sfgov.place import Evidence

_SERVICES = frozenset({Entry.REST, Entry.WEB_SERVICE, Entry.EMAIL})
_SAVES = ("create", "update")
_EVENTS = ("__e", "changeevent")


class Arrival(msgspec.Struct, frozen=True):
    """One way by which records of an object are saved that come from outside."""

    object: str
    by: str
    """What does it, as a noun: `web service PaymentImport`."""
    evidence: tuple[Evidence, ...]
    name: str
    """The class or flow."""
    event: str = ""
    """The platform event or change event that brings it."""
    values: Mapping[str, str | None] | None = None
    """The fields (lower case) that it sets, each with its literal or None; None where they are not known."""


def arrivals(apex: Apex, flows: Flows) -> Iterator[Arrival]:
    """All of them, each object once for each service, trigger and flow."""
    for method, kinds in apex.entries.items():
        if kinds & _SERVICES:
            name = method.method.owner
            yield from _by_apex(
                apex, method, f"{'e-mail' if Entry.EMAIL in kinds else 'web'} service {name}", name
            )
    for trigger in apex.triggers:
        event = trigger.fact.object
        if event.casefold().endswith(_EVENTS) and apex.is_active(trigger):
            for body in apex.body_of(trigger):
                yield from _by_apex(apex, body, f"trigger {trigger.name} on {event}", trigger.name, event)
    for flow in flows.all():
        if flow.launch is Launch.PLATFORM_EVENT and flow.live:
            yield from _by_flow(flow)


def _by_apex(apex: Apex, start: LinkedMethod, by: str, name: str, event: str = "") -> Iterator[Arrival]:
    walk = ApexWalk(apex)
    seen: set[str] = set()
    for step in walk.steps([start]):
        for operation in step.method.method.operations:
            for effect in effects_of_operation(apex, step.method, operation):
                key = effect.object.casefold()
                if effect.kind in _SAVES and key not in seen and walk.runs(step.method, operation):
                    seen.add(key)
                    says = effect.at.says(f"{by} {effect.said}")
                    yield Arrival(effect.object, by, (*step.way, says), name, event, effect.values)


def _by_flow(flow: LinkedFlow) -> Iterator[Arrival]:
    by = f"flow {flow.name} on {flow.fact.start.object}"
    seen: set[str] = set()
    for element in flow.reachable(through_faults=False):
        effect = effect_of_element(flow, element)
        if effect and effect.kind in _SAVES and effect.object.casefold() not in seen:
            seen.add(effect.object.casefold())
            says = effect.at.says(f"{by} {effect.said}")
            yield Arrival(effect.object, by, (says,), flow.name, flow.fact.start.object, effect.values)
