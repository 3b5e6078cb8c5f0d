from __future__ import annotations

from sfgov.facts.apex import Annotation, ApexType, Variable
from tests.apex_source import read_class, read_type, show


def test_header_of_a_class() -> None:
    (declared,) = read_class(
        "/* first */\n@IsTest(SeeAllData = true)\nGlobal  abstract With Sharing class X\n"
        "  extends fflib.Domain<Account>\n  implements Database.Batchable<SObject>, Map<Id, List<X>> {\n}\n"
    ).types
    assert declared == ApexType(
        "X",
        "class",
        3,
        6,
        ("global", "abstract", "with sharing"),
        (Annotation("IsTest", 2, "SeeAllData = true"),),
        "fflib.Domain<Account>",
        ("Database.Batchable<SObject>", "Map<Id, List<X>>"),
    )


def test_sharing_keywords() -> None:
    text = "class X { without sharing class A {} inherited sharing class B {} class C {} }"
    assert [declared.modifiers for declared in read_class(text).types] == [
        (),
        ("without sharing",),
        ("inherited sharing",),
        (),
    ]


def test_inner_types_stand_beside_their_outer_one() -> None:
    types = read_class(
        "class X {\n  class A { void a() {} }\n  interface I extends J, K { void i(Id x); }\n"
        "  public enum Season { WINTER, Spring }\n  void x() {}\n}"
    ).types
    assert [(declared.name, declared.kind, declared.line, declared.end_line) for declared in types] == [
        ("X", "class", 1, 6),
        ("X.A", "class", 2, 2),
        ("X.I", "interface", 3, 3),
        ("X.Season", "enum", 4, 4),
    ]
    assert [(method.owner, method.name) for declared in types for method in declared.methods] == [
        ("X", "x"),
        ("X.A", "a"),
        ("X.I", "i"),
    ]
    assert types[2].interfaces == ("J", "K")
    assert types[2].superclass == ""
    assert not types[2].methods[0].has_body
    assert types[3].fields == (Variable("WINTER", "X.Season", 4), Variable("Spring", "X.Season", 4))


def test_method() -> None:
    declared = read_type(
        "@AuraEnabled(cacheable=true) @ReadOnly\n  public static Map<Id, List<Account>> byId(\n"
        "    final Set<Id> ids, @X Contact[] people) {\n  }"
    )
    (method,) = declared.methods
    assert (method.name, method.owner, method.kind) == ("byId", "X", "method")
    assert (method.line, method.column, method.end_line) == (3, 40, 5)
    assert method.return_type == "Map<Id, List<Account>>"
    assert method.modifiers == ("public", "static")
    assert method.annotations == (Annotation("AuraEnabled", 2, "cacheable=true"), Annotation("ReadOnly", 2))
    assert method.parameters == (
        Variable("ids", "Set<Id>", 4, modifiers=("final",)),
        Variable("people", "Contact[]", 4),
    )
    assert method.has_body


def test_methods_without_code() -> None:
    declared = read_type("abstract void a();\nwebservice static\nInteger b();")
    assert [(m.name, m.line, m.end_line, m.has_body, m.modifiers) for m in declared.methods] == [
        ("a", 2, 2, False, ("abstract",)),
        ("b", 4, 4, False, ("webservice", "static")),
    ]


def test_constructors_and_their_chains() -> None:
    declared = read_type("X() { this(1, 'a'); }\nX(Integer n, String s) { super(n); }")
    assert [(m.name, m.kind, m.line, m.return_type) for m in declared.methods] == [
        ("X", "constructor", 2, ""),
        ("X", "constructor", 3, ""),
    ]
    assert [show(operation) for method in declared.methods for operation in method.operations] == [
        "2:7 call this(1, 'a')",
        "3:26 call super(n)",
    ]


def test_fields() -> None:
    declared = read_type(
        "@TestVisible private static final Integer MAX = 5 * 2, MIN;\n"
        "@InvocableVariable(required=true label='It')\nglobal List<String> names;"
    )
    modifiers = ("private", "static", "final")
    visible = (Annotation("TestVisible", 2),)
    assert declared.fields == (
        Variable("MAX", "Integer", 2, "5 * 2", modifiers, annotations=visible),
        Variable("MIN", "Integer", 2, "", modifiers, annotations=visible),
        Variable(
            "names",
            "List<String>",
            4,
            modifiers=("global",),
            annotations=(Annotation("InvocableVariable", 3, "required=true label='It'"),),
        ),
    )
    assert declared.methods == ()


