"""What findings about flows have in common: whether the flow runs at all, and how it is reached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sfgov import Evidence
from sfgov.facts.flow import FlowElement
from sfgov.model.flows import LinkedFlow, called_flow


def doubt(flow: LinkedFlow) -> str:
    """A sentence to add to a message about a flow of which it is not sure that it runs."""
    if flow.other_version_runs:
        return " Another version of the flow is the one that runs; it is not in the tree."
    return "" if flow.live else " Nothing in the tree says whether this version runs."


def down_from_trigger(calls: Sequence[tuple[LinkedFlow, FlowElement]]) -> Iterator[Evidence]:
    """The calls from a flow that the org starts down to another flow."""
    for caller, element in calls:
        starts = f", which starts {caller.launch}," if caller.triggered else ""
        place = caller.written.at(element.line, element.name)
        yield place.says(f"flow {caller.name}{starts} calls {called_flow(element)}")
