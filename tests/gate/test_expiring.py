"""Which waivers a run calls near their end, and what it says of them."""

from __future__ import annotations

from datetime import date

import pytest

from sfgov.result import Expiring
from sfgov.testing import lint_run
from sfgov_checks.apex.work_in_loop import db_work_in_loop
from tests.gate.test_excuses import org, waiver

TODAY = date(2026, 6, 1)


def expiring(*waivers: str, today: date = TODAY) -> tuple[Expiring, ...]:
    return lint_run(org(*waivers), db_work_in_loop, today=today).expiring


@pytest.mark.parametrize(("expires", "days"), [("2026-06-01", 0), ("2026-06-02", 1), ("2026-06-15", 14)])
def test_on_its_last_days(expires: str, days: int) -> None:
    assert expiring(waiver(expires=expires)) == (
        Expiring("APX001", "ApexClass:C", "*", "jane", expires, days, 1, "sfgov.yml", 2),
    )


@pytest.mark.parametrize("expires", ["2026-05-31", "2026-06-16"])
def test_neither_before_nor_after(expires: str) -> None:
    assert expiring(waiver(expires=expires)) == ()


def test_one_that_covers_nothing_has_nothing_to_say() -> None:
    assert expiring(waiver(component="ApexClass:Gone", expires="2026-06-05")) == ()


def test_the_nearest_first() -> None:
    found = expiring(waiver(expires="2026-06-09"), waiver(check="APX", expires="2026-06-03"))

    assert [(one.check, one.days, one.line) for one in found] == [("APX", 2, 3), ("APX001", 8, 2)]


def test_the_sentence() -> None:
    (today,) = expiring(waiver(expires="2026-06-01"))
    (later,) = expiring(waiver(expires="2026-06-09"))

    assert today.sentence == (
        "The waiver of jane for APX001 on ApexClass:C expires today (2026-06-01); 1 finding counts again afterwards."
    )
    assert " expires in 8 days (2026-06-09); " in later.sentence
