"""Invocable Apex that is only called for one record at a time in this org: by agents, and by flows that a user runs."""

from __future__ import annotations

from sfgov.model.agents import Agents
from sfgov.model.flow_launch import Launch
from sfgov.model.flow_work import apex_class_of
from sfgov.model.flows import Flows


def called_singly(agents: Agents, flows: Flows) -> frozenset[str]:
    """The classes (in lower case) of which callers are known, and none of them may bring many inputs at once.

    A flow that others may call is no such caller: who runs it is not said.
    """
    single = {
        action.target.name.casefold()
        for agent in agents.all
        for action in agent.actions
        if action.target is not None and action.target.type == "apex"
    }
    many: set[str] = set()
    for flow in flows.all():
        classes = {apex_class_of(element).casefold() for element in flow.fact.elements}
        if flow.launch is Launch.SCREEN:
            single |= classes
        else:
            many |= classes
    return frozenset(single - many)
