"""The section "Accepted findings"."""

from __future__ import annotations

import re

from msgspec.structs import replace

from sfgov.report.html import render
from sfgov.result import Expiring, Run


def rows(run: Run) -> list[list[str]]:
    table = (
        render(run).partition('<table class="accepted')[2].partition("</tbody>")[0].partition("<tbody>")[2]
    )
    return [
        [
            " ".join(re.sub(r"<[^>]+>", " ", cell).split())
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)
        ]
        for row in re.findall(r"<tr>(.*?)</tr>", table)
    ]


def test_waivers_come_first_with_who_why_and_until_when(run: Run) -> None:
    assert rows(run) == [
        ["Waived", "jane@example.com: rewritten in Q4, until 2026-12-31", "APX001 ApexClass InvoiceService"],
        ["Suppressed", "two records at most", "APX001 ApexTrigger InvoiceTrigger"],
        ["Baseline", "known before", "DEL001 PermissionSet Sales_Admin"],
    ]


def test_findings_of_one_reason_stand_together_and_are_cut(run: Run) -> None:
    one = replace(run.results[0], status="waived", reason="jane: later (until 2026-12-31)")
    many = tuple(replace(one, component=f"Flow:F{n:02}", fingerprint=f"{n:032}") for n in range(14))
    [row] = rows(replace(run, results=many))
    assert row[1] == "jane: later (until 2026-12-31)"
    assert row[2].endswith("APX001 Flow F10 , APX001 Flow F11 and 2 more")


def test_where_everything_counts_there_is_no_section(run: Run) -> None:
    assert 'id="accepted"' not in render(replace(run, results=run.active))


def test_waivers_that_end_soon_are_told(run: Run) -> None:
    soon = Expiring("APX001", "ApexClass:InvoiceService", "*", "jane", "2026-06-10", 9, 1, "sfgov.yml", 7)
    page = render(replace(run, expiring=(soon,)))
    assert f"<li><bdi>{soon.sentence}</bdi></li>" in page
