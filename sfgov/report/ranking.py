"""Which findings come first where a reader takes only so many."""

from __future__ import annotations

from collections.abc import Iterable

from sfgov.result import Result


def most_severe_first(results: Iterable[Result]) -> list[Result]:
    """Most severe first, then most certain, else in the order given."""
    return sorted(results, key=lambda result: (result.severity.rank, result.confidence.rank))
