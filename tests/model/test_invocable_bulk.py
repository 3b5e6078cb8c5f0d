from __future__ import annotations

from pathlib import Path

import pytest

from sfgov.model.apex import Apex
from sfgov.model.invocable_bulk import NotBulk, not_bulk
from sfgov.model.invocables import entry_methods
from tests.flow_xml import index_of

HELPER = """public class Helper {
    public static void all(List<Request> given) { for (Request one : given) { System.debug(one); } }
    public static void one(Request given) { insert new Task(); }
    public static void first(List<Request> given) { update given[0].record; }
    public static void none(List<Request> given) { }
    public static List<Case> find(Id id) { return [SELECT Id FROM Case WHERE Id = :id]; }
}"""


def fault(
    folder: Path, body: str, returns: str = "void", parameter: str = "List<Request> ins"
) -> NotBulk | None:
    """The fault of a method whose body starts on line 4."""
    text = (
        f"public class Svc {{\n@InvocableMethod\npublic static {returns} run({parameter}) {{\n{body}\n}}\n}}"
    )
    apex = Apex(index_of(folder, {"classes/Svc.cls": text, "classes/Helper.cls": HELPER}))
    (method,) = entry_methods(apex, "Svc")
    return not_bulk(apex, method)


def said(folder: Path, body: str, returns: str = "void") -> list[str]:
    found = fault(folder, body, returns)
    if found is None:
        return []
    steps = [f"{s.place.path.partition('/')[2]}:{s.place.line} {s.message}" for s in found.evidence]
    return [found.fault, *steps]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("update ins[0].record;", "ins[0]"),
        ("Request r = ins.get(0);\nupdate r.record;", "ins.get(0)"),
        ("String name = ins[0].name;", "ins[0]"),
        ("List<Case> c = [SELECT Id FROM Case WHERE Id = :ins[0].id];", "ins[0]"),
        ("for (Line__c line : ins[0].lines) { line.Done__c = true; }", "ins[0]"),
        ("if (ins[0].flag) { insert new Task(); }", "ins[0]"),
        ("if (ins == null || ins.isEmpty()) { return; }\nupdate ins[0].record;", "ins[0]"),
        ("System.debug(ins);\nupdate ins[0].record;", "ins[0]"),
        ("List<Request> mine = ins;\nupdate mine[0].record;", "mine[0]"),
        ("Helper.one(ins[0]);", "ins[0]"),
        ("Helper.none(ins);\nHelper.one(INS[0]);", "INS[0]"),
    ],
)
def test_only_the_first(tmp_path: Path, body: str, text: str) -> None:
    lines = body.split("\n")
    line = 4 + next(i for i, one in enumerate(lines) if text in one)
    assert said(tmp_path, body) == ["first", f"Svc.cls:{line} uses {text} and no other of them"]


def test_only_the_first_in_another_class(tmp_path: Path) -> None:
    assert said(tmp_path, "Helper.first(ins);") == [
        "first",
        "Svc.cls:4 passes them to Helper.first",
        "Helper.cls:4 uses given[0] and no other of them",
    ]


@pytest.mark.parametrize(
    "body",
    [
        "for (Request r : ins) { System.debug(r); }",
        "for (Integer i = 0; i < ins.size(); i++) { System.debug(ins[i]); }",
        "update ins[0].record;\nfor (Request r : ins) { System.debug(r); }",
        "update ins[0].record;\nHelper.all(ins);",
        "update ins[0].record;\nSet<Request> all = new Set<Request>(ins);",
        "String text = JSON.serialize(ins);\nupdate ins[0].record;",
        "update ins[0].record;\nthis.kept = ins;",
        "if (ins.size() > 1) { throw new Bad(); }\nupdate ins[0].record;",
        "if (ins.size() == 1) { update ins[0].record; } else { Helper.all(ins); }",
        "update others[0].record;",
        "System.debug('ins[0]');",
        "",
    ],
)
def test_the_rest_is_handled_or_refused(tmp_path: Path, body: str) -> None:
    assert said(tmp_path, body) == []


