"""GitHub Actions workflow commands: findings as annotations of the changed lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sfgov.check import Severity
from sfgov.counted import counted
from sfgov.report.compared import both
from sfgov.report.inert import printable, prose
from sfgov.report.proof import proof
from sfgov.report.ranking import most_severe_first
from sfgov.result import Result, Run

PER_LEVEL = 10
"""GitHub shows this many errors, warnings and notices of a step, and drops the others without a word."""
_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
    Severity.INFO: "notice",
}


def render(run: Run) -> str:
    """One command for each finding that is to be annotated, most severe first; then how many are left out, if any."""
    return "".join(f"{line}\n" for line in _lines(run))


def _lines(run: Run) -> Iterator[str]:
    given = Counter[str]()
    for result in most_severe_first(run.annotated):
        level = _LEVELS[result.severity]
        given[level] += 1
        if given[level] <= PER_LEVEL:
            yield _command(level, result, run)
    left_over = [counted(n - PER_LEVEL, level) for level, n in given.items() if n > PER_LEVEL]
    if left_over:
        yield f"sfgov: {', '.join(left_over)} more than GitHub annotates; the other reports have them all."
    yield from (f"sfgov: {sentence}" for sentence in both(run))


def _command(level: str, result: Result, run: Run) -> str:
    place = {
        "file": printable(run.in_repository(result.path)),
        "line": str(result.line),
        "endLine": str(result.line),
        "col": str(result.column),
        "title": f"sfgov {result.check} {result.name} ({result.severity})",
    }
    properties = ",".join(f"{name}={_property(value)}" for name, value in place.items())
    return f"::{level} {properties}::{_data(_message(result, run))}"


def _message(result: Result, run: Run) -> str:
    return "\n".join([prose(result.message), *proof(result, run)])


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
