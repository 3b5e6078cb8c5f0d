"""The report for people at a terminal or before a CI log: findings by file, the verdict last.

On a terminal a place stands on a line of its own, so that a click finds it and the text keeps its left edge.
Elsewhere a finding is one line, so that `grep` finds it whole.
"""

from __future__ import annotations

import textwrap
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgspec

from sfgov.check import Confidence
from sfgov.counted import counted
from sfgov.report import rights
from sfgov.report.inert import printable, prose
from sfgov.report.options import Options
from sfgov.result import AccessDelta, Result, Run, Step

if TYPE_CHECKING:
    from rich.style import Style

_MOST_REASONS = 8
_MOST_CHANGES = 10
_NARROWEST = 40
_STYLES = {
    "critical": "bold white on red",
    "high": "bold red",
    "medium": "yellow",
    "low": "cyan",
    "info": "blue",
    "place": "bold",
    "dim": "dim",
    "passed": "bold green",
    "failed": "bold red",
}

Span = tuple[str, str]
"""A text and the name of its style; no name for plain text."""
Line = tuple[Span, ...]


def render(run: Run, options: Options = Options()) -> str:  # noqa: B008  it is frozen
    """The report, as wide, as coloured and as long as the options say."""
    lines = Layout(options.width, options.verbosity).report(run)
    dress = _coloured if options.colour else _plain
    return "".join(f"{''.join(map(dress, line))}\n" for line in lines)


def _plain(span: Span) -> str:
    return span[0]


def _coloured(span: Span) -> str:
    text, style = span
    return _styles()[style].render(text) if style else text


@cache
def _styles() -> Mapping[str, Style]:
    from rich.style import Style  # slow to import, and not needed without colour

    return {name: Style.parse(meaning) for name, meaning in _STYLES.items()}


