"""Markdown: the verdict first, within its budget, and text from an org shows as it is."""

import re
from collections.abc import Callable

import pytest
from markdown_it import MarkdownIt
from msgspec.structs import replace

from sfgov.report import markdown
from sfgov.report.markdown import code, plain
from sfgov.result import Run

READER = MarkdownIt("commonmark", {"html": True}).enable("table")


def html(text: str) -> str:
    return str(READER.render(text))


def cells(report: str) -> list[list[str]]:
    """The cells of every row of the tables, as a reader shows them."""
    rows = re.findall(r"<tr>(.*?)</tr>", html(report), re.DOTALL)
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]


def test_snapshot(run: Run, snapshot: Callable[[str, str], None]) -> None:
    snapshot("report.md", markdown.render(run))


def test_it_begins_with_the_mark_and_the_verdict(run: Run) -> None:
    assert markdown.render(run).splitlines()[:2] == [
        "<!-- sfgov:report -->",
        "## sfgov: gate failed – 5 new findings fail it at high, and a check crashed",
    ]


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"crashed": False}, "gate failed – 5 new findings fail it at high"),
        ({"results": ()}, "incomplete – a check crashed, so the gate cannot pass"),
        ({"results": (), "crashed": False}, "gate passed – no new finding fails it at high"),
        ({"fail_on": None, "crashed": False}, "gate passed – no severity fails it"),
    ],
)
def test_verdicts(run: Run, changes: dict[str, object], verdict: str) -> None:
    assert markdown.render(replace(run, **changes)).splitlines()[1] == f"## sfgov: {verdict}"


def test_counts(run: Run) -> None:
    assert cells(markdown.render(run))[:5] == [
        ["", "critical", "high", "medium", "low", "info", "all"],
        ["new", "2", "4", "0", "0", "1", "7"],
        ["baseline", "1", "0", "0", "0", "0", "1"],
        ["waived", "0", "0", "1", "0", "0", "1"],
        ["suppressed", "0", "0", "1", "0", "0", "1"],
    ]


def test_what_fails_the_gate_is_open_and_the_rest_folded(run: Run) -> None:
    before, _, folded = markdown.render(run).partition("<details><summary>Other new findings (2)</summary>")

    assert [row[1] for row in cells(before)[6:]] == ["DEL001", "DEL001", "SFG001", "SFG003", "DEL002"]
    assert [row[:2] for row in cells(folded)[1:]] == [["high (low confidence)", "HYG003"], ["info", "XYZ001"]]


def test_a_hostile_finding_stays_in_its_row(run: Run) -> None:
    report = html(markdown.render(run))

    assert "<script" not in report
    assert "</script>" not in report.replace("&lt;/script&gt;", "")
    assert re.findall(r"<a ", report) == []
    assert all(len(row) in (5, 7) for row in cells(markdown.render(run)))


@pytest.mark.parametrize(
    "text",
    [
        "a | b",
        "`code` and ``more``",
        "<!-- gone --> <b>bold</b> &amp;",
        "*a* _b_ __c__ ~~d~~ $e$ \\f",
        "[x](javascript:alert(1)) ![y](z)",
        "# head",
        "Invoice__c.Line_Number__c",
    ],
)
def test_text_shows_as_it_is(text: str) -> None:
    shown = html(f"| h |\n|---|\n| {plain(text)} |\n")
    unescaped = shown.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&")

    assert f"<td>{text}</td>" in unescaped


def test_nobody_is_mentioned_and_no_issue_or_address_is_linked() -> None:
    assert plain("ask @jane in #12 at https://example.com or www.example.com") == (
        "ask @<!-- -->jane in \\#<!-- -->12 at https:<!-- -->//example.com or www.<!-- -->example.com"
    )


@pytest.mark.parametrize("text", ["a`b", "``", "a|b", "<b>", "@jane", "a``b`c"])
def test_names_are_code(text: str) -> None:
    shown = html(f"| h |\n|---|\n| {code(text)} |\n")

    assert f"<td><code>{text}</code></td>" in shown.replace("&lt;", "<").replace("&gt;", ">")


def test_the_budget_holds_and_what_is_left_out_is_counted(run: Run) -> None:
    failing = [replace(run.results[4], line=n) for n in range(1, 2001)]
    other = [replace(run.results[3], line=n) for n in range(1, 101)]
    many = replace(run, results=(*failing, *other))

    for budget in (2_000, 10_000, markdown.BUDGET):
        report = markdown.render(many, budget)
        shown = report.count("| critical | DEL001 |")
        assert len(report) <= budget
        assert f"{2000 - shown:,} findings are left out here; the other reports have them all." in report
        assert "100 findings are left out here; the other reports have them all." in report
        assert all(len(row) in (5, 7) for row in cells(report))
    assert shown > 100
