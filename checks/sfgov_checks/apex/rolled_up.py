"""Work in loops, of which large orgs have hundreds of places: those that have one cause are told together.

The statements of one loop are mended at once, so they are one finding. A report of more than a hundred lines about one
rule is not read. So where there are still more places than that, those that come to one statement behind calls are one
finding, then, if that does not do, those of one method, then those of one class. A finding that stands for several is
that of its gravest place, with its identity: a baseline that knew the places still knows it. The evidence has them all.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence

import msgspec

from sfgov.check import Confidence, Severity
from sfgov.model.apex import LoopWork
from sfgov_checks.principals import joined

MOST = 100
"""Findings of one check."""


class InLoop(msgspec.Struct, frozen=True):
    """One place, and how bad it is."""

    work: LoopWork
    severity: Severity
    confidence: Confidence

    @property
    def order(self) -> tuple[int, int, str, int, int]:
        """The gravest first, then as the files have them."""
        place = self.work.method.at(self.work.operation)
        return self.severity.rank, self.confidence.rank, place.path, place.line, place.column


class Together(msgspec.Struct, frozen=True):
    """Places that are one finding, the gravest first."""

    places: tuple[InLoop, ...]

    @property
    def first(self) -> InLoop:
        """The place that the finding is at."""
        return self.places[0]

    @property
    def others(self) -> str:
        """The sentence about the other places; nothing where there are none."""
        first, *others = (one.work for one in self.places)
        if not others:
            return ""
        more = f"{len(others)} more"
        lines = joined([str(work.operation.line) for work in others])
        if first.path is None and all(_loop(work) == _loop(first) for work in others):
            return f" The same loop does so in {more} {_number(others, 'place')}, at {_number(others, 'line')} {lines}."
        if all(work.method is first.method for work in others):
            return f" So it does in {more} {_number(others, 'place')}, at {_number(others, 'line')} {lines}."
        names = joined(list(dict.fromkeys(work.method.name for work in others)))
        if first.path and all(_cause(work) == _cause(first) for work in others):
            return f" To the same statement come {more} {_number(others, 'loop')}, in {names}."
        return f" In the same class are {more} {_number(others, 'place')} of the kind, in {names}."


def together(found: Iterable[InLoop]) -> list[Together]:
    """One for each loop with its own statements and for each call, or as few as it takes not to be too many."""
    groups = _merged([Together((one,)) for one in found], _by_loop)
    for key in (_by_cause, _by_method, _by_class):
        if len(groups) > MOST:
            groups = _merged(groups, key)
    return groups


def _merged(groups: Sequence[Together], key: Callable[[Together], Hashable]) -> list[Together]:
    """The groups of one key as one, at the place of the first of them; those without a key as they were."""
    merged: dict[Hashable, list[InLoop]] = {}
    for number, group in enumerate(groups):
        same = key(group)
        merged.setdefault(("alone", number) if same is None else same, []).extend(group.places)
    return [Together(tuple(sorted(places, key=lambda one: one.order))) for places in merged.values()]


def _by_loop(group: Together) -> Hashable:
    severity = group.first.severity
    return None if group.first.work.path else (severity, *_loop(group.first.work))


def _by_cause(group: Together) -> Hashable:
    return _cause(group.first.work)


def _by_method(group: Together) -> Hashable:
    method = group.first.work.method
    return id(method) if all(one.work.method is method for one in group.places) else None


def _by_class(group: Together) -> Hashable:
    written = group.first.work.method.written
    return written.component, written.path


def _loop(work: LoopWork) -> tuple[int, int, int]:
    """The method and its innermost loop, by its place."""
    loop = work.loops[-1]
    return id(work.method), loop.line, loop.column


def _cause(work: LoopWork) -> Hashable:
    """The statement behind the calls that a loop makes; None where it stands in the loop itself."""
    if work.path is None:
        return None
    method, operation = work.path.steps[-1]
    return id(method), operation.line, operation.column


def _number(works: Sequence[LoopWork], noun: str) -> str:
    return noun if len(works) == 1 else f"{noun}s"
