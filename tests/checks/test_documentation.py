"""Every check's documentation is complete, and its examples are true."""

import pytest

from sfgov.check import Check, Severity
from sfgov.plugins import load_checks
from sfgov.testing import examples, lint

CHECKS = load_checks()
WITH_EXAMPLES = [check for check in CHECKS if check.section("Bad")]
WITHOUT_EXAMPLES = {
    "SFG003",  # its fault is a check that crashes, which no metadata shows
    "SFG010",  # it speaks of what other checks did not find, which do not run beside it here
    "SFG012",  # it reads a baseline, which is no metadata either
}


def name(check: Check) -> str:
    return f"{check.code}-{check.name}"


@pytest.mark.parametrize("check", CHECKS, ids=name)
def test_documentation_has_a_rule_and_a_fix(check: Check) -> None:
    assert check.summary.endswith(".")
    assert len(check.summary) <= 160
    assert check.section("Fix")
    assert check.code in WITHOUT_EXAMPLES or (check.section("Bad") and check.section("Good"))


@pytest.mark.parametrize("check", WITH_EXAMPLES, ids=name)
def test_the_bad_example_is_found(check: Check) -> None:
    found = lint(examples(check, "Bad"), check)
    assert {result.check for result in found} == {check.code}


@pytest.mark.parametrize("check", WITH_EXAMPLES, ids=name)
def test_the_good_example_is_quiet(check: Check) -> None:
    files = examples(check, "Good")
    assert files
    loud = [r for r in lint(files, *CHECKS) if r.severity is not Severity.INFO]
    assert [f"{r.check} {r.path}:{r.line} {r.message}" for r in loud] == []
