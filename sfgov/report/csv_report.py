"""All findings as a table, for spreadsheets: comma-separated, UTF-8, one header line."""

from __future__ import annotations

import csv
import io
import re

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
    """One row for each finding, those that do not count included."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(map(_inert, _row(result, run)) for result in run.results)
    return out.getvalue()


def _row(result: Result, run: Run) -> tuple[str, ...]:
    return (
        result.check,
        result.name,
        result.severity.value,
        result.confidence.value,
        result.status,
        "yes" if run.gates(result) else "no",
        printable(result.component),
        printable(result.path),
        str(result.line),
        str(result.column),
        prose(result.message),
        prose(result.fix),
        prose(result.reason),
        result.fingerprint,
    )


def _inert(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would compute."""
    return f"'{cell}" if _FORMULA.match(cell) else cell
