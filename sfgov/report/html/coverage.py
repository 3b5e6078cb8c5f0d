"""The controls of the Security Benchmark for Salesforce, each with its checks and what this run says of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from sfgov.benchmark import Covered, Decidable, Verdict, coverage
from sfgov.result import Run


class Decider(msgspec.Struct, frozen=True):
    """A check that decides a control, and how many of its findings count."""

    code: str
    found: int


class Control(msgspec.Struct, frozen=True):
    """One row."""

    covered: Covered
    deciders: tuple[Decider, ...]

    @property
    def in_part(self) -> bool:
        """Whether files decide only some of what the control asks for."""
        return self.covered.control.decidable is Decidable.IN_PART


class Table(msgspec.Struct, frozen=True):
    """The whole section."""

    decided: tuple[Control, ...]
    """The controls about which an org's files say something."""
    others: tuple[Control, ...]
    """Those about people, processes and data."""
    counts: dict[Verdict, int]


def look(run: Run) -> Table | None:
    """The table of a run; None where no check of it decides a control."""
    if not any(card.controls for card in run.cards):
        return None
    found = Counter(result.check for result in run.active)
    rows = [_row(covered, found) for covered in coverage(run)]
    verdicts = Counter(row.covered.verdict for row in rows)
    return Table(
        decided=tuple(_with(rows, decidable=True)),
        others=tuple(_with(rows, decidable=False)),
        counts={verdict: verdicts[verdict] for verdict in Verdict if verdicts[verdict]},
    )


def _row(covered: Covered, found: Counter[str]) -> Control:
    return Control(covered, tuple(Decider(code, found[code]) for code in covered.checks))


def _with(rows: Iterable[Control], *, decidable: bool) -> Iterable[Control]:
    return (row for row in rows if (row.covered.verdict is not Verdict.NOT_DECIDABLE) is decidable)
