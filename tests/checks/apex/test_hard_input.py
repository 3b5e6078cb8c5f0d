"""Code of any size, depth and shape ends in findings or in silence."""

from __future__ import annotations

import pytest

from sfgov.check import Check
from sfgov.plugins import load_checks
from sfgov.testing import lint, lint_run
from sfgov_checks.apex.work_in_loop import db_work_in_loop, limited_work_in_loop
from tests.apex_orgs import apex, files, trail, trigger

APEX_CHECKS = [check for check in load_checks() if check.pack == "APX"]
FAULT = "public static void run(List<Account> all) { for (Account a : all) { update a; } }"


def lines_of(org: dict[str, str], *checks: Check) -> list[tuple[str, int]]:
    run = lint_run(org, *checks)
    assert not run.crashed
    return [(result.path, result.line) for result in run.results]


def test_a_class_of_a_megabyte() -> None:
    method = (
        "public void m{0}(List<Account> all) {{ for (Account a : all) {{ m{1}(all); a.Name = 'x{0}'; }} }}"
    )
    members = [method.format(n, n + 1) for n in range(11_000)]
    org = apex("A", *members, FAULT)
    assert len(org["classes/A.cls"]) > 1_000_000
    assert lines_of(org, *APEX_CHECKS) == [("classes/A.cls", 11_002)]


def test_a_method_of_half_a_megabyte() -> None:
    steps = [
        f"if (all[{n}].Name == 'x') {{ return; }} cache.put({n}, null); save(all[{n}]);" for n in range(7_000)
    ]
    org = apex(
        "A", "public void go(List<Account> all) {", *steps, "}", "void save(Account a) { update a; }", FAULT
    )
    assert len(org["classes/A.cls"]) > 500_000
    assert lines_of(org, *APEX_CHECKS) == [("classes/A.cls", 7_005)]


def test_a_file_of_twenty_megabytes() -> None:
    comment = "// " + "x" * 97 + "\n"
    org = {"classes/A.cls": "public class A {\n" + comment * 200_000 + FAULT + "\n}\n"}
    assert lines_of(org, db_work_in_loop) == [("classes/A.cls", 200_002)]


@pytest.mark.parametrize("bracket", ["()", "[]", "{}"])
def test_five_thousand_nested_brackets(bracket: str) -> None:
    nest = bracket[0] * 5000 + bracket[1] * 5000
    org = apex("A", FAULT, f"public void deep() {{ Object x = {nest}; }}")
    assert ("classes/A.cls", 2) in lines_of(org, *APEX_CHECKS)


def test_a_condition_of_five_thousand_brackets() -> None:
    condition = "(" * 5000 + "a.Name == null" + ")" * 5000
    org = apex(
        "A",
        "public void go(List<Account> all) {",
        f"for (Account a : all) {{ if {condition} {{",
        "update a; } } }",
    )
    assert ("classes/A.cls", 4) in lines_of(org, *APEX_CHECKS)


def test_a_comment_that_does_not_end() -> None:
    org = apex("A", FAULT, "/* public void more() {")
    assert ("classes/A.cls", 2) in lines_of(org, *APEX_CHECKS)


def test_a_string_that_does_not_end() -> None:
    org = apex("A", FAULT, "String text = 'more;")
    assert ("classes/A.cls", 2) in lines_of(org, *APEX_CHECKS)


def test_blocks_three_hundred_deep() -> None:
    body = "if (x) { " * 300 + "update a;" + " }" * 300
    org = apex(
        "A",
        FAULT,
        f"public void deep(List<Account> all) {{ for (Account a : all) {{ {body} }} }}",
        FAULT.replace("run", "last"),
    )
    assert {("classes/A.cls", 2), ("classes/A.cls", 4)} <= set(lines_of(org, *APEX_CHECKS))


def test_loops_sixty_deep() -> None:
    body = "".join(f"for (Account a{n} : all) {{ " for n in range(60)) + "update all;" + " }" * 60
    (result,) = lint(apex("A", f"public void deep(List<Account> all) {{ {body} }}"), db_work_in_loop)
    assert len(result.evidence) == 61


