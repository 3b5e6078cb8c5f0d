"""Control flow inside one flow: which node can follow which, what a loop repeats, where a flow ends."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from enum import Enum
from functools import cached_property

from sfgov.facts.flow import Flow, FlowConnector, FlowElement

_FAULT = "faultConnector"
_OUTCOMES = {
    "decisions": ("defaultConnector",),
    "loops": ("nextValueConnector", "noMoreValuesConnector"),
}
"""The edges that a node offers even where the file has none: then the flow ends on that outcome."""
_PAUSES = ("screens", "waits")
"""After these a new transaction begins, with limits of its own."""


class FlowGraph:
    """The nodes of a flow and its edges. Edges that lead nowhere are left out; names compare without case."""

    def __init__(self, flow: Flow) -> None:
        self._elements: dict[str, FlowElement] = {}
        for element in flow.elements:
            if element.name:
                self._elements.setdefault(element.name.casefold(), element)
        self.start_edges = flow.start.connectors

    def element(self, name: str) -> FlowElement | None:
        """The node of that name."""
        return self._elements.get(name.casefold())

    def following(self, element: FlowElement, *, through_faults: bool = True) -> Iterator[FlowElement]:
        """The nodes that an edge of this node leads to, in the order of the edges."""
        yield from self.targets(element.connectors, through_faults=through_faults)

    def targets(
        self, edges: Iterable[FlowConnector], *, through_faults: bool = True
    ) -> Iterator[FlowElement]:
        """The nodes that these edges lead to."""
        for edge in edges:
            target = self.element(edge.target)
            if target is not None and (through_faults or edge.kind != _FAULT):
                yield target

    def ways_on(self, element: FlowElement) -> tuple[FlowElement | None, ...]:
        """The ways on from a node when nothing fails: one for each outcome; None where the flow ends there."""
        by_label = {(edge.kind, edge.label): edge for edge in reversed(element.connectors)}
        wanted = [("rules", rule.name) for rule in element.rules] if element.kind == "decisions" else []
        wanted += [(kind, "") for kind in _OUTCOMES.get(element.kind, ())]
        if not wanted:
            wanted = [key for key in by_label if key[0] != _FAULT]
        edges = [by_label.get(key) for key in wanted] or [None]
        return tuple(None if edge is None else self.element(edge.target) for edge in edges)

    def reachable(
        self,
        from_: Iterable[FlowElement] | None = None,
        *,
        through_faults: bool = True,
        stop_at: Collection[str] = (),
    ) -> tuple[FlowElement, ...]:
        """What can run from these nodes on, themselves included; nearest first. Without `from_`, from the start.

        `stop_at` holds lower-case names of nodes that are neither entered nor counted.
        """
        first = self.targets(self.start_edges) if from_ is None else from_
        found = {e.name.casefold(): e for e in first if e.name.casefold() not in stop_at}
        waiting = list(found.values())
        for element in waiting:  # grows while it is walked
            for target in self.following(element, through_faults=through_faults):
                name = target.name.casefold()
                if name not in found and name not in stop_at:
                    found[name] = target
                    waiting.append(target)
        return tuple(waiting)

    def path(
        self,
        from_: Iterable[FlowElement],
        to: FlowElement,
        *,
        through_faults: bool = True,
        stop_at: Collection[str] = (),
    ) -> tuple[FlowElement, ...]:
        """A shortest way from one of these nodes to that one, both included; empty where there is none."""
        came_from: dict[str, FlowElement | None] = {e.name.casefold(): None for e in from_}
        waiting = [self._elements[name] for name in came_from if name not in stop_at]
        for element in waiting:
            if element.name.casefold() == to.name.casefold():
                return tuple(self._way_back(element, came_from))
            for target in self.following(element, through_faults=through_faults):
                name = target.name.casefold()
                if name not in came_from and name not in stop_at:
                    came_from[name] = element
                    waiting.append(target)
        return ()

    @staticmethod
    def _way_back(element: FlowElement, came_from: dict[str, FlowElement | None]) -> list[FlowElement]:
        way = [element]
        while (before := came_from[way[-1].name.casefold()]) is not None:
            way.append(before)
        return way[::-1]

    def leading_to(
        self, element: FlowElement, within: Collection[str], *, through_faults: bool = True
    ) -> frozenset[str]:
        """Those of the nodes `within` (lower-case names) from which that one can be reached without leaving them."""
        found: set[str] = set()
        waiting = [element.name.casefold()]
        while waiting:
            for name, is_fault in self._previous.get(waiting.pop(), ()):
                if name in within and name not in found and (through_faults or not is_fault):
                    found.add(name)
                    waiting.append(name)
        return frozenset(found)

    @cached_property
    def _previous(self) -> dict[str, list[tuple[str, bool]]]:
        previous: dict[str, list[tuple[str, bool]]] = {}
        for name, element in self._elements.items():
            for edge in element.connectors:
                previous.setdefault(edge.target.casefold(), []).append((name, edge.kind == _FAULT))
        return previous

    @cached_property
    def pauses(self) -> frozenset[str]:
        """The lower-case names of the nodes that end a transaction: screens and waits."""
        return frozenset(name for name, element in self._elements.items() if element.kind in _PAUSES)

    @cached_property
    def loops(self) -> tuple[FlowLoop, ...]:
        """The loops, in the order of the file."""
        return tuple(
            FlowLoop(self, element) for element in self._elements.values() if element.kind == "loops"
        )


class Repetition(Enum):
    """Whether a node runs again and again as its loop goes round."""

    ROUND = "round"
    """In each round that takes its branch, all in one transaction."""
    FAILING_ROUND = "failing round"
    """Only in rounds in which an element takes its fault path."""
    PAUSED = "paused"
    """In each round, but a screen or a wait starts a new transaction in between."""
    NONE = "none"
    """It is not in the loop, or it leaves the loop for good."""


class FlowLoop:
    """A loop node and what it repeats."""

    def __init__(self, graph: FlowGraph, element: FlowElement) -> None:
        self.element = element
        self._graph = graph
        self._name = element.name.casefold()
        self._cycles: dict[tuple[bool, bool], frozenset[str]] = {}

    @property
    def name(self) -> str:
        """The loop's name."""
        return self.element.name

    @property
    def next_value(self) -> FlowConnector | None:
        """The edge into the body."""
        return next((c for c in self.element.connectors if c.kind == "nextValueConnector"), None)

    @cached_property
    def body(self) -> tuple[FlowElement, ...]:
        """The nodes that can run after a value is taken, until the loop is reached again; nearest first."""
        return self._graph.reachable(self._entry(), stop_at=(self._name,))

    def on_the_way_back(self, node: FlowElement, *, through_faults: bool = True) -> bool:
        """Whether a node of the body can get back to the loop. One that cannot leaves it for good and runs once."""
        return node.name.casefold() in self._cycle(through_faults=through_faults, through_pauses=True)

    def repeated(self) -> Iterator[FlowElement]:
        """The nodes of the body that can get back to the loop, nearest first."""
        return (element for element in self.body if self.on_the_way_back(element))

    def repetition(self, node: FlowElement) -> Repetition:
        """How a node takes part in the loop's rounds."""
        name = node.name.casefold()
        if name in self._cycle(through_faults=False, through_pauses=False):
            return Repetition.ROUND
        if name in self._cycle(through_faults=True, through_pauses=False):
            return Repetition.FAILING_ROUND
        return Repetition.PAUSED if self.on_the_way_back(node) else Repetition.NONE

    def path_to(self, node: FlowElement) -> tuple[FlowElement, ...]:
        """A shortest way through the body to a node, itself included; past faults where there is one."""
        stop_at = (self._name,)
        straight = self._graph.path(self._entry(), node, through_faults=False, stop_at=stop_at)
        return straight or self._graph.path(self._entry(), node, stop_at=stop_at)

    def inside(self, other: FlowLoop) -> bool:
        """Whether this loop runs anew in each round of the other, and not the other way round."""
        return other.on_the_way_back(self.element) and not self.on_the_way_back(other.element)

    def _entry(self) -> list[FlowElement]:
        return list(self._graph.targets([self.next_value] if self.next_value else []))

    def _cycle(self, *, through_faults: bool, through_pauses: bool) -> frozenset[str]:
        """Names of the nodes on a way from the loop back to it."""
        key = through_faults, through_pauses
        if key not in self._cycles:
            stop_at = frozenset({self._name}) | (frozenset() if through_pauses else self._graph.pauses)
            out = self._graph.reachable(self._entry(), through_faults=through_faults, stop_at=stop_at)
            within = {element.name.casefold() for element in out}
            self._cycles[key] = self._graph.leading_to(self.element, within, through_faults=through_faults)
        return self._cycles[key]
