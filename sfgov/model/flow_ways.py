"""What is certain about the ways through a flow: the rules that hold before a node, and the nodes that must follow.

Both are computed once for all nodes of a flow, with sets of rules and of nodes as bits of whole numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property

from sfgov.facts.flow import FlowElement, FlowRule
from sfgov.model.flow_graph import FlowGraph

_NOTHING_KNOWN = -1
"""All bits set: of a node that no way has been seen to lead to, everything holds."""


class FlowWays:
    """The ways from the start of a flow, when nothing fails."""

    def __init__(self, graph: FlowGraph) -> None:
        self._graph = graph
        self._first = [
            element.name.casefold() for element in graph.targets(graph.start_edges, through_faults=False)
        ]
        self._order = tuple(graph.reachable(through_faults=False))
        self._sure: dict[tuple[str, Callable[[FlowRule], bool]], bool] = {}

    def rules_before(self, element: FlowElement) -> Iterator[tuple[FlowElement, FlowRule]]:
        """The rules of decisions that hold on every way from the start to a node, nearest to the start first."""
        bits = self._rules_holding.get(element.name.casefold(), 0)
        for bit, (decision, rule) in enumerate(self._rules):
            if bits >> bit & 1:
                yield decision, rule

    def is_sure(self, element: FlowElement, told: Callable[[FlowRule], bool]) -> bool:
        """Whether a node runs whenever the flow does and the rules before it that are `told` hold.

        Loops are taken to have a round.
        """
        key = (element.name.casefold(), told)
        if key not in self._sure:
            self._sure[key] = False  # of a node that depends on itself
            self._sure[key] = self._follows_from_start(element) or self._follows_from_rule(element, told)
        return self._sure[key]

    def _follows_from_start(self, element: FlowElement) -> bool:
        return any(self._must_follow(name, element) for name in self._first)

    def _follows_from_rule(self, element: FlowElement, told: Callable[[FlowRule], bool]) -> bool:
        return any(
            self._must_follow(target.name.casefold(), element) and self.is_sure(decision, told)
            for decision, rule in reversed(list(self.rules_before(element)))
            if told(rule)
            for target in self._targets_of(decision, rule)
        )

    def _targets_of(self, decision: FlowElement, rule: FlowRule) -> Iterator[FlowElement]:
        edges = [edge for edge in decision.connectors if (edge.kind, edge.label) == ("rules", rule.name)]
        yield from self._graph.targets(edges)

    def _must_follow(self, name: str, element: FlowElement) -> bool:
        bit = self._bits.get(element.name.casefold(), 0)
        return bool(self._following.get(name, 0) & bit)

    # Rules that hold

    @cached_property
    def _rules(self) -> list[tuple[FlowElement, FlowRule]]:
        return [(e, rule) for e in self._order if e.kind == "decisions" for rule in e.rules]

    @cached_property
    def _rules_holding(self) -> dict[str, int]:
        """Per node the rules that hold on all ways to it: the largest solution, by taking away until nothing changes."""
        bits = {(e.name.casefold(), rule.name): 1 << bit for bit, (e, rule) in enumerate(self._rules)}
        holding = {element.name.casefold(): _NOTHING_KNOWN for element in self._order}
        holding |= dict.fromkeys(self._first, 0)
        waiting = list(self._first)
        for name in waiting:  # grows while it is walked
            element = self._graph.element(name)
            for edge in element.connectors if element is not None else ():
                target = edge.target.casefold()
                rule = bits.get((name, edge.label), 0) if edge.kind == "rules" else 0
                left = holding.get(target, 0) & (holding[name] | rule)
                if target in holding and edge.kind != "faultConnector" and left != holding[target]:
                    holding[target] = left
                    waiting.append(target)
        return holding

    # Nodes that must follow

    @cached_property
    def _bits(self) -> dict[str, int]:
        return {element.name.casefold(): 1 << bit for bit, element in enumerate(self._order)}

    @cached_property
    def _following(self) -> dict[str, int]:
        """Per node the nodes that every way from it passes, itself included: again the largest solution."""
        ways = {e.name.casefold(): self._ways_of(e) for e in self._order}
        loops = {e.name.casefold() for e in self._order if e.kind == "loops"}
        every = (1 << len(self._order)) - 1
        following = dict.fromkeys(ways, every)
        changed = True
        while changed:
            changed = False
            for name in reversed(ways):
                after = [following.get(way, 0) for way in ways[name]]
                common = _union(after) if name in loops else _intersection(after)
                new = common | self._bits[name]
                changed |= new != following[name]
                following[name] = new
        return following

    def _ways_of(self, element: FlowElement) -> list[str]:
        """An empty name stands for the end of the flow."""
        return ["" if way is None else way.name.casefold() for way in self._graph.ways_on(element)]


def _union(sets: list[int]) -> int:
    found = 0
    for one in sets:
        found |= one
    return found


def _intersection(sets: list[int]) -> int:
    if not sets:
        return 0
    found = sets[0]
    for one in sets[1:]:
        found &= one
    return found
