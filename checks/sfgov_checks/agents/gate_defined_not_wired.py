"""AGT004: gates that are defined and guard nothing, that the model opens itself, or that have a way around."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from sfgov import Confidence, Finding, Severity, check
from sfgov.check import Outcome
from sfgov.facts import ApexClass, Flow
from sfgov.model.agents import Action, Agent, Assigned, Condition, Topic, Transition, Use, Variable
from sfgov.model.agents.gates import gate_kind, holding_back, open_topics
from sfgov.model.org import Org
from sfgov.place import Evidence, Place
from sfgov_checks.agents.told import AGENTS, always, closing, knows_all
from sfgov_checks.principals import counted, joined


@check(
    "AGT004",
    "agent-gate-defined-not-wired",
    Severity.HIGH,
    reads=AGENTS,
    against=(Flow, ApexClass),
    tags=("agents", "security"),
)
def gate_defined_not_wired(org: Org) -> Iterator[Outcome]:
    """A gate in an agent guards what it is there for, on every way, and the model has no key to it.

    A gate is a variable that says who the user is or what the user agreed to (`customer_verified`, `isAuthenticated`,
    `consent_given`), or a rule of a planner. Found are:

    - a rule that is assigned to no topic and no action: it does nothing;
    - a gate that is set and that no condition of an action or transition asks for;
    - a gate that the model can open: by `@utils.setVariables`, or by an input that an action hands back. Where it says
      who the user is, a constant that the model may set at will is as bad; where it says what the user agreed to, that
      is how it is done;
    - a topic or action that is behind a gate on one way, and not on another (where it changes or picks records);
    - a condition that nothing can ever fulfil, so that what it guards never runs (medium);
    - instructions that allow something to verified users only, with no condition that sees to it (medium).

    Quiet: gates inside of a topic instead of before it, gates that are handed to the action that checks them, and
    variables that an action's output, the platform or an outside caller sets.

    ## Bad
    ```yaml aiAuthoringBundles/Help/Help.agent
    config:
       developer_name: "Help"
       agent_type: "AgentforceEmployeeAgent"
    variables:
       customer_verified: mutable boolean = False
    start_agent main:
       description: "Refunds"
       actions:
          refund:
             description: "Pays the money back"
             target: "flow://Refund"
       reasoning:
          actions:
             note: @utils.setVariables
                with customer_verified=...
             pay: @actions.refund
                available when @variables.customer_verified
    ```

    ## Good
    ```yaml aiAuthoringBundles/Help/Help.agent
    config:
       developer_name: "Help"
       agent_type: "AgentforceEmployeeAgent"
    variables:
       customer_verified: mutable boolean = False
    start_agent main:
       description: "Order status"
       actions:
          check_code:
             description: "Checks the code that was sent to the customer"
             inputs:
                code: string
             outputs:
                is_valid: boolean
             target: "flow://Check_Code"
          get_status:
             description: "Tells the status"
             target: "flow://Get_Status"
       reasoning:
          actions:
             check: @actions.check_code
                with code=...
                set @variables.customer_verified = @outputs.is_valid
             tell: @actions.get_status
                available when @variables.customer_verified
    ```

    ## Fix
    Assign the rule (`ruleExpressionAssignments`), put `available when` on every way to what it guards, and set the
    variable from an output of the action that verifies.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/meta_genaiplannerbundle.htm
    - https://developer.salesforce.com/docs/ai/agentforce/guide/ascript-ref-actions.html
    """
    for agent in org.agents.all:
        if agent.complete:
            yield from _unassigned_rules(agent)
            yield from _never_asked(agent)
            yield from _opened_by_model(agent)
            yield from _ways_around(agent)
            yield from _never_open(agent)
            yield from _only_in_words(agent)


def _matters(action: Action | None) -> bool:
    """Whether it changes records, or lets its inputs pick them."""
    return action is not None and bool(action.work.writes or action.work.selections)


def _conditions(agent: Agent) -> Iterator[Condition]:
    """The conditions that decide over actions and transitions; those of mere text are not among them."""
    for use in agent.uses:
        yield from use.conditions
    for topic in agent.blocks:
        for exit_ in topic.exits:
            yield from exit_.conditions


def _gates(agent: Agent) -> Iterator[Variable]:
    return (one for one in agent.variables if not one.linked and gate_kind(one.name))


def _gates_in(condition: Condition) -> list[str]:
    """The gates that a condition asks for, as it spells them."""
    names = re.findall(r"\w+", condition.text)
    return [name for name in names if name.casefold() in condition.variables and gate_kind(name)]


# A rule that is assigned to nothing


def _unassigned_rules(agent: Agent) -> Iterator[Finding]:
    for rule in agent.rules:
        if any(lock.topic or lock.action for lock in rule.locks):
            continue
        free = sum(not use.conditions for use in agent.uses)
        lost = [
            lock.at.says(f"it is assigned to {lock.target}, which the agent does not have")
            for lock in rule.locks
        ]
        what = "what the agent does not have" if lost else "nothing"
        yield Finding(
            f"{agent.name}: the rule {rule.name} ({rule.condition.text}) is assigned to {what}, so it stops nobody; "
            f"{counted(free, 'action')} can run without any rule.",
            at=rule.at,
            because=lost,
            confidence=Confidence.MEDIUM if lost else None,
            subject=f"rule {rule.name}",
        )


# A gate that nothing asks for


def _never_asked(agent: Agent) -> Iterator[Finding]:
    asked = frozenset().union(*(one.variables for one in _conditions(agent)))
    given = {name.casefold() for use in agent.uses for one in use.bindings for name in one.source.variables}
    mentioned = " ".join(one.value for variable in agent.variables for one in variable.sets).casefold()
    for variable in _gates(agent):
        key = variable.name.casefold()
        own = [one for one in variable.sets if one.kind not in ("outside", "platform")]
        setters = {id(one.use.action) for one in own if one.use is not None}
        others = [one for one in agent.actions if one.uses and id(one) not in setters]
        read = key in asked or key in given or f"@variables.{key}" in mentioned
        if own and others and not read:
            yield Finding(
                f"{agent.name}: {variable.name} is set, but no condition of an action or transition asks for it, so "
                f"{_some(others)} {'runs' if len(others) == 1 else 'run'} whatever it says.",
                at=variable.at,
                because=[one.at.says(_sets(one, variable)) for one in own[:3]],
                confidence=None if any(map(_matters, others)) else Confidence.MEDIUM,
                subject=f"{variable.name} not asked for",
            )


def _some(actions: list[Action]) -> str:
    return joined(list(dict.fromkeys(one.name for one in actions)))


def _sets(one: Assigned, variable: Variable) -> str:
    how = {"output": f"from the output {one.output}", "model": "to what the model says"}.get(
        one.kind, f"to {one.value}"
    )
    return f"sets {variable.name} {how}"


# A gate that the model opens


def _opened_by_model(agent: Agent) -> Iterator[Finding]:
    for variable in _gates(agent):
        guarded = list(_guarded(agent, variable))
        keys = [(one, how) for one in variable.sets if (how := _key(agent, variable, one))] if guarded else []
        if keys:
            (first, how), *_ = keys
            yield Finding(
                f"{agent.name}: the model can open its own gate: {variable.name}, which guards {joined(guarded)}, {how}.",
                at=first.at,
                because=[
                    *_asking(agent, variable),
                    *(one.at.says(_sets(one, variable)) for one, _ in keys[1:3]),
                ],
                confidence=Confidence.MEDIUM if first.kind == "output" else None,
                subject=f"{variable.name} opened by the model",
            )


def _guarded(agent: Agent, variable: Variable) -> Iterator[str]:
    """What a gate holds back, by name."""
    found = [
        use.action.name
        for use in agent.uses
        if use.action is not None and holding_back(agent, use.conditions, variable.name)
    ]
    found += [
        f"the way to {exit_.target}"
        for topic in agent.blocks
        for exit_ in topic.exits
        if holding_back(agent, exit_.conditions, variable.name)
    ]
    return iter(dict.fromkeys(found))


def _asking(agent: Agent, variable: Variable) -> Iterator[Evidence]:
    key = variable.name.casefold()
    places = dict.fromkeys(one.at for one in _conditions(agent) if key in one.variables)
    return (place.says(f"asks for {variable.name}") for place in list(places)[:2])


def _key(agent: Agent, variable: Variable, one: Assigned) -> str:
    """How this assignment lets the model open the gate; empty where it does not."""
    kind = gate_kind(variable.name)
    by_tool = one.use is not None and one.use.builtin.casefold() == "setvariables" and one.use.by_model
    if one.kind == "model" and by_tool:
        return "is whatever the model says"
    if one.kind == "model" and one.use is None and kind == "identity":
        return "is whatever the user claims"
    opens = one.value.strip().casefold() not in ("false", "none", '""', "0", "")
    held = holding_back(agent, one.conditions, variable.name)
    if one.kind == "literal" and by_tool and kind == "identity" and opens and not held and not one.conditions:
        return f"is set to {one.value} whenever the model likes"
    if one.kind == "output" and one.use is not None and _is_echo(agent, one):
        return f"is the output {one.output}, which hands back the input that the model fills"
    return ""


def _is_echo(agent: Agent, one: Assigned) -> bool:
    """Whether an output is the input of the same name: the same variable of a flow, that the flow does not set."""
    action = one.use.action if one.use is not None else None
    given = action.input(one.output) if action is not None else None
    if action is None or given is None or one.use is None or one.use.source(given).kind != "model":
        return False
    contract = agent.linked.contract_of(action)
    taken, handed = (contract.input(one.output), contract.output(one.output)) if contract else (None, None)
    return taken is not None and handed is not None and taken.at == handed.at


# A way around a gate


def _ways_around(agent: Agent) -> Iterator[Finding]:
    told: set[Place] = set()
    names = [one.name for one in agent.variables if gate_kind(one.name)]
    names += [name for rule in agent.rules if rule.locks for name in _gates_in(rule.condition)]
    for name in {one.casefold(): one for one in names}.values():
        open_ = open_topics(agent, name)
        for topic in agent.topics:
            for finding in _around_topic(agent, topic, name, open_):
                if finding.at not in told:
                    told.add(finding.at)
                    yield finding
        for finding in _around_actions(agent, name, open_):
            if finding.at not in told:
                told.add(finding.at)
                yield finding


def _around_topic(agent: Agent, topic: Topic, name: str, open_: frozenset[Topic]) -> Iterator[Finding]:
    """A topic that is gated on one way in, and not on another."""
    gated: list[tuple[Transition, Condition]] = []
    for entry in topic.entries:
        held = holding_back(agent, [c for c in entry.conditions if c.kind != "after-exit"], name)
        if held is not None:
            gated.append((entry, held))
    free = [
        one for one in topic.entries if one.origin in open_ and not holding_back(agent, one.conditions, name)
    ]
    free = [one for one in free if one.origin is not topic]
    bare = [
        use
        for use in topic.uses
        if _matters(use.action)
        and not holding_back(agent, use.conditions, name)
        and not _hands_over(use, name)
    ]
    if gated and free and bare and topic in open_:
        (entry, condition), way = gated[0], free[0]
        yield Finding(
            f"{agent.name}: {topic.name} is behind {_spelled(agent, name)} when it is entered from {entry.origin.name}, "
            f"but not from {way.origin.name}.",
            at=way.at,
            because=[
                condition.at.says(f"asks for {condition.said}"),
                *(u.at.says(f"{_named(u)} can run") for u in bare[:2]),
            ],
            subject=f"{topic.name} around {name.casefold()} from {way.origin.name}",
        )


def _around_actions(agent: Agent, name: str, open_: frozenset[Topic]) -> Iterator[Finding]:
    """An action that a gate holds back in one topic, and not in another."""
    by_target: dict[tuple[str, str], list[Use]] = defaultdict(list)
    for use in agent.uses:
        target = use.action.target if use.action is not None else None
        if target is not None and use.action is not None and use.action.work.writes:
            by_target[target.type, target.name.casefold()].append(use)
    for uses in by_target.values():
        held = [(use, condition) for use in uses if (condition := holding_back(agent, use.conditions, name))]
        free = [
            use
            for use in uses
            if (use.topic is None or use.topic in open_)
            and not holding_back(agent, use.conditions, name)
            and not _hands_over(use, name)
        ]
        if held and free:
            (first, condition), way = held[0], free[0]
            yield Finding(
                f"{agent.name}: {_named(first)} is behind {_spelled(agent, name)} in {_where(first)}, but not in "
                f"{_where(way)}.",
                at=way.at,
                because=[
                    first.at.says(f"{_named(first)} is held back here"),
                    condition.at.says(f"asks for {condition.said}"),
                ],
                subject=f"{_named(way)} in {_where(way)} around {name.casefold()}",
            )


def _hands_over(use: Use, name: str) -> bool:
    """Whether it gives the gate's variable to the action, which may check it, or sets it."""
    given = {one.casefold() for binding in use.bindings for one in binding.source.variables}
    return name.casefold() in given or any(one.variable.casefold() == name.casefold() for one in use.sets)


