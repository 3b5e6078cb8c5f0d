"""The report for people: what is shown, how wide, in which colours, and with which verdict."""

import io
import re
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from sfgov.check import Confidence, Severity
from sfgov.report import Options, console, suited_to
from sfgov.report.options import wants_colour
from sfgov.result import NotLooked, Run

Compare = Callable[[str, str], None]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("console.txt", Options()),
        ("console-80-columns.txt", Options(width=80)),
        ("console-80-columns-colour.txt", Options(width=80, colour=True)),
        ("console-80-columns-verbose.txt", Options(verbosity=1, width=80)),
        ("console-80-columns-quiet.txt", Options(verbosity=-1, width=80)),
    ],
)
def test_snapshots(name: str, options: Options, run: Run, snapshot: Compare) -> None:
    snapshot(name, console.render(run, options))


def test_only_places_are_wider_than_the_terminal(run: Run) -> None:
    for verbosity in (0, 1):
        lines = console.render(run, Options(verbosity, width=80)).splitlines()

        assert [
            line for line in lines if len(line) > 80 and not line.rstrip("0123456789").endswith(":")
        ] == []


def test_without_a_width_a_finding_is_one_line(run: Run) -> None:
    lines = console.render(run).splitlines()

    assert (
        "force-app/main/default/permissionsets/Broken.permissionset-meta.xml:3:1: high SFG001 unreadable-file: "
        "This file could not be read whole: it ends inside the element label."
    ) in lines


def test_findings_of_one_file_stand_together(run: Run) -> None:
    text = console.render(run, Options(verbosity=1))
    blocks = text.split("\n\n")

    assert [block.count("InvoiceService.cls:") for block in blocks[:2]] == [2, 0]


def test_colour_changes_nothing_but_colour(run: Run) -> None:
    plain = console.render(run, Options(width=80))
    coloured = console.render(run, Options(width=80, colour=True))

    assert "\x1b[1;37;41mcritical\x1b[0m DEL001" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


@pytest.mark.parametrize(
    ("terminal", "environment", "expected"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"TERM": "dumb"}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (True, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        (False, {"FORCE_COLOR": "1"}, True),
        (False, {"FORCE_COLOR": "1", "TERM": "dumb"}, True),
        (False, {"FORCE_COLOR": "0"}, False),
        (False, {"FORCE_COLOR": ""}, False),
    ],
)
def test_who_wants_colour(terminal: bool, environment: dict[str, str], expected: bool) -> None:
    assert wants_colour(terminal, environment) is expected


def test_options_for_a_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("COLUMNS", "72")

    assert suited_to(io.StringIO(), 1, {}) == Options(1, colour=False, width=None)
    assert suited_to(Terminal(), -1, {}) == Options(-1, colour=True, width=72)


def test_what_was_not_checked_is_grouped_by_reason_and_cut(run: Run) -> None:
    reasons = tuple(NotLooked(f"DAT{n:03}", f"Thing{n % 10} was not retrieved") for n in range(20))
    many = replace(run, not_checked=reasons)

    short = console.render(many).splitlines()
    whole = console.render(many, Options(verbosity=1)).splitlines()

    start = short.index("Not checked:")
    assert short[start + 1] == "  DAT000, DAT010: Thing0 was not retrieved"
    assert short[start + 8 : start + 10] == [
        "  DAT007, DAT017: Thing7 was not retrieved",
        "  and 2 more reasons; -v lists them all",
    ]
    assert "  DAT009, DAT019: Thing9 was not retrieved" in whole
    assert "Not checked:" not in console.render(many, Options(verbosity=-1))


def verdict(run: Run) -> str:
    return console.render(run).splitlines()[-1]


def test_verdicts(run: Run) -> None:
    whole = replace(run, crashed=False)
    mild = replace(whole, results=tuple(r for r in run.results if r.severity is Severity.INFO))
    unsure = replace(whole, results=tuple(r for r in run.results if r.confidence is Confidence.LOW))

    assert verdict(run) == "FAILED: 5 new findings fail the gate at high, and a check crashed."
    assert verdict(whole) == "FAILED: 5 new findings fail the gate at high."
    assert (
        verdict(replace(whole, fail_on=Severity.CRITICAL))
        == "FAILED: 2 new findings fail the gate at critical."
    )
    assert verdict(replace(mild, fail_on=Severity.INFO)) == "FAILED: 1 new finding fails the gate at info."
    assert verdict(mild) == "PASSED: no new finding fails the gate at high."
    assert verdict(unsure) == "PASSED: no new finding fails the gate at high."
    assert verdict(replace(whole, fail_on=None)) == "PASSED: no severity fails the gate."
    assert verdict(replace(mild, crashed=True)) == "INCOMPLETE: a check crashed, so the gate cannot pass."


def test_the_summary_counts_every_drawer(run: Run) -> None:
    assert console.render(run).splitlines()[-4:-1] == [
        "Read 1,203 files with 57 components; ran 7 checks, 2 of them not on everything.",
        "Findings: 7 new, 1 baseline, 1 waived, 1 suppressed.",
        "New: 2 critical, 4 high, 0 medium, 0 low, 1 info.",
    ]
