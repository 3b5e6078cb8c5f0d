"""Markdown for the summary of a CI step and for a comment on a pull request, within a budget of characters.

The first line is a comment that nobody sees, by which a script finds its own comment again to replace it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from sfgov.check import Confidence, Severity
from sfgov.counted import counted
from sfgov.report import rights
from sfgov.report.inert import printable, prose
from sfgov.report.ranking import most_severe_first
from sfgov.result import AccessChange, Result, Run

MARKER = "<!-- sfgov:report -->"
BUDGET = 60_000
"""Characters. GitHub refuses a comment of more than 65,536."""
_MOST_CHECKS = 10
_MOST_CHANGES = 50
_MOST_WAIVERS = 20
_RESERVE = 300
"""Room that is kept for the lines that say what was left out."""
_HEAD = ("| Severity | Check | Component | Where | What |", "|---|---|---|---|---|")


def render(run: Run, budget: int = BUDGET) -> str:
    """The verdict, the counts, the checks with most findings, then as many findings as the budget holds."""
    lines = [MARKER, *_front(run)]
    failing = most_severe_first(filter(run.gates, run.results))
    others = most_severe_first(result for result in run.active if not run.gates(result))
    room = budget - _length(lines) - _RESERVE
    fixed = most_severe_first(run.comparison.fixed) if run.comparison else []
    for write in (
        partial(_section, "Findings that fail the gate", failing, run, folded=False),
        partial(_access, run),
        partial(_section, "Other new findings", others, run, folded=True),
        partial(_section, "Fixed", fixed, run, folded=True),
    ):
        section = write(room=room)
        room -= _length(section)
        lines += section
    return "".join(f"{line}\n" for line in lines)


def _length(lines: Iterable[str]) -> int:
    return sum(len(line) + 1 for line in lines)


def _front(run: Run) -> Iterator[str]:
    yield f"## sfgov: {_verdict(run)}"
    yield ""
    yield from _counts(run)
    yield ""
    if run.comparison:
        yield plain(run.comparison.sentence(len(run.active)))
        yield ""
    top = Counter(result.check for result in run.active).most_common()
    if top:
        names = {result.check: result.name for result in run.active}
        shown = [f"{code} {plain(names[code])} ({count:,})" for code, count in _by_number(top)[:_MOST_CHECKS]]
        more = f" and {len(top) - _MOST_CHECKS} more" if len(top) > _MOST_CHECKS else ""
        yield f"Checks with new findings: {', '.join(shown)}{more}."
        yield ""
    if run.expiring:
        yield from (f"- {plain(waiver.sentence)}" for waiver in run.expiring[:_MOST_WAIVERS])
        if len(run.expiring) > _MOST_WAIVERS:
            yield f"- and {counted(len(run.expiring) - _MOST_WAIVERS, 'waiver')} more that will expire soon"
        yield ""
    missed = sorted({one.check for one in run.not_checked})
    if missed:
        yield f"Not checked, wholly or in part: {', '.join(missed)}."
        yield ""


def _by_number(counts: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    return sorted(counts, key=lambda pair: (-pair[1], pair[0]))


def _verdict(run: Run) -> str:
    failing = sum(map(run.gates, run.results))
    crash = ", and a check crashed" if run.crashed else ""
    if failing:
        findings = counted(failing, "new finding fails", "new findings fail")
        return f"gate failed – {findings} it at {run.fail_on}{crash}"
    if run.crashed:
        return "incomplete – a check crashed, so the gate cannot pass"
    if run.fail_on is None:
        return "gate passed – no severity fails it"
    return f"gate passed – no new finding fails it at {run.fail_on}"


def _counts(run: Run) -> Iterator[str]:
    """The findings by status and severity, without the rows that would be all zeros."""
    yield f"| | {' | '.join(severity.value for severity in Severity)} | all |"
    yield f"|---|{'---:|' * (len(Severity) + 1)}"
    for status, total in run.statuses().items():
        if total or status == "new":
            given = Counter(result.severity for result in run.results if result.status == status)
            cells = " | ".join(f"{given[severity]:,}" for severity in Severity)
            yield f"| {status} | {cells} | {total:,} |"


def _access(run: Run, room: int) -> list[str]:
    """What the change lets whom do: as many changes as there is room for, the gravest."""
    if run.comparison is None:
        return []
    delta = run.comparison.access
    before = ["### What the change lets whom do", "", rights.numbers(delta).capitalize(), ""]
    head = ("| Who | What | Where |", "|---|---|---|")
    changes = delta.gravest(_MOST_CHANGES)
    rows = [_change(change, run) for change in changes]
    while rows and _length((*before, *head, *rows)) > room - _RESERVE:
        changes = delta.gravest(len(changes) - 1)
        rows = [_change(change, run) for change in changes]
    after = [""] if rows else []
    if any(change.bundle.startswith("Profile:") for change in changes):
        after += [rights.AS_FILES_HAVE_IT, ""]
    if left_out := rights.left_out(delta, len(rows)):
        after = ["", left_out, *after] if rows else [left_out, "", *after]
    return [*before, *(head if rows else ()), *rows, *after]


def _change(change: AccessChange, run: Run) -> str:
    place = code(f"{printable(run.in_repository(change.path))}:{change.line}") if change.path else ""
    remark = rights.remark(change)
    said = plain(rights.what(change)) + (f" ({plain(remark)})" if remark else "")
    return f"| {code(change.bundle)} | {said} | {place} |"


def _section(title: str, results: Sequence[Result], run: Run, *, room: int, folded: bool) -> list[str]:
    """A table of as many findings as there is room for, and how many are left out; nothing for none."""
    if not results:
        return []
    heading = f"{title} ({len(results):,})"
    before = [f"<details><summary>{heading}</summary>", ""] if folded else [f"### {heading}", ""]
    after = ["", "</details>"] if folded else [""]
    rows = []
    used = _length((*before, *_HEAD, *after))
    for result in results:
        row = _row(result, run)
        used += len(row) + 1
        if used > room:
            break
        rows.append(row)
    left_out = len(results) - len(rows)
    if left_out:
        findings = counted(left_out, "finding is", "findings are")
        after = ["", f"{findings} left out here; the other reports have them all.", *after]
    return [*before, *(_HEAD if rows else ()), *rows, *after]


def _row(result: Result, run: Run) -> str:
    unsure = " (low confidence)" if result.confidence is Confidence.LOW else ""
    place = f"{printable(run.in_repository(result.path))}:{result.line}"
    cells = (
        result.severity.value + unsure,
        result.check,
        code(result.component),
        code(place),
        plain(result.message),
    )
    return f"| {' | '.join(cells)} |"


def plain(text: str) -> str:
    """The text as Markdown that shows just that: no markup, tags, links, mentions or references to issues."""
    escaped = re.sub(r"([\\`*_{}\[\]<>#!|~$&])", r"\\\1", prose(text))
    # Mentions and bare addresses are found after the escapes are gone, so something must stand in between.
    return re.sub(r"@|://|(?<=www)\.|#(?=\w)", _parted, escaped)


def _parted(match: re.Match[str]) -> str:
    return f"{match[0][0]}<!-- -->{match[0][1:]}"


def code(text: str) -> str:
    """A name as code, between as many backticks as it takes, fit for a table."""
    shown = printable(text).replace("|", "\\|")
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    space = " " if longest or not shown.strip() else ""
    return f"{fence}{space}{shown}{space}{fence}"
