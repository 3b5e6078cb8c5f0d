"""AGT004, in scripts and planners."""

from __future__ import annotations

import pytest

from sfgov_checks.agents.gate_defined_not_wired import gate_defined_not_wired as check
from tests.agent_orgs import bot, evidence, flow, found, planner, script, start, variable

AGENT = "aiAuthoringBundles/Help/Help.agent"
BUNDLE = "genAiPlannerBundles/Help/Help.genAiPlannerBundle"
REFUND = flow(
    "Refund", start("New"), "<recordCreates><name>New</name><object>Refund__c</object></recordCreates>"
)
HEAD = """\
config:
   developer_name: "Help"
   agent_type: "AgentforceServiceAgent"
variables:
   is_verified: mutable boolean = False
   tier: mutable string = "basic"
start_agent main:
   description: "x"
   actions:
      check_code:
         inputs:
            code: string
            is_ok: boolean
         outputs:
            is_ok: boolean
         target: "flow://Check"
      refund:
         target: "flow://Refund"
   reasoning:
      actions:
"""
CHECK = "         check: @actions.check_code\n            with code=...\n            set @variables.is_verified = @outputs.is_ok\n"
PAY = "         pay: @actions.refund\n"
BEHIND = "            available when @variables.is_verified\n"


def acting(*tools: str, head: str = HEAD) -> dict[str, str]:
    """A script; its first tool is on line 21."""
    return script(head + "".join(tools)) | REFUND


# -- (a) rules of planners


RULE = """
<localTopics>
<fullName>Refunds_16j</fullName>
<localActions><fullName>Refund_179</fullName><invocationTarget>Refund</invocationTarget><invocationTargetType>flow</invocationTargetType><localDeveloperName>Refund</localDeveloperName></localActions>
<localDeveloperName>Refunds</localDeveloperName>
</localTopics>
{}
<ruleExpressions>
<conditions><leftOperand>isVerified</leftOperand><leftOperandType>Variable</leftOperandType><operator>equal</operator><rightOperandValue>true</rightOperandValue></conditions>
<expressionName>Verified_User</expressionName>
</ruleExpressions>
"""
ASSIGNED = (
    "<ruleExpressionAssignments><ruleExpressionName>Verified_User</ruleExpressionName>"
    "<targetName>{}</targetName><targetType>Plugin</targetType></ruleExpressionAssignments>"
)


def test_a_rule_that_is_assigned_to_nothing() -> None:
    assert found(planner(RULE.format("<!-- none -->")) | REFUND, check) == [
        f"high/high {BUNDLE}:8 Help: the rule Verified_User (isVerified == true) is assigned to nothing, so it stops "
        "nobody; 1 action can run without any rule."
    ]


def test_a_rule_that_is_assigned_to_what_is_not_there() -> None:
    assert found(planner(RULE.format(ASSIGNED.format("Gone"))) | REFUND, check) == [
        f"high/medium {BUNDLE}:8 Help: the rule Verified_User (isVerified == true) is assigned to what the agent does "
        "not have, so it stops nobody; 1 action can run without any rule."
    ]


def test_a_rule_that_is_assigned() -> None:
    assert found(planner(RULE.format(ASSIGNED.format("Refunds_16j"))) | REFUND, check) == []


# -- (b) gates that nothing asks for


def test_a_gate_that_nothing_asks_for() -> None:
    files = acting(CHECK, PAY)
    assert found(files, check) == [
        f"high/high {AGENT}:5 Help: is_verified is set, but no condition of an action or transition asks for it, so "
        "refund runs whatever it says."
    ]
    assert evidence(files, check) == [f"{AGENT}:23 sets is_verified from the output is_ok"]


def test_a_gate_that_only_text_asks_for() -> None:
    text = HEAD.replace(
        "      actions:\n",
        "      instructions: ->\n         if @variables.is_verified:\n            | You may refund.\n      actions:\n",
    )
    text = text.replace("   actions:\n      check_code", "   actions:\n      check_code", 1)
    assert [line.split(" ")[0] for line in found(acting(CHECK, PAY, head=text), check)] == ["high/high"]


MAPPED = """
<attributeMappings><attributeName>Refunds.Check.isOk</attributeName><attributeType>StandardPluginFunctionOutput</attributeType><mappingTargetName>isVerified</mappingTargetName><mappingType>Variable</mappingType></attributeMappings>
<localTopics>
<fullName>Refunds</fullName>
<localActions><fullName>Check</fullName><invocationTarget>Check</invocationTarget><invocationTargetType>flow</invocationTargetType></localActions>
<localActions><fullName>Refund</fullName><invocationTarget>Refund</invocationTarget><invocationTargetType>flow</invocationTargetType></localActions>
</localTopics>
"""
VARIABLE = bot(
    version="<conversationVariables><dataType>Boolean</dataType><developerName>isVerified</developerName></conversationVariables>"
)


def test_a_planners_gate_that_no_rule_asks_for() -> None:
    assert found(planner(MAPPED) | VARIABLE | REFUND, check) == [
        "high/high bots/Help/v1.botVersion-meta.xml:2 Help: isVerified is set, but no condition of an action or "
        "transition asks for it, so Refund runs whatever it says."
    ]


# -- (d) gates that the model opens


