"""Who is called: each case is an org, a call by its line and name in class A, and the methods it may run."""

from __future__ import annotations

from pathlib import Path

import pytest

from sfgov.facts.apex import Operation
from sfgov.model.apex import Apex, LinkedMethod
from tests.apex_orgs import apex, files
from tests.flow_xml import index_of


def linked(tmp_path: Path, org: dict[str, str]) -> Apex:
    return Apex(index_of(tmp_path, org))


def operation_at(apex_: Apex, line: int, name: str) -> tuple[LinkedMethod, Operation]:
    """The operation of that name on a line of class A."""
    return next(
        (method, op)
        for method in apex_.methods
        for op in method.method.operations
        if method.written.name == "A" and op.line == line and op.name == name
    )


def shown(method: LinkedMethod) -> str:
    """`B.go/2:3`: name, number of parameters, line."""
    return f"{method.name}/{len(method.method.parameters)}:{method.method.line}"


def runs(tmp_path: Path, org: dict[str, str], line: int, name: str) -> list[str]:
    apex_ = linked(tmp_path, org)
    return [shown(m) for m in apex_.calls.targets(*operation_at(apex_, line, name))]


GO = "public void go() { }"
BASE = apex("Base", "public virtual void go() { }", head="public virtual class")
SUB = apex("Sub extends Base", "public override void go() { }")

