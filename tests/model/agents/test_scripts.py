"""Agents of scripts: topics, actions and what fills them, gates, transitions, variables and ways out."""

from __future__ import annotations

from sfgov.model.agents import Kind
from sfgov.model.agents.expressions import Value
from sfgov.model.index import Knowledge
from tests.agent_orgs import agent_of, bot, flow, org_of, planner, script

SUPPORT = """
    config:
       developer_name: "Help"
       agent_label: "Help desk"
       agent_type: "AgentforceServiceAgent"
       default_agent_user: "agent@example.com"
       temperature: 0.2
       description: "Helps"
    variables:
       contact_id: linked string
          source: @MessagingEndUser.ContactId
       order_id: mutable string = ""
       verified: mutable boolean = False
       retries: mutable number = 0
       shown: mutable string
          visibility: "External"
    connection messaging:
       outbound_route_type: "OmniChannelFlow"
       outbound_route_name: "flow://Route"
       escalation_message: "One moment"
    system:
       instructions: "Be kind."
       messages:
          welcome: "Hi"
    start_agent router:
       description: "Routes"
       reasoning:
          actions:
             orders: @utils.transition to @subagent.orders
                available when @variables.verified == True
             verify: @utils.transition to @subagent.identity
    subagent identity:
       description: "Verifies"
       actions:
          check_code:
             target: "flow://Check_Code"
             inputs:
                code: string
                   is_required: True
                contact: string
                   is_required: True
                note: string
             outputs:
                ok: boolean
       reasoning:
          instructions: |
             Ask for the code.
          actions:
             check: @actions.check_code
                with contact=@variables.contact_id
                set @variables.verified = @outputs.ok
             capture: @utils.setVariables
                with order_id=...
       after_reasoning:
          if @variables.verified:
             transition to @subagent.orders
    subagent orders:
       label: "Orders"
       description: "About orders"
       system:
          instructions: "Only orders."
       before_reasoning:
          if not @variables.verified:
             transition to @subagent.identity
       actions:
          cancel:
             description: "Cancels an order"
             target: "flow://Cancel"
             require_user_confirmation: True
             inputs:
                id: string
                limit: number = 5
             outputs:
                status: string
                   is_displayable: True
                   filter_from_agent: False
          ghost:
             target: "apex://Ghost"
       reasoning:
          instructions: ->
             run @actions.cancel
                with id=@variables.order_id
                with odd="x"
          actions:
             human: @utils.escalate
                available when @variables.retries > 2
             lost: @utils.transition to @subagent.nowhere
             stray: @actions.undefined
    subagent island:
       description: "Nobody comes here"
"""
FILES = {**script(SUPPORT), **flow("Route"), **flow("Cancel")}
LINES = SUPPORT.strip("\n").split("\n")


def line(part: str, nth: int = 1) -> int:
    """The number of the nth line of the script that has this part."""
    return [number for number, text in enumerate(LINES, 1) if part in text][nth - 1]


def test_who_the_agent_is() -> None:
    agent = agent_of(FILES)
    assert (agent.name, agent.label, agent.encoding, agent.component) == (
        "Help",
        "Help desk",
        "script",
        "AiAuthoringBundle:Help",
    )
    assert agent.kind is Kind.SERVICE
    assert agent.kind_at is not None
    assert agent.kind_at.line == 4
    assert agent.user is not None
    assert (agent.user.name, agent.user.at.line) == ("agent@example.com", 5)
    setting = agent.setting("config.temperature")
    assert setting is not None
    assert (setting.number, setting.truth, setting.at.line) == (0.2, None, 6)
    assert agent.is_draft
    assert agent.instructions is not None
    assert agent.instructions.text == "Be kind."


def test_topics_and_the_ways_between_them() -> None:
    agent = agent_of(FILES)
    assert agent.start is not None
    assert agent.start.name == "router"
    assert [topic.name for topic in agent.topics] == ["identity", "orders", "island"]
    orders = agent.topic("ORDERS")
    assert orders is not None
    assert orders.names == {"orders"}
    assert [(one.origin.name, one.by_model, one.at.line) for one in orders.entries] == [
        ("router", True, line("orders: @utils")),
        ("identity", False, line("transition to @subagent.orders", 2)),
    ]
    assert [[c.said for c in one.conditions] for one in orders.entries] == [
        ["@variables.verified == True"],
        ["@variables.verified"],
    ]
    assert [topic.name for topic in agent.blocks if topic.reachable] == ["router", "identity", "orders"]
    assert [(one.target, one.to) for one in orders.exits if one.to is None] == [("nowhere", None)]
    assert [text.role for text in orders.texts] == ["topic", "override", "action"]


