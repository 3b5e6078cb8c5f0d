"""All findings as a table, for spreadsheets: comma-separated, UTF-8, one header line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from sfgov.report.inert import printable, prose
from sfgov.result import Result, Run

COLUMNS = (
    "check",
    "name",
    "severity",
    "confidence",
    "status",
    "fails_gate",
    "component",
    "path",
    "line",
    "column",
    "message",
    "fix",
    "reason",
    "fingerprint",
)
_FORMULA = re.compile(r"[=+\-@]")
"""What a spreadsheet takes for the beginning of a formula."""


def render(run: Run) -> str:
    """One row for each finding, those that do not count included, and those that are fixed since an earlier state."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(map(_inert, row) for row in _rows(run))
    return out.getvalue()


def _rows(run: Run) -> Iterator[tuple[str, ...]]:
    for result in run.results:
        yield _row(result, result.status, result.reason, gates=run.gates(result))
    if run.comparison:
        reason = f"there at {run.comparison.commit}, and not found any more"
        yield from (_row(result, "fixed", reason, gates=False) for result in run.comparison.fixed)


def _row(result: Result, status: str, reason: str, *, gates: bool) -> tuple[str, ...]:
    return (
        result.check,
        result.name,
        result.severity.value,
        result.confidence.value,
        status,
        "yes" if gates else "no",
        printable(result.component),
        printable(result.path),
        str(result.line),
        str(result.column),
        prose(result.message),
        prose(result.fix),
        prose(reason),
        result.fingerprint,
    )


def _inert(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would compute."""
    return f"'{cell}" if _FORMULA.match(cell) else cell