def _spelled(agent: Agent, name: str) -> str:
    variable = agent.variable(name)
    return variable.name if variable is not None else name


def _named(use: Use) -> str:
    return use.action.name if use.action is not None else use.name


def _where(use: Use) -> str:
    return use.topic.name if use.topic is not None else "the agent as a whole"


# A gate that never opens


def _never_open(agent: Agent) -> Iterator[Finding]:
    """What nothing can ever let through, by the conditions that do it."""
    dead: dict[tuple[str, ...], list[tuple[str, tuple[Condition, ...]]]] = defaultdict(list)
    for name, conditions in _held_by_conditions(agent) if knows_all(agent) else ():
        if not agent.can_agree(conditions):
            never = closing(agent, conditions)
            variables = sorted(frozenset().union(*(one.variables for one in never)))
            if any(agent.possible(one) is not None for one in variables):
                dead[tuple(variables)].append((name, never))
    for asked, found in dead.items():
        names = list(dict.fromkeys(name for name, _ in found))
        never = found[0][1]
        yield Finding(
            f"{agent.name}: {joined(names)} can never run: {always(agent, never)}.",
            at=never[0].at,
            because=[
                one.at.says(f"{one.name} is declared here") for name in asked if (one := agent.variable(name))
            ],
            severity=Severity.MEDIUM,
            subject=f"never open: {', '.join(asked)}",
        )


