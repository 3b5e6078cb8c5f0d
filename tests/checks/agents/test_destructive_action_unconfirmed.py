"""AGT001, in scripts, planners with actions of their own, and actions of the library."""

from __future__ import annotations

import pytest

from sfgov_checks.agents.destructive_action_unconfirmed import destructive_action_unconfirmed as check
from tests.agent_orgs import (
    apex,
    bot,
    evidence,
    flow,
    found,
    function,
    planner,
    plugin,
    record_element,
    script,
    start,
)

AGENT = "aiAuthoringBundles/Help/Help.agent"
DELETE = flow("Drop", start("Remove"), record_element("recordDeletes", "Remove", "Booking__c", ("Id", "id")))
HEAD = """\
config:
   developer_name: "Help"
   agent_type: "AgentforceEmployeeAgent"
start_agent main:
   description: "x"
"""


def acting(
    target: str = "flow://Drop",
    *,
    name: str = "act",
    confirm: str = "",
    when: str = "",
    more: str = "",
    head: str = HEAD,
    instructions: str = "",
) -> dict[str, str]:
    """A script whose only action is on line 7; its tool comes after."""
    lines = [head.rstrip("\n"), "   actions:", f"      {name}:", f'         target: "{target}"']
    lines += [f"         require_user_confirmation: {confirm}"] if confirm else []
    lines += ["   reasoning:"]
    lines += ["      instructions: |", f"         {instructions}"] if instructions else []
    lines += ["      actions:", f"         go: @actions.{name}"]
    lines += [f"            available when {when}"] if when else []
    return script("\n".join([*lines, more]) + "\n")


def update(name: str, field: str, value: str, object_name: str = "Case") -> dict[str, str]:
    """A flow that sets one field."""
    return flow(
        name,
        start("Set"),
        f"<recordUpdates><name>Set</name><filterLogic>and</filterLogic><filters><field>Id</field>"
        f"<operator>EqualTo</operator><value><elementReference>id</elementReference></value></filters>"
        f"<inputAssignments><field>{field}</field><value>{value}</value></inputAssignments>"
        f"<object>{object_name}</object></recordUpdates>",
    )


def text(value: str) -> str:
    return f"<stringValue>{value}</stringValue>"


def test_a_script_deletes_unasked() -> None:
    files = acting() | DELETE
    assert found(files, check) == [
        f"high/high {AGENT}:7 Help: act (flow Drop) deletes Booking__c records, and runs with no user confirmation."
    ]
    assert evidence(files, check) == [
        "flows/Drop.flow-meta.xml:3 deletes Booking__c records",
        f"{AGENT}:11 the model runs it",
    ]


def test_a_confirmation_that_is_switched_off_is_shown_where_it_is() -> None:
    assert found(acting(confirm="False") | DELETE, check) == [
        f"high/high {AGENT}:9 Help: act (flow Drop) deletes Booking__c records, and runs with no user confirmation."
    ]


def test_words_are_no_confirmation() -> None:
    files = acting(instructions="Always ask the customer to confirm.") | DELETE
    assert found(files, check) == [
        f"high/high {AGENT}:7 Help: act (flow Drop) deletes Booking__c records, and runs with no user "
        "confirmation; the instructions ask for one, but nothing enforces it."
    ]
    assert evidence(files, check)[-1] == f"{AGENT}:11 asks for a confirmation in words"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (update("Set", "Status", text("Closed")), "high/high sets Status of Case records to 'closed'"),
        (
            update("Set", "OwnerId", "<elementReference>o</elementReference>"),
            "high/high sets OwnerId of Case records",
        ),
        (
            update("Set", "Amount__c", "<elementReference>o</elementReference>", "Claim__c"),
            "medium/high changes Amount__c of Claim__c records",
        ),
        (
            flow(
                "Set",
                start("Tell"),
                "<actionCalls><name>Tell</name><actionName>emailSimple</actionName><actionType>emailSimple</actionType></actionCalls>",
            ),
            "medium/high sends an e-mail",
        ),
    ],
)
def test_what_else_is_asked_for_first(files: dict[str, str], said: str) -> None:
    marks, what = said.split(" ", 1)
    assert found(acting("flow://Set") | files, check) == [
        f"{marks} {AGENT}:7 Help: act (flow Set) {what}, and runs with no user confirmation."
    ]


def test_apex_that_changes_another_system() -> None:
    client = apex(
        "Pay",
        """
        public class Pay {
            @InvocableMethod
            public static void run(List<String> ids) {
                HttpRequest request = new HttpRequest();
                request.setMethod('POST');
                new Http().send(request);
            }
        }
        """,
    )
    files = acting("apex://Pay", name="charge_card") | client
    assert found(files, check) == [
        f"medium/high {AGENT}:7 Help: charge_card (Apex class Pay) calls another system to change something there, "
        "and runs with no user confirmation."
    ]
    reading = {path: text.replace("'POST'", "'GET'") for path, text in files.items()}
    assert found(reading, check) == []


