"""New, fixed and unchanged: what reports say of a run that was held against an earlier one."""

import csv
import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from lxml import etree
from msgspec.structs import replace

from sfgov.report import (
    FORMATS,
    Options,
    azure,
    console,
    csv_report,
    github,
    html,
    json_report,
    junit,
    markdown,
    sarif,
)
from sfgov.result import Comparison, Run

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


def test_csv(compared: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(csv_report.render(compared))))[-2:]

    assert [(row["check"], row["component"], row["status"], row["fails_gate"]) for row in rows] == [
        ("XYZ001", "Flow:Gone_3", "fixed", "no"),
        ("DEL001", "Flow:Gone_4", "fixed", "no"),
    ]
    assert {row["reason"] for row in rows} == {"there at 0123456789ab, and not found any more"}


def test_junit(compared: Run) -> None:
    """What was fixed is a case that passes now, under the name by which it failed."""
    root = ElementTree.fromstring(junit.render(compared).encode())

    cases = [case for case in root.iter("testcase") if case.get("name", "").startswith("Flow:Gone")]
    assert [(case.get("classname"), case.get("name"), [part.tag for part in case]) for case in cases] == [
        ("sfgov.delete.DEL001", "Flow:Gone_4", ["system-out"]),
        ("sfgov.xyz.XYZ001", "Flow:Gone_3", ["system-out"]),
    ]
    assert (cases[0][0].text or "").startswith("Fixed: Permission set Sales_Admin lets")
    schema = etree.XMLSchema(etree.parse(Path(__file__).parent / "schemas" / "junit-10.xsd"))
    without_files = re.sub(r' file="[^"]*"', "", junit.render(compared)).encode()
    schema.assertValid(etree.fromstring(without_files))


def test_junit_names_no_case_twice(run: Run) -> None:
    """A component of which one finding was fixed and another stays."""
    stays = run.results[4]
    half = replace(
        run, comparison=Comparison("main", "0123456789ab", (replace(stays, fingerprint="0" * 32),), 0)
    )

    names = [
        case.get("name") for case in ElementTree.fromstring(junit.render(half).encode()).iter("testcase")
    ]
    assert names.count("PermissionSet:Sales_Admin") == 1


def test_sarif(compared: Run) -> None:
    (written,) = json.loads(sarif.render(compared))["runs"]

    notes = written["invocations"][0]["toolExecutionNotifications"]
    assert notes[0] == {"level": "note", "message": {"text": SENTENCE}}


@pytest.mark.parametrize("render", [github.render, azure.render])
def test_logs(compared: Run, run: Run, render: object) -> None:
    assert callable(render)
    assert render(compared).splitlines()[-1] == f"sfgov: {SENTENCE}"
    assert "Against" not in render(run)


def test_where_the_format_has_no_place_for_it_people_hear_it(compared: Run, run: Run) -> None:
    told = {name for name, one in FORMATS.items() if SENTENCE in one.remarks(compared)}

    assert told == {"gitlab", "checkstyle", "rdjson", "sonarqube"}
    assert not any(one.remarks(run) and [*one.remarks(run)] for one in FORMATS.values())


def test_every_report_tells_it_one_way_or_the_other(compared: Run) -> None:
    for name, one in FORMATS.items():
        text = one.render(compared, Options()) + " ".join(one.remarks(compared))
        assert SENTENCE in text or '"fixed": 2' in text or "Gone_4" in text, name


def test_the_name_of_a_branch_is_harmless(compared: Run) -> None:
    assert compared.comparison
    hostile = replace(
        compared, comparison=replace(compared.comparison, ref="::error::x\n##vso[task.complete]")
    )

    for name in ("console", "github", "azure", "markdown"):
        lines = FORMATS[name].render(hostile, Options()).splitlines()
        assert not any(line.startswith("::error::x") or "##vso[task.complete" in line for line in lines)
