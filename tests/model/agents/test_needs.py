"""What an agent's actions ask of its user, and what its user has besides."""

from __future__ import annotations

from sfgov.model.agents import Agent
from sfgov.model.agents.needs import excess, needs_of, objects_of
from tests.agent_orgs import agent_of, apex, flow, record_element, script, start, variable, xml

SCRIPT = """\
config:
   developer_name: "Help"
   agent_type: "{kind}"
start_agent main:
   description: "x"
   actions:
      drop:
         target: "flow://Drop"
         inputs:
            "id": string
      look:
         target: "apex://Look"
   reasoning:
      actions:
         drop: @actions.drop
            with id=...
         look: @actions.look
"""
FILES = {
    **flow(
        "Drop",
        variable("id"),
        start("Gone"),
        record_element("recordDeletes", "Gone", "Case", ("Id", "id")),
    ),
    **apex(
        "Look",
        """
        public without sharing class Look {
            @InvocableMethod
            public static void run() { List<Contact> found = [SELECT Id FROM Contact]; }
        }""",
    ),
    "permissionsets/Help_Access.permissionset-meta.xml": xml(
        "PermissionSet",
        """
        <objectPermissions><allowCreate>true</allowCreate><allowDelete>true</allowDelete><allowEdit>true</allowEdit><allowRead>true</allowRead><object>Case</object></objectPermissions>
        <objectPermissions><allowRead>true</allowRead><object>Contact</object></objectPermissions>
        <objectPermissions><allowRead>true</allowRead><object>Invoice__c</object><viewAllRecords>true</viewAllRecords></objectPermissions>
        <userPermissions><enabled>true</enabled><name>ViewAllData</name></userPermissions>""",
    ),
}


def agent(kind: str = "AgentforceServiceAgent") -> Agent:
    return agent_of({**script(SCRIPT.replace("{kind}", kind)), **FILES})


def test_needs_are_calls_and_rights_to_objects() -> None:
    found = [(need.kind, need.name, need.flag, need.action.name) for need in needs_of(agent().actions)]
    assert found == [
        ("flow", "Drop", "enabled", "drop"),
        ("object", "Case", "allowDelete", "drop"),
        ("class", "Look", "enabled", "look"),
        ("object", "Contact", "allowRead", "look"),
    ]


def test_work_in_system_mode_asks_nobody() -> None:
    asked = {need.name: need.asked for need in needs_of(agent().actions) if need.kind == "object"}
    assert asked == {"Case": True, "Contact": False}


def test_needs_end_where_they_are_asked() -> None:
    drop = next(need for need in needs_of(agent().actions) if need.kind == "object")
    assert drop.evidence[-1].place.element == "Gone"


def test_excess_is_what_no_action_needs_the_broadest_first() -> None:
    helper = agent()
    found = [(one.name, one.flag) for one in excess(helper.access, needs_of(helper.actions))]
    assert found == [
        ("", "ViewAllData"),
        ("Case", "allowCreate"),
        ("Invoice__c", "allowRead"),
        ("Invoice__c", "viewAllRecords"),
    ]
    assert objects_of(helper.access) == ("Case", "Contact", "Invoice__c")


def test_what_employees_use_their_agent_with_is_not_its_own() -> None:
    helper = agent("AgentforceEmployeeAgent")
    assert helper.access.bundles == ()
    assert list(excess(helper.access, needs_of(helper.actions))) == []
