"""The API versions for which code, flows, pages and components are written."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from sfgov.facts import ApexMeta, Component, Fact
from sfgov.model.flows import Flows
from sfgov.model.index import Index, Written
from sfgov.model.visibility import Visibility
from sfgov.place import Place

_NUMBER = re.compile(r"[0-9]{1,3}(?:\.[0-9]+)?")


class Versioned(msgspec.Struct, frozen=True, order=True):
    """A component of the org's own and the version that its file states. `at` names the component itself."""

    type: str
    version: float
    at: Place


def versioned(index: Index, flows: Flows) -> Iterator[Versioned]:
    """All of the org's own that state a version; of flows those that may run. By type, version and place."""
    found: list[Versioned] = []
    for written in index.written():
        fact = written.fact
        if isinstance(fact, ApexMeta | Component) and fact.api_version and not index.managed(fact.name):
            kind = fact.owner if isinstance(fact, ApexMeta) else fact.root
            found.append(Versioned(kind, fact.api_version, _place(written, kind)))
    for flow in flows.all():
        version = flow.fact.api_version
        if version and flow.may_run and not index.managed(flow.name):
            found.append(Versioned("Flow", version, _place(flow.written, "Flow")))
    yield from sorted(found)


def newest(components: Iterator[Versioned], visibility: Visibility) -> float:
    """The newest version that anything in the tree speaks of: a component, the project, a manifest; 0 for none."""
    stated = visibility.source_api_version
    manifests = [m.api_version for m in visibility.manifests if _NUMBER.fullmatch(m.api_version)]
    return max(
        [*(one.version for one in components), *map(float, manifests), *([stated[0]] if stated else [])],
        default=0,
    )


def _place(written: Written[Fact], kind: str) -> Place:
    place = written.at_element("apiVersion")
    return msgspec.structs.replace(place, component=f"{kind}:{written.name}")
