"""The section about what a change lets whom do."""

from __future__ import annotations

import re

from msgspec.structs import replace

from sfgov.report.html import render
from sfgov.result import AccessChange, AccessDelta, Comparison, Run

HOSTILE = "</script><b>\u202eevil"
GONE = AccessChange(
    f"PermissionSet:{HOSTILE}", "customPermissions", HOSTILE, (), ("enabled",), bundle_is="gone"
)
GAINS = AccessChange(
    "Profile:Sales", "objectPermissions", "Case", ("allowDelete",), (), path="p & q.xml", line=7
)


def section(run: Run, *changes: AccessChange, left_out: int = 0) -> str:
    delta = AccessDelta(changes, gained=len(changes), lost=1, left_out=left_out)
    page = render(replace(run, comparison=Comparison("main", "0123456789ab", (), 0, delta)))
    return page.partition('id="access"')[2].partition('id="findings"')[0]


def rows(text: str) -> list[list[str]]:
    found = re.findall(r"<tr><th scope=\"row\">.*?</tr>", text)
    cells = ([*re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in found)
    return [[" ".join(re.sub(r"<[^>]+>", "", cell).split()) for cell in row] for row in cells]


def test_who_what_and_where(run: Run) -> None:
    text = section(run, GAINS, GONE)

    assert "2 rights gained, 1 lost. " in text
    assert rows(text) == [
        ["Profile Sales", "gains delete on Case", "p &amp; q.xml:7"],
        [
            r"PermissionSet &lt;/script&gt;&lt;b&gt;\u202eevil",
            r"loses the custom permission &lt;/script&gt;&lt;b&gt;\u202eevil not in the tree any more",
            "",
        ],
    ]
    assert "As the files have it: a profile holds only what was retrieved with it." in text


def test_it_stands_before_the_findings_and_in_the_contents(run: Run) -> None:
    delta = AccessDelta((GAINS,), gained=1)
    page = render(replace(run, comparison=Comparison("main", "0123456789ab", (), 0, delta)))

    assert page.index('href="#access"') < page.index('href="#findings">Findings')
    assert page.index('id="access"') < page.index('id="findings"')


def test_much_is_cut_to_the_gravest(run: Run) -> None:
    many = [replace(GAINS, name=f"O{n}", gained=("allowEdit",)) for n in range(300)]
    text = section(run, *many, replace(GAINS, name="Last"), left_out=40)

    assert len(rows(text)) == 200
    assert rows(text)[-1][1] == "gains delete on Last"
    assert '<p class="rest">141 changes of lesser weight left out here.</p>' in text


def test_nothing_changed(run: Run) -> None:
    text = section(run)

    assert "0 rights gained" not in text
    assert "No right is gained or lost. " in text
    assert "<table" not in text


def test_without_a_comparison_there_is_no_section(run: Run) -> None:
    assert 'id="access"' not in render(run)