def test_an_initial_value_that_does_something_is_an_initializer() -> None:
    declared = read_type(
        "@TestVisible static List<Account> cache = [\n  SELECT Id FROM Account];\n"
        "private Service svc = new Service(), other = Factory.make(1), last;"
    )
    assert [(m.name, m.kind, m.line, m.column, m.end_line) for m in declared.methods] == [
        ("cache", "static-initializer", 2, 35, 3),
        ("svc", "initializer", 4, 17, 4),
        ("other", "initializer", 4, 38, 4),
    ]
    assert [method.annotations for method in declared.methods] == [(), (), ()]
    assert [show(operation) for method in declared.methods for operation in method.operations] == [
        "2:43 soql Account()",
        "4:23 new Service()",
        "4:54 call Factory.make(1)",
    ]
    assert [field.name for field in declared.fields] == ["cache", "svc", "other", "last"]


def test_initializer_blocks() -> None:
    declared = read_type("static { load(); }\n{\n  count = 1;\n}")
    assert [(m.name, m.kind, m.line, m.end_line, m.modifiers) for m in declared.methods] == [
        ("initializer", "static-initializer", 2, 2, ("static",)),
        ("initializer", "initializer", 3, 5, ()),
    ]
    assert [show(operation) for method in declared.methods for operation in method.operations] == [
        "2:10 call load()",
        "4:3 assign count(1)",
    ]


def test_properties() -> None:
    declared = read_type(
        "public Integer plain { get; private set; }\n"
        "public static List<Account> rows {\n  get { return load(); }\n  private set { rows = value; }\n}"
    )
    assert declared.fields == (
        Variable("plain", "Integer", 2, modifiers=("public",)),
        Variable("rows", "List<Account>", 3, modifiers=("public", "static")),
    )
    getter, setter = declared.methods
    assert (getter.name, getter.kind, getter.line, getter.column) == ("rows", "getter", 4, 3)
    assert (getter.return_type, getter.modifiers, getter.parameters) == ("List<Account>", ("static",), ())
    assert (setter.name, setter.kind, setter.line) == ("rows", "setter", 5)
    assert (setter.return_type, setter.modifiers) == ("void", ("private", "static"))
    assert setter.parameters == (Variable("value", "List<Account>", 5),)
    assert [show(operation) for operation in (*getter.operations, *setter.operations)] == [
        "4:9 return (load())",
        "4:16 call load()",
        "5:17 assign rows(value)",
    ]


def test_keywords_are_names_of_members() -> None:
    declared = read_type(
        "Integer group;\nString order, user = 'a', after;\nvoid when(Object switch_, String limit) {}\nvoid get() {}"
    )
    assert [field.name for field in declared.fields] == ["group", "order", "user", "after"]
    assert [(m.name, [p.name for p in m.parameters]) for m in declared.methods] == [
        ("when", ["switch_", "limit"]),
        ("get", []),
    ]


def test_template_tokens_are_parts_of_names() -> None:
    declared = read_type(
        "%%%NAMESPACE%%%Foo__c one;\nvoid run(%%%NAMESPACE%%%Foo__c x) { %%%NS_DOT%%%Util.go(x); }"
    )
    assert declared.fields == (Variable("one", "%%%NAMESPACE%%%Foo__c", 2),)
    (method,) = declared.methods
    assert method.parameters == (Variable("x", "%%%NAMESPACE%%%Foo__c", 3),)
    assert [show(operation) for operation in method.operations] == ["3:54 call %%%NS_DOT%%%Util.go(x)"]


def test_arguments_of_annotations_may_hold_annotations() -> None:
    (declared,) = read_class("@C({@D(x=1), @E})\nclass X {}").types
    assert declared.annotations == (Annotation("C", 1, "{@D(x=1), @E}"),)


def test_semicolons_after_members() -> None:
    declared = read_type("void a() {};\nclass I {};\nInteger n {get;};\nvoid b() {}")
    assert [method.name for method in declared.methods] == ["a", "b"]
    assert [field.name for field in declared.fields] == ["n"]


def test_the_class_is_named_by_its_file_and_starts_at_its_type() -> None:
    fact = read_class("\n\npublic class Other {}")
    assert (fact.name, fact.line, fact.hidden) == ("X", 3, False)
