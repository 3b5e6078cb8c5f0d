"""Triggers, hidden bodies, files without a type, meta files."""

from __future__ import annotations

import pytest

from sfgov.facts import ApexClass, ApexMeta, ApexTrigger, Problem
from sfgov.parse import parse
from sfgov.parse.apex import read_apex
from sfgov.project.source import SourceFile
from tests.apex_source import read_class, read_trigger, show, show_guards


def test_trigger() -> None:
    fact = read_trigger(
        "/* why */\ntrigger OnAccount on ns__Account__c (before insert, AFTER Undelete) {\n"
        "  if (Off.isOff()) return;\n  for (Account a : Trigger.new) a.addError('no');\n}\n"
    )
    assert (fact.name, fact.line, fact.object) == ("T", 2, "ns__Account__c")
    assert fact.events == ("before insert", "after undelete")
    (body,) = fact.methods
    assert (body.name, body.owner, body.kind, body.line, body.column, body.end_line) == (
        *("OnAccount", "OnAccount", "trigger"),
        *(2, 9, 5),
    )
    assert [show(operation) for operation in body.operations] == [
        "3:11 call Off.isOff()",
        "3:20 return ()",
        "4:35 call a.addError('no') in [0]",
    ]
    assert show_guards(body, "addError") == ["3 after-exit Off.isOff()"]


def test_methods_declared_in_a_trigger() -> None:
    fact = read_trigger(
        "trigger T on A (before delete) {\n  one();\n  void one() { two(); }\n  private static Integer three(Id x) { return 1; }\n"
        "  System.runAs(u) { four(); }\n  Helper.go(a);\n  static Boolean flag = five();\n}"
    )
    assert [(method.name, method.kind, method.owner) for method in fact.methods] == [
        ("T", "trigger", "T"),
        ("one", "method", "T"),
        ("three", "method", "T"),
    ]
    assert [show(operation) for operation in fact.methods[0].operations] == [
        "2:3 call one()",
        "5:10 call System.runAs(u)",
        "5:21 call four()",
        "6:10 call Helper.go(a)",
        "7:25 call five()",
    ]


@pytest.mark.parametrize("text", ["(hidden)", "\ufeff (hidden)\r\n"])
def test_hidden_bodies(text: str) -> None:
    assert read_class(text) == ApexClass(name="X", hidden=True)
    assert read_trigger(text) == ApexTrigger(name="T", hidden=True)


@pytest.mark.parametrize("text", ["", "\n", "// only a comment", "\ufeff"])
def test_empty_files(text: str) -> None:
    assert read_class(text) == ApexClass(name="X")
    assert read_trigger(text) == ApexTrigger(name="T")


def test_without_a_type_the_content_decides() -> None:
    source = SourceFile("odd/Thing", "", "Thing", "body")
    (fact,) = read_apex(b"/* a */ Trigger Thing on A (before insert) { go(); }", source)
    assert isinstance(fact, ApexTrigger)
    assert (fact.name, fact.object) == ("Thing", "A")
    (fact,) = read_apex(b"public class Thing { Integer trigger; }", source)
    assert isinstance(fact, ApexClass)
    assert [declared.name for declared in fact.types] == ["Thing"]


def test_statements_outside_a_type_are_no_facts() -> None:
    fact = read_class("Integer n = 1;\ninsert x;\nif (n > 1) { go(); }\nclass Y { void run() { on(); } }")
    assert [(declared.name, declared.line) for declared in fact.types] == [("Y", 4)]


def test_unbalanced_brackets_are_reported_once() -> None:
    read_class("class X {\n void a() {\n  b(1;\n }\n}", Problem("this '(' has no partner", 3))
    read_class("class X {\n void a() {\n }\n}\n}", Problem("this '}' has no partner", 5))
    read_class("class X {\n Integer[ a;\n}", Problem("this '[' has no partner", 2))


def meta(text: str) -> tuple[object, ...]:
    return parse(SourceFile("classes/X.cls-meta.xml", "ApexClass", "X", "meta"), text.encode()).facts


def test_meta() -> None:
    assert meta(
        '<?xml version="1.0"?>\n<ApexClass xmlns="http://soap.sforce.com/2006/04/metadata">\n'
        "  <apiVersion>66.0</apiVersion>\n  <status>Active</status>\n</ApexClass>"
    ) == (
        ApexMeta(
            name="X",
            line=2,
            lines={"apiVersion": 3, "status": 4},
            owner="ApexClass",
            api_version=66.0,
            status="Active",
        ),
    )


def test_meta_that_says_little() -> None:
    assert meta("<ApexTrigger>\n<apiVersion>v9</apiVersion></ApexTrigger>") == (
        ApexMeta(name="X", line=1, lines={"apiVersion": 2}, owner="ApexTrigger"),
    )


TEST_CLASS = b"""@IsTest
private class Some_TEST {
    static Account made() { return new Account(); }
    class Inner { void go() { insert made(); } }
    @IsTest static void works() { for (Account a : all()) { update a; } }
}
"""


def test_what_is_in_test_classes_is_not_read_unless_asked_for() -> None:
    source = SourceFile("classes/Some_TEST.cls", "ApexClass", "Some_TEST", "body")
    (fact,) = read_apex(TEST_CLASS, source)
    assert isinstance(fact, ApexClass)
    assert [(one.name, one.line, one.end_line, one.is_test) for one in fact.types] == [
        ("Some_TEST", 2, 6, True)
    ]
    assert fact.types[0].methods == ()
    (fact,) = read_apex(TEST_CLASS, source, skip_tests=False)
    assert isinstance(fact, ApexClass)
    methods = [method for one in fact.types for method in one.methods]
    assert [(m.owner, m.name, m.line) for m in methods] == [
        ("Some_TEST", "made", 3),
        ("Some_TEST", "works", 5),
        ("Some_TEST.Inner", "go", 4),
    ]
    kinds = sorted(operation.kind for method in methods for operation in method.operations)
    assert kinds == ["call", "call", "dml", "dml", "new", "return"]


def test_what_is_broken_in_a_test_class_is_still_said() -> None:
    source = SourceFile("classes/Some_TEST.cls", "ApexClass", "Some_TEST", "body")
    outcomes = list(read_apex(TEST_CLASS.replace(b"update a; }", b"update a;"), source))
    assert [type(one).__name__ for one in outcomes] == ["ApexClass", "Problem"]


def test_what_stands_behind_a_test_class_is_read() -> None:
    source = SourceFile("classes/Some_TEST.cls", "ApexClass", "Some_TEST", "body")
    (fact,) = read_apex(TEST_CLASS + b"/* static void old() { go(); ) */\n// }\n", source)
    assert isinstance(fact, ApexClass)
    assert fact.types[0].end_line == 6
    *_, problem = read_apex(TEST_CLASS + b"/* static void old() { go(); }\n", source)
    assert problem == Problem("the comment that starts here never ends", 7)
