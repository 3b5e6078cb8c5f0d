"""AGT006, in scripts and planners."""

from __future__ import annotations

import pytest

from sfgov_checks.agents.escalation_unreachable import escalation_unreachable as check
from tests.agent_orgs import bot, evidence, found, planner, script

AGENT = "aiAuthoringBundles/Help/Help.agent"
HEAD = """\
config:
   developer_name: "Help"
   agent_type: "AgentforceServiceAgent"
variables:
   mood: mutable string = "calm"
   tries: mutable number = 0
   session: linked string
      source: @MessagingSession.Id
connection messaging:
   outbound_route_name: "Route"
start_agent main:
   description: "x"
   reasoning:
      actions:
"""
ESCALATE = "         to_human: @utils.escalate\n"
TOPIC = """\
subagent {}:
   description: "x"
   reasoning:
      actions:
"""


def when(condition: str, more: str = "") -> dict[str, str]:
    """An escalation in the start; its condition is on line 16."""
    return script(f"{HEAD}{ESCALATE}            available when {condition}\n{more}")


def test_a_condition_on_what_nothing_sets() -> None:
    files = when('@variables.mood == "angry" or @variables.tries > 2')
    assert found(files, check) == [
        f'high/high {AGENT}:16 Help: to_human escalates to a human only when mood == "angry" or tries > 2, which is '
        'never so: mood is always "calm" and tries is always 0.'
    ]
    assert evidence(files, check) == [
        f'{AGENT}:5 mood starts as "calm"; nothing sets it',
        f"{AGENT}:6 tries starts as 0; nothing sets it",
        f"{AGENT}:15 escalates to a human",
    ]


def test_values_that_are_never_the_right_one() -> None:
    setter = '         glad: @utils.setVariables\n            with mood="glad"\n'
    assert found(when('@variables.mood == "angry"', setter), check) == [
        f'high/high {AGENT}:16 Help: to_human escalates to a human only when mood == "angry", which is never so: mood '
        'is always "calm" or "glad".'
    ]


def test_a_topic_that_no_transition_leads_to() -> None:
    files = script(HEAD + "         x: @utils.end_session\n" + TOPIC.format("human") + ESCALATE)
    assert found(files, check) == [
        f"high/high {AGENT}:20 Help: the topic human escalates to a human, but no transition leads there from the start."
    ]


def test_a_topic_whose_only_way_is_closed() -> None:
    go = (
        "         go: @utils.transition to @subagent.human\n            available when @variables.tries > 2\n"
    )
    files = script(HEAD + go + TOPIC.format("human") + ESCALATE)
    assert found(files, check) == [
        f"high/high {AGENT}:16 Help: the topic human escalates to a human, but every way there takes what is never so: "
        "tries is always 0."
    ]
    assert found({p: t.replace("> 2", "< 2") for p, t in files.items()}, check) == []


def test_a_way_that_is_closed_further_up() -> None:
    go = "         go: @utils.transition to @subagent.{}\n"
    closed = "            available when @variables.tries > 2\n"
    files = script(
        HEAD
        + go.format("middle")
        + closed
        + TOPIC.format("middle")
        + go.format("human")
        + TOPIC.format("human")
        + ESCALATE
    )
    (line,) = found(files, check)
    assert line.startswith(
        f"high/high {AGENT}:16 Help: the topic human escalates to a human, but every way there"
    )


def test_another_way_is_open() -> None:
    (line,) = found(when("@variables.tries > 2", ESCALATE.replace("to_human", "always")), check)
    assert line.startswith("medium/high")
    assert line.endswith("Another way to a human is open.")


def test_employees_have_no_channel() -> None:
    head = HEAD.replace("AgentforceServiceAgent", "AgentforceEmployeeAgent")
    routeless = head.replace('connection messaging:\n   outbound_route_name: "Route"\n', "")
    assert found(script(routeless + ESCALATE), check) == [
        f"medium/high {AGENT}:13 Help: to_human escalates to a human, but an agent for employees has no channel on "
        "which one could take over."
    ]
    assert found(script(head + ESCALATE), check) == []


PLANNER = """
<localTopics>
<fullName>Human</fullName>
<canEscalate>true</canEscalate>
<localDeveloperName>Human</localDeveloperName>
</localTopics>
<ruleExpressionAssignments><ruleExpressionName>Angry</ruleExpressionName><targetName>Human</targetName><targetType>Plugin</targetType></ruleExpressionAssignments>
<ruleExpressions>
<conditions><leftOperand>mood</leftOperand><leftOperandType>Variable</leftOperandType><operator>equal</operator><rightOperandValue>angry</rightOperandValue></conditions>
<expressionName>Angry</expressionName>
</ruleExpressions>
{}
"""
BUNDLE = "genAiPlannerBundles/Help/Help.genAiPlannerBundle"


def with_mood(visibility: str) -> dict[str, str]:
    variable = (
        "<conversationVariables><dataType>Text</dataType><developerName>mood</developerName>"
        f"<visibility>{visibility}</visibility></conversationVariables>"
    )
    return bot(text="<agentType>EinsteinServiceAgent</agentType>", version=variable)


def test_a_rule_of_a_planner_that_nothing_fulfils() -> None:
    assert found(planner(PLANNER.format("")) | with_mood("Internal"), check) == [
        f"high/high {BUNDLE}:8 Help: Human escalates to a human only when mood == angry, which is never so: mood is "
        "always empty."
    ]


def test_what_may_set_a_planners_variable() -> None:
    assert found(planner(PLANNER.format("")) | with_mood("External"), check) == []
    managed = "<genAiPlugins><genAiPluginName>pkg__Mood</genAiPluginName></genAiPlugins>"
    assert found(planner(PLANNER.format(managed)) | with_mood("Internal"), check) == []


@pytest.mark.parametrize(
    "files",
    [
        when("@variables.tries >= 0"),
        when("@variables.session"),
        when(
            "@variables.tries > 2", "   after_reasoning:\n      set @variables.tries = @variables.tries + 1\n"
        ),
        when(
            '@variables.mood == "angry"', "         sense: @utils.setVariables\n            with mood=...\n"
        ),
        when("@variables.unknown > 2"),
        script(HEAD + ESCALATE),
        script(HEAD + "         x: @utils.end_session\n"),
    ],
)
def test_what_may_be_reached(files: dict[str, str]) -> None:
    assert found(files, check) == []
