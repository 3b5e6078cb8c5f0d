"""Apex linked across files: methods, what they call, and what their operations do."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from sfgov.facts import ApexClass, ApexMeta, ApexTrigger
from sfgov.facts.apex import ApexType, Operation
from sfgov.model.apex.calls import Calls
from sfgov.model.apex.effects import DATABASE_WORK, Effect, effect_of
from sfgov.model.apex.linked import LinkedMethod
from sfgov.model.apex.loops import is_memoised, multiplying_loops
from sfgov.model.index import Index, Written

__all__ = [
    "DATABASE_WORK",
    "Apex",
    "Effect",
    "LinkedMethod",
    "effect_of",
    "is_memoised",
    "multiplying_loops",
]


class Apex:
    """All Apex of the org."""

    def __init__(self, index: Index) -> None:
        self._index = index

    @cached_property
    def methods(self) -> tuple[LinkedMethod, ...]:
        """Every method, constructor, accessor, initialiser and trigger body, by file and line."""
        found = [
            LinkedMethod(written, method, owner)
            for written in self._index.all(ApexClass)
            for owner in written.fact.types
            for method in owner.methods
        ]
        found += [
            LinkedMethod(written, method, None)
            for written in self._index.all(ApexTrigger)
            for method in written.fact.methods
        ]
        return tuple(found)

    def methods_of(self, owner: str) -> tuple[LinkedMethod, ...]:
        """The methods of one type (`Outer.Inner`, in any case), in source order."""
        return tuple(self._by_owner.get(owner.casefold(), ()))

    @cached_property
    def _by_owner(self) -> dict[str, list[LinkedMethod]]:
        found: dict[str, list[LinkedMethod]] = defaultdict(list)
        for method in self.methods:
            found[method.method.owner.casefold()].append(method)
        return found

    @cached_property
    def types(self) -> tuple[ApexType, ...]:
        """Every class, interface and enum, inner ones too."""
        return tuple(one for written in self._index.all(ApexClass) for one in written.fact.types)

    @cached_property
    def calls(self) -> Calls:
        """Calls resolved to methods."""
        return Calls(self.methods, self.types)

    @cached_property
    def triggers(self) -> tuple[Written[ApexTrigger], ...]:
        """All triggers whose text is there."""
        return tuple(written for written in self._index.all(ApexTrigger) if not written.fact.hidden)

    def effect(self, linked: LinkedMethod, operation: Operation) -> Effect | None:
        """What an operation does by itself, without following calls."""
        return effect_of(operation, linked.type_of(operation.receiver))

    def is_active(self, trigger: Written[ApexTrigger]) -> bool:
        """Whether a trigger runs: it does unless its `-meta.xml` says otherwise."""
        meta = self.meta(trigger)
        return meta is None or meta.fact.status.casefold() in ("", "active")

    def meta(self, written: Written[ApexClass] | Written[ApexTrigger]) -> Written[ApexMeta] | None:
        """The `-meta.xml` of a class or trigger."""
        parts = self._index.parts(ApexMeta, written.name)
        return next((part for part in parts if part.fact.owner == written.type), None)
