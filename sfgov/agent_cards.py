"""The cards of AI agents, ready to be written: what a reviewer of an agent reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec.structs import replace

from sfgov.model.agents import (
    Action,
    Agent,
    Condition,
    Escalation,
    Input,
    Kind,
    Source,
    Text,
    Topic,
    Use,
    Variable,
)
from sfgov.model.agents.needs import OBJECT_FLAGS, excess, needs_of, objects_of
from sfgov.model.grants import OBJECTS, Held
from sfgov.model.index import Knowledge
from sfgov.model.org import Org
from sfgov.place import Evidence, Place
from sfgov.result import (
    ActionCard,
    AgentCard,
    AgentCards,
    AgentObject,
    AgentRights,
    AgentRole,
    AgentSuite,
    EffectCard,
    GateCard,
    InputCard,
    Step,
    TopicCard,
)

MOST_AGENTS = 60
"""How many cards a report holds, by name; the others are named."""
MOST_EFFECTS = 20
"""How many effects of one action a card holds."""
_LONGEST = 300
"""Characters of prose that are quoted."""
Around = Callable[[Place], tuple[tuple[int, str], ...]]
"""The source lines around a place."""
_SERVES = {
    Kind.SERVICE: "customers",
    Kind.EMPLOYEE: "employees, in the name of who is logged in",
    Kind.OTHER: "others",
    Kind.UNKNOWN: "nobody that the files name",
}
_TOLD_BY = {"script": "Agent Script", "planner": "planner", "bot": "dialogs"}
_KNOWLEDGE = {Knowledge.PRESENT: "in the tree", Knowledge.ABSENT: "missing", Knowledge.UNKNOWN: "not known"}
_WAYS_OUT = {
    "tool": "hands over to a human",
    "topic": "may escalate",
    "transfer": "transfers the conversation",
    "outbound": "is routed out",
}
_SETS = {
    "model": "the model sets it from the conversation",
    "output": "set from the output {output}",
    "literal": "set to {value}",
    "expression": "set to {value}",
    "platform": "set by the platform",
    "outside": "visible outside: whoever starts the conversation can set it",
}


def agent_cards(org: Org, around: Around) -> AgentCards | None:
    """The cards of all agents, by name, up to a number; None where there are no agents."""
    agents = org.agents.all
    if not agents:
        return None
    return AgentCards(
        cards=tuple(agent_card(org, agent, around) for agent in agents[:MOST_AGENTS]),
        left_out=tuple(agent.name for agent in agents[MOST_AGENTS:]),
    )


def agent_card(org: Org, agent: Agent, around: Around = lambda _: ()) -> AgentCard:
    """The card of one agent. What its effects and rights come from has the source `around` it."""
    return _Making(org, agent, around).card()


class _Making:
    """Makes one card out of the model's words."""

    def __init__(self, org: Org, agent: Agent, around: Around) -> None:
        self._org = org
        self._agent = agent
        self._around = around
        self._topic_tests: Counter[int] = Counter()
        self._action_tests: Counter[int] = Counter()
        for suite in agent.tests:
            for case in suite.cases:
                topic = suite.topic_of(case)
                self._topic_tests[id(topic)] += topic is not None
                tested = {id(action) for _, found in suite.actions_of(case) for action in found}
                self._action_tests.update(tested)

    def card(self) -> AgentCard:
        agent = self._agent
        return AgentCard(
            name=agent.name,
            component=agent.component,
            label=agent.label,
            serves=_SERVES[agent.kind],
            told_by=_TOLD_BY[agent.encoding],
            state=self._state(),
            sources=tuple(self._step(one.at().says(_titled(one.component))) for one in agent.sources),
            user=self._step(agent.user.at.says(agent.user.name)) if agent.user else None,
            purpose=_short(agent.description),
            roles=tuple(self._roles()),
            topics=tuple(map(self._topic, agent.blocks)),
            actions=tuple(map(self._action, agent.loose_actions)),
            gates=tuple(self._gates()),
            ways_out=tuple(map(self._way_out, agent.escalations)),
            channels=tuple(self._channels()),
            rights=self._rights(),
            tests=tuple(self._tests()),
            not_known=tuple(self._not_known()),
        )

    # The agent as a whole

    def _state(self) -> str:
        agent = self._agent
        if agent.is_draft:
            return "a draft: nothing in the tree says that it was published"
        if agent.target:
            return f"published, and its script locked to {agent.target}"
        return f"published, {agent.versions[-1]}" if agent.versions else "published"

    def _roles(self) -> Iterator[AgentRole]:
        """What the model is told everywhere."""
        agent = self._agent
        for title, text in (
            ("Role", agent.role),
            ("Company", agent.company),
            ("Instructions", agent.instructions),
        ):
            if text is not None:
                yield AgentRole(title, _short(text), self._step(text.at.says(title)))
        if agent.tone and agent.tone_at:
            yield AgentRole("Tone", agent.tone, self._step(agent.tone_at.says("Tone")))
        for text in agent.messages:
            yield AgentRole("Message", _short(text), self._step(text.at.says(f"Message {text.element}")))

    def _way_out(self, one: Escalation) -> Step:
        where = f"topic {one.topic.name} " if one.topic else ""
        gate = f", if {_conditions(one.conditions)}" if one.conditions else ""
        never = "" if self._agent.can_agree(one.conditions) else ", which can never hold"
        target = f": {one.target}" if one.target else ""
        return self._step(one.at.says(f"{where}{_WAYS_OUT[one.kind]}{target}{gate}{never}"))

    def _channels(self) -> Iterator[Step]:
        for one in self._agent.connections:
            route = f"routes to {one.route_name}" if one.has_route else "names no route"
            known = f" ({_KNOWLEDGE[one.knowledge]})" if one.has_route and one.route_at else ""
            yield self._step((one.route_at or one.at).says(f"{one.type or 'channel'} {route}{known}"))

    def _tests(self) -> Iterator[AgentSuite]:
        for suite in self._agent.tests:
            step = self._step(suite.at(suite.written.fact.line).says(suite.name))
            yield AgentSuite(suite.name, len(suite.cases), suite.version, step)

    def _not_known(self) -> Iterator[str]:
        agent = self._agent
        if not agent.complete:
            yield "parts of the script that cannot be read"
        topics = [topic.name for topic in agent.blocks if not topic.known]
        if topics:
            yield f"topics that are not in the tree: {', '.join(topics)}"
        actions = list(dict.fromkeys(action.name for action in agent.actions if not action.known))
        if actions:
            yield f"actions that are not in the tree: {', '.join(actions)}"
        partly = [a.name for a in agent.actions if a.known and not a.work.known]
        if partly:
            yield f"all that these actions do: {', '.join(dict.fromkeys(partly))}"

    # Topics and actions

    def _topic(self, topic: Topic) -> TopicCard:
        return TopicCard(
            name=topic.name,
            label=topic.label,
            kind=topic.kind,
            purpose=_short(topic.description or topic.scope),
            step=self._step(topic.at.says(topic.name)),
            known=topic.known,
            reachable=topic.reachable,
            overrides=self._step(
                topic.override.at.says("has instructions of its own in place of the agent's")
            )
            if topic.override
            else None,
            ways_in=tuple(
                self._step(one.at.says(f"from {one.origin.name}{_gated(one.conditions)}"))
                for one in topic.entries
            ),
            gates=tuple(self._step(gate.at.says(gate.said)) for gate in topic.gates),
            actions=tuple(map(self._action, topic.actions)),
            sets=tuple(
                self._step(use.at.says(f"{use.name or use.builtin}: the model sets {', '.join(_given(use))}"))
                for use in topic.uses
                if use.builtin.casefold() == "setvariables"
            ),
            tests=self._topic_tests[id(topic)],
        )

    def _action(self, action: Action) -> ActionCard:
        work = action.work
        target = action.target
        effects = [
            EffectCard(
                reached.effect.said,
                reached.effect.kind != "read",
                reached.effect.context,
                self._steps(reached.evidence),
            )
            for reached in sorted(work.records, key=lambda one: one.effect.kind == "read")
        ]
        effects += (EffectCard(one.said, True, "", self._steps(one.evidence)) for one in work.leaves)
        unasked = {deed.effect.at: deed.how for deed in work.unasked}
        return ActionCard(
            name=action.name,
            label=action.label,
            purpose=_short(action.description),
            step=self._step(action.at.says(action.name)),
            target=target.component.replace(":", " ", 1) if target else "",
            target_state=_KNOWLEDGE[target.knowledge] if target else "not known",
            asks_first=bool(action.confirmed) or any(use.confirmed for use in action.uses),
            asks_step=self._step(
                action.confirmed_at.says("asks the user first" if action.confirmed else "does not ask")
            )
            if action.confirmed_at
            else None,
            runs=tuple(
                self._step(use.at.says(said)) for use in action.uses if (said := _runs(use, action.topic))
            ),
            inputs=tuple(self._input(one) for one in action.inputs),
            effects=tuple(_once(effects))[:MOST_EFFECTS],
            more_effects=max(0, len(tuple(_once(effects))) - MOST_EFFECTS),
            unasked=tuple(dict.fromkeys(unasked.values())),
            known=action.known and work.known,
            tests=self._action_tests[id(action)],
        )

    def _input(self, one: Input) -> InputCard:
        filled = dict.fromkeys(_filled(source) for _, source in one.sources)
        return InputCard(
            name=one.name,
            required=one.required,
            filled=tuple(filled),
            by_model=bool(one.filled_by_model),
            picks=tuple(
                self._steps(selection.evidence[-1:])[0] for selection in one.action.work.selected_by(one.name)
            ),
            step=self._step(one.at.says(one.name)),
        )

    # Gates

    def _gates(self) -> Iterator[GateCard]:
        """The rules of a planner, and the variables that a script's conditions ask for."""
        for rule in self._agent.rules:
            locks = [lock.target for lock in rule.locks]
            yield GateCard(
                name=rule.name,
                says=rule.condition.text,
                guards=tuple(locks),
                sets=(),
                step=self._step(rule.at.says(rule.name)),
            )
        if self._agent.encoding == "script":
            for variable in self._agent.variables:
                guards = tuple(self._guarded_by(variable))
                if guards:
                    yield self._variable(variable, guards)

    def _variable(self, variable: Variable, guards: tuple[str, ...]) -> GateCard:
        sets = [
            one.at.says(_SETS[one.kind].format(output=one.output, value=one.value or "nothing"))
            for one in variable.sets
        ]
        return GateCard(
            name=variable.name,
            says=f"starts as {variable.fact.default}" if variable.fact.default else "",
            guards=guards,
            sets=tuple(map(self._step, sets)),
            step=self._step(variable.at.says(variable.name)),
        )

    def _guarded_by(self, variable: Variable) -> Iterator[str]:
        """Topics and actions that are only there if the variable says so."""
        name = variable.name.casefold()
        found: dict[str, None] = {}
        for topic in self._agent.blocks:
            for one in topic.exits:
                if any(name in condition.variables for condition in one.conditions):
                    found.setdefault(f"the way to {one.target}")
            for use in topic.uses:
                if use.builtin.casefold() != "transition" and any(
                    name in c.variables for c in use.conditions
                ):
                    found.setdefault(use.action.name if use.action else use.name or use.builtin)
        yield from found

    # Access

    def _rights(self) -> AgentRights:
        access = self._agent.access
        needs = list(needs_of(self._agent.actions))
        needed = {(need.name.casefold(), need.flag): need for need in needs if need.kind == "object"}
        extra = list(excess(access, needs))
        surplus = {(one.name.casefold(), one.flag) for one in extra}
        objects: list[AgentObject] = []
        for name in objects_of(access):
            held = [flag for flag in OBJECT_FLAGS if access.has(OBJECTS, name, flag).grants]
            if held:
                objects.append(
                    AgentObject(
                        name,
                        tuple(held),
                        tuple(flag for flag in held if (name.casefold(), flag) in surplus),
                        self._steps(access.has(OBJECTS, name, held[-1]).grants[0].evidence),
                    )
                )
        missing = [
            need.evidence[-1].place.says(_missing(need.kind, need.name, need.flag))
            for need in needs
            if access.known and need.asked and not self._has(need.kind, need.name, need.flag)
        ]
        return AgentRights(
            known=access.known,
            of_its_users=self._agent.kind is Kind.EMPLOYEE,
            bundles=tuple(
                f"{bundle.component.replace(':', ' ', 1)} ({how})" for bundle, how in access.bundles
            ),
            visible_to=tuple(bundle.component.replace(":", " ", 1) for bundle, _ in access.visible_to),
            everywhere=self._steps(one.grant.says for one in extra if not one.name),
            objects=tuple(objects),
            missing=self._steps(dict.fromkeys(missing)),
            needed=tuple(
                sorted({f"{need.name}: {_RIGHTS[need.flag]}" for need in needed.values() if need.asked})
            ),
            complete=access.complete,
        )

    def _has(self, kind: str, name: str, flag: str) -> bool:
        access = self._agent.access
        if kind == "object":
            return access.object_access(name, flag).held is not Held.NO
        if kind == "class":
            return access.has("classAccesses", name).held is not Held.NO
        return True

    # Steps

    def _step(self, evidence: Evidence) -> Step:
        place = evidence.place
        return Step(place.path, place.line, place.component, evidence.message, place.column)

    def _steps(self, chain: Iterable[Evidence]) -> tuple[Step, ...]:
        """With the source around them."""
        return tuple(replace(self._step(one), excerpt=self._around(one.place)) for one in chain)


