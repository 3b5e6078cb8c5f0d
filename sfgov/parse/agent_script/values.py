"""Values of Agent Script: quoted strings, templates, types with defaults, references."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sfgov.facts.agents import NO_TEXT, AgentSetting, AgentText
from sfgov.facts.base import Mark
from sfgov.parse.agent_script.tree import Node

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_SCHEME = re.compile(r"([A-Za-z][\w.+-]*)://(.*)", re.DOTALL)


def unquoted(value: str) -> str:
    """A quoted value without its quotes and escapes; anything else as it is."""
    match = _STRING.fullmatch(value.strip())
    return _ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[1]), match[1]) if match else value.strip()


def is_quoted(value: str) -> bool:
    """Whether a value is one quoted string."""
    return _STRING.fullmatch(value.strip()) is not None


def scalar(node: Node | None) -> str:
    """A key's value as plain text, from the same line, a template or a value on the next line."""
    if node is None:
        return ""
    if node.text is not NO_TEXT:
        return node.text.text
    value = node.value if node.value not in ("", "->") else _value_below(node)
    return unquoted(value)


def _value_below(node: Node) -> str:
    return next((child.value for child in node.children if child.kind == "value"), "")


def text_of(node: Node | None) -> AgentText:
    """A key's value as prose. Several templates below it are joined as one, at the line of the first."""
    if node is None:
        return NO_TEXT
    if node.text is not NO_TEXT:
        return node.text
    if node.value not in ("", "->"):
        return _quoted_text(node.value, node.line)
    below = [child for child in node.children if child.kind in ("text", "value")]
    if not below:
        return NO_TEXT
    first = below[0]
    if first.kind == "value":
        return _quoted_text(first.value, first.line)
    if len(below) == 1:
        return first.text
    # The lines between the templates are kept, so that a word's line can still be counted.
    joined, line = first.text.text, first.text.line
    for child in below[1:]:
        gap = child.text.line - line - joined.count("\n")
        joined += "\n" * max(1, gap) + child.text.text
    return AgentText(joined, line)


def _quoted_text(value: str, line: int) -> AgentText:
    match = _STRING.fullmatch(value.strip())
    return AgentText(unquoted(value), line, escaped=bool(match and "\\n" in match[1]))


def mark(node: Node | None) -> Mark:
    """A key's value as a switch: +line for True, -line for False, 0 for anything else."""
    if node is None:
        return 0
    return {"true": node.line, "false": -node.line}.get(scalar(node).casefold(), 0)


def settings(node: Node, path: str) -> Iterator[AgentSetting]:
    """Every scalar at and below a key, by path. Items of a list have their list's path."""
    waiting = [(node, path)]
    while waiting:
        current, name = waiting.pop()
        if current.kind in ("key", "value", "item") and not (current.kind == "item" and current.children):
            value = current.text.text if current.text is not NO_TEXT else current.value
            if value not in ("", "->"):
                plain = unquoted(value) if current.text is NO_TEXT else value
                yield AgentSetting(name, plain, current.line, quoted=is_quoted(value))
        for child in reversed(current.children):
            if child.kind == "key":
                waiting.append((child, f"{name}.{child.key}" if name else child.key))
            elif child.kind in ("item", "value"):
                waiting.append((child, name))


def scheme_of(target: str) -> tuple[str, str]:
    """`flow` and `Get_Order` of `flow://Get_Order`; no scheme where there is none."""
    match = _SCHEME.fullmatch(target.strip())
    return (match[1], match[2].strip()) if match else ("", target.strip())


def without_namespace(reference: str) -> str:
    """`orders` of `@subagent.orders`; as it is where it has none."""
    return re.sub(r"\s", "", reference).rpartition(".")[2].lstrip("@")
