"""Tests of agents: what they expect, held against the topics and actions that there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfgov.facts.agents import AgentTestCase, AgentTests
from sfgov.model.index import Written
from sfgov.place import Place

if TYPE_CHECKING:
    from sfgov.model.agents.agent import Agent
    from sfgov.model.agents.parts import Action, Topic


@dataclass(eq=False, repr=False)
class TestSuite:
    """One file of tests. `agent` is None where no agent of the tree has the name of its subject."""

    __test__ = False

    written: Written[AgentTests]
    agent: Agent | None

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.written.name

    @property
    def subject(self) -> str:
        """The agent that it tests, as written."""
        return self.written.fact.subject

    @property
    def version(self) -> str:
        """The version that it tests, as written; often empty."""
        return self.written.fact.subject_version

    @property
    def cases(self) -> tuple[AgentTestCase, ...]:
        """The cases, in the order of the file."""
        return self.written.fact.cases

    def at(self, line: int, element: str = "") -> Place:
        """A place in its file."""
        return self.written.at(line, element)

    def topic_of(self, case: AgentTestCase) -> Topic | None:
        """The topic that a case expects; None where it expects none, or no topic of the agent has that name."""
        wanted = case.topic.casefold()
        blocks = self.agent.blocks if self.agent and wanted else ()
        return next((topic for topic in blocks if wanted in topic.names), None)

    def actions_of(self, case: AgentTestCase) -> tuple[tuple[str, tuple[Action, ...]], ...]:
        """Each action name that a case expects, with the actions that it can mean.

        Tests call them by their own name, by that of a tool, or by what they call.
        """
        actions = self.agent.actions if self.agent else ()
        return tuple(
            (name, tuple(action for action in actions if name.casefold() in action.names))
            for name in case.actions or ()
        )