_EMPTY = ("", '""', "None")
_RIGHTS = {
    "allowRead": "read",
    "allowCreate": "create",
    "allowEdit": "edit",
    "allowDelete": "delete",
    "viewAllRecords": "read all",
    "modifyAllRecords": "modify all",
}


def _titled(component: str) -> str:
    """`AiAuthoringBundle Help`; the XML beside a script is of the same type."""
    return component.replace("Meta:", ":", 1).replace(":", " ", 1)


def _missing(kind: str, name: str, flag: str) -> str:
    if kind == "class":
        return f"access to the class {name} is not granted"
    return f"the right to {_RIGHTS[flag]} {name} is not granted"


def _short(text: Text | None) -> str:
    """The beginning of prose, on one line."""
    words = " ".join(text.text.split()) if text is not None else ""
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST].rsplit(' ', 1)[0]} …"


def _conditions(conditions: Sequence[Condition]) -> str:
    return " and ".join(dict.fromkeys(condition.said for condition in conditions))


def _gated(conditions: Sequence[Condition]) -> str:
    return f", if {_conditions(conditions)}" if conditions else ""


def _runs(use: Use, topic: Topic | None) -> str:
    """Who decides that it runs, and when; of a planner only what its topic's own gates do not tell."""
    gates = {gate.name for gate in topic.gates} if topic else set()
    conditions = [
        condition for condition in use.conditions if condition.kind != "rule" or condition.name not in gates
    ]
    if not use.block and not conditions:
        return ""
    who = "the model decides" if use.by_model else f"the script runs it in {use.block}"
    after = f", after {use.after.name or use.after.reference}" if use.after else ""
    return f"{who}{after}{_gated(conditions)}"


def _given(use: Use) -> Iterator[str]:
    for binding in use.bindings:
        if binding.source.kind == "model":
            yield binding.parameter


def _filled(source: Source) -> str:
    match source.kind:
        case "model":
            return "by the model"
        case "variable":
            return f"from {source.variable}"
        case "literal":
            return "always empty" if source.value in _EMPTY else f"always {source.value}"
        case "expression":
            return f"from {source.value}"
    return "left empty"


def _once(effects: Iterable[EffectCard]) -> Iterator[EffectCard]:
    """Each thing that is done once, by the first way to it."""
    seen: set[str] = set()
    for effect in effects:
        if effect.says not in seen:
            seen.add(effect.says)
            yield effect
