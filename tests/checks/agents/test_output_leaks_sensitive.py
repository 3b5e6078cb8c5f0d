"""AGT013, in scripts, schemas of planners' actions, and variables and settings of bots."""

from __future__ import annotations

import json

import pytest

from sfgov_checks.agents.output_leaks_sensitive import output_leaks_sensitive as check
from tests.agent_orgs import (
    apex,
    bot,
    evidence,
    flow,
    found,
    function,
    planner,
    plugin,
    script,
    start,
    variable,
    xml,
)

AGENT = "aiAuthoringBundles/Help/Help.agent"
SSN = {
    "objects/Contact/fields/SSN__c.field-meta.xml": xml(
        "CustomField",
        "<fullName>SSN__c</fullName>\n<securityClassification>Restricted</securityClassification>\n<type>Text</type>",
    )
}


def giving(value: str, *more: str) -> dict[str, str]:
    """A flow that finds a contact and gives something of it in `number`; the assignment is on line 3."""
    return flow(
        "Find",
        variable("number", output=True),
        "<assignments><name>Give</name><assignmentItems><assignToReference>number</assignToReference>"
        f"<operator>Assign</operator><value>{value}</value></assignmentItems></assignments>",
        start("Get"),
        "<recordLookups><name>Get</name><connector><targetReference>Give</targetReference></connector>"
        "<object>Contact</object></recordLookups>",
        *more,
    )


FIND = giving("<elementReference>Get.SSN__c</elementReference>")


def showing(
    *marks: str, target: str = "flow://Find", kind: str = "AgentforceServiceAgent", name: str = "number"
) -> dict[str, str]:
    """A script whose only output is on line 10."""
    lines = ["config:", '   developer_name: "Help"', f'   agent_type: "{kind}"', "start_agent main:"]
    lines += [
        '   description: "x"',
        "   actions:",
        "      act:",
        f'         target: "{target}"',
        "         outputs:",
    ]
    lines += [f"            {name}: string", *(f"               {one}" for one in marks)]
    return script("\n".join(lines) + "\n")


def test_an_output_that_may_be_shown() -> None:
    files = showing("is_displayable: True") | FIND | SSN
    assert found(files, check) == [
        f"medium/high {AGENT}:10 Help: act (flow Find) gives Contact.SSN__c (Restricted) in number, which may be shown."
    ]
    assert evidence(files, check) == [
        "flows/Find.flow-meta.xml:3 Contact.SSN__c goes into number",
        "objects/Contact/fields/SSN__c.field-meta.xml:3 Contact.SSN__c is Restricted",
    ]


@pytest.mark.parametrize(
    "flow_files",
    [
        giving("<stringValue>It is {!Get.SSN__c}.</stringValue>"),
        giving(
            "<elementReference>Masked</elementReference>",
            "<formulas><name>Masked</name><dataType>String</dataType><expression>TRIM({!Get.SSN__c})</expression></formulas>",
        ),
    ],
    ids=["in a text", "through a formula"],
)
def test_an_output_that_nothing_keeps_back(flow_files: dict[str, str]) -> None:
    assert found(showing() | flow_files | SSN, check) == [
        f"medium/high {AGENT}:10 Help: act (flow Find) gives Contact.SSN__c (Restricted) in number, which is not kept from "
        "the model."
    ]


SERVICE = apex(
    "Find",
    """
    public without sharing class Find {
        public class Result { @InvocableVariable public String ssn; @InvocableVariable public String name; }
        @InvocableMethod
        public static List<Result> run(List<Id> ids) {
            Contact one = [SELECT Id, SSN__c FROM Contact WHERE Id = :ids[0]];
            return null;
        }
    }
    """,
)


def test_a_class_that_selects_the_field() -> None:
    files = showing("is_displayable: True", target="apex://Find", name="ssn") | SERVICE | SSN
    assert found(files, check) == [
        f"medium/medium {AGENT}:10 Help: act (Apex class Find) gives Contact.SSN__c (Restricted) in ssn, which may be shown."
    ]
    assert found(showing(target="apex://Find", name="name") | SERVICE | SSN, check) == []


KIND = "<agentType>EinsteinServiceAgent</agentType>\n{}<type>ExternalCopilot</type>"
VERSION = "<conversationDefinitionPlanners><genAiPlannerName>Help</genAiPlannerName></conversationDefinitionPlanners>"


