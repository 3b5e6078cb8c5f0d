"""`sfgov checks`: the table, at any width, and JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import msgspec
from click.testing import Result

from sfgov import Check, Ruleset, Severity, check
from sfgov.check import Outcome
from sfgov.cli.checks import table

Sfgov = Callable[..., Result]


class Options(msgspec.Struct, frozen=True):
    needed: str
    max_holders: int = 5
    allowed: tuple[str, ...] = ()


@check(
    "HOU001",
    "some-house-rule-of-ours",
    Severity.CRITICAL,
    reads=("Profile", "PermissionSet", "PermissionSetGroup", "MutingPermissionSet"),
    options=Options,
)
def reads_much() -> Iterator[Outcome]:
    """Rule."""
    yield from ()


@check("HO002", "short", Severity.LOW, reads=(), ruleset=Ruleset.STRICT)
def reads_nothing() -> Iterator[Outcome]:
    """Rule."""
    yield from ()


CHECKS: tuple[Check, ...] = (reads_nothing, reads_much)


def test_one_check_a_line_where_nobody_watches() -> None:
    assert list(table(CHECKS, None)) == [
        "CODE    NAME                     SEVERITY  PACK  RULESET      READS",
        "HO002   short                    low       HO    strict       -",
        f"HOU001  some-house-rule-of-ours  critical  HOU   recommended  {', '.join(reads_much.reads)}",
    ]


def test_what_it_reads_goes_on_in_its_column() -> None:
    assert list(table(CHECKS, 90))[2:] == [
        "HOU001  some-house-rule-of-ours  critical  HOU   recommended  Profile, PermissionSet,",
        "                                                              PermissionSetGroup,",
        "                                                              MutingPermissionSet",
    ]


def test_what_it_reads_goes_below_where_the_terminal_is_narrow() -> None:
    assert list(table(CHECKS, 80)) == [
        "CODE    NAME                     SEVERITY  PACK  RULESET",
        "        READS",
        "HO002   short                    low       HO    strict",
        "HOU001  some-house-rule-of-ours  critical  HOU   recommended",
        "        Profile, PermissionSet, PermissionSetGroup, MutingPermissionSet",
    ]


def test_all_checks_by_code(sfgov: Sfgov) -> None:
    result = sfgov("checks", "--checks", "house")
    codes = [line.split()[0] for line in result.stdout.splitlines()[1:]]
    assert result.exit_code == 0
    assert codes == sorted(codes)
    assert {"DEL002", "HOU001", "SFG001"} <= set(codes)


def test_json(sfgov: Sfgov, folder: object) -> None:
    found = json.loads(sfgov("checks", "--format", "json", "--checks", "house").stdout)
    assert next(one for one in found if one["code"] == "HOU001") == {
        "code": "HOU001",
        "name": "modify-all",
        "severity": "high",
        "confidence": "high",
        "pack": "HOU",
        "ruleset": "recommended",
        "reads": ["PermissionSet"],
        "tags": [],
        "controls": [],
        "summary": "No permission set grants Modify All Data.",
        "options": {},
    }


def test_json_names_the_controls_that_a_check_decides(sfgov: Sfgov) -> None:
    found = json.loads(sfgov("checks", "--format", "json").stdout)
    assert next(one for one in found if one["code"] == "ACC007")["controls"] == ["SBS-OAUTH-002"]
