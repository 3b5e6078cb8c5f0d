"""Gates of agents: variables by whose names somebody is verified or has agreed, and what they hold back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from sfgov.model.agents.agent import Agent
from sfgov.model.agents.conditions import Condition
from sfgov.model.agents.expressions import Value, literal_of
from sfgov.model.agents.parts import Topic

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_IDENTITY = frozenset({"verified", "authenticated", "authorized", "authorised"})
_CONSENT = frozenset({"consent", "consented", "consents", "eligible", "entitled"})
_CONFIRMED = frozenset({"confirmed", "approved", "agreed", "accepted"})
_WHO = frozenset({"user", "customer", "caller", "member", "is", "has"})
GateKind = Literal["identity", "consent"]


def words(name: str) -> list[str]:
    """The words of a name in lower case: `orderNumber`, `order_number` and `Order Number` are the same."""
    return [word.casefold() for word in _WORDS.findall(name)]


def gate_kind(name: str) -> GateKind | None:
    """What a variable of that name says: who the user is, or what the user agreed to; None where it is another one.

    `user_confirmed` and `confirmed` are gates, `booking_confirmed` is the outcome of something.
    """
    parts = words(name)
    if not _IDENTITY.isdisjoint(parts):
        return "identity"
    if not _CONSENT.isdisjoint(parts):
        return "consent"
    agreed = (n for n, part in enumerate(parts) if part in _CONFIRMED)
    return "consent" if any(n == 0 or parts[n - 1] in _WHO for n in agreed) else None


def holding_back(agent: Agent, conditions: Iterable[Condition], name: str) -> Condition | None:
    """The condition that does not let through as long as a variable has its default; None where none is sure to."""
    variable = agent.variable(name)
    if variable is None:
        default: tuple[Value] | None = (None,)
    else:
        default = literal_of(variable.fact.default) if variable.fact.default else (None,)
    if default is None:
        return None
    key = name.casefold()
    values = {key: default[0]}
    return next((one for one in conditions if key in one.variables and one.agrees(values) is False), None)


def open_topics(agent: Agent, name: str) -> frozenset[Topic]:
    """The topics to which a conversation comes while a gate's variable still has its default."""
    if agent.encoding != "script" or agent.start is None:
        return frozenset(topic for topic in agent.blocks if holding_back(agent, topic.gates, name) is None)
    return agent.topics_through(
        lambda exit_: None if holding_back(agent, exit_.conditions, name) else exit_.to
    )
