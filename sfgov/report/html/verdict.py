"""The verdict: what the gate says, and what a reader should know before trusting it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from sfgov.counted import counted
from sfgov.result import Result, Run

State = Literal["passed", "failed", "incomplete"]


class Verdict(msgspec.Struct, frozen=True):
    """The gate's answer as a title and a sentence, with remarks that qualify it."""

    state: State
    title: str
    sentence: str
    remarks: tuple[str, ...]


def verdict_of(run: Run, failing: int) -> Verdict:
    """The verdict on a run in which `failing` findings fail the gate."""
    state: State = "incomplete" if run.crashed and run.gate == "passed" else run.gate
    title = "Run incomplete" if state == "incomplete" else f"Gate {run.gate}"
    return Verdict(state, title, _sentence(run, failing), tuple(_remarks(run)))


def _sentence(run: Run, failing: int) -> str:
    if run.fail_on is None:
        return "no finding fails it, whatever its severity (fail-on is never)"
    if failing:
        return f"{counted(failing, 'finding')} at or above {run.fail_on}"
    if _severe_but_excused(run):
        return f"no finding at or above {run.fail_on} that counts"
    return f"no finding at or above {run.fail_on}"


def _severe_but_excused(run: Run) -> Sequence[Result]:
    """Findings that are as severe as the gate asks for, and do not fail it."""
    if run.fail_on is None:
        return ()
    return [
        result for result in run.results if result.severity.at_least(run.fail_on) and not run.gates(result)
    ]


def _remarks(run: Run) -> Iterator[str]:
    if run.crashed:
        yield "A check crashed, so there may be more than is reported here."
    if run.comparison:
        yield run.comparison.sentence(len(run.active))
    excused = _severe_but_excused(run)
    if excused:
        reasons = Counter("of low confidence" if r.status == "new" else _EXCUSES[r.status] for r in excused)
        listed = ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items()))
        do = "does" if len(excused) == 1 else "do"
        yield f"{counted(len(excused), 'finding')} at or above {run.fail_on} {do} not count: {listed}."
    unlooked = len({each.check for each in run.not_checked})
    if unlooked:
        yield f"{counted(unlooked, 'check')} could not look, wholly or in part."


_EXCUSES = {"baseline": "in the baseline", "waived": "waived", "suppressed": "suppressed"}
