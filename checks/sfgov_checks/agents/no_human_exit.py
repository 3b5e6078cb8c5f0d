"""AGT005: agents for customers that have no way to a human, or one that leads nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sfgov import Confidence, Finding, Severity, check
from sfgov.check import Outcome
from sfgov.facts import BotVersion, Flow, GenAiFunction, GenAiPlugin
from sfgov.model.agents import Action, Agent, Escalation, Kind
from sfgov.model.automation.effects import Reached
from sfgov.model.index import Knowledge
from sfgov.model.org import Org
from sfgov.place import Evidence, Place
from sfgov_checks.agents.told import AGENTS, words


@check(
    "AGT005",
    "agent-no-human-exit",
    Severity.HIGH,
    reads=AGENTS,
    against=(Flow, BotVersion, GenAiFunction, GenAiPlugin),
    tags=("agents",),
)
def no_human_exit(org: Org) -> Iterator[Outcome]:
    """An agent that serves customers has a way to a human, and that way leads somewhere.

    Sooner or later a customer asks for what no topic covers. A way out is `@utils.escalate`, a topic with `canEscalate`, a
    Transfer step of a bot's dialog, the bot's default outbound flow, or an action that opens a case or a task. To hand over,
    an agent also needs a route: an outbound route of a messaging connection (`outbound_route_name`, an
    `outboundRouteConfigs` block). Found are agents without any way out, ways without a route, and routes to flows that are
    not there or not active.

    Quiet: agents for employees; drafts, that is scripts whose bundle names no published version; agents of which topics
    are in a managed package, as these may escalate; and ways that exist, but that no conversation comes to, which is
    another check's finding. Where the tree does not show what an action does, the confidence is medium.

    ## Bad
    ```yaml aiAuthoringBundles/Help/Help.agent
    config:
       developer_name: "Help"
       agent_type: "AgentforceServiceAgent"
    start_agent main:
       description: "Answers questions about orders"
       reasoning:
          instructions: |
             Answer questions about orders.
    ```

    ## Good
    ```yaml aiAuthoringBundles/Help/Help.agent
    config:
       developer_name: "Help"
       agent_type: "AgentforceServiceAgent"
       default_agent_user: "help@example.com"
    connection messaging:
       outbound_route_type: "OmniChannelFlow"
       outbound_route_name: "Route_To_Queue"
    start_agent main:
       description: "Answers questions about orders"
       reasoning:
          instructions: |
             Answer questions about orders.
          actions:
             to_human: @utils.escalate
                description: "The customer asks for a human"
    ```

    ## Fix
    Add `@utils.escalate` (or `<canEscalate>true</canEscalate>`) and a messaging connection with an outbound route to an
    active flow, or an action that opens a case.

    ## Sources
    - https://help.salesforce.com/s/articleView?id=ai.service_agent_escalation.htm&type=5
    - https://developer.salesforce.com/docs/ai/agentforce/guide/ascript-ref-utils.html
    """
    for agent in org.agents.all:
        if agent.complete and _serves_customers(agent) and not _is_draft(agent):
            if not agent.escalations:
                yield from _without_any(org, agent)
            elif not _has_route(agent):
                yield from _without_route(agent)
            yield from _dead_routes(org, agent)


def _serves_customers(agent: Agent) -> bool:
    """A service agent whose topics are here, or a bot of dialogs alone."""
    if agent.encoding != "bot":
        return agent.kind is Kind.SERVICE
    has_planner = any(isinstance(one.fact, BotVersion) and one.fact.planners for one in agent.sources)
    return agent.kind is Kind.OTHER and bool(agent.dialogs) and not has_planner


def _is_draft(agent: Agent) -> bool:
    """Whether its bundle says that it was never published; a script without a bundle file says nothing."""
    return agent.is_draft and any(one.type == "AiAuthoringBundleMeta" for one in agent.sources)


# No way at all


_CASES = re.compile(
    r"case|task|event|ticket|request|escalation|callback|agentwork|incident|inquiry", re.IGNORECASE
)
_HUMAN = frozenset(
    {
        "escalate",
        "escalation",
        "human",
        "transfer",
        "handoff",
        "handover",
        "callback",
        "representative",
        "livechat",
    }
)


def _without_any(org: Org, agent: Agent) -> Iterator[Finding]:
    if any(not topic.known or topic.kind == "connected" for topic in agent.topics):
        return
    if any(map(_opens_case, agent.actions)) or any(map(_is_case, _of_dialogs(org, agent))):
        return
    unsure = any(not action.known or not action.work.known for action in agent.actions)
    number = len(agent.actions)
    tried = f"none of its {number} actions opens" if number > 1 else "no action opens"
    yield Finding(
        f"{agent.name} has no way to a human: no topic can escalate, and {tried} a case or a task.",
        at=agent.kind_at or agent.at,
        because=[agent.at.says(f"{agent.name} serves customers")],
        confidence=Confidence.MEDIUM if unsure else None,
        subject="no way to a human",
    )


def _opens_case(action: Action) -> bool:
    own = {*words(action.name), *words(action.label), *(words(action.target.name) if action.target else ())}
    if not _HUMAN.isdisjoint(own) or any(map(_is_case, action.work.records)):
        return True
    hidden = not action.known or not action.work.known
    return (
        hidden
        and not {"case", "ticket", "task"}.isdisjoint(own)
        and not {"create", "open", "log"}.isdisjoint(own)
    )


def _is_case(reached: Reached) -> bool:
    return reached.effect.kind == "create" and _CASES.search(reached.effect.object) is not None


def _of_dialogs(org: Org, agent: Agent) -> Iterator[Reached]:
    """What the steps of a bot's dialogs come to."""
    for dialog in agent.dialogs:
        for step in dialog.steps:
            kind, _, name = step.message.partition(" ")
            flow = org.flows.get(name) if kind.casefold() == "flow" else None
            if flow is not None:
                yield from org.automation.of_flow(flow)
            elif kind.casefold() == "apex":
                yield from org.automation.of_class(name)


