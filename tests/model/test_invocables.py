from __future__ import annotations

from pathlib import Path

import pytest

from sfgov.model.apex import Apex
from sfgov.model.invocables import entry_methods, invocable_work, told
from tests.flow_xml import index_of


def work(tmp_path: Path, body: str, *others: str) -> list[tuple[int, str]]:
    files = {"classes/Svc.cls": f"public class Svc {{\n{body}\n}}"}
    files |= {f"classes/Other{i}.cls": text for i, text in enumerate(others)}
    apex = Apex(index_of(tmp_path, files))
    path = invocable_work(apex, "svc")
    return [(step.place.line, step.message) for step in told(path)] if path else []


ENTRY = "@InvocableMethod public static void run(List<Id> ids)"


@pytest.mark.parametrize(
    ("statement", "effect"),
    [
        ("List<Case> c = [SELECT Id FROM Case];", "SOQL query"),
        ("insert new Case();", "DML"),
        ("Http http = new Http(); http.send(request);", "callout"),
        ("Messaging.sendEmail(mails);", "e-mail"),
    ],
)
def test_work_in_the_invocable_itself(tmp_path: Path, statement: str, effect: str) -> None:
    assert work(tmp_path, f"{ENTRY} {{ {statement} }}") == [
        (2, "the flow calls Svc.run"),
        (2, f"{effect} in Svc.run"),
    ]


def test_the_nearest_work_is_told_through_calls_of_the_class(tmp_path: Path) -> None:
    body = f"""{ENTRY} {{ first(); second(); }}
        static void first() {{ third(); }}
        static void third() {{ first(); delete cases; }}
        static void second() {{ insert cases; }}"""
    assert work(tmp_path, body) == [
        (2, "the flow calls Svc.run"),
        (2, "calls Svc.second"),
        (5, "DML in Svc.second"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        f"{ENTRY} {{ }}",
        f"{ENTRY} {{ Nowhere.work(); }}",
        f"static List<Case> cache; {ENTRY} {{ if (cache == null) {{ cache = Database.query(text); }} }}",
        f"{ENTRY} {{ run(ids); }}",
        "public static void run() { insert new Case(); }",
    ],
)
def test_nothing_is_found(tmp_path: Path, body: str) -> None:
    assert work(tmp_path, body) == []


def test_work_in_another_class(tmp_path: Path) -> None:
    helper = "public class Helper {\npublic static void work() { insert new Case(); } }"
    assert work(tmp_path, f"{ENTRY} {{ Helper.work(); }}", helper) == [
        (2, "the flow calls Svc.run"),
        (2, "calls Helper.work"),
        (2, "DML in Helper.work"),
    ]


def test_a_class_that_is_not_there_has_no_entry(tmp_path: Path) -> None:
    apex = Apex(index_of(tmp_path, {"classes/Svc.cls": "(hidden)"}))
    assert entry_methods(apex, "Svc") == ()
    assert entry_methods(apex, "Nothing") == ()