@pytest.mark.parametrize(
    ("body", "steps"),
    [
        (
            "for (Request r : ins) {\ninsert new Task();\n}",
            ["Svc.cls:4 loop: for-each (Request r : ins)", "Svc.cls:5 DML, once for each"],
        ),
        (
            "for (Integer i = 0; i < ins.size(); i++) {\nupdate ins[i].record;\n}",
            ["Svc.cls:4 loop: for (Integer i = 0; i < ins.size(); i++)", "Svc.cls:5 DML, once for each"],
        ),
        (
            "for (Request r : ins) {\nHelper.one(r);\n}",
            [
                "Svc.cls:4 loop: for-each (Request r : ins)",
                "Svc.cls:5 Svc.run calls Helper.one",
                "Helper.cls:3 DML, once for each",
            ],
        ),
        (
            "for (Request r : ins) {\nHelper.find(r.id);\n}",
            [
                "Svc.cls:4 loop: for-each (Request r : ins)",
                "Svc.cls:5 Svc.run calls Helper.find",
                "Helper.cls:6 SOQL query, once for each",
            ],
        ),
    ],
)
def test_work_for_each(tmp_path: Path, body: str, steps: list[str]) -> None:
    assert said(tmp_path, body) == ["each", *steps]


@pytest.mark.parametrize(
    "body",
    [
        "List<Task> tasks = new List<Task>();\nfor (Request r : ins) { tasks.add(new Task()); }\ninsert tasks;",
        "for (Case c : [SELECT Id FROM Case]) { System.debug(c); }\nHelper.all(ins);",
        "for (List<Request> some : chunks) { update records; }\nHelper.all(ins);",
        "try { Helper.all(ins); } catch (Exception e) { for (Request r : ins) { insert new Log__c(); } }",
    ],
)
def test_work_once_for_all(tmp_path: Path, body: str) -> None:
    assert said(tmp_path, body) == []


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("Helper.all(ins);\nreturn new List<Result>{ new Result() };", "new List<Result>{ new Result() }"),
        (
            "List<Result> out = new List<Result>();\nHelper.all(ins);\nout.add(new Result());\nreturn out;",
            "out",
        ),
        ("Helper.all(ins);\nResult[] out = new Result[]{ one };\nreturn out;", "out"),
    ],
)
def test_one_result_for_all(tmp_path: Path, body: str, text: str) -> None:
    line = 4 + body.count("\n")
    assert said(tmp_path, body, "List<Result>") == [
        "result",
        f"Svc.cls:{line} returns {text}, which holds one result however many inputs there are",
    ]


@pytest.mark.parametrize(
    "body",
    [
        "List<Result> out = new List<Result>();\nfor (Request r : ins) { out.add(new Result()); }\nreturn out;",
        "List<Result> out = new List<Result>();\nHelper.fill(ins, out);\nout.add(one);\nreturn out;",
        "List<Result> out = new List<Result>();\nout.add(one);\nout.add(two);\nreturn out;",
        "List<Result> out = Helper.results(ins);\nreturn out;",
        "return Helper.results(ins);",
        "return null;",
        "List<Result> out = new List<Result>();\nHelper.all(ins);\nreturn out;",
        "return new List<Result>{ one, two };",
    ],
)
def test_results_that_may_be_as_many(tmp_path: Path, body: str) -> None:
    assert said(tmp_path, body, "List<Result>") == []


def test_methods_without_one_list_of_inputs_are_not_judged(tmp_path: Path) -> None:
    assert fault(tmp_path / "1", "insert new Task();", parameter="") is None
    body = "for (List<Request> some : ins) { System.debug(some); }"
    assert fault(tmp_path / "2", body, parameter="List<List<Request>> ins") is None


def test_methods_that_pass_the_list_round_and_round(tmp_path: Path) -> None:
    assert said(tmp_path, "update ins[0].record;\nrun(ins);") == []


def test_of_long_arguments_only_the_start_is_known(tmp_path: Path) -> None:
    found = fault(tmp_path, f"Helper.one(ins[0].name + '{'x' * 150}');")
    assert found is not None
    assert (found.fault, found.whole_text) == ("first", False)
