"""AGT006: ways to a human that no conversation comes to."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov import Finding, Severity, check
from sfgov.check import Outcome
from sfgov.model.agents import Agent, Condition, Escalation, Kind
from sfgov.model.org import Org
from sfgov.place import Evidence
from sfgov_checks.agents.told import AGENTS, always, closing, knows_all


@check("AGT006", "agent-escalation-unreachable", Severity.HIGH, reads=AGENTS, tags=("agents",))
def escalation_unreachable(org: Org) -> Iterator[Outcome]:
    """Where an agent can hand over to a human, a conversation can come there.

    An escalation behind a condition that nothing can ever fulfil looks safe in a review and helps nobody: a counter that
    is never counted up, a mood that no step sets. The check takes the default of each variable and everything that gives
    it a value; only where no combination of these lets the condition hold, it reports. So it does where no transition
    leads from the start to the topic that escalates, where all that do are closed in the same way, and (medium) where an
    agent for employees escalates without a channel on which somebody could take over.

    Quiet: variables that the model, an action's output, the platform or an outside caller sets. Where another way to a
    human is open, the severity is medium.

    ## Bad
    ```yaml aiAuthoringBundles/Help/Help.agent
    config:
       developer_name: "Help"
       agent_type: "AgentforceServiceAgent"
    variables:
       retry_count: mutable number = 0
    connection messaging:
       outbound_route_type: "OmniChannelFlow"
       outbound_route_name: "Route_To_Queue"
    start_agent main:
       description: "Answers questions"
       reasoning:
          actions:
             to_human: @utils.escalate
                available when @variables.retry_count > 2
    ```

    ## Good
    ```yaml aiAuthoringBundles/Help/Help.agent
    config:
       developer_name: "Help"
       agent_type: "AgentforceServiceAgent"
       default_agent_user: "help@example.com"
    variables:
       retry_count: mutable number = 0
    connection messaging:
       outbound_route_type: "OmniChannelFlow"
       outbound_route_name: "Route_To_Queue"
    start_agent main:
       description: "Answers questions"
       reasoning:
          actions:
             to_human: @utils.escalate
                available when @variables.retry_count > 2
       after_reasoning:
          set @variables.retry_count = @variables.retry_count + 1
    ```

    ## Fix
    Set the variable where it should change, take the condition away, or give the topic a transition from the start.

    ## Sources
    - https://developer.salesforce.com/docs/ai/agentforce/guide/ascript-ref-utils.html
    """
    for agent in org.agents.all:
        found = [(one, problem) for one in agent.escalations if (problem := _problem(agent, one)) is not None]
        closed = {id(one) for one, _ in found}
        others_open = any(id(one) not in closed for one in agent.escalations)
        for _, finding in found:
            yield _milder(finding) if others_open else finding


def _milder(finding: Finding) -> Finding:
    """The same, where the user comes to a human in another way."""
    return Finding(
        f"{finding.message} Another way to a human is open.",
        finding.at,
        finding.because,
        severity=Severity.MEDIUM,
        subject=finding.subject,
    )


def _problem(agent: Agent, escalation: Escalation) -> Finding | None:
    """Why nobody comes to it; None where somebody may."""
    name = escalation.use.name if escalation.use else escalation.topic.name if escalation.topic else ""
    topic = escalation.topic
    subject = f"{name} in {topic.name}" if topic else name
    if topic is not None and agent.complete and not topic.reachable:
        return Finding(
            f"{agent.name}: the topic {topic.name} escalates to a human, but no transition leads there from the start.",
            at=escalation.at,
            because=[topic.at.says(f"no transition leads to {topic.name}")],
            subject=subject,
        )
    if not agent.can_agree(escalation.conditions) and knows_all(agent):
        never = closing(agent, escalation.conditions)
        return Finding(
            f"{agent.name}: {name} escalates to a human only when {_said(never)}, which is never so: "
            f"{always(agent, never)}.",
            at=never[0].at,
            because=[*_never_set(agent, never), escalation.at.says("escalates to a human")],
            subject=subject,
        )
    if topic is not None and agent.complete and topic not in agent.enterable_topics:
        open_ = agent.enterable_topics
        conditions = next(
            one.conditions
            for origin in agent.blocks
            for one in origin.exits
            if origin in open_ and one.to is not None and one.to not in open_
        )
        never = closing(agent, conditions)
        return Finding(
            f"{agent.name}: the topic {topic.name} escalates to a human, but every way there takes what is never so: "
            f"{always(agent, never)}.",
            at=never[0].at,
            because=[*_never_set(agent, never), escalation.at.says("escalates to a human")],
            subject=subject,
        )
    if agent.kind is Kind.EMPLOYEE and escalation.kind in ("tool", "topic") and not _has_channel(agent):
        return Finding(
            f"{agent.name}: {name} escalates to a human, but an agent for employees has no channel on which one could "
            "take over.",
            at=escalation.at,
            because=[agent.kind_at.says("it is an agent for employees")] if agent.kind_at else [],
            severity=Severity.MEDIUM,
            subject=subject,
        )
    return None


def _has_channel(agent: Agent) -> bool:
    return any(one.has_route for one in agent.connections) or any(
        one.kind in ("outbound", "transfer") for one in agent.escalations
    )


def _said(conditions: tuple[Condition, ...]) -> str:
    return " and ".join(one.said.replace("@variables.", "") for one in conditions)


def _never_set(agent: Agent, conditions: tuple[Condition, ...]) -> Iterator[Evidence]:
    for name in sorted(frozenset().union(*(one.variables for one in conditions))):
        variable = agent.variable(name)
        if variable is not None and agent.possible(name) is not None:
            said = "nothing sets it" if not variable.sets else "these are all its values"
            yield variable.at.says(f"{variable.name} starts as {variable.fact.default or 'empty'}; {said}")
