"""Bots and their versions: whom they serve, what their dialogs call, and where they hand over."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov.facts import Bot, BotVersion
from sfgov.facts.agents import NO_TEXT, AgentLink, AgentSetting, AgentText, AgentVariable, BotDialog, BotStep
from sfgov.parse.agents import links, text_of
from sfgov.parse.xml import Element
from sfgov.project.source import SourceFile

_PROSE = frozenset({"description", "label", "role", "company"})


def _read_bot(root: Element, source: SourceFile) -> Iterator[Bot | BotVersion]:
    """A bot; in the older format, its versions stand in the same file."""
    yield Bot(
        name=source.name,
        line=root.line,
        label=root.get("label"),
        description=text_of(root, "description"),
        agent_type=root.get("agentType"),
        type=root.get("type"),
        user=root.get("botUser"),
        settings=tuple(_settings(root)),
        variables=tuple(_variable(child, "context") for child in root.all("contextVariables")),
        lines=root.lines("agentType", "type", "botUser", "defaultOutboundFlow"),
    )
    for child in root.all("botVersions"):
        yield _version(child, f"{source.name}.{child.get('fullName')}")


def _read_version(root: Element, source: SourceFile) -> Iterator[BotVersion]:
    yield _version(root, source.name)


def _version(root: Element, name: str) -> BotVersion:
    return BotVersion(
        name=name,
        line=root.line,
        planners=tuple(links(root, "conversationDefinitionPlanners", "genAiPlannerName")),
        role=text_of(root, "role"),
        company=text_of(root, "company"),
        tone=root.get("toneType"),
        entry_dialog=root.get("entryDialog"),
        dialogs=tuple(map(_dialog, root.all("botDialogs"))),
        variables=tuple(_variable(child, "conversation") for child in root.all("conversationVariables")),
        settings=tuple(_settings(root)),
        lines=root.lines("toneType", "entryDialog"),
    )


def _settings(root: Element) -> Iterator[AgentSetting]:
    for child in root.children:
        if child.text and not child.children and child.tag not in _PROSE:
            yield AgentSetting(child.tag, child.text, child.line)


def _variable(element: Element, modifier: str) -> AgentVariable:
    mapped = [
        child.get("fieldName") for child in element.all("contextVariableMappings") if child.get("fieldName")
    ]
    return AgentVariable(
        name=element.get("developerName"),
        line=element.line,
        modifier=modifier,
        type=element.get("dataType"),
        source=mapped[0] if mapped else "",
        label=element.get("label"),
        description=text_of(element, "description"),
        visibility=element.get("visibility"),
        in_prompt=element.mark("includeInPrompt"),
    )


def _dialog(element: Element) -> BotDialog:
    steps: list[BotStep] = []
    messages: list[AgentText] = []
    leads_to: list[AgentLink] = []
    waiting = list(element.all("botSteps"))
    for step in waiting:  # grows while it is walked: groups hold steps
        waiting += step.all("botSteps")
        messages += (
            text for child in step.all("botMessages") if (text := text_of(child, "message")) != NO_TEXT
        )
        steps += _calls(step)
        for navigation in step.all("botNavigation"):
            leads_to += links(navigation, "botNavigationLinks", "targetBotDialog")
    return BotDialog(
        name=element.get("developerName"),
        line=element.line,
        label=element.get("label"),
        steps=tuple(steps),
        messages=tuple(messages),
        leads_to=tuple(leads_to),
    )


def _calls(step: Element) -> Iterator[BotStep]:
    """What a step invokes, and whether it hands over to a person."""
    kind = step.get("type")
    operations = [step, *step.all("botVariableOperation")]
    for invocation in (child for operation in operations for child in operation.all("botInvocation")):
        name, type_ = invocation.get("invocationActionName"), invocation.get("invocationActionType")
        yield BotStep(kind, invocation.line, type_, name)
    message = step.first("conversationSystemMessage")
    if message is not None:
        yield BotStep(kind, message.line, "system message", message.get("type"))


READERS = {"Bot": _read_bot, "BotVersion": _read_version}
