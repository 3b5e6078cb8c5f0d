"""GitLab Code Quality: findings in the widget of a merge request and beside the changed lines.

GitLab stops reading at the first entry that it does not like and keeps one entry for each fingerprint. So every
entry is validated before anything is written, and fingerprints are made unique.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Any

import msgspec

from sfgov.check import Severity
from sfgov.report.inert import json_text, printable, prose
from sfgov.report.ranking import most_severe_first
from sfgov.result import Result, Run

_SEVERITIES = {
    Severity.CRITICAL: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
    Severity.INFO: "info",
}
_Text = Annotated[str, msgspec.Meta(min_length=1)]


class _Lines(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    begin: Annotated[int, msgspec.Meta(ge=1)]


class _Location(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    path: Annotated[str, msgspec.Meta(pattern=r"^(?!\./|/)")]
    lines: _Lines


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What GitLab's schema asks for. The pages show no check name, so the description starts with it."""

    description: _Text
    check_name: _Text
    fingerprint: _Text
    severity: _Text
    location: _Location


def render(run: Run) -> str:
    """One entry for each finding that counts, most severe first."""
    entries = list(_entries(run))
    msgspec.convert(entries, list[_Entry])
    return json_text(entries)


def _entries(run: Run) -> Iterator[dict[str, Any]]:
    seen = Counter[str]()
    for result in most_severe_first(run.active):
        seen[result.fingerprint] += 1
        yield _entry(result, run, seen[result.fingerprint])


def _entry(result: Result, run: Run, occurrence: int) -> dict[str, Any]:
    twin = f"-{occurrence}" if occurrence > 1 else ""
    return {
        "description": prose(f"{result.check} {result.name}: {result.message}"),
        "check_name": result.check,
        "fingerprint": result.fingerprint + twin,
        "severity": _SEVERITIES[result.severity],
        "location": {
            "path": printable(run.in_repository(result.path)),
            "lines": {"begin": max(result.line, 1)},
        },
    }
