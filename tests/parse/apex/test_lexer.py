from __future__ import annotations

import pytest

from sfgov.facts import Problem
from sfgov.facts.apex import Suppression
from sfgov.parse.apex.lexer import Tokens
from tests.apex_source import read_body, read_class, read_trigger


def words(source: str) -> list[str]:
    tokens = Tokens(source)
    return tokens.words[: tokens.count]


def places(source: str) -> list[tuple[str, int, int]]:
    tokens = Tokens(source)
    return [(tokens.written(index), *tokens.place(index)) for index in range(tokens.count)]


def test_tokens_without_blanks_and_comments() -> None:
    assert words("// one\nA.b /* two ** / */ (x?.y, 'it''s' => 1.5d); /**/ c // three") == [
        *("a", ".", "b", "(", "x", "?.", "y", ",", "'it'", "'s'", "=>", "1.5d", ")", ";", "c"),
    ]


def test_strings_end_at_their_quote() -> None:
    assert words(r"'a\'b' 'c\\' '' 'Two // Words' '''x 'y' \''' z'''") == [
        r"'a\'b'",
        r"'c\\'",
        "''",
        "'two // words'",
        r"'''x 'y' \''' z'''",
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_they_like(end: str) -> None:
    source = end.join(["class", "", "\tX // no", "  y 'a'z"])
    assert places(source) == [("class", 1, 1), ("X", 3, 2), ("y", 4, 3), ("'a'", 4, 5), ("z", 4, 8)]


def test_columns_count_characters() -> None:
    assert places("/* é😀 */ a /* \u2028 */ b") == [("a", 1, 10), ("b", 1, 20)]


def test_letters_that_grow_in_lower_case_move_nothing() -> None:
    assert places("'İ' A\nB") == [("'İ'", 1, 1), ("A", 1, 5), ("B", 2, 1)]


def test_text_is_folded_outside_strings() -> None:
    tokens = Tokens("f( 'a  b',\n\t// c\n  d/*e*/ + 'x // y' )")
    assert tokens.text(0, tokens.count) == "f( 'a  b', d + 'x // y' )"
    assert tokens.text(3, 3) == ""


def test_text_is_cut_at_its_cap() -> None:
    tokens = Tokens("a + b + c")
    assert tokens.text(0, 5, 9) == "a + b + c"
    assert tokens.text(0, 5, 8) == "a + b +…"
    assert Tokens("a" + " " * 5000 + "b").text(0, 2, 10) == "a…"


def test_byte_order_mark_takes_no_column() -> None:
    assert read_class("\ufeffclass X { void run() {} }").types[0].methods[0].column == 16


def test_invalid_utf_8_is_read_as_latin_1() -> None:
    fact = read_class(
        b"class X {\n// caf\xe9\nvoid run() { log('\xe9'); } }",
        Problem("the file is not valid UTF-8; it was read as Latin-1", 2),
    )
    (call,) = fact.types[0].methods[0].operations
    assert (call.line, call.column, call.arguments) == (3, 14, ("'é'",))


def test_utf_16_is_read_and_reported() -> None:
    fact = read_class(
        "class X { void run() {} }".encode("utf-16"),
        Problem("the file is UTF-16; Salesforce stores UTF-8", 1),
    )
    assert [method.name for method in fact.types[0].methods] == ["run"]


def test_comments_addressed_to_sfgov() -> None:
    text = (
        "// sfgov: file-ignore[APX001] old\nclass X { // plain\n  //SFGOV : ignore[APX002]  \n"
        "  String a = '// sfgov: no';\n  /* // sfgov: no */\n  /** // sfgov: no\n  */ Integer b; // sfgov:yes\r\n}"
    )
    expected = (
        Suppression(1, "file-ignore[APX001] old"),
        Suppression(3, "ignore[APX002]"),
        Suppression(7, "yes"),
    )
    assert read_class(text).suppressions == expected
    assert read_trigger(text).suppressions == expected


def test_a_comment_without_an_end() -> None:
    fact = read_class(
        "class X { void run() { go(); }\n/* and so on\n}",
        Problem("the comment that starts here never ends", 2),
    )
    assert [method.name for method in fact.types[0].methods] == ["run"]


def test_a_string_without_an_end_stops_at_its_line() -> None:
    method = read_body("log('abc);\ngo();", Problem("the string that starts here has no end on its line", 2))
    assert [(operation.line, operation.name) for operation in method.operations] == [(2, "log"), (3, "go")]


def test_a_comment_at_the_end_of_the_file() -> None:
    assert words("a // b") == ["a"]
    assert words("// b") == []
    assert words("") == []
