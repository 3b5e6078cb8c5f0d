"""AGT014: settings that take protection away from an agent, or give it a user that it should not have."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sfgov import Confidence, Finding, Severity, check
from sfgov.check import Outcome
from sfgov.facts import Settings
from sfgov.model.agents import Agent, Kind, Variable
from sfgov.model.org import Org
from sfgov_checks.agents.told import AGENTS
from sfgov_checks.principals import joined


@check(
    "AGT014",
    "agent-trust-setting-weakened",
    Severity.MEDIUM,
    reads=(*AGENTS, Settings),
    tags=("agents", "security"),
)
def trust_setting_weakened(org: Org) -> Iterator[Outcome]:
    """The protections of agents are on, and an agent works as a user of its own.

    In the org's settings (`EinsteinGptSettings`), unless generative AI is off: the detection of prompt injection
    switched off, unsafe inputs of prompt templates allowed, beta models allowed. In scripts: answers that need no ground
    in data (`runtime.groundedness: True` forces the check off, as `DISABLE_GROUNDEDNESS` does), a temperature
    above 0.7 in an agent that changes records, files from customers (low).

    Users: a service agent whose script names none, an employee agent that names one (it works as who asks), and an
    agent that works as what looks like a person's user (`first.last@…`), so that its work is logged as
    that person's. Variables of a messaging session that an agent for employees uses stay empty. What is not written in the
    tree is not judged.

    ## Bad
    ```xml settings/EinsteinGpt.settings-meta.xml
    <EinsteinGptSettings xmlns="http://soap.sforce.com/2006/04/metadata">
        <enableEinsteinGptPlatform>true</enableEinsteinGptPlatform>
        <enableEnhancedPromptSecurity>false</enableEnhancedPromptSecurity>
    </EinsteinGptSettings>
    ```

    ## Good
    ```xml settings/EinsteinGpt.settings-meta.xml
    <EinsteinGptSettings xmlns="http://soap.sforce.com/2006/04/metadata">
        <enableEinsteinGptPlatform>true</enableEinsteinGptPlatform>
        <enableEnhancedPromptSecurity>true</enableEnhancedPromptSecurity>
    </EinsteinGptSettings>
    ```

    ## Fix
    Switch the protection on again, and give the agent a user that exists for it alone.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/meta_einsteingptsettings.htm
    - https://developer.salesforce.com/docs/ai/agentforce/guide/ascript-ref-config.html
    """
    yield from _org_settings(org)
    for agent in org.agents.all:
        yield from _grounding(agent)
        yield from _user(agent)
        yield from _session(agent)


_WEAK = {
    "enableEnhancedPromptSecurity": ("false", "prompt injection is not looked for in the whole org"),
    "enableEinsteinGptAllowUnsafePTInputChanges": ("true", "prompt templates take inputs that are not safe"),
    "enableAIModelBeta": ("true", "models that are still in beta may be used"),
}


def _org_settings(org: Org) -> Iterator[Finding]:
    for written in org.all(Settings):
        if written.fact.root != "EinsteinGptSettings":
            continue
        said = {one.path: (one.text or "").strip().casefold() for one in written.fact.values}
        for name, (weak, so) in _WEAK.items() if said.get("enableEinsteinGptPlatform") != "false" else ():
            value = written.fact.value(name)
            if value is not None and said[name] == weak:
                yield Finding(f"{name} is {weak}: {so}.", at=written.at(value.line, name))


_HOT = 0.7
_UPLOAD_OFF = frozenset({"", "false", "none", "off", "disabled"})


def _grounding(agent: Agent) -> Iterator[Finding]:
    for setting in agent.settings:
        name = setting.name.casefold()
        if (
            name.endswith(("runtime.groundedness", "disable_groundedness"))
            and setting.value.casefold() == "true"
        ):
            yield Finding(
                f"{agent.name} answers without its answers being held against data: {setting.name} is {setting.value}.",
                at=setting.at,
            )
        if name.endswith("temperature") and (setting.number or 0) > _HOT:
            writing = sorted({action.name for action in agent.actions if action.work.writes})
            if writing:
                yield Finding(
                    f"{agent.name} has a temperature of {setting.value}, and changes records with {joined(writing)}: "
                    "the same words may lead to different actions.",
                    at=setting.at,
                )
        takes_files = name.endswith("file_upload.mode") and setting.value.casefold() not in _UPLOAD_OFF
        if takes_files and agent.kind is Kind.SERVICE:
            yield Finding(
                f"{agent.name} takes files from customers ({setting.name} is {setting.value}), and nothing in the "
                "tree says that somebody scans them.",
                at=setting.at,
                severity=Severity.LOW,
                confidence=Confidence.MEDIUM,
            )


_PERSON = re.compile(r"([a-z]{2,})[.]([a-z]{2,})(\+[^@]*)?@[\w.-]+", re.IGNORECASE)
_NOT_A_PERSON = frozenset(
    {"agent", "agents", "agentforce", "ai", "api", "app", "assistant", "autoproc", "bot", "copilot", "desk", "einstein",
     "help", "helpdesk", "integration", "noreply", "sales", "salesforce", "service", "support", "system", "user", "virtual"}
)  # fmt: skip


def _user(agent: Agent) -> Iterator[Finding]:
    stated = agent.encoding == "script" and agent.kind_at is not None
    if stated and agent.kind is Kind.SERVICE and agent.user is None and agent.complete:
        yield Finding(
            f"{agent.name} is a service agent, and its script names no user that it works as (default_agent_user).",
            at=agent.kind_at or agent.at,
            subject="default_agent_user",
        )
    if agent.user is None:
        return
    if stated and agent.kind is Kind.EMPLOYEE:
        yield Finding(
            f"{agent.name} is an agent for employees and works as the user who asks, yet it names a user of its own: "
            f"{agent.user.name}.",
            at=agent.user.at,
        )
        return
    match = _PERSON.fullmatch(agent.user.name)
    if match and not any(
        word.casefold() == other or (word.casefold().endswith(other) and len(other) > 3)
        for word in (match[1], match[2])
        for other in _NOT_A_PERSON
    ):
        yield Finding(
            f"{agent.name} works as {agent.user.name}, which looks like a person's user: what it does is logged as "
            "that person's, and it may do what that person may.",
            at=agent.user.at,
            confidence=Confidence.MEDIUM,
        )


def _session(agent: Agent) -> Iterator[Finding]:
    """Variables of a channel for customers, in an agent without one."""
    if agent.kind is not Kind.EMPLOYEE or agent.encoding != "script":
        return
    linked = [
        one
        for one in agent.variables
        if one.fact.source.casefold().startswith(("@messagingsession", "@messagingenduser"))
        and _is_used(agent, one)
    ]
    if linked:
        yield Finding(
            f"{agent.name} is an agent for employees, who come through no messaging session: "
            f"{joined([one.name for one in linked])} stay{'s' if len(linked) == 1 else ''} empty.",
            at=linked[0].at,
            subject="messaging",
        )


def _is_used(agent: Agent, variable: Variable) -> bool:
    """Whether anything depends on it; that Salesforce puts such variables into every new script means nothing."""
    name = variable.name.casefold()
    return bool(variable.read_by) or any(
        name == used.casefold()
        for use in agent.uses
        for binding in use.bindings
        for used in binding.source.variables
    )
