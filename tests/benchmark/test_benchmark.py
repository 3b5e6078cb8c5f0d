"""The controls of the benchmark, and what a run says of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from sfgov import Finding, NotChecked, Severity, check
from sfgov.benchmark import Control, Decidable, Verdict, controls, coverage
from sfgov.check import Check, Outcome
from sfgov.facts import Profile
from sfgov.model.org import Org
from sfgov.plugins import load_checks
from sfgov.testing import lint_run
from tests.access_orgs import Files, profile, user

NUMBER = {
    "ACS": 12, "AUTH": 4, "CODE": 4, "CPORTAL": 4, "DATA": 4, "DEP": 6, "FILE": 3, "INT": 4, "OAUTH": 4, "SECCONF": 2,
}  # fmt: skip


def test_the_list_has_every_control_once_in_order() -> None:
    wanted = [f"SBS-{family}-{one:03}" for family, count in NUMBER.items() for one in range(1, count + 1)]
    assert [control.id for control in controls()] == wanted


@pytest.mark.parametrize("control", controls(), ids=lambda control: control.id)
def test_a_meaning_is_one_sentence(control: Control) -> None:
    assert re.fullmatch(r"[A-Z][^.]*\.", control.meaning)
    assert len(control.meaning) <= 140


@pytest.mark.parametrize("one", load_checks(), ids=lambda one: one.code)
def test_checks_decide_controls_that_files_can_decide(one: Check) -> None:
    decidable = {control.id for control in controls() if control.decidable is not Decidable.NO}
    assert set(one.controls) <= decidable


# -- a run


@check("AAA001", "finds-sales", Severity.HIGH, reads=(Profile,), controls=("SBS-ACS-008", "SBS-ACS-003"))
def finds_sales(org: Org) -> Iterator[Outcome]:
    """Rule."""
    for written in org.all(Profile):
        if written.name == "Sales":
            yield Finding("No.", at=written.at())


@check("AAA002", "cannot-look", Severity.HIGH, reads=(Profile,), controls=("SBS-ACS-003", "SBS-AUTH-001"))
def cannot_look() -> Iterator[Outcome]:
    """Rule."""
    yield NotChecked("no policy")


@check("AAA003", "crashes", Severity.HIGH, reads=(Profile,), controls=("SBS-CODE-004",))
def crashes() -> Iterator[Outcome]:
    """Rule."""
    raise RuntimeError
    yield


def verdicts(files: Files, *checks: Check) -> dict[str, tuple[Verdict, tuple[str, ...]]]:
    return {row.control.id: (row.verdict, row.checks) for row in coverage(lint_run(files, *checks))}


def test_what_a_run_says_of_a_control() -> None:
    found = verdicts(profile("Sales", user("ApiEnabled")), finds_sales, cannot_look, crashes)
    assert found["SBS-ACS-008"] == (Verdict.FINDINGS, ("AAA001",))
    assert found["SBS-ACS-003"] == (Verdict.FINDINGS, ("AAA001", "AAA002"))
    assert found["SBS-AUTH-001"] == (Verdict.NOT_CHECKED, ("AAA002",))
    assert found["SBS-CODE-004"] == (Verdict.NOT_CHECKED, ("AAA003",))
    assert found["SBS-DATA-004"] == (Verdict.NO_CHECK, ())
    assert found["SBS-FILE-001"] == (Verdict.NOT_DECIDABLE, ())


def test_a_control_is_met_only_when_all_of_its_checks_looked() -> None:
    found = verdicts(profile("Service"), finds_sales, cannot_look)
    assert found["SBS-ACS-008"] == (Verdict.MET, ("AAA001",))
    assert found["SBS-ACS-003"] == (Verdict.NOT_CHECKED, ("AAA001", "AAA002"))


def test_what_was_not_retrieved_is_not_met() -> None:
    found = verdicts({"classes/A.cls": "class A {}"}, finds_sales)
    assert found["SBS-ACS-008"] == (Verdict.NOT_CHECKED, ("AAA001",))
