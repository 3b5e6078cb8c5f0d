"""Flows, linked: which version runs, what starts it, in whose name, and what its loops repeat."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property

from sfgov.facts.flow import Flow, FlowConnector, FlowDefinition, FlowElement, FlowResource
from sfgov.model.flow_graph import FlowGraph, FlowLoop, Repetition
from sfgov.model.flow_launch import TRIGGERED, Launch, RunContext, launch_of, run_context_of
from sfgov.model.flow_references import FlowReferences
from sfgov.model.flow_ways import FlowWays
from sfgov.model.index import Index, Written
from sfgov.model.relationships import Relationships

_VERSION = re.compile(r"(.+)-(\d+)")


class LinkedFlow:
    """One flow file, as part of its org."""

    def __init__(self, flows: Flows, written: Written[Flow]) -> None:
        self.written = written
        self.fact = written.fact
        self._flows = flows
        match = _VERSION.fullmatch(written.name)
        self.name = match[1] if match else written.name
        """The flow's name, without a version."""
        self.version = int(match[2]) if match else None
        """The version that the file's name says, if it does."""

    @property
    def component(self) -> str:
        """`Flow:Name`, as findings name it."""
        return self.written.component

    @cached_property
    def live(self) -> bool | None:
        """Whether this file is what runs. None: the tree does not say."""
        definition = self._flows.definition(self.name)
        status = self.fact.status
        if definition is None:
            return status == "Active" if status else None
        active = definition.fact.active_version
        if not active:
            # An empty definition beside an active flow: one of the two files is stale.
            return None if active is None and status == "Active" else False
        if self.version is not None:
            return self.version == active
        return status in ("Active", "")

    @cached_property
    def other_version_runs(self) -> bool:
        """Whether the flow is live in a version that the tree does not hold, so that this file is not what runs."""
        definition = self._flows.definition(self.name)
        if self.live is not False or definition is None or not definition.fact.active_version:
            return False
        return not any(version.live for version in self._flows.versions(self.name))

    @property
    def may_run(self) -> bool:
        """Whether this file runs or, where the tree does not hold or does not tell what runs, is the newest version.

        A template never runs by itself.
        """
        if self.fact.is_template:
            return False
        if self.live is None or self.other_version_runs:
            newest = self._flows.get(self.name)
            return newest is not None and newest.version == self.version
        return self.live

    @cached_property
    def launch(self) -> Launch:
        """What starts the flow."""
        return launch_of(self.fact)

    @property
    def triggered(self) -> bool:
        """Whether an event of the org starts it: a record, a schedule, a message; not a person or a caller."""
        return self.launch in TRIGGERED

    @property
    def bulk(self) -> bool:
        """Whether many records enter it at once, an interview for each, in one transaction."""
        return self.triggered and (self.launch is not Launch.SCHEDULED or bool(self.fact.start.object))

    @cached_property
    def run_context(self) -> RunContext:
        """Whose permissions its data elements obey: what `runInMode` says, else the default of its launch."""
        return run_context_of(self.fact)

    @cached_property
    def graph(self) -> FlowGraph:
        """The control flow."""
        return FlowGraph(self.fact)

    @cached_property
    def ways(self) -> FlowWays:
        """What is certain about the ways through it."""
        return FlowWays(self.graph)

    def element(self, name: str) -> FlowElement | None:
        """The node of that name."""
        return self.graph.element(name)

    def resource(self, name: str) -> FlowResource | None:
        """The variable, formula, constant … of that name."""
        return self.references.resource(name)

    @property
    def start_edges(self) -> tuple[FlowConnector, ...]:
        """The edges from the start: at once, and along scheduled paths."""
        return self.graph.start_edges

    def reachable(
        self, from_: Iterable[FlowElement] | None = None, *, through_faults: bool = True
    ) -> tuple[FlowElement, ...]:
        """What can run from these nodes on (without any: from the start), themselves included; nearest first."""
        return self.graph.reachable(from_, through_faults=through_faults)

    @property
    def loops(self) -> tuple[FlowLoop, ...]:
        """The loops, in the order of the file."""
        return self.graph.loops

    def object_of(self, element: FlowElement) -> str:
        """The object that a data element, loop or collection works on; empty where that is unknown."""
        return self.references.object_of(element)

    def object_of_reference(self, reference: str) -> str:
        """The object of the record or records that a reference (`$Record`, `Get_Lines`) means; empty if unknown."""
        return self.references.object_of_reference(reference)

    def repeating(self, element: FlowElement, *, more_than: int = 0) -> tuple[FlowLoop, ...]:
        """The innermost loops that run a node again and again in one transaction, by the order of the file.

        Loops that the flow itself bounds to `more_than` rounds or fewer do not count. Loops that repeat the node
        only when something fails are given only where no other loop repeats it.
        """
        repetitions = [(loop, loop.repetition(element)) for loop in self._loops_around.get(element.name, ())]
        for how in (Repetition.ROUND, Repetition.FAILING_ROUND):
            found = [
                loop for loop, is_ in repetitions if is_ is how and not self._ends_within(loop, more_than)
            ]
            if found:
                return tuple(loop for loop in found if not any(other.inside(loop) for other in found))
        return ()

    @cached_property
    def _loops_around(self) -> dict[str, list[FlowLoop]]:
        around: dict[str, list[FlowLoop]] = defaultdict(list)
        for loop in self.loops:
            for element in loop.repeated():
                around[element.name].append(loop)
        return around

    def _ends_within(self, loop: FlowLoop, rounds: int) -> bool:
        limit = self.collection_limit(loop)
        return limit is not None and limit <= rounds

    def collection_limit(self, loop: FlowLoop) -> int | None:
        """The most rounds that a loop can make, where the flow itself bounds its collection; else None."""
        return self.references.limit_of(loop.element.collection)

    def objects_read(self) -> frozenset[str]:
        """The lower-case names of the objects that it looks up when nothing fails, also in flows that it calls."""
        found: set[str] = set()
        waiting, seen = [self], {self.written.path}
        for flow in waiting:  # grows while it is walked
            for element in flow.reachable(through_faults=False):
                if element.kind == "recordLookups":
                    found.add(flow.object_of(element).casefold())
                called = self._flows.get(called_flow(element))
                if called is not None and called.written.path not in seen:
                    seen.add(called.written.path)
                    waiting.append(called)
        return frozenset(found - {""})

    @cached_property
    def references(self) -> FlowReferences:
        """What names inside the flow mean."""
        return FlowReferences(self.fact, self.graph, self._flows.relationships, self._flows.variable)


