"""AGT008, for scripts, planners and bots, and for the entries that let people use agents."""

from __future__ import annotations

import pytest

from sfgov.testing import lint_run
from sfgov_checks.agents.user_missing_access import user_missing_access as check
from tests.agent_orgs import apex, bot, evidence, flow, found, planner, record_element, script, start, xml

AGENT = "aiAuthoringBundles/Help/Help.agent"
SERVICE = apex(
    "OrderService", "public class OrderService { @InvocableMethod public static void run(List<Id> ids) {} }"
)
READ = flow("Read", start("Find"), record_element("recordLookups", "Find", "Order__c", ("Id", "id")))


def calling(target: str, *, kind: str = "AgentforceServiceAgent", published: bool = True) -> dict[str, str]:
    """A script whose only action has its target on line 8."""
    text = f"""\
    config:
       developer_name: "Help"
       agent_type: "{kind}"
    start_agent main:
       description: "x"
       actions:
          act:
             target: "{target}"
    """
    return script(text, target="Help.v1" if published else "")


def access(text: str = "", name: str = "Help_Access") -> dict[str, str]:
    return {
        f"permissionsets/{name}.permissionset-meta.xml": xml("PermissionSet", f"{text}\n<label>x</label>")
    }


def on(object_name: str, *flags: str) -> str:
    given = "".join(f"<{flag}>true</{flag}>" for flag in flags)
    return f"<objectPermissions>{given}<object>{object_name}</object></objectPermissions>"


def may_run(name: str) -> str:
    return f"<classAccesses><apexClass>{name}</apexClass><enabled>true</enabled></classAccesses>"


def may_use(name: str) -> str:
    return f"<agentAccesses><agentName>{name}</agentName>\n<enabled>true</enabled></agentAccesses>"


def test_a_class_that_the_user_may_not_run() -> None:
    files = calling("apex://OrderService") | SERVICE | access(may_run("Other"))
    assert found(files, check) == [
        f"medium/medium {AGENT}:8 Help runs act (Apex class OrderService), and Help_Access gives no access to the class "
        "OrderService: the action fails in the conversation."
    ]
    assert evidence(files, check) == [f"{AGENT}:8 act calls OrderService"]


def test_an_object_that_the_user_may_not_read() -> None:
    files = calling("flow://Read") | READ | access(on("Case", "allowRead"))
    files |= access(on("Order__c", "allowRead"), "Sales")
    assert found(files, check) == [
        f"medium/medium {AGENT}:8 Help runs act (flow Read), and Help_Access does not let it read Order__c: the action "
        "fails or finds nothing."
    ]


def test_a_planner_whose_bundle_is_declared_in_the_policy() -> None:
    text = """
    <localTopics><fullName>Orders</fullName><localActions><fullName>Act</fullName>
    <invocationTarget>OrderService</invocationTarget><invocationTargetType>apex</invocationTargetType>
    </localActions></localTopics>"""
    policy = {"sfgov.yml": "principals: {agent: {agents: {Help: [Desk]}}}"}
    kind = bot(
        "Help",
        "<agentType>EinsteinServiceAgent</agentType><type>ExternalCopilot</type>",
        version="<conversationDefinitionPlanners><genAiPlannerName>Help</genAiPlannerName></conversationDefinitionPlanners>",
    )
    files = planner(text) | kind | policy | SERVICE | access(name="Desk")
    assert found(files, check) == [
        "medium/medium genAiPlannerBundles/Help/Help.genAiPlannerBundle:3 Help runs Act (Apex class OrderService), and "
        "Desk gives no access to the class OrderService: the action fails in the conversation."
    ]


def test_an_employee_agent_that_nobody_may_use() -> None:
    files = calling("flow://Read", kind="AgentforceEmployeeAgent") | access(may_use("ns__Sales"), "Sales")
    assert found(files, check) == [
        f"medium/medium {AGENT}:1 No permission set or profile of the tree lets anybody use the agent Help."
    ]


@pytest.mark.parametrize(
    ("name", "marks", "ending"),
    [
        ("Help_v2", "medium/high", "; Help is probably meant"),
        ("Hepl", "low/low", ""),
        ("Billing", "low/low", ""),
    ],
)
def test_an_entry_for_no_agent(name: str, marks: str, ending: str) -> None:
    files = calling("flow://Read") | access(may_use(name), "Sales")
    assert found(files, check) == [
        f"{marks} permissionsets/Sales.permissionset-meta.xml:3 Sales gives access to the agent {name}, and no agent of "
        f"the tree has this name{ending}."
    ]


@pytest.mark.parametrize(
    "files",
    [
        calling("apex://OrderService") | SERVICE | access(may_run("orderservice")),
        calling("apex://ns__Service") | SERVICE | access(),
        calling("flow://Read") | READ | access(on("Order__c", "allowRead")),
        calling("flow://Read") | READ | access(on("Case", "allowRead")),
        calling("flow://Read", kind="AgentforceEmployeeAgent") | access(may_use("HELP"), "Sales"),
        calling("flow://Read", kind="AgentforceEmployeeAgent", published=False)
        | access(may_use("ns__S"), "Sales"),
    ],
    ids=[
        "granted in any case",
        "a package's",
        "object granted",
        "object nobody speaks of",
        "usable",
        "a draft",
    ],
)
def test_what_is_given_or_not_known(files: dict[str, str]) -> None:
    assert found(files, check) == []


def test_system_mode_asks_for_nothing() -> None:
    old = apex(
        "OrderService",
        """
        public without sharing class OrderService {
            @InvocableMethod public static void run(List<Id> ids) { List<Order__c> found = [SELECT Id FROM Order__c]; }
        }
        """,
    )
    files = calling("apex://OrderService") | old | access(may_run("OrderService") + on("Case", "allowRead"))
    assert found(files | access(on("Order__c", "allowRead"), "Sales"), check) == []


def test_an_agent_whose_bundles_are_not_known() -> None:
    run = lint_run(calling("apex://OrderService") | SERVICE | access(name="Sales"), check)
    assert list(run.results) == []
    assert [one.reason for one in run.not_checked] == [
        "which permission sets the users of Help have is not known, or they are not all in the tree"
    ]
