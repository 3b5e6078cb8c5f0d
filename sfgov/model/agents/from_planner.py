"""A planner, with the library's topics and actions → the topics and actions of its agent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Literal

from sfgov.facts import Fact, GenAiFunction, GenAiPlugin, GenAiSchema
from sfgov.facts.agents import (
    AgentAction,
    AgentConnection,
    AgentLink,
    AgentTopic,
    Planner,
    PlannerMapping,
    PlannerRule,
)
from sfgov.model.agents.agent import Agent
from sfgov.model.agents.conditions import Condition
from sfgov.model.agents.parts import (
    Action,
    Assigned,
    Binding,
    Connection,
    Escalation,
    Input,
    Lock,
    Output,
    Rule,
    Source,
    Text,
    Topic,
    Use,
)
from sfgov.model.agents.rules import expression_of
from sfgov.model.agents.targets import knowledge, target_of
from sfgov.model.agents.texts import text
from sfgov.model.index import Index, Knowledge, Written

_INPUT: Literal["input"] = "input"
_OUTPUT: Literal["output"] = "output"


class PlannerReader:
    """Fills an agent from its planner."""

    def __init__(self, index: Index, agent: Agent, written: Written[Planner]) -> None:
        self._index = index
        self._agent = agent
        self._written = written
        self.sets: dict[str, list[Assigned]] = defaultdict(list)
        """What gives values to variables, by their names in lower case; the bot declares these."""

    def fill(self) -> None:
        """Topics and actions, then what locks and binds them."""
        agent, fact = self._agent, self._written.fact
        agent.label = agent.label or fact.label
        agent.description = agent.description or text(
            self._written, fact.description, "description", "description"
        )
        agent.topics = tuple(self._topics())
        agent.loose_actions = tuple(self._loose_actions())
        agent.rules = tuple(map(self._rule, fact.rules))
        for topic in agent.topics:
            topic.gates = tuple(self._gates(topic=topic))
            topic.uses = tuple(self._use(action, topic) for action in topic.actions)
        for action in agent.loose_actions:
            self._use(action, None)
        agent.connections += tuple(map(self._connection, fact.connections))
        agent.escalations += tuple(
            Escalation("topic", topic.can_escalate_at, topic, conditions=topic.gates)
            for topic in agent.topics
            if topic.can_escalate and topic.can_escalate_at
        )

    # Topics

    def _topics(self) -> Iterator[Topic]:
        fact = self._written.fact
        own = {
            name.casefold() for one in fact.topics for name in (one.name, one.full_name, one.source) if name
        }
        for one in fact.topics:
            yield self._topic(self._written, one)
        for link in _distinct((*fact.plugins, *fact.topic_links)):
            if link.name.casefold() not in own:
                yield self._linked_topic(link)

    def _linked_topic(self, link: AgentLink) -> Topic:
        plugin = self._index.get(GenAiPlugin, link.name)
        if plugin is not None:
            return self._topic(plugin, plugin.fact.topic)
        return Topic(self._agent, link.name, self._written.at(link.line, link.name), known=False)

    def _topic(self, written: Written[Fact], fact: AgentTopic) -> Topic:
        name = fact.name
        topic = Topic(
            agent=self._agent,
            name=name,
            at=written.at(fact.line, name),
            label=fact.label,
            full_name=fact.full_name,
            description=text(written, fact.description, "topic", f"{name}.description"),
            scope=text(written, fact.scope, "scope", f"{name}.scope"),
            instructions=tuple(
                found
                for one in fact.instructions
                if (found := text(written, one, "instruction", f"{name}.instructions")) is not None
            ),
            can_escalate=None if fact.can_escalate == 0 else fact.can_escalate > 0,
            can_escalate_at=written.at(abs(fact.can_escalate), f"{name}.canEscalate")
            if fact.can_escalate
            else None,
            source=fact.source,
        )
        own = {
            one for action in fact.actions for one in (action.name.casefold(), action.full_name.casefold())
        }
        local = [
            self._action(written, action, topic, f"localActions/{fact.full_name or name}")
            for action in fact.actions
        ]
        linked = [
            self._linked_action(written, link, topic)
            for link in _distinct(fact.functions)
            if link.name.casefold() not in own
        ]
        topic.actions = (*local, *linked)
        return topic

    # Actions

    def _loose_actions(self) -> Iterator[Action]:
        fact = self._written.fact
        own = {
            one for action in fact.actions for one in (action.name.casefold(), action.full_name.casefold())
        }
        for action in fact.actions:
            yield self._action(self._written, action, None, "plannerActions")
        for link in _distinct(fact.functions):
            if link.name.casefold() not in own:
                yield self._linked_action(self._written, link, None)

    def _linked_action(self, written: Written[Fact], link: AgentLink, topic: Topic | None) -> Action:
        """An action of the library; one that the tree does not hold is known by name alone."""
        function = self._index.get(GenAiFunction, link.name)
        if function is not None:
            return self._action(function, function.fact.action, topic, "")
        element = f"{topic.name}.{link.name}" if topic else link.name
        at = written.at(link.line, element)
        return Action(self._agent, topic, link.name, at, known=False, inputs_known=False)

    def _action(self, written: Written[Fact], fact: AgentAction, topic: Topic | None, folder: str) -> Action:
        """`folder` is where a local action's schemas lie in the planner's; a library's action has none."""
        element = f"{topic.name}.{fact.name}" if topic and folder else fact.name
        action = Action(
            agent=self._agent,
            topic=topic,
            name=fact.name,
            at=written.at(fact.line, element),
            label=fact.label,
            full_name=fact.full_name,
            description=text(written, fact.description, "action", f"{element}.description"),
            target=target_of(self._index, written, fact, element),
            confirmed=None if fact.confirmation == 0 else fact.confirmation > 0,
            confirmed_at=written.at(abs(fact.confirmation), f"{element}.isConfirmationRequired")
            if fact.confirmation
            else None,
            source=fact.source,
        )
        inputs = self._schema(fact, folder, _INPUT)
        outputs = self._schema(fact, folder, _OUTPUT)
        action.inputs_known = inputs is not None and inputs.fact.complete
        action.inputs = tuple(
            Input(action, one, inputs.at(one.line, f"{element}.inputs.{one.name}"))
            for one in (inputs.fact.parameters if inputs else ())
            if inputs is not None
        )
        action.outputs = tuple(
            Output(action, one, outputs.at(one.line, f"{element}.outputs.{one.name}"))
            for one in (outputs.fact.parameters if outputs else ())
            if outputs is not None
        )
        return action

    def _schema(self, fact: AgentAction, folder: str, direction: str) -> Written[GenAiSchema] | None:
        """A local action without a schema of its own has that of the action that it was copied from."""
        names = [f"{fact.source}/{direction}"] if fact.source else []
        if folder:
            own = "/".join((self._written.name, folder, fact.full_name or fact.name, direction))
            names.insert(0, own)
        else:
            names.insert(0, f"{fact.name}/{direction}")
        return next((found for name in names if (found := self._index.get(GenAiSchema, name))), None)

    # Rules

    def _rule(self, fact: PlannerRule) -> Rule:
        at = self._written.at(fact.line, fact.name)
        expression = expression_of(fact)
        condition = Condition("rule", expression.text, at, expression, name=fact.name)
        locks = tuple(
            self._lock(one.target, one.line)
            for one in self._written.fact.assignments
            if one.rule.casefold() == fact.name.casefold()
        )
        return Rule(fact.name, fact.label, at, condition, locks)

    def _lock(self, target: str, line: int) -> Lock:
        at = self._written.at(line, f"ruleExpressionAssignments[{target}]")
        topic_name, _, action_name = target.rpartition(".")
        topic = self._topic_named(target) or (self._topic_named(topic_name) if topic_name else None)
        if topic is not None and topic.names.isdisjoint({target.casefold()}):
            return Lock(target, at, None, _named(topic.actions, action_name))
        return Lock(target, at, topic, None if topic else _named(self._agent.actions, target))

    def _topic_named(self, name: str) -> Topic | None:
        return next((topic for topic in self._agent.topics if name.casefold() in topic.names), None)

    def _gates(self, *, topic: Topic | None = None, action: Action | None = None) -> Iterator[Condition]:
        """The rules that lock a topic or an action."""
        for rule in self._agent.rules:
            for lock in rule.locks:
                if (topic is not None and lock.topic is topic) or (
                    action is not None and lock.action is action
                ):
                    yield rule.condition

    # Uses

    def _use(self, action: Action, topic: Topic | None) -> Use:
        """A planner lets the model run each action of a topic that is there."""
        use = Use(
            topic=topic,
            kind="tool",
            name=action.name,
            at=action.at,
            action=action,
            conditions=(*(topic.gates if topic else ()), *self._gates(action=action)),
        )
        bindings: list[Binding] = []
        for mapping in self._written.fact.mappings:
            parameter, direction = self._mapped(mapping, action, topic)
            at = self._written.at(mapping.line, f"attributeMappings[{mapping.attribute}]")
            if parameter and direction == _INPUT:
                bindings.append(Binding(parameter, _source(mapping, use), at))
            elif parameter and mapping.target:
                assigned = Assigned(
                    mapping.target, _OUTPUT, parameter, at, topic, use, parameter, use.conditions
                )
                self.sets[mapping.target.casefold()].append(assigned)
                use.sets += (assigned,)
        use.bindings = tuple(bindings)
        action.uses += (use,)
        return use

    def _mapped(self, mapping: PlannerMapping, action: Action, topic: Topic | None) -> tuple[str, str]:
        """The parameter of the action that a mapping binds, and its direction; nothing where it is another's."""
        parts = mapping.attribute.split(".")
        owner = [part.casefold() for part in parts[:-1]]
        names = {name.casefold() for name in (action.name, action.full_name, action.source) if name}
        if not owner or owner[-1] not in names:
            return "", ""
        if len(owner) > 1 and (topic is None or owner[-2] not in topic.names):
            return "", ""
        return self._parameter(mapping, parts[-1], action)

    def _parameter(self, mapping: PlannerMapping, name: str, action: Action) -> tuple[str, str]:
        type_ = mapping.attribute_type.casefold()
        if type_.endswith((_INPUT, _OUTPUT)):
            return name, _INPUT if type_.endswith(_INPUT) else _OUTPUT
        function = self._index.get(GenAiFunction, action.source or action.name)
        for attribute in function.fact.attributes if function else ():
            if attribute.name.casefold() == name.casefold():
                return attribute.parameter, attribute.direction.casefold()
        for direction in (_INPUT, _OUTPUT):
            if name.casefold().startswith(f"{direction}_"):
                return name[len(direction) + 1 :], direction
        return (name, _OUTPUT) if action.output(name) and not action.input(name) else (name, _INPUT)

    def _connection(self, fact: AgentConnection) -> Connection:
        element = f"plannerSurfaces[{fact.type}]"
        name = fact.route_name.partition("://")[2] or fact.route_name
        is_flow = fact.route_type.casefold() in ("", "omnichannelflow")
        message: Text | None = text(
            self._written, fact.escalation_message, "message", f"{element}.escalationMessage"
        )
        return Connection(
            type=fact.type,
            at=self._written.at(fact.line, element),
            route_type=fact.route_type,
            route_name=name,
            route_at=self._written.at(fact.route_line, f"{element}.outboundRouteName")
            if fact.route_line
            else None,
            message=message,
            knowledge=knowledge(self._index, "flow", name) if is_flow and name else Knowledge.UNKNOWN,
        )


def _source(mapping: PlannerMapping, use: Use) -> Source:
    if mapping.target:
        return Source("variable", mapping.target, use.at, (mapping.target,))
    return Source("literal", mapping.constant, use.at)


def _named(actions: Iterable[Action], name: str) -> Action | None:
    wanted = name.casefold()
    return next((one for one in actions if wanted in (one.name.casefold(), one.full_name.casefold())), None)


def _distinct(links: Iterable[AgentLink]) -> list[AgentLink]:
    return list({link.name.casefold(): link for link in reversed(list(links))}.values())[::-1]
