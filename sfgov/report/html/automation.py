"""What runs by itself, as the report shows it: a table of the objects, then each object in the order of a save."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

import msgspec
from msgspec.structs import replace

from sfgov.counted import counted
from sfgov.result import Automated, AutomationMap, Does, Run, Runs

EVENTS = ("create", "update", "delete", "undelete")
_MOMENTS = (
    ("When a record is created or updated", "save", {"create", "update"}),
    ("When a record is deleted", "delete", {"delete"}),
    ("When a record is restored", "undelete", {"undelete"}),
)
_PHASES = {
    1: "Flows before the {}",
    2: "Triggers before the {}",
    3: "Triggers after the {}",
    4: "Workflow rules",
    5: "Processes",
    6: "Flows after the {}",
}
_RULES_RUN_BEFORE = 3
"""Salesforce asks the validation rules after the before triggers, and before what follows the save."""


class Row(msgspec.Struct, frozen=True):
    """An automatism at one moment, with what it comes to then."""

    runs: Runs
    events: tuple[str, ...]
    does: tuple[Does, ...]


class Phase(msgspec.Struct, frozen=True):
    """What runs at one time of a save; no rows where that are the validation rules."""

    title: str
    rows: tuple[Row, ...] = ()


class Moment(msgspec.Struct, frozen=True):
    """A save, a delete or an undelete, from its first phase to its last."""

    title: str
    phases: tuple[Phase, ...]


class Object(msgspec.Struct, frozen=True):
    """One object: how much runs on each event, in which order, and how it hangs together with others."""

    automated: Automated
    anchor: str
    counts: dict[str, int]
    moments: tuple[Moment, ...]
    writes: tuple[str, ...]
    """The objects whose records its automation writes."""
    written_by: tuple[str, ...]
    """The objects whose automation writes its records."""


class Map(msgspec.Struct, frozen=True):
    """The whole section. `anchors` lead from an object's name (lower case) to its place in the page."""

    objects: tuple[Object, ...]
    anchors: dict[str, str]
    left_out: tuple[str, ...]
    events: tuple[str, ...]
    """Those on which anything runs."""


def look(run: Run) -> Map | None:
    """The section of a run; None where nothing runs by itself."""
    return _map(run.automation) if run.automation and run.automation.objects else None


def _map(automation: AutomationMap) -> Map:
    writes = {one.object: tuple(_written(one)) for one in automation.objects}
    written_by: dict[str, list[str]] = {}
    for name, others in writes.items():
        for other in others:
            written_by.setdefault(other.casefold(), []).append(name)
    anchors = {one.object.casefold(): f"a-{number}" for number, one in enumerate(automation.objects, 1)}
    objects = tuple(
        Object(
            automated=one,
            anchor=anchors[one.object.casefold()],
            counts=_counts(one),
            moments=tuple(_moments(one)),
            writes=writes[one.object],
            written_by=tuple(written_by.get(one.object.casefold(), ())),
        )
        for one in automation.objects
    )
    used = {event for each in objects for event in each.counts if each.counts[event]}
    return Map(objects, anchors, automation.left_out, tuple(event for event in EVENTS if event in used))


def _written(one: Automated) -> Iterator[str]:
    """Each once, by name; its own records too, when not just the one that is saved."""
    names = {does.object for runs in one.runs for does in runs.does if does.object}
    return iter(sorted(names, key=str.casefold))


def _counts(one: Automated) -> dict[str, int]:
    found = Counter(event for runs in one.runs for event in runs.events)
    return {event: found[event] for event in EVENTS}


def _moments(one: Automated) -> Iterator[Moment]:
    for title, word, events in _MOMENTS:
        rows = [
            Row(runs, tuple(event for event in runs.events if event in events), tuple(_then(runs, events)))
            for runs in one.runs
            if events & {*runs.events}
        ]
        rules = one.validation_rules if word == "save" else 0
        phases = tuple(_phases(rows, word, rules))
        if phases:
            yield Moment(title, phases)


def _then(runs: Runs, events: set[str]) -> Iterator[Does]:
    """What it comes to on these events; where that is on all of them, nothing more needs to be said."""
    here = events & {*runs.events}
    for does in runs.does:
        on = tuple(event for event in does.events if event in here)
        if not does.events or on:
            yield replace(does, events=() if here == {*on} else on)


def _phases(rows: Sequence[Row], word: str, rules: int) -> Iterator[Phase]:
    told = not rules
    for rank, together in groupby(rows, key=lambda row: row.runs.rank):
        if rank >= _RULES_RUN_BEFORE and not told:
            yield Phase(counted(rules, "active validation rule"))
            told = True
        yield Phase(_PHASES[rank].format(word), tuple(together))
    if not told:
        yield Phase(counted(rules, "active validation rule"))
