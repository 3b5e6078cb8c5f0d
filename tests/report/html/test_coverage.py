"""The section about the security benchmark."""

from __future__ import annotations

import re

from msgspec.structs import replace

from sfgov.report.html import render
from sfgov.result import NotLooked, Run


def rows(run: Run) -> dict[str, list[str]]:
    """The cells of each control, by its id."""
    text = render(run).partition('<table class="controls')[2].partition("</table>")[0]
    found = {}
    for row in re.findall(r"<tr><th scope=\"row\">.*?</tr>", text):
        name, *cells = (
            " ".join(re.sub(r"<[^>]+>", " ", cell).split())
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)
        )
        found[name] = cells
    return found


def decided(run: Run, **controls: tuple[str, ...]) -> Run:
    """The run, with checks that decide these controls."""
    cards = tuple(replace(card, controls=controls.get(card.code, ())) for card in run.checks)
    return replace(run, checks=cards)


def test_each_control_has_its_checks_and_a_verdict(run: Run) -> None:
    shown = rows(decided(run, DEL001=("SBS-ACS-008",), ATT001=("SBS-ACS-003",), HYG003=("SBS-DATA-004",)))
    assert shown["SBS-ACS-008"][1:] == ["DEL001 (2)", "Findings"]
    assert shown["SBS-ACS-003"][1:] == ["ATT001", "Not checked in part"]
    assert shown["SBS-DATA-004"][1:] == ["HYG003 (1)", "Findings"]
    assert shown["SBS-AUTH-001"][1:] == ["–", "No check"]


def test_what_was_looked_at_and_clean_is_met(run: Run) -> None:
    clean = replace(decided(run, DEL001=("SBS-ACS-008",)), results=(), not_checked=(), crashed=False)
    assert rows(clean)["SBS-ACS-008"][1:] == ["DEL001", "No findings"]
    blind = replace(clean, not_checked=(NotLooked("DEL001", "no profiles"),))
    assert rows(blind)["SBS-ACS-008"][1:] == ["DEL001", "Not checked"]


def test_what_files_cannot_decide_is_listed_apart(run: Run) -> None:
    page = render(decided(run, DEL001=("SBS-ACS-008",)))
    assert "SBS-ACS-001" not in rows(decided(run, DEL001=("SBS-ACS-008",)))
    assert "30 controls not decidable from metadata</summary>" in page
    assert "<b>SBS-ACS-001</b> Profiles, permission sets and groups follow a written model" in page


def test_without_a_check_of_the_benchmark_there_is_no_section(run: Run) -> None:
    assert 'id="coverage"' not in render(run)
