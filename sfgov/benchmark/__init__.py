"""The Security Benchmark for Salesforce: its controls, and how far a run decides them.

A check names the controls that it decides (`controls`). A control is never more than what its checks looked at: one
that files cannot decide stays that way, however clean they are.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from pathlib import Path

import msgspec

from sfgov.result import Run

_TABLE = Path(__file__).with_name("sbs.tsv")


class Decidable(StrEnum):
    """How far an org's files decide a control."""

    YES = "yes"
    IN_PART = "part"
    NO = "no"


class Control(msgspec.Struct, frozen=True):
    """A control: its id (`SBS-ACS-003`), and what it asks for, in a sentence."""

    id: str
    decidable: Decidable
    meaning: str


class Verdict(StrEnum):
    """What a run says of a control."""

    FINDINGS = "findings"
    """A check that decides it found something that counts."""
    MET = "no findings"
    """All of its checks looked, and found nothing. Of a control that files decide in part, that part is met."""
    NOT_CHECKED = "not checked"
    """A check of it did not run, or says itself what it could not see."""
    NO_CHECK = "no check"
    """Files decide it, and no check does yet."""
    NOT_DECIDABLE = "not decidable from metadata"


class Covered(msgspec.Struct, frozen=True):
    """A control in one run: the codes of the checks that decide it, and the verdict."""

    control: Control
    checks: tuple[str, ...]
    verdict: Verdict


@cache
def controls() -> tuple[Control, ...]:
    """All controls, by id."""
    lines = _TABLE.read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return tuple(Control(name, Decidable(decidable), meaning) for name, decidable, meaning in rows)


def coverage(run: Run) -> tuple[Covered, ...]:
    """Every control, by id, with what the checks of a run say of it."""
    found = {result.check for result in run.active}
    blind = {looked.check for looked in run.not_checked} | run.crashed_checks
    rows = []
    for control in controls():
        codes = tuple(card.code for card in run.cards if control.id in card.controls)
        rows.append(Covered(control, codes, _verdict(control, set(codes), found, blind)))
    return tuple(rows)


def _verdict(control: Control, codes: set[str], found: set[str], blind: set[str]) -> Verdict:
    if control.decidable is Decidable.NO:
        return Verdict.NOT_DECIDABLE
    if not codes:
        return Verdict.NO_CHECK
    if codes & found:
        return Verdict.FINDINGS
    return Verdict.NOT_CHECKED if codes & blind else Verdict.MET
