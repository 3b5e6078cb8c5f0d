"""Whatever is in a file: no exception, no hang, and the facts that could be had."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfgov.facts import AnyFact, ApexClass, ApexTrigger, Problem
from sfgov.facts.apex import ApexType, Method
from sfgov.parse import parse
from sfgov.project.source import SourceFile
from tests.apex_source import read_class, show

TOO_DEEP = "statements are nested too deeply; the innermost ones were not read"


def read(body: str) -> tuple[dict[str, list[str]], list[Problem]]:
    """The operations of each method of a class whose method `run` has this body, followed by a method `last`."""
    text = f"class X {{ void run() {{ {body} }} void last() {{ insert x; }} }}"
    parsed = parse(SourceFile("classes/X.cls", "ApexClass", "X", "body"), text.encode())
    found = {
        method.name: [show(o) for o in method.operations] for fact in parsed.facts for method in methods(fact)
    }
    return found, list(parsed.problems)


def methods(fact: AnyFact) -> Iterator[Method]:
    if isinstance(fact, ApexTrigger):
        yield from fact.methods
    elif isinstance(fact, ApexClass):
        for declared in fact.types:
            yield from declared.methods


@pytest.mark.parametrize(
    "opening", ["if (a) {", "{", "while (b) {", "try {", "do {", "System.runAs(u) {", "if (a) {} else {"]
)
def test_deeply_nested_blocks(opening: str) -> None:
    found, problems = read("go(); " + opening * 300 + "}" * 300)
    assert found["run"][0] == "1:24 call go()"
    assert [operation.partition(" ")[2] for operation in found["last"]] == ["dml insert(x)"]
    assert problems == [Problem(TOO_DEEP, 1)]


@pytest.mark.parametrize("opening", ["if (a) ", "for (A b : c) ", "else ", "do ", "while (a) "])
def test_deeply_nested_statements_without_blocks(opening: str) -> None:
    found, problems = read(opening * 5000 + "go();")
    assert [operation.partition(" ")[2] for operation in found["last"]] == ["dml insert(x)"]
    assert problems == [Problem(TOO_DEEP, 1)]


def test_seventy_nested_blocks_are_read_whole() -> None:
    found, problems = read("for (A b : c) {" * 70 + "go();" + "}" * 70)
    assert found["run"] == [f"1:{24 + 70 * 15} call go() in {list(range(70))}"]
    assert problems == []


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("x = " + "(" * 5000 + "1" + ")" * 5000 + ";", 1),
        ("f(" * 5000 + "1" + ")" * 5000 + ";", 5000),
        ("x = " + "new A[]{" * 5000 + "}" * 5000 + ";", 1),
        ("a" + ".b()" * 5000 + ";", 5000),
        ("a" + "[0]" * 5000 + ".b();", 1),
        ("x = 'a'" + " + 'b'" * 20_000 + ";", 1),
        ("x = " * 5000 + "1;", 5000),
        ("x = " + "a ? b : " * 5000 + "c;", 1),
        ("x = " + "a ? " * 5000 + "b" + " : c" * 5000 + ";", 1),
        ("if (a) { b(); } " + "else if (c) { return; } " * 2000, 2001),
        ("x = [SELECT Id FROM A WHERE B = :" + "(A)" * 5000 + "b];", 2),
    ],
)
def test_long_expressions_are_read_whole(body: str, count: int) -> None:
    found, problems = read(body)
    assert len(found["run"]) == count
    assert [operation.partition(" ")[2] for operation in found["last"]] == ["dml insert(x)"]
    assert problems == []


def test_deeply_nested_queries() -> None:
    found, problems = read("x = " + "[SELECT Id FROM A WHERE B IN :" * 1000 + "c" + "]" * 1000 + ";")
    assert found["run"][1].startswith("1:28 soql A([SELECT Id FROM A WHERE B IN :[SELECT")
    assert [operation.partition(" ")[2] for operation in found["last"]] == ["dml insert(x)"]
    assert problems == []


@pytest.mark.parametrize("opening", ["(", "["])
def test_brackets_that_are_never_closed(opening: str) -> None:
    _, problems = read(opening * 50_000)
    assert problems == [Problem(f"this '{opening}' has no partner", 1)]


@pytest.mark.parametrize(
    "text",
    [
        *("class X {" * 5000, "class X { void run(" * 2000, "class X { Integer a { get {" * 2000),
        *("@A(" * 20_000, "public a(" * 20_000, "class X extends " + "B, " * 20_000),
        *("class X { void run() { x" + "<A" * 20_000, "class X { A" + "<A" * 20_000),
        *("'" * 50_000, "'''" * 20_001, "/*" * 50_000, "'" + "\\" * 50_001, "\0" * 50_000),
        *(" " * 500_000, "\n" * 200_000, "\r" * 200_000, "x" * 500_000, "é" * 100_000, "." * 50_000),
        "class X { void run() { x = [SELECT " + ":a(" * 10_000,
        "trigger T on A (before insert) {" + "void f() {" * 2000,
    ],
    ids=lambda text: text[:24].strip() or repr(text[:1]),
)
@pytest.mark.parametrize("kind", ["ApexClass", "ApexTrigger"])
def test_garbage(text: str, kind: str) -> None:
    parsed = parse(SourceFile("classes/X", kind, "X", "body"), text.encode())
    assert [type(fact).__name__ for fact in parsed.facts] == [kind]
    assert all(1 <= problem.line <= text.count("\n") + text.count("\r") + 1 for problem in parsed.problems)


def test_a_class_of_a_megabyte() -> None:
    member = "  // what it does\n  public void run(Id x) { for (A a : [SELECT Id FROM A]) { go(a, x); } }\n"
    count = 1_000_000 // len(member)
    (declared,) = read_class("class X {\n" + member * count + "}").types
    assert len(declared.methods) == count
    last = declared.methods[-1]
    assert (last.line, last.column) == (1 + 2 * count, 15)
    assert [show(operation) for operation in last.operations] == [
        f"{last.line}:38 soql A()",
        f"{last.line}:60 call go(a, x) in [0]",
    ]


def test_no_recursion_where_the_stack_is_already_used() -> None:
    """The parser must not need the whole of Python's stack: its caller has used some of it."""
    text = "class X { void run() { " + "if (a) " * 5000 + "go(); } }"

    def deeper(left: int) -> int:
        return deeper(left - 1) if left else len(read_class(text, Problem(TOO_DEEP, 1)).types)

    assert deeper(sys.getrecursionlimit() // 8) == 1


WORDS = """
class trigger X on ( ) [ ] { } < > ; , . ? ?. : = == => += @ ' ''' // /* */ % %%%N%%% 1 1.5 a b 'x' List<A> a.b()
if else for while do switch when try catch finally return throw break continue new instanceof this super null
insert upsert merge as user SELECT FROM WHERE FIND WITH USER_MODE get set static public void Integer
"""
APEX = st.lists(st.sampled_from([*WORDS.split(), "\n", "\r", "\t", "// sfgov: y"]), max_size=120).map(
    " ".join
)


@given(st.one_of(APEX, st.text()), st.sampled_from(["ApexClass", "ApexTrigger", ""]))
def test_any_text(text: str, kind: str) -> None:
    check_facts(text.encode("utf-8", "surrogatepass"), kind)


@given(st.binary())
def test_any_bytes(data: bytes) -> None:
    check_facts(data, "ApexClass")


@given(APEX)
def test_any_body(text: str) -> None:
    check_facts(f"class X {{ void run() {{ {text} }} }}".encode(), "ApexClass")


def check_facts(data: bytes, kind: str) -> None:
    parsed = parse(SourceFile("classes/X", kind, "X", "body"), data)
    (fact,) = parsed.facts
    last = max(1, len(re.findall(rb"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+\Z", data)))
    assert all(1 <= problem.line <= last for problem in parsed.problems)
    for declared in fact.types if isinstance(fact, ApexClass) else ():
        check_type(declared, last)
    for method in methods(fact):
        check_method(method, last)


def check_type(declared: ApexType, last: int) -> None:
    assert 1 <= declared.line <= declared.end_line <= last
    assert all(declared.line <= field.line <= declared.end_line for field in declared.fields)
    assert all(declared.line <= method.line <= declared.end_line for method in declared.methods)


def check_method(method: Method, last: int) -> None:
    assert 1 <= method.line <= method.end_line <= last
    for index, loop in enumerate(method.loops):
        assert -1 <= loop.parent < index
        assert method.line <= loop.line <= method.end_line
    for index, guard in enumerate(method.guards):
        assert -1 <= guard.parent < index
    for index, operation in enumerate(method.operations):
        assert method.line <= operation.line <= method.end_line
        assert operation.column >= 1
        assert -1 <= operation.guard < len(method.guards)
        assert -1 <= operation.receiver_operation < index
        assert list(operation.loops) == sorted(set(operation.loops))
        assert all(0 <= loop < len(method.loops) for loop in operation.loops)
        for inner, outer in zip(operation.loops[1:], operation.loops, strict=False):
            assert outer in ancestors(method, inner)
    places = [(o.line, o.column) for o in method.operations if o.kind != "assign"]
    assert sorted(places) == places
    assert all(-1 <= variable.scope < len(method.loops) for variable in method.variables)


def ancestors(method: Method, loop: int) -> set[int]:
    found = set()
    while loop >= 0:
        loop = method.loops[loop].parent
        found.add(loop)
    return found
