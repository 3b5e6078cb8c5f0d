"""Which decisions of a flow settle whether certain nodes are reached."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from sfgov.facts.flow import FlowElement
from sfgov.model.flow_graph import FlowGraph

_END = ""


class Settled:
    """The ways from the start of a flow to certain nodes, or past them to its end, when nothing fails.

    A way is over when it comes to one of these nodes.
    """

    def __init__(self, graph: FlowGraph, nodes: Iterable[FlowElement]) -> None:
        self._wanted = frozenset(node.name.casefold() for node in nodes)
        first = list(graph.targets(edge for edge in graph.start_edges if edge.kind == "connector"))
        self._first = [element.name.casefold() for element in first]
        self._elements: dict[str, FlowElement] = {}
        self._ways: dict[str, tuple[str, ...]] = {}
        waiting = first
        for element in waiting:  # grows while it is walked
            name = element.name.casefold()
            if name in self._ways:
                continue
            ways = () if name in self._wanted else graph.ways_on(element)
            self._elements[name] = element
            self._ways[name] = tuple(_END if way is None else way.name.casefold() for way in ways)
            waiting.extend(way for way in ways if way is not None)

    @property
    def reached(self) -> bool:
        """Whether any way leads to one of the nodes."""
        return bool(self._wanted & self._ways.keys())

    @property
    def always(self) -> bool:
        """Whether every way leads to one of the nodes."""
        return self.reached and not any(name in self._missing for name in self._first)

    @cached_property
    def deciding(self) -> tuple[FlowElement, ...]:
        """The nodes at which it is settled whether one of the nodes is reached, nearest to the start first."""
        return tuple(self._elements[name] for name in self._ways if self._decides(name))

    def _decides(self, name: str) -> bool:
        fates = {(way in self._hitting, way in self._missing) for way in self._ways[name]}
        if fates == {(True, True)} and len(set(self._ways[name])) > 1:
            return not self._meets_again(name)
        return len(fates) > 1

    @cached_property
    def _hitting(self) -> frozenset[str]:
        return self._leading_to(self._wanted & self._ways.keys())

    @cached_property
    def _missing(self) -> frozenset[str]:
        return self._leading_to([_END])

    def _leading_to(self, goals: Iterable[str]) -> frozenset[str]:
        before: dict[str, list[str]] = {}
        for name, ways in self._ways.items():
            for way in ways:
                before.setdefault(way, []).append(name)
        waiting = list(goals)
        found = set(waiting)
        while waiting:
            for name in before.get(waiting.pop(), ()):
                if name not in found:
                    found.add(name)
                    waiting.append(name)
        return frozenset(found)

    def _meets_again(self, name: str) -> bool:
        """Whether all ways on from a node come together in another node before they are over."""
        inside = self._inevitable
        common = ~0
        for way in self._ways[name]:
            common &= inside.get(way, 0)
        return common != 0

    @cached_property
    def _inevitable(self) -> dict[str, int]:
        """For each node the set (as bits) of the nodes that every way from it passes, itself included.

        The largest solution, found by starting from everything and taking away until nothing changes.
        """
        open_nodes = [name for name, ways in self._ways.items() if ways]
        bit = {name: 1 << position for position, name in enumerate(open_nodes)}
        passed = dict.fromkeys(open_nodes, (1 << len(open_nodes)) - 1)
        changed = True
        while changed:
            changed = False
            for name in reversed(open_nodes):
                after = ~0
                for way in self._ways[name]:
                    after &= passed.get(way, 0)
                new = after & passed[name] | bit[name]
                changed |= new != passed[name]
                passed[name] = new
        return passed
