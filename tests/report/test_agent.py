"""The card of an agent at a terminal, and as JSON."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from sfgov.agent_cards import agent_card
from sfgov.report.agent import as_json, as_text
from sfgov.result import AgentCard
from tests.agent_desk import DESK, line
from tests.agent_orgs import org_of

PATHS = ("flows/", "aiAuthoringBundles/", "permissionsets/", "aiEvaluationDefinitions/")


def card_of(name: str) -> AgentCard:
    org = org_of(DESK)
    agent = org.agents.get(name)
    assert agent is not None
    return agent_card(org, agent, lambda place: ((place.line, "secret"),))


@pytest.fixture(scope="module")
def card() -> AgentCard:
    return card_of("Help")


def part(text: str, first: str) -> list[str]:
    """The lines from one that begins like this up to the next empty one."""
    lines = text.splitlines()
    start = next(number for number, one in enumerate(lines) if one.startswith(first))
    return lines[start : lines.index("", start) if "" in lines[start:] else None]


def test_a_topic_with_its_actions(card: AgentCard) -> None:
    assert part(as_text(card), "Topic cases") == [
        f"Topic cases (1 test case) (line {line('subagent cases')})",
        "  Looks after cases",
        f"  from main, if @variables.verified == True (line {line('transition to')})",
        f"  * close -> Flow Close (line {line('close:')})",
        "    asks the user first",
        "    reads Case records, as its caller",
        "      flows/Close.flow-meta.xml:5",
        "    Tell sends an e-mail",
        "      flows/Close.flow-meta.xml:6",
        "    input id, required: by the model",
        "      reads the Case records of which Id is the input id",
        "        flows/Close.flow-meta.xml:5",
        '    input note: always "none"',
        f"    the model decides (line {line('close: @actions')})",
        "    1 test case",
        f"  * drop -> Flow Drop (line {line('drop:')})",
        "    does not ask the user first",
        "    deletes Case records, as its caller",
        "      flows/Drop.flow-meta.xml:5",
        "    input id: from case_id",
        "      changes the Case records of which Id is the input id",
        "        flows/Drop.flow-meta.xml:5",
        "    input limit: left empty",
        f"    the model decides, if @variables.verified == True (line {line('drop: @actions')})",
        "    0 test cases",
        f"  * ask -> Flow Gone (missing) (line {line('ask:')})",
        "    does not ask the user first",
        "    what it does is not known",
        f"    the model decides (line {line('ask: @actions')})",
        "    0 test cases",
    ]


def test_gates_ways_out_access_and_tests(card: AgentCard) -> None:
    text = as_text(card)
    assert part(text, "Gates")[1:3] == [
        f"  verified: starts as False (line {line('verified: mutable')})",
        "    guards the way to cases, drop",
    ]
    assert part(text, "Ways to a human")[1].startswith("  topic main hands over to a human (line ")
    assert part(text, "Access") == [
        "Access",
        "  Through PermissionSet Help_Access (named).",
        "  Help_Access grants ViewAllData, on every object",
        "    permissionsets/Help_Access.permissionset-meta.xml:4",
        "  Case: read, edit",
        "    permissionsets/Help_Access.permissionset-meta.xml:3",
        "  the right to delete Case is not granted",
        "    flows/Drop.flow-meta.xml:5",
        "  Used by PermissionSet Help_Access.",
    ]
    assert part(text, "Tests")[-2:] == [
        "  topics that no case expects: unused",
        "  actions with effects that no case expects: drop",
    ]


def test_without_tests_no_topic_is_called_untested() -> None:
    text = as_text(card_of("Idle"))
    assert "test case" not in text
    assert part(text, "Tests") == ["Tests", "  none"]
    assert part(text, "Access") == ["Access", "  It has the rights of whoever uses it."]


@pytest.mark.parametrize("width", [None, 60, 200])
def test_lines_are_as_wide_as_the_terminal_but_for_paths(card: AgentCard, width: int | None) -> None:
    lines = as_text(card, width).splitlines()
    assert max(len(one) for one in lines if not one.strip().startswith(PATHS)) <= (width or 80)


def test_text_of_the_files_cannot_draw_on_the_terminal(card: AgentCard) -> None:
    hostile = "a\x1b[31m\n::error::b\u202e"
    topic = replace(card.topics[1], purpose=hostile, name=hostile)
    text = as_text(replace(card, name=hostile, purpose=hostile, topics=(topic,), not_known=(hostile,)))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert not any(one.startswith("::") for one in text.splitlines())


def test_json_has_the_whole_card_without_source(card: AgentCard) -> None:
    text = as_json(card)
    value = json.loads(text)
    assert value["version"] == 1
    assert value["name"] == "Help"
    assert "secret" not in text
    topic = value["topics"][1]
    assert topic["step"] == {
        "path": "aiAuthoringBundles/Help/Help.agent",
        "line": line("subagent cases"),
        "component": "AiAuthoringBundle:Help",
        "message": "cases",
        "column": 1,
    }
    assert topic["actions"][1]["effects"][0]["says"] == "deletes Case records"
