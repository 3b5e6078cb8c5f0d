"""A run as the report shows it: the worst first, everything counted, everything with an address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import get_args

import msgspec

from sfgov.check import Severity
from sfgov.report.html.verdict import Verdict, verdict_of
from sfgov.result import Card, NotLooked, Result, Run, Status

STATUSES: tuple[Status, ...] = get_args(Status)
_OPEN = 100
"""Groups are open from the start as long as they hold no more findings than this together."""
_NAMED = 5
"""How many of the findings that fail the gate are named beside the verdict, and open from the start."""


class Shown(msgspec.Struct, frozen=True):
    """A finding with its address in the page."""

    result: Result
    id: str
    gates: bool
    anchor: str
    """Where the page speaks of its component; empty where it does not."""
    open: bool
    """Whether its evidence is open from the start."""

    @property
    def files(self) -> int:
        """How many files the evidence comes from."""
        return len({step.path for step in self.result.evidence})

    @property
    def own_excerpt(self) -> tuple[tuple[int, str], ...]:
        """The lines around the finding, unless a step of the evidence shows the same line."""
        at = (self.result.path, self.result.line)
        told = any(step.excerpt and (step.path, step.line) == at for step in self.result.evidence)
        return () if told else self.result.excerpt


class Group(msgspec.Struct, frozen=True):
    """The findings of one check. `written` are in the page; `counts` has the packed ones as well."""

    code: str
    name: str
    summary: str
    written: tuple[Shown, ...]
    counts: dict[Severity, int]
    total: int
    worst: Severity
    counts_for_gate: bool
    """Whether any of its findings does: neither known, waived nor suppressed."""
    open: bool


class Component(msgspec.Struct, frozen=True):
    """A component with the findings about it that are written out; `total` counts the others as well."""

    name: str
    anchor: str
    findings: tuple[Shown, ...]
    total: int


class Row(msgspec.Struct, frozen=True):
    """How many findings have one status, per severity."""

    status: Status
    counts: dict[Severity, int]
    total: int


class CheckOutcome(msgspec.Struct, frozen=True):
    """What became of one check in this run."""

    card: Card
    outcome: str
    found: bool


class View(msgspec.Struct, frozen=True):
    """Everything the template shows."""

    run: Run
    verdict: Verdict
    failing: tuple[Shown, ...]
    rows: tuple[Row, ...]
    types: tuple[tuple[str, int], ...]
    groups: tuple[Group, ...]
    components: tuple[Component, ...]
    components_total: int
    not_checked: tuple[NotLooked, ...]
    checks: tuple[CheckOutcome, ...]
    written: tuple[Shown, ...]
    left_over: tuple[Shown, ...]

    @property
    def named(self) -> tuple[Shown, ...]:
        """The failing findings that are named beside the verdict."""
        return self.failing[:_NAMED]

    @classmethod
    def of(cls, run: Run, written_out: int) -> View:
        """The view of a run with the `written_out` worst findings in the page and the others left over."""
        ranked = sorted(run.results, key=_worst_first)
        shown = tuple(_shown(run, ranked, _anchors(ranked[:written_out])))
        failing = tuple(each for each in shown if each.gates)
        return cls(
            run=run,
            verdict=verdict_of(run, len(failing)),
            failing=failing,
            rows=tuple(_row(run, status) for status in STATUSES),
            types=tuple(sorted(run.components.items())),
            groups=tuple(_groups(run, shown, written_out)),
            components=tuple(_components(shown, written_out)),
            components_total=len({result.component for result in ranked}),
            not_checked=tuple(sorted(run.not_checked, key=lambda each: (each.check, each.reason))),
            checks=tuple(_outcomes(run)),
            written=shown[:written_out],
            left_over=shown[written_out:],
        )


def _worst_first(result: Result) -> tuple[object, ...]:
    return (
        STATUSES.index(result.status),
        result.severity.rank,
        result.check,
        result.confidence.rank,
        result.path,
        result.line,
        result.column,
        result.fingerprint,
    )


def _anchors(written: Iterable[Result]) -> dict[str, str]:
    components = sorted({result.component for result in written})
    return {name: f"c-{place}" for place, name in enumerate(components, start=1)}


def _shown(run: Run, ranked: Iterable[Result], anchors: dict[str, str]) -> Iterator[Shown]:
    """Findings with an address each: where a fingerprint comes twice, the second is numbered."""
    seen: Counter[str] = Counter()
    failing = 0
    for result in ranked:
        seen[result.fingerprint] += 1
        twin = f"-{seen[result.fingerprint]}" if seen[result.fingerprint] > 1 else ""
        address = f"f-{result.fingerprint}{twin}"
        gates = run.gates(result)
        failing += gates
        anchor = anchors.get(result.component, "")
        yield Shown(result, address, gates, anchor, open=gates and failing <= _NAMED)


def _row(run: Run, status: Status) -> Row:
    severities = Counter(result.severity for result in run.results if result.status == status)
    return Row(status, _in_order(severities), severities.total())


def _in_order(severities: Counter[Severity]) -> dict[Severity, int]:
    return {severity: severities[severity] for severity in Severity}


def _groups(run: Run, shown: Sequence[Shown], written_out: int) -> Iterator[Group]:
    """The checks that found something, the one with the worst finding first."""
    cards = {card.code: card for card in run.cards}
    found: dict[str, list[Shown]] = {}
    written: dict[str, list[Shown]] = {}
    for place, each in enumerate(shown):
        found.setdefault(each.result.check, []).append(each)
        if place < written_out:
            written.setdefault(each.result.check, []).append(each)
    before = 0
    for code, all_of_it in found.items():
        before += len(all_of_it)
        yield Group(
            code=code,
            name=all_of_it[0].result.name,
            summary=cards[code].summary,
            written=tuple(written.get(code, ())),
            counts=_in_order(Counter(each.result.severity for each in all_of_it)),
            total=len(all_of_it),
            worst=all_of_it[0].result.severity,
            counts_for_gate=all_of_it[0].result.status == "new",
            open=before <= _OPEN,
        )


def _components(shown: Sequence[Shown], written_out: int) -> Iterator[Component]:
    """The components of the findings that are written out, by name."""
    totals = Counter(each.result.component for each in shown)
    written: dict[str, list[Shown]] = {}
    for each in shown[:written_out]:
        written.setdefault(each.result.component, []).append(each)
    for name, findings in sorted(written.items()):
        yield Component(name, findings[0].anchor, tuple(findings), totals[name])


def _outcomes(run: Run) -> Iterator[CheckOutcome]:
    """Every check of the run by its code, also those that found nothing: they were asked, too."""
    unlooked = {each.check for each in run.not_checked}
    found: dict[str, Counter[Status]] = {}
    for result in run.results:
        found.setdefault(result.check, Counter())[result.status] += 1
    for card in run.cards:
        counts = found.get(card.code, Counter())
        outcome = _outcome(counts, unlooked=card.code in unlooked)
        yield CheckOutcome(card, outcome, counts.total() > 0)


def _outcome(counts: Counter[Status], *, unlooked: bool) -> str:
    found = ", ".join(f"{counts[status]:,} {status}" for status in STATUSES if counts[status])
    if unlooked:
        return f"{found}; not everything was checked" if found else "not checked"
    return found or "nothing found"
