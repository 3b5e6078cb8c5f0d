"""AGT003, in scripts, planners and actions of the library, through flows, Apex and prompts' providers."""

from __future__ import annotations

import pytest

from sfgov_checks.agents.action_privileged_context import action_privileged_context as check
from tests.agent_orgs import (
    apex,
    bot,
    evidence,
    flow,
    found,
    function,
    planner,
    plugin,
    prompt,
    record_element,
    script,
    start,
    xml,
)

AGENT = "aiAuthoringBundles/Help/Help.agent"
WITHOUT = "<runInMode>SystemModeWithoutSharing</runInMode>"
WITH = "<runInMode>SystemModeWithSharing</runInMode>"


def acting(target: str = "flow://Act", type_: str = "AgentforceServiceAgent") -> dict[str, str]:
    """A script whose action has its target on line 8."""
    return script(f"""\
        config:
           developer_name: "Help"
           agent_type: "{type_}"
        start_agent main:
           description: "x"
           actions:
              act:
                 target: "{target}"
           reasoning:
              actions:
                 act: @actions.act
        """)


def doing(
    kind: str = "recordUpdates", mode: str = WITHOUT, object_name: str = "Case", more: str = ""
) -> dict[str, str]:
    element = record_element(kind, "Do", object_name, ("Id", "id")).replace("<object>", f"{more}<object>")
    return flow("Act", mode, start("Do"), element)


def access(
    *rights: str, name: str = "Help_Access", object_name: str = "Case", more: str = ""
) -> dict[str, str]:
    flags = "".join(f"<{one}>true</{one}>" for one in rights)
    text = f"<objectPermissions>{flags}<object>{object_name}</object></objectPermissions>{more}"
    return {f"permissionsets/{name}.permissionset-meta.xml": xml("PermissionSet", text)}


def secret(name: str = "Contact.SSN__c") -> dict[str, str]:
    parent, _, own = name.partition(".")
    text = f"<fullName>{own}</fullName>\n<securityClassification>Restricted</securityClassification>\n<type>Text</type>"
    return {f"objects/{parent}/fields/{own}.field-meta.xml": xml("CustomField", text)}


def test_a_flow_in_system_context() -> None:
    files = acting() | doing()
    assert found(files, check) == [
        f"high/medium {AGENT}:8 Help: act (flow Act) updates Case records in system context without sharing; nobody "
        "asks what the agent's user may do."
    ]
    assert evidence(files, check) == [
        "flows/Act.flow-meta.xml:4 Do updates Case records in system context without sharing: the flow runs in system "
        "without sharing"
    ]


def test_an_agents_user_that_may_not() -> None:
    assert found(acting() | doing() | access("allowRead"), check) == [
        f"high/high {AGENT}:8 Help: act (flow Act) updates Case records in system context without sharing; the agent's "
        "user may not do that."
    ]


def test_an_agents_user_that_may_but_not_all_records() -> None:
    assert found(acting() | doing() | access("allowRead", "allowEdit"), check) == [
        f"medium/high {AGENT}:8 Help: act (flow Act) updates Case records in system context without sharing; the "
        "agent's user may do that, but to the records that sharing shows it."
    ]


def test_creating_counts_where_the_user_may_not() -> None:
    files = acting() | doing("recordCreates")
    assert found(files, check) == []
    assert [one.split(" ")[0] for one in found(files | access("allowRead"), check)] == ["medium/high"]


READING = """
public {} class Svc {{
    @InvocableMethod
    public static void run(List<Id> ids) {{
        List<Contact> found = [SELECT Id, SSN__c FROM Contact WHERE Id IN :ids {}];
    }}
}}
"""


def test_apex_that_reads_a_classified_field() -> None:
    files = acting("apex://Svc") | apex("Svc", READING.format("without sharing", "")) | secret()
    assert found(files, check) == [
        f"high/medium {AGENT}:8 Help: act (Apex class Svc) reads Contact.SSN__c (Restricted) in system mode; nobody asks "
        "what the agent's user may do."
    ]
    assert (
        evidence(files, check)[1]
        == "objects/Contact/fields/SSN__c.field-meta.xml:3 Contact.SSN__c is Restricted"
    )


def test_a_flow_with_sharing_reads_a_classified_field() -> None:
    files = doing("recordLookups", WITH, "Contact", "<queriedFields>SSN__c</queriedFields>") | secret()
    assert [one.split(" ")[0] for one in found(acting() | files, check)] == ["high/medium"]


PLANNER = """
<localTopics>
<fullName>T</fullName>
<localActions>
<fullName>Act</fullName>
<invocationTarget>Act</invocationTarget>
<invocationTargetType>flow</invocationTargetType>
</localActions>
</localTopics>
"""
SERVICE = bot(text="<agentType>EinsteinServiceAgent</agentType>")


def test_an_action_of_a_planner() -> None:
    (line,) = found(planner(PLANNER) | SERVICE | doing("recordDeletes"), check)
    assert line.startswith(
        "high/medium genAiPlannerBundles/Help/Help.genAiPlannerBundle:6 Help: Act (flow Act) deletes"
    )


def test_an_action_of_the_library_that_calls_a_prompt() -> None:
    provider = "<templateDataProviders><definition>flow://Act</definition><referenceName>Flow:Act</referenceName></templateDataProviders>"
    files = {
        **planner("<genAiPlugins><genAiPluginName>T</genAiPluginName></genAiPlugins>"),
        **plugin("T", "<genAiFunctions><functionName>Sum</functionName></genAiFunctions>"),
        **function(
            "Sum",
            "<invocationTarget>Sum_Up</invocationTarget>\n<invocationTargetType>generatePromptResponse</invocationTargetType>",
        ),
        **prompt("Sum_Up", "x", provider),
        **SERVICE,
        **doing("recordLookups", WITHOUT, "Contact", "<queriedFields>SSN__c</queriedFields>"),
        **secret(),
    }
    (line,) = found(files, check)
    assert line.startswith(
        "high/medium genAiFunctions/Sum/Sum.genAiFunction-meta.xml:2 Help: Sum (prompt template Sum_Up)"
    )


EMPLOYEE = "AgentforceEmployeeAgent"
VISIBLE = "<agentAccesses><agentName>Help</agentName><enabled>true</enabled></agentAccesses>"


def test_employees_who_may_not() -> None:
    shown = access("allowRead", name="Clerks", more=VISIBLE)
    assert found(acting(type_=EMPLOYEE) | doing() | shown, check) == [
        f"medium/low {AGENT}:8 Help: act (flow Act) updates Case records in system context without sharing; those who "
        "use the agent may not do that."
    ]
    assert (
        found(
            acting(type_=EMPLOYEE) | doing() | access("allowRead", "allowEdit", name="Clerks", more=VISIBLE),
            check,
        )
        == []
    )
    assert found(acting(type_=EMPLOYEE) | doing(), check) == []


@pytest.mark.parametrize(
    "files",
    [
        acting() | doing(mode=WITH),
        acting() | doing(mode=""),
        acting() | doing("recordLookups"),
        acting() | doing("recordLookups", object_name="Contact") | secret(),
        acting("apex://Svc") | apex("Svc", READING.format("with sharing", "WITH USER_MODE")) | secret(),
        acting("apex://Svc") | apex("Svc", READING.format("with sharing", ""), version="67.0") | secret(),
        acting("apex://Svc")
        | apex("Svc", READING.format("without sharing", "").replace("SSN__c", "Name"))
        | secret(),
        acting("flow://pkg__Act") | doing(),
    ],
)
def test_what_minds_permissions(files: dict[str, str]) -> None:
    assert found(files, check) == []
