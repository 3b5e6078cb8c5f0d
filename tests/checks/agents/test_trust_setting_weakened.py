"""AGT014, in settings of the org, scripts and bots."""

from __future__ import annotations

import pytest

from sfgov_checks.agents.trust_setting_weakened import trust_setting_weakened as check
from tests.agent_orgs import bot, flow, found, planner, record_element, script, start, xml

AGENT = "aiAuthoringBundles/Help/Help.agent"
SETTINGS = "settings/EinsteinGpt.settings-meta.xml"


def settings(text: str, path: str = SETTINGS) -> dict[str, str]:
    return {path: xml("EinsteinGptSettings", text)}


def agent(
    *config: str, kind: str = "AgentforceServiceAgent", user: str = "help.agent@example.com", more: str = ""
) -> dict[str, str]:
    """A script with its type on line 3, its user (if it has one) on line 4 and what is given from line 5 on."""
    lines = ["config:", '   developer_name: "Help"', f'   agent_type: "{kind}"']
    lines += [f'   default_agent_user: "{user}"'] if user else []
    lines += [f"   {one}" for one in config]
    return script("\n".join([*lines, "start_agent main:", '   description: "x"', more]) + "\n")


@pytest.mark.parametrize(
    ("name", "value", "so"),
    [
        ("enableEnhancedPromptSecurity", "false", "prompt injection is not looked for in the whole org"),
        (
            "enableEinsteinGptAllowUnsafePTInputChanges",
            "true",
            "prompt templates take inputs that are not safe",
        ),
        ("enableAIModelBeta", "true", "models that are still in beta may be used"),
    ],
)
@pytest.mark.parametrize("path", [SETTINGS, "settings/EinsteinGpt.settings"], ids=["source", "mdapi"])
def test_settings_of_the_org(name: str, value: str, so: str, path: str) -> None:
    text = f"<enableEinsteinGptPlatform>true</enableEinsteinGptPlatform>\n<{name}>{value}</{name}>"
    assert found(settings(text, path), check) == [f"medium/high {path}:3 {name} is {value}: {so}."]


@pytest.mark.parametrize(
    ("lines", "setting"),
    [
        (("runtime:", "   groundedness: True"), ("config.runtime.groundedness", 6)),
        (
            ("additional_parameter__DISABLE_GROUNDEDNESS: True",),
            ("config.additional_parameter__DISABLE_GROUNDEDNESS", 5),
        ),
    ],
)
def test_answers_that_need_no_ground(lines: tuple[str, ...], setting: tuple[str, int]) -> None:
    assert found(agent(*lines), check) == [
        f"medium/high {AGENT}:{setting[1]} Help answers without its answers being held against data: {setting[0]} is True."
    ]


DELETES = """\
   actions:
      drop:
         target: "flow://Drop"
"""
DROP = flow("Drop", start("Remove"), record_element("recordDeletes", "Remove", "Order__c", ("Id", "id")))


def test_a_high_temperature_where_records_are_changed() -> None:
    files = agent("temperature: 0.9", more=DELETES) | DROP
    assert found(files, check) == [
        f"medium/high {AGENT}:5 Help has a temperature of 0.9, and changes records with drop: the same words may lead to "
        "different actions."
    ]
    assert found(agent("temperature: 0.9"), check) == []
    assert found(agent("temperature: 0.2", more=DELETES) | DROP, check) == []


def test_files_of_customers() -> None:
    assert found(agent("file_upload:", '   mode: "enabled"'), check) == [
        f"low/medium {AGENT}:6 Help takes files from customers (config.file_upload.mode is enabled), and nothing in the "
        "tree says that somebody scans them."
    ]


def test_users() -> None:
    assert found(agent(user=""), check) == [
        f"medium/high {AGENT}:3 Help is a service agent, and its script names no user that it works as "
        "(default_agent_user)."
    ]
    assert found(agent(kind="AgentforceEmployeeAgent"), check) == [
        f"medium/high {AGENT}:4 Help is an agent for employees and works as the user who asks, yet it names a user of its "
        "own: help.agent@example.com."
    ]
    assert found(agent(user="ann.miller@example.com"), check) == [
        f"medium/medium {AGENT}:4 Help works as ann.miller@example.com, which looks like a person's user: what it does is "
        "logged as that person's, and it may do what that person may."
    ]


def test_the_user_of_a_bot() -> None:
    text = "<agentType>EinsteinServiceAgent</agentType>\n<botUser>ann.miller@example.com</botUser>\n<type>ExternalCopilot</type>"
    version = "<conversationDefinitionPlanners><genAiPlannerName>Help</genAiPlannerName></conversationDefinitionPlanners>"
    files = planner("<localTopics><fullName>Orders</fullName></localTopics>") | bot(
        "Help", text, version=version
    )
    assert found(files, check) == [
        "medium/medium bots/Help/Help.bot-meta.xml:3 Help works as ann.miller@example.com, which looks like a person's "
        "user: what it does is logged as that person's, and it may do what that person may."
    ]


def test_a_messaging_session_among_employees() -> None:
    use = """\
   actions:
      get:
         target: "flow://ns__Get"
         inputs:
            id: string
   reasoning:
      actions:
         go: @actions.get
            with id=@variables.contact
"""
    more = "variables:\n   contact: linked string\n      source: @MessagingEndUser.ContactId\n"
    assert found(agent(kind="AgentforceEmployeeAgent", user="", more=more), check) == []
    more = use + more
    assert found(agent(kind="AgentforceEmployeeAgent", user="", more=more), check) == [
        f"medium/high {AGENT}:16 Help is an agent for employees, who come through no messaging session: contact stays empty."
    ]
    assert found(agent(more=more), check) == []


@pytest.mark.parametrize(
    "files",
    [
        settings("<enableEinsteinGptPlatform>true</enableEinsteinGptPlatform>"),
        settings(
            "<enableEinsteinGptPlatform>false</enableEinsteinGptPlatform>"
            "<enableEnhancedPromptSecurity>false</enableEnhancedPromptSecurity>"
        ),
        agent(),
        agent(user="helpdesk-agent@00dfj00000efj2h.ext"),
        agent(user="service.agent@example.com"),
        agent(user="__AGENT_USER__"),
        agent(kind="AgentforceEmployeeAgent", user="None"),
        agent("runtime:", "   groundedness: False"),
    ],
    ids=[
        "nothing said",
        "no generative AI",
        "usual",
        "made",
        "two words",
        "placeholder",
        "None",
        "not forced off",
    ],
)
def test_what_is_as_it_should_be(files: dict[str, str]) -> None:
    assert found({name: text.replace('"None"', "None") for name, text in files.items()}, check) == []
