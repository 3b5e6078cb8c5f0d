"""The cards of AI agents."""

from __future__ import annotations

import pytest

from sfgov import agent_cards as cards
from sfgov.result import ActionCard, AgentCard
from tests.agent_desk import DESK, line
from tests.agent_orgs import bot, flow, function, org_of, planner, plugin


def card_of(files: dict[str, str] = DESK, name: str = "Help") -> AgentCard:
    org = org_of(files)
    agent = org.agents.get(name)
    assert agent is not None
    return cards.agent_card(org, agent)


@pytest.fixture(scope="module")
def card() -> AgentCard:
    return card_of()


def action(card: AgentCard, name: str) -> ActionCard:
    return next(one for one in card.all_actions if one.name == name)


def test_what_the_agent_is(card: AgentCard) -> None:
    assert (card.name, card.label, card.purpose) == ("Help", "Help desk", "Helps with cases")
    assert (card.serves, card.told_by) == ("customers", "Agent Script")
    assert card.state.startswith("a draft")
    assert card.user is not None
    assert (card.user.message, card.user.line) == ("desk@example.com", line("default_agent_user"))
    assert [(role.title, role.text, role.step.line) for role in card.roles] == [
        ("Instructions", "Be kind.", line("Be kind")),
        ("Message", "Hi", line("welcome")),
    ]


def test_topics_with_ways_in_and_tests(card: AgentCard) -> None:
    found = [(topic.name, topic.kind, topic.reachable, topic.tests) for topic in card.topics]
    assert found == [
        ("main", "start", True, 0),
        ("cases", "topic", True, 1),
        ("unused", "topic", False, 0),
    ]
    assert [(way.message, way.line) for way in card.topics[1].ways_in] == [
        ("from main, if @variables.verified == True", line("transition to"))
    ]
    assert [step.message for step in card.topics[0].sets] == ["know: the model sets verified"]
    assert card.untested_topics == ("unused",)
    assert card.untested_actions == ("drop",)


def test_actions_with_effects_changes_first(card: AgentCard) -> None:
    close = action(card, "close")
    assert (close.target, close.target_state, close.asks_first) == ("Flow Close", "in the tree", True)
    assert close.asks_step is not None
    assert close.asks_step.line == line("require_user_confirmation")
    assert [(one.says, one.changes) for one in close.effects] == [
        ("reads Case records", False),
        ("Tell sends an e-mail", True),
    ]
    drop = action(card, "drop")
    assert [(one.says, one.changes, one.context) for one in drop.effects] == [
        ("deletes Case records", True, "as its caller")
    ]
    assert not drop.asks_first
    assert [(run.message, run.line) for run in drop.runs] == [
        ("the model decides, if @variables.verified == True", line("drop: @actions.drop"))
    ]
    gone = action(card, "ask")
    assert (gone.target_state, gone.known, gone.effects) == ("missing", False, ())


def test_inputs_with_what_fills_them_and_what_they_pick(card: AgentCard) -> None:
    assert [(one.name, one.required, one.filled) for one in action(card, "close").inputs] == [
        ("id", True, ("by the model",)),
        ("note", False, ('always "none"',)),
    ]
    drop = action(card, "drop").inputs
    assert [one.filled for one in drop] == [("from case_id",), ("left empty",)]
    assert [pick.message for pick in drop[0].picks] == [
        "changes the Case records of which Id is the input id"
    ]


def test_gates_are_the_variables_that_conditions_ask_for(card: AgentCard) -> None:
    (gate,) = card.gates
    assert (gate.name, gate.says, gate.guards) == (
        "verified",
        "starts as False",
        ("the way to cases", "drop"),
    )
    assert [(one.message, one.line) for one in gate.sets] == [
        ("the model sets it from the conversation", line("with verified="))
    ]


def test_ways_out_and_channels(card: AgentCard) -> None:
    assert [step.message for step in card.ways_out] == ["topic main hands over to a human"]
    assert [step.message for step in card.channels] == ["messaging routes to Route (in the tree)"]


