"""Deletes that do not ask for the user's permission: what people can start, and the way from there to the delete."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from sfgov.model.apex.entries import BY_PEOPLE
from sfgov.model.automation.apex_walk import ApexWalk
from sfgov.model.automation.effects import RecordEffect
from sfgov.model.flow_launch import Launch
from sfgov.model.grants import OBJECTS
from sfgov.model.unasked import Deed, Unasked
from sfgov.place import Evidence, Place

if TYPE_CHECKING:
    from sfgov.model.org import Org

_FLAGS = {"create": "allowCreate", "update": "allowEdit", "delete": "allowDelete"}


class Start(msgspec.Struct, frozen=True):
    """What somebody does to start it, and the switch of a bundle that lets them."""

    said: str
    """`screen flow Close_Account`, `Lightning controller InvoiceCtl.remove`, `saving Case records`."""
    place: Place
    kind: str
    """`flowAccesses`, `classAccesses` or `objectPermissions`."""
    name: str
    flag: str = "enabled"

    @property
    def by_record(self) -> bool:
        """Whether it is a save or a delete of a record that starts it, not a click."""
        return self.kind == OBJECTS


class DeletePath(msgspec.Struct, frozen=True):
    """A way from something that people start to a delete in system context."""

    object: str
    start: Start
    way: tuple[Evidence, ...]
    at: Place
    """The delete."""
    reason: str
    """Why it does not ask for the user's permission."""

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The start, the calls and the delete."""
        says = f"deletes {self.object} records in system context: {self.reason}"
        return (self.start.place.says(self.start.said), *self.way, self.at.says(says))


class DeletePaths:
    """The ways to deletes in system context, of the objects in question (names compare without case)."""

    def __init__(self, org: Org, objects: Collection[str]) -> None:
        self._org = org
        self._objects = {name.casefold(): name for name in objects}
        self._unasked = Unasked(org.flows, org.apex, self._is_in_question)

    def all(self) -> tuple[DeletePath, ...]:
        """Every path, by the place of its delete, then of its start; ways that ask for a permission are left out."""
        found = [*self._of_flows(), *self._of_apex(), *self._of_records()]
        return tuple(sorted(found, key=lambda path: (path.at, path.start.place, path.start.said)))

    def _is_in_question(self, effect: RecordEffect) -> bool:
        return effect.kind == "delete" and effect.object.casefold() in self._objects

    def _of_flows(self) -> Iterator[DeletePath]:
        for flow in self._org.flows.all():
            if flow.live and flow.launch in (Launch.SCREEN, Launch.AUTOLAUNCHED):
                start = Start(
                    f"{'screen flow' if flow.launch is Launch.SCREEN else 'flow'} {flow.name}",
                    flow.written.at(flow.fact.start.line, "start"),
                    "flowAccesses",
                    flow.name,
                )
                yield from self._paths(start, self._unasked.in_flow(flow))

    def _of_apex(self) -> Iterator[DeletePath]:
        for method, entries in self._org.apex.entries.items():
            kinds = sorted(entries & BY_PEOPLE)
            if kinds and self._unasked.is_on_the_way(method):
                place = method.at_line(method.method.line)
                start = Start(f"{kinds[0]} {method.name}", place, "classAccesses", method.written.name)
                yield from self._paths(start, self._unasked.in_apex(ApexWalk(self._org.apex), [method]))

    def _of_records(self) -> Iterator[DeletePath]:
        for automatism in self._org.automation.automatisms:
            for event in sorted(automatism.events & _FLAGS.keys()):
                said = f"{'deleting' if event == 'delete' else 'saving'} {automatism.object} records"
                start = Start(said, automatism.at, OBJECTS, automatism.object, _FLAGS[event])
                if automatism.flow is not None:
                    yield from self._paths(start, self._unasked.in_flow(automatism.flow))
                elif automatism.trigger is not None:
                    bodies = self._org.automation.bodies(automatism)
                    walk = self._org.automation.walk(automatism)
                    yield from self._paths(start, self._unasked.in_apex(walk, bodies))

    def _paths(self, start: Start, deeds: Iterable[Deed]) -> Iterator[DeletePath]:
        """The deletes of which it is sure that nobody is asked."""
        return (
            DeletePath(
                self._objects[deed.effect.object.casefold()], start, deed.way, deed.effect.at, deed.reason
            )
            for deed in deeds
            if deed.sure
        )
