"""What sends changes of records out of the org: callouts, also by jobs; events; outbound messages; relays."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import pairwise
from typing import Literal

import msgspec

from sfgov.facts import ApexTrigger, EventRelayConfig, ManagedEventSubscription, PlatformEventChannelMember
from sfgov.facts.apex import Operation
from sfgov.facts.flow import FlowElement
from sfgov.model.apex import Apex, Effect, LinkedMethod, Path
from sfgov.model.apex.addresses import Addresses
from sfgov.model.automation import Automation, Automatism
from sfgov.model.automation.apex_effects import record_type
from sfgov.model.automation.apex_walk import ApexStep
from sfgov.model.events import object_of_entity
from sfgov.model.flow_work import apex_class_of
from sfgov.model.flows import Flows, LinkedFlow, called_flow
from sfgov.model.index import Index, Written
from sfgov.model.invocables import entry_methods
from sfgov.model.sync.jobs import started_by
from sfgov.place import Evidence, Place

How = Literal["callout", "event", "message", "change event"]
_CALLOUT = frozenset({Effect.CALLOUT})
_SENDS = frozenset({Effect.CALLOUT, Effect.PUBLISH})
_LATER = frozenset({Effect.ENQUEUE, Effect.SCHEDULE, Effect.FUTURE})
_SAVES = frozenset({"create", "update"})


class Sending(msgspec.Struct, frozen=True):
    """One way in which changes of an object leave. `at` is where the way leaves its automation."""

    object: str
    how: How
    by: str
    """What does it, as a noun: `trigger AccountTrigger`."""
    at: Place
    evidence: tuple[Evidence, ...]
    automatism: Automatism | None = None
    methods: tuple[LinkedMethod, ...] = ()
    """The Apex methods on the way, from the automation to what sends."""
    flows: tuple[LinkedFlow, ...] = ()
    job: LinkedMethod | None = None
    """The job or future method that sends later, where one does."""
    event: str = ""
    """The platform event that it publishes."""
    names: tuple[str, ...] = ()
    """Names and addresses on the way, which may tell which system is at the other end."""


class Outbound:
    """All that sends records out when they are saved."""

    def __init__(self, index: Index, automation: Automation, flows: Flows, apex: Apex) -> None:
        self._index = index
        self._automation = automation
        self._flows = flows
        self._apex = apex
        self._addresses = Addresses(apex)

    @cached_property
    def sendings(self) -> tuple[Sending, ...]:
        """Each way once, by object and place."""
        return tuple(self._sendings())

    def _sendings(self) -> Iterator[Sending]:
        seen: set[tuple[str, Place, str]] = set()
        for automatism in self._automation.automatisms:
            if not automatism.events & _SAVES:
                continue
            for sending in self._of(automatism):
                key = (sending.object.casefold(), sending.at, sending.how)
                if key not in seen:
                    seen.add(key)
                    yield sending
        yield from self._on_channels()

    def _of(self, automatism: Automatism) -> Iterator[Sending]:
        if automatism.flow is not None:
            yield from self._of_flow(automatism, automatism.flow)
        elif automatism.trigger is not None:
            walk = self._automation.walk(automatism)
            start = automatism.at.says(f"trigger {automatism.name} on {automatism.object}")
            for step in walk.steps(self._automation.bodies(automatism)):
                runs = [op for op in step.method.method.operations if walk.runs(step.method, op)]
                yield from self._of_step(automatism, step, runs, start)
        elif automatism.rule is not None:
            workflow, rule = automatism.rule
            for kind, name in rule.actions:
                if kind == "OutboundMessage":
                    place = workflow.at(rule.line, rule.name)
                    evidence = (place.says(f"workflow rule {rule.name} sends the outbound message {name}"),)
                    yield Sending(
                        automatism.object, "message", f"workflow rule {rule.name}", place, evidence, automatism,
                        names=(name, self._url_of(automatism, name)),
                    )  # fmt: skip

    def _url_of(self, automatism: Automatism, name: str) -> str:
        messages = automatism.rule[0].fact.outbound_messages if automatism.rule else ()
        return next((one.url for one in messages if one.name == name), "")

    # Apex

    def _of_step(
        self, automatism: Automatism, step: ApexStep, operations: Iterable[Operation], start: Evidence
    ) -> Iterator[Sending]:
        by = f"trigger {automatism.name}"
        evidence = (start, *step.way)
        way = _methods(step)
        for operation in operations:
            for sending in self._by_apex(
                automatism.object, by, step.method, operation, evidence=evidence, way=way
            ):
                yield msgspec.structs.replace(sending, automatism=automatism)

    def _by_apex(
        self,
        object_name: str,
        by: str,
        method: LinkedMethod,
        operation: Operation,
        *,
        evidence: tuple[Evidence, ...],
        way: tuple[LinkedMethod, ...],
    ) -> Iterator[Sending]:
        """What one operation sends itself, or starts that sends later."""
        if operation.kind not in ("call", "new"):
            return
        effect = self._apex.effect(method, operation)
        later = effect is None or effect in _LATER
        jobs = tuple(started_by(self._apex, method, operation)) if later else ()
        if not jobs and effect not in _SENDS:
            return
        place = method.at(operation)
        if effect is Effect.CALLOUT:
            yield Sending(
                object_name, "callout", by, place, (*evidence, place.says("callout")), methods=way,
                names=self._names(way),
            )  # fmt: skip
        elif effect is Effect.PUBLISH:
            given = operation.arguments[0] if operation.arguments else ""
            event = record_type(self._apex, method, given, operation.line)
            if event.casefold().endswith("__e"):
                yield Sending(
                    object_name, "event", by, place, (*evidence, place.says(f"publishes {event}")), methods=way,
                    event=event, names=(event, *self._names(way)),
                )  # fmt: skip
        else:
            for job in jobs:
                path = self._to_callout(job)
                if path is not None:
                    methods = (*way, *(one for one, _ in path.steps))
                    told = (*evidence, place.says(f"{method.name} starts {_job(job)}"), *_told(path))
                    yield Sending(
                        object_name, "callout", by, place, told, methods=methods, job=job,
                        names=(_job(job), *self._names(methods)),
                    )  # fmt: skip
                    return

    def _to_callout(self, job: LinkedMethod) -> Path | None:
        work = next((w for w in self._apex.graph.work_of(job) if w.effect is Effect.CALLOUT), None)
        if work is not None:
            return Path(((job, work.operation),), Effect.CALLOUT, sure=True)
        return self._apex.reach(_CALLOUT).path_from(job)

    def _names(self, methods: tuple[LinkedMethod, ...]) -> tuple[str, ...]:
        """The classes on the way, and the addresses that they and what they call directly use."""
        called = (
            target
            for method in methods
            for call in self._apex.graph.calls_of(method)
            for target in call.dispatch.targets
        )
        found = [method.method.owner for method in methods]
        for method in dict.fromkeys((*methods, *called)):
            found += [address.text for address in self._addresses.of_method(method)]
        return tuple(dict.fromkeys(found))

    # Flows

    def _of_flow(self, automatism: Automatism, flow: LinkedFlow) -> Iterator[Sending]:
        by = f"{automatism.kind} {automatism.name}"
        start = automatism.at.says(f"{automatism.said} on {automatism.object}")
        for one, element, evidence in self._elements(flow):
            place = one.written.at(element.line, element.name)
            flows = (flow,) if one is flow else (flow, one)
            told = (start, *evidence)
            if element.kind == "recordCreates" and element.object.casefold().endswith("__e"):
                yield Sending(
                    automatism.object, "event", by, place, (*told, place.says(f"publishes {element.object}")),
                    automatism, flows=flows, event=element.object, names=(element.object, one.name),
                )  # fmt: skip
            elif element.action_type in ("externalService", "outboundMessage"):
                message = element.action_type == "outboundMessage"
                says = place.says("sends an outbound message" if message else "makes a callout")
                yield Sending(
                    automatism.object, "message" if message else "callout", by, place, (*told, says), automatism,
                    flows=flows, names=(element.action_name, one.name),
                )  # fmt: skip
            else:
                class_name = apex_class_of(element)
                yield from self._by_action(automatism, class_name, flows=flows, place=place, told=told)

    def _by_action(
        self,
        automatism: Automatism,
        class_name: str,
        *,
        flows: tuple[LinkedFlow, ...],
        place: Place,
        told: tuple[Evidence, ...],
    ) -> Iterator[Sending]:
        """What an Apex action sends."""
        by = f"{automatism.kind} {automatism.name}"
        for method in entry_methods(self._apex, class_name) if class_name else ():
            way: tuple[LinkedMethod, ...]
            path = self._to_callout(method)
            called = (*told, place.says(f"calls the Apex class {class_name}"))
            if path is not None:
                way = tuple(one for one, _ in path.steps)
                yield Sending(
                    automatism.object, "callout", by, place, (*called, *_told(path)), automatism, way, flows,
                    names=self._names(way),
                )  # fmt: skip
                return
            for operation in method.method.operations:
                for sending in self._by_apex(
                    automatism.object, by, method, operation, evidence=called, way=(method,)
                ):
                    yield msgspec.structs.replace(sending, at=place, automatism=automatism, flows=flows)
                    return

    def _elements(self, flow: LinkedFlow) -> Iterator[tuple[LinkedFlow, FlowElement, tuple[Evidence, ...]]]:
        """What runs in a flow, also later, and in the flows that it calls; each flow once."""
        waiting: list[tuple[LinkedFlow, tuple[Evidence, ...]]] = [(flow, ())]
        seen = {flow.written.path}
        for current, way in waiting:  # grows while it is walked
            for element in current.reachable(through_faults=False):
                yield current, element, way
                called = self._flows.get(called_flow(element))
                if called is not None and called.written.path not in seen:
                    seen.add(called.written.path)
                    place = current.written.at(element.line, element.name)
                    waiting.append((called, (*way, place.says(f"flow {current.name} calls {called.name}"))))

    # Change events

    def _on_channels(self) -> Iterator[Sending]:
        """Objects whose change events somebody outside is known to receive."""
        for member in self._index.all(PlatformEventChannelMember):
            name = object_of_entity(member.fact.entity)
            for receiver in self.receivers(member) if name and not name.casefold().endswith("__e") else ():
                place = member.at_element("selectedEntity")
                yield Sending(
                    name, "change event", "change data capture", place,
                    (place.says(f"{member.fact.channel} carries changes of {name}"), receiver),
                    names=(member.fact.channel, receiver.place.component),
                )  # fmt: skip

    def receivers(self, member: Written[PlatformEventChannelMember]) -> Iterator[Evidence]:
        """Who is known to take a channel member's events out of the org: relays, subscriptions, triggers that call out."""
        channel = channel_name(member.fact.channel)
        for relay in self._index.all(EventRelayConfig):
            if channel_name(relay.fact.channel) == channel and relay.fact.state.casefold() not in (
                "stop",
                "pause",
            ):
                yield relay.at_element("eventChannel").says(f"relay {relay.name} sends it outside")
        for subscription in self._index.all(ManagedEventSubscription):
            topic = channel_name(subscription.fact.topic)
            wanted = (channel, channel_name(member.fact.entity))
            if topic in wanted and subscription.fact.state.casefold() != "stop":
                yield subscription.at_element("topicName").says(
                    f"subscription {subscription.name} receives it"
                )
        for trigger in self.change_triggers(member.fact.entity):
            if any(self._to_callout(body) for body in self._apex.body_of(trigger)):
                yield trigger.at(element=trigger.name).says(f"trigger {trigger.name} calls out with it")

    def change_triggers(self, entity: str) -> Iterator[Written[ApexTrigger]]:
        """The active triggers on a change event."""
        for trigger in self._apex.triggers:
            if trigger.fact.object.casefold() == entity.casefold() and self._apex.is_active(trigger):
                yield trigger


def channel_name(text: str) -> str:
    """One spelling of a channel: without prefix and suffix, in lower case."""
    return re.sub(r"^/(?:data|event)/|__chn$", "", text.strip().casefold())


def _methods(step: ApexStep) -> tuple[LinkedMethod, ...]:
    found: list[LinkedMethod] = []
    at: ApexStep | None = step
    while at is not None:
        found.append(at.method)
        at = at.before
    return tuple(reversed(found))


def _job(job: LinkedMethod) -> str:
    """A job is known by its class, a future method by itself."""
    return job.name if job.annotated("future") else job.method.owner


def _told(path: Path) -> Iterator[Evidence]:
    for (caller, operation), (into, _) in pairwise(path.steps):
        yield caller.at(operation).says(f"{caller.name} calls {into.name}")
    last, work = path.steps[-1]
    yield last.at(work).says("callout")