class Flows:
    """All flows of the tree, every version and copy of each."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._versions: dict[str, list[LinkedFlow]] = defaultdict(list)
        for first in index.all(Flow):
            for written in index.parts(Flow, first.name):
                linked = LinkedFlow(self, written)
                self._versions[linked.name.casefold()].append(linked)
        for versions in self._versions.values():
            versions.sort(key=lambda flow: (flow.version or 0, flow.written.path))

    def all(self) -> tuple[LinkedFlow, ...]:
        """Every flow file, by name, version and path."""
        return tuple(flow for name in sorted(self._versions) for flow in self._versions[name])

    def versions(self, name: str) -> tuple[LinkedFlow, ...]:
        """What the tree holds of the flow of that name (without a version), oldest first."""
        return tuple(self._versions.get(name.casefold(), ()))

    def get(self, name: str) -> LinkedFlow | None:
        """A flow by name: with a version exactly that file, without one the live version, else the newest."""
        versions = self.versions(name)
        if not versions:
            match = _VERSION.fullmatch(name)
            versions = self.versions(match[1]) if match else ()
            return next((flow for flow in versions if flow.version == int(match[2])), None) if match else None
        return next((flow for flow in versions if flow.live), versions[-1])

    def called_versions(self) -> Iterator[LinkedFlow]:
        """Of each flow what a call runs, as far as the tree holds it: the live version, else the newest; by name."""
        for name in sorted(self._versions):
            flow = self.get(name)
            if flow is not None:
                yield flow

    def triggered_on(self, object_name: str, *trigger_types: str) -> tuple[LinkedFlow, ...]:
        """The flows that start on records of an object, of these `triggerType`s (any, where none is given)."""
        return tuple(
            flow
            for flow in self.all()
            if flow.fact.start.object.casefold() == object_name.casefold()
            and (flow.fact.start.trigger_type in trigger_types if trigger_types else flow.triggered)
        )

    def calls_of(self, name: str) -> tuple[tuple[LinkedFlow, FlowElement], ...]:
        """Who calls the flow of that name, as a subflow or as an action: flows, each with the calling node."""
        return tuple(self._calls.get(name.casefold(), ()))

    def way_from_trigger(
        self, flow: LinkedFlow, *, bulk: bool = False
    ) -> tuple[tuple[LinkedFlow, FlowElement], ...]:
        """The shortest chain of live flows and calling nodes from a triggered flow down to this one; empty if none.

        With `bulk`, from a flow that many records enter at once.
        """
        waiting: list[tuple[LinkedFlow, tuple[tuple[LinkedFlow, FlowElement], ...]]] = [(flow, ())]
        seen = {flow.name.casefold()}
        for called, chain in waiting:  # grows while it is walked
            for caller, element in self.calls_of(called.name):
                if caller.live and (caller.bulk if bulk else caller.triggered):
                    return ((caller, element), *chain)
                if caller.live and caller.name.casefold() not in seen:
                    seen.add(caller.name.casefold())
                    waiting.append((caller, ((caller, element), *chain)))
        return ()

    def variable(self, flow_name: str, name: str) -> FlowResource | None:
        """A variable of the flow of that name."""
        flow = self.get(flow_name)
        return flow.resource(name) if flow is not None else None

    def definition(self, name: str) -> Written[FlowDefinition] | None:
        """What says which version of the flow is active, where the tree holds that."""
        return self.index.get(FlowDefinition, name)

    @cached_property
    def relationships(self) -> Relationships:
        """Parents and children of objects."""
        return Relationships(self.index)

    @cached_property
    def _calls(self) -> dict[str, list[tuple[LinkedFlow, FlowElement]]]:
        calls: dict[str, list[tuple[LinkedFlow, FlowElement]]] = defaultdict(list)
        for flow in self.all():
            for element in flow.fact.elements:
                if called := called_flow(element):
                    calls[called.casefold()].append((flow, element))
        return calls


def called_flow(element: FlowElement) -> str:
    """The flow that a node calls, as a subflow or as an action of type `flow`; empty if it calls none."""
    if element.kind == "subflows":
        return element.flow_name
    return element.action_name if element.action_type == "flow" else ""
