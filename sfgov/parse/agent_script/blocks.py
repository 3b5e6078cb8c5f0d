"""The blocks of an Agent Script: what each key means, whatever their order."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sfgov.facts import Problem
from sfgov.facts.agents import (
    NO_TEXT,
    AgentAction,
    AgentConnection,
    AgentParameter,
    AgentSetting,
    AgentText,
    AgentTopic,
    AgentVariable,
)
from sfgov.parse.agent_script.expressions import assigned
from sfgov.parse.agent_script.steps import StepReader
from sfgov.parse.agent_script.tree import Node
from sfgov.parse.agent_script.values import mark, scalar, scheme_of, settings, text_of, unquoted

TOPICS = ("start_agent", "subagent", "topic", "connected_subagent")
_PROCEDURES = ("before_reasoning", "after_reasoning", "on_init", "on_exit", "after_response")
_MODIFIER = re.compile(r"(mutable|linked)\b\s*(.*)", re.DOTALL)
_OF_TOPICS = frozenset(
    {"label", "description", "actions", "reasoning", "system", "inputs", "target", *_PROCEDURES}
)


def last_line(node: Node) -> int:
    """The last line on which something of a block stands."""
    line = node.line
    current: Node | None = node
    while current is not None:
        line = max(line, current.line, current.text.line + current.text.text.count("\n"))
        current = current.children[-1] if current.children else None
    return line


def variables(node: Node) -> Iterator[AgentVariable]:
    """The entries of `variables`."""
    for child in node.children:
        if child.kind == "key":
            match = _MODIFIER.fullmatch(child.value)
            type_, default = _type_and_default(match[2] if match else child.value)
            yield AgentVariable(
                name=child.key,
                line=child.line,
                modifier=match[1] if match else "",
                type=type_,
                default=default,
                source=scalar(child.first("source")),
                label=scalar(child.first("label")),
                description=text_of(child.first("description")),
                visibility=scalar(child.first("visibility")),
                displayable=mark(child.first("is_displayable")),
                used_by_planner=mark(child.first("is_used_by_planner")),
            )


def _type_and_default(value: str) -> tuple[str, str]:
    """`list[object]` and `[]` of `list[object] = []`. What is bound without a type has none."""
    sides = assigned(value)
    type_, default = sides or (value.strip(), "")
    return ("", default or type_) if type_.startswith("@") else (type_, default)


def connection(node: Node, type_: str) -> AgentConnection:
    """`connection messaging`, or an entry of `connections`."""
    route = node.first("outbound_route_name")
    instructions = node.first("additional_system_instructions")
    return AgentConnection(
        type=type_,
        line=node.line,
        route_type=scalar(node.first("outbound_route_type")),
        route_name=scalar(route),
        route_line=route.line if route else 0,
        escalation_message=text_of(node.first("escalation_message")),
        instructions=text_of(instructions),
        inputs=_parameters_of(node, "inputs"),
        formats=tuple(one for formats in node.all("response_formats") for one in actions(formats)),
    )


def actions(node: Node) -> Iterator[AgentAction]:
    """The entries of an `actions` block that define actions."""
    for child in node.children:
        if child.kind != "key":
            continue
        target = child.first("target")
        written = scalar(target) if target else unquoted(child.value)
        type_, name = scheme_of(written)
        yield AgentAction(
            name=child.key,
            line=child.line,
            label=scalar(child.first("label")),
            description=text_of(child.first("description")),
            target_type=type_,
            target=name,
            target_line=target.line if target else (child.line if written else 0),
            source=scalar(child.first("source")),
            confirmation=mark(child.first("require_user_confirmation")),
            inputs=_parameters_of(child, "inputs"),
            outputs=_parameters_of(child, "outputs"),
            end_line=last_line(child),
        )


def _parameters_of(node: Node, key: str) -> tuple[AgentParameter, ...]:
    return tuple(one for block in node.all(key) for one in _parameters(block))


def _parameters(node: Node) -> Iterator[AgentParameter]:
    for child in node.children:
        if child.kind == "key":
            type_, default = _type_and_default(child.value)
            yield AgentParameter(
                name=child.key,
                line=child.line,
                type=type_ or scalar(child.first("type")),
                complex_type=scalar(child.first("complex_data_type_name")),
                label=scalar(child.first("label")),
                description=text_of(child.first("description")),
                default=default,
                required=mark(child.first("is_required")),
                user_input=mark(child.first("is_user_input")),
                displayable=mark(child.first("is_displayable")),
                used_by_planner=mark(child.first("is_used_by_planner")),
                filtered=mark(child.first("filter_from_agent")),
            )


def topic(node: Node, problems: list[Problem]) -> AgentTopic:
    """A `start_agent`, `subagent`, `topic` or `connected_subagent`."""
    steps = StepReader(problems)
    reasoning = list(node.all("reasoning"))
    instructions = [one for block in reasoning for one in block.all("instructions")]
    for name in ("before_reasoning", "on_init"):
        for child in node.all(name):
            steps.procedure(child, name)
    for child in instructions:
        steps.procedure(child, "reasoning.instructions")
    for block in reasoning:
        for tools in block.all("actions"):
            steps.tools(tools)
    for name in ("after_reasoning", "on_exit", "after_response"):
        for child in node.all(name):
            steps.procedure(child, name)
    return AgentTopic(
        name=node.name or (node.key if node.key == "start_agent" else ""),
        line=node.line,
        kind=node.key,
        label=scalar(node.first("label")),
        description=text_of(node.first("description")),
        override=_override(node),
        actions=tuple(action for block in node.all("actions") for action in actions(block)),
        steps=steps.steps(),
        settings=tuple(_settings_of(node)),
        target=scalar(node.first("target")),
        inputs=_parameters_of(node, "inputs"),
        end_line=last_line(node),
    )


def _override(node: Node) -> AgentText:
    system = node.first("system")
    return text_of(system.first("instructions")) if system else NO_TEXT


def _settings_of(node: Node) -> Iterator[AgentSetting]:
    for child in node.children:
        if child.kind == "key" and child.key not in _OF_TOPICS:
            yield from settings(child, child.key)
