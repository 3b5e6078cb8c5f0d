"""The linked org: one door to each engine, each built when it is first asked for."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TypeVar

from sfgov.facts import Fact
from sfgov.model.agents import Agents
from sfgov.model.apex import Apex, LinkedMethod
from sfgov.model.attribution import Attribution
from sfgov.model.automation import Automation
from sfgov.model.bulk_callers import run_with_many
from sfgov.model.bypasses import Switch, switches
from sfgov.model.declared import Declared
from sfgov.model.deletes import Deletes
from sfgov.model.filtered import Filtered
from sfgov.model.flow_reach import FlowReach
from sfgov.model.flows import Flows
from sfgov.model.index import Index, Knowledge, Written
from sfgov.model.lineage import Lineage
from sfgov.model.masking import Masking
from sfgov.model.permissions import Permissions
from sfgov.model.removal import index_without
from sfgov.model.sync.outbound import Outbound
from sfgov.model.visibility import Visibility

F = TypeVar("F", bound=Fact)


class Org:
    """What checks query. Immutable; the engines are linked lazily and kept."""

    def __init__(
        self,
        index: Index,
        visibility: Visibility,
        declared: Declared | None = None,
        earlier: Index | None = None,
        apex: Apex | None = None,
    ) -> None:
        """`apex` is that of the index, where it has been linked already."""
        self._apex = apex
        self.index = index
        self.visibility = visibility
        self._declared = declared or Declared()
        self.earlier = earlier
        """What the `-meta.xml` files of Apex said before the change; None where the org is compared with nothing."""

    def without(self, components: Iterable[tuple[str, str]]) -> Org:
        """The org as it is when these (type, full name) are deleted."""
        index = index_without(self.index, components)
        return Org(index, self.visibility.of(index), self._declared, self.earlier)

    @property
    def today(self) -> datetime.date:
        """The day on which the org is checked."""
        return self._declared.today

    def all(self, kind: type[F]) -> Iterator[Written[F]]:
        """Every component of a type, sorted by name."""
        return self.index.all(kind)

    def get(self, kind: type[F], name: str) -> Written[F] | None:
        """One component, or None where nothing in the tree says anything of it."""
        return self.index.get(kind, name)

    def parts(self, kind: type[F], name: str) -> tuple[Written[F], ...]:
        """Everything that is written about one component."""
        return self.index.parts(kind, name)

    def retrieved(self, kind: type[Fact] | str) -> bool:
        """Whether the tree holds any component of this type at all."""
        return self.index.retrieved(kind)

    def knowledge(self, kind: type[Fact] | str, name: str) -> Knowledge:
        """What is known of a component that is referred to by name."""
        return self.index.knowledge(kind, name)

    @cached_property
    def permissions(self) -> Permissions:
        """Who may do what: profiles, permission sets, groups after muting, personas."""
        return Permissions(self.index, self._declared.personas)

    @cached_property
    def flows(self) -> Flows:
        """Flows with their control flow."""
        return Flows(self.index)

    @cached_property
    def flow_reach(self) -> FlowReach:
        """What flows come to when other flows call them, through subflows and Apex."""
        return FlowReach(self.flows, self.apex)

    @cached_property
    def automation(self) -> Automation:
        """What saves and deletes set off: flows, triggers and workflow, and what they come to."""
        return Automation(self.index, self.flows, self.apex)

    @cached_property
    def apex(self) -> Apex:
        """Apex types and methods, and what their operations do."""
        return self._apex or Apex(self.index)

    @cached_property
    def run_with_many(self) -> frozenset[LinkedMethod]:
        """The Apex methods that may get many records at once, as far as their callers are known."""
        return run_with_many(self.apex, self.flows)

    @cached_property
    def outbound(self) -> Outbound:
        """What sends changes of records out of the org."""
        return Outbound(self.index, self.automation, self.flows, self.apex)

    @cached_property
    def deletes(self) -> Deletes:
        """What stands in the way of deletes, and how they cascade."""
        return Deletes(self.index, self.flows, self.apex)

    @cached_property
    def switches(self) -> tuple[Switch, ...]:
        """Custom permissions that switch automation off for who has them."""
        return switches(self.index, self.flows, self.apex)

    @cached_property
    def masking(self) -> Masking:
        """Which fields are masked in sandboxes, and by what."""
        return Masking(self.index, self._declared.masking_records, today=self._declared.today)

    @cached_property
    def lineage(self) -> Lineage:
        """Which fields get their values from which others."""
        return Lineage(self.index, self.flows, self.apex)

    @cached_property
    def attribution(self) -> Attribution:
        """Where leads came from, who writes it down, and what their conversion leaves of it."""
        return Attribution(self.index, self.flows, self.apex, self.automation, self.lineage)

    @cached_property
    def agents(self) -> Agents:
        """AI agents, with what their actions come to and what they may do."""
        return Agents(
            self.index,
            self.flows,
            self.apex,
            self.automation,
            permissions=self.permissions,
            declared=self._declared.agents,
        )

    @cached_property
    def filtered(self) -> Filtered:
        """Where fields are compared, sorted or grouped by."""
        return Filtered(self.index, self.flows, self.apex)
