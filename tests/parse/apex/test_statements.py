from __future__ import annotations

from sfgov.facts.apex import Guard, Variable
from tests.apex_source import operations, read_body, show_guards


def test_local_variables() -> None:
    method = read_body(
        "final Map<Id, List<A>> a = new Map<Id, List<A>>{ x => y }, b;\nA.B[] c =\n  f(1,\n  2);\nInteger i = 1, j = i;\n"
        "@SuppressWarnings('x') String s;\nObject o = (Map<A, B>) p;"
    )
    assert method.variables == (
        Variable("a", "Map<Id, List<A>>", 2, "new Map<Id, List<A>>{ x => y }", ("final",)),
        Variable("b", "Map<Id, List<A>>", 2, "", ("final",)),
        Variable("c", "A.B[]", 3, "f(1, 2)"),
        Variable("i", "Integer", 6, "1"),
        Variable("j", "Integer", 6, "i"),
        Variable("s", "String", 7),
        Variable("o", "Object", 8, "(Map<A, B>) p"),
    )


def test_variables_of_loops_catches_and_switches() -> None:
    method = read_body(
        "for (final A a : rows) { for (Integer i = 0, n = 2; i < n; i++) {} }\n"
        "try { x(); } catch (System.DmlException e) {}\nswitch on o { when Account acc {} when null {} }"
    )
    assert method.variables == (
        Variable("a", "A", 2, "", ("final",), 0),
        Variable("i", "Integer", 2, "0", (), 1),
        Variable("n", "Integer", 2, "2", (), 1),
        Variable("e", "System.DmlException", 3),
        Variable("acc", "Account", 4),
    )


def test_names_that_are_keywords_elsewhere() -> None:
    method = read_body("Integer group = 1;\nString order, user;\nafter = before;\nUser u = system.now();")
    assert [variable.name for variable in method.variables] == ["group", "order", "user", "u"]


def test_dml() -> None:
    method = read_body(
        "insert a;\nUPDATE as user rows.values();\ndelete as system new List<A>{ a };\nundelete [SELECT Id FROM A];"
    )
    found = [operation for operation in method.operations if operation.kind == "dml"]
    assert [(o.line, o.column, o.name, o.receiver, o.arguments, o.text) for o in found] == [
        (2, 1, "insert", "", ("a",), "insert a"),
        (3, 1, "UPDATE", "as user", ("rows.values()",), "UPDATE as user rows.values()"),
        (4, 1, "delete", "as system", ("new List<A>{ a }",), "delete as system new List<A>{ a }"),
        (5, 1, "undelete", "", ("[SELECT Id FROM A]",), "undelete [SELECT Id FROM A]"),
    ]


def test_upsert_and_merge_have_two_operands() -> None:
    found = operations(
        "upsert rows Account.Key__c;\nupsert (List<A>) f(x) Key__c;\nupsert new A(B = c) Key__c;\nupsert (rows);\n"
        "upsert rows[0];\nmerge master new A(Id = x);\nmerge a.b c.d;"
    )
    assert [shown for shown in found if " dml " in shown] == [
        "2:1 dml upsert(rows, Account.Key__c)",
        "3:1 dml upsert((List<A>) f(x), Key__c)",
        "4:1 dml upsert(new A(B = c), Key__c)",
        "5:1 dml upsert((rows))",
        "6:1 dml upsert(rows[0])",
        "7:1 dml merge(master, new A(Id = x))",
        "8:1 dml merge(a.b, c.d)",
    ]


def test_ways_out() -> None:
    assert operations("if (a) return;\nif (b) throw new E('x');\nreturn f(1) + g();") == [
        "2:8 return ()",
        "3:8 throw (new E('x'))",
        "3:14 new E('x')",
        "4:1 return (f(1) + g())",
        "4:8 call f(1)",
        "4:15 call g()",
    ]


def test_if_and_else() -> None:
    method = read_body("if (a == null) { one(); } else if (b.isEmpty()) two(); else { three(); }\nfour();")
    assert method.guards == (
        Guard("if", 2, "a == null", -1),
        Guard("else", 2, "a == null", -1),
        Guard("if", 2, "b.isEmpty()", 1),
        Guard("else", 2, "b.isEmpty()", 1),
    )
    assert show_guards(method, "one") == ["2 if a == null"]
    assert show_guards(method, "two") == ["2 if b.isEmpty()", "2 else a == null"]
    assert show_guards(method, "isEmpty") == ["2 else a == null"]
    assert show_guards(method, "three") == ["2 else b.isEmpty()", "2 else a == null"]
    assert show_guards(method, "four") == []


