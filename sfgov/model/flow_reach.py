"""What a flow comes to when another flow calls it: limited work, there, in its subflows or in Apex."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

import msgspec

from sfgov.facts.flow import FlowElement
from sfgov.model.apex import Apex, Path
from sfgov.model.flow_work import apex_class_of, work_of
from sfgov.model.flows import Flows, LinkedFlow, called_flow
from sfgov.model.invocables import invocable_work, told
from sfgov.place import Evidence


class FlowWork(msgspec.Struct, frozen=True):
    """Work at the end of a chain of calls.

    `calls` are the calling nodes on the way, each in its flow; then `element` of `flow` does the work, which `said`
    names as the end of a sentence. `path` leads on through Apex, if it is done there.
    """

    calls: tuple[tuple[LinkedFlow, FlowElement], ...]
    flow: LinkedFlow
    element: FlowElement
    said: str
    path: Path | None = None

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The calls, the node and, behind it, the Apex."""
        steps = [
            flow.written.at(element.line, element.name).says(f"flow {flow.name} calls {called_flow(element)}")
            for flow, element in self.calls
        ]
        place = self.flow.written.at(self.element.line, self.element.name)
        steps.append(place.says(f"{self.element.name} {self.said}"))
        return (*steps, *(told(self.path) if self.path else ()))


class FlowReach:
    """The nearest work behind each flow, also in circles of flows that call each other. Linear in the flows."""

    def __init__(self, flows: Flows, apex: Apex) -> None:
        self._flows = flows
        self._apex = apex

    def work(self, called: str) -> FlowWork | None:
        """The nearest work that a call of that flow comes to; None where there is none, or none is known.

        A flow with screens or waits is left out: it starts a new transaction each time.
        """
        calls: list[tuple[LinkedFlow, FlowElement]] = []
        flow = self._flows.get(called)
        while flow is not None and flow.written.path in self._distances:
            own = self._own.get(flow.written.path)
            if own is not None:
                return FlowWork(tuple(calls), flow, *own)
            element, flow_behind = min(
                self._calls_of(flow),
                key=lambda pair: self._distances.get(pair[1].written.path, len(self._own) + 1),
            )
            calls.append((flow, element))
            flow = flow_behind
        return None

    @cached_property
    def _own(self) -> dict[str, tuple[FlowElement, str, Path | None]]:
        """By the file of a flow: its first node that does work."""
        found: dict[str, tuple[FlowElement, str, Path | None]] = {}
        for flow in self._callable:
            for element in flow.reachable(through_faults=False):
                work = self._work_of(flow, element)
                if work is not None:
                    found[flow.written.path] = (element, *work)
                    break
        return found

    def _work_of(self, flow: LinkedFlow, element: FlowElement) -> tuple[str, Path | None] | None:
        class_name = apex_class_of(element)
        if class_name:
            path = invocable_work(self._apex, class_name)
            return (f"calls the Apex class {class_name}", path) if path else None
        said = work_of(flow, element)
        return (said, None) if said else None

    @cached_property
    def _callable(self) -> tuple[LinkedFlow, ...]:
        """Of each flow the version that a call runs, without those that pause."""
        return tuple(flow for flow in self._flows.called_versions() if not _pauses(flow))

    def _calls_of(self, flow: LinkedFlow) -> Iterator[tuple[FlowElement, LinkedFlow]]:
        for element in flow.reachable(through_faults=False):
            called = called_flow(element)
            target = self._flows.get(called) if called else None
            if target is not None:
                yield element, target

    @cached_property
    def _distances(self) -> dict[str, int]:
        """By the file of a flow: how many calls away the nearest work is; flows that come to none are left out."""
        callers: dict[str, list[str]] = defaultdict(list)
        for flow in self._callable:
            for _, target in self._calls_of(flow):
                callers[target.written.path].append(flow.written.path)
        found = dict.fromkeys(self._own, 0)
        waiting = list(found)
        for path in waiting:  # grows while it is walked
            for caller in callers.get(path, ()):
                if caller not in found:
                    found[caller] = found[path] + 1
                    waiting.append(caller)
        return found


def _pauses(flow: LinkedFlow) -> bool:
    return any(
        element.name.casefold() in flow.graph.pauses for element in flow.reachable(through_faults=False)
    )
