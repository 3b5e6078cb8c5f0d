"""What the checks of agents share: which files tell of agents, and how actions are told in a sentence."""

from __future__ import annotations

from collections.abc import Iterable

from sfgov.facts import AiAuthoringBundle, Bot, GenAiPlanner, GenAiPlannerBundle
from sfgov.model.agents import Action, Agent, Condition
from sfgov.model.agents.gates import words
from sfgov.place import Place
from sfgov_checks.principals import joined

__all__ = ["AGENTS", "always", "calling", "closing", "knows_all", "once", "whose", "words"]

AGENTS = (AiAuthoringBundle, GenAiPlannerBundle, GenAiPlanner, Bot)
"""The types of files that tell of agents."""


def once(agents: Iterable[Agent]) -> list[tuple[Action, ...]]:
    """All actions; one of the library that several topics or agents have is one, with each of these."""
    found: dict[Place, list[Action]] = {}
    for agent in agents:
        for action in agent.actions:
            found.setdefault(action.at, []).append(action)
    return [tuple(actions) for actions in found.values()]


def whose(actions: Iterable[Action]) -> str:
    """`Help`, `Help and Sales`: the agents of these actions."""
    return joined(sorted({action.agent.name for action in actions}))


def calling(action: Action) -> str:
    """`cancel_order (flow Cancel_Order)`."""
    if action.target is None:
        return action.name
    kind = {"apex": "Apex class", "prompt": "prompt template"}.get(action.target.type, action.target.type)
    return f"{action.name} ({kind} {action.target.name})"


def knows_all(agent: Agent) -> bool:
    """Whether nothing outside of the tree can set a variable: actions of packages set some of a planner's."""
    hidden = any(not action.known for action in agent.actions) or any(not one.known for one in agent.topics)
    return agent.encoding == "script" or not hidden


def closing(agent: Agent, conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """Of conditions that can never hold together the one that cannot alone, else all."""
    alone = next((one for one in conditions if not agent.can_agree((one,))), None)
    return (alone,) if alone is not None else conditions


def always(agent: Agent, conditions: Iterable[Condition]) -> str:
    """`retry_count is always 0`, `mood is always "calm" or "glad"`: what the variables of conditions can be."""
    told = []
    for name in sorted(frozenset().union(*(one.variables for one in conditions))):
        values = agent.possible(name)
        variable = agent.variable(name)
        if values is not None and variable is not None:
            told.append(f"{variable.name} is always {' or '.join(sorted(map(_value, values)))}")
    return joined(told) if told else "the condition contradicts itself"


def _value(value: object) -> str:
    if value is None:
        return "empty"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return f'"{value}"' if isinstance(value, str) else str(value)
