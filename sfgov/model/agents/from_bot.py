"""A bot and its version: whom the agent serves, in whose name, and what its dialogs do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sfgov.facts import Bot, BotVersion, Fact
from sfgov.facts.agents import AgentVariable
from sfgov.model.agents.agent import Agent
from sfgov.model.agents.conditions import Condition
from sfgov.model.agents.parts import AgentUser, Assigned, Dialog, Escalation, Kind, Setting, Text, Variable
from sfgov.model.agents.texts import text
from sfgov.model.index import Written
from sfgov.place import Evidence

_TRANSFER = "transfer"
_EMPLOYEE, _SERVICE = "employee", "service"
_TYPES = {"externalcopilot": Kind.SERVICE, "internalcopilot": Kind.EMPLOYEE}


def kind_of(type_name: str) -> Kind:
    """Whom an agent of this type serves: `AgentforceServiceAgent`, `EinsteinServiceAgent`, `Employee` …"""
    name = type_name.casefold()
    if not name:
        return Kind.UNKNOWN
    if name in _TYPES:
        return _TYPES[name]
    if _EMPLOYEE in name:
        return Kind.EMPLOYEE
    return Kind.SERVICE if _SERVICE in name else Kind.OTHER


def fill_from_bot(
    agent: Agent,
    bot: Written[Bot] | None,
    version: Written[BotVersion] | None,
    sets: Mapping[str, Sequence[Assigned]],
) -> None:
    """Add what bot and version say; what a script says of the same stays.

    `sets` is what a planner's mappings give to variables.
    """
    if bot is not None:
        _fill_from_bot(agent, bot)
    if version is not None:
        _fill_from_version(agent, version)
    if agent.encoding != "script":
        agent.variables = tuple(_variables(agent, bot, version, sets))


def _fill_from_bot(agent: Agent, bot: Written[Bot]) -> None:
    fact = bot.fact
    agent.label = agent.label or fact.label
    agent.description = agent.description or text(bot, fact.description, "description", "description")
    if agent.kind is Kind.UNKNOWN:
        element = "agentType" if fact.agent_type else "type"
        agent.kind = kind_of(fact.agent_type or fact.type)
        agent.kind_at = bot.at_element(element)
    if agent.user is None and fact.user:
        agent.user = AgentUser(fact.user, bot.at_element("botUser"))
    settings = [Setting(one.name, one.value, bot.at(one.line, one.name)) for one in fact.settings]
    agent.settings += tuple(settings)
    flow = next((one for one in settings if one.name == "defaultOutboundFlow"), None)
    if flow is not None:
        agent.escalations += (Escalation("outbound", flow.at, target=flow.value),)


def _fill_from_version(agent: Agent, version: Written[BotVersion]) -> None:
    fact = version.fact
    agent.role = agent.role or text(version, fact.role, "role", "role")
    agent.company = agent.company or text(version, fact.company, "company", "company")
    if fact.tone:
        agent.tone, agent.tone_at = fact.tone, version.at_element("toneType")
    agent.settings += tuple(
        Setting(one.name, one.value, version.at(one.line, one.name)) for one in fact.settings
    )
    agent.dialogs = tuple(_dialogs(version))
    agent.escalations += tuple(_transfers(version))
    if agent.encoding != "script":
        agent.messages += tuple(_messages(version))


def _dialogs(version: Written[BotVersion]) -> Iterator[Dialog]:
    for one in version.fact.dialogs:
        steps = tuple(
            Evidence(version.at(step.line, f"{one.name}.{step.target}"), f"{step.target_type} {step.target}")
            for step in one.steps
            if step.target
        )
        yield Dialog(one.name, version.at(one.line, one.name), one.label, steps)


def _transfers(version: Written[BotVersion]) -> Iterator[Escalation]:
    for dialog in version.fact.dialogs:
        for step in dialog.steps:
            if step.target.casefold() == _TRANSFER:
                yield Escalation(
                    "transfer", version.at(step.line, f"{dialog.name}.Transfer"), target=dialog.name
                )


def _messages(version: Written[BotVersion]) -> Iterator[Text]:
    for dialog in version.fact.dialogs:
        for message in dialog.messages:
            found = text(version, message, "message", dialog.name)
            if found is not None:
                yield found


def _variables(
    agent: Agent,
    bot: Written[Bot] | None,
    version: Written[BotVersion] | None,
    sets: Mapping[str, Sequence[Assigned]],
) -> Iterator[Variable]:
    """Those of bot and version, and those that only rules and mappings name."""
    read_by: dict[str, list[Condition]] = {}
    for rule in agent.rules:
        for name in rule.condition.variables:
            read_by.setdefault(name, []).append(rule.condition)
    declared: list[tuple[Written[Fact], AgentVariable]] = []
    if bot is not None:
        declared += ((bot, one) for one in bot.fact.variables)
    if version is not None:
        declared += ((version, one) for one in version.fact.variables)
    for written, fact in declared:
        key = fact.name.casefold()
        at = written.at(fact.line, fact.name)
        given = list(sets.get(key, ()))
        if fact.modifier == "context":
            given.insert(0, Assigned(fact.name, "platform", fact.source, at))
        elif fact.visibility.casefold() == "external":
            given.insert(0, Assigned(fact.name, "outside", "", at))
        yield Variable(fact, at, tuple(given), tuple(read_by.get(key, ())))
