"""Works out what actions come to: their flow, class or prompt template, and everything behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sfgov.model.agents.effects import ActionWork, Leaves, Selection, SideWork
from sfgov.model.agents.parts import Action, Target
from sfgov.model.agents.prompts import Prompt
from sfgov.model.agents.selections import Selections
from sfgov.model.apex import Apex, Effect
from sfgov.model.automation import Automation, calls_class
from sfgov.model.automation.apex_walk import ApexWalk
from sfgov.model.automation.effects import Reached
from sfgov.model.automation.flow_walk import flow_steps
from sfgov.model.flow_work import apex_class_of
from sfgov.model.flows import Flows, LinkedFlow, called_flow
from sfgov.model.invocables import entry_methods
from sfgov.model.unasked import Deed, Unasked
from sfgov.place import Evidence

_IN_FLOWS: dict[str, tuple[Leaves, str]] = {
    "emailAlert": ("email", "sends an e-mail"),
    "emailSimple": ("email", "sends an e-mail"),
    "sendEmail": ("email", "sends an e-mail"),
    "externalService": ("callout", "makes a callout"),
    "chatterPost": ("post", "posts to Chatter"),
    "customNotificationAction": ("post", "sends a notification"),
    "submit": ("approval", "submits a record for approval"),
}
_KNOWN_ACTIONS = frozenset({*_IN_FLOWS, "apex", "flow", "routeWork", "sendSurvey"})
_IN_APEX: dict[Effect, Leaves] = {
    Effect.CALLOUT: "callout",
    Effect.EMAIL: "email",
    Effect.PUBLISH: "publish",
    Effect.APPROVAL: "approval",
}
_PROVIDERS = ("flow", "apex")


class Works:
    """What actions do. Several agents call the same flow or class: each is worked out once."""

    def __init__(self, flows: Flows, apex: Apex, automation: Automation) -> None:
        self._flows = flows
        self._apex = apex
        self._automation = automation
        self._unasked = Unasked(flows, apex, lambda _: True)
        self._selections = Selections(flows, apex)
        self._by_target: dict[tuple[str, str], ActionWork] = {}

    def of(self, action: Action, prompt: Prompt | None) -> ActionWork:
        """What an action comes to; `prompt` is the template that it calls, if it calls one."""
        target = action.target
        if target is None:
            return ActionWork(known=False)
        key = (target.type, target.name.casefold())
        if key not in self._by_target:
            self._by_target[key] = self._work(target, prompt)
        work = self._by_target[key]
        names = [one.name for one in action.inputs]
        return work if not names else _with_selections(work, tuple(self._selected(target, names)))

    def _work(self, target: Target, prompt: Prompt | None) -> ActionWork:
        match target.type:
            case "flow":
                return self._of_flow(target.name)
            case "apex":
                return self._of_class(target.name)
            case "prompt" if prompt is not None:
                return self._of_prompt(prompt)
        return ActionWork(known=False)

    def _selected(self, target: Target, names: Iterable[str]) -> Iterator[Selection]:
        if target.type == "flow":
            yield from self._selections.in_flow(target.name, names)
        elif target.type == "apex":
            yield from self._selections.in_class(target.name, names)

    def _of_flow(self, name: str) -> ActionWork:
        flow = self._flows.get(name)
        if flow is None:
            return ActionWork(known=False)
        return ActionWork(
            records=self._automation.of_flow(flow),
            leaves=tuple(self._leaving_flow(flow)),
            unasked=tuple(self._unasked.in_flow(flow)),
            known=self._is_known(flow),
        )

    def _of_class(self, name: str) -> ActionWork:
        methods = entry_methods(self._apex, name)
        return ActionWork(
            records=self._automation.of_class(name),
            leaves=tuple(self._leaving_class(name)),
            unasked=tuple(self._unasked.in_apex(ApexWalk(self._apex), methods)),
            known=bool(methods),
        )

    def _of_prompt(self, prompt: Prompt) -> ActionWork:
        """What fetches the data that a prompt merges."""
        records: list[Reached] = []
        leaves: list[SideWork] = []
        unasked: list[Deed] = []
        version = prompt.active
        for provider in version.providers if version else ():
            scheme, _, name = provider.definition.partition("://")
            if scheme.casefold() not in _PROVIDERS:
                continue
            start = prompt.at(provider.line, provider.reference).says(
                f"{prompt.name} gets its data from {name}"
            )
            work = self._of_flow(name) if scheme.casefold() == "flow" else self._of_class(name)
            records += (_behind(start, one) for one in work.records)
            leaves += (SideWork(one.kind, one.at, one.said, (start, *one.way)) for one in work.leaves)
            unasked += work.unasked
        return ActionWork(tuple(records), tuple(leaves), unasked=tuple(unasked), known=version is not None)

    # What leaves the org

    def _leaving_flow(self, flow: LinkedFlow) -> Iterator[SideWork]:
        for step in flow_steps(self._flows, flow):
            place = step.flow.written.at(step.element.line, step.element.name)
            if step.element.kind == "actionCalls" and step.element.action_type in _IN_FLOWS:
                kind, said = _IN_FLOWS[step.element.action_type]
                yield SideWork(kind, place, f"{step.element.name} {said}", step.way)
            class_name = apex_class_of(step.element)
            for one in self._leaving_class(class_name) if class_name else ():
                yield SideWork(
                    one.kind, one.at, one.said, (*step.way, calls_class(step, class_name), *one.way)
                )

    def _leaving_class(self, name: str) -> Iterator[SideWork]:
        walk = ApexWalk(self._apex)
        for step in walk.steps(entry_methods(self._apex, name)):
            for work in self._apex.graph.work_of(step.method):
                kind = _IN_APEX.get(work.effect)
                if kind is not None and walk.runs(step.method, work.operation):
                    said = f"{step.method.name} {work.effect.phrase}"
                    yield SideWork(kind, step.method.at(work.operation), said, step.way)

    def _is_known(self, flow: LinkedFlow) -> bool:
        """Whether everything that a flow calls is in the tree."""
        for step in flow_steps(self._flows, flow):
            element = step.element
            called, class_name = called_flow(element), apex_class_of(element)
            if called and self._flows.get(called) is None:
                return False
            if class_name and not entry_methods(self._apex, class_name):
                return False
            if element.kind == "actionCalls" and element.action_type not in _KNOWN_ACTIONS:
                return False
        return True


def _behind(start: Evidence, reached: Reached) -> Reached:
    return Reached(reached.effect, (start, *reached.way), reached.conditional, reached.asked, reached.once)


def _with_selections(work: ActionWork, selections: tuple[Selection, ...]) -> ActionWork:
    return ActionWork(work.records, work.leaves, selections, work.unasked, work.known)
