"""How many records a batch job takes at a time, where every call that starts it says so."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import NamedTuple

from sfgov.facts.apex import Operation
from sfgov.model.apex.expressions import Expressions
from sfgov.model.apex.graph import CallGraph
from sfgov.model.apex.linked import LinkedMethod

DEFAULT = 200
"""What the platform takes where the call does not say."""
_SIZE_AT = {"executebatch": 1, "schedulebatch": 3}


class Start(NamedTuple):
    """A call that starts a batch job; `size` is None where it is no written number."""

    method: LinkedMethod
    operation: Operation
    size: int | None


class BatchSizes:
    """The starts of batch jobs, by class."""

    def __init__(self, graph: CallGraph, expressions: Expressions) -> None:
        self._graph = graph
        self._expressions = expressions

    @cached_property
    def starts(self) -> dict[str, list[Start]]:
        """The calls that start each batch class (by key), in source order."""
        found: dict[str, list[Start]] = defaultdict(list)
        for linked in self._graph.methods:
            for work in self._graph.work_of(linked):
                at = _SIZE_AT.get(work.operation.name.casefold())
                if at is None or not work.operation.arguments:
                    continue
                key = self._expressions.key_of(
                    linked, work.operation.arguments[0], linked.owner_key, work.operation.line
                )
                if key:
                    found[key].append(Start(linked, work.operation, _size(work.operation.arguments, at)))
        return dict(found)

    def largest(self, key: str) -> int | None:
        """The largest number of records at a time of a batch class; None where it is not known."""
        sizes = [start.size for start in self.starts.get(key, ())]
        known = [size for size in sizes if size is not None]
        return max(known) if known and len(known) == len(sizes) else None

    def scope_is_at_most(self, few: int, linked: LinkedMethod, text: str) -> bool:
        """Whether an expression is the scope of a batch job's `execute` that never has more than so many records."""
        method = linked.method
        if method.name.casefold() != "execute" or len(method.parameters) != 2:
            return False
        if method.parameters[1].name.casefold() != text.casefold():
            return False
        largest = self.largest(linked.owner_key)
        return largest is not None and largest <= few


def _size(arguments: tuple[str, ...], at: int) -> int | None:
    if len(arguments) <= at:
        return DEFAULT
    return int(arguments[at]) if arguments[at].isdigit() else None