def test_methods_that_call_each_other_without_end() -> None:
    org = apex(
        "A",
        "public void one(List<Account> all) { for (Account a : all) { two(all); } }",
        "public void two(List<Account> all) { for (Account a : all) { three(all); } }",
        "public void three(List<Account> all) { for (Account a : all) { one(all); } }",
    )
    assert lines_of(org, *APEX_CHECKS) == []


def test_methods_that_call_each_other_and_work() -> None:
    org = apex(
        "A",
        "public void even(Account a) { odd(a); update a; }",
        "public void odd(Account a) { even(a); }",
        "public void go(List<Account> all) {",
        "for (Account a : all) { odd(a); } }",
    )
    (result,) = lint(org, db_work_in_loop)
    assert trail(result) == [
        "A:5 loop: for-each (Account a : all)",
        "A:5 A.go calls A.odd",
        "A:3 A.odd calls A.even",
        "A:2 DML, once per round",
    ]


def test_a_trigger_that_comes_back_to_itself() -> None:
    org = files(
        trigger("T", "Account", "after update", "Handler.run(Trigger.new);"),
        apex(
            "Handler",
            "public static void run(List<Account> all) { Other.run(all); }",
        ),
        apex("Other", "public static void run(List<Account> all) { Handler.run(all); }"),
    )
    assert lines_of(org, *APEX_CHECKS) == []


def test_classes_that_extend_themselves_and_each_other() -> None:
    org = files(
        apex("A extends A", "public void go() { go(); super.go(); }"),
        apex(
            "B extends C", "public void go(List<Account> all) { for (Account a : all) { go(null); x.y(); } }"
        ),
        apex("C extends B", "public void x() { super.go(null); this.x(); }"),
        apex("D implements D", "public void go(D d) { for (Account a : all) { d.go(d); } }"),
    )
    assert lines_of(org, *APEX_CHECKS) == []


def test_a_chain_of_two_hundred_calls() -> None:
    chain = [f"static void m{n}(Account a) {{ m{n + 1}(a); }}" for n in range(200)]
    org = apex(
        "A",
        "public static void go(List<Account> all) {",
        "for (Account a : all) { m0(a); } }",
        *chain,
        "static void m200(Account a) { update a; }",
    )
    (result,) = lint(org, db_work_in_loop)
    assert (result.line, len(result.evidence)) == (3, 203)
    assert trail(result)[-1] == "A:204 DML, once per round"


def test_a_statement_of_two_thousand_calls() -> None:
    org = apex(
        "A",
        "public A x() { return this; }",
        "public void save() { update this.record; }",
        "public void go(List<Account> all) {",
        "for (Account a : all) { this" + ".x()" * 2000 + ".save(); } }",
    )
    assert [r.line for r in lint(org, db_work_in_loop, limited_work_in_loop)] == [5]


def test_many_implementations() -> None:
    implementations = [
        apex(f"I{n} implements Service", "public void work(Id id) { update new Account(Id = id); }")
        for n in range(300)
    ]
    callers = [
        apex(f"C{n}", "public void go(Service s, List<Id> ids) { for (Id id : ids) { s.work(id); } }")
        for n in range(300)
    ]
    org = files(apex("Service", "void work(Id id);", head="public interface"), *implementations, *callers)
    [result] = lint(org, db_work_in_loop)
    assert " To the same statement come 299 more loops, in C1.go, " in result.message
    assert trail(result)[1] == "C0:2 C0.go calls I0.work"
    assert {step.path for step in result.evidence} > {f"classes/C{n}.cls" for n in range(300)}


@pytest.mark.parametrize(
    "text", ["", "   ", "{", "}", "class", "class A", "class A {", "trigger T on", "\x00", "é" * 1000]
)
def test_what_is_no_class(text: str) -> None:
    org = {"classes/A.cls": text, "triggers/T.trigger": text, **apex("B", FAULT)}
    assert ("classes/B.cls", 2) in lines_of(org, *APEX_CHECKS)
