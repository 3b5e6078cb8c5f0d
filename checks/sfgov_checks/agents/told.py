"""What the checks of agents share: which files tell of agents, and how actions are told in a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sfgov.facts import AiAuthoringBundle, Bot, GenAiPlanner, GenAiPlannerBundle
from sfgov.model.agents import Action, Agent
from sfgov.place import Place
from sfgov_checks.principals import joined

AGENTS = (AiAuthoringBundle, GenAiPlannerBundle, GenAiPlanner, Bot)
"""The types of files that tell of agents."""
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def words(name: str) -> list[str]:
    """The words of a name in lower case: `orderNumber`, `order_number` and `Order Number` are the same."""
    return [word.casefold() for word in _WORDS.findall(name)]


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
