"""What runs by itself when a record is saved or deleted: flows, triggers, workflow rules, processes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from sfgov.facts import ApexTrigger, Workflow
from sfgov.facts.workflow import WorkflowRule
from sfgov.model.apex import Apex
from sfgov.model.flow_criteria import Criterion, entry_criteria, events
from sfgov.model.flow_launch import Launch
from sfgov.model.flows import Flows, LinkedFlow
from sfgov.model.index import Index, Written
from sfgov.place import Place

Timing = Literal["before", "after"]
_FLOWS: dict[Launch, tuple[Timing, int]] = {
    Launch.BEFORE_SAVE: ("before", 1),
    Launch.BEFORE_DELETE: ("before", 1),
    Launch.PROCESS: ("after", 5),
    Launch.AFTER_SAVE: ("after", 6),
}
_TRIGGERS: dict[str, tuple[Timing, int]] = {"before": ("before", 2), "after": ("after", 3)}
_EVENTS = {"insert": "create", "update": "update", "delete": "delete", "undelete": "undelete"}
_RULES = {"onCreateOnly": frozenset({"create"})}
_SAVES = frozenset({"create", "update"})


class Automatism(msgspec.Struct, frozen=True):
    """One thing that an event of an object starts: a flow, one event of a trigger, a workflow rule.

    `timing` and `rank` say when in the save it runs; `criteria` what it asks of the record first.
    """

    object: str
    events: frozenset[str]
    timing: Timing
    rank: int
    name: str
    at: Place
    criteria: frozenset[Criterion] = frozenset()
    flow: LinkedFlow | None = None
    trigger: Written[ApexTrigger] | None = None
    rule: tuple[Written[Workflow], WorkflowRule] | None = None

    @property
    def kind(self) -> str:
        """`flow`, `process`, `trigger` or `workflow rule`."""
        if self.flow is not None:
            return "process" if self.flow.launch is Launch.PROCESS else "flow"
        return "trigger" if self.trigger is not None else "workflow rule"

    @property
    def said(self) -> str:
        """`before trigger T`, as it is named in a sentence."""
        return f"{self.timing}-{'trigger' if self.trigger else 'save ' + self.kind} {self.name}"


def automatisms(index: Index, flows: Flows, apex: Apex) -> Iterator[Automatism]:
    """All that surely runs in this org."""
    yield from _of_flows(flows)
    yield from _of_triggers(apex)
    yield from _of_workflow(index)


def _of_flows(flows: Flows) -> Iterator[Automatism]:
    seen: set[str] = set()
    for flow in flows.all():
        start = flow.fact.start
        placed = _FLOWS.get(flow.launch)
        once = flow.name.casefold() not in seen  # copies in several packages are one flow
        if placed and once and flow.live and start.object and not flow.fact.is_template:
            seen.add(flow.name.casefold())
            started_by = frozenset({"delete"}) if flow.launch is Launch.BEFORE_DELETE else events(start)
            place = flow.written.at(start.line, "start")
            asked = entry_criteria(start)
            yield Automatism(start.object, started_by, *placed, flow.name, place, asked, flow=flow)


def _of_triggers(apex: Apex) -> Iterator[Automatism]:
    """A trigger is one automatism for each of its events: what it does differs."""
    for trigger in apex.triggers:
        if not apex.is_active(trigger):
            continue
        for event in trigger.fact.events:
            timing, _, name = event.partition(" ")
            if timing in _TRIGGERS and name in _EVENTS:
                started_by = frozenset({_EVENTS[name]})
                place = trigger.at(element=trigger.name)
                yield Automatism(
                    trigger.fact.object, started_by, *_TRIGGERS[timing], trigger.name, place, trigger=trigger
                )


def _of_workflow(index: Index) -> Iterator[Automatism]:
    for workflow in index.all(Workflow):
        for part in index.parts(Workflow, workflow.name):
            for rule in part.fact.rules:
                if rule.active:
                    started_by = _RULES.get(rule.trigger_type, _SAVES)
                    place = part.at(rule.line, rule.name)
                    yield Automatism(part.name, started_by, "after", 4, rule.name, place, rule=(part, rule))
