"""What is said of a run that was held against an earlier state, in reports that are lists of findings."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov.counted import counted
from sfgov.report.inert import prose
from sfgov.result import Run


def compared(run: Run) -> Iterator[str]:
    """How many findings are new, fixed and unchanged; nothing where there is nothing to compare with."""
    if run.comparison:
        yield prose(run.comparison.sentence(len(run.active)))


def not_annotated(run: Run) -> Iterator[str]:
    """How many findings lie outside of what annotations are to show; nothing where all of them are shown."""
    if run.not_annotated:
        findings = counted(run.not_annotated, "finding that counts lies", "findings that count lie")
        yield f"{findings} outside of what is annotated (--show); the other reports have them all."


def both(run: Run) -> Iterator[str]:
    """The one, then the other."""
    yield from compared(run)
    yield from not_annotated(run)
