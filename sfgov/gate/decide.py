"""Which findings count: suppressed ones, waived ones and known ones do not. And what is wrong with these excuses."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import msgspec

from sfgov.check import Check
from sfgov.gate.baseline import Baseline, Entry, apply_baseline, stale_entries
from sfgov.gate.suppressions import (
    Comment,
    Malformed,
    Suppression,
    apply_suppressions,
    read_comment,
    unused,
)
from sfgov.gate.waivers import apply_waivers, covered, excesses, names_check
from sfgov.policy import Policy, Waiver
from sfgov.result import Result


class Given(msgspec.Struct, frozen=True):
    """What the gate is told beside the findings."""

    policy: Policy
    today: datetime.date
    known: Sequence[Check] = ()
    """Every check that there is, whether it ran or not."""
    judged: frozenset[str] = frozenset()
    """The codes of the checks that looked at the whole org: only their silence proves anything."""
    components: Sequence[str] = ()
    """`Type:FullName` of everything in the org."""
    comments: Sequence[Comment] = ()
    baseline: Baseline = Baseline()


NOTICE_DAYS = 14
"""So many days before a waiver expires, reports say so."""


class Expired(msgspec.Struct, frozen=True):
    """A waiver whose day is past or near, and the findings that it is about."""

    waiver: Waiver
    index: int
    results: tuple[Result, ...]


class Gate(msgspec.Struct, frozen=True):
    """What the gate noticed about the excuses that it was given. Waivers go with their index in the policy."""

    expired: tuple[Expired, ...] = ()
    expiring: tuple[Expired, ...] = ()
    """Those that hold for a few more days, with the findings that count again afterwards."""
    unused_waivers: tuple[tuple[int, Waiver], ...] = ()
    wide_waivers: tuple[tuple[int, Waiver, str], ...] = ()
    malformed: tuple[Malformed, ...] = ()
    unused_suppressions: tuple[tuple[Suppression, str], ...] = ()
    baseline: Baseline = Baseline()
    stale: tuple[Entry, ...] = ()


def decide(results: Sequence[Result], given: Given) -> tuple[list[Result], Gate]:
    """The findings, each with its status, and what was noticed. A comment in the code goes before a waiver, and that before the baseline."""
    read = [read_comment(comment, given.known) for comment in given.comments]
    suppressions = [one for one in read if isinstance(one, Suppression)]
    decided = apply_suppressions(results, suppressions)
    decided = apply_waivers(decided, given.policy, given.today)
    decided = apply_baseline(decided, given.baseline)
    return decided, Gate(
        expired=_expired(decided, given),
        expiring=_expiring(decided, given),
        unused_waivers=_unused_waivers(decided, given),
        wide_waivers=_wide_waivers(given),
        malformed=tuple(one for one in read if isinstance(one, Malformed)),
        unused_suppressions=unused(suppressions, decided, given.judged),
        baseline=given.baseline,
        stale=stale_entries(given.baseline, decided, given.judged),
    )


def _expired(results: Sequence[Result], given: Given) -> tuple[Expired, ...]:
    return tuple(
        Expired(waiver, index, tuple(one for one in covered(waiver, results) if one.status == "new"))
        for index, waiver in enumerate(given.policy.waivers)
        if waiver.expires < given.today
    )


def _expiring(results: Sequence[Result], given: Given) -> tuple[Expired, ...]:
    near = (
        Expired(waiver, index, tuple(one for one in covered(waiver, results) if one.status == "waived"))
        for index, waiver in enumerate(given.policy.waivers)
        if 0 <= (waiver.expires - given.today).days <= NOTICE_DAYS
    )
    return tuple(one for one in near if one.results)


def _unused_waivers(results: Sequence[Result], given: Given) -> tuple[tuple[int, Waiver], ...]:
    return tuple(
        (index, waiver)
        for index, waiver in enumerate(given.policy.waivers)
        if waiver.expires >= given.today and _was_judged(waiver, given) and not covered(waiver, results)
    )


def _was_judged(waiver: Waiver, given: Given) -> bool:
    meant = [one.code for one in given.known if names_check(waiver, one.code, one.name)]
    return bool(meant) and given.judged.issuperset(meant)


def _wide_waivers(given: Given) -> tuple[tuple[int, Waiver, str], ...]:
    return tuple(
        (index, waiver, excess)
        for index, waiver in enumerate(given.policy.waivers)
        for excess in excesses(waiver, given.policy.waiver_limits, given.components, given.today)
    )
