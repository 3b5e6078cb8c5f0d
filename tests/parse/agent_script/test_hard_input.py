"""Scripts that are wrong, huge or hostile: each gives what can be read, and says what cannot."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfgov.facts import AiAuthoringBundle
from sfgov.facts.agents import AgentTopic
from sfgov.parse import parse
from sfgov.project.source import SourceFile

from .conftest import Read

SOURCE = SourceFile("aiAuthoringBundles/Help/Help.agent", "AiAuthoringBundle", "Help", "body")
AFTER = """\
subagent last:
   description: "still here"
   actions:
      go:
         target: "flow://F"
"""


def last_topic(script: AiAuthoringBundle) -> AgentTopic:
    return script.topics[-1]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ('config:\n   a: "open\n', 2, "a text that begins here has no closing quote"),
        ('config:\n   a: "open\n   b: "fine"\n', 2, "a text that begins here has no closing quote"),
        ("variables:\n   a: mutable list[string] = [1, 2\n", 2, "a bracket that opens here is not closed"),
        (
            "subagent a:\n   reasoning:\n      runn @actions.x\n",
            3,
            '"runn @actions.x" is nothing that Agent Script has here',
        ),
        ('subagent a\n   description: "x"\n', 1, '"subagent a" is nothing that Agent Script has here'),
        (
            'subagent a b c:\n   description: "x"\n',
            1,
            '"subagent a b c:" is nothing that Agent Script has here',
        ),
        (
            "system:\n   instructions: |\n   Not indented at all\n",
            3,
            '"Not indented at all" is nothing that Agent Script has here',
        ),
        ('config:\n   note: "\xe9"\n', 2, "this is not valid UTF-8"),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_what_follows_is_read(
    read: Read, text: str, line: int, reason: str
) -> None:
    script, problems = read((text + AFTER).encode("latin-1"))
    assert [(problem.line, problem.reason) for problem in problems] == [(line, reason)]
    assert not script.complete
    assert (last_topic(script).name, last_topic(script).actions[0].target) == ("last", "F")


def test_a_block_without_its_colon_or_of_too_many_words_is_no_block_less(read: Read) -> None:
    script, _ = read('subagent first\n   description: "x"\nsubagent of many words:\n   description: "y"\n')
    assert [(topic.name, topic.description.text) for topic in script.topics] == [
        ("first", "x"),
        ("of_many_words", "y"),
    ]


def test_a_template_takes_what_is_indented_deeper_and_nothing_else(read: Read) -> None:
    script, problems = read(
        """
        subagent first:
           reasoning:
              instructions: |
                 subagent fake:
                    actions:
                       delete_all: "x
                 [ ( {
        subagent second:
           description: "y"
        """
    )
    assert problems == ()
    assert [topic.name for topic in script.topics] == ["first", "second"]
    assert "delete_all" in script.topics[0].steps[0].text.text


def test_a_text_over_many_lines_is_one_and_ends_where_it_is_closed(read: Read) -> None:
    script, problems = read(
        """
        system:
           instructions: "First.
        Rules: one, two
           Last."
           messages:
              error: "x"
        """
    )
    assert problems == ()
    assert script.instructions.text == "First.\nRules: one, two\n   Last."
    assert [name for name, _ in script.messages] == ["error"]


def test_only_the_first_of_many_problems_are_told(read: Read) -> None:
    _, problems = read("\n".join(f"what is line {number}" for number in range(100)))
    assert len(problems) == 21
    assert problems[-1].reason == "80 more lines cannot be read"


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"{' ' * depth}k:" for depth in range(5_000)),
        "subagent a:\n before_reasoning:\n"
        + "\n".join(f"{' ' * (depth + 2)}if @variables.v{depth}:" for depth in range(5_000))
        + f"\n{' ' * 5_003}run @actions.x\n",
        "subagent a:\n"
        + "\n".join(f"{' ' * (depth + 1)}reasoning:" for depth in range(5_000))
        + f"\n{' ' * 5_002}actions:\n",
        "variables:\n x: mutable object = " + "[" * 5_000 + "]" * 5_000 + "\n",
        "- " * 5_000,
        "config:\n" + "\n".join(f" x{number}: (" for number in range(5_000)),
        "config:\n" + "\n".join(f' x{number} "open' for number in range(5_000)),
        " x: " + "|" * 100_000,
        "subagent a:\n before_reasoning:\n"
        + "\n".join(f"  if @variables.v{n}:\n   transition to @subagent.b" for n in range(5_000)),
    ],
    ids=["keys", "ifs", "blocks", "brackets", "dashes", "open-brackets", "open-quotes", "bars", "exits"],
)
def test_deep_and_repeated_things_lose_nothing_after_them(read: Read, text: str) -> None:
    script, _ = read(f"{text}\n{AFTER}".encode())
    assert last_topic(script).name == "last"
    assert last_topic(script).actions[0].target == "F"


def test_a_file_of_a_megabyte_is_read_whole(read: Read) -> None:
    block = (
        AFTER.replace("last", "topic_{}") + "   reasoning:\n      instructions: |\n" + "         text\n" * 50
    )
    many = 1_500
    script, problems = read("".join(block.replace("{}", str(number)) for number in range(many)).encode())
    assert problems == ()
    assert [topic.name for topic in script.topics] == [f"topic_{number}" for number in range(many)]


def test_binary_data_is_no_crash(read: Read) -> None:
    data = random.Random(7).randbytes(50_000)  # noqa: S311
    _, problems = read(data)
    assert problems
    assert "stumbled" not in problems[0].reason


FRAGMENTS = st.sampled_from(
    [
        "subagent a:", "start_agent b:", "actions:", "reasoning:", "instructions: ->", "if @variables.x:", "else:",
        "else if y:", "run @actions.z", "with a=...", "set @variables.v = 1", "transition to @subagent.a", "| text",
        "available when", 'x: "', '"', "(", ")", "- ", "-", ":", "\\", "#", "|", "->", "{!@", "\t", " ", "\n", "\r",
        "é", "\x00", "variables:", "inputs:", "target:", "connection c:", "system:", "messages:", "k: v", "@", "=",
    ]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(FRAGMENTS, max_size=60))
def test_no_text_makes_the_reader_stumble(parts: list[str]) -> None:
    parsed = parse(SOURCE, "".join(parts).encode())
    assert len(parsed.facts) == 1
    assert not [problem for problem in parsed.problems if "stumbled" in problem.reason]


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_make_the_reader_stumble(data: bytes) -> None:
    parsed = parse(SOURCE, data)
    assert len(parsed.facts) == 1
    assert not [problem for problem in parsed.problems if "stumbled" in problem.reason]
