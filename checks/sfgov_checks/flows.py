"""What findings about flows have in common: whether the flow runs at all, how it is reached, what its loops repeat."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sfgov import Confidence, Evidence, Finding, Severity
from sfgov.facts.flow import FlowElement
from sfgov.model.apex import Path
from sfgov.model.flow_graph import FlowLoop, Repetition
from sfgov.model.flows import LinkedFlow, called_flow
from sfgov.model.org import Org

FEW = 5
"""A loop that can make no more rounds than this is left alone."""


def doubt(flow: LinkedFlow) -> str:
    """A sentence to add to a message about a flow of which it is not sure that it runs."""
    if flow.other_version_runs:
        return " Another version of the flow is the one that runs; it is not in the tree."
    return "" if flow.live else " Nothing in the tree says whether this version runs."


def sureness(path: Path) -> Confidence:
    """How sure it is that a call into Apex comes to the work at the end of the path: most within one class."""
    if not path.sure:
        return Confidence.LOW
    classes = {method.written.path for method, _ in path.steps}
    return Confidence.HIGH if len(classes) == 1 else Confidence.MEDIUM


def comes_to(path: Path | None) -> str:
    """A clause to add about a call into Apex: what stands at its end."""
    return f" and comes to {path.effect.noun} in {path.steps[-1][0].name}" if path else ""


def down_from_trigger(calls: Sequence[tuple[LinkedFlow, FlowElement]]) -> Iterator[Evidence]:
    """The calls from a flow that the org starts down to another flow."""
    for caller, element in calls:
        starts = f", which starts {caller.launch}," if caller.triggered else ""
        place = caller.written.at(element.line, element.name)
        yield place.says(f"flow {caller.name}{starts} calls {called_flow(element)}")


_ONE_AT_A_TIME = {"emailAlert", "emailSimple", "externalService"}
"""Actions for one record or request: where each record needs its own, a flow can only repeat them."""


def loop_finding(
    org: Org,
    flow: LinkedFlow,
    loop: FlowLoop,
    element: FlowElement,
    *,
    work: str,
    then: str = "",
    behind: Sequence[Evidence] = (),
    confidence: Confidence = Confidence.HIGH,
) -> Finding:
    """A node that does `work` in each round of a loop; `then` and `behind` tell what it leads to in other files.

    High where a record, a schedule or a message starts the flow or one that calls it; medium where a person does,
    where only rounds do it in which something fails, or where a flow has no way to do it for many at once.
    """
    failing = loop.repetition(element) is Repetition.FAILING_ROUND
    calls = () if flow.triggered else org.flows.way_from_trigger(flow)
    many = (flow.triggered or calls) and element.action_type not in _ONE_AT_A_TIME
    return Finding(
        f"{element.name} {work} in each round of the loop {loop.name}"
        f"{' in which something fails' if failing else ''}{then}.{doubt(flow)}",
        at=flow.written.at(element.line, element.name),
        because=[*down_from_trigger(calls), *_into_loop(flow, loop, element, work), *behind],
        severity=Severity.HIGH if many and not failing else Severity.MEDIUM,
        confidence=confidence if flow.live else Confidence.LOW,
        subject=f"{loop.name}.{element.name}",
    )


def _into_loop(flow: LinkedFlow, loop: FlowLoop, element: FlowElement, work: str) -> Iterator[Evidence]:
    """From the outermost loop to the node."""
    around = [other for other in flow.loops if loop.inside(other)]
    for one in (*sorted(around, key=lambda outer: -len(outer.body)), loop):
        yield flow.written.at(one.element.line, one.name).says(f"loop over {one.element.collection}")
    for step in loop.path_to(element)[:-1]:
        yield flow.written.at(step.line, step.name).says(f"goes on to {step.name}")
    yield flow.written.at(element.line, element.name).says(f"{element.name} {work}")