class Layout(msgspec.Struct, frozen=True):
    """Turns a run into lines of at most `width` columns (None: as long as they come)."""

    width: int | None
    verbosity: int = 0

    def report(self, run: Run) -> Iterator[Line]:
        """All lines, the verdict last."""
        shown = run.results if self.verbosity > 0 else run.active
        for _, results in groupby(shown, key=attrgetter("path")):
            for result in results:
                yield from self._finding(result)
            yield ()
        if self.verbosity > 0 and run.comparison and run.comparison.fixed:
            yield from self._fixed(run.comparison.fixed)
            yield ()
        if self.verbosity >= 0 and run.comparison:
            yield from self._access(run.comparison.access)
            yield ()
        if self.verbosity >= 0 and run.expiring:
            yield (("Waivers about to expire:", ""),)
            for waiver in run.expiring:
                place = f"{printable(waiver.path)}:{waiver.line}"
                yield from self._wrapped(f"{place}: {prose(waiver.sentence)}", 2, hanging=2)
            yield ()
        if self.verbosity >= 0 and run.not_checked:
            yield from self._not_checked(run)
            yield ()
        yield from self._summary(run)

    def _finding(self, result: Result) -> Iterator[Line]:
        place = f"{printable(result.path)}:{result.line}:{result.column}"
        head: Line = ((result.severity, result.severity), (f" {result.check} {result.name}", ""))
        message = prose(result.message)
        remarks = self._remarks(result)
        if self.width is None:
            yield ((place, "place"), (": ", ""), *head, (f"{remarks}: {message}", ""))
        else:
            yield ((place, "place"),)
            yield (("  ", ""), *head, (remarks if self._fits(head, remarks) else "", "dim"))
            if not self._fits(head, remarks):
                yield from self._wrapped(remarks.strip(), 2, style="dim")
            yield from self._wrapped(message, 2)
        if self.verbosity > 0:
            yield from self._excerpt(result, 2)
        for step in result.evidence:
            yield from self._step(step)
        if result.fix:
            yield from self._wrapped(f"Fix: {prose(result.fix)}", 2)

    def _fits(self, head: Line, remarks: str) -> bool:
        return self.width is None or 2 + sum(len(text) for text, _ in head) + len(remarks) <= self.width

    def _remarks(self, result: Result) -> str:
        """What else there is to know: that the finding does not count, how sure it is, what it is about."""
        remarks = []
        if result.status != "new":
            remarks.append(f"{result.status}: {prose(result.reason)}" if result.reason else result.status)
        if self.verbosity > 0 or result.confidence is Confidence.LOW:
            remarks.append(f"{result.confidence} confidence")
        if self.verbosity > 0:
            remarks.append(printable(result.component))
        return f" ({'; '.join(remarks)})" if remarks else ""

    def _step(self, step: Step) -> Iterator[Line]:
        place = f"{printable(step.path)}:{step.line}"
        message = prose(step.message)
        if self.width is None:
            yield (("  ", ""), (place, "dim"), (f": {message}", ""))
        else:
            yield (("  ", ""), (place, "dim"))
            yield from self._wrapped(message, 4)
        if self.verbosity > 0:
            yield from self._excerpt(step, 4)

    def _excerpt(self, at: Result | Step, indent: int) -> Iterator[Line]:
        digits = max((len(str(number)) for number, _ in at.excerpt), default=0)
        for number, text in at.excerpt:
            mark = ">" if number == at.line else " "
            line = f"{' ' * indent}{mark} {number:{digits}} | {printable(text.expandtabs(4))}".rstrip()
            yield ((line[: self.width], "" if number == at.line else "dim"),)

    def _not_checked(self, run: Run) -> Iterator[Line]:
        checks: dict[str, list[str]] = defaultdict(list)
        for missed in run.not_checked:
            checks[prose(missed.reason)].append(missed.check)
        most = len(checks) if self.verbosity > 0 else _MOST_REASONS
        yield (("Not checked:", ""),)
        for reason, codes in list(checks.items())[:most]:
            yield from self._wrapped(f"{', '.join(codes)}: {reason}", 2, hanging=2)
        if len(checks) > most:
            yield ((f"  and {counted(len(checks) - most, 'more reason')}; -v lists them all", "dim"),)

    def _access(self, delta: AccessDelta) -> Iterator[Line]:
        shown = delta.gravest(len(delta.changes) if self.verbosity > 0 else _MOST_CHANGES)
        yield from self._wrapped(f"Access: {rights.numbers(delta)}", 0)
        for change in shown:
            place = f"{printable(change.path)}:{change.line}" if change.path else ""
            remarks = "; ".join(filter(None, (rights.remark(change), place)))
            said = prose(f"{rights.who(change)} {rights.what(change)}")
            yield from self._wrapped(f"{said} ({remarks})" if remarks else said, 2, hanging=2)
        if left_out := rights.left_out(delta, len(shown)):
            yield (("  ", ""), (left_out, "dim"))
        if any(change.bundle.startswith("Profile:") for change in shown):
            yield from self._wrapped(rights.AS_FILES_HAVE_IT, 2)

    def _fixed(self, results: Sequence[Result]) -> Iterator[Line]:
        yield (("Fixed:", ""),)
        for result in results:
            said = f"{result.check} {result.name}: {printable(result.component)}: {prose(result.message)}"
            yield from self._wrapped(said, 2, hanging=2)

    def _summary(self, run: Run) -> Iterator[Line]:
        missed = len({one.check for one in run.not_checked})
        looked = (
            f"Read {counted(run.files, 'file')} with {counted(sum(run.components.values()), 'component')}"
        )
        ran = f"ran {counted(len(run.checks), 'check')}" + (
            f", {missed:,} of them not on everything" if missed else ""
        )
        yield from self._wrapped(f"{looked}; {ran}.", 0)
        yield from self._wrapped(f"Findings: {_counts(run.statuses())}.", 0)
        yield from self._wrapped(f"New: {_counts(run.counts())}.", 0)
        if run.comparison:
            yield from self._wrapped(prose(run.comparison.sentence(len(run.active))), 0)
        word, meaning, style = _verdict(run)
        yield ((word, style), (f": {meaning}", ""))

    def _wrapped(self, text: str, indent: int, *, hanging: int = 0, style: str = "") -> Iterator[Line]:
        """The text in lines that begin at a word: never inside one, so a path or a name is not torn apart."""
        if self.width is None:
            yield ((" " * indent + text, style),)
            return
        lines = textwrap.wrap(
            text,
            max(self.width, _NARROWEST),
            initial_indent=" " * indent,
            subsequent_indent=" " * (indent + hanging),
            break_long_words=False,
            break_on_hyphens=False,
        )
        yield from (((line, style),) for line in lines)


def _verdict(run: Run) -> tuple[str, str, str]:
    """The word, what it means, and the style of the word."""
    failing = sum(map(run.gates, run.results))
    if failing:
        verb = "fails" if failing == 1 else "fail"
        crash = ", and a check crashed" if run.crashed else ""
        return (
            "FAILED",
            f"{counted(failing, 'new finding')} {verb} the gate at {run.fail_on}{crash}.",
            "failed",
        )
    if run.crashed:
        return "INCOMPLETE", "a check crashed, so the gate cannot pass.", "failed"
    if run.fail_on is None:
        return "PASSED", "no severity fails the gate.", "passed"
    return "PASSED", f"no new finding fails the gate at {run.fail_on}.", "passed"


def _counts(counts: Mapping[Any, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.items())
