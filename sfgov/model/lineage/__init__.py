"""Lineage: which stored fields get their values from which others, and where that is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from sfgov.model.apex import Apex
from sfgov.model.flows import Flows
from sfgov.model.index import Index
from sfgov.model.lineage.copies import Copy
from sfgov.model.lineage.in_apex import apex_copies
from sfgov.model.lineage.in_flows import flow_copies
from sfgov.model.lineage.in_settings import conversion_copies, workflow_copies
from sfgov.model.relationships import Relationships

__all__ = ["Copy", "Lineage"]

_LONGEST = 4
"""Trails are followed over so many copies."""


class Lineage:
    """Copies from field to field by flows, Apex, workflow and lead conversion; formula fields copy nothing.

    A copy is what the files plainly say; a hash, a constant, a part of a value or a mere test of it is none, nor is a
    record's Id.
    """

    def __init__(self, index: Index, flows: Flows, apex: Apex) -> None:
        self._index = index
        self._flows = flows
        self._apex = apex

    @cached_property
    def copies(self) -> tuple[Copy, ...]:
        """Every copy, by place."""
        relationships = Relationships(self._index)
        found = {
            *conversion_copies(self._index),
            *workflow_copies(self._index, relationships),
            *flow_copies(self._flows),
            *apex_copies(self._index, self._apex, relationships),
        }
        return tuple(sorted(one for one in found if _carries_a_value(one)))

    def copies_of(self, field: str) -> tuple[Copy, ...]:
        """Where a field (`Object.Field`, in any case) is copied to directly."""
        return tuple(self._by_source.get(field.casefold(), ()))

    def trails(self, field: str) -> Iterator[tuple[Copy, ...]]:
        """Every field that the values of a field reach, by the shortest chain of copies, nearest first."""
        reached = {field.casefold()}
        waiting: list[tuple[Copy, ...]] = [()]
        while waiting:
            trail = waiting.pop(0)
            for copy in self.copies_of(trail[-1].target if trail else field):
                if copy.target.casefold() not in reached:
                    reached.add(copy.target.casefold())
                    yield (*trail, copy)
                    if len(trail) + 1 < _LONGEST:
                        waiting.append((*trail, copy))

    @cached_property
    def _by_source(self) -> dict[str, list[Copy]]:
        found: dict[str, list[Copy]] = defaultdict(list)
        for copy in self.copies:
            found[copy.source.casefold()].append(copy)
        return found


def _carries_a_value(copy: Copy) -> bool:
    """Whether it brings a value to another field; a record's Id is none, and nothing can be written into it."""
    source, target = copy.source.casefold(), copy.target.casefold()
    return source != target and not (source.endswith(".id") or target.endswith(".id"))
