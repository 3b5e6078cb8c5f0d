"""What stands in the way of deletes, and how a delete of one record takes others with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from sfgov.facts import ApexMeta, ApexTrigger, CustomField, CustomObject, Settings
from sfgov.model.apex import Apex
from sfgov.model.apex.trigger_guards import TriggerGuard, guards_by_trigger
from sfgov.model.flow_guards import FlowGuard, guards_by_flow
from sfgov.model.flows import Flows
from sfgov.model.guard_bypasses import (
    IdentityTest,
    Swallowed,
    conditions_in_trigger,
    swallowed_in_trigger,
    tests_in_flow,
    tests_in_trigger,
)
from sfgov.model.index import Index, Written
from sfgov.place import Evidence, Place

DEEPEST_CASCADE = 3

_BUILT_IN_DETAILS: Mapping[str, tuple[str, ...]] = {
    "Campaign": ("CampaignMember",),
    "Opportunity": ("OpportunityLineItem", "OpportunitySplit", "Quote"),
    "Quote": ("QuoteLineItem",),
    "Order": ("OrderItem",),
    "Case": ("CaseComment",),
    "ServiceContract": ("ContractLineItem",),
    "WorkOrder": ("WorkOrderLineItem",),
    "TimeSheet": ("TimeSheetEntry",),
    "ContentDocument": ("ContentVersion",),
}
"""Standard details that no field file shows (Salesforce's data model diagrams; not complete)."""


class DeleteGuard(msgspec.Struct, frozen=True):
    """Something that can stop the delete of an object's record.

    `by` is `flow` or `trigger`; `name` its component's own name. `kind`: `unconditional` blocks everyone always,
    `identity` asks only who the user is, `record` asks about data. `live` is None where it cannot be told.
    `reads`: lower-case names of the objects that it looks at.
    """

    object: str
    by: str
    name: str
    status: str
    live: bool | None
    kind: str
    at: Place
    evidence: tuple[Evidence, ...]
    reads: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    """Lower-case names of the record's fields that it tests, where they can be told."""
    flow: FlowGuard | None = None
    """The flow, where it is one."""
    trigger: TriggerGuard | None = None
    """The trigger, where it is one."""


class Cascade(msgspec.Struct, frozen=True):
    """One relationship through which deleting `parent` deletes `child`. A built-in one has no field."""

    child: str
    parent: str
    how: str
    """`master-detail`, `cascade lookup` or `built-in relationship`"""
    field: Written[CustomField] | None = None

    def evidence(self) -> tuple[Evidence, ...]:
        """The field that says so."""
        if self.field is None:
            return ()
        element = "deleteConstraint" if self.how == "cascade lookup" else "type"
        return (self.field.at_element(element).says(f"{self.how} to {self.parent}"),)


class AnyLead(msgspec.Struct, frozen=True):
    """The setting by which whoever may delete leads may delete and merge those of others too."""

    evidence: tuple[Evidence, ...]
    certain: bool
    """Whether the sharing model of leads, on which it rests, is in the tree."""


class Deletes:
    """Guards and cascades of the whole org."""

    def __init__(self, index: Index, flows: Flows, apex: Apex) -> None:
        self._index = index
        self._flows = flows
        self._apex = apex

    @cached_property
    def guards(self) -> tuple[DeleteGuard, ...]:
        """Every guard, live or not, by object and name."""
        found = [*self._guards_by_flow(), *self._guards_by_trigger()]
        return tuple(sorted(found, key=lambda g: (g.object.casefold(), g.name.casefold())))

    def guards_of(self, name: str, *, live: bool | None = None) -> tuple[DeleteGuard, ...]:
        """The guards of one object; with `live`, only those that surely run (or surely do not)."""
        found = self._by_object.get(name.casefold(), ())
        return tuple(g for g in found if live is None or g.live is live)

    @cached_property
    def _by_object(self) -> dict[str, list[DeleteGuard]]:
        found: dict[str, list[DeleteGuard]] = defaultdict(list)
        for guard in self.guards:
            found[guard.object.casefold()].append(guard)
        return found

    def _guards_by_flow(self) -> Iterator[DeleteGuard]:
        for guard in guards_by_flow(self._flows):
            written = guard.flow.written
            if guard.live is False and any(version.live for version in self._flows.versions(guard.flow.name)):
                continue  # an older version of a flow that runs in another one
            yield DeleteGuard(
                object=guard.object,
                by="flow",
                name=guard.flow.name,
                status=written.fact.status or "not stated",
                live=None if guard.flow.other_version_runs else guard.live,
                kind=guard.kind,
                at=written.at_element("status"),
                evidence=guard.evidence,
                reads=guard.reads,
                fields=guard.fields,
                flow=guard,
            )

    def _guards_by_trigger(self) -> Iterator[DeleteGuard]:
        for guard in guards_by_trigger(self._apex):
            meta = self._apex.meta(guard.trigger)
            yield DeleteGuard(
                object=guard.object,
                by="trigger",
                name=guard.trigger.name,
                status=(meta.fact.status if meta else "") or "Active",
                live=guard.live,
                kind=guard.kind,
                at=_status_place(guard.trigger, meta) if meta and not guard.live else guard.trigger.at(),
                evidence=guard.evidence,
                reads=guard.reads,
                trigger=guard,
            )

    def is_replaced(self, guard: DeleteGuard) -> bool:
        """Whether live guards block at least as much as this one: everything, or by all the fields that it tests."""
        others = self.guards_of(guard.object, live=True)
        if any(other.kind == "unconditional" for other in others):
            return True
        tested = frozenset[str]().union(*(other.fields for other in others))
        return bool(others) and guard.kind == "record" and guard.fields <= tested

    def identity_tests(self, guard: DeleteGuard) -> tuple[IdentityTest, ...]:
        """Where a guard asks who the user is, and whom the answer lets through."""
        if guard.flow is not None:
            return tests_in_flow(guard.flow)
        return tests_in_trigger(guard.trigger, self._apex) if guard.trigger is not None else ()

    def swallowed(self, guard: DeleteGuard) -> tuple[Swallowed, ...]:
        """What may fail in a guard by trigger and is caught, so that the delete goes on."""
        return swallowed_in_trigger(guard.trigger, self._apex) if guard.trigger is not None else ()

    def conditions(self, guard: DeleteGuard) -> tuple[Evidence, ...]:
        """What a guard asks before it stops a delete; nothing where it stops every one."""
        if guard.flow is not None:
            return guard.flow.conditions
        return conditions_in_trigger(guard.trigger, self._apex) if guard.trigger is not None else ()

    def parents(self, child: str) -> tuple[Cascade, ...]:
        """The relationships that delete this object's records with another's, by parent and field."""
        return tuple(self._parents.get(child.casefold(), ()))

    def children(self, parent: str) -> tuple[Cascade, ...]:
        """The relationships through which deleting this object deletes others."""
        return tuple(
            c
            for cascades in self._parents.values()
            for c in cascades
            if c.parent.casefold() == parent.casefold()
        )

    def details(self) -> tuple[str, ...]:
        """The objects whose records are deleted along with others, by name."""
        return tuple(self._parents[key][0].child for key in sorted(self._parents))

    def is_junction(self, name: str) -> bool:
        """Whether an object only joins others: two or more masters, and hardly a field beside its relationships."""
        masters = [cascade for cascade in self.parents(name) if cascade.field is not None]
        own = [f for f in self._fields.get(name.casefold(), ()) if not f.fact.reference_to]
        return len(masters) > 1 and len(own) <= 1

    @cached_property
    def _fields(self) -> dict[str, list[Written[CustomField]]]:
        found: dict[str, list[Written[CustomField]]] = defaultdict(list)
        for field in self._index.all(CustomField):
            found[field.fact.object.casefold()].append(field)
        return found

    def ways_down_to(self, child: str) -> Iterator[tuple[Cascade, ...]]:
        """Every chain of cascades that ends at `child`, topmost first, at most `DEEPEST_CASCADE` long."""
        waiting: list[tuple[Cascade, ...]] = [(c,) for c in self.parents(child)]
        while waiting:
            chain = waiting.pop(0)
            yield chain
            seen = {link.child.casefold() for link in chain}
            if len(chain) < DEEPEST_CASCADE:
                waiting += [
                    (up, *chain) for up in self.parents(chain[0].parent) if up.parent.casefold() not in seen
                ]

    @cached_property
    def _parents(self) -> dict[str, list[Cascade]]:
        found: dict[str, list[Cascade]] = defaultdict(list)
        for field in self._index.all(CustomField):
            how = _cascades(field.fact)
            for parent in field.fact.reference_to if how else ():
                found[field.fact.object.casefold()].append(Cascade(field.fact.object, parent, how, field))
        for parent, children in _BUILT_IN_DETAILS.items():
            for child in children:
                found[child.casefold()].append(Cascade(child, parent, "built-in relationship"))
        return {child: sorted(cascades, key=_cascade_order) for child, cascades in found.items()}

    def watched_from_above(self, way: Sequence[Cascade]) -> bool:
        """Whether a live guard on the topmost object of a way blocks every delete, or looks at what hangs below it."""
        below = {link.child.casefold() for link in way}
        guards = self.guards_of(way[0].parent, live=True)
        return any(guard.kind == "unconditional" or guard.reads & below for guard in guards)

    @cached_property
    def any_lead(self) -> AnyLead | None:
        """Whether leads are open to every user with delete on them, not to their owners alone; None if not so.

        It takes the setting `enableOrgWideMergeAndDelete` and the sharing model Public Read/Write/Transfer.
        """
        for settings in self._index.all(Settings):
            value = settings.fact.value("enableOrgWideMergeAndDelete")
            if settings.fact.root == "LeadConfigSettings" and value and value.text == "true":
                setting = settings.at(value.line, value.path).says(
                    "leads can be deleted by others than their owners"
                )
                lead = self._index.get(CustomObject, "Lead")
                model = lead.fact.sharing_model if lead else ""
                if lead is None or not model:
                    return AnyLead((setting,), certain=False)
                if model == "ReadWriteTransfer":
                    return AnyLead(
                        (setting, lead.at_element("sharingModel").says(f"Lead is {model}")), certain=True
                    )
        return None

    def restricting(self, parent: str) -> tuple[Written[CustomField], ...]:
        """Lookups to an object that forbid deleting it while they point at it."""
        return tuple(self._restricting.get(parent.casefold(), ()))

    @cached_property
    def _restricting(self) -> dict[str, Sequence[Written[CustomField]]]:
        found: dict[str, list[Written[CustomField]]] = defaultdict(list)
        for field in self._index.all(CustomField):
            if field.fact.delete_constraint.casefold() == "restrict":
                for parent in field.fact.reference_to:
                    found[parent.casefold()].append(field)
        return dict(found)


def _status_place(trigger: Written[ApexTrigger], meta: Written[ApexMeta]) -> Place:
    """The line that switches a trigger off; it stands in the `-meta.xml` but belongs to the trigger."""
    return Place(meta.path, meta.fact.line_of("status"), trigger.component, "status")


def _cascades(field: CustomField) -> str:
    if field.type.casefold() == "masterdetail":
        return "master-detail"
    if field.type.casefold() == "lookup" and field.delete_constraint.casefold() == "cascade":
        return "cascade lookup"
    return ""


def _cascade_order(cascade: Cascade) -> tuple[str, str]:
    return cascade.parent.casefold(), cascade.field.name if cascade.field else ""
