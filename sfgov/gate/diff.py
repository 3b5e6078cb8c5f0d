"""The run held against the org as it was: only what the change brought counts.

Findings are compared by fingerprint, not by line: a deleted file can open a hole in another, which counts; a file
that was moved or reformatted brings nothing.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from sfgov.gate.access import access_delta
from sfgov.result import Comparison, Holdings, Result, Run

Shown = Callable[[str, int], bool]
_SHOWN = 12
"""Digits of a commit."""


class Before(msgspec.Struct, frozen=True):
    """What has to be known of the earlier state of an org. Findings come without source lines."""

    results: tuple[Result, ...] = ()
    holdings: tuple[Holdings, ...] = ()
    crashed: bool = False

    @classmethod
    def of(cls, run: Run) -> Before:
        """Of a run that looked at the earlier state."""
        return cls(tuple(map(_without_lines, run.results)), run.holdings, run.crashed)


def against(now: Run, before: Before, ref: str, commit: str, added: Shown) -> Run:
    """The run, in which findings that were there before do not count, with what was fixed and who may do what now.

    What a comment or a waiver excused before, and nothing excuses now, counts: the change took the excuse away.
    Where a check crashed before, the run counts as crashed, as nobody knows what is new. What another tool found was
    there already where its line was: `added` says of (path from the repository's root, line) whether it is new.
    """
    earlier = before.results
    there = {result.fingerprint for result in earlier if result.status in ("new", "baseline")}
    results = tuple(
        _known(result, commit[:_SHOWN]) if _was_there(result, there, now, added) else result
        for result in now.results
    )
    unchanged = sum(result is not old for result, old in zip(results, now.results, strict=True))
    found = {result.fingerprint for result in now.results}
    fixed = tuple(r for r in earlier if r.status in ("new", "baseline") and r.fingerprint not in found)
    delta = access_delta(before.holdings, now.holdings)
    comparison = Comparison(ref, commit[:_SHOWN], fixed, unchanged, delta)
    return replace(
        now, results=results, crashed=now.crashed or before.crashed, comparison=comparison, holdings=()
    )


def annotating(run: Run, shown: Shown) -> Run:
    """The run, in which annotations leave out findings whose (path from the repository's root, line) is not shown.

    This decides what people see beside a change. What counts for the gate stays as it is.
    """
    results = tuple(
        replace(result, annotated=shown(run.in_repository(result.path), result.line))
        for result in run.results
    )
    return replace(run, results=results)


def _without_lines(result: Result) -> Result:
    evidence = tuple(replace(step, excerpt=()) for step in result.evidence)
    return replace(result, excerpt=(), evidence=evidence)


def _was_there(result: Result, there: set[str], run: Run, added: Shown) -> bool:
    if result.status != "new":
        return False
    if "/" in result.check:
        return not added(run.in_repository(result.path), result.line)
    return result.fingerprint in there


def _known(result: Result, commit: str) -> Result:
    return replace(result, status="baseline", reason=f"there already at {commit}")
