"""Agents of planners: topics and actions of their own and of the library, rules, mappings, and bots alone."""

from __future__ import annotations

from sfgov.model.agents import Agent, Kind
from sfgov.model.agents.expressions import Value
from sfgov.model.index import Knowledge
from tests.agent_orgs import agent_of, bot, flow, function, org_of, planner, plugin

PLANNER = """
<attributeMappings>
<attributeName>Identity.Check_Code.isVerified</attributeName><attributeType>StandardPluginFunctionOutput</attributeType>
<mappingTargetName>isVerified</mappingTargetName><mappingType>Variable</mappingType>
</attributeMappings>
<attributeMappings>
<attributeName>Orders.Cancel.input_contactId</attributeName><attributeType>CustomPluginFunctionAttribute</attributeType>
<mappingTargetName>Contact</mappingTargetName><mappingType>Variable</mappingType>
</attributeMappings>
<attributeMappings>
<attributeName>Cancel.reason</attributeName><attributeType>CustomPluginFunctionAttribute</attributeType>
<constantValue>asked</constantValue><mappingType>Constant</mappingType>
</attributeMappings>
<genAiFunctions><genAiFunctionName>Lib__Answer</genAiFunctionName></genAiFunctions>
<genAiPlugins><genAiPluginName>Orders</genAiPluginName></genAiPlugins>
<genAiPlugins><genAiPluginName>Lib__Managed</genAiPluginName></genAiPlugins>
<localTopicLinks><genAiPluginName>Identity_16j</genAiPluginName></localTopicLinks>
<localTopics>
<fullName>Identity_16j</fullName>
<canEscalate>true</canEscalate>
<localActionLinks><functionName>Check_Code_179</functionName></localActionLinks>
<localActions>
<fullName>Check_Code_179</fullName>
<invocationTarget>Check_Code</invocationTarget>
<invocationTargetType>flow</invocationTargetType>
<isConfirmationRequired>false</isConfirmationRequired>
<localDeveloperName>Check_Code</localDeveloperName>
<source>Lib__Check</source>
</localActions>
<localDeveloperName>Identity</localDeveloperName>
</localTopics>
<masterLabel>Help</masterLabel>
<ruleExpressionAssignments><ruleExpressionName>Is_Verified</ruleExpressionName><targetName>Orders</targetName><targetType>Plugin</targetType></ruleExpressionAssignments>
<ruleExpressionAssignments><ruleExpressionName>Is_Verified</ruleExpressionName><targetName>Identity.Check_Code</targetName><targetType>PluginFunction</targetType></ruleExpressionAssignments>
<ruleExpressionAssignments><ruleExpressionName>Is_Verified</ruleExpressionName><targetName>Gone</targetName><targetType>Plugin</targetType></ruleExpressionAssignments>
<ruleExpressions>
<conditions><leftOperand>isVerified</leftOperand><leftOperandType>Variable</leftOperandType><operator>equal</operator><rightOperandValue>true</rightOperandValue></conditions>
<conditions><leftOperand>Contact</leftOperand><leftOperandType>Variable</leftOperandType><operator>isNotEmpty</operator></conditions>
<expressionName>Is_Verified</expressionName>
</ruleExpressions>
<ruleExpressions>
<conditions><leftOperand>Tier</leftOperand><operator>equal</operator><rightOperandValue>gold</rightOperandValue></conditions>
<expressionName>Unused</expressionName>
</ruleExpressions>
"""
VERSION = """
<botDialogs><botSteps><conversationSystemMessage><type>Transfer</type></conversationSystemMessage><type>SystemMessage</type></botSteps><developerName>Bye</developerName></botDialogs>
<conversationDefinitionPlanners><genAiPlannerName>Help</genAiPlannerName></conversationDefinitionPlanners>
<conversationVariables><dataType>Boolean</dataType><developerName>isVerified</developerName><visibility>Internal</visibility></conversationVariables>
<conversationVariables><dataType>Text</dataType><developerName>Tier</developerName><visibility>Internal</visibility></conversationVariables>
<conversationVariables><dataType>Text</dataType><developerName>Contact</developerName><visibility>External</visibility></conversationVariables>
"""
BOT = """
<agentType>EinsteinServiceAgent</agentType>
<botUser>agent@example.com</botUser>
<contextVariables><contextVariableMappings><fieldName>MessagingSession.Id</fieldName></contextVariableMappings><developerName>Session</developerName></contextVariables>
<logPrivateConversationData>true</logPrivateConversationData>
<type>ExternalCopilot</type>
"""
INPUTS = """{"required": ["contactId"], "properties": {
"contactId": {"copilotAction:isUserInput": false},
"reason": {},
"note": {}}}"""
FILES = {
    **planner(PLANNER),
    **bot(text=BOT, version=VERSION),
    **plugin(
        "Orders",
        """<developerName>Orders</developerName>
        <genAiFunctions><functionName>Cancel</functionName></genAiFunctions>
        <genAiFunctions><functionName>Lib__Query</functionName></genAiFunctions>
        <genAiPluginInstructions><description>Be brief</description></genAiPluginInstructions>
        <scope>Only orders</scope>""",
    ),
    **function(
        "Cancel",
        """<invocationTarget>Cancel_Order</invocationTarget>
        <invocationTargetType>flow</invocationTargetType>
        <isConfirmationRequired>true</isConfirmationRequired>
        <mappingAttributes><name>input_contactId</name><parameterName>contactId</parameterName><parameterType>input</parameterType></mappingAttributes>""",
        INPUTS,
        '{"properties": {"status": {"copilotAction:isUsedByPlanner": false}}}',
    ),
    "genAiPlannerBundles/Help/localActions/Identity_16j/Check_Code_179/input/schema.json": '{"properties": {"code": {}}}',
    **flow("Cancel_Order"),
}


