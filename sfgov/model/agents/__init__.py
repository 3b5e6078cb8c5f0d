"""AI agents: one model of what scripts, planners and bots say, linked to what their actions do and may do.

| module | what it has |
| --- | --- |
| `agent`, `parts` | what an agent is made of |
| `joining` | which files are about one agent |
| `from_script`, `from_planner`, `from_bot` | each encoding → the parts |
| `expressions`, `conditions`, `rules`, `sources` | what decides, and what fills |
| `prompts`, `suites` | prompt templates, tests |
| `effects`, `working`, `selections` | what actions come to, and which records their inputs pick |
| `contracts`, `access` | what targets take and give, and what the agent may do |
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from sfgov.facts import (
    AgentTestSpec,
    AiEvaluationDefinition,
    AiTestingDefinition,
    Fact,
    GenAiPromptTemplate,
)
from sfgov.facts.agents import AgentTests
from sfgov.model.agents.access import AgentAccess, AgentDeclaration, access_of
from sfgov.model.agents.agent import Agent
from sfgov.model.agents.conditions import Condition
from sfgov.model.agents.contracts import Contract, ContractParameter, contract_of
from sfgov.model.agents.effects import ActionWork, Selection, SideWork
from sfgov.model.agents.from_bot import fill_from_bot, kind_of
from sfgov.model.agents.from_planner import PlannerReader
from sfgov.model.agents.from_script import ScriptReader
from sfgov.model.agents.joining import Joined, joined
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
from sfgov.model.agents.prompts import MergeField, Prompt, merge_fields
from sfgov.model.agents.suites import TestSuite
from sfgov.model.agents.working import Works
from sfgov.model.apex import Apex
from sfgov.model.automation import Automation
from sfgov.model.flows import Flows
from sfgov.model.index import Index, Written
from sfgov.model.permissions import Permissions

__all__ = [
    "Action",
    "ActionWork",
    "Agent",
    "AgentAccess",
    "AgentDeclaration",
    "AgentUser",
    "Agents",
    "Assigned",
    "Binding",
    "Condition",
    "Connection",
    "Contract",
    "ContractParameter",
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

_SUITES: tuple[type[AgentTests], ...] = (AgentTestSpec, AiEvaluationDefinition, AiTestingDefinition)
_USERS = ("access.default_agent_user", "config.default_agent_user")


class Agents:
    """All agents of the org, their prompts and their tests."""

    def __init__(
        self,
        index: Index,
        flows: Flows,
        apex: Apex,
        automation: Automation,
        *,
        permissions: Permissions,
        declared: AgentDeclaration = AgentDeclaration(),  # noqa: B008  it is frozen
    ) -> None:
        """`declared` says which bundles the agents' users have."""
        self._index = index
        self._flows = flows
        self._apex = apex
        self._permissions = permissions
        self._declared = declared
        self._works = Works(flows, apex, automation)

    @cached_property
    def all(self) -> tuple[Agent, ...]:
        """Every agent, by name. The encodings of one agent are one, and so are its versions."""
        return tuple(self._agent(one) for one in joined(self._index))

    def get(self, name: str) -> Agent | None:
        """The agent of that name, in any case; its planner's, its bot's and its own name all mean it."""
        return self._by_name.get(name.casefold())

    @cached_property
    def _by_name(self) -> dict[str, Agent]:
        found: dict[str, Agent] = {}
        for agent in self.all:
            found[agent.name.casefold()] = agent
        for agent in self.all:
            for name in (agent.developer_name, *(one.name for one in (*agent.sources, *agent.frozen))):
                if name:
                    found.setdefault(name.casefold(), agent)
        return found

    @cached_property
    def prompts(self) -> tuple[Prompt, ...]:
        """Every prompt template, by name."""
        users: dict[str, list[Action]] = defaultdict(list)
        for agent in self.all:
            for action in agent.actions:
                if action.target is not None and action.target.type == "prompt":
                    users[action.target.name.casefold()].append(action)
        return tuple(
            Prompt(written, tuple(users.get(written.name.casefold(), ())))
            for written in self._index.all(GenAiPromptTemplate)
        )

    def prompt(self, name: str) -> Prompt | None:
        """The prompt template of that name, in any case."""
        return self._prompts.get(name.casefold())

    @cached_property
    def _prompts(self) -> dict[str, Prompt]:
        return {one.name.casefold(): one for one in self.prompts}

    def merge_fields(self, prompt: Prompt) -> tuple[MergeField, ...]:
        """What the active version of a prompt merges, in the order of its content."""
        return tuple(merge_fields(prompt, self._flows.relationships))

    @cached_property
    def suites(self) -> tuple[TestSuite, ...]:
        """Every file of tests, by kind, name and path; also those whose subject is no agent of the tree."""
        return tuple(
            TestSuite(written, self.get(written.fact.subject))
            for kind in _SUITES
            for first in self._index.all(kind)
            for written in self._index.parts(kind, first.name)
        )

    def tests_of(self, agent: Agent) -> tuple[TestSuite, ...]:
        """The tests whose subject is this agent."""
        return tuple(suite for suite in self.suites if suite.agent is agent)

    def access_of(self, agent: Agent) -> AgentAccess:
        """What the agent may do in the org."""
        return access_of(agent, self._permissions, self._declared)

    def work_of(self, action: Action) -> ActionWork:
        """What an action comes to."""
        return self._works.of(action, self._prompt_of(action.target))

    def contract_of(self, action: Action) -> Contract | None:
        """What the target of an action takes and gives; None where the tree does not hold it."""
        target = action.target
        return contract_of(target, self._flows, self._apex, self._prompt_of(target)) if target else None

    def _prompt_of(self, target: Target | None) -> Prompt | None:
        return self.prompt(target.name) if target is not None and target.type == "prompt" else None

    # Joining

    def _agent(self, files: Joined) -> Agent:
        """The parts of all files; the script tells topics and actions, else the planner does."""
        sources: list[Written[Fact]] = [
            one
            for one in (files.script, files.meta, files.planner, files.bot, files.version)
            if one is not None
        ]
        has_script = files.script is not None and bool(files.script.fact.topics or files.planner is None)
        if not has_script and files.planner is not None:
            sources.sort(key=lambda one: one is not files.planner)
        agent = Agent(
            linked=self,
            name=files.name,
            encoding="script" if has_script else "planner" if files.planner else "bot",
            written=sources[0],
            sources=tuple(sources),
            target=files.meta.fact.target if files.meta else "",
            versions=files.versions,
            frozen=files.frozen,
        )
        planner = None
        if has_script and files.script is not None:
            ScriptReader(self._index, agent, files.script).fill()
            _tell_kind(agent)
        elif files.planner is not None:
            planner = PlannerReader(self._index, agent, files.planner)
            planner.fill()
        fill_from_bot(agent, files.bot, files.version, planner.sets if planner else {})
        if agent.encoding == "script" and agent.kind is Kind.UNKNOWN:
            agent.kind = Kind.SERVICE  # what Salesforce makes of a script that names no type
        return agent


def _tell_kind(agent: Agent) -> None:
    """Type and user, as a script has them."""
    type_ = agent.setting("config.agent_type")
    if type_ is not None:
        agent.kind, agent.kind_at = kind_of(type_.value), type_.at
    user = agent.setting(*_USERS)
    if user is not None and user.value and (user.quoted or user.value.casefold() != "none"):
        agent.user = AgentUser(user.value, user.at)