CALLS: dict[str, tuple[dict[str, str], str, list[str]]] = {
    "an own method": (apex("A", "void x() { go(); }", GO), "go", ["A.go/0:3"]),
    "with this": (apex("A", "void x() { this.go(); }", GO), "go", ["A.go/0:3"]),
    "a static one of another class": (
        files(apex("A", "void x() { B.go(); }"), apex("B", "public static void go() { }")),
        "go",
        ["B.go/0:2"],
    ),
    "a variable hides a class": (
        files(apex("A", "void x(C b) { b.go(); }"), apex("B", GO), apex("C", GO)),
        "go",
        ["C.go/0:2"],
    ),
    "a local hides a field": (
        files(apex("A", "void x() { C it; it.go(); }", "B it;"), apex("B", GO), apex("C", GO)),
        "go",
        ["C.go/0:2"],
    ),
    "a field with this": (
        files(apex("A", "void x() { C it; this.it.go(); }", "B it;"), apex("B", GO), apex("C", GO)),
        "go",
        ["B.go/0:2"],
    ),
    "an inherited field": (
        files(apex("A extends P", "void x() { it.go(); }"), apex("P", "protected B it;"), apex("B", GO)),
        "go",
        ["B.go/0:2"],
    ),
    "a loop variable": (
        files(apex("A", "void x(List<B> all) { for (B one : all) { one.go(); } }"), apex("B", GO)),
        "go",
        ["B.go/0:2"],
    ),
    "an inner class before a top-level one": (
        files(apex("A", "void x() { new B().go(); }", "class B { " + GO + " }"), apex("B", GO)),
        "go",
        ["A.B.go/0:3"],
    ),
    "an inner class of the base class": (
        files(apex("A extends P", "void x() { In i; i.go(); }"), apex("P", "public class In { " + GO + " }")),
        "go",
        ["P.In.go/0:2"],
    ),
    "an override through the base class": (
        files(apex("A", "void x(Base b) { b.go(); }"), BASE, SUB),
        "go",
        ["Base.go/0:2", "Sub.go/0:2"],
    ),
    "only from there down": (
        files(apex("A", "void x(Sub b) { b.go(); }"), BASE, SUB),
        "go",
        ["Sub.go/0:2"],
    ),
    "a new object is exact": (
        files(apex("A", "void x() { new Base().go(); }"), BASE, SUB),
        "go",
        ["Base.go/0:2"],
    ),
    "super is exact": (
        files(apex("A extends Base", "public override void go() { super.go(); }"), BASE, SUB),
        "go",
        ["Base.go/0:2"],
    ),
    "a method that is not virtual": (
        files(
            apex("A", "void x(P b) { b.go(); }"),
            apex("P", GO, head="public virtual class"),
            apex("Q extends P", GO),
        ),
        "go",
        ["P.go/0:2"],
    ),
    "an abstract method has no code": (
        files(
            apex("A", "void x(P b) { b.go(); }"),
            apex("P", "public abstract void go();", head="public abstract class"),
            apex("Q extends P", "public override void go() { }"),
            apex("R extends P", "public override void go() { }"),
        ),
        "go",
        ["Q.go/0:2", "R.go/0:2"],
    ),
    "an interface, and a class further down": (
        files(
            apex("A", "void x(I b) { b.go(); }"),
            apex("I", "void go();", head="public interface"),
            apex("P implements I", "public virtual void go() { }", head="public virtual class"),
            apex("Q extends P", "public override void go() { }"),
        ),
        "go",
        ["P.go/0:2", "Q.go/0:2"],
    ),
    "an abstract class that leaves it to others": (
        files(
            apex("A", "void x(P b) { b.go(); }"),
            apex("I", "void go();", head="public interface"),
            apex("P implements I", head="public abstract class"),
            apex("Q extends P", "public void go() { }"),
        ),
        "go",
        ["Q.go/0:2"],
    ),
    "constructors by number of arguments": (
        files(apex("A", "void x() { new B(1); }"), apex("B", "public B() { }", "public B(Integer n) { }")),
        "B",
        ["new B()/1:3"],
    ),
    "a constructor and what initialises": (
        files(
            apex("A", "void x() { new B(); }"), apex("B", "Integer n = count();", "{ go(); }", "B() { }", GO)
        ),
        "B",
        ["new B()/0:4", "B (initialiser)/0:2", "B (initialiser)/0:3"],
    ),
    "a chain of results": (
        files(
            apex("A", "void x() { b().c().go(); }", "B b() { return null; }"),
            apex("B", "public C c() { return null; }"),
            apex("C", GO),
        ),
        "go",
        ["C.go/0:2"],
    ),
    "a result that is cast": (
        files(apex("A", "void x() { ((B) make()).go(); }", "Object make() { return null; }"), apex("B", GO)),
        "go",
        ["B.go/0:2"],
    ),
    "an element, after a method of the list": (
        files(apex("A", "void x(List<B> all) { all.clone().get(0).go(); }"), apex("B", GO)),
        "go",
        ["B.go/0:2"],
    ),
    "an element of a list of lists": (
        files(apex("A", "void x(List<List<B>> all) { all[0][1].go(); }"), apex("B", GO)),
        "go",
        ["B.go/0:2"],
    ),
    "a value that a map removes": (
        files(apex("A", "void x(Map<Id, B> all) { all.remove(null).go(); }"), apex("B", GO)),
        "go",
        ["B.go/0:2"],
    ),
    "a setter": (
        files(
            apex("A", "void x(B b) { b.name = 'x'; }"),
            apex("B", "public String name { get; set { go(); } }", GO),
        ),
        "b.name",
        ["B.name/1:2"],
    ),
    "a class that is called as Salesforce's own": (
        files(apex("A", "void x() { Database.go(); }"), apex("Database", "public static void go() { }")),
        "go",
        ["Database.go/0:2"],
    ),
    "unknown receivers": (apex("A", "void x() { npe01.B.go(); Foo.go(); y.z.go(); }", GO), "go", []),
    "a list is not its element": (
        files(apex("A", "void x(List<B> all, B[] more) { all.go(); }"), apex("B", GO)),
        "go",
        [],
    ),
    "the wrong number of arguments": (files(apex("A", "void x(B b) { b.go(1); }"), apex("B", GO)), "go", []),
}


@pytest.mark.parametrize(("org", "name", "expected"), CALLS.values(), ids=CALLS)
def test_who_is_called(tmp_path: Path, org: dict[str, str], name: str, expected: list[str]) -> None:
    assert runs(tmp_path, org, 2, name) == expected


