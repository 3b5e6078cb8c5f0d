"""An agent, joined from everything that is written about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sfgov.facts import Fact
from sfgov.model.agents.conditions import Condition, can_all_agree
from sfgov.model.agents.expressions import Value, literal_of
from sfgov.model.agents.parts import (
    Action,
    AgentUser,
    Connection,
    Dialog,
    Encoding,
    Escalation,
    Kind,
    Rule,
    Setting,
    Text,
    Topic,
    Transition,
    Use,
    Variable,
)
from sfgov.model.index import Written
from sfgov.place import Place

if TYPE_CHECKING:
    from sfgov.model.agents import Agents
    from sfgov.model.agents.access import AgentAccess
    from sfgov.model.agents.suites import TestSuite


@dataclass(eq=False, repr=False)
class Agent:
    """One agent. Its topics and actions are told by the best of its encodings: the script, else the planner."""

    linked: Agents
    name: str
    """The developer name: the bundle's folder, the planner's or the bot's."""
    encoding: Encoding
    written: Written[Fact]
    """The file that tells its topics and actions."""
    sources: tuple[Written[Fact], ...]
    """Every file that is about it, `written` first: script, its meta file, planner, bot, bot versions."""
    label: str = ""
    developer_name: str = ""
    """What the script calls itself, which may differ from the folder's name."""
    kind: Kind = Kind.UNKNOWN
    kind_at: Place | None = None
    description: Text | None = None
    instructions: Text | None = None
    """Of the system: what every topic is told that does not override it."""
    role: Text | None = None
    company: Text | None = None
    tone: str = ""
    tone_at: Place | None = None
    messages: tuple[Text, ...] = ()
    """What it says by itself; `element` names them: `welcome`, `error`."""
    start: Topic | None = None
    topics: tuple[Topic, ...] = ()
    """All but the start, in the order of the file."""
    loose_actions: tuple[Action, ...] = ()
    """Actions of the agent as a whole, that belong to no topic."""
    variables: tuple[Variable, ...] = ()
    rules: tuple[Rule, ...] = ()
    connections: tuple[Connection, ...] = ()
    escalations: tuple[Escalation, ...] = ()
    dialogs: tuple[Dialog, ...] = ()
    user: AgentUser | None = None
    settings: tuple[Setting, ...] = ()
    target: str = ""
    """The published version that a script is locked to (`Support_Agent.v2`); empty for a draft."""
    versions: tuple[str, ...] = ()
    """Published versions in the tree: `v1`, `v2`."""
    complete: bool = True
    """False where some of it could not be read."""
    frozen: tuple[Written[Fact], ...] = ()
    """Copies of earlier versions (`Support_1`) and planners that a newer one has replaced: not looked into."""

    @property
    def component(self) -> str:
        """As findings name it: `AiAuthoringBundle:Support`, `GenAiPlannerBundle:Support`, `Bot:Support`."""
        return self.written.component

    @property
    def at(self) -> Place:
        """Where it is written."""
        return self.written.at()

    @property
    def is_draft(self) -> bool:
        """Whether nothing in the tree says that it was ever published: a script without target, bot and planner."""
        return (
            self.encoding == "script" and not self.target and not self.versions and len(self.published) == 0
        )

    @property
    def published(self) -> tuple[Written[Fact], ...]:
        """The files of what was published: planner, bot and bot versions."""
        return tuple(
            one for one in self.sources if one.type not in ("AiAuthoringBundle", "AiAuthoringBundleMeta")
        )

    @property
    def blocks(self) -> tuple[Topic, ...]:
        """The start and all topics."""
        return (self.start, *self.topics) if self.start else self.topics

    @property
    def actions(self) -> tuple[Action, ...]:
        """Every action, of topics and of the agent as a whole."""
        return (*(action for topic in self.blocks for action in topic.actions), *self.loose_actions)

    @property
    def uses(self) -> tuple[Use, ...]:
        """Everything that can run, in all topics and outside of them."""
        loose = (use for action in self.loose_actions for use in action.uses)
        return (*(use for topic in self.blocks for use in topic.uses), *loose)

    def topic(self, name: str) -> Topic | None:
        """The topic of that name, the start too, in any case."""
        return next((one for one in self.blocks if one.name.casefold() == name.casefold()), None)

    def variable(self, name: str) -> Variable | None:
        """The variable of that name, in any case."""
        return self._variables.get(name.casefold())

    @cached_property
    def _variables(self) -> dict[str, Variable]:
        return {one.name.casefold(): one for one in reversed(self.variables)}

    def setting(self, *names: str) -> Setting | None:
        """The first setting of one of these names, such as `config.temperature`; in any case."""
        wanted = [name.casefold() for name in names]
        return next((one for name in wanted for one in self.settings if one.name.casefold() == name), None)

    @cached_property
    def reachable_topics(self) -> frozenset[Topic]:
        """The topics to which a conversation can come, whatever the conditions on the way.

        Without a script every topic is: the planner picks one.
        """
        return self.topics_through(lambda exit_: exit_.to)

    @cached_property
    def enterable_topics(self) -> frozenset[Topic]:
        """Of the reachable topics those whose way there is not surely closed by a condition that can never hold."""
        return self.topics_through(lambda exit_: exit_.to if self.can_agree(exit_.conditions) else None)

    def topics_through(self, leads_to: Callable[[Transition], Topic | None]) -> frozenset[Topic]:
        """The topics to which the conversation comes by those transitions that `leads_to` lets lead somewhere."""
        if self.encoding != "script" or self.start is None:
            return frozenset(self.blocks)
        found = {self.start}
        waiting = [self.start]
        for topic in waiting:  # grows while it is walked
            for exit_ in topic.exits:
                to = leads_to(exit_)
                if to is not None and to not in found:
                    found.add(to)
                    waiting.append(to)
        return frozenset(found)

    def possible(self, name: str) -> frozenset[Value] | None:
        """All values that a variable can have, as the files tell; None where it can have any."""
        variable = self.variable(name)
        if variable is None or variable.linked or variable.external or not self.complete:
            return None
        default = literal_of(variable.fact.default) if variable.fact.default else (None,)
        if default is None or any(one.kind != "literal" for one in variable.sets):
            return None
        found = {default[0]}
        for one in variable.sets:
            value = literal_of(one.value)
            if value is None:
                return None
            found.add(value[0])
        return frozenset(found)

    def can_agree(self, conditions: tuple[Condition, ...]) -> bool:
        """Whether these conditions can ever hold together. False only where that is sure."""
        return can_all_agree(conditions, self.possible)

    @property
    def texts(self) -> Iterator[Text]:
        """All its prose: system, role, messages, and that of every topic."""
        for text in (self.description, self.instructions, self.role, self.company, *self.messages):
            if text is not None:
                yield text
        for topic in self.blocks:
            yield from topic.texts
        for action in self.loose_actions:
            if action.description is not None:
                yield action.description

    @cached_property
    def tests(self) -> tuple[TestSuite, ...]:
        """The tests whose subject it is."""
        return self.linked.tests_of(self)

    @cached_property
    def access(self) -> AgentAccess:
        """What it may do in the org, and in whose name."""
        return self.linked.access_of(self)

    def __repr__(self) -> str:
        return f"<Agent {self.name}>"
