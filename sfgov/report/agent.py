"""The card of one AI agent, for people at a terminal and for scripts."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

import msgspec

from sfgov.counted import counted
from sfgov.report.inert import json_text, printable, prose
from sfgov.result import ActionCard, AgentCard, AgentRights, GateCard, InputCard, Step, TopicCard

WIDTH = 80
RIGHTS = {
    "allowRead": "read",
    "allowCreate": "create",
    "allowEdit": "edit",
    "allowDelete": "delete",
    "viewAllRecords": "read all",
    "modifyAllRecords": "modify all",
}
_TOPICS = {"start": "Start", "topic": "Topic", "connected": "Other agent"}


def as_json(card: AgentCard) -> str:
    """The whole card as JSON. Excerpts of the source are left out."""
    value = msgspec.to_builtins(card)
    return json_text({"version": 1, **_without_excerpts(value)})


def _without_excerpts(value: dict[str, object]) -> dict[str, object]:
    def plain(one: object) -> object:
        if isinstance(one, dict):
            return {key: plain(inner) for key, inner in one.items() if key != "excerpt"}
        return [plain(inner) for inner in one] if isinstance(one, list | tuple) else one

    return {key: plain(inner) for key, inner in value.items()}


def as_text(card: AgentCard, width: int | None = None) -> str:
    """What the agent is, then its topics with their actions, its gates, its ways to a human, its access and its tests.

    Lines of the agent's own file have their number alone. Paths are never cut.
    """
    layout = _Layout(width or WIDTH, card.sources[0].path, bool(card.tests))
    return "".join(f"{line}\n" for line in layout.lines(card))


class _Layout(msgspec.Struct, frozen=True):
    width: int
    file: str
    """The file that tells the most."""
    tested: bool
    """Whether there are any tests, so that their numbers say something."""

    def lines(self, card: AgentCard) -> Iterator[str]:
        yield from self._head(card)
        for topic in card.topics:
            yield from self._topic(topic)
        yield from self._section("In every topic", card.actions, self._action)
        yield from self._section("Gates", card.gates, self._gate)
        yield from self._ways_out(card)
        yield from self._access(card.rights)
        yield from self._tests(card)
        yield from self._section("Not known", card.not_known, lambda one: self._wrapped(prose(one), "  "))

    def _section(self, title: str, items: Iterable[object], lines: object) -> Iterator[str]:
        found = list(items)
        if found:
            yield ""
            yield title
        for item in found:
            yield from lines(item)  # type: ignore[operator]

    def _head(self, card: AgentCard) -> Iterator[str]:
        label = f" ({card.label})" if card.label and card.label != card.name else ""
        yield from self._wrapped(prose(f"Agent {card.name}{label}"), "")
        if card.purpose:
            yield from self._wrapped(prose(card.purpose), "  ")
        yield ""
        yield from self._wrapped(prose(f"It serves {card.serves}. It is {card.state}."), "  ")
        if card.user:
            yield from self._said(f"It works as {card.user.message}", card.user)
        for role in card.roles:
            yield from self._said(f"{role.title}: {role.text}", role.step)
        yield f"  Read from its {card.told_by}:"
        for source in card.sources:
            yield f"    {_place(source)}"

    # Topics and actions

    def _topic(self, topic: TopicCard) -> Iterator[str]:
        yield ""
        yield from self._said(f"{_TOPICS[topic.kind]} {topic.name}{self._marks(topic)}", topic.step, "")
        if topic.purpose:
            yield from self._wrapped(prose(topic.purpose), "  ")
        for way in topic.ways_in:
            yield from self._said(way.message, way)
        for gate in topic.gates:
            yield from self._said(f"only if {gate.message}", gate)
        for step in (*((topic.overrides,) if topic.overrides else ()), *topic.sets):
            yield from self._said(step.message, step)
        for action in topic.actions:
            yield from self._action(action)

    def _marks(self, topic: TopicCard) -> str:
        marks = [] if topic.known else ["not in the tree"]
        if topic.kind == "topic":
            marks += [] if topic.reachable else ["nothing leads to it"]
            marks += [counted(topic.tests, "test case")] if self.tested else []
        return f" ({', '.join(marks)})" if marks else ""

    def _action(self, action: ActionCard) -> Iterator[str]:
        target = f" -> {action.target}" if action.target else ""
        state = "" if action.target_state == "in the tree" else f" ({action.target_state})"
        yield from self._said(f"* {action.name}{target}{state}", action.step)
        if action.asks_first:
            yield "    asks the user first"
        elif action.changes or not action.known:
            yield "    does not ask the user first"
        for effect in action.effects:
            context = f", {effect.context}" if effect.context else ""
            yield from self._said(f"{effect.says}{context}", effect.steps[-1], "    ")
        if action.more_effects:
            yield f"    and {action.more_effects} more"
        if not action.known:
            yield (
                "    may do more that is not in the tree"
                if action.effects
                else "    what it does is not known"
            )
        elif not action.effects:
            yield "    does nothing to records, as far as the tree shows"
        for how in action.unasked:
            yield from self._wrapped(prose(f"some of it without asking for permissions, {how}"), "    ")
        for one in action.inputs:
            yield from self._input(one)
        for run in action.runs:
            yield from self._said(run.message, run, "    ")
        if self.tested:
            yield f"    {counted(action.tests, 'test case')}"

    def _input(self, one: InputCard) -> Iterator[str]:
        required = ", required" if one.required else ""
        filled = "; ".join(one.filled) or "never used"
        yield from self._wrapped(prose(f"input {one.name}{required}: {filled}"), "    ")
        for pick in one.picks:
            yield from self._said(pick.message, pick, "      ")

    # The rest

    def _gate(self, gate: GateCard) -> Iterator[str]:
        says = f": {gate.says}" if gate.says else ""
        yield from self._said(f"{gate.name}{says}", gate.step)
        yield from self._wrapped(prose(f"guards {', '.join(gate.guards) or 'nothing'}"), "    ")
        for one in gate.sets:
            yield from self._said(one.message, one, "    ")

    def _ways_out(self, card: AgentCard) -> Iterator[str]:
        yield ""
        yield "Ways to a human"
        if not card.ways_out:
            yield "  none"
        for step in (*card.ways_out, *card.channels):
            yield from self._said(step.message, step)

    def _access(self, rights: AgentRights) -> Iterator[str]:
        yield ""
        yield "Access"
        yield from self._wrapped(prose(whose(rights)), "  ")
        for step in rights.everywhere:
            yield from self._said(f"{step.message}, on every object", step)
        for one in rights.objects:
            held = ", ".join(RIGHTS[flag] for flag in one.held)
            surplus = ", ".join(RIGHTS[flag] for flag in one.surplus)
            extra = f"; no action needs {surplus}" if surplus else ""
            yield from self._said(f"{one.object}: {held}{extra}", one.steps[-1])
        for step in rights.missing:
            yield from self._said(step.message, step)
        if rights.known and not rights.complete:
            yield "  Some of its permission sets are not in the tree."
        if rights.visible_to:
            yield from self._wrapped(prose(f"Used by {', '.join(rights.visible_to)}."), "  ")

    def _tests(self, card: AgentCard) -> Iterator[str]:
        yield ""
        yield "Tests"
        if not card.tests:
            yield "  none"
            return
        for suite in card.tests:
            version = f", for {suite.version}" if suite.version else ""
            yield from self._said(f"{suite.name}: {counted(suite.cases, 'case')}{version}", suite.step)
        if card.untested_topics:
            yield from self._wrapped(
                prose(f"topics that no case expects: {', '.join(card.untested_topics)}"), "  "
            )
        if card.untested_actions:
            said = f"actions with effects that no case expects: {', '.join(card.untested_actions)}"
            yield from self._wrapped(prose(said), "  ")

    # Lines

    def _said(self, message: str, step: Step, indent: str = "  ") -> Iterator[str]:
        if step.path == self.file:
            yield from self._wrapped(f"{prose(message)} (line {step.line})", indent)
            return
        yield from self._wrapped(prose(message), indent)
        yield f"{indent}  {_place(step)}"

    def _wrapped(self, text: str, indent: str) -> Iterable[str]:
        return textwrap.wrap(
            text,
            max(self.width, 40),
            initial_indent=indent,
            subsequent_indent=f"{indent}  ",
            break_long_words=False,
            break_on_hyphens=False,
        )


def whose(rights: AgentRights) -> str:
    """In whose name the agent works, and through which permission sets."""
    if rights.known:
        return f"Through {', '.join(rights.bundles)}."
    if rights.of_its_users:
        return "It has the rights of whoever uses it."
    return "Not known: no permission set is declared for it in sfgov.yml, or called <Agent>_Access."


def _place(step: Step) -> str:
    return f"{printable(step.path)}:{step.line}"