def test_conditions_over_lines_are_folded() -> None:
    method = read_body("if (a &&\n    // why\n    b) { go(); }")
    assert method.guards == (Guard("if", 2, "a && b", -1),)


def test_what_follows_an_early_exit_is_guarded() -> None:
    method = read_body("if (done) return;\none();\nif (cache.containsKey(k)) { log(); throw x; }\ntwo();")
    assert show_guards(method, "one") == ["2 after-exit done"]
    assert show_guards(method, "two") == ["4 after-exit cache.containsKey(k)", "2 after-exit done"]


def test_an_early_exit_guards_its_own_block_only() -> None:
    method = read_body(
        "for (A a : b) { if (c) continue; one(); if (d) { break; } two(); }\nif (e) { if (f) return; three(); }\nfour();"
    )
    assert show_guards(method, "one") == ["2 after-exit c"]
    assert show_guards(method, "two") == ["2 after-exit d", "2 after-exit c"]
    assert show_guards(method, "three") == ["3 after-exit f", "3 if e"]
    assert show_guards(method, "four") == []


def test_an_if_as_the_body_of_a_loop_guards_nothing_after_it() -> None:
    method = read_body(
        "for (A a : b) if (c) return;\none();\nwhile (d) if (e) break;\ntwo();\ndo if (f) return; while (g);\nthree();"
    )
    assert show_guards(method, "one") == []
    assert show_guards(method, "two") == []
    assert show_guards(method, "three") == []


def test_a_chain_of_early_exits_guards_as_far_as_all_exit() -> None:
    method = read_body("if (a) return; else if (b) { throw x; } else if (c) log();\none();")
    assert show_guards(method, "one") == ["2 after-exit b", "2 after-exit a"]
    method = read_body("if (a) log(); else if (b) return;\none();")
    assert show_guards(method, "one") == []


def test_an_exit_that_is_not_sure_guards_nothing() -> None:
    method = read_body(
        "if (a) { if (b) return; }\none();\nif (c) { while (d) { return; } }\ntwo();\n"
        "if (e) { try { return; } catch (X x) { log(); } }\nthree();\nif (f) { switch on g { when 1 { return; } } }\nfour();"
    )
    assert [show_guards(method, name) for name in ("one", "two", "three", "four")] == [[], [], [], []]


def test_a_sure_exit_may_be_spread_over_branches() -> None:
    method = read_body(
        "if (a) { if (b) return; else { throw x; } }\none();\nif (c) { try { return; } catch (X x) { throw x; } }\ntwo();\n"
        "if (d) { switch on e { when 1 { return; } when else { return; } } }\nthree();\n"
        "if (f) { try { log(); } finally { return; } }\nfour();"
    )
    assert show_guards(method, "four") == [
        "8 after-exit f",
        "6 after-exit d",
        "4 after-exit c",
        "2 after-exit a",
    ]


def test_switch() -> None:
    method = read_body(
        "switch on f(x) {\n  when 1, 2 { one(); }\n  when Account acc { two(); }\n  when 'a;b' { three(); }\n  when else { four(); }\n}"
    )
    assert [show_guards(method, name) for name in ("f", "one", "two", "three", "four")] == [
        [],
        ["3 when 1, 2"],
        ["4 when Account acc"],
        ["5 when 'a;b'"],
        ["6 when else"],
    ]


def test_try() -> None:
    method = read_body(
        "try { one(); }\ncatch (DmlException e) { two(); }\ncatch (Exception e) { three(); }\nfinally { four(); }\nfive();"
    )
    assert [show_guards(method, name) for name in ("one", "two", "three", "four", "five")] == [
        [],
        ["3 catch DmlException e"],
        ["4 catch Exception e"],
        ["5 finally"],
        [],
    ]


def test_a_member_inside_a_block_means_that_a_brace_is_missing() -> None:
    from sfgov.facts import Problem
    from tests.apex_source import read_class

    (declared,) = read_class(
        "class X {\nvoid a() {\n if (b) { c();\n}\n@Test public static void d() { e(); }\nprivate Integer f { get { return g(); } }\n}",
        Problem("this '{' has no partner", 1),
    ).types
    assert [(method.name, [o.name for o in method.operations]) for method in declared.methods] == [
        ("a", ["c"]),
        ("d", ["e"]),
        ("f", ["", "g"]),
    ]
