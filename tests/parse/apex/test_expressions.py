from __future__ import annotations

from sfgov.facts.apex import Operation
from tests.apex_source import operations, read_body, show_guards


def test_calls_with_receivers() -> None:
    assert operations("run();\nthis.helper.run(1);\nA.B.run(x, y);\nsuper.run();") == [
        "2:1 call run()",
        "3:13 call this.helper.run(1)",
        "4:5 call A.B.run(x, y)",
        "5:7 call super.run()",
    ]


def test_chains_know_the_operation_that_is_their_receiver() -> None:
    method = read_body("new Svc(a).start().then(b(c)).result.end();")
    assert [(o.kind, o.name, o.receiver, o.receiver_operation) for o in method.operations] == [
        ("new", "Svc", "", -1),
        ("call", "start", "new Svc(a)", 0),
        ("call", "then", "new Svc(a).start()", 1),
        ("call", "b", "", -1),
        ("call", "end", "new Svc(a).start().then(b(c)).result", -1),
    ]


def test_trigger_new_creates_nothing() -> None:
    assert operations("Trigger.new.size();\nTrigger.new[0].addError('x');\nf(Trigger.new, Trigger.old);") == [
        "2:13 call Trigger.new.size()",
        "3:16 call Trigger.new[0].addError('x')",
        "4:1 call f(Trigger.new, Trigger.old)",
    ]
    (query,) = read_body("return [SELECT Id FROM A WHERE Id IN :Trigger.new LIMIT 1];").operations[1:]
    assert query.arguments == ("Trigger.new",)


def test_receivers_over_lines_are_folded() -> None:
    assert operations("Req.make()  // one\n  .with( /* two */ a )\n  .send();") == [
        "2:5 call Req.make()",
        "3:4 call Req.make().with(a)",
        "4:4 call Req.make() .with( a ).send()",
    ]


def test_receivers_that_are_indexes_casts_and_queries() -> None:
    assert operations(
        "rows[i + f()].go();\n((Acc) x.y()).go();\n(Acc) z.go();\n[SELECT Id FROM A].size();"
    ) == [
        "2:10 call f()",
        "2:15 call rows[i + f()].go()",
        "3:10 call x.y()",
        "3:15 call ((Acc) x.y()).go()",
        "4:9 call z.go()",
        "5:1 soql A()",
        "5:20 call [SELECT Id FROM A].size()",
    ]
    assert read_body("[SELECT Id FROM A].size();").operations[1].receiver_operation == 0


def test_safe_navigation_and_null_coalescing() -> None:
    assert operations("a?.b()?.c(x ?? y.z());") == [
        "2:4 call a.b()",
        "2:9 call a?.b().c(x ?? y.z())",
        "2:18 call y.z()",
    ]
    assert read_body("a ?? b();").guards == ()


def test_arguments_are_split_at_their_own_commas() -> None:
    assert operations("f(new Map<Id, List<A>>(), g(1, 2), new Set<Id>{ a, b }, (Map<A, B>) c, d[i, j]);") == [
        "2:1 call f(new Map<Id, List<A>>(), g(1, 2), new Set<Id>{ a, b }, (Map<A, B>) c, d[i, j])",
        "2:3 new Map<Id, List<A>>()",
        "2:27 call g(1, 2)",
    ]
    (call,) = read_body("JSON.deserialize(s, Map<String, Object>.class);").operations
    assert call.arguments == ("s", "Map<String, Object>.class")
    (call,) = read_body("f(x instanceof Map<Id, A>, y < z, a > b);").operations
    assert call.arguments == ("x instanceof Map<Id, A>", "y < z", "a > b")


def test_long_arguments_and_receivers_are_cut() -> None:
    long = "a" * 130
    (call,) = read_body(f"{long}.run('{long}', {long} + 1);").operations
    assert call.receiver == "a" * 119 + "…"
    assert call.arguments == ("'" + "a" * 118 + "…", "a" * 119 + "…")


def test_strings_hold_what_they_like() -> None:
    assert operations("log('it\\'s; a(b) { // no\\\\');\nlog('a  b' + '/* c */');") == [
        "2:1 call log('it\\'s; a(b) { // no\\\\')",
        "3:1 call log('a  b' + '/* c */')",
    ]


def test_text_blocks() -> None:
    assert operations("s = '''\n it's run()  {x}\n '' ''';\nrun();") == [
        "2:1 assign s(''' it's run() {x} '' ''')",
        "5:1 call run()",
    ]


def test_creations() -> None:
    assert operations(
        "new Account(Name = 'x', Total__c = f(1));\nnew ns.Outer.Inner();\nnew List<A>{ new A() };"
    ) == [
        "2:1 new Account(Name = 'x', Total__c = f(1))",
        "2:36 call f(1)",
        "3:1 new ns.Outer.Inner()",
        "4:14 new A()",
    ]


