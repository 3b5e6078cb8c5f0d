"""Comments in Apex: what they excuse, and every way to get one wrong."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from sfgov import Check, Severity, check
from sfgov.check import Outcome
from sfgov.gate.suppressions import (
    Comment,
    Malformed,
    Suppression,
    apply_suppressions,
    read_comment,
    unused,
)
from tests.gate_results import RESULT


def made(code: str, name: str) -> Check:
    @check(code, name, Severity.HIGH, reads=())
    def function() -> Iterator[Outcome]:
        yield from ()

    return function


CHECKS = (made("APX001", "db-work-in-loop"), made("APX003", "first-record-only"))
LINES = (
    "public class Rates {",
    "  // sfgov: ignore[APX001] alone",
    "  // and why",
    "  void m() { update x; } // sfgov: ignore[APX001] trailing",
    "}",
)
COMMENT = Comment("classes/Rates.cls", "ApexClass:Rates", 4, "ignore[APX001] two records at most", LINES, 1)
LOOP = replace(RESULT, check="APX001", path="classes/Rates.cls", line=4)


def read(text: str, line: int = 4, top: int = 1) -> Suppression | Malformed:
    return read_comment(replace(COMMENT, text=text, line=line, top=top), CHECKS)


@pytest.mark.parametrize(
    ("text", "checks", "reason"),
    [
        ("ignore[APX001] two records at most", ("APX001",), "two records at most"),
        ("ignore[apx001] lower case", ("APX001",), "lower case"),
        ("ignore[db-work-in-loop] by name", ("APX001",), "by name"),
        ("Ignore[APX001] shouted", ("APX001",), "shouted"),
        ("ignore[APX001, first-record-only] both", ("APX001", "APX003"), "both"),
        ("ignore[ APX001 ,APX003 ] blanks", ("APX001", "APX003"), "blanks"),
        ("ignore[APX001]: a colon", ("APX001",), "a colon"),
        ("ignore[APX001] - a dash", ("APX001",), "a dash"),
        ("ignore[APX001]without a blank", ("APX001",), "without a blank"),
        ("ignore[APX001] with [brackets] in it", ("APX001",), "with [brackets] in it"),
    ],
)
def test_well_formed(text: str, checks: tuple[str, ...], reason: str) -> None:
    found = read(text)

    assert isinstance(found, Suppression)
    assert (found.checks, found.reason, found.line) == (checks, reason, 4)


SHAPE = "write // sfgov: ignore[CODE] reason"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", f"it says neither ignore[…] nor file-ignore[…]; {SHAPE}"),
        ("see the ticket", f"it says neither ignore[…] nor file-ignore[…]; {SHAPE}"),
        ("[APX001] reason", f"it says neither ignore[…] nor file-ignore[…]; {SHAPE}"),
        ("ignored[APX001] r", 'it says neither ignore[…] nor file-ignore[…]; did you mean "ignore"?'),
        (
            "file_ignore[APX001] r",
            'it says neither ignore[…] nor file-ignore[…]; did you mean "file-ignore"?',
        ),
        ("disable[APX001] r", f"it says neither ignore[…] nor file-ignore[…]; {SHAPE}"),
        ("ignore", f"it names no check; {SHAPE}"),
        ("ignore APX001 reason", f"it names no check; {SHAPE}"),
        ("ignore: APX001 reason", f"it names no check; {SHAPE}"),
        ("ignore(APX001) reason", f"it names no check; {SHAPE}"),
        ("ignore [APX001] reason", f'a blank stands between "ignore" and the bracket; {SHAPE}'),
        ("ignore[APX001 reason", f"its bracket is never closed; {SHAPE}"),
        ("ignore[", f"its bracket is never closed; {SHAPE}"),
        ("ignore[] reason", f"its brackets are empty; {SHAPE}"),
        ("ignore[ ] reason", f"its brackets are empty; {SHAPE}"),
        ("ignore[APX001,] reason", f"a name is missing beside a comma; {SHAPE}"),
        ("ignore[,APX001] reason", f"a name is missing beside a comma; {SHAPE}"),
        ("ignore[APX001]", f"it gives no reason after the brackets; {SHAPE}"),
        ("ignore[APX001] - ", f"it gives no reason after the brackets; {SHAPE}"),
        ("ignore[APX01] reason", 'there is no check "APX01"; did you mean "APX001"?'),
        ("ignore[APX001 APX003] r", f'a comma is missing in "APX001 APX003"; {SHAPE}'),
        ("ignore[all] reason", 'there is no check "all"; `sfgov checks` lists them all'),
        ("ignore[*] reason", 'there is no check "*"; `sfgov checks` lists them all'),
        ("ignore[APX] reason", "APX is a whole pack; name each check"),
        (
            "file-ignore[APX001] reason",
            "file-ignore stands below the beginning of the class or trigger; move it to the top of the file",
        ),
    ],
)
def test_malformed(text: str, problem: str) -> None:
    assert read(text) == Malformed(replace(COMMENT, text=text), problem)


def test_beside_code_it_holds_for_its_own_line() -> None:
    suppression = read(COMMENT.text)

    assert isinstance(suppression, Suppression)
    assert [suppression.covers(replace(LOOP, line=n)) for n in (3, 4, 5)] == [False, True, False]


def test_alone_it_holds_for_the_next_line_that_is_no_comment() -> None:
    suppression = read(COMMENT.text, line=2)

    assert isinstance(suppression, Suppression)
    assert [suppression.covers(replace(LOOP, line=n)) for n in (2, 3, 4, 5)] == [False, False, True, False]


def test_at_the_top_it_holds_for_the_file() -> None:
    suppression = read("file-ignore[APX001] generated", line=1, top=2)

    assert isinstance(suppression, Suppression)
    assert suppression.covers(replace(LOOP, line=400))
    assert not suppression.covers(replace(LOOP, check="APX003"))
    assert not suppression.covers(replace(LOOP, path="classes/Other.cls"))


def test_a_suppressed_finding_says_why() -> None:
    suppression = read(COMMENT.text)
    assert isinstance(suppression, Suppression)
    other, waived = replace(LOOP, check="APX003"), replace(LOOP, status="waived", reason="jane")

    assert apply_suppressions([LOOP, other, waived], [suppression]) == [
        replace(LOOP, status="suppressed", reason="two records at most"),
        other,
        waived,
    ]


def test_what_excuses_nothing_is_told_for_each_check_that_looked() -> None:
    both = read("ignore[APX001,APX003] both")
    whole = read("file-ignore[APX003] generated", line=1, top=2)
    assert isinstance(both, Suppression)
    assert isinstance(whole, Suppression)

    assert unused([both, whole], [LOOP], ["APX001", "APX003"]) == ((both, "APX003"), (whole, "APX003"))
    assert unused([both, whole], [LOOP], ["APX001"]) == ()
    assert unused([both], [replace(LOOP, line=5)], ["APX001"]) == ((both, "APX001"),)
    assert unused([whole], [replace(LOOP, check="APX003")], ["APX003"]) == ()
