"""What counts as a lead's origin by the policy, how grave its loss is, and how it is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from sfgov.check import Confidence, Severity
from sfgov.model.attribution import AttributionField, Kind, Terms, Write
from sfgov.place import Evidence
from sfgov.policy import Policy

PAGE = 5
"""So many fields are told one by one; of more, one finding tells them all."""
_GRAVE = (Kind.FIRST_TOUCH, Kind.CLICK_ID, Kind.CAMPAIGN_TAG, Kind.CAMPAIGN)
_PLAIN = (*_GRAVE[:3], Kind.AI_SOURCE, Kind.LANDING_PAGE, Kind.LAST_TOUCH)
"""Names that hardly mean anything else."""


def terms(policy: Policy) -> Terms:
    """What the policy counts as attribution, for the model."""
    return Terms(policy.attribution.fields, policy.attribution.first_touch)


def severity_of(field: AttributionField) -> Severity:
    """High for the first touch, campaigns and click ids: nothing else tells them afterwards."""
    grave = field.first_touch or field.kind in _GRAVE
    return Severity.HIGH if grave else Severity.MEDIUM


def confidence_of(fields: Iterable[AttributionField]) -> Confidence:
    """High where the policy lists the fields, or their names hardly mean anything else."""
    sure = all(field.declared or field.kind in _PLAIN for field in fields)
    return Confidence.HIGH if sure else Confidence.MEDIUM


def filled_by(writes: Sequence[Write]) -> tuple[Evidence, ...]:
    """The lines of what fills a field, of two at most: there is something to lose."""
    places = dict.fromkeys(write.at.says(f"{write.by} fills it") for write in writes)
    return tuple(islice(places, 2))
