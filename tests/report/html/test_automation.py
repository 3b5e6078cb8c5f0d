"""The section "What runs by itself"."""

from __future__ import annotations

import re

from sfgov.report.html import render
from sfgov.result import AutomationMap, Run
from sfgov.testing import lint_run
from sfgov_checks.delete.never_policy_violated import never_policy_violated
from tests.apex_orgs import files, trigger
from tests.test_automation_map import GUARD, MAKES, SETS, Files

ORG = files(
    GUARD,
    MAKES,
    SETS,
    trigger("Lines", "Line__c", "after insert, after delete", "update new Invoice__c();"),
    {
        "objects/Invoice__c/validationRules/A.validationRule-meta.xml": """
        <ValidationRule><fullName>A</fullName><active>true</active></ValidationRule>
        """
    },
)


def page(files: Files = ORG) -> str:
    return render(lint_run(files, never_policy_violated))


def section(files: Files = ORG) -> str:
    text = page(files)
    return text[text.index('<section id="automation"') : text.index('<section id="not-checked"')]


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_the_table_says_how_much_runs_and_how_objects_hang_together() -> None:
    table = section().partition("<thead>")[2].partition("</table>")[0]
    rows = [
        [words(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in re.findall(r"<tr>(.*?)</tr>", table)
    ]
    assert rows == [
        ["Object", "Create", "Update", "Delete", "Writes", "Written by automation of"],
        ["Invoice__c", "2", "1", "1", "Task", "Line__c"],
        ["Line__c", "1", "0", "1", "Invoice__c", ""],
    ]


def test_each_object_has_its_saves_and_deletes_in_order() -> None:
    text = words(section().partition('id="a-1"')[2].partition("</details>\n<details class")[0])
    titles = (
        "When a record is created or updated",
        "Flows before the save Flow Sets on create, update",
        "sets Status__c",
        "1 active validation rule",
        "Flows after the save Flow Makes on create",
        "creates Task records",
        "When a record is deleted",
        "Flows before the delete Flow Guard flows/Guard.flow-meta.xml",
        "may : refuses the record with an error",
    )
    places = [text.index(title) for title in titles]
    assert places == sorted(places)


def test_objects_lead_to_each_other() -> None:
    text = page()
    ids = set(re.findall(r'\bid="([^"]+)"', text))
    assert {'href="#a-1"', 'href="#a-2"'} <= set(re.findall(r'href="#a-\d+"', text))
    assert set(re.findall(r'href="#(a-[^"]+)"', text)) <= ids


def test_without_automation_there_is_no_section() -> None:
    assert 'id="automation"' not in page({"classes/A.cls": "public class A {}"})
    empty = Run("0.1.0", "acme", 0, {}, (), (), (), None, automation=AutomationMap(()))
    assert 'id="automation"' not in render(empty)


def test_what_was_left_out_is_named() -> None:
    run = lint_run(ORG, never_policy_violated)
    assert run.automation is not None
    cut = AutomationMap(run.automation.objects, ("A__c", "B__c"))
    text = words(render(Run("0.1.0", "acme", 0, {}, (), (), (), None, automation=cut)))
    assert "2 objects with less automation are left out: A__c, B__c ." in text


def test_hostile_names_stay_text() -> None:
    evil = {name: text.replace("Status__c", "&lt;img src=x onerror=y>") for name, text in SETS.items()}
    text = section(evil)
    assert "<img" not in text
    assert "sets &lt;img src=x onerror=y&gt;" in text
