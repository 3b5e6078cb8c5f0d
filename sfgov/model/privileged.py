"""What users come to by running a flow or a class that works without asking for their permissions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from sfgov.model.apex import Apex
from sfgov.model.apex.entries import BY_PEOPLE
from sfgov.model.automation.apex_walk import ApexWalk
from sfgov.model.automation.effects import Kind
from sfgov.model.flows import Flows
from sfgov.model.unasked import Deed, Unasked
from sfgov.place import Evidence

Act = Literal["read", "create", "edit", "delete"]
_ACTS: dict[Kind, Act] = {"read": "read", "create": "create", "update": "edit", "delete": "delete"}


class Privileged(msgspec.Struct, frozen=True):
    """Something done to an object's records without asking for permissions.

    `start` is the flow, or the Apex method, that a user runs. `text` is the query, where it reads by one. `sure` is
    False where the API version of the code, and so its mode, is not known.
    """

    start: str
    act: Act
    object: str
    evidence: tuple[Evidence, ...]
    text: str = ""
    sure: bool = True


class PrivilegedWork:
    """What users come to by running a flow or a class. Flows that mind sharing are left out."""

    def __init__(self, flows: Flows, apex: Apex) -> None:
        self._flows = flows
        self._apex = apex
        self._unasked = Unasked(flows, apex, lambda effect: effect.kind in _ACTS)

    def of_flow(self, name: str) -> Iterator[Privileged]:
        """What the flow of that name does, itself, in its subflows and in Apex; nothing where nobody can start it."""
        flow = self._flows.get(name)
        if flow is not None and flow.live is not False and not flow.triggered:
            yield from (_told(flow.name, deed) for deed in self._unasked.in_flow(flow) if not deed.sharing)

    def of_class(self, name: str) -> Iterator[Privileged]:
        """What the methods of a class do that pages, components and other systems call."""
        for method in self._apex.methods_of(name):
            if self._apex.entries.get(method, frozenset()) & BY_PEOPLE:
                for deed in self._unasked.in_apex(ApexWalk(self._apex), [method]):
                    yield _told(method.name, deed)


def _told(start: str, deed: Deed) -> Privileged:
    effect = deed.effect
    says = effect.at.says(f"{deed.by} {effect.said} {deed.how}")
    return Privileged(start, _ACTS[effect.kind], effect.object, (*deed.way, says), deed.text, deed.sure)
