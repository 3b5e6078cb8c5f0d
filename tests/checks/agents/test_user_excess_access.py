"""AGT007, for agents of scripts and planners."""

from __future__ import annotations

import pytest

from sfgov.testing import lint_run
from sfgov_checks.agents.user_excess_access import user_excess_access as check
from tests.agent_orgs import (
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
    xml,
)

SET = "permissionsets/Help_Access.permissionset-meta.xml"
AGENT = "aiAuthoringBundles/Help/Help.agent"


def acting(*targets: str, type_: str = "AgentforceServiceAgent") -> dict[str, str]:
    lines = [
        "config:",
        '   developer_name: "Help"',
        f'   agent_type: "{type_}"',
        "start_agent main:",
        '   description: "x"',
    ]
    lines += ["   actions:"] if targets else []
    for number, target in enumerate(targets):
        lines += [f"      act{number}:", f'         target: "{target}"']
    lines += ["   reasoning:", "      actions:"] + [
        f"         act{n}: @actions.act{n}" for n in range(len(targets))
    ]
    return script("\n".join(lines) + "\n")


def doing(kind: str, object_name: str = "Case", name: str = "Act") -> dict[str, str]:
    return flow(name, start("Do"), record_element(kind, "Do", object_name, ("Id", "id")))


def on(object_name: str, *rights: str) -> str:
    """A block whose first right is on its second line."""
    flags = "\n".join(f"<{one}>true</{one}>" for one in rights)
    return f"<objectPermissions>\n{flags}\n<object>{object_name}</object>\n</objectPermissions>"


def access(*blocks: str, name: str = "Help_Access") -> dict[str, str]:
    return {f"permissionsets/{name}.permissionset-meta.xml": xml("PermissionSet", "\n".join(blocks))}


SECRET = {
    "objects/Contact/fields/SSN__c.field-meta.xml": xml(
        "CustomField",
        "<fullName>SSN__c</fullName>\n<securityClassification>Restricted</securityClassification>\n<type>Text</type>",
    )
}
READS_SECRET = "<fieldPermissions><editable>false</editable><field>Contact.SSN__c</field><readable>true</readable></fieldPermissions>"


def test_deletes_that_no_action_does() -> None:
    files = acting("flow://Act") | doing("recordLookups") | access(on("Case", "allowRead", "allowDelete"))
    assert found(files, check) == [
        f"high/high {SET}:4 The user of the agent Help can delete Case; its only action does not need that."
    ]
    assert evidence(files, check) == [
        f"{SET}:4 Help_Access grants allowDelete on Case",
        f"{AGENT}:1 Help is the agent",
    ]


def test_all_that_is_too_much_is_one_finding_at_the_gravest() -> None:
    files = {
        **acting("flow://Act"),
        **doing("recordLookups"),
        **access(
            on("Case", "allowRead", "allowEdit"),
            on("Order", "modifyAllRecords"),
            "<userPermissions><enabled>true</enabled><name>ViewAllData</name></userPermissions>",
            on("Contact", "allowRead"),
            READS_SECRET,
        ),
        **SECRET,
    }
    assert found(files, check) == [
        f"high/high {SET}:11 The user of the agent Help can see everything (View All Data), and change and delete every "
        "record of Order, and read Contact.SSN__c, and edit Case; its only action does not need that."
    ]


def test_edits_alone_are_medium() -> None:
    files = acting("flow://Act") | doing("recordLookups") | access(on("Case", "allowRead", "allowEdit"))
    assert found(files, check) == [
        f"medium/high {SET}:4 The user of the agent Help can edit Case; its only action does not need that."
    ]


def test_what_the_policy_declares() -> None:
    files = acting("flow://Act") | doing("recordLookups") | access(on("Case", "allowDelete"), name="Bots")
    assert found(files, check) == []
    assert [one.reason for one in lint_run(files, check).not_checked] == [
        "which permission sets the user of Help has is not known (principals.agent)"
    ]
    files["sfgov.yml"] = "principals: {agent: {agents: {Help: [Bots]}}}\n"
    assert len(found(files, check)) == 1


def test_actions_that_cannot_be_read() -> None:
    files = acting("flow://Act", "flow://pkg__X") | doing("recordLookups")
    assert found(files | access(on("Case", "allowEdit", "allowDelete")), check) == [
        f"high/medium {SET}:4 The user of the agent Help can delete Case; its only action that can be read here "
        "does not need that."
    ]
    assert (
        found(files | access(on("Case", "allowEdit", "allowCreate"), on("Order", "viewAllRecords")), check)
        == []
    )


def test_a_planner_with_an_action_of_the_library() -> None:
    files = {
        **planner("<genAiPlugins><genAiPluginName>T</genAiPluginName></genAiPlugins>"),
        **plugin("T", "<genAiFunctions><functionName>Act</functionName></genAiFunctions>"),
        **function(
            "Act", "<invocationTarget>Act</invocationTarget><invocationTargetType>flow</invocationTargetType>"
        ),
        **bot(text="<agentType>EinsteinServiceAgent</agentType>"),
        **access(on("Case", "allowDelete")),
    }
    assert [one.split(" ")[0] for one in found(files | doing("recordUpdates"), check)] == ["high/high"]
    assert found(files | doing("recordDeletes"), check) == []


@pytest.mark.parametrize(
    "files",
    [
        acting("flow://Act") | doing("recordUpdates") | access(on("Case", "allowRead", "allowEdit")),
        acting("flow://Act") | doing("recordLookups") | access(on("Case", "allowRead", "viewAllRecords")),
        acting("flow://Act") | doing("recordCreates") | access(on("Case", "allowRead", "allowCreate")),
        acting("flow://Act") | doing("recordLookups") | access(on("Case", "allowRead")),
        acting("flow://Act")
        | doing("recordLookups", "Contact")
        | access(on("Contact", "allowRead"), READS_SECRET)
        | SECRET,
        acting(type_="AgentforceEmployeeAgent")
        | access(
            on("Case", "allowDelete"),
            "<agentAccesses><agentName>Help</agentName><enabled>true</enabled></agentAccesses>",
            name="Clerks",
        ),
    ],
)
def test_what_is_needed(files: dict[str, str]) -> None:
    assert found(files, check) == []
