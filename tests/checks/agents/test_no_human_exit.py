"""AGT005, in scripts, planners and bots."""

from __future__ import annotations

import pytest

from sfgov_checks.agents.no_human_exit import no_human_exit as check
from tests.agent_orgs import bot, evidence, flow, found, function, planner, plugin, script, start

AGENT = "aiAuthoringBundles/Help/Help.agent"
BUNDLE = "genAiPlannerBundles/Help/Help.genAiPlannerBundle"
HEAD = """\
config:
   developer_name: "Help"
   agent_type: "{}"
{}start_agent main:
   description: "x"
   actions:
      act:
         target: "{}"
   reasoning:
      actions:
         act: @actions.act
"""
CONNECTION = (
    'connection messaging:\n   outbound_route_type: "OmniChannelFlow"\n   outbound_route_name: "Route"\n'
)
ESCALATE = "         to_human: @utils.escalate\n"


def acting(
    more: str = "",
    *,
    type_: str = "AgentforceServiceAgent",
    connection: str = "",
    target: str = "flow://Look",
    published: bool = True,
) -> dict[str, str]:
    text = HEAD.format(type_, connection, target) + more
    return script(text, target="Help.v1" if published else "") | flow("Look", start("Nothing"))


def creating(object_name: str) -> dict[str, str]:
    return flow(
        "Make", start("New"), f"<recordCreates><name>New</name><object>{object_name}</object></recordCreates>"
    )


# -- no way at all


def test_a_script_without_a_way_to_a_human() -> None:
    assert found(acting(), check) == [
        f"high/high {AGENT}:3 Help has no way to a human: no topic can escalate, and no action opens a case or a task."
    ]


def test_an_action_that_is_not_in_the_tree_makes_it_less_sure() -> None:
    assert [one.split(" ")[0] for one in found(acting(target="flow://pkg__Look"), check)] == ["high/medium"]
    assert found(acting(target="flow://pkg__Create_Case"), check) == []


TOPIC = "<localTopics><fullName>Orders</fullName><canEscalate>{}</canEscalate></localTopics>\n{}"
SERVICE = bot(text="<agentType>EinsteinServiceAgent</agentType>")


def test_a_planner_without_a_way_to_a_human() -> None:
    assert found(planner(TOPIC.format("false", "")) | SERVICE, check) == [
        "high/high bots/Help/Help.bot-meta.xml:2 Help has no way to a human: no topic can escalate, and no action opens "
        "a case or a task."
    ]


def test_topics_of_the_library_and_their_actions() -> None:
    files = {
        **planner("<genAiPlugins><genAiPluginName>Orders</genAiPluginName></genAiPlugins>"),
        **plugin(
            "Orders",
            "<canEscalate>false</canEscalate>\n<genAiFunctions><functionName>Act</functionName></genAiFunctions>",
        ),
        **function(
            "Act",
            "<invocationTarget>Make</invocationTarget>\n<invocationTargetType>flow</invocationTargetType>",
        ),
        **SERVICE,
    }
    assert len(found(files | creating("Order"), check)) == 1
    assert found(files | creating("Case"), check) == []


DIALOG = """
<botDialogs><botSteps><botInvocation><invocationActionName>Make</invocationActionName><invocationActionType>flow</invocationActionType></botInvocation><type>Invocation</type></botSteps><developerName>Hello</developerName></botDialogs>
{}"""
TRANSFER = "<botDialogs><botSteps><conversationSystemMessage><type>Transfer</type></conversationSystemMessage><type>SystemMessage</type></botSteps><developerName>Bye</developerName></botDialogs>"


def test_a_bot_of_dialogs() -> None:
    files = bot(text="<type>Bot</type>", version=DIALOG.format(""))
    assert found(files | creating("Order"), check) == [
        "high/high bots/Help/Help.bot-meta.xml:2 Help has no way to a human: no topic can escalate, and no action opens "
        "a case or a task."
    ]
    assert found(files | creating("Case"), check) == []
    assert (
        found(bot(text="<type>Bot</type>", version=DIALOG.format(TRANSFER)) | creating("Order"), check) == []
    )


