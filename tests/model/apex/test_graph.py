from __future__ import annotations

from pathlib import Path

import pytest

from sfgov.model.apex import DATABASE_WORK, Apex, Effect, Entry
from sfgov.model.apex.certain import CertainWays
from sfgov.model.apex.modes import access_of
from sfgov.model.apex.statements import Statements
from tests.apex_orgs import apex, files, place, trigger
from tests.flow_xml import index_of


def linked(tmp_path: Path, org: dict[str, str]) -> Apex:
    return Apex(index_of(tmp_path, org))


CHAIN = files(
    trigger("T", "Account", "before insert", "new Handler().run();"),
    apex("Handler", "public void run() { Svc.work(); }"),
    apex("Svc", "public static void work() { Sel.find(); }"),
    apex(
        "Sel", "public static void find() { List<Lead> l = [SELECT Id FROM Lead]; }", "public void idle() { }"
    ),
)


def test_distances_lead_backwards_to_the_work(tmp_path: Path) -> None:
    apex_ = linked(tmp_path, CHAIN)
    working = (m for m in apex_.graph.methods if apex_.graph.work_of(m))
    found = {m.name: steps for m, steps in apex_.graph.distances(working).items()}
    assert found == {"Sel.find": 0, "Svc.work": 1, "Handler.run": 2, "T": 3}


def test_the_way_from_a_method_to_its_work(tmp_path: Path) -> None:
    apex_ = linked(tmp_path, CHAIN)
    (body,) = (m for m in apex_.methods if m.method.kind == "trigger")
    path = apex_.way_to(body, DATABASE_WORK)
    assert path is not None
    assert [(m.name, op.line, op.name) for m, op in path.steps] == [
        ("T", 2, "run"),
        ("Handler.run", 2, "work"),
        ("Svc.work", 2, "find"),
        ("Sel.find", 2, "Lead"),
    ]
    assert (path.effect, path.sure) == (Effect.QUERY, True)
    assert apex_.way_to(body, frozenset({Effect.CALLOUT})) is None


def test_what_a_trigger_comes_to(tmp_path: Path) -> None:
    apex_ = linked(tmp_path, CHAIN)
    assert [m.name for m in apex_.run_in_bulk] == ["T", "Handler.run", "Svc.work", "Sel.find"]


def test_a_sure_way_knows_the_type_of_this(tmp_path: Path) -> None:
    org = files(
        trigger("T", "Account", "before insert", "new One().run();"),
        trigger("U", "Account", "before insert", "new Two().run();"),
        apex(
            "Base", "public void run() { go(); }", "public virtual void go() { }", head="public virtual class"
        ),
        apex("One extends Base", "public override void go() { Svc.one(); }"),
        apex("Two extends Base", "public override void go() { Svc.two(); }"),
        apex("Svc", "public static void one() { }", "public static void two() { }"),
    )
    apex_ = linked(tmp_path, org)
    bodies = [m for m in apex_.methods if m.method.kind == "trigger"]
    ways = CertainWays(bodies, apex_.graph, apex_.calls)
    two = next(m for m in apex_.methods if m.name == "Svc.two")
    assert [f"{place(e.place.path, e.place.line)} {e.message}" for e in ways.to(two)] == [
        "U:2 U calls Base.run",
        "Base:2 Base.run calls Two.go",
        "Two:2 Two.go calls Svc.two",
    ]


ENTRIES = {
    "@AuraEnabled public static void m() { }": {Entry.AURA},
    "@RemoteAction public static void m() { }": {Entry.REMOTE},
    "@future public static void m() { }": {Entry.FUTURE},
    "@InvocableMethod(label='x') public static void m(List<Id> i) { }": {Entry.INVOCABLE},
    "@HttpPost global static void m() { }": {Entry.REST},
    "webservice static void m() { }": {Entry.WEB_SERVICE},
    "public void execute(QueueableContext c) { }": {Entry.QUEUEABLE},
    "public void execute(System.SchedulableContext c) { }": {Entry.SCHEDULABLE},
    "public void execute(Id planId) { }": set(),
    "public void execute() { }": set(),
    "@InvocableMethod public static void execute(List<Id> ids) { }": {Entry.INVOCABLE},
    "public void m() { }": set(),
    "private void execute(QueueableContext c) { }": set(),
    "@IsTest static void m() { }": set(),
}


