"""A flow and the flows that it calls, element by element: in whose name each works, and the calls that led there."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from sfgov.facts.flow import FlowElement
from sfgov.model.flow_launch import RunContext
from sfgov.model.flows import Flows, LinkedFlow, called_flow
from sfgov.place import Evidence, Place


class FlowStep(msgspec.Struct, frozen=True):
    """An element that runs. `way` are the calls from the first flow to the one that it is in."""

    flow: LinkedFlow
    element: FlowElement
    context: RunContext
    way: tuple[Evidence, ...]

    @property
    def at(self) -> Place:
        """The element's place."""
        return self.flow.written.at(self.element.line, self.element.name)


def flow_steps(
    flows: Flows,
    root: LinkedFlow,
    *,
    through_faults: bool = False,
    follows: Callable[[LinkedFlow, FlowElement], bool] = lambda _flow, _element: True,
) -> Iterator[FlowStep]:
    """The elements of a flow, then of its subflows, each flow once; `follows` says which calls of flows count."""
    waiting: list[tuple[LinkedFlow, RunContext, tuple[Evidence, ...]]] = [(root, root.run_context, ())]
    seen = {root.written.path}
    for flow, context, way in waiting:  # grows while it is walked
        for element in flow.reachable(through_faults=through_faults):
            step = FlowStep(flow, element, context, way)
            yield step
            called = flows.get(called_flow(element)) if called_flow(element) else None
            if called is not None and called.written.path not in seen and follows(flow, element):
                seen.add(called.written.path)
                says = step.at.says(f"flow {flow.name} calls {called.name}")
                waiting.append((called, _context_of(called, context), (*way, says)))


def _context_of(called: LinkedFlow, caller: RunContext) -> RunContext:
    """A subflow says itself in whose name it works, or works as its caller does."""
    return called.run_context if called.fact.run_in_mode not in ("", "DefaultMode") else caller
