"""The findings that do not count, as the report shows them: by who accepted them, why, and until when."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

import msgspec

from sfgov.result import Expiring, Result, Run, Status

_LISTED = 12
"""How many of its findings a reason names."""
_REASONS = 200
"""How many reasons are listed."""
_ORDER = ("waived", "suppressed", "baseline")


class Reason(msgspec.Struct, frozen=True):
    """One waiver, one comment, or the baseline, with what it covers."""

    status: Status
    reason: str
    findings: tuple[Result, ...]
    """The first of them."""
    total: int


class Accepted(msgspec.Struct, frozen=True):
    """The whole section."""

    reasons: tuple[Reason, ...]
    unlisted: int
    """How many further reasons there are."""
    total: int
    """How many findings do not count."""
    expiring: tuple[Expiring, ...]


def look(run: Run) -> Accepted | None:
    """The section of a run; None where every finding counts."""
    accepted = [result for result in run.results if result.status != "new"]
    if not accepted:
        return None
    reasons = list(_reasons(accepted))
    return Accepted(tuple(reasons[:_REASONS]), len(reasons[_REASONS:]), len(accepted), run.expiring)


def _reasons(accepted: Iterable[Result]) -> Iterable[Reason]:
    """Waivers first: they end."""
    ordered = sorted(accepted, key=lambda one: (_ORDER.index(one.status), one.reason, one.severity.rank))
    for (status, reason), group in groupby(ordered, key=lambda one: (one.status, one.reason)):
        findings = tuple(group)
        yield Reason(status, reason, findings[:_LISTED], len(findings))
