"""The section "Who can delete what"."""

from __future__ import annotations

import re

from sfgov.report.html import render
from sfgov.result import Run
from sfgov.testing import lint_run
from sfgov_checks.delete.never_policy_violated import never_policy_violated
from tests.delete_orgs import (
    DELETES,
    MASTER,
    Files,
    administrator,
    bundle,
    entry,
    group,
    line_guard,
)

ORG = (
    {"sfgov.yml": "delete: {never: [Invoice_Line__c]}\n"}
    | bundle("permissionsets", "Lines", entry("Invoice_Line__c", *DELETES))
    | group("Team", "Lines", mute="Elsewhere")
    | bundle("profiles", "Boss", entry("Invoice__c", *DELETES), entry("Invoice_Line__c", "modifyAllRecords"))
    | administrator()
    | line_guard()
    | MASTER
)


def run(files: Files = ORG) -> Run:
    return lint_run(files, never_policy_violated)


def section(files: Files = ORG) -> str:
    page = render(run(files))
    return page[page.index('<section id="deletes"') : page.index('<section id="not-checked"')]


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_the_table_has_a_row_for_each_object_and_a_cell_for_each_right() -> None:
    table = section().partition("<tbody>")[2].partition("</tbody>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", table)
    cells = [[words(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in rows]
    assert cells == [["Invoice_Line__c", "by record", "Invoice__c", "all", "shared", "shared?"]]


def test_columns_are_bundles_without_those_that_can_delete_everything() -> None:
    head = section().partition("<thead>")[2].partition("</thead>")[0]
    assert [words(cell) for cell in re.findall(r"<th[^>]*>(.*?)</th>", head)] == [
        "Object",
        "Guards",
        "Also deleted with",
        "Profile Boss",
        "PermissionSet Lines",
        "PermissionSetGroup Team",
    ]
    assert (
        "1 bundle can delete every record of every object, through Modify All Data: Profile Admin"
        in words(section())
    )


def test_each_cell_leads_to_the_lines_that_grant_it() -> None:
    text = section()
    addresses = re.findall(r'class="can \w+" href="#(w-[\d-]+)"', text)
    assert addresses == ["w-1-1", "w-1-2", "w-1-3"]
    row = text.partition('<tr id="w-1-3">')[2].partition("</tr>")[0]
    assert "Team includes Lines permissionsetgroups/Team.permissionsetgroup-meta.xml :2" in words(row)
    assert "Lines grants allowDelete on Invoice_Line__c permissionsets/Lines.permissionset-meta.xml" in words(
        row
    )
    assert "<mark><b>2 </b>&lt;objectPermissions&gt;" in row


def test_guards_masters_and_what_is_not_known_stand_below() -> None:
    text = words(section())
    assert "In the way Flow Guard_Lines stops deletes of some records" in text
    assert "Ask decides by $Record.Posted__c EqualTo true flows/Guard_Lines.flow-meta.xml" in text
    assert (
        "Deleted along with Invoice__c , through Invoice_Line__c.Invoice__c (master-detail) : 2 bundles can delete it"
        in text
    )
    assert "Never deleted, says the policy; guarded; deleted with other records" in text


def test_columns_are_cut_and_the_page_says_so() -> None:
    files = dict(ORG)
    for number in range(30):
        files |= bundle("profiles", f"P{number:02}", entry("Invoice_Line__c", *DELETES))
    text = section(files)
    assert text.count('class="bundle"') == 24
    assert "9 bundles with fewer rights have no column; the lists below have them." in words(text)
    assert "Profile P29" in words(text)


def test_long_lists_are_cut_too() -> None:
    files = dict(ORG)
    for number in range(70):
        files |= bundle("profiles", f"P{number:02}", entry("Invoice_Line__c", *DELETES))
    assert "And 13 bundles more." in words(section(files))


def test_without_permissions_there_is_no_section() -> None:
    page = render(run(line_guard()))
    assert 'id="deletes"' not in page
    assert 'href="#deletes"' not in page


def test_hostile_names_stay_text() -> None:
    evil = bundle("profiles", "%3Cimg src=x onerror=y%3E", entry("Invoice_Line__c", *DELETES))
    text = section(ORG | evil)
    assert "<img" not in text
    assert "&lt;img src=x onerror=y&gt;" in text


def test_ids_are_unique_and_links_lead_somewhere() -> None:
    page = render(run())
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#(w-[^"]+)"', page)) <= set(ids)