def test_a_bot_whose_planner_was_not_retrieved() -> None:
    link = "<conversationDefinitionPlanners><genAiPlannerName>Help</genAiPlannerName></conversationDefinitionPlanners>"
    files = bot(text="<agentType>EinsteinServiceAgent</agentType>", version=DIALOG.format(link))
    assert found(files | creating("Order"), check) == []


# -- a way without a route


def test_a_script_that_escalates_without_a_connection() -> None:
    assert found(acting(ESCALATE), check) == [
        f"high/high {AGENT}:12 Help: to_human escalates to a human, but no connection has an outbound route, so it leads "
        "nowhere."
    ]


def test_a_connection_without_a_route() -> None:
    files = acting(ESCALATE, connection='connection messaging:\n   escalation_message: "Please wait"\n')
    assert [one.split(" Help:")[0] for one in found(files, check)] == [f"high/high {AGENT}:4"]
    assert evidence(files, check) == [f"{AGENT}:14 to_human escalates"]


SURFACE = "<plannerSurfaces>{}<surfaceType>Messaging</surfaceType></plannerSurfaces>"
ROUTE = (
    "<outboundRouteConfigs><outboundRouteName>Route</outboundRouteName>"
    "<outboundRouteType>OmniChannelFlow</outboundRouteType></outboundRouteConfigs>"
)


def test_a_planner_that_escalates_without_a_route() -> None:
    assert found(planner(TOPIC.format("true", SURFACE.format(""))) | SERVICE, check) == [
        f"high/high {BUNDLE}:3 Help: the topic Orders escalates to a human, but no connection has an outbound route, so "
        "it leads nowhere."
    ]
    assert [one.split(" ")[0] for one in found(planner(TOPIC.format("true", "")) | SERVICE, check)] == [
        "high/medium"
    ]
    assert found(planner(TOPIC.format("true", SURFACE.format(ROUTE))) | SERVICE, check) == []


# -- a route that leads nowhere


def test_a_route_to_a_flow_that_is_not_there() -> None:
    assert found(acting(ESCALATE, connection=CONNECTION), check) == [
        f"high/high {AGENT}:6 Help hands over to humans through the flow Route, which is not there."
    ]
    assert found(planner(TOPIC.format("true", SURFACE.format(ROUTE))) | SERVICE | flow("Other"), check) == [
        f"high/high {BUNDLE}:3 Help hands over to humans through the flow Route, which is not there."
    ]


def test_a_route_to_a_flow_that_is_not_active() -> None:
    files = acting(ESCALATE, connection=CONNECTION) | flow("Route", status="Draft")
    assert found(files, check) == [
        f"high/high {AGENT}:6 Help hands over to humans through the flow Route, which is not active."
    ]


def test_the_outbound_flow_of_a_bot() -> None:
    text = "<agentType>EinsteinServiceAgent</agentType>\n<defaultOutboundFlow>{}</defaultOutboundFlow>"
    files = planner(TOPIC.format("false", "")) | flow("Route")
    assert found(files | bot(text=text.format("Route")), check) == []
    assert found(files | bot(text=text.format("Gone")), check) == [
        "high/high bots/Help/Help.bot-meta.xml:3 Help hands over to humans through the flow Gone, which is not there."
    ]


# -- what is fine


@pytest.mark.parametrize(
    "files",
    [
        acting(ESCALATE, connection=CONNECTION) | flow("Route"),
        acting(type_="AgentforceEmployeeAgent"),
        acting(target="flow://Make") | creating("Case"),
        acting(published=False),
        acting(ESCALATE, connection=CONNECTION.replace('"Route"', '"%%ROUTE%%"')),
        planner("<genAiPlugins><genAiPluginName>pkg__Escalation</genAiPluginName></genAiPlugins>") | SERVICE,
        planner(TOPIC.format("true", "")),
    ],
)
def test_who_has_a_way(files: dict[str, str]) -> None:
    assert found(files, check) == []


def test_a_script_without_a_bundle_file_is_no_draft() -> None:
    files = acting(published=False)
    alone = {path: text for path, text in files.items() if "bundle-meta" not in path}
    assert len(found(alone, check)) == 1