def help_() -> Agent:
    return agent_of(FILES)


def test_topics_come_from_planner_and_library() -> None:
    agent = help_()
    assert (agent.encoding, agent.kind, agent.start) == ("planner", Kind.SERVICE, None)
    assert [(topic.name, topic.known, topic.at.component) for topic in agent.topics] == [
        ("Identity", True, "GenAiPlannerBundle:Help"),
        ("Orders", True, "GenAiPlugin:Orders"),
        ("Lib__Managed", False, "GenAiPlannerBundle:Help"),
    ]
    assert all(topic.reachable for topic in agent.topics)
    identity, orders, _ = agent.topics
    assert identity.names == {"identity", "identity_16j"}
    assert [text.role for text in orders.texts] == ["scope", "instruction"]
    assert [(action.name, action.known) for action in agent.loose_actions] == [("Lib__Answer", False)]


def test_actions_have_their_schemas_and_those_of_their_source() -> None:
    agent = help_()
    (check,) = agent.topics[0].actions
    assert (check.name, check.full_name, check.confirmed) == ("Check_Code", "Check_Code_179", False)
    assert check.names == {"check_code", "check_code_179", "lib__check"}
    assert [one.name for one in check.inputs] == ["code"]
    assert check.inputs[0].at.path.endswith("Check_Code_179/input/schema.json")
    cancel, query = agent.topics[1].actions
    assert (cancel.confirmed, cancel.target and cancel.target.knowledge) == (True, Knowledge.PRESENT)
    assert [(one.name, one.required, one.asked_of_user) for one in cancel.inputs] == [
        ("contactId", True, False),
        ("reason", False, None),
        ("note", False, None),
    ]
    assert cancel.outputs[0].kept_from_model is True
    assert (query.known, query.inputs_known, query.target) == (False, False, None)


def test_the_model_fills_what_no_mapping_binds() -> None:
    cancel = help_().topics[1].actions[0]
    sources = {one.name: [(s.kind, s.variable) for _, s in one.sources] for one in cancel.inputs}
    assert sources == {
        "contactId": [("variable", "Contact")],
        "reason": [("literal", "")],
        "note": [("model", "")],
    }


def test_rules_lock_topics_and_actions() -> None:
    agent = help_()
    verified, unused = agent.rules
    assert verified.condition.text == "isVerified == true and Contact is not empty"
    assert verified.condition.variables == {"isverified", "contact"}
    assert [
        (lock.target, lock.topic and lock.topic.name, lock.action and lock.action.name)
        for lock in verified.locks
    ] == [
        ("Orders", "Orders", None),
        ("Identity.Check_Code", None, "Check_Code"),
        ("Gone", None, None),
    ]
    assert (unused.name, unused.locks) == ("Unused", ())
    assert [gate.name for gate in agent.topics[1].gates] == ["Is_Verified"]
    (check,) = agent.topics[0].uses
    assert [condition.name for condition in check.conditions] == ["Is_Verified"]
    assert verified.condition.agrees({"isverified": True, "contact": "003"}) is True
    assert verified.condition.agrees({"isverified": True, "contact": ""}) is False
    assert verified.condition.agrees({"contact": "003"}) is None


