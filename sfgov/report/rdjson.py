"""Reviewdog's diagnostic format: comments on pull requests of GitHub, GitLab, Bitbucket, Gerrit and Gitea."""

from __future__ import annotations

from typing import Any

from sfgov.check import Severity
from sfgov.report.inert import json_text, printable, prose
from sfgov.report.ranking import most_severe_first
from sfgov.result import Result, Run, Step

_SEVERITIES = {
    Severity.CRITICAL: "ERROR",
    Severity.HIGH: "ERROR",
    Severity.MEDIUM: "WARNING",
    Severity.LOW: "INFO",
    Severity.INFO: "INFO",
}


def render(run: Run) -> str:
    """The findings that are to be commented on, most severe first."""
    return json_text(
        {
            "source": {"name": "sfgov"},
            "diagnostics": [_diagnostic(result, run) for result in most_severe_first(run.annotated)],
        }
    )


def _diagnostic(result: Result, run: Run) -> dict[str, Any]:
    fix = f"\n\nFix: {prose(result.fix)}" if result.fix else ""
    written: dict[str, Any] = {
        "message": f"{result.name}: {prose(result.message)}{fix}",
        "location": _location(result, run),
        "severity": _SEVERITIES[result.severity],
        "code": {"value": result.check},
    }
    if result.evidence:
        written["related_locations"] = [
            {"message": prose(step.message), "location": _location(step, run)} for step in result.evidence
        ]
    return written


def _location(at: Result | Step, run: Run) -> dict[str, Any]:
    return {"path": printable(run.in_repository(at.path)), "range": {"start": _start(at)}}


def _start(at: Result | Step) -> dict[str, int]:
    """Line and column. The format counts columns in bytes of UTF-8, for which the line must be known."""
    text = dict(at.excerpt).get(at.line)
    if at.column == 1:
        return {"line": at.line, "column": 1}
    if text is None or len(text) < at.column:
        return {"line": at.line}
    before = text[: at.column - 1].encode("utf-8", "replace")
    return {"line": at.line, "column": len(before) + 1}