def test_rights_held_and_missing(card: AgentCard) -> None:
    rights = card.rights
    assert rights.bundles == ("PermissionSet Help_Access (named)",)
    assert [step.message for step in rights.everywhere] == ["Help_Access grants ViewAllData"]
    assert [(one.object, one.held, one.surplus) for one in rights.objects] == [
        ("Case", ("allowRead", "allowEdit"), ())
    ]
    assert [step.message for step in rights.missing] == ["the right to delete Case is not granted"]
    assert rights.needed == ("Case: delete", "Case: read")


def test_what_no_action_needs(card: AgentCard) -> None:
    files = dict(DESK)
    path = "permissionsets/Help_Access.permissionset-meta.xml"
    files[path] = files[path].replace("Case</object>", "Account</object>")
    rights = card_of(files).rights
    assert [(one.object, one.surplus) for one in rights.objects] == [("Account", ("allowRead", "allowEdit"))]


def test_an_employee_agent_has_the_rights_of_its_users() -> None:
    card = card_of(name="Idle")
    assert card.rights.of_its_users
    assert not card.rights.known
    assert card.state == "published, and its script locked to Idle.v2"


PLANNED = {
    **planner(
        """
        <genAiPlugins><genAiPluginName>Orders</genAiPluginName></genAiPlugins>
        <genAiPlugins><genAiPluginName>Lib__Managed</genAiPluginName></genAiPlugins>
        <masterLabel>Help</masterLabel>
        <ruleExpressionAssignments><ruleExpressionName>Known</ruleExpressionName><targetName>Orders</targetName><targetType>Plugin</targetType></ruleExpressionAssignments>
        <ruleExpressions>
        <conditions><leftOperand>who</leftOperand><leftOperandType>Variable</leftOperandType><operator>isNotEmpty</operator></conditions>
        <expressionName>Known</expressionName>
        </ruleExpressions>"""
    ),
    **bot(text="<type>ExternalCopilot</type>", version="<company>Acme</company><role>Sells</role>"),
    **plugin("Orders", "<genAiFunctions><functionName>Buy</functionName></genAiFunctions>"),
    **function(
        "Buy",
        "<invocationTarget>Buy</invocationTarget><invocationTargetType>flow</invocationTargetType>",
    ),
}


def test_an_agent_of_a_planner() -> None:
    card = card_of(PLANNED)
    assert (card.told_by, card.state) == ("planner", "published, v1")
    assert [source.message for source in card.sources] == [
        "GenAiPlannerBundle Help",
        "Bot Help",
        "BotVersion Help.v1",
    ]
    assert [(role.title, role.text) for role in card.roles] == [("Role", "Sells"), ("Company", "Acme")]
    orders, managed = card.topics
    assert [step.message for step in orders.gates] == ["who is not empty"]
    assert not managed.known
    assert [(gate.name, gate.guards) for gate in card.gates] == [("Known", ("Orders",))]
    assert card.not_known[0] == "topics that are not in the tree: Lib__Managed"
    (buy,) = orders.actions
    assert buy.runs == ()


def test_prose_and_effects_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cards, "MOST_EFFECTS", 1)
    monkeypatch.setattr(cards, "_LONGEST", 12)
    card = card_of()
    close = action(card, "close")
    assert (len(close.effects), close.more_effects) == (1, 1)
    assert card.purpose == "Helps with …"


def test_cards_of_all_agents_up_to_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    org = org_of(DESK)
    monkeypatch.setattr(cards, "MOST_AGENTS", 1)
    found = cards.agent_cards(org, lambda _: ())
    assert found is not None
    assert ([card.name for card in found.cards], found.left_out) == (["Help"], ("Idle",))


def test_an_org_without_agents_has_no_cards() -> None:
    assert cards.agent_cards(org_of(flow("Alone")), lambda _: ()) is None


def test_effects_and_rights_have_the_source_around_them() -> None:
    org = org_of(DESK)
    found = cards.agent_cards(org, lambda place: ((place.line, "x"),))
    assert found is not None
    drop = action(found.cards[0], "drop")
    assert drop.step.excerpt == ()
    assert drop.effects[0].steps[-1].excerpt == ((5, "x"),)
    assert found.cards[0].rights.missing[0].excerpt == ((5, "x"),)