def test_an_action_with_its_target_and_confirmation() -> None:
    agent = agent_of(FILES)
    cancel = next(action for action in agent.actions if action.name == "cancel")
    assert cancel.target is not None
    assert (cancel.target.component, cancel.target.knowledge, cancel.target.at.line) == (
        "Flow:Cancel",
        Knowledge.PRESENT,
        line("flow://Cancel"),
    )
    assert (cancel.confirmed, cancel.confirmed_at and cancel.confirmed_at.line) == (
        True,
        line("require_user"),
    )
    (status,) = cancel.outputs
    assert (status.displayable, status.kept_from_model) == (True, False)
    ghost = next(action for action in agent.actions if action.name == "ghost")
    assert ghost.target is not None
    assert (ghost.target.component, ghost.target.knowledge) == ("ApexClass:Ghost", Knowledge.UNKNOWN)
    assert (ghost.confirmed, ghost.uses) == (None, ())


def test_a_flow_that_is_missing_among_others_is_absent() -> None:
    agent = agent_of({**FILES, **flow("Other")})
    check = next(action for action in agent.actions if action.name == "check_code")
    assert check.target is not None
    assert check.target.knowledge is Knowledge.ABSENT


def test_a_flow_named_with_its_version_is_there() -> None:
    files = {**script(SUPPORT), "flows/Cancel-3.flow": flow("Cancel")["flows/Cancel.flow-meta.xml"]}
    cancel = next(action for action in agent_of(files).actions if action.name == "cancel")
    assert cancel.target is not None
    assert cancel.target.knowledge is Knowledge.PRESENT


def test_what_fills_the_inputs() -> None:
    agent = agent_of(FILES)
    check = next(action for action in agent.actions if action.name == "check_code")
    sources = {one.name: [(source.kind, source.written) for _, source in one.sources] for one in check.inputs}
    assert sources == {
        "code": [("model", False)],
        "contact": [("variable", True)],
        "note": [("none", False)],
    }
    (use,) = check.uses
    contact = check.input("contact")
    assert contact is not None
    assert use.source(contact).variable == "contact_id"
    assert use.source(contact).at.line == line("with contact=")
    cancel = next(action for action in agent.actions if action.name == "cancel")
    assert [(one.name, one.declared) for one in cancel.inputs] == [
        ("id", True),
        ("limit", True),
        ("odd", False),
    ]
    assert [source.kind for one in cancel.inputs for _, source in one.sources] == [
        "variable",
        "literal",
        "literal",
    ]


def test_uses_say_who_decides_and_under_which_conditions() -> None:
    agent = agent_of(FILES)
    orders = agent.topic("orders")
    assert orders is not None
    run, human, lost, stray = orders.uses
    assert (run.kind, run.by_model, run.block) == ("run", False, "reasoning.instructions")
    assert [condition.said for condition in run.conditions] == ["not (not @variables.verified)"]
    assert (human.builtin, human.by_model) == ("escalate", True)
    assert [condition.kind for condition in human.conditions] == ["after-exit", "available when"]
    assert (lost.builtin, lost.name) == ("transition", "lost")
    assert (stray.action, stray.reference) == (None, "@actions.undefined")


def test_what_gives_values_to_variables() -> None:
    agent = agent_of(FILES)
    found = {one.name: [(s.kind, s.at.line, s.output) for s in one.sets] for one in agent.variables}
    assert found == {
        "contact_id": [("platform", line("contact_id: linked"), "")],
        "order_id": [("model", line("with order_id=..."), "")],
        "verified": [("output", line("set @variables.verified"), "ok")],
        "retries": [],
        "shown": [("outside", line("shown:"), "")],
    }
    verified = agent.variable("Verified")
    assert verified is not None
    leaving = line("if not @variables.verified")
    assert sorted((condition.at.line, condition.kind) for condition in verified.read_by) == [
        (line("available when @variables.verified"), "available when"),
        (line("if @variables.verified:"), "if"),
        (leaving, "after-exit"),
        (leaving, "if"),
    ]
    (given,) = verified.sets
    assert given.use is not None
    assert given.use.action is not None
    assert given.use.action.name == "check_code"


def test_what_a_variable_can_be_and_what_conditions_can_hold() -> None:
    agent = agent_of(FILES)
    assert agent.possible("retries") == frozenset[Value]({0.0})
    assert agent.possible("verified") is None
    assert agent.possible("contact_id") is None
    assert agent.possible("shown") is None
    assert agent.possible("unheard_of") is None
    (escalation,) = agent.escalations
    assert (escalation.kind, escalation.topic and escalation.topic.name) == ("tool", "orders")
    assert not agent.can_agree(escalation.conditions)
    raised = SUPPORT.replace(
        "       after_reasoning:\n",
        "       after_reasoning:\n          set @variables.retries = @variables.retries + 1\n",
    )
    better = agent_of({**FILES, **script(raised)})
    assert better.possible("retries") is None
    assert better.can_agree(better.escalations[0].conditions)