def test_array_and_map_creations_hold_expressions() -> None:
    assert operations(
        "x = new A[]{ f(), g() };\ny = new A[n()];\nm = new Map<Id, A>{ k() => v(), l => w() };"
    ) == [
        "2:1 assign x(new A[]{ f(), g() })",
        "2:14 call f()",
        "2:19 call g()",
        "3:1 assign y(new A[n()])",
        "3:11 call n()",
        "4:1 assign m(new Map<Id, A>{ k() => v(), l => w() })",
        "4:21 call k()",
        "4:28 call v()",
        "4:38 call w()",
    ]


def test_keywords_are_names_of_methods() -> None:
    assert operations(
        "mocks.when(a.insert(b)).thenReturn(c);\nwhen(x);\nDatabase.update(y);\nif (not(z)) go();"
    ) == [
        "2:7 call mocks.when(a.insert(b))",
        "2:14 call a.insert(b)",
        "2:25 call mocks.when(a.insert(b)).thenReturn(c)",
        "3:1 call when(x)",
        "4:10 call Database.update(y)",
        "5:13 call go()",
    ]


def test_assignments() -> None:
    assert operations(
        "acc.Name = 'x';\nthis.n += f(1);\nrows[i].A = b.C = 2;\nmap1 = null;\ni++;\nn >>= 2;"
    ) == [
        "2:1 assign acc.Name('x')",
        "3:1 assign this.n(f(1))",
        "3:11 call f(1)",
        "4:1 assign rows[i].A(b.C = 2)",
        "4:13 assign b.C(2)",
        "5:1 assign map1(null)",
        "7:1 assign n(2)",
    ]


def test_compound_assignments_show_their_sign() -> None:
    method = read_body("a = 1;\nb += 2;\nc <<= 3;\nd |= e;")
    assert [operation.text for operation in method.operations] == ["", "b += 2", "c <<= 3", "d |= e"]


def test_comparisons_assign_nothing() -> None:
    assert operations("go(a == b, c != d, e <= f, g >= h, i === j, k !== l);") == [
        "2:1 call go(a == b, c != d, e <= f, g >= h, i === j, k !== l)"
    ]


def test_assignments_inside_expressions() -> None:
    assert operations("return it == null ? (it = make()) : it;") == [
        "2:1 return (it == null ? (it = make()) : it)",
        "2:22 assign it(make())",
        "2:27 call make()",
    ]
    assert operations("while ((x = next()) != null) { use(x); }") == [
        "2:9 assign x(next()) in [0]",
        "2:13 call next() in [0]",
        "2:32 call use(x) in [0]",
    ]


def test_both_halves_of_a_ternary_are_guarded() -> None:
    method = read_body("x = a.isOk() ? yes() : no();\nafter();")
    assert show_guards(method, "isOk") == []
    assert show_guards(method, "yes") == ["2 ternary a.isOk()"]
    assert show_guards(method, "no") == ["2 else a.isOk()"]
    assert show_guards(method, "after") == []


def test_the_condition_of_a_ternary_is_its_whole_operand() -> None:
    method = read_body("x = y + f(a.isOk(1, 2) && b[i] == c ? yes() : no());")
    assert show_guards(method, "yes") == ["2 ternary a.isOk(1, 2) && b[i] == c"]


def test_nested_ternaries() -> None:
    method = read_body("f(a ? b ? c() : d() : e ? g() : h(), i());")
    assert show_guards(method, "c") == ["2 ternary b", "2 ternary a"]
    assert show_guards(method, "d") == ["2 else b", "2 ternary a"]
    assert show_guards(method, "g") == ["2 ternary e", "2 else a"]
    assert show_guards(method, "h") == ["2 else e", "2 else a"]
    assert show_guards(method, "i") == []


def test_a_ternary_in_brackets_ends_with_them() -> None:
    method = read_body("x = (a ? b() : c()) + d();\ny = new Map<Id, A>{ k ? e() : f() => g() };")
    assert show_guards(method, "c") == ["2 else a"]
    assert show_guards(method, "d") == []
    assert show_guards(method, "e") == ["3 ternary k"]


def test_run_as_is_a_call_with_a_block() -> None:
    assert operations("System.runAs(user) {\n  insert a;\n}\ngo();") == [
        "2:8 call System.runAs(user)",
        "3:3 dml insert(a)",
        "5:1 call go()",
    ]


def test_an_operation_is_plain_data() -> None:
    (operation,) = read_body("  svc.run(a);").operations
    assert operation == Operation("call", 2, 7, "run", "svc", ("a",), (), -1, "", -1)
