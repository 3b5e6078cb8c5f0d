"""What follows a finding's message in plain lines: the evidence, each with its place, and the fix."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov.report.inert import printable, prose
from sfgov.result import Result, Run


def proof(result: Result, run: Run) -> Iterator[str]:
    """One line for each step of the evidence, from the repository's root, and one for the fix."""
    for step in result.evidence:
        yield f"{printable(run.in_repository(step.path))}:{step.line}: {prose(step.message)}"
    if result.fix:
        yield f"Fix: {prose(result.fix)}"
