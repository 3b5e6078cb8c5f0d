"""The nodes that run when a flow does, in it and in the flows that it calls, in the same transaction."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from sfgov.facts.flow import FlowElement
from sfgov.model.automation.flow_effects import is_conditional
from sfgov.model.flow_criteria import Criterion, criteria_before
from sfgov.model.flow_fields import at_once
from sfgov.model.flows import Flows, LinkedFlow, called_flow
from sfgov.place import Evidence


class FlowStep:
    """A node that may run, and the node of another flow that called its flow, if one did."""

    def __init__(self, flow: LinkedFlow, element: FlowElement, caller: FlowStep | None = None) -> None:
        self.flow = flow
        self.element = element
        self.caller = caller

    @property
    def way(self) -> tuple[Evidence, ...]:
        """The calls that led here, from the first flow on."""
        if self.caller is None:
            return ()
        before = self.caller
        place = before.flow.written.at(before.element.line, before.element.name)
        return (*before.way, place.says(f"flow {before.flow.name} calls {self.flow.name}"))

    @cached_property
    def conditional(self) -> bool:
        """Whether something decides if the node runs that `asked` does not tell."""
        called_if = self.caller is not None and self.caller.conditional
        return called_if or is_conditional(self.flow, self.element)

    @cached_property
    def asked(self) -> frozenset[Criterion]:
        """What decisions ask of the record on every way to the node. Only the first flow has the record."""
        return self.caller.asked if self.caller is not None else criteria_before(self.flow.ways, self.element)


def flow_steps(flows: Flows, flow: LinkedFlow) -> Iterator[FlowStep]:
    """Breadth first, each flow once; what stands behind a screen or a wait belongs to another transaction."""
    waiting: list[tuple[LinkedFlow, tuple[FlowElement, ...], FlowStep | None]] = [(flow, at_once(flow), None)]
    seen = {flow.written.path}
    for current, elements, caller in waiting:  # grows while it is walked
        for element in elements:
            step = FlowStep(current, element, caller)
            yield step
            name = called_flow(element)
            called = flows.get(name) if name else None
            if called is not None and called.written.path not in seen:
                seen.add(called.written.path)
                waiting.append((called, _until_pause(called), step))


def _until_pause(flow: LinkedFlow) -> tuple[FlowElement, ...]:
    return flow.graph.reachable(through_faults=False, stop_at=flow.graph.pauses)
