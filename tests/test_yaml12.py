"""YAML 1.2: what is text stays text, every value knows its line, and faults are told in words that help."""

import pytest

from sfgov.yaml12 import MOST_VALUES, YamlError, read_yaml


def read(text: str) -> object:
    return read_yaml(text.encode()).value


def faults(text: str | bytes) -> list[tuple[int, str]]:
    with pytest.raises(YamlError) as caught:
        read_yaml(text if isinstance(text, bytes) else text.encode())
    return caught.value.problems


@pytest.mark.parametrize(
    "text", ["no", "on", "yes", "Off", "y", "0123", "12:30", "1_000", "2026-12-31", "=", "1.2.3"]
)
def test_what_yaml_1_1_would_turn_into_something_else_stays_text(text: str) -> None:
    assert read(f"key: {text}") == {"key": text}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("-3", -3),
        ("0x1F", 31),
        ("0o17", 15),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        (".inf", float("inf")),
        ("'1'", "1"),
        ('"true"', "true"),
        ("!!str 12", "12"),
    ],
)
def test_the_core_schema_is_known(text: str, value: object) -> None:
    assert read(f"key: {text}") == {"key": value}


def test_every_key_and_item_has_its_line() -> None:
    text = """\
        # a comment
        delete:
          never:
            - Invoice__c
            - Contract
          allow: {profiles: [Admin]}
        waivers:
          - check: DEL001
            owner: jane
    """
    assert read_yaml(text.encode()).lines == {
        (): 2,
        ("delete",): 2,
        ("delete", "never"): 3,
        ("delete", "never", "0"): 4,
        ("delete", "never", "Invoice__c"): 4,
        ("delete", "never", "1"): 5,
        ("delete", "never", "Contract"): 5,
        ("delete", "allow"): 6,
        ("delete", "allow", "profiles"): 6,
        ("delete", "allow", "profiles", "0"): 6,
        ("delete", "allow", "profiles", "Admin"): 6,
        ("waivers",): 7,
        ("waivers", "0"): 8,
        ("waivers", "0", "check"): 8,
        ("waivers", "0", "owner"): 9,
    }


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n"])
def test_nothing_is_none(text: str) -> None:
    assert read(text) is None


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm() -> None:
    document = read_yaml(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    assert (document.value, document.lines["b",]) == ({"a": 1, "b": 2}, 2)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: 1\n\tb: 2", (2, "a tab stands in the indentation; YAML takes spaces only")),
        ("a:\n  - x\n\t- y", (3, "a tab stands in the indentation; YAML takes spaces only")),
        ("a: [1,\nb: 2", (1, 'the "[" that opens here is not closed, or a "," is missing after an item')),
        ("a: {b: 1\nc: 3", (1, 'the "{" that opens here is not closed, or a "," is missing after an entry')),
        ("a: 'x\nb: 1", (1, "the quote that opens here is not closed")),
        ("a: 'it's'", (1, "something follows the end of a value; put the whole text in quotes")),
        ("a:\n  b: 1\n c: 2", (3, "the indentation does not fit the lines above")),
        ("- a\nb: c", (2, "the indentation does not fit the list above")),
        ("a: 1\nb\nc: 2", (2, 'a ":" is missing after the key')),
        ("a: [*utm*]", (1, 'text that starts with "*" must be put in quotes')),
        ("a: @home", (1, 'text that starts with "@" must be put in quotes')),
        ("a: 1\n---\nb: 2", (2, 'a second document starts here ("---"); there can be only one')),
        (
            "a: b: c",
            (
                1,
                'a ":" where none can be; check the indentation and the space after each ":", or put the text in quotes',
            ),
        ),
        ("a: 1\nb: & x\n", (2, "not YAML: did not find expected alphabetic or numeric character")),
        ("a: !secret x", (1, 'the tag "!secret" is not supported')),
        ("a: !!python/object:os.system x", (1, 'the tag "!!python/object:os.system" is not supported')),
        ("a: !!int x", (1, '"x" is not a number')),
        ("[a]: 1", (1, "a key must be text")),
        ("<<: {a: 1}", (1, 'merge keys ("<<") are not part of YAML 1.2; write the values out')),
        ("a: 1\nb: 2\na: 3", (3, 'the key "a" is here twice; it is in line 1 already')),
        ("a: &x [*x]", (1, "the alias stands inside of what it repeats")),
        ("a: 1\nb: \x07", (2, "the control character '\\x07' may not be in YAML")),
    ],
)
def test_a_fault_has_its_line_and_a_reason(text: str, fault: tuple[int, str]) -> None:
    assert faults(text) == [fault]


def test_text_that_is_not_utf_8_is_refused_where_it_starts() -> None:
    assert faults("a: ä\nb: ".encode() + b"\xff") == [(2, "the text is not UTF-8")]


def test_all_faults_are_told_and_what_could_be_read_is_kept() -> None:
    with pytest.raises(YamlError) as caught:
        read_yaml(b"a: 1\na: 2\nb: !x y\nc: 3\n")
    assert caught.value.problems == [
        (2, 'the key "a" is here twice; it is in line 1 already'),
        (3, 'the tag "!x" is not supported'),
    ]
    assert caught.value.document.value == {"a": 1, "b": None, "c": 3}


def test_aliases_repeat_values() -> None:
    assert read("a: &admins [Admin]\nb: *admins") == {"a": ["Admin"], "b": ["Admin"]}


def test_aliases_cannot_make_a_small_file_endless() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    assert faults("\n".join(rows))[0][1] == f"there are more than {MOST_VALUES} values, aliases included"


@pytest.mark.parametrize("depth", [60, 900, 100_000])
def test_nesting_has_an_end(depth: int) -> None:
    assert faults("[" * depth + "]" * depth) == [(1, "the values are nested more than 50 deep")]
