"""Agent Script (`.agent`) → facts. Indentation tells what belongs to what; nothing else has to be right.

| module | what it turns into what |
| --- | --- |
| `lines` | text → logical lines, with strings and templates whole |
| `tree` | lines → keys and statements |
| `values` | what follows a key → text, numbers, types |
| `steps` | procedures and tools → what a topic does, and when |
| `blocks` | keys → variables, actions, topics, connections |
"""

from __future__ import annotations

from collections.abc import Iterator

from sfgov.facts import AiAuthoringBundle, Problem
from sfgov.facts.agents import (
    AgentAction,
    AgentConnection,
    AgentSetting,
    AgentText,
    AgentTopic,
    AgentVariable,
)
from sfgov.parse.agent_script.blocks import TOPICS, actions, connection, topic, variables
from sfgov.parse.agent_script.lines import Lines
from sfgov.parse.agent_script.tree import Node, read_tree
from sfgov.parse.agent_script.values import scalar, settings, text_of
from sfgov.project.source import SourceFile

_MOST_PROBLEMS = 20
"""How many lines are complained of; the rest is counted."""


def read_agent_script(data: bytes, source: SourceFile) -> Iterator[AiAuthoringBundle | Problem]:
    """The agent, and what could not be read of it."""
    problems: list[Problem] = []
    lines = Lines(_decoded(data, problems))
    root = read_tree(lines, problems)
    reading = _Script(source.name, problems)
    for node in root.children:
        reading.take(node)
    problems += lines.problems
    yield reading.fact(complete=not problems)
    yield from _told(problems)


def _decoded(data: bytes, problems: list[Problem]) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1 if encoding == "utf-8-sig" else 0
        problems.append(Problem("this is not valid UTF-8", line))
        return data.decode(encoding, "replace")


def _told(problems: list[Problem]) -> Iterator[Problem]:
    ordered = sorted(problems, key=lambda problem: problem.line)
    yield from ordered[:_MOST_PROBLEMS]
    if len(ordered) > _MOST_PROBLEMS:
        more = len(ordered) - _MOST_PROBLEMS
        yield Problem(f"{more} more lines cannot be read", ordered[_MOST_PROBLEMS].line)


class _Script:
    """What the blocks read so far have said."""

    def __init__(self, name: str, problems: list[Problem]) -> None:
        self._name = name
        self._problems = problems
        self._settings: list[AgentSetting] = []
        self._system: list[Node] = []
        self._variables: list[AgentVariable] = []
        self._connections: list[AgentConnection] = []
        self._topics: list[AgentTopic] = []
        self._actions: list[AgentAction] = []

    def take(self, node: Node) -> None:
        """Read one block."""
        match node.key:
            case key if key in TOPICS:
                self._topics.append(topic(node, self._problems))
            case "variables":
                self._variables += variables(node)
            case "connection":
                self._connections.append(connection(node, node.name))
            case "connections":
                self._connections += (
                    connection(child, child.key) for child in node.children if child.kind == "key"
                )
            case "actions":
                self._actions += actions(node)
            case "system":
                self._system.append(node)
                self._settings += (
                    one
                    for one in settings(node, "system")
                    if not one.name.startswith(("system.instructions", "system.messages"))
                )
            case _:
                self._settings += settings(node, f"{node.key}.{node.name}" if node.name else node.key)

    def fact(self, *, complete: bool) -> AiAuthoringBundle:
        """All of it."""
        own = [one for one in self._settings if one.name in ("config.developer_name", "config.agent_name")]
        return AiAuthoringBundle(
            name=self._name,
            developer_name=own[0].value if own else "",
            settings=tuple(self._settings),
            instructions=self._of_system("instructions"),
            messages=tuple(self._messages()),
            variables=tuple(self._variables),
            connections=tuple(self._connections),
            topics=tuple(self._topics),
            actions=tuple(self._actions),
            lines={one.name: one.line for one in reversed(own)},
            complete=complete,
        )

    def _of_system(self, key: str) -> AgentText:
        return next((text_of(node.first(key)) for node in self._system if node.first(key)), AgentText("", 0))

    def _messages(self) -> Iterator[tuple[str, AgentText]]:
        for node in self._system:
            for messages in node.all("messages"):
                for child in messages.children:
                    if child.kind == "key" and scalar(child):
                        yield child.key, text_of(child)
