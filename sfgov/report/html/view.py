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
WRITTEN_OUT = 2_000
"""A report of so many findings shows all of them without a script, each with its evidence; of more, the worst."""
MOST = 100_000
"""How many findings a report holds."""
_AT_ONCE = 200
"""How many findings of a longer report are in the page when it opens; a script fetches the others when needed."""
_IN_LINES = 20_000
"""How many findings a reader without a script gets at least a line of."""
_OPEN = 100
"""Groups are open from the start as long as they hold no more findings than this together."""
_NAMED = 5
"""How many findings that fail the gate are named beside the verdict: the worst, each of another check if possible."""
_COMPONENTS = 100
"""How many components a longer report lists, the worst first."""
_LINKS = 10
"""How many of its findings each component leads to."""


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
    """The findings of one check, and where they are."""

    code: str
    name: str
    summary: str
    written: tuple[Shown, ...]
    """Those in the page."""
    quiet: tuple[Shown, ...]
    """Those that are in the page where no script runs."""
    lines: tuple[Shown, ...]
    """Those that have a line each where no script runs."""
    total: int
    worst: Severity
    counts_for_gate: bool
    """Whether any of its findings does: neither known, waived nor suppressed."""
    open: bool


class Component(msgspec.Struct, frozen=True):
    """A component with the worst findings about it; `total` counts the others as well."""

    name: str
    anchor: str
    findings: tuple[Shown, ...]
    total: int


class Area(msgspec.Struct, frozen=True):
    """The checks of one pack: how many there are, how many could not look, and the new findings of all of them."""

    pack: str
    checks: int
    blind: int
    counts: dict[Severity, int]
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
    shown: tuple[Shown, ...]
    """All findings that this report holds."""
    written: int
    """So many of them, the worst, are in the page when it opens."""
    quiet: int
    """So many more are in it where no script runs."""
    lines: int
    """So many further ones have a line each where no script runs."""
    failing: tuple[Shown, ...]
    rows: tuple[Row, ...]
    areas: tuple[Area, ...]
    types: tuple[tuple[str, int], ...]
    groups: tuple[Group, ...]
    components: tuple[Component, ...]
    components_total: int
    not_checked: tuple[NotLooked, ...]
    checks: tuple[CheckOutcome, ...]

    @property
    def named(self) -> tuple[Shown, ...]:
        """The failing findings that are named beside the verdict."""
        return tuple(each for each in self.failing if each.open)

    @classmethod
    def of(cls, run: Run) -> View:
        """The view of a run."""
        ranked = sorted(run.results, key=_worst_first)
        long = len(ranked) > WRITTEN_OUT
        components = tuple(dict.fromkeys(result.component for result in ranked[:MOST]))
        listed = components[:_COMPONENTS] if long else components
        shown = tuple(_shown(run, ranked[:MOST], listed))
        written = min(len(shown), _AT_ONCE if long else WRITTEN_OUT)
        groups = tuple(_groups(run, shown, written))
        return cls(
            run=run,
            verdict=verdict_of(run, sum(map(run.gates, ranked))),
            shown=shown,
            written=written,
            quiet=sum(len(group.quiet) for group in groups),
            lines=sum(len(group.lines) for group in groups),
            failing=tuple(each for each in shown if each.gates),
            rows=tuple(_row(run, status) for status in STATUSES),
            areas=tuple(_areas(run)),
            types=tuple(sorted(run.components.items())),
            groups=groups,
            components=tuple(_components(shown, listed)),
            components_total=len({result.component for result in ranked}),
            not_checked=tuple(sorted(run.not_checked, key=lambda each: (each.check, each.reason))),
            checks=tuple(_outcomes(run)),
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


def _shown(run: Run, ranked: Sequence[Result], components: Iterable[str]) -> Iterator[Shown]:
    """Findings with an address each: where a fingerprint comes twice, the second is numbered."""
    anchors = {name: f"c-{place}" for place, name in enumerate(components, start=1)}
    seen: Counter[str] = Counter()
    named = _named(run, ranked)
    for place, result in enumerate(ranked):
        seen[result.fingerprint] += 1
        twin = f"-{seen[result.fingerprint]}" if seen[result.fingerprint] > 1 else ""
        address = f"f-{result.fingerprint}{twin}"
        anchor = anchors.get(result.component, "")
        yield Shown(result, address, run.gates(result), anchor, open=place in named)


def _named(run: Run, ranked: Sequence[Result]) -> frozenset[int]:
    """Where the findings stand that are named beside the verdict."""
    failing = [place for place, result in enumerate(ranked) if run.gates(result)]
    first_of_check = {ranked[place].check: place for place in reversed(failing)}
    others = [place for place in failing if first_of_check[ranked[place].check] != place]
    return frozenset([*sorted(first_of_check.values()), *others][:_NAMED])


def _row(run: Run, status: Status) -> Row:
    severities = Counter(result.severity for result in run.results if result.status == status)
    return Row(status, _in_order(severities), severities.total())


def _in_order(severities: Counter[Severity]) -> dict[Severity, int]:
    return {severity: severities[severity] for severity in Severity}


def _areas(run: Run) -> Iterator[Area]:
    """The packs of the checks that ran, by their letters."""
    checks = Counter(card.pack for card in run.cards)
    unlooked = {each.check for each in run.not_checked}
    blind = Counter(card.pack for card in run.cards if card.code in unlooked)
    found: dict[str, Counter[Severity]] = {}
    for result in run.active:
        found.setdefault(result.pack, Counter())[result.severity] += 1
    for pack in sorted(checks):
        counts = found.get(pack, Counter())
        yield Area(pack, checks[pack], blind[pack], _in_order(counts), counts.total())


def _groups(run: Run, shown: Sequence[Shown], written: int) -> Iterator[Group]:
    """The checks that found something, the one with the worst finding first."""
    cards = {card.code: card for card in run.cards}
    totals = Counter(result.check for result in run.results)
    found: dict[str, list[list[Shown]]] = {}
    ends = (written, WRITTEN_OUT, _IN_LINES, len(shown))
    for place, each in enumerate(shown):
        parts = found.setdefault(each.result.check, [[] for _ in ends])
        parts[next(part for part, end in enumerate(ends) if place < end)].append(each)
    before = 0
    for code, parts in found.items():
        before += totals[code]
        first = next(filter(None, parts))[0].result
        yield Group(
            code=code,
            name=first.name,
            summary=cards[code].summary,
            written=tuple(parts[0]),
            quiet=tuple(parts[1]),
            lines=tuple(parts[2]),
            total=totals[code],
            worst=first.severity,
            counts_for_gate=first.status == "new",
            open=before <= _OPEN,
        )


def _components(shown: Iterable[Shown], listed: Iterable[str]) -> Iterator[Component]:
    """These components with their findings."""
    found: dict[str, list[Shown]] = {name: [] for name in listed}
    for each in shown:
        if each.result.component in found:
            found[each.result.component].append(each)
    for name, findings in found.items():
        yield Component(name, findings[0].anchor, tuple(findings[:_LINKS]), len(findings))


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
