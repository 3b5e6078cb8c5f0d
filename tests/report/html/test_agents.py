"""The section "AI agents"."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from sfgov.report.html import agents, render
from sfgov.result import AgentCards, Run
from sfgov.testing import lint_run
from sfgov_checks.delete.never_policy_violated import never_policy_violated
from tests.agent_desk import DESK, line
from tests.agent_orgs import flow


@pytest.fixture(scope="module")
def run() -> Run:
    return lint_run(DESK, never_policy_violated)


def section(run: Run) -> str:
    page = render(run)
    return page[page.index('<section id="agents"') : page.index('<section id="not-checked"')]


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def rows(run: Run) -> list[list[str]]:
    table = section(run).partition("<tbody>")[2].partition("</tbody>")[0]
    return [
        [words(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in re.findall(r"<tr>(.*?)</tr>", table)
    ]


def test_the_table_counts_what_each_agent_can_do(run: Run) -> None:
    assert rows(run) == [
        ["Help", "customers", "2", "3", "2", "1", "1", "1", "1", "1 bundle"],
        ["Idle", "employees", "0", "0", "0", "0", "0", "0", "0", "its user&#39;s"],
    ]


def test_each_row_leads_to_a_card(run: Run) -> None:
    text = section(run)
    assert re.findall(r'href="#(ai-\d)"', text) == ["ai-1", "ai-2"]
    assert [words(one) for one in re.findall(r'id="ai-\d">\n<summary>(.*?)</summary>', text, re.DOTALL)] == [
        "Help 2 actions of 3 change something, 1 unasked Helps with cases",
        "Idle changes nothing",
    ]


def test_a_card_has_actions_with_lines_and_source(run: Run) -> None:
    text = section(run)
    card = words(text[text.index('id="ai-1"') : text.index('id="ai-2"')])
    for said in (
        f"cases 1 test case line {line('subagent cases')} Looks after cases",
        f"from main, if @variables.verified == True line {line('transition to')}",
        f"drop → Flow Drop Does not ask 0 test cases line {line('drop:')}",
        "deletes Case records as its caller deletes Case records flows/Drop.flow-meta.xml :5",
        "input id required : by the model",
        f"close → Flow Close Asks first 1 test case line {line('close:')}",
        "Flow Gone Missing 0 test cases",
        "unused Nothing leads to it 0 test cases",
        f"verified : starts as False line {line('verified: mutable')} guards the way to cases, drop",
        f"topic main hands over to a human line {line('@utils.escalate')}",
        "Help_Access grants ViewAllData",
        "the right to delete Case is not granted",
        "Topics that no case expects: unused",
        "Not known: all that these actions do: ask",
    ):
        assert said in card
    assert "<mark>" in text


def test_an_org_without_agents_has_no_section() -> None:
    assert '<section id="agents"' not in render(lint_run(flow("Alone"), never_policy_violated))


def test_agents_without_a_card_are_named(run: Run) -> None:
    assert run.agents is not None
    more = replace(run, agents=AgentCards(run.agents.cards, ("Third", "Fourth")))
    assert "2 agents more; sfgov agent shows each: Third, Fourth ." in words(section(more))


def test_actions_beyond_a_number_are_counted(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agents, "_ACTIONS", 1)
    text = words(section(run))
    assert "And 2 actions more." in text
    assert "→ Flow Drop" not in text


def test_text_of_the_files_is_text_in_the_page(run: Run) -> None:
    assert run.agents is not None
    card = run.agents.cards[0]
    hostile = "<script>alert(1)</script>\u202e"
    topic = replace(card.topics[1], name=hostile, purpose=hostile)
    told = replace(card, name=hostile, purpose=hostile, serves=hostile, topics=(topic,), not_known=(hostile,))
    text = section(replace(run, agents=AgentCards((told,))))
    assert "<script>alert" not in text
    assert "\u202e" not in text
