"""Comments that say in whose name code works, and only where that matters."""

from sfgov.facts import ApexClass
from sfgov.facts.apex import Reason
from sfgov.parse import parse
from sfgov.project import SourceFile


def reasons(text: str) -> list[tuple[int, int]]:
    (fact,) = parse(SourceFile("classes/C.cls", "ApexClass", "C", "body"), text.encode()).facts
    assert isinstance(fact, ApexClass)
    assert all(isinstance(one, Reason) for one in fact.reasons)
    return [(one.line, one.end_line) for one in fact.reasons]


HEAD = "public without sharing class C {\n"


def test_lines_of_comments() -> None:
    assert reasons(f"// without sharing, for guests\n{HEAD}}}") == [(1, 1)]
    assert reasons(f"/**\n * Bypasses permissions.\n */\n{HEAD}}}") == [(1, 3)]
    assert reasons(f"// The guest user\n  // reads it.\n{HEAD}}}") == [(1, 2)]
    assert reasons(f"{HEAD} // by design\r\n /* no access to it */ }}") == [(2, 2), (3, 3)]


def test_only_comments_about_rights_are_kept() -> None:
    assert reasons(f"// Prices\n{HEAD}}}") == []
    assert reasons(f"/* Copyright Acme. Permission is hereby granted … */\n{HEAD}}}") == []
    assert reasons(f"/* Copyright Acme. Works without sharing. */\n{HEAD}}}") == [(1, 1)]
    assert reasons(f"{HEAD} String s = '// sharing'; String t = '\\'/* sharing */'; }}") == []


def test_only_where_code_goes_beyond_its_callers_rights() -> None:
    assert reasons("// with sharing\npublic with sharing class C { }") == []
    assert reasons("class C { /* sharing */ void m() { insert as system a; } }") == [(1, 1)]
    assert reasons("class C { /* sharing */ List<A> a = [SELECT Id FROM A WITH SYSTEM_MODE]; }") == [(1, 1)]


def test_a_comment_without_an_end_and_many_of_them() -> None:
    assert reasons(f"{HEAD}}}\n/* sharing") == [(3, 3)]
    assert len(reasons(HEAD + "/* sharing */ // x\n" * 100_000 + "}")) == 100_000
