"""Flows that look like copies of another one and run beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from sfgov.model.flow_criteria import events
from sfgov.model.flows import Flows, LinkedFlow

_COPY = re.compile(
    r"copy_?\d*_of_(?P<of>.+)|(?P<before>.+?)_+(?:copy\d*|v_?\d+|old|new|backup|bak|\d)", re.IGNORECASE
)


class DuplicateFlow(msgspec.Struct, frozen=True):
    """A flow that is named and built as a copy of another; both are live and start on the same events of one object."""

    copy: LinkedFlow
    original: LinkedFlow


def duplicate_flows(flows: Flows) -> Iterator[DuplicateFlow]:
    """All of them, by name."""
    for copy in flows.all():
        match = _COPY.fullmatch(copy.name)
        original = flows.get(match["of"] or match["before"]) if match else None
        if original is not None and _run_together(copy, original):
            yield DuplicateFlow(copy, original)


def _run_together(one: LinkedFlow, other: LinkedFlow) -> bool:
    start, its = one.fact.start, other.fact.start
    same = start.object != "" and start.object.casefold() == its.object.casefold()
    alike = same and one.launch is other.launch and one.triggered and bool(one.live and other.live)
    return alike and bool(events(start) & events(its)) and _share_elements(one, other)


def _share_elements(one: LinkedFlow, other: LinkedFlow) -> bool:
    """Whether at least half of the first one's elements are in the other one by the same name."""
    names, its = ({element.name.casefold() for element in flow.fact.elements} for flow in (one, other))
    return bool(names) and 2 * len(names & its) >= len(names)
