"""Which findings come first where a reader takes only so many, and what is said of those that are left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sfgov.counted import counted
from sfgov.result import Result, Run


def most_severe_first(results: Iterable[Result]) -> list[Result]:
    """Most severe first, then most certain, else in the order given."""
    return sorted(results, key=lambda result: (result.severity.rank, result.confidence.rank))


def not_annotated(run: Run) -> Iterator[str]:
    """A line about findings that lie outside of what annotations are to show, where there are any."""
    if run.not_annotated:
        findings = counted(run.not_annotated, "finding that counts lies", "findings that count lie")
        yield f"{findings} outside of what is annotated (--show); the other reports have them all."
