"""Procedures and tools of a topic → its steps, each with the conditions under which it is there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from sfgov.facts import Problem
from sfgov.facts.agents import NO_TEXT, AgentAssignment, AgentBinding, AgentCondition, AgentStep
from sfgov.parse.agent_script.expressions import assigned, split
from sfgov.parse.agent_script.tree import Node
from sfgov.parse.agent_script.values import mark, scalar, text_of, without_namespace

_MOST_CONDITIONS = 50
"""How many conditions a step keeps, the innermost ones."""
_DEEPEST_EXIT = 20
"""How deep an exit is looked for in branches."""
_TOOL = re.compile(r"(@[\w.]+)(?:\s+(to|with)\s+(.*))?", re.DOTALL)
_TO = re.compile(r"to\s+(@?[\w.]+)(?:\s*,?\s*(with\s+.*))?", re.DOTALL)
_DOT = re.compile(r"\s*\.\s*")
_TRANSITION = "@utils.transition"

Conditions = tuple[AgentCondition, ...]


class _Waiting(NamedTuple):
    """Statements still to be read."""

    nodes: Iterator[Node]
    conditions: list[AgentCondition]
    """Those of the block itself grow as exits are passed."""
    parent: int
    chain: list[AgentCondition]
    """The conditions of the `if` and its `else if`s so far."""
    last_run: list[int]
    """The `run` before, to which `with` and outputs of the same depth belong."""


class StepReader:
    """Collects the steps of one topic."""

    def __init__(self, problems: list[Problem]) -> None:
        self._problems = problems
        self._steps: list[AgentStep] = []
        self._exits: list[AgentCondition] = []
        self._told_depth = False

    def steps(self) -> tuple[AgentStep, ...]:
        """All steps by line, with parents renumbered."""
        order = sorted(range(len(self._steps)), key=lambda index: (self._steps[index].line, index))
        place = {old: new for new, old in enumerate(order)}
        return tuple(
            msgspec.structs.replace(self._steps[old], parent=place.get(self._steps[old].parent, -1))
            for old in order
        )

    def procedure(self, node: Node, block: str) -> None:
        """Read a procedure: `before_reasoning`, `instructions` and the like."""
        if node.text is not NO_TEXT or node.value not in ("", "->"):
            self._add(AgentStep("text", block, node.line, text=text_of(node)), self._exits)
        conditions = list(self._exits)
        self._read(node.children, block, conditions, -1)
        if block in ("before_reasoning", "reasoning.instructions"):
            self._exits = conditions

    def tools(self, node: Node) -> None:
        """Read `reasoning.actions`."""
        for child in node.children:
            if child.kind == "key":
                self._tool(child, f"reasoning.{node.key}")

    def _tool(self, node: Node, block: str) -> None:
        match = _TOOL.match(_DOT.sub(".", node.value))
        reference = match[1] if match else node.value
        target, inline = "", ""
        if match and match[2] == "to":
            found = _TO.match(f"to {match[3]}")
            target, inline = (found[1], found[2] or "") if found else (match[3], "")
        elif match and match[2] == "with":
            inline = f"with {match[3]}"
        conditions = list(self._exits)
        sets: list[AgentAssignment] = []
        inputs = list(_bindings(inline, node.line)) if inline else []
        for child in node.children:
            if child.kind == "available when":
                conditions.append(AgentCondition("available when", child.value, child.line))
            elif child.kind == "with":
                inputs += _bindings(child.value, child.line)
            elif child.kind == "set":
                sets += _assignments(child)
        step = AgentStep(
            "tool",
            block,
            node.line,
            name=node.key,
            reference=reference,
            target=without_namespace(target),
            inputs=tuple(inputs),
            sets=tuple(sets),
            description=text_of(node.first("description")),
            label=scalar(node.first("label")),
            confirmation=mark(node.first("require_user_confirmation")),
        )
        self._add(step, conditions)
        later = [
            child for child in node.children if child.kind not in ("available when", "with", "set", "key")
        ]
        self._read(later, block, conditions, len(self._steps) - 1)

    def _read(self, nodes: Sequence[Node], block: str, conditions: list[AgentCondition], parent: int) -> None:
        waiting = [_Waiting(iter(nodes), conditions, parent, [], [])]
        while waiting:
            current = waiting[-1]
            node = next(current.nodes, None)
            if node is None:
                waiting.pop()
                continue
            below = self._statement(node, block, current)
            if below is not None:
                waiting.append(below)

    def _statement(self, node: Node, block: str, current: _Waiting) -> _Waiting | None:
        """Read one statement; gives the statements below it that are still to be read."""
        match node.kind:
            case "if":
                condition = AgentCondition("if", node.value, node.line)
                current.chain[:] = [condition]
                below = _below(node, [*current.conditions, condition], current.parent)
                if current.parent < 0 and _leaves(node.children):
                    _leave(current, node.value, node.line)
                return below
            case "else if" | "else":
                others = [msgspec.structs.replace(one, kind="else") for one in current.chain]
                if node.kind == "else if":
                    condition = AgentCondition("if", node.value, node.line)
                    current.chain.append(condition)
                    others.append(condition)
                lines = {
                    one.line for one in current.chain
                }  # exits of its own chain are told by `else` already
                before = [
                    one for one in current.conditions if one.kind != "after-exit" or one.line not in lines
                ]
                return _below(node, [*before, *others], current.parent)
        return self._action(node, block, current)

    def _action(self, node: Node, block: str, current: _Waiting) -> _Waiting | None:
        match node.kind:
            case "text":
                self._add(
                    AgentStep("text", block, node.line, text=node.text, parent=current.parent),
                    current.conditions,
                )
            case "value":
                step = AgentStep("text", block, node.line, text=text_of(node), parent=current.parent)
                self._add(step, current.conditions)
            case "run":
                return self._run(node, block, current)
            case "with" if current.last_run:
                self._extend(current.last_run[0], inputs=tuple(_bindings(node.value, node.line)))
            case "set":
                self._set(node, block, current)
            case "transition":
                self._transition(node, block, current)
            case "collect":
                self._collect(node, block, current)
        return None

    def _run(self, node: Node, block: str, current: _Waiting) -> _Waiting | None:
        reference, _, inline = node.value.partition(" with ")
        inputs = [*_bindings(f"with {inline}", node.line)] if inline else []
        sets: list[AgentAssignment] = []
        for child in node.children:
            if child.kind == "with":
                inputs += _bindings(child.value, child.line)
            elif child.kind == "set":
                sets += _assignments(child)
        step = AgentStep(
            "run",
            block,
            node.line,
            reference=_DOT.sub(".", reference).strip(),
            inputs=tuple(inputs),
            sets=tuple(sets),
            parent=current.parent,
        )
        self._add(step, current.conditions)
        number = len(self._steps) - 1
        current.last_run[:] = [number]
        later = [child for child in node.children if child.kind not in ("with", "set")]
        below = _Waiting(iter(later), list(current.conditions), number, [], [])
        if current.parent < 0 and _leaves([node]):
            _leave(current, "True", node.line)
        return below

    def _set(self, node: Node, block: str, current: _Waiting) -> None:
        sets = tuple(_assignments(node))
        if current.last_run and any("@outputs" in one.value.casefold() for one in sets):
            self._extend(current.last_run[0], sets=sets)
            return
        self._add(AgentStep("set", block, node.line, sets=sets, parent=current.parent), current.conditions)

    def _transition(self, node: Node, block: str, current: _Waiting) -> None:
        found = _TO.match(_DOT.sub(".", node.value))
        target, inline = (found[1], found[2] or "") if found else (node.value.removeprefix("to").strip(), "")
        bindings = [*(_bindings(inline, node.line) if inline else ())]
        for child in node.children:
            if child.kind == "with":
                bindings += _bindings(child.value, child.line)
        step = AgentStep(
            "transition",
            block,
            node.line,
            reference=_TRANSITION,
            target=without_namespace(target),
            inputs=tuple(bindings),
            parent=current.parent,
        )
        self._add(step, current.conditions)
        if current.parent < 0:
            _leave(current, "True", node.line)

    def _collect(self, node: Node, block: str, current: _Waiting) -> None:
        step = AgentStep(
            "collect",
            block,
            node.line,
            reference=_DOT.sub(".", node.value).strip().rstrip(":"),
            text=text_of(node.first("message")),
            parent=current.parent,
        )
        self._add(step, current.conditions)

    def _extend(
        self, number: int, inputs: tuple[AgentBinding, ...] = (), sets: tuple[AgentAssignment, ...] = ()
    ) -> None:
        step = self._steps[number]
        self._steps[number] = msgspec.structs.replace(
            step, inputs=step.inputs + inputs, sets=step.sets + sets
        )

    def _add(self, step: AgentStep, conditions: Iterable[AgentCondition]) -> None:
        kept = tuple(conditions)
        if len(kept) > _MOST_CONDITIONS:
            if not self._told_depth:
                reason = (
                    f"more than {_MOST_CONDITIONS} conditions stand around this; the outer ones were left out"
                )
                self._problems.append(Problem(reason, step.line))
                self._told_depth = True
            kept = kept[-_MOST_CONDITIONS:]
        self._steps.append(msgspec.structs.replace(step, conditions=kept))


def _below(node: Node, conditions: list[AgentCondition], parent: int) -> _Waiting:
    # More than a step keeps is never needed; copies of all would cost the square of the depth.
    kept = conditions[-(_MOST_CONDITIONS + 1) :]
    return _Waiting(iter(node.children), kept, parent, [], [])


def _leave(current: _Waiting, expression: str, line: int) -> None:
    """What comes after this is only there where the expression was false: the topic was left otherwise."""
    current.conditions.append(AgentCondition("after-exit", expression, line))
    del current.conditions[: -(_MOST_CONDITIONS + 1)]


def _leaves(nodes: Sequence[Node], depth: int = 0) -> bool:
    """Whether these statements surely end in another topic."""
    if depth > _DEEPEST_EXIT:
        return False
    chain: list[bool] = []
    for node in nodes:
        if node.kind == "transition":
            return True
        if node.kind == "run" and any(child.kind == "transition" for child in node.children):
            return True
        if node.kind == "if":
            chain = [_leaves(node.children, depth + 1)]
        elif node.kind == "else if":
            chain.append(_leaves(node.children, depth + 1))
        elif node.kind == "else":
            chain.append(_leaves(node.children, depth + 1))
            if all(chain):
                return True
    return False


def _bindings(text: str, line: int) -> Iterator[AgentBinding]:
    """`with a=1, b=...`"""
    for part in split(text):
        sides = assigned(re.sub(r"^with\s+", "", part))
        if sides:
            yield AgentBinding(sides[0].strip('"'), sides[1], line)


def _assignments(node: Node) -> Iterator[AgentAssignment]:
    sides = assigned(node.value)
    if sides:
        yield AgentAssignment(without_namespace(sides[0]), sides[1], node.line)
