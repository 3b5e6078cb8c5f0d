"""AI agents, as the report shows them: a table of all, then a card of each."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from sfgov.counted import counted
from sfgov.report.agent import RIGHTS, whose
from sfgov.result import ActionCard, AgentCard, AgentCards, AgentObject, Run, TopicCard

_ACTIONS = 100
"""How many actions of one agent are written out."""


class Rights(msgspec.Struct, frozen=True):
    """What an agent's user may do with one object, in words."""

    object: AgentObject
    held: str
    surplus: str


class Block(msgspec.Struct, frozen=True):
    """A topic, with as many of its actions as there is room for. Without a topic, the actions of all topics."""

    topic: TopicCard | None
    title: str
    marks: tuple[str, ...]
    actions: tuple[ActionCard, ...]
    more: int


class Shown(msgspec.Struct, frozen=True):
    """An agent with its address in the page."""

    card: AgentCard
    anchor: str
    blocks: tuple[Block, ...]
    access: str
    objects: tuple[Rights, ...]

    @property
    def changing(self) -> int:
        """How many of its actions change something."""
        return sum(action.changes for action in self.card.all_actions)

    @property
    def unasked(self) -> int:
        """How many of them do not ask the user first."""
        return sum(action.changes and not action.asks_first for action in self.card.all_actions)

    @property
    def unclear(self) -> int:
        """How many actions may do more than the tree shows."""
        return sum(not action.known for action in self.card.all_actions)

    @property
    def topics(self) -> int:
        """How many topics it has, without the one where conversations start."""
        return sum(topic.kind == "topic" for topic in self.card.topics)

    @property
    def cases(self) -> int:
        """How many test cases it has."""
        return sum(suite.cases for suite in self.card.tests)

    @property
    def serves(self) -> str:
        """Whom it serves, in a word."""
        return self.card.serves.partition(",")[0] if self.card.serves != "nobody that the files name" else ""

    @property
    def rights(self) -> str:
        """Whose rights it has, in a word."""
        rights = self.card.rights
        if rights.known:
            return counted(len(rights.bundles), "bundle")
        return "its user's" if rights.of_its_users else "not known"

    @property
    def outcome(self) -> str:
        """What it can do, in a line."""
        if not self.changing:
            return "changes nothing that could be followed" if self.unclear else "changes nothing"
        verb = "changes" if self.changing == 1 else "change"
        said = f"{counted(self.changing, 'action')} of {len(self.card.all_actions)} {verb} something"
        return f"{said}, {self.unasked or 'none'} unasked"


class Table(msgspec.Struct, frozen=True):
    """The whole section."""

    rows: tuple[Shown, ...]
    left_out: tuple[str, ...]

    @classmethod
    def of(cls, agents: AgentCards) -> Table:
        """The section of an org's agents."""
        rows = (_shown(card, f"ai-{number}") for number, card in enumerate(agents.cards, 1))
        return cls(tuple(rows), agents.left_out)


def look(run: Run) -> Table | None:
    """The agents, where the run knows of any."""
    return Table.of(run.agents) if run.agents else None


def _shown(card: AgentCard, anchor: str) -> Shown:
    return Shown(
        card=card,
        anchor=anchor,
        blocks=tuple(_blocks(card)),
        access=whose(card.rights),
        objects=tuple(
            Rights(
                one,
                ", ".join(map(RIGHTS.__getitem__, one.held)),
                ", ".join(map(RIGHTS.__getitem__, one.surplus)),
            )
            for one in card.rights.objects
        ),
    )


def _blocks(card: AgentCard) -> Iterator[Block]:
    room = _ACTIONS
    for topic in card.topics:
        yield Block(
            topic,
            topic.name,
            tuple(_marks(topic, tested=bool(card.tests))),
            topic.actions[:room],
            len(topic.actions[room:]),
        )
        room = max(0, room - len(topic.actions))
    if card.actions:
        yield Block(None, "In every topic", (), card.actions[:room], len(card.actions[room:]))


def _marks(topic: TopicCard, *, tested: bool) -> Iterator[str]:
    if topic.kind == "start":
        yield "Conversations start here"
    if topic.kind == "connected":
        yield "Another agent"
    if not topic.known:
        yield "Not in the tree"
    if topic.kind == "topic" and not topic.reachable:
        yield "Nothing leads to it"
    if topic.kind == "topic" and tested:
        yield counted(topic.tests, "test case")
