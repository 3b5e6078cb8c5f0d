from __future__ import annotations

from sfgov.facts import Problem
from tests.apex_source import operations, read_body


def test_object_mode_bound_expressions_and_text() -> None:
    (query,) = read_body(
        "rows = [\n  SELECT Id, (SELECT Id FROM Contacts WHERE Name = 'x') // sub\n"
        "  FROM Account a, a.Owner o\n  WHERE Id IN :ids AND OwnerId = :user.Id WITH User_Mode\n  LIMIT 1];"
    ).operations[1:]
    assert (query.line, query.column, query.name) == (2, 8, "Account")
    assert query.receiver == "WITH User_Mode"
    assert query.arguments == ("ids", "user.Id")
    assert query.text == (
        "SELECT Id, (SELECT Id FROM Contacts WHERE Name = 'x') FROM Account a, a.Owner o "
        "WHERE Id IN :ids AND OwnerId = :user.Id WITH User_Mode LIMIT 1"
    )


def test_bound_expressions_end_where_a_clause_goes_on() -> None:
    assert operations(
        "return [SELECT Id FROM A WHERE B = :(String) row.get('b') AND C IN :m.keySet()\n"
        "  AND D = :(d) AND E = :new Set<Id>{ f() } AND F = :rows[0].G?.h() ORDER BY Id LIMIT :a() - b() OFFSET :n];"
    )[1:] == [
        "2:8 soql A((String) row.get('b'), m.keySet(), (d), new Set<Id>{ f() }, rows[0].G?.h(), a() - b(), n)",
        "2:50 call row.get('b')",
        "2:71 call m.keySet()",
        "3:38 call f()",
        "3:64 call rows[0].G.h()",
        "3:87 call a()",
        "3:93 call b()",
    ]


def test_a_bound_expression_may_be_a_query() -> None:
    assert operations("go([SELECT Id FROM A WHERE B IN :[SELECT Id FROM C WHERE D = :e()]]);")[1:] == [
        "2:4 soql A([SELECT Id FROM C WHERE D = :e()])",
        "2:34 soql C(e())",
        "2:63 call e()",
    ]


def test_date_literals_bind_nothing() -> None:
    (query,) = read_body("return [SELECT COUNT() FROM Task WHERE CreatedDate = LAST_N_DAYS:30];").operations[
        1:
    ]
    assert (query.name, query.arguments) == ("Task", ())


def test_security_enforced_and_system_mode() -> None:
    method = read_body(
        "a = [SELECT Id FROM A WITH SECURITY_ENFORCED];\nb = [SELECT Id FROM B WITH SYSTEM_MODE LIMIT 1];"
    )
    assert [o.receiver for o in method.operations if o.kind == "soql"] == [
        "WITH SECURITY_ENFORCED",
        "WITH SYSTEM_MODE",
    ]


def test_sosl() -> None:
    method = read_body(
        "r = [FIND :term IN ALL FIELDS RETURNING Account(Id), Lead WITH USER_MODE];\ns = [FIND 'a b' IN NAME FIELDS];"
    )
    found = [o for o in method.operations if o.kind == "sosl"]
    assert [(o.line, o.column, o.name, o.receiver, o.arguments) for o in found] == [
        (2, 5, "", "WITH USER_MODE", ("term",)),
        (3, 5, "", "", ()),
    ]
    assert found[1].text == "FIND 'a b' IN NAME FIELDS"


def test_newer_clauses() -> None:
    (query,) = read_body(
        "return [SELECT TYPEOF What WHEN Account THEN Phone ELSE Name END, FORMAT(A) f, (SELECT Id FROM B) b\n"
        "FROM Event USING SCOPE mine WHERE FORMULA('A * 0.1') > 5 AND T = 01:00:00.000Z\n"
        "WITH DATA CATEGORY G__c AT x__c GROUP BY ROLLUP(A) FOR VIEW ALL ROWS];"
    ).operations[1:]
    assert (query.name, query.receiver, query.arguments) == ("Event", "", ())


def test_an_index_named_select_or_find_is_no_query() -> None:
    assert operations("x = rows[select];\ny = rows[find];\nz = rows[find.i];") == [
        "2:1 assign x(rows[select])",
        "3:1 assign y(rows[find])",
        "4:1 assign z(rows[find.i])",
    ]


def test_a_long_query_keeps_its_from_and_where() -> None:
    fields = ", ".join(f"Field_{number}__c" for number in range(60))
    (query,) = read_body(f"return [SELECT {fields} FROM Account WHERE Id = :i];").operations[1:]  # noqa: S608
    assert len(query.text) == 400
    assert query.text.startswith("SELECT Field_0__c, Field_1__c, ")
    assert query.text.endswith(" … FROM Account WHERE Id = :i")


def test_a_query_that_is_never_closed_ends_with_its_statement() -> None:
    unclosed = Problem("this '[' has no partner", 2)
    method = read_body("x = [SELECT Id FROM A WHERE B = :c();\ngo();", unclosed)
    assert [(o.kind, o.name) for o in method.operations] == [
        ("assign", "x"),
        ("soql", "A"),
        ("call", "c"),
        ("call", "go"),
    ]
