"""Where leads came from, who writes it down and what their conversion leaves of it, ready to be written."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sfgov.facts import CustomField
from sfgov.model.attribution import Arrival, AttributionField, Kind, Terms, Write
from sfgov.model.attribution.losses import loss
from sfgov.model.org import Org
from sfgov.place import Evidence, Place
from sfgov.policy import Policy
from sfgov.result import AttributionMap, Carried, Fills, Origin, Step

MOST_FIELDS = 60
"""How many fields a map holds; the others are named."""
Around = Callable[[Place], tuple[tuple[int, str], ...]]
"""The source lines around a place."""
_STANDARD = (("Lead.LeadSource", Kind.LEAD_SOURCE, True), ("Lead.CampaignId", Kind.CAMPAIGN, False))
"""Standard fields of leads, their kinds, and whether their first value is the one to keep."""


def attribution_map(org: Org, policy: Policy, around: Around) -> AttributionMap | None:
    """The map of an org; None where nothing of the tree is about leads."""
    if not org.attribution.has_leads:
        return None
    terms = Terms(policy.attribution.fields, policy.attribution.first_touch)
    conversion = org.attribution.conversion
    custom = sorted(org.attribution.fields(terms, "Lead"), key=_order)
    made = _Making(org, terms, around)
    standard = (made.standard(name, kind, first_touch=first) for name, kind, first in _STANDARD)
    told = {field.name.casefold() for field in custom}
    return AttributionMap(
        origins=(*standard, *(made.custom(field) for field in custom[:MOST_FIELDS])),
        known=conversion.known,
        creates=next((s.fact.opportunity_creation for s in conversion.settings), ""),
        others=tuple((m.source, m.target) for m in conversion.mappings if m.source.casefold() not in told),
        left_out=tuple(field.name for field in custom[MOST_FIELDS:]),
    )


def _order(field: AttributionField) -> tuple[bool, int, str]:
    return not field.first_touch, list(Kind).index(field.kind), field.name.casefold()


class _Making:
    """Makes the rows of a map out of the model's words."""

    def __init__(self, org: Org, terms: Terms, around: Around) -> None:
        self._org = org
        self._terms = terms
        self._around = around

    def custom(self, field: AttributionField) -> Origin:
        """A custom field that says where a lead came from."""
        lock = self._org.attribution.protection.of(field.name)
        return Origin(
            field=field.name,
            kind=field.kind.value,
            first_touch=field.first_touch,
            declared=field.declared,
            place=self._step(field.at.says(field.written.fact.label or field.name)),
            fills=self._fills(field.name),
            carried=self._carried(field.name),
            locked_by=self._step(lock) if lock is not None else None,
        )

    def standard(self, name: str, kind: Kind, *, first_touch: bool) -> Origin:
        """A standard field, which Salesforce carries over by itself."""
        written = self._org.get(CustomField, name)
        lock = self._org.attribution.protection.of(name)
        return Origin(
            field=name,
            kind=kind.value,
            first_touch=first_touch,
            declared=False,
            place=self._step(written.at().says(name)) if written is not None else None,
            fills=self._fills(name),
            carried=self._carried(name),
            locked_by=self._step(lock) if lock is not None else None,
        )

    def _fills(self, name: str, *, but: Iterable[Evidence] = ()) -> tuple[Fills, ...]:
        """What sets a field, except at the places that these lines are about."""
        told = {(one.place.path, one.place.line) for one in but}
        writes = self._org.attribution.writes(self._terms).get(name.casefold(), ())
        return tuple(self._fill(write) for write in writes if (write.at.path, write.at.line) not in told)

    def _fill(self, write: Write) -> Fills:
        return Fills(
            component=write.component,
            by=write.by,
            events=tuple(sorted(write.events)),
            value=write.value,
            keeps=write.keeps,
            overwrites=write.overwrites,
            conditional=write.conditional,
            steps=self._steps(write.evidence),
        )

    def _carried(self, name: str) -> tuple[Carried, ...]:
        return tuple(
            Carried(
                field=arrival.target,
                by=arrival.by,
                loss=self._loss(name, arrival),
                steps=self._steps(arrival.evidence),
                fills=self._fills(arrival.target, but=arrival.evidence),
            )
            for arrival in self._org.attribution.conversion.arrivals(name)
        )

    def _loss(self, name: str, arrival: Arrival) -> str:
        source, target = self._org.get(CustomField, name), self._org.get(CustomField, arrival.target)
        if arrival.mapping is None or source is None or target is None:
            return ""
        lost = loss(self._org.index, source, target)
        return lost.says if lost is not None else ""

    def _steps(self, evidence: Iterable[Evidence]) -> tuple[Step, ...]:
        return tuple(map(self._step, evidence))

    def _step(self, one: Evidence) -> Step:
        at = one.place
        return Step(at.path, at.line, at.component, one.message, at.column, self._around(at))