@pytest.mark.parametrize(("member", "expected"), ENTRIES.items(), ids=ENTRIES)
def test_what_calls_a_method_from_outside(tmp_path: Path, member: str, expected: set[Entry]) -> None:
    apex_ = linked(tmp_path, apex("A implements Queueable, System.Schedulable", member))
    found = [entries for method, entries in apex_.entries.items() if method.written.name == "A"]
    assert found == ([expected] if expected else [])


def test_a_base_class_that_is_not_in_the_tree_may_call(tmp_path: Path) -> None:
    org = files(
        apex("A extends ns.TriggerHandler", "public override void run() { }"),
        apex("B implements ns.Plugin", "public void run() { }", "void help() { }"),
    )
    apex_ = linked(tmp_path, org)
    assert {m.name: set(entries) for m, entries in apex_.entries.items()} == {
        "A.run": {Entry.TRIGGER},
        "B.run": {Entry.FRAMEWORK},
    }


STATEMENTS = {
    "List<Lead> l = [SELECT Id FROM Lead];": ("lead", "system mode", False),
    "List<Lead> l = [SELECT Id FROM Lead WITH USER_MODE];": ("lead", "user mode", True),
    "List<Lead> l = [SELECT Id FROM Lead WITH SYSTEM_MODE];": ("lead", "system mode", True),
    "insert new Lead(LastName = 'x');": ("lead", "system mode", False),
    "insert as user new List<Lead>{ one };": ("lead", "user mode", True),
    "delete [SELECT Id FROM Lead];": ("lead", "system mode", False),
    "update many;": ("lead", "system mode", False),
    "delete as system one;": ("lead", "system mode", True),
    "delete byId.values();": ("lead", "system mode", False),
    "Database.delete(many, AccessLevel.USER_MODE);": ("lead", "user mode", True),
    "Database.update(anything, false);": ("", "system mode", False),
    "List<SObject> l = Database.query(text);": ("", "system mode", False),
}


@pytest.mark.parametrize(("statement", "expected"), STATEMENTS.items(), ids=STATEMENTS)
def test_object_and_mode_of_a_statement(
    tmp_path: Path, statement: str, expected: tuple[str, str, bool]
) -> None:
    head = "void m(Lead one, List<Lead> many, Map<Id, Lead> byId, List<SObject> anything, String text)"
    org = files(apex("A", f"{head} {{ {statement} }}"))
    org["classes/A.cls-meta.xml"] = (
        '<ApexClass xmlns="http://soap.sforce.com/2006/04/metadata"><apiVersion>60.0</apiVersion></ApexClass>'
    )
    (saved,) = Statements(linked(tmp_path, org)).classes
    found = saved.statements[-1]
    assert (found.object, found.access.mode, found.access.explicit) == expected


@pytest.mark.parametrize(("version", "mode"), [(66.0, "system mode"), (67.0, "user mode"), (None, "unknown")])
def test_the_version_decides_where_no_mode_is_written(
    tmp_path: Path, version: float | None, mode: str
) -> None:
    apex_ = linked(tmp_path, apex("A", "void m() { update x; }"))
    (method,) = apex_.methods
    assert access_of(method, method.method.operations[0], version) == (mode, False)


def test_triggers_run_in_system_mode(tmp_path: Path) -> None:
    apex_ = linked(tmp_path, trigger("T", "Lead", "after insert", "update x;"))
    (method,) = apex_.methods
    assert access_of(method, method.method.operations[0], 68.0) == ("system mode", False)