def planned(**marks: bool) -> dict[str, str]:
    text = """
    <localTopics><fullName>Orders</fullName><localActions><fullName>Act</fullName>
    <invocationTarget>Find</invocationTarget><invocationTargetType>flow</invocationTargetType>
    </localActions></localTopics>"""
    said = {
        f"{'lightning' if name == 'isPII' else 'copilotAction'}:{name}": value
        for name, value in marks.items()
    }
    schema = json.dumps(
        {"properties": {"number": {"lightning:type": "lightning__textType", **said}}}, indent=1
    )
    return planner(text) | {"genAiPlannerBundles/Help/localActions/Orders/Act/output/schema.json": schema}


def test_a_planner_and_the_log_of_its_bot() -> None:
    files = planned(isDisplayable=True, isPII=False) | FIND | SSN
    log = KIND.format("<logPrivateConversationData>true</logPrivateConversationData>\n")
    assert found(files | bot("Help", log, version=VERSION), check) == [
        "medium/high bots/Help/Help.bot-meta.xml:3 Help logs private data of conversations, and Act puts Contact.SSN__c "
        "(Restricted) into them.",
        "medium/high genAiPlannerBundles/Help/localActions/Orders/Act/output/schema.json:3 Help: Act (flow Find) gives "
        "Contact.SSN__c (Restricted) in number, which may be shown, and its schema says that it is no personal data.",
    ]


def test_an_older_planner_with_topics_and_actions_of_the_library() -> None:
    schema = '{"properties": {"number": {"lightning:type": "lightning__textType",\n"copilotAction:isDisplayable": %s}}}'
    topics = "<genAiPlugins><genAiPluginName>Orders</genAiPluginName></genAiPlugins>"

    def org(shown: str) -> dict[str, str]:
        target = (
            "<invocationTarget>Find</invocationTarget>\n<invocationTargetType>flow</invocationTargetType>"
        )
        return {
            "genAiPlanners/Help.genAiPlanner": xml("GenAiPlanner", topics),
            **plugin("Orders", "<genAiFunctions><functionName>Act</functionName></genAiFunctions>"),
            **function("Act", target, outputs=schema % shown),
            **bot("Help", KIND.format(""), version=VERSION),
            **FIND,
            **SSN,
        }

    assert found(org("true"), check) == [
        "medium/high genAiFunctions/Act/output/schema.json:1 Help: Act (flow Find) gives Contact.SSN__c (Restricted) in "
        "number, which may be shown."
    ]
    assert found(org("false"), check) == []


@pytest.mark.parametrize(
    "files",
    [
        showing("is_displayable: False", "filter_from_agent: True") | FIND | SSN,
        showing("filter_from_agent: True") | FIND | SSN,
        showing("is_displayable: True") | FIND,
        showing("is_displayable: True") | giving("<elementReference>Get.Name</elementReference>") | SSN,
        showing("is_displayable: True", kind="AgentforceEmployeeAgent") | FIND | SSN,
        planned(isDisplayable=False) | FIND | SSN,
        planned(isDisplayable=True, isPII=True) | FIND | SSN,
    ],
    ids=["kept", "filtered", "not classified", "another field", "employee in user mode", "schema", "marked"],
)
def test_what_is_not_shown(files: dict[str, str]) -> None:
    assert found(files, check) == []


def test_a_variable_of_the_bot_that_is_visible_outside() -> None:
    held = """
    <contextVariables><contextVariableMappings><SObjectType>Contact</SObjectType><fieldName>Contact.SSN__c</fieldName>
    <messageType>WebChat</messageType></contextVariableMappings><dataType>Text</dataType><developerName>number</developerName>
    <includeInPrompt>true</includeInPrompt><label>n</label><visibility>External</visibility></contextVariables>"""
    text = KIND.format(held)
    topics = planner("<localTopics><fullName>Orders</fullName></localTopics>")
    (said,) = found(topics | bot("Help", text, version=VERSION) | SSN, check)
    assert said.endswith(
        "Help has Contact.SSN__c (Restricted) in the variable number, which is part of the prompt and visible outside."
    )
    inside = text.replace("External</visibility>", "Internal</visibility>")
    assert found(topics | bot("Help", inside, version=VERSION) | SSN, check) == []