@pytest.mark.parametrize(
    ("setter", "how"),
    [
        ("            with is_verified=...\n", "is whatever the model says"),
        ("            with is_verified=True\n", "is set to True whenever the model likes"),
    ],
)
def test_a_gate_that_the_model_sets(setter: str, how: str) -> None:
    files = acting(PAY, BEHIND, "         mark: @utils.setVariables\n", setter)
    assert found(files, check) == [
        f"high/high {AGENT}:24 Help: the model can open its own gate: is_verified, which guards refund, {how}."
    ]
    assert evidence(files, check) == [f"{AGENT}:22 asks for is_verified"]


def test_a_gate_that_an_action_hands_back() -> None:
    echo = flow(
        "Check", variable("is_ok", "Boolean").replace("<isOutput>false", "<isOutput>true"), start("Nothing")
    )
    tools = (PAY, BEHIND, CHECK.replace("code=...", "is_ok=..."))
    assert found(acting(*tools) | echo, check) == [
        f"high/medium {AGENT}:25 Help: the model can open its own gate: is_verified, which guards refund, is the output "
        "is_ok, which hands back the input that the model fills."
    ]


# -- (e) ways around


TWO = """\
         check: @actions.check_code
            with code=...
            set @variables.is_verified = @outputs.is_ok
         to_refunds: @utils.transition to @subagent.refunds
            available when @variables.is_verified
         to_faq: @utils.transition to @subagent.faq
subagent refunds:
   description: "x"
   actions:
      pay_back:
         target: "flow://Refund"
   reasoning:
      actions:
         pay_back: @actions.pay_back
{}
subagent faq:
   description: "x"
   reasoning:
      actions:
         to_refunds: @utils.transition to @subagent.refunds
"""


def test_a_topic_with_another_way_in() -> None:
    files = acting(TWO.format(""))
    assert found(files, check) == [
        f"high/high {AGENT}:40 Help: refunds is behind is_verified when it is entered from main, but not from faq."
    ]
    assert evidence(files, check) == [
        f"{AGENT}:25 asks for @variables.is_verified",
        f"{AGENT}:34 pay_back can run",
    ]


def test_a_gate_inside_of_the_topic_is_as_good() -> None:
    assert found(acting(TWO.format(BEHIND.rstrip("\n"))), check) == []


def test_an_action_that_another_topic_has_too() -> None:
    files = acting(
        CHECK,
        PAY,
        BEHIND,
        TWO.format("")
        .split("to_faq")[0]
        .replace("         check", "         again")
        .replace(
            "         to_refunds: @utils.transition to @subagent.refunds\n            available when @variables.is_verified\n",
            "",
        ),
        'to_faq: @utils.transition to @subagent.faq\nsubagent faq:\n   description: "x"\n   actions:\n      pay_back:\n         target: "flow://Refund"\n   reasoning:\n      actions:\n         pay_back: @actions.pay_back\n',
    )
    (line,) = found(files, check)
    assert line.endswith("Help: refund is behind is_verified in main, but not in faq.")


def test_an_action_that_another_topic_of_a_planner_has_too() -> None:
    second = RULE.replace("Refunds", "Billing").replace("Refund_179", "Refund_180").split("{}")[0].strip()
    files = planner(RULE.format(ASSIGNED.format("Refunds") + second)) | REFUND
    assert found(files, check) == [
        f"high/high {BUNDLE}:9 Help: Refund is behind isVerified in Refunds, but not in Billing."
    ]


# -- (c) gates that never open


def test_a_gate_that_never_opens() -> None:
    files = acting(PAY, '            available when @variables.tier == "gold"\n')
    assert found(files, check) == [f'medium/high {AGENT}:22 Help: pay can never run: tier is always "basic".']
    assert found({p: t.replace('"gold"', '"basic"') for p, t in files.items()}, check) == []


# -- (f) gates in words


WORDS = HEAD.replace(
    "   reasoning:\n",
    "   reasoning:\n      instructions: |\n         Help with refunds.\n         Only pay when the customer is verified.\n",
)


def test_a_gate_in_words() -> None:
    assert found(acting(PAY, head=WORDS), check) == [
        f"medium/medium {AGENT}:22 Help: that refund is for verified users is only said in the instructions of main; no "
        "condition sees to it."
    ]
    planned = (
        RULE.format("")
        .split("<ruleExpressions>")[0]
        .replace(
            "<localDeveloperName>Refunds",
            "<scope>Never refund before the identity is known</scope><localDeveloperName>Refunds",
        )
    )
    assert [line.split(" ")[0] for line in found(planner(planned) | REFUND, check)] == ["medium/medium"]


# -- what is fine


CONSENT = HEAD.replace("is_verified", "user_consented")


@pytest.mark.parametrize(
    "files",
    [
        acting(CHECK, PAY, BEHIND),
        acting(CHECK, PAY, "            with verified=@variables.is_verified\n"),
        acting(PAY),
        acting(CHECK, PAY, head=HEAD.replace("is_verified", "last_result")),
        acting(
            PAY,
            BEHIND.replace("is_verified", "user_consented"),
            "         mark: @utils.setVariables\n            with user_consented=True\n",
            head=CONSENT,
        ),
        acting(PAY, BEHIND, CHECK, head=WORDS),
        acting(CHECK, PAY, head=HEAD.replace("is_verified", "booking_confirmed")),
    ],
)
def test_what_is_wired(files: dict[str, str]) -> None:
    text = (
        files[AGENT].replace("@variables.is_verified = ", "@variables.last_result = ")
        if "last_result" in files[AGENT]
        else files[AGENT]
    )
    if "booking_confirmed" in text:
        text = text.replace("@variables.is_verified = ", "@variables.booking_confirmed = ")
    assert found(files | {AGENT: text}, check) == []
