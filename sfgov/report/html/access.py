"""What the change lets whom do, for a run that was held against an earlier state of the org."""

from __future__ import annotations

import msgspec

from sfgov.report import rights
from sfgov.result import AccessChange, Run

_MOST = 200
"""How many changes are shown, the gravest; the JSON report has more."""


class Row(msgspec.Struct, frozen=True):
    """One change."""

    change: AccessChange
    says: str
    remark: str


class Table(msgspec.Struct, frozen=True):
    """The whole section."""

    numbers: str
    rows: tuple[Row, ...]
    left_out: str
    remark: str
    total: int
    """How many changes there are, shown or not."""


def look(run: Run) -> Table | None:
    """The table of a run; None where there is nothing that it was compared with."""
    if run.comparison is None:
        return None
    delta = run.comparison.access
    shown = delta.gravest(_MOST)
    of_profiles = any(change.bundle.startswith("Profile:") for change in shown)
    return Table(
        numbers=rights.numbers(delta).capitalize(),
        rows=tuple(Row(change, rights.what(change), rights.remark(change)) for change in shown),
        left_out=rights.left_out(delta, len(shown)),
        remark=rights.AS_FILES_HAVE_IT if of_profiles else "",
        total=len(delta.changes) + delta.left_out,
    )