def test_variables_of_bot_and_version_with_what_sets_them() -> None:
    agent = help_()
    found = {one.name: [s.kind for s in one.sets] for one in agent.variables}
    assert found == {"Session": ["platform"], "isVerified": ["output"], "Tier": [], "Contact": ["outside"]}
    assert agent.possible("Tier") == frozenset[Value]({None})
    assert agent.possible("isVerified") is None
    assert not agent.can_agree((agent.rules[1].condition,))
    assert agent.can_agree((agent.rules[0].condition,))
    tier = agent.variable("tier")
    assert tier is not None
    assert [condition.name for condition in tier.read_by] == ["Unused"]


def test_ways_to_a_human() -> None:
    agent = help_()
    assert [(one.kind, one.at.component) for one in agent.escalations] == [
        ("topic", "GenAiPlannerBundle:Help"),
        ("transfer", "BotVersion:Help.v1"),
    ]


def test_settings_and_user_of_the_bot() -> None:
    agent = help_()
    setting = agent.setting("logPrivateConversationData")
    assert setting is not None
    assert (setting.truth, setting.at.component) == (True, "Bot:Help")
    assert agent.user is not None
    assert (agent.user.name, agent.user.at.line) == ("agent@example.com", 3)


def test_the_newest_version_tells_and_a_version_names_its_planner() -> None:
    files = {
        **planner("<masterLabel>1</masterLabel>", "Copilot"),
        **planner("<masterLabel>2</masterLabel>", "Copilot_v2"),
        **bot("Assistant", "<type>InternalCopilot</type>"),
    }
    for label, name in (("v1", "Copilot"), ("v2", "Copilot_v2")):
        version = f"<conversationDefinitionPlanners><genAiPlannerName>{name}</genAiPlannerName></conversationDefinitionPlanners>"
        files |= bot("Assistant", "<type>InternalCopilot</type>", version=version, label=label)
    (agent,) = org_of(files).agents.all
    assert (agent.name, agent.component, agent.kind) == (
        "Assistant",
        "GenAiPlannerBundle:Copilot_v2",
        Kind.EMPLOYEE,
    )
    assert (agent.versions, [one.name for one in agent.frozen]) == (("v1", "v2"), ["Copilot"])


def test_a_version_ten_is_newer_than_a_version_nine() -> None:
    files: dict[str, str] = {}
    for number in (9, 10):
        files |= planner(f"<masterLabel>{number}</masterLabel>", f"Help_v{number}")
    (agent,) = org_of(files).agents.all
    assert agent.component == "GenAiPlannerBundle:Help_v10"


def test_an_older_planner_with_library_topics() -> None:
    files = {
        "genAiPlanners/Old.genAiPlanner-meta.xml": planner(
            "<genAiPlugins><genAiPluginName>Orders</genAiPluginName></genAiPlugins>"
        )["genAiPlannerBundles/Help/Help.genAiPlannerBundle"].replace("GenAiPlannerBundle", "GenAiPlanner"),
        **plugin("Orders", "<genAiFunctions><functionName>Cancel</functionName></genAiFunctions>"),
    }
    agent = agent_of(files, "Old")
    assert (agent.component, agent.kind) == ("GenAiPlanner:Old", Kind.UNKNOWN)
    assert [[action.name for action in topic.actions] for topic in agent.topics] == [["Cancel"]]


def test_a_bot_alone_has_dialogs() -> None:
    version = """
    <botDialogs>
    <botSteps><botInvocation><invocationActionName>Find</invocationActionName><invocationActionType>flow</invocationActionType></botInvocation><type>Invocation</type></botSteps>
    <developerName>Main</developerName>
    </botDialogs>"""
    agent = agent_of(bot("Classic", "<label>Classic</label><type>Bot</type>", version=version), "Classic")
    assert (agent.encoding, agent.kind, agent.topics) == ("bot", Kind.OTHER, ())
    assert [(one.name, [step.message for step in one.steps]) for one in agent.dialogs] == [
        ("Main", ["flow Find"])
    ]
    assert agent.escalations == ()


def test_a_topic_that_two_agents_share_is_each_ones_own() -> None:
    files = {
        **FILES,
        **planner("<genAiPlugins><genAiPluginName>Orders</genAiPluginName></genAiPlugins>", "Other"),
    }
    org = org_of(files)
    first, second = org.agents.get("Help"), org.agents.get("Other")
    assert first is not None
    assert second is not None
    assert [topic.name for topic in second.topics] == ["Orders"]
    assert second.topics[0].agent is second
    assert second.topics[0].gates == ()
    assert first.topics[1].at == second.topics[0].at
