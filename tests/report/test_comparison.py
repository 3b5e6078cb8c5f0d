"""New, fixed and unchanged: what reports say of a run that was held against an earlier one."""

import json
import re

from sfgov.report import Options, console, html, json_report, markdown
from sfgov.result import Run

SENTENCE = "Against origin/main (0123456789ab): 7 new, 2 fixed, 1 unchanged."


def test_json(compared: Run) -> None:
    report = json.loads(json_report.render(compared))

    assert report["summary"]["diff"] == {
        "base": "origin/main",
        "commit": "0123456789ab",
        "new": 7,
        "fixed": 2,
        "unchanged": 1,
    }
    assert [(one["check"], one["component"]) for one in report["fixed"]] == [
        ("XYZ001", "Flow:Gone_3"),
        ("DEL001", "Flow:Gone_4"),
    ]


def test_json_without_a_comparison(run: Run) -> None:
    report = json.loads(json_report.render(run))

    assert "diff" not in report["summary"]
    assert "fixed" not in report


def test_console(compared: Run) -> None:
    lines = console.render(compared).splitlines()

    assert lines[-2] == SENTENCE
    assert "Fixed:" not in lines


def test_console_names_what_was_fixed_when_asked(compared: Run) -> None:
    lines = console.render(compared, Options(verbosity=1)).splitlines()

    start = lines.index("Fixed:")
    assert lines[start + 2] == (
        "  DEL001 delete-granted-on-protected-object: Flow:Gone_4: Permission set Sales_Admin lets its holders "
        "delete Invoice__c, which the policy says nobody may delete."
    )
    assert "\x1b" not in "".join(lines)


def test_markdown(compared: Run) -> None:
    report = markdown.render(compared)

    assert f"\n{SENTENCE}\n" in report
    fixed = report.partition("<details><summary>Fixed (2)</summary>")[2]
    assert [
        row.split(" | ")[1] for row in fixed.splitlines() if row.startswith(("| critical", "| info"))
    ] == [
        "DEL001",
        "XYZ001",
    ]


def test_html(compared: Run) -> None:
    page = html.render(compared)

    assert f"<p>{SENTENCE}</p>" in page
    fixed = page.partition("<summary>Fixed: 2 findings</summary>")[2].partition("</details>")[0]
    assert re.findall(r"<li>(\w+) <bdi>([^<]+)</bdi>", fixed) == [
        ("XYZ001", "Flow:Gone_3"),
        ("DEL001", "Flow:Gone_4"),
    ]
    assert "</script>" not in fixed


def test_html_without_a_comparison(run: Run) -> None:
    assert "Fixed: " not in html.render(run)
