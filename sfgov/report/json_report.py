"""The run as JSON, for scripts. The shape is a promise: fields are added, never changed or taken away."""

from __future__ import annotations

from typing import Any

import msgspec

from sfgov.benchmark import Covered, coverage
from sfgov.report.inert import json_text
from sfgov.result import AccessChange, Result, Run, Step

VERSION = 1


def render(run: Run) -> str:
    """The whole run, findings that do not count included."""
    return json_text(
        {
            "version": VERSION,
            "tool": {"name": "sfgov", "version": run.version},
            "summary": _summary(run),
            "findings": [_finding(result) for result in run.results],
            "controls": [_control(covered) for covered in coverage(run)],
            **_fixed(run),
            **_access(run),
        }
    )


def _fixed(run: Run) -> dict[str, Any]:
    """What was found before the change and is not found any more, where the run was held against an earlier state."""
    return {"fixed": [_finding(result) for result in run.comparison.fixed]} if run.comparison else {}


def _access(run: Run) -> dict[str, Any]:
    """What the change lets whom do, where the run was held against an earlier state."""
    if run.comparison is None:
        return {}
    delta = run.comparison.access
    return {
        "access": {
            "gained": delta.gained,
            "lost": delta.lost,
            "left_out": delta.left_out,
            "changes": [_change(change) for change in delta.changes],
        }
    }


def _change(change: AccessChange) -> dict[str, Any]:
    return {
        "bundle": change.bundle,
        "bundle_is": change.bundle_is,
        "kind": change.kind,
        "name": change.name,
        "gained": list(change.gained),
        "lost": list(change.lost),
        "certain": change.certain,
        "path": change.path,
        "line": change.line,
    }


def _comparison(run: Run) -> dict[str, Any]:
    if run.comparison is None:
        return {}
    numbers = {
        "base": run.comparison.ref,
        "commit": run.comparison.commit,
        "new": len(run.active),
        "fixed": len(run.comparison.fixed),
        "unchanged": run.comparison.unchanged,
    }
    return {"diff": numbers}


def _summary(run: Run) -> dict[str, Any]:
    return {
        "gate": run.gate,
        "fail_on": run.fail_on or "never",
        "crashed": run.crashed,
        "files": run.files,
        "components": dict(sorted(run.components.items())),
        "findings": run.counts(),
        "statuses": run.statuses(),
        **_comparison(run),
        "expiring_waivers": [msgspec.to_builtins(waiver) for waiver in run.expiring],
        "not_checked": [{"check": missed.check, "reason": missed.reason} for missed in run.not_checked],
    }


def _control(covered: Covered) -> dict[str, Any]:
    """A control of the security benchmark, and what the run says of it."""
    return {
        "id": covered.control.id,
        "meaning": covered.control.meaning,
        "checks": list(covered.checks),
        "verdict": covered.verdict,
    }


def _finding(result: Result) -> dict[str, Any]:
    return {
        "check": result.check,
        "name": result.name,
        "severity": result.severity,
        "confidence": result.confidence,
        "message": result.message,
        "component": result.component,
        "subject": result.subject,
        "path": result.path,
        "line": result.line,
        "column": result.column,
        "evidence": [_step(step) for step in result.evidence],
        "fix": result.fix,
        "fingerprint": result.fingerprint,
        "status": result.status,
        "reason": result.reason,
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "path": step.path,
        "line": step.line,
        "column": step.column,
        "component": step.component,
        "message": step.message,
    }
