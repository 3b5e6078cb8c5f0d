"""What still names the components that destructive manifests delete."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import msgspec

from sfgov.model.apex import Apex
from sfgov.model.flow_targets import FlowTargets, fields_named
from sfgov.model.flows import Flows, LinkedFlow
from sfgov.model.index import Index
from sfgov.model.references import Reference, references
from sfgov.model.references.in_apex import in_apex
from sfgov.model.removal import Removed, deployments, index_without
from sfgov.place import Place
from sfgov.project import Manifest


class Leftover(msgspec.Struct, frozen=True):
    """A component that a manifest deletes, and the references to it, those that need it first."""

    at: Place
    type: str
    name: str
    references: tuple[Reference, ...]


def leftovers(index: Index, apex: Apex, flows: Flows, manifests: Sequence[Manifest]) -> Iterator[Leftover]:
    """What the deployments of the tree delete although something names it, by the order of the manifests."""
    for deployment in deployments(manifests, index):
        gone = _Gone(deployment.removed)
        found: dict[tuple[str, str], list[Reference]] = defaultdict(list)
        named = [
            *_in_flows(index, flows, gone),
            *in_apex(apex, gone.named),
            *references(index, apex, gone.wanted),
        ]
        for reference in named:
            if not gone.goes_too(reference.at.component):
                found[gone.key(*reference.key)].append(reference)
        for removed in deployment.removed:
            some = found.get((removed.type, removed.name.casefold()))
            if some:
                ordered = sorted(some, key=lambda one: not one.essential)
                yield Leftover(removed.place, removed.type, removed.name, tuple(ordered))


class _Gone:
    """The components of one deployment that are gone. Fields go with their object."""

    def __init__(self, removed: Sequence[Removed]) -> None:
        self.named = {(one.type, one.name.casefold()): one.name for one in removed}
        self.keys = [one.key for one in removed]

    def wanted(self, kind: str, name: str) -> bool:
        return self.key(kind, name.casefold()) in self.named

    def key(self, kind: str, name: str) -> tuple[str, str]:
        """What is deleted, for a name of it or of a part of it; in lower case."""
        owner = ("CustomObject", name.partition(".")[0])
        return owner if kind == "CustomField" and owner in self.named else (kind, name)

    def goes_too(self, component: str) -> bool:
        """Whether a component that names something is deleted as well."""
        kind, _, name = component.casefold().partition(":")
        kinds = {known.casefold(): known for known, _ in self.named}
        owner = ("CustomObject", name.partition(".")[0])
        return (kinds.get(kind, ""), name) in self.named or ("." in name and owner in self.named)


def _in_flows(index: Index, flows: Flows, gone: _Gone) -> Iterator[Reference]:
    """What flows that may run call, work on and name."""
    left = index_without(index, gone.keys)
    after = FlowTargets(left, Flows(left))
    kinds = {name: kind for kind, name in gone.named}
    for flow in flows.all():
        if not flow.may_run:
            continue
        for broken in after.broken(flow):
            kind = kinds.get(broken.target.casefold())
            if kind and not broken.inside:
                does = broken.said.partition(f" {broken.target}")[0]
                yield Reference(broken.at, kind, broken.target, does)
        yield from _fields(flow, gone)


def _fields(flow: LinkedFlow, gone: _Gone) -> Iterator[Reference]:
    for object_name, field, place in fields_named(flow):
        name = f"{object_name}.{field}"
        if object_name and gone.wanted("CustomField", name):
            yield Reference(place, "CustomField", name, "names the field")
