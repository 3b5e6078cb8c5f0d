"""Azure Pipelines logging commands: findings as issues of the task, in its log and on the summary page."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from sfgov.check import Severity
from sfgov.counted import counted
from sfgov.report.compared import both
from sfgov.report.inert import printable, prose
from sfgov.report.options import Options
from sfgov.report.proof import proof
from sfgov.report.ranking import most_severe_first
from sfgov.result import Result, Run

MOST_ISSUES = 10
"""Azure shows this many issues of a task."""
_TYPES = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "warning",
}
"""Azure knows no milder issue than a warning; what is only information is a line of the log."""


def render(run: Run, options: Options = Options()) -> str:  # noqa: B008  it is frozen
    """One command for each finding that is to be annotated, most severe first; then how many are left out, if any.

    Azure links to absolute paths only, so paths start with the folder that `options` names as the checkout.
    """
    return "".join(f"{line}\n" for line in _lines(run, options.checkout))


def _lines(run: Run, checkout: str) -> Iterator[str]:
    ranked = most_severe_first(run.annotated)
    for result in ranked[:MOST_ISSUES]:
        yield _command(result, run, checkout) if result.severity in _TYPES else _plain(result, run)
    left_over = len(ranked) - MOST_ISSUES
    if left_over > 0:
        yield f"sfgov: {counted(left_over, 'finding')} more than Azure Pipelines shows; the other reports have them all."
    yield from (f"sfgov: {sentence}" for sentence in both(run))


def _command(result: Result, run: Run, checkout: str) -> str:
    properties = {
        "type": _TYPES[result.severity],
        "sourcepath": posixpath.join(checkout, printable(run.in_repository(result.path))),
        "linenumber": str(result.line),
        "columnnumber": str(result.column),
        "code": result.check,
    }
    written = "".join(f"{name}={_property(value)};" for name, value in properties.items())
    return f"##vso[task.logissue {written}]{_data(_message(result, run))}"


def _plain(result: Result, run: Run) -> str:
    place = f"{printable(run.in_repository(result.path))}:{result.line}:{result.column}"
    return f"{place}: {result.severity} {result.check} {result.name}: {prose(result.message)}"


def _message(result: Result, run: Run) -> str:
    return "\n".join([f"{result.name}: {prose(result.message)}", *proof(result, run)])


def _data(text: str) -> str:
    return text.replace("%", "%AZP25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(";", "%3B").replace("]", "%5D")
