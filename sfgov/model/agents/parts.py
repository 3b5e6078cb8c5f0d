"""The parts of an agent, whatever it was written in: topics, actions, what fills their inputs, gates, ways out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import msgspec

from sfgov.facts import Fact
from sfgov.facts.agents import AgentParameter, AgentVariable
from sfgov.model.index import Knowledge, Written
from sfgov.place import Evidence, Place

if TYPE_CHECKING:
    from sfgov.model.agents.agent import Agent
    from sfgov.model.agents.conditions import Condition
    from sfgov.model.agents.effects import ActionWork


class Kind(StrEnum):
    """Whom an agent serves."""

    SERVICE = "service"
    """Customers, through a channel; it works as a user of its own."""
    EMPLOYEE = "employee"
    """The logged-in user, in whose name it works."""
    OTHER = "other"
    """Something else that its type names, such as a sales development agent."""
    UNKNOWN = "unknown"


Encoding = Literal["script", "planner", "bot"]
"""Agent Script, a planner with topics and actions, or a bot with dialogs alone."""


class Text(msgspec.Struct, frozen=True):
    """Prose with its place. `role` says what it is: `system`, `topic`, `instruction`, `description`, `message` …"""

    text: str
    written: Written[Fact]
    line: int
    role: str
    element: str = ""
    escaped: bool = False

    @property
    def at(self) -> Place:
        """Where it starts."""
        return self.written.at(self.line, self.element)

    def at_offset(self, offset: int) -> Place:
        """The line of a word in it."""
        line = self.line if self.escaped else self.line + self.text.count("\n", 0, offset)
        return self.written.at(line, self.element)


class Target(msgspec.Struct, frozen=True):
    """What an action calls.

    `type` is one word for all encodings: `flow`, `apex`, `prompt`, `standard`, `external service`, `quick action`,
    `placeholder` …; `written_type` is as the file has it. `knowledge` is whether the component is there: absent only
    where its type was retrieved and the name is the org's own.
    """

    type: str
    name: str
    at: Place
    written_type: str = ""
    knowledge: Knowledge = Knowledge.UNKNOWN

    @property
    def component(self) -> str:
        """`Flow:Get_Order`, `ApexClass:OrderService`, `GenAiPromptTemplate:Summary`; else as it is written."""
        kind = {"flow": "Flow", "apex": "ApexClass", "prompt": "GenAiPromptTemplate"}.get(
            self.type, self.type
        )
        return f"{kind}:{self.name}"


SourceKind = Literal["model", "variable", "literal", "expression", "none"]


class Source(msgspec.Struct, frozen=True):
    """What fills an input in one use of its action.

    `model`: the model makes the value up from the conversation, so the user decides it. `variable`: bound to
    `variable` (a name of the agent's, or a system one such as `@system_variables.user_input`). `literal`: a
    constant. `expression`: computed from `variables`. `none`: left empty. `written` is whether a line says so, else
    it is the platform's default.
    """

    kind: SourceKind
    value: str
    at: Place
    variables: tuple[str, ...] = ()
    written: bool = True

    @property
    def variable(self) -> str:
        """The one variable that it is bound to, else empty."""
        return self.variables[0] if self.kind == "variable" else ""


@dataclass(eq=False, repr=False)
class Input:
    """An input of an action."""

    action: Action
    fact: AgentParameter
    at: Place
    declared: bool = True
    """False where a use binds a name that the action does not declare."""
    bound: Source | None = None
    """What the declaration itself binds it to."""

    @property
    def name(self) -> str:
        """As the action declares it."""
        return self.fact.name

    @property
    def type(self) -> str:
        """As written: `string`, `list[object]`, `lightning__textType`; may be empty."""
        return self.fact.type

    @property
    def required(self) -> bool:
        """Whether it is marked as required."""
        return self.fact.required > 0

    @property
    def asked_of_user(self) -> bool | None:
        """`is_user_input`; None where the file does not say. False does not mean that it is bound."""
        return _said(self.fact.user_input)

    @property
    def sources(self) -> tuple[tuple[Use, Source], ...]:
        """What fills it, for each use of the action."""
        return tuple((use, use.source(self)) for use in self.action.uses)

    @property
    def filled_by_model(self) -> tuple[tuple[Use, Source], ...]:
        """The uses in which the model fills it."""
        return tuple(pair for pair in self.sources if pair[1].kind == "model")


@dataclass(eq=False, repr=False)
class Output:
    """An output of an action."""

    action: Action
    fact: AgentParameter
    at: Place

    @property
    def name(self) -> str:
        """As the action declares it."""
        return self.fact.name

    @property
    def displayable(self) -> bool | None:
        """Whether it may be shown to the user; None where the file does not say."""
        return _said(self.fact.displayable)

    @property
    def kept_from_model(self) -> bool | None:
        """`filter_from_agent`, or `copilotAction:isUsedByPlanner` that is false; None where the file does not say."""
        if self.fact.filtered:
            return self.fact.filtered > 0
        used = _said(self.fact.used_by_planner)
        return None if used is None else not used


@dataclass(eq=False, repr=False)
class Action:
    """An action as one topic defines it; `topic` is None for those of the agent as a whole.

    `known` is False where a topic names it, and the tree does not hold it: a managed one, or one of the library that
    was not retrieved.
    """

    agent: Agent
    topic: Topic | None
    name: str
    at: Place
    label: str = ""
    full_name: str = ""
    description: Text | None = None
    target: Target | None = None
    confirmed: bool | None = None
    """Whether the user is asked before it runs; None where the file does not say, which means no."""
    confirmed_at: Place | None = None
    source: str = ""
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    uses: tuple[Use, ...] = ()
    known: bool = True
    inputs_known: bool = True
    """False where the file that declares inputs and outputs (a schema) is not in the tree."""

    @property
    def names(self) -> frozenset[str]:
        """Every name that tests may call it by, in lower case: its own, its source's, its tools', its target's."""
        own = (self.name, self.full_name, self.source, self.target.name if self.target else "")
        return frozenset(name.casefold() for name in (*own, *(use.name for use in self.uses)) if name)

    def input(self, name: str) -> Input | None:
        """The input of that name, in any case."""
        return next((one for one in self.inputs if one.name.casefold() == name.casefold()), None)

    def output(self, name: str) -> Output | None:
        """The output of that name, in any case."""
        return next((one for one in self.outputs if one.name.casefold() == name.casefold()), None)

    @property
    def by_model(self) -> tuple[Use, ...]:
        """The uses that the model decides on."""
        return tuple(use for use in self.uses if use.by_model)

    @cached_property
    def work(self) -> ActionWork:
        """What it comes to: records read and written, callouts, e-mails, each with the way to it."""
        return self.agent.linked.work_of(self)

    def __repr__(self) -> str:
        return f"<Action {self.agent.name}.{self.topic.name + '.' if self.topic else ''}{self.name}>"


@dataclass(eq=False, repr=False)
class Use:
    """One place where an action, or a built-in such as `setVariables`, can be run.

    `kind` is `tool` where the model decides when, `run` where the script does. In planners every action is one tool
    of its topic. `builtin` is `setVariables`, `escalate`, `transition`, `end_session` …, else empty.
    """

    topic: Topic | None
    """None for actions of the agent as a whole."""
    kind: Literal["tool", "run"]
    name: str
    at: Place
    action: Action | None = None
    """None for a built-in, and where nothing defines what is referred to."""
    builtin: str = ""
    reference: str = ""
    """As the script writes it: `@actions.get_order`, `@utils.escalate`."""
    block: str = ""
    conditions: tuple[Condition, ...] = ()
    """All must agree for it to run: `available when`, the `if`s around it, rules of a planner, exits before it."""
    bindings: tuple[Binding, ...] = ()
    sets: tuple[Assigned, ...] = ()
    """What it does with the outputs."""
    after: Use | None = None
    """The call after which it runs, in its callback."""
    description: Text | None = None
    confirmed: bool | None = None
    """Whether the tool itself asks the user, where it says so."""

    @property
    def by_model(self) -> bool:
        """Whether the model decides that it runs."""
        return self.kind == "tool"

    def source(self, parameter: Input) -> Source:
        """What fills an input here."""
        name = parameter.name.casefold()
        for binding in self.bindings:
            if binding.parameter.casefold() == name:
                return binding.source
        if parameter.bound is not None:
            return parameter.bound
        model = self.by_model and (parameter.required or self.fills_all)
        return Source("model" if model else "none", "", self.at, written=False)

    @property
    def fills_all(self) -> bool:
        """Whether the model may fill what is not bound, also where it is not required: planners do."""
        return self.block == ""

    def __repr__(self) -> str:
        return f"<Use {self.topic.name if self.topic else ''}.{self.name or self.reference} {self.kind}>"


class Binding(msgspec.Struct, frozen=True):
    """`with parameter = value`, or an attribute mapping of a planner."""

    parameter: str
    source: Source
    at: Place


SetKind = Literal["model", "output", "literal", "expression", "platform", "outside"]


class Assigned(msgspec.Struct, frozen=True):
    """A variable that gets a value.

    `model`: the model makes it up (`@utils.setVariables` with `...`, `collect`). `output`: an output of the action of
    `use`, named by `output`. `literal`, `expression`: as `value` says. `platform`: a linked variable's source.
    `outside`: a variable that is visible outside, so that whoever starts the conversation can set it.
    """

    variable: str
    kind: SetKind
    value: str
    at: Place
    topic: Topic | None = None
    use: Use | None = None
    output: str = ""
    conditions: tuple[Condition, ...] = ()


@dataclass(eq=False, repr=False)
class Variable:
    """A variable of the conversation. `sets` has everything that can give it a value, besides its default."""

    fact: AgentVariable
    at: Place
    sets: tuple[Assigned, ...] = ()
    read_by: tuple[Condition, ...] = ()
    """The conditions that ask for it."""

    @property
    def name(self) -> str:
        """As declared."""
        return self.fact.name

    @property
    def linked(self) -> bool:
        """Whether the platform sets it, so that neither model nor script can."""
        return self.fact.modifier in ("linked", "context")

    @property
    def external(self) -> bool:
        """Whether it is visible outside of the agent."""
        return self.fact.visibility.casefold() == "external"


@dataclass(eq=False, repr=False)
class Transition:
    """A way from one topic to another. `to` is None where no topic has that name.

    Planners have no transitions: the model picks any topic whose gate is open.
    """

    origin: Topic
    target: str
    to: Topic | None
    at: Place
    by_model: bool
    conditions: tuple[Condition, ...] = ()
    returns: bool = False
    """A topic that is called like an action (`@subagent.X` as a tool) and hands back."""
    use: Use | None = None


@dataclass(eq=False, repr=False)
class Topic:
    """A topic (subagent). `start` is the one in which every turn begins, which only routes.

    `known` is False where the agent names it and the tree does not hold it.
    """

    agent: Agent
    name: str
    at: Place
    kind: Literal["start", "topic", "connected"] = "topic"
    label: str = ""
    full_name: str = ""
    description: Text | None = None
    scope: Text | None = None
    override: Text | None = None
    """Instructions that stand in place of the agent's own."""
    instructions: tuple[Text, ...] = ()
    can_escalate: bool | None = None
    can_escalate_at: Place | None = None
    actions: tuple[Action, ...] = ()
    uses: tuple[Use, ...] = ()
    """Everything that can run in it, built-ins too, in the order of the file."""
    exits: tuple[Transition, ...] = ()
    gates: tuple[Condition, ...] = ()
    """Rules of a planner that must hold for the topic to be there."""
    known: bool = True
    target: str = ""
    """Of a connected topic: the URI of the other agent."""
    source: str = ""

    @property
    def names(self) -> frozenset[str]:
        """Every name that tests may call it by, in lower case."""
        return frozenset(
            one.casefold() for one in (self.name, self.full_name, self.label, self.source) if one
        )

    @cached_property
    def entries(self) -> tuple[Transition, ...]:
        """The ways into it, by place."""
        return tuple(one for other in self.agent.blocks for one in other.exits if one.to is self)

    @cached_property
    def reachable(self) -> bool:
        """Whether a conversation can come here, whatever the conditions on the way."""
        return self in self.agent.reachable_topics

    @property
    def texts(self) -> Iterator[Text]:
        """All its prose, tools' and actions' descriptions included."""
        for text in (self.description, self.scope, self.override, *self.instructions):
            if text is not None:
                yield text
        for action in self.actions:
            if action.description is not None:
                yield action.description
        for use in self.uses:
            if use.description is not None:
                yield use.description

    def __repr__(self) -> str:
        return f"<Topic {self.agent.name}.{self.name}>"


@dataclass(eq=False, repr=False)
class Connection:
    """A channel of the agent, and where it routes to when it escalates."""

    type: str
    at: Place
    route_type: str = ""
    route_name: str = ""
    """Without a scheme."""
    route_at: Place | None = None
    message: Text | None = None
    knowledge: Knowledge = Knowledge.UNKNOWN
    """Of the flow that it routes to; unknown where it routes to something else."""

    @property
    def has_route(self) -> bool:
        """Whether it says where to."""
        return bool(self.route_name)


class Escalation(msgspec.Struct, frozen=True):
    """A way to a human.

    `tool`: `@utils.escalate`. `topic`: `canEscalate` of a topic. `transfer`: a step of a bot's dialog. `outbound`:
    the bot's default outbound flow. `script`: `outbound_flow` of a script.
    """

    kind: Literal["tool", "topic", "transfer", "outbound"]
    at: Place
    topic: Topic | None = None
    use: Use | None = None
    conditions: tuple[Condition, ...] = ()
    target: str = ""


@dataclass(eq=False, repr=False)
class Rule:
    """A rule expression of a planner, with what is assigned to it: topics and actions that it locks."""

    name: str
    label: str
    at: Place
    condition: Condition
    locks: tuple[Lock, ...] = ()


class Lock(msgspec.Struct, frozen=True):
    """A topic or action that a rule locks; both None where nothing of the agent has the name."""

    target: str
    at: Place
    topic: Topic | None = None
    action: Action | None = None


class Setting(msgspec.Struct, frozen=True):
    """A scalar of the agent as a whole: `config.temperature` of a script, `logPrivateConversationData` of a bot."""

    name: str
    value: str
    at: Place
    quoted: bool = False

    @property
    def truth(self) -> bool | None:
        """Its value as a boolean, None where it is none."""
        return None if self.quoted else {"true": True, "false": False}.get(self.value.casefold())

    @property
    def number(self) -> float | None:
        """Its value as a number, None where it is none."""
        try:
            return float(self.value)
        except ValueError:
            return None


class AgentUser(msgspec.Struct, frozen=True):
    """The user that a service agent works as; `name` is as written, a placeholder of a deployment perhaps."""

    name: str
    at: Place


class Dialog(msgspec.Struct, frozen=True):
    """A dialog of a bot, with what its steps call."""

    name: str
    at: Place
    label: str = ""
    steps: tuple[Evidence, ...] = ()


def _said(mark: int) -> bool | None:
    return None if mark == 0 else mark > 0
