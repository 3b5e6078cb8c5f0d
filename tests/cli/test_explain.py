"""`sfgov explain`: a check's page, as Markdown where no terminal is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from sfgov.testing import write_files

Sfgov = Callable[..., Result]
PAGE = """\
# HOU001 modify-all

Severity high, confidence high, ruleset recommended.
Reads PermissionSet.

No permission set grants Modify All Data.

## Fix
Take it away.
"""


@pytest.mark.parametrize("word", ["HOU001", "hou001", "modify-all", "MODIFY-ALL"])
def test_the_page_of_a_check(sfgov: Sfgov, word: str) -> None:
    result = sfgov("explain", word, "--checks", "house")
    assert (result.exit_code, result.stdout, result.stderr) == (0, PAGE, "")


def test_the_check_s_options_are_listed_with_their_defaults(sfgov: Sfgov) -> None:
    write_files(
        Path(),
        {
            "more/rule.py": '''
            import msgspec
            from sfgov import Severity, check

            class Options(msgspec.Struct):
                owner: str
                most: int = 5
                allowed: tuple[str, ...] = ("Admin",)

            @check("MOR001", "more", Severity.LOW, reads=(), options=Options)
            def more(options):
                """Rule."""
                yield from ()
            '''
        },
    )
    assert (
        sfgov("explain", "MOR001", "--checks", "more").stdout
        == """\
# MOR001 more

Severity low, confidence high, ruleset recommended.
Reads no metadata of its own.

Rule.

## Options
Set in sfgov.yml, under `checks: {MOR001: {…}}`.

- `owner`: must be set
- `most`: 5 by default
- `allowed`: ["Admin"] by default
"""
    )


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("HOU01", 'unknown check "HOU01"; did you mean "HOU001"?'),
        ("modify", 'unknown check "modify"; did you mean "modify-all"?'),
        ("qqq", 'unknown check "qqq"; `sfgov checks` lists them all'),
        ("HOU", 'unknown check "HOU"; did you mean "HOU001"?'),
    ],
)
def test_a_check_that_does_not_exist(sfgov: Sfgov, word: str, message: str) -> None:
    result = sfgov("explain", word, "--checks", "house")
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"Error: {message}\n")