# A way without a route


def _has_route(agent: Agent) -> bool:
    by_bot = any(one.kind in ("transfer", "outbound") for one in agent.escalations)
    return by_bot or any(one.has_route for one in agent.connections)


def _without_route(agent: Agent) -> Iterator[Finding]:
    first = agent.escalations[0]
    connection = next((one for one in agent.connections if "messaging" in one.type.casefold()), None)
    if (
        connection is None
        and agent.encoding == "planner"
        and not any(one.type == "Bot" for one in agent.sources)
    ):
        return  # the bot may have the route
    yield Finding(
        f"{agent.name}: {_named(first)} escalates to a human, but no connection has an outbound route, so it leads "
        "nowhere.",
        at=connection.at if connection is not None else first.at,
        because=[first.at.says(f"{_named(first)} escalates")],
        confidence=Confidence.MEDIUM if connection is None and agent.encoding == "planner" else None,
        subject="no outbound route",
    )


def _named(escalation: Escalation) -> str:
    if escalation.use is not None:
        return escalation.use.name or escalation.use.reference
    return f"the topic {escalation.topic.name}" if escalation.topic is not None else escalation.target


# A route that leads nowhere


_NAME = re.compile(r"[A-Za-z]\w*")


def _dead_routes(org: Org, agent: Agent) -> Iterator[Finding]:
    routes: list[tuple[str, Place, Knowledge]] = [
        (one.route_name, one.route_at or one.at, one.knowledge) for one in agent.connections if one.has_route
    ]
    for escalation in agent.escalations:
        if escalation.kind == "outbound":
            name = escalation.target.rpartition("://")[2]
            routes.append((name, escalation.at, org.knowledge(Flow, name)))
    for name, at, knowledge in routes:
        flow = org.flows.get(name)
        problem = _problem(knowledge, live=None if flow is None else flow.live)
        if problem and _NAME.fullmatch(name):
            because: list[Evidence] = [flow.written.at().says(f"{flow.name} is not active")] if flow else []
            yield Finding(
                f"{agent.name} hands over to humans through the flow {name}, which is {problem}.",
                at=at,
                because=because,
                subject=f"route {name}",
            )


def _problem(knowledge: Knowledge, *, live: bool | None) -> str:
    if knowledge is Knowledge.ABSENT:
        return "not there"
    return "not active" if knowledge is Knowledge.PRESENT and live is False else ""