def test_the_channel_and_its_route() -> None:
    (connection,) = agent_of(FILES).connections
    assert (connection.type, connection.route_name, connection.knowledge) == (
        "messaging",
        "Route",
        Knowledge.PRESENT,
    )
    assert connection.has_route
    missing = agent_of({**script(SUPPORT), **flow("Cancel")})
    assert missing.connections[0].knowledge is Knowledge.ABSENT
    unknown = agent_of(script(SUPPORT))
    assert unknown.connections[0].knowledge is Knowledge.UNKNOWN


def test_a_type_that_is_not_said_is_a_service_agents_and_a_bot_may_say_it() -> None:
    plain = script('config:\n   developer_name: "Help"\nstart_agent a:\n   description: "x"\n')
    assert agent_of(plain).kind is Kind.SERVICE
    assert agent_of(plain).kind_at is None
    joined = agent_of({**plain, **bot(text="<agentType>AgentforceEmployeeAgent</agentType>")})
    assert joined.kind is Kind.EMPLOYEE


def test_no_user_is_none_written_as_such() -> None:
    text = 'access:\n   default_agent_user: None\nstart_agent a:\n   description: "x"\n'
    assert agent_of(script(text)).user is None
    quoted = agent_of(script(text.replace("None", '"None"')))
    assert quoted.user is not None


def test_script_planner_and_bot_of_one_agent_are_one() -> None:
    files = {
        **FILES,
        **planner("<masterLabel>Help</masterLabel>", "Help_v2"),
        **planner("<masterLabel>Help</masterLabel>", "Help_v1"),
        **bot(
            text="<agentType>EinsteinServiceAgent</agentType><defaultOutboundFlow>Route</defaultOutboundFlow>",
            version="<conversationDefinitionPlanners><genAiPlannerName>Help_v2</genAiPlannerName></conversationDefinitionPlanners><toneType>Casual</toneType>",
            label="v2",
        ),
    }
    org = org_of(files)
    (agent,) = org.agents.all
    assert [one.component for one in agent.sources] == [
        "AiAuthoringBundle:Help",
        "AiAuthoringBundleMeta:Help",
        "GenAiPlannerBundle:Help_v2",
        "Bot:Help",
        "BotVersion:Help.v2",
    ]
    assert [one.component for one in agent.frozen] == ["GenAiPlannerBundle:Help_v1"]
    assert (agent.encoding, agent.versions, agent.tone, agent.is_draft) == (
        "script",
        ("v2",),
        "Casual",
        False,
    )
    assert [one.kind for one in agent.escalations] == ["tool", "outbound"]
    assert org.agents.get("help_v2") is agent


def test_copies_of_a_script_are_versions_of_it() -> None:
    text = 'config:\n   developer_name: "Help"\nstart_agent a:\n   description: "x"\n'
    files = {
        **script(text),
        **script(text, "Help_1", target="Help.v1"),
        **script(text, "Help_2", target="Help.v2"),
    }
    (agent,) = org_of(files).agents.all
    assert agent.component == "AiAuthoringBundle:Help"
    assert [one.name for one in agent.frozen] == ["Help_1", "Help_2"]
    without = {path: content for path, content in files.items() if "/Help/" not in path}
    (only_copies,) = org_of(without).agents.all
    assert (only_copies.name, only_copies.component, only_copies.target) == (
        "Help",
        "AiAuthoringBundle:Help_2",
        "Help.v2",
    )


def test_a_name_that_ends_with_a_number_is_no_copy() -> None:
    text = 'config:\n   developer_name: "Tier_2"\nstart_agent a:\n   description: "x"\n'
    (agent,) = org_of(script(text, "Tier_2")).agents.all
    assert agent.name == "Tier_2"


def test_a_script_that_is_called_otherwise_than_its_folder_is_joined_by_what_it_calls_itself() -> None:
    text = 'config:\n   developer_name: "Help_Agent"\nstart_agent a:\n   description: "x"\n'
    org = org_of({**script(text), **bot("Help_Agent", "<type>ExternalCopilot</type>")})
    (agent,) = org.agents.all
    assert (agent.name, agent.developer_name) == ("Help", "Help_Agent")
    assert org.agents.get("help_agent") is agent


def test_a_script_that_cannot_be_read_leaves_the_planner_to_tell() -> None:
    files = {
        **script("what is this\n"),
        **planner(
            "<genAiPlugins><genAiPluginName>Lib__T</genAiPluginName></genAiPlugins><masterLabel>x</masterLabel>"
        ),
    }
    agent = agent_of(files)
    assert (agent.encoding, agent.component) == ("planner", "GenAiPlannerBundle:Help")
    assert [(topic.name, topic.known) for topic in agent.topics] == [("Lib__T", False)]


def test_an_org_without_agents_has_none() -> None:
    org = org_of(flow("Cancel"))
    assert (org.agents.all, org.agents.prompts, org.agents.suites) == ((), (), ())
