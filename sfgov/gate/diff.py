"""The run held against the org as it was: only what the change brought counts.

Findings are compared by fingerprint, not by line: a deleted file can open a hole in another, which counts; a file
that was moved or reformatted brings nothing.
"""

from __future__ import annotations

from msgspec.structs import replace

from sfgov.result import Comparison, Result, Run

_SHOWN = 12
"""Digits of a commit."""


def against(now: Run, before: Run | None, ref: str, commit: str) -> Run:
    """The run, in which findings of `before` (None: there was no org) do not count, and what was fixed.

    What a comment in the code excused before, and nothing excuses now, counts: the change took the excuse away.
    Where a check crashed before, the run counts as crashed, as nobody knows what is new.
    """
    earlier = () if before is None else before.results
    there = {result.fingerprint for result in earlier if result.status != "suppressed"}
    results = tuple(_known(result, there, commit[:_SHOWN]) for result in now.results)
    unchanged = sum(result is not old for result, old in zip(results, now.results, strict=True))
    found = {result.fingerprint for result in now.results}
    fixed = tuple(r for r in earlier if r.status in ("new", "baseline") and r.fingerprint not in found)
    crashed = now.crashed or (before is not None and before.crashed)
    comparison = Comparison(ref, commit[:_SHOWN], fixed, unchanged)
    return replace(now, results=results, crashed=crashed, comparison=comparison)


def _known(result: Result, there: set[str], commit: str) -> Result:
    if result.status != "new" or result.fingerprint not in there:
        return result
    return replace(result, status="baseline", reason=f"there already at {commit}")
