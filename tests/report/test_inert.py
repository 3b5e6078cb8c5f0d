"""Text from an org is shown, but neither a terminal nor the log of a CI system acts on it."""

import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sfgov.report.inert import json_text, printable, prose, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Account-Account  Layout", "Account-Account  Layout"),
        ("R%26D Team 🚀 👩\u200d💻 ❤\ufe0f קבוצה 日本", "R%26D Team 🚀 👩\u200d💻 ❤\ufe0f קבוצה 日本"),
        ("\x1b[31mred\x07", r"\x1b[31mred\x07"),
        ("\x9b31m\x85\x7f", r"\x9b31m\x85\x7f"),
        ("a\nb\r\tc\x00", r"a\x0ab\x0d\x09c\x00"),
        ("\u202egpj.\u2066x\u2069\u200b\u2028", r"\u202egpj.\u2066x\u2069\u200b\u2028"),
        ("\ud83d alone", r"\ud83d alone"),
        ("::error::x", r":\:error::x"),
        ("  ::error::x ::y", r"  :\:error::x :\:y"),
        ("\u200d::error::x", "\u200d:\\:error::x"),
        ("System::Type ::", r"System::Type :\:"),
        ("no ##[error]x", r"no #\#[error]x"),
        ("##vso[task.complete] ##teamcity[x]", r"#\#vso[task.complete] #\#teamcity[x]"),
        ("#\u200d#[x]", "#\\\u200d#[x]"),
        ("## Heading [link] #1", "## Heading [link] #1"),
    ],
)
def test_printable(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_prose_is_one_line() -> None:
    assert prose("First.\r\n\t ::error::second\n") == r"First. :\:error::second"


# What the runners do with a line of a log: actions/runner ActionCommand.cs, azure-pipelines-agent Command.cs.
_RUNNER_COMMAND = re.compile(r"\s*::|.*##(vso)?\[", re.DOTALL)


@given(st.text(alphabet=list(":#[]vso \t\n\r\x1b\u202ea\u200d\ud800é")))
@example(":::error::")
@example("###[x]")
@example(" \u00a0::x::")
def test_no_text_begins_a_command_or_acts(text: str) -> None:
    for shown in (printable(text), prose(text)):
        assert not _RUNNER_COMMAND.match(shown)
        assert not _RUNNER_COMMAND.match(shown.replace("\u200d", ""))
        assert re.search("[\x00-\x1f\x7f-\x9f\u202e\ud800]", shown) is None


@given(st.recursive(st.text() | st.integers() | st.none(), lambda inner: st.dictionaries(st.text(), inner)))
@example({"a": "##[error] ##vso[x]\x1b\x85\u202e\ufeff\U0001f680\\u0023", "##[k": ""})
def test_json_is_safe_to_print_and_says_the_same(value: object) -> None:
    text = json_text(value)

    assert json.loads(text) == value
    assert text.endswith("\n")
    for line in text.splitlines():
        assert not _RUNNER_COMMAND.match(line)
        assert re.search("[\x00-\x1f\x7f-\x9f\u202e\ufeff]", line) is None


def test_half_a_surrogate_pair_becomes_the_replacement_character() -> None:
    assert json.loads(json_text("a\ud800b")) == "a\ufffdb"


def test_a_page_keeps_lines_and_tabs_and_shows_what_acts() -> None:
    assert visible("a\r\n\tb\u202ec\x1b\ud800 ::error") == "a\n\tb\\u202ec\\x1b\\ud800 ::error"
