"""An Agent Script → the topics, actions and variables of its agent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sfgov.facts import AiAuthoringBundle
from sfgov.facts.agents import (
    AgentAction,
    AgentBinding,
    AgentCondition,
    AgentParameter,
    AgentSetting,
    AgentStep,
    AgentText,
    AgentTopic,
)
from sfgov.model.agents.agent import Agent
from sfgov.model.agents.conditions import Condition
from sfgov.model.agents.expressions import parsed
from sfgov.model.agents.parts import (
    Action,
    Assigned,
    Binding,
    Connection,
    Escalation,
    Input,
    Output,
    Setting,
    Text,
    Topic,
    Transition,
    Use,
    Variable,
)
from sfgov.model.agents.sources import set_kind, source_of
from sfgov.model.agents.targets import knowledge, target_of
from sfgov.model.agents.texts import text
from sfgov.model.index import Index, Knowledge, Written
from sfgov.place import Place

_SET_VARIABLES = "setvariables"


class ScriptReader:
    """Fills an agent from its script."""

    def __init__(self, index: Index, agent: Agent, written: Written[AiAuthoringBundle]) -> None:
        self._index = index
        self._agent = agent
        self._written = written
        self._sets: dict[str, list[Assigned]] = defaultdict(list)
        self._conditions: dict[tuple[str, AgentCondition], Condition] = {}

    def fill(self) -> None:
        """Topics first, as the rest hangs on them."""
        agent, fact = self._agent, self._written.fact
        agent.complete = fact.complete
        agent.settings += tuple(map(self._setting, fact.settings))
        agent.developer_name = fact.developer_name
        agent.loose_actions = tuple(self._action(one, None) for one in fact.actions)
        pairs = [(one, self._topic(one)) for one in fact.topics]
        agent.start = next((topic for one, topic in pairs if one.kind == "start_agent"), None)
        agent.topics = tuple(topic for _, topic in pairs if topic is not agent.start)
        for one, topic in pairs:
            self._steps(one, topic)
        agent.variables = tuple(self._variables())
        agent.connections += tuple(map(self._connection, range(len(fact.connections))))
        agent.escalations += tuple(self._escalations())
        self._texts(fact)

    def _at(self, line: int, element: str) -> Place:
        return self._written.at(line, element)

    def _text(self, fact: AgentText, role: str, element: str) -> Text | None:
        return text(self._written, fact, role, element)

    def _texts(self, fact: AiAuthoringBundle) -> None:
        agent = self._agent
        agent.instructions = self._text(fact.instructions, "system", "system.instructions")
        agent.messages += tuple(
            found
            for name, message in fact.messages
            if (found := self._text(message, "message", f"system.messages.{name}")) is not None
        )
        agent.description = self._of_setting("description", "config.description", "config.agent_description")
        agent.role = self._of_setting("role", "config.role")
        agent.company = self._of_setting("company", "config.company")
        label = agent.setting("config.agent_label")
        agent.label = label.value if label else ""

    def _of_setting(self, role: str, *names: str) -> Text | None:
        setting = self._agent.setting(*names)
        if setting is None:
            return None
        return self._text(AgentText(setting.value, setting.at.line, escaped=True), role, setting.name)

    def _setting(self, fact: AgentSetting) -> Setting:
        return Setting(fact.name, fact.value, self._at(fact.line, fact.name), fact.quoted)

    # Topics and actions

    def _topic(self, fact: AgentTopic) -> Topic:
        name = fact.name
        topic = Topic(
            agent=self._agent,
            name=name,
            at=self._at(fact.line, name),
            kind={"start_agent": "start", "connected_subagent": "connected"}.get(fact.kind, "topic"),  # type: ignore[arg-type]
            label=fact.label,
            description=self._text(fact.description, "topic", f"{name}.description"),
            override=self._text(fact.override, "override", f"{name}.system.instructions"),
            instructions=tuple(
                found
                for step in fact.steps
                if (found := self._text(step.text, "instruction", f"{name}.{step.block}")) is not None
            ),
            target=fact.target,
        )
        topic.actions = tuple(self._action(one, topic) for one in fact.actions)
        return topic

    def _action(self, fact: AgentAction, topic: Topic | None) -> Action:
        element = f"{topic.name}.{fact.name}" if topic else fact.name
        action = Action(
            agent=self._agent,
            topic=topic,
            name=fact.name,
            at=self._at(fact.line, element),
            label=fact.label,
            description=self._text(fact.description, "action", f"{element}.description"),
            target=target_of(self._index, self._written, fact, element),
            confirmed=None if fact.confirmation == 0 else fact.confirmation > 0,
            confirmed_at=self._mark(fact.confirmation, f"{element}.require_user_confirmation"),
            source=fact.source,
        )
        action.inputs = tuple(self._input(action, one, f"{element}.inputs.{one.name}") for one in fact.inputs)
        action.outputs = tuple(
            Output(action, one, self._at(one.line, f"{element}.outputs.{one.name}")) for one in fact.outputs
        )
        return action

    def _input(self, action: Action, fact: AgentParameter, element: str) -> Input:
        at = self._at(fact.line, element)
        return Input(action, fact, at, bound=source_of(fact.default, at) if fact.default else None)

    def _mark(self, mark: int, element: str) -> Place | None:
        return self._at(abs(mark), element) if mark else None

    # Steps

    def _steps(self, fact: AgentTopic, topic: Topic) -> None:
        uses: list[Use] = []
        exits: list[Transition] = []
        by_step: dict[int, Use] = {}
        for number, step in enumerate(fact.steps):
            conditions = tuple(self._condition(one, topic) for one in step.conditions)
            use = self._use(step, topic, conditions, by_step) if step.kind in ("tool", "run") else None
            if use is not None:
                by_step[number] = use
                uses.append(use)
            exits += self._exits(step, topic, conditions, use)
            self._assign(step, topic, conditions, use or by_step.get(step.parent))
        topic.uses = tuple(uses)
        topic.exits = tuple(exits)

    def _condition(self, fact: AgentCondition, topic: Topic) -> Condition:
        """Each written condition is one, though many steps share it."""
        key = (topic.name, fact)
        if key not in self._conditions:
            at = self._at(fact.line, f"{topic.name}.{fact.kind} {fact.expression}")
            expression = parsed(fact.expression)
            self._conditions[key] = Condition(fact.kind, fact.expression, at, expression, fact.holds)
        return self._conditions[key]

    def _use(
        self, step: AgentStep, topic: Topic, conditions: tuple[Condition, ...], by_step: dict[int, Use]
    ) -> Use:
        namespace, _, name = step.reference.lstrip("@").partition(".")
        builtin = name if namespace.casefold() == "utils" else ""
        called = name if namespace.casefold() == "actions" else ("" if step.reference else step.name)
        action = self._called(topic, called) if called else None
        element = f"{topic.name}.{step.block}.{step.name or step.reference}"
        use = Use(
            topic=topic,
            kind="tool" if step.kind == "tool" else "run",
            name=step.name,
            at=self._at(step.line, element),
            action=action,
            builtin=builtin,
            reference=step.reference or f"@actions.{step.name}",
            block=step.block,
            conditions=conditions,
            bindings=tuple(self._binding(one, element) for one in step.inputs),
            after=by_step.get(step.parent),
            description=self._text(step.description, "tool", f"{element}.description"),
            confirmed=None if step.confirmation == 0 else step.confirmation > 0,
        )
        if action is not None:
            action.uses += (use,)
            self._add_undeclared(action, use)
        return use

    def _called(self, topic: Topic, name: str) -> Action | None:
        actions = (*topic.actions, *self._agent.loose_actions)
        return next((one for one in actions if one.name.casefold() == name.casefold()), None)

    def _binding(self, fact: AgentBinding, element: str) -> Binding:
        at = self._at(fact.line, f"{element}.with {fact.parameter}")
        return Binding(fact.parameter, source_of(fact.value, at), at)

    def _add_undeclared(self, action: Action, use: Use) -> None:
        """Inputs that a use binds and the action does not declare."""
        for binding in use.bindings:
            if action.input(binding.parameter) is None:
                parameter = AgentParameter(binding.parameter, binding.at.line)
                action.inputs += (Input(action, parameter, binding.at, declared=False),)

    def _exits(
        self, step: AgentStep, topic: Topic, conditions: tuple[Condition, ...], use: Use | None
    ) -> Iterator[Transition]:
        namespace, _, name = step.reference.lstrip("@").partition(".")
        returns = step.kind == "tool" and namespace.casefold() in (
            "subagent",
            "topic",
            "connected_subagent",
            "start_agent",
        )
        target = name if returns else step.target
        if step.kind not in ("tool", "transition") or not target:
            return
        at = use.at if use else self._at(step.line, f"{topic.name}.{step.block}.transition to {target}")
        yield Transition(
            origin=topic,
            target=target,
            to=self._agent.topic(target),
            at=at,
            by_model=step.kind == "tool",
            conditions=conditions,
            returns=returns,
            use=use,
        )

    # Variables

    def _assign(
        self, step: AgentStep, topic: Topic, conditions: tuple[Condition, ...], use: Use | None
    ) -> None:
        """Everything that the step gives to variables."""
        for one in step.sets:
            kind, output = set_kind(one.value)
            at = self._at(one.line, f"{topic.name}.set {one.variable}")
            self._set(Assigned(one.variable, kind, one.value, at, topic, use, output, conditions))
        is_setter = (
            use is not None and step.kind in ("tool", "run") and use.builtin.casefold() == _SET_VARIABLES
        )
        for binding in use.bindings if use is not None and is_setter else ():
            kind, output = set_kind(binding.source.value)
            self._set(
                Assigned(
                    binding.parameter, kind, binding.source.value, binding.at, topic, use, output, conditions
                )
            )
        if step.kind == "collect":
            name = step.reference.rpartition(".")[2]
            at = self._at(step.line, f"{topic.name}.collect {name}")
            self._set(Assigned(name, "model", "...", at, topic, None, "", conditions))

    def _set(self, assigned: Assigned) -> None:
        if assigned.use is not None:
            assigned.use.sets += (assigned,)
        self._sets[assigned.variable.casefold()].append(assigned)

    def _variables(self) -> Iterator[Variable]:
        read_by: dict[str, list[Condition]] = defaultdict(list)
        for condition in self._conditions.values():
            for name in condition.variables:
                read_by[name].append(condition)
        for fact in self._written.fact.variables:
            key = fact.name.casefold()
            at = self._at(fact.line, f"variables.{fact.name}")
            sets = list(self._sets.get(key, ()))
            if fact.modifier == "linked":
                sets.insert(0, Assigned(fact.name, "platform", fact.source, at))
            elif fact.visibility.casefold() == "external":
                sets.insert(0, Assigned(fact.name, "outside", "", at))
            yield Variable(fact, at, tuple(sets), tuple(read_by.get(key, ())))

    # Ways out

    def _connection(self, number: int) -> Connection:
        fact = self._written.fact.connections[number]
        element = f"connection.{fact.type}"
        name = fact.route_name.partition("://")[2] or fact.route_name
        is_flow = fact.route_type.casefold() in ("", "omnichannelflow") or fact.route_name.startswith(
            "flow://"
        )
        return Connection(
            type=fact.type,
            at=self._at(fact.line, element),
            route_type=fact.route_type,
            route_name=name,
            route_at=self._at(fact.route_line, f"{element}.outbound_route_name") if fact.route_line else None,
            message=self._text(fact.escalation_message, "message", f"{element}.escalation_message"),
            knowledge=knowledge(self._index, "flow", name) if is_flow and name else Knowledge.UNKNOWN,
        )

    def _escalations(self) -> Iterator[Escalation]:
        for use in self._agent.uses:
            if use.builtin.casefold() == "escalate":
                yield Escalation("tool", use.at, use.topic, use, use.conditions)
        flow = self._agent.setting("config.outbound_flow")
        if flow is not None and flow.value:
            yield Escalation("outbound", flow.at, target=flow.value)
