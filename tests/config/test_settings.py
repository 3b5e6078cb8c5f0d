"""What a policy says about checks is held against the checks that there are."""

from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Annotated

import msgspec
import pytest

from sfgov import Check, Severity, check
from sfgov.check import Outcome
from sfgov.config import ConfigError, load_config


class Options(msgspec.Struct, frozen=True):
    max_holders: Annotated[int, msgspec.Meta(ge=0)] = 5
    allowed: frozenset[str] = frozenset()
    strict: bool = False


@check("DEL001", "delete-for-all", Severity.HIGH, reads=(), options=Options)
def with_options() -> Iterator[Outcome]:
    """Rule."""
    yield from ()


@check("HYG003", "old-version", Severity.LOW, reads=())
def without_options() -> Iterator[Outcome]:
    """Rule."""
    yield from ()


CHECKS: tuple[Check, ...] = (with_options, without_options)


def errors(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "sfgov.yml"
    file.write_text(dedent(text), "utf-8")
    try:
        load_config(file, root=tmp_path, checks=CHECKS)
    except ConfigError as error:
        return [text.removeprefix(f"{tmp_path.as_posix()}/") for text in error.errors]
    return []


def test_codes_names_and_packs_in_any_case(tmp_path: Path) -> None:
    text = """\
        select: [DEL, HYG003, old-version, del001]
        ignore: [hyg]
        waivers:
          - {check: DEL, component: "*", owner: jane, reason: later, expires: 2026-12-31}
        checks:
          DEL001: {severity: low, max_holders: 3, allowed: [Admin], strict: true}
          old-version: {severity: info}
        """
    assert errors(tmp_path, text) == []


def test_every_unknown_name_is_told_with_its_line(tmp_path: Path) -> None:
    text = """\
        select:
          - DEL
          - DEL01
        ignore: [nonsense]
        waivers:
          - component: "*"
            check: old-versoin
            owner: jane
            reason: later
            expires: 2026-12-31
        checks:
          DEL: {severity: low}
          del001: {severity: low}
        """
    assert errors(tmp_path, text) == [
        'sfgov.yml:3: select: unknown check "DEL01"; did you mean "DEL001"?',
        'sfgov.yml:4: ignore: unknown check "nonsense"; `sfgov checks` lists them all',
        'sfgov.yml:7: waivers.check: unknown check "old-versoin"; did you mean "old-version"?',
        'sfgov.yml:12: unknown check "DEL"; did you mean "DEL001"?',
        'sfgov.yml:13: unknown check "del001"; did you mean "DEL001"?',
    ]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("{max_holder: 1}", 'unknown key "max_holder"; did you mean "max_holders"?'),
        ("{severty: low}", 'unknown key "severty"; did you mean "severity"?'),
        ("{foo: 1}", 'unknown key "foo"; known here: max_holders, allowed, strict, severity'),
        (
            "{severity: hihg}",
            'checks.DEL001.severity: "hihg" is none of critical, high, medium, low, info; did you mean "high"?',
        ),
        ("{strict: yes}", 'checks.DEL001.strict: expected true or false, found the text "yes"'),
        ("{max_holders: many}", 'checks.DEL001.max_holders: expected a whole number, found the text "many"'),
        ("{max_holders: -1}", "checks.DEL001.max_holders: expected `int` >= 0"),
        ("{allowed: Admin}", 'checks.DEL001.allowed: expected a list, found the text "Admin"; write [Admin]'),
    ],
)
def test_a_check_s_own_options(tmp_path: Path, settings: str, message: str) -> None:
    assert errors(tmp_path, f"checks:\n  DEL001: {settings}") == [f"sfgov.yml:2: {message}"]


def test_a_check_without_options_takes_a_severity_only(tmp_path: Path) -> None:
    assert errors(tmp_path, "checks:\n  HYG003:\n    max_holders: 1") == [
        'sfgov.yml:3: unknown key "max_holders"; known here: severity'
    ]


def test_one_check_has_its_settings_in_one_place(tmp_path: Path) -> None:
    text = "checks:\n  DEL001: {severity: low}\n  delete-for-all: {severity: high}"
    assert errors(tmp_path, text) == [
        "sfgov.yml:3: checks.delete-for-all: is DEL001, which has settings already; join them"
    ]


def test_faults_of_the_file_and_of_names_are_told_together(tmp_path: Path) -> None:
    text = """\
        rulset: strict
        select: [DEL99]
        ignore: HYG
        waivers: [{check: nonsense}]
        """
    assert errors(tmp_path, text) == [
        'sfgov.yml:1: unknown key "rulset"; did you mean "ruleset"?',
        'sfgov.yml:2: select: unknown check "DEL99"; `sfgov checks` lists them all',
        'sfgov.yml:3: ignore: expected a list, found the text "HYG"; write [HYG]',
        'sfgov.yml:4: waivers.check: unknown check "nonsense"; `sfgov checks` lists them all',
        'sfgov.yml:4: waivers: the key "component" is missing',
        'sfgov.yml:4: waivers: the key "expires" is missing',
        'sfgov.yml:4: waivers: the key "owner" is missing',
        'sfgov.yml:4: waivers: the key "reason" is missing',
    ]