def _held_by_conditions(agent: Agent) -> Iterator[tuple[str, tuple[Condition, ...]]]:
    """Actions and transitions; ways to a human are another check's."""
    for use in agent.uses:
        if use.action is not None:
            step = f"the step that runs {use.action.name}"
            yield (use.name or use.action.name) if use.by_model else step, use.conditions
    for topic in agent.blocks:
        for exit_ in topic.exits:
            if exit_.use is None or exit_.use.action is None:
                yield f"the way to {exit_.target}", exit_.conditions


# A gate in words alone


_WORDS = re.compile(
    r"\b(only|must|never|not|unless|before|until)\b[^.\n]{0,80}"
    r"\b(verif(y|ied|ication)|authenticat(e|ed|ion)|identity)\b",
    re.IGNORECASE,
)


def _only_in_words(agent: Agent) -> Iterator[Finding]:
    if any(_gates_in(one) for one in _conditions(agent)):
        return  # there is a gate, and whether it guards the right things is asked above
    for topic in agent.blocks:
        bare = [
            use for use in topic.uses if _matters(use.action) and not _verifies(use) and not _is_bound(use)
        ]
        text, match = next(
            (
                (text, match)
                for text in (*topic.instructions, topic.scope, topic.override)
                if text is not None and (match := _WORDS.search(text.text))
            ),
            (None, None),
        )
        if bare and text is not None and match is not None:
            yield Finding(
                f"{agent.name}: that {_named(bare[0])} is for verified users is only said in the instructions of "
                f"{topic.name}; no condition sees to it.",
                at=text.at_offset(match.start()),
                because=[use.at.says(f"{_named(use)} can run at any time") for use in bare[:3]],
                severity=Severity.MEDIUM,
                confidence=Confidence.MEDIUM,
                subject=f"{topic.name} gate in words",
            )


def _verifies(use: Use) -> bool:
    return re.search(r"verif|authent|otp|passcode|code", _named(use), re.IGNORECASE) is not None


def _is_bound(use: Use) -> bool:
    """Whether it works on what was verified."""
    return any(gate_kind(name) for one in use.bindings for name in one.source.variables)