OVERLOADS = {
    "Id or List, with a list": ("go(new List<Id>())", ["Id a", "List<Id> a"], [1]),
    "Id or List, with a variable": ("go(id)", ["List<Id> a", "Id a"], [1]),
    "record or list": ("go(account)", ["List<Account> a", "Account a"], [1]),
    "list or array of one": ("go(new Account[]{ account })", ["Account a", "List<Account> a"], [1]),
    "record types": ("go(account)", ["Contact a", "Account a"], [1]),
    "any record": ("go(account)", ["SObject a", "String a"], [0]),
    "the nearer of two": ("go(account)", ["SObject a", "Account a"], [1]),
    "lists of records": ("go(accounts)", ["List<SObject> a", "List<Id> a", "Set<Id> a"], [0]),
    "text or number": ("go('x')", ["Integer a", "String a"], [1]),
    "numbers": ("go(1)", ["String a", "Decimal a"], [1]),
    "text for an Id": ("go('x')", ["Id a", "Integer a"], [0]),
    "a field of a record is one value": ("go(account.Kind__c)", ["List<Account> a", "String a"], [1]),
    "the Id of a record": ("go(account.Id)", ["Set<Id> a", "Id a"], [1]),
    "classes of the org": ("go(sub)", ["Other a", "Base a"], [1]),
    "a class or text": ("go(sub)", ["String a", "Base a"], [1]),
    "a cast": ("go((Contact) thing)", ["Account a", "Contact a"], [1]),
    "the second argument": ("go(id, true)", ["Id a, String b", "Id a, Boolean b"], [1]),
    "null fits all": ("go(null)", ["Account a", "Id a"], [0, 1]),
    "what is not known fits all": ("go(foo.bar())", ["Account a", "Id a"], [0, 1]),
}


@pytest.mark.parametrize(("call", "parameters", "expected"), OVERLOADS.values(), ids=OVERLOADS)
def test_overloads(tmp_path: Path, call: str, parameters: list[str], expected: list[int]) -> None:
    variables = "Id id, Account account, List<Account> accounts, Sub sub, Object thing"
    org = files(
        apex("A", f"void x({variables}) {{ {call}; }}", *(f"void go({p}) {{ }}" for p in parameters)),
        BASE,
        SUB,
        apex("Other"),
    )
    arity = parameters[0].count(",") + 1
    assert runs(tmp_path, org, 2, "go") == [f"A.go/{arity}:{3 + index}" for index in expected]


def test_this_of_a_known_type_runs_its_override(tmp_path: Path) -> None:
    org = files(
        apex("A", "public void x() { go(); }", "public virtual void go() { }", head="public virtual class")
    )
    org |= apex("B extends A", "public override void go() { }")
    apex_ = linked(tmp_path, org)
    method, call = operation_at(apex_, 2, "go")
    assert [shown(m) for m in apex_.calls.targets(method, call)] == ["A.go/0:3", "B.go/0:2"]
    assert [shown(m) for m in apex_.calls.targets(method, call, "b")] == ["B.go/0:2"]


def test_an_object_made_by_the_name_of_its_class_is_dynamic(tmp_path: Path) -> None:
    org = files(
        apex(
            "A",
            "void x() { B b = (B) Type.forName('C').newInstance(); b.go(); }",
            "void y() { B b = make(); b.go(); }",
            "B make() { Object made = Type.forName('C').newInstance(); return (B) made; }",
            "void z() { B b = new B(); b.go(); }",
        ),
        apex("B", GO),
    )
    apex_ = linked(tmp_path, org)
    assert [apex_.calls.is_dynamic(*operation_at(apex_, line, "go")) for line in (2, 3, 5)] == [
        True,
        True,
        False,
    ]


def test_a_jobs_context_knows_ids(tmp_path: Path) -> None:
    org = apex(
        "A",
        "public void execute(SchedulableContext ctx) { execute(ctx.getTriggerId()); }",
        "public void execute(Id trigger) { }",
        "public void execute(List<Account> many) { }",
    )
    assert runs(tmp_path, org, 2, "execute") == ["A.execute/1:3"]