def test_what_the_policy_calls_sensitive() -> None:
    files = acting("flow://Set", name="upgrade_plan") | update("Set", "Plan__c", text("Gold"))
    assert found(files, check) == []
    files["sfgov.yml"] = "agents: {sensitive_actions: ['Upgrade*']}\n"
    assert found(files, check) == [
        f"high/high {AGENT}:7 Help: upgrade_plan (flow Set) updates Case records, and runs with no user confirmation."
    ]


def test_a_target_that_is_not_in_the_tree_goes_by_its_name() -> None:
    assert found(acting("flow://pkg__Do", name="process_refund"), check) == [
        f"medium/medium {AGENT}:7 Help: process_refund (flow pkg__Do) is not in the tree to be read, and by its name "
        "does what cannot be taken back, and runs with no user confirmation."
    ]
    assert found(acting("flow://pkg__Do", name="get_refunds_policy"), check) == []


PLANNER = """
<localTopics>
<fullName>Orders_16j</fullName>
<localActions>
<fullName>Drop_179</fullName>
<invocationTarget>Drop</invocationTarget>
<invocationTargetType>flow</invocationTargetType>
<isConfirmationRequired>false</isConfirmationRequired>
<localDeveloperName>Drop_It</localDeveloperName>
</localActions>
<localDeveloperName>Orders</localDeveloperName>
</localTopics>
"""
CONFIRMED = PLANNER.replace("Required>false", "Required>true")
BOT = bot(text="<agentType>EinsteinServiceAgent</agentType>")


def test_an_action_of_a_planner() -> None:
    assert found(planner(PLANNER) | BOT | DELETE, check) == [
        "high/high genAiPlannerBundles/Help/Help.genAiPlannerBundle:8 Help: Drop_It (flow Drop) deletes Booking__c "
        "records, and runs with no user confirmation."
    ]
    assert found(planner(CONFIRMED) | BOT | DELETE, check) == []


def test_an_action_of_the_library_is_told_once() -> None:
    files = {
        **planner("<genAiPlugins><genAiPluginName>Orders</genAiPluginName></genAiPlugins>"),
        **planner("<genAiPlugins><genAiPluginName>Orders</genAiPluginName></genAiPlugins>", "Shop"),
        **plugin("Orders", "<genAiFunctions><functionName>Drop_It</functionName></genAiFunctions>"),
        **function(
            "Drop_It",
            "<invocationTarget>Drop</invocationTarget>\n<invocationTargetType>flow</invocationTargetType>",
        ),
        **DELETE,
    }
    assert found(files, check) == [
        "high/high genAiFunctions/Drop_It/Drop_It.genAiFunction-meta.xml:1 Help and Shop: Drop_It (flow Drop) deletes "
        "Booking__c records, and runs with no user confirmation."
    ]


# -- what is fine


VARIABLES = """\
config:
   developer_name: "Help"
   agent_type: "AgentforceEmployeeAgent"
variables:
   confirmed: mutable boolean = False
start_agent main:
   description: "x"
"""
BEHIND = "@variables.confirmed == True"
SETTER = """\
         say: @utils.setVariables
            with confirmed={}"""


@pytest.mark.parametrize(
    "files",
    [
        acting(confirm="True"),
        acting("flow://Make"),
        acting("flow://Gone"),
        acting(name="send_verification_code", target="flow://Mail"),
        acting(when=BEHIND, more=SETTER.format("True"), head=VARIABLES),
        acting("flow://Open"),
    ],
)
def test_what_needs_no_confirmation(files: dict[str, str]) -> None:
    others = {
        **DELETE,
        **flow("Make", start("New"), "<recordCreates><name>New</name><object>Case</object></recordCreates>"),
        **flow(
            "Mail",
            start("Tell"),
            "<actionCalls><name>Tell</name><actionName>emailSimple</actionName><actionType>emailSimple</actionType></actionCalls>",
        ),
        **update("Open", "Status", text("Working")),
    }
    assert found(files | others, check) == []


def test_a_confirmation_that_the_model_makes_up_is_none() -> None:
    files = acting(when=BEHIND, more=SETTER.format("..."), head=VARIABLES) | DELETE
    assert [line.split(" ", 1)[0] for line in found(files, check)] == ["high/high"]


def test_a_step_after_a_confirmed_one() -> None:
    text = (
        HEAD
        + """\
   actions:
      first:
         target: "flow://Make"
         require_user_confirmation: True
      second:
         target: "flow://Drop"
   reasoning:
      actions:
         go: @actions.first
            run @actions.second
"""
    )
    files = script(text) | DELETE
    assert found(files, check) == []
    assert (
        len(
            found(
                {p: t.replace("confirmation: True", "confirmation: False") for p, t in files.items()}, check
            )
        )
        == 1
    )


def test_an_action_that_nothing_runs() -> None:
    files = acting() | DELETE
    assert (
        found({p: t.replace("go: @actions.act", "go: @utils.escalate") for p, t in files.items()}, check)
        == []
    )


def test_an_action_of_a_library_that_was_not_retrieved() -> None:
    links = "<localTopics><fullName>T</fullName><localActionLinks><functionName>Delete_It</functionName></localActionLinks></localTopics>"
    assert found(planner(links), check) == []
