"""Logical lines of Agent Script → a tree of keys and statements, by indentation alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from sfgov.facts import Problem
from sfgov.facts.agents import NO_TEXT, AgentText
from sfgov.parse.agent_script.expressions import assigned
from sfgov.parse.agent_script.lines import Line

Kind = Literal[
    "root", "key", "text", "if", "else if", "else", "run", "set", "with", "transition", "available when",
    "collect", "item", "value", "unreadable",
]  # fmt: skip

_NAME = r"""(?:"(?:[^"\\]|\\.)*"|[A-Za-z_][\w.$-]*)"""
_KEY = re.compile(rf"({_NAME})(?:\s+({_NAME}))?\s*:(?!:)\s*(.*)", re.DOTALL)
_WORD = re.compile(r"[A-Za-z_]\w*")
_NAMED = ("start_agent", "subagent", "topic", "connection", "connected_subagent")
"""Blocks that have a name of their own."""
_MOST_DASHES = 5
"""How many lists may begin in one line."""
_SHOWN = 60
"""How much of a line a problem quotes."""
_VALUE = re.compile(r'(?:"|@|-?\d|True\b|False\b|None\b|\[|\{|empty\b|\.\.\.).*', re.DOTALL)


class Node:
    """A line and what is indented below it.

    Of a `key`, `key` and `name` are the words before the colon (`subagent`, `orders`) and `value` is what follows;
    of a statement `value` is what follows its word. `text` is its template. `loose`: only guessed from a line that
    is not quite right.
    """

    __slots__ = ("children", "indent", "key", "kind", "line", "loose", "name", "text", "value")

    def __init__(
        self,
        kind: Kind,
        line: int,
        indent: int,
        *,
        key: str = "",
        name: str = "",
        value: str = "",
        loose: bool = False,
    ) -> None:
        self.kind = kind
        self.line = line
        self.indent = indent
        self.key = key
        self.name = name
        self.value = value
        self.loose = loose
        self.text: AgentText = NO_TEXT
        self.children: list[Node] = []

    def all(self, key: str) -> Iterator[Node]:
        """The children under that key."""
        return (child for child in self.children if child.kind == "key" and child.key == key)

    def first(self, *keys: str) -> Node | None:
        """The first child under one of these keys, in the keys' order."""
        return next((child for key in keys for child in self.all(key)), None)


def read_tree(lines: Iterable[Line], problems: list[Problem]) -> Node:
    """The tree. A line that is nothing known becomes a problem; what is indented below it stays."""
    root = Node("root", 0, -1)
    above = [root]
    for line in lines:
        for node in _nodes(line):
            while above[-1].indent >= node.indent:
                above.pop()
            if _is_strange(node, above[-1]):
                shown = line.text if len(line.text) <= _SHOWN else f"{line.text[:_SHOWN]}…"
                problems.append(Problem(f'"{shown}" is nothing that Agent Script has here', line.number))
            above[-1].children.append(node)
            above.append(node)
    return root


def _nodes(line: Line) -> Iterator[Node]:
    """The node of a line; of a list's item, one for its dash and one for what follows."""
    text, indent = line.text, line.indent
    dashes = 0
    while (text == "-" or text.startswith("- ")) and dashes < _MOST_DASHES:
        yield Node("item", line.number, indent)
        rest = text[1:].lstrip()
        indent += len(text) - len(rest)
        text = rest
        dashes += 1
    if not text and line.template is None:
        return
    node = _node(line.number, indent, text)
    if node.kind == "unreadable" and dashes:  # items of a list may be bare words
        node.kind = "value"
    if line.template is not None and node.kind in ("if", "else if", "else"):
        yield node
        node = Node("text", line.number, indent + 1)
    node.text = line.template or NO_TEXT
    yield node


def _node(number: int, indent: int, text: str) -> Node:
    if not text:
        return Node("text", number, indent)
    statement = _statement(text)
    if statement is not None:
        return Node(statement[0], number, indent, value=statement[1])
    match = _KEY.fullmatch(text)
    if match:
        return Node("key", number, indent, key=_bare(match[1]), name=_bare(match[2] or ""), value=match[3])
    if _VALUE.fullmatch(text):
        return Node("value", number, indent, value=text)
    return _loose(number, indent, text) or Node("unreadable", number, indent, value=text)


def _statement(text: str) -> tuple[Kind, str] | None:
    """The statement that a line is, and what follows its word; None for anything else, keys of that name too."""
    word = _WORD.match(text)
    name = word[0] if word else ""
    rest = text[len(name) :].strip()
    if rest.startswith(":") and name != "else":
        return None
    match name:
        case "if" | "elif" if rest:
            return ("if" if name == "if" else "else if"), _condition(rest)
        case "else" if rest in ("", ":"):
            return "else", ""
        case "else" if rest[:2] == "if" and not rest[2:3].isalnum():
            return "else if", _condition(rest[2:])
        case "run" | "collect" if rest.startswith("@"):
            return name, rest
        case "set" if assigned(rest):
            return "set", rest
        case "with" if assigned(rest):
            return "with", rest
        case "transition" if rest[:3].strip() == "to":
            return "transition", rest
        case "available" if rest.startswith("when "):
            return "available when", rest.removeprefix("when").strip()
    return None


def _condition(text: str) -> str:
    return text.strip().removesuffix(":").strip()


def _loose(number: int, indent: int, text: str) -> Node | None:
    """A key that is not quite right: of too many words, or a block without its colon."""
    head, colon, value = text.partition(":")
    words = head.split() if '"' not in head else []
    if not words or not _WORD.fullmatch(words[0]):
        return None
    if colon or (words[0] in _NAMED and len(words) > 1):
        return Node(
            "key",
            number,
            indent,
            key=words[0],
            name="_".join(words[1:]),
            value=value.strip(),
            loose=True,
        )
    return None


def _is_strange(node: Node, parent: Node) -> bool:
    """Whether a line is wrong, though it may have been understood. Only blocks at the top have names of their own."""
    if node.kind == "key":
        return node.loose or (node.name != "" and parent.kind != "root")
    return node.kind == "unreadable"


def _bare(name: str) -> str:
    return name[1:-1] if name.startswith('"') else name
