"""AI agents: one model of what scripts, planners and bots say, linked to what their actions do and may do."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from sfgov.model.agents.access import AgentAccess
from sfgov.model.agents.agent import Agent
from sfgov.model.agents.conditions import Condition
from sfgov.model.agents.effects import ActionWork, Selection, SideWork
from sfgov.model.agents.parts import (
    Action,
    AgentUser,
    Assigned,
    Binding,
    Connection,
    Dialog,
    Encoding,
    Escalation,
    Input,
    Kind,
    Lock,
    Output,
    Rule,
    Setting,
    Source,
    Target,
    Text,
    Topic,
    Transition,
    Use,
    Variable,
)
from sfgov.model.agents.prompts import MergeField, Prompt
from sfgov.model.agents.suites import TestSuite
from sfgov.model.index import Index

if TYPE_CHECKING:
    from sfgov.place import Place

__all__ = [
    "Action",
    "ActionWork",
    "Agent",
    "AgentAccess",
    "AgentUser",
    "Agents",
    "Assigned",
    "Binding",
    "Condition",
    "Connection",
    "Dialog",
    "Encoding",
    "Escalation",
    "Input",
    "Kind",
    "Lock",
    "MergeField",
    "Output",
    "Prompt",
    "Rule",
    "Selection",
    "Setting",
    "SideWork",
    "Source",
    "Target",
    "TestSuite",
    "Text",
    "Topic",
    "Transition",
    "Use",
    "Variable",
]


class Agents:
    """All agents of the org, their prompts and their tests."""

    def __init__(self, index: Index) -> None:
        self._index = index

    @cached_property
    def all(self) -> tuple[Agent, ...]:
        """Every agent, by name. The encodings of one agent are one; frozen copies of a script (`X_1`) are left out."""
        return ()

    def get(self, name: str) -> Agent | None:
        """The agent of that name, in any case."""
        return next((one for one in self.all if one.name.casefold() == name.casefold()), None)

    @cached_property
    def prompts(self) -> tuple[Prompt, ...]:
        """Every prompt template, by name."""
        return ()

    def prompt(self, name: str) -> Prompt | None:
        """The prompt template of that name, in any case."""
        return next((one for one in self.prompts if one.name.casefold() == name.casefold()), None)

    @cached_property
    def suites(self) -> tuple[TestSuite, ...]:
        """Every file of tests, by name; also those whose subject is no agent of the tree."""
        return ()

    def merge_fields(self, prompt: Prompt) -> tuple[MergeField, ...]:
        """What the active version of a prompt merges, in the order of its content."""
        raise NotImplementedError

    def tests_of(self, agent: Agent) -> tuple[TestSuite, ...]:
        """The tests whose subject is this agent."""
        return tuple(suite for suite in self.suites if suite.agent is agent)

    def access_of(self, agent: Agent) -> AgentAccess:
        """What the agent may do in the org."""
        raise NotImplementedError

    def work_of(self, action: Action) -> ActionWork:
        """What an action comes to."""
        raise NotImplementedError

    def source_of(self, expression: str, at: Place) -> Source:
        """What an expression that fills an input takes its value from."""
        raise NotImplementedError
