"""The table: all findings, readable by anything, and nothing that a spreadsheet would compute."""

import csv
import io
from collections.abc import Callable

from msgspec.structs import replace

from sfgov.report import csv_report
from sfgov.result import Run


def read(run: Run) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_report.render(run))))


def test_snapshot(run: Run, snapshot: Callable[[str, str], None]) -> None:
    snapshot("findings.csv", csv_report.render(run))


def test_all_findings_with_what_became_of_them(run: Run) -> None:
    assert [(row["check"], row["line"], row["status"], row["fails_gate"]) for row in read(run)] == [
        ("APX001", "14", "waived", "no"),
        ("HYG003", "40", "new", "no"),
        ("DEL002", "12", "new", "yes"),
        ("XYZ001", "1", "new", "no"),
        ("DEL001", "14", "new", "yes"),
        ("DEL001", "28", "baseline", "no"),
        ("DEL001", "66003", "new", "yes"),
        ("APX001", "5", "suppressed", "no"),
        ("SFG001", "3", "new", "yes"),
        ("SFG003", "1", "new", "yes"),
    ]


def test_a_row(run: Run) -> None:
    row = read(run)[0]

    assert row["component"] == "ApexClass:InvoiceService"
    assert row["path"] == "force-app/main/default/classes/InvoiceService.cls"
    assert row["reason"] == "jane@example.com: rewritten in Q4, until 2026-12-31"
    assert row["fingerprint"] == "a1" * 16


def test_formulas_are_text(run: Run) -> None:
    for text in ("=HYPERLINK(1)", "+1", "-1", "@SUM(1)"):
        (row,) = read(replace(run, results=(replace(run.results[4], message=text, fix="a=b"),)))
        assert row["message"] == f"'{text}"
        assert row["fix"] == "a=b"


def test_a_finding_is_one_line_whatever_it_says(run: Run) -> None:
    assert csv_report.render(run).count("\n") == 1 + len(run.results)
