"""Saves that set each other off: automation that comes back to the event that started it."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import combinations

import msgspec

from sfgov.facts.flow import FlowStart
from sfgov.model.automation import WRITES, Automation, Automatism, Reached
from sfgov.model.flow_criteria import Criterion, fields_that_must_change

Event = tuple[str, str]
"""An object in lower case, and `create`, `update`, `delete` or `undelete`."""
LONGEST = 4


class Link(msgspec.Struct, frozen=True):
    """One automatism that an event starts, and the event that follows from it."""

    start: Event
    automatism: Automatism
    reached: Reached
    follows: Event


class Cycle(msgspec.Struct, frozen=True):
    """Links that come back to where they began."""

    links: tuple[Link, ...]

    @property
    def same_records(self) -> bool:
        """Whether it surely comes back to records that it has been at, or makes new ones in each round.

        Code that updates other records of the same object (children in a hierarchy) comes to an end.
        """
        first = self.links[0]
        return len(self.links) > 1 or first.reached.effect.kind != "update" or first.reached.effect.own

    @property
    def key(self) -> frozenset[str]:
        """What takes part, by component and event: two cycles with the same are one."""
        return frozenset(f"{link.automatism.at.component} {link.start[1]}" for link in self.links)


def cycles(automation: Automation) -> tuple[Cycle, ...]:
    """The cycles that surely go round, shortest first, none of them a detour of another.

    Every link runs whenever its criteria are met, and what the cycle writes meets them. Where a decision, a flag or a
    test of what changed stands in between, there is none.
    """
    links = _links(automation)
    found: list[Cycle] = []
    for link in links.together:
        cycle = _shortest(link, links)
        if cycle is not None:
            found.append(cycle)
    found.sort(key=lambda c: (len(c.links), [link.automatism.name.casefold() for link in c.links]))
    kept: dict[frozenset[str], Cycle] = {}
    for cycle in found:
        if kept.keys().isdisjoint(_parts(cycle.key)):
            kept[cycle.key] = cycle
    return tuple(kept.values())


def _parts(key: frozenset[str]) -> Iterator[frozenset[str]]:
    """Every choice of some of what takes part in a cycle; there are few, as cycles are short."""
    names = sorted(key)
    return (frozenset(some) for size in range(1, len(names) + 1) for some in combinations(names, size))


class _Links:
    """All links, by the event that starts them."""

    def __init__(self, links: Sequence[Link]) -> None:
        self._links = links
        self.by_start: dict[Event, list[Link]] = defaultdict(list)
        for link in links:
            self.by_start[link.start].append(link)

    @cached_property
    def together(self) -> tuple[Link, ...]:
        """The links between events that come back to each other: the others are in no cycle."""
        component = _components(
            {event: [link.follows for link in links] for event, links in self.by_start.items()}
        )
        return tuple(link for link in self._links if component.get(link.start) == component.get(link.follows))

    @cached_property
    def going_on(self) -> dict[Event, list[Link]]:
        """These, by the event that starts them."""
        found: dict[Event, list[Link]] = defaultdict(list)
        for link in self.together:
            found[link.start].append(link)
        return found


def _links(automation: Automation) -> _Links:
    """Per automatism, event and event that follows, one link that nothing but criteria stands in the way of.

    Processes and workflow rules are left out: the platform runs them for a record only so many times.
    """
    found: dict[tuple[int, str, Event], Link] = {}
    for automatism in automation.automatisms:
        for reached in automation.effects(automatism) if automatism.kind in ("flow", "trigger") else ():
            effect = reached.effect
            goes_on = effect.kind in WRITES and not (reached.once or reached.conditional)
            if not goes_on or not automation.on(effect.object, effect.kind):
                continue
            follows = (effect.object.casefold(), effect.kind)
            for event in sorted(automatism.events):
                link = Link((automatism.object.casefold(), event), automatism, reached, follows)
                found.setdefault((id(automatism), event, follows), link)
    return _Links(list(found.values()))


def _shortest(first: Link, links: _Links) -> Cycle | None:
    """The shortest way from a link back to itself, over links that really start each other."""
    waiting: deque[tuple[Link, ...]] = deque([(first,)])
    seen = {id(first)}
    while waiting:
        way = waiting.popleft()
        last = way[-1]
        if last.follows == first.start and _goes_round(way):
            return Cycle(way)
        for link in links.going_on.get(last.follows, ()) if len(way) < LONGEST else ():
            if id(link) not in seen:
                seen.add(id(link))
                waiting.append((*way, link))
    return None


# Whether one write starts the next automatism


def _goes_round(way: Sequence[Link]) -> bool:
    if len(way) == 1 and way[0].automatism.flow is not None and way[0].reached.effect.own:
        return False  # a flow is not started again by its own update of its record
    written = _written(way)
    pairs = zip(way, (*way[1:], way[0]), strict=True)
    return all(_starts(link.reached, following, written) for link, following in pairs)


def _written(way: Iterable[Link]) -> Mapping[str, Mapping[str, set[str | None]]]:
    """By object, the values that the cycle gives to each field (None: a computed one)."""
    found: dict[str, dict[str, set[str | None]]] = defaultdict(lambda: defaultdict(set))
    for link in way:
        for field, value in (link.reached.effect.values or {}).items():
            found[link.follows[0]][field].add(value)
    return found


def _starts(before: Reached, link: Link, written: Mapping[str, Mapping[str, set[str | None]]]) -> bool:
    """Whether what was written lets an automatism run again, as far as its criteria tell."""
    values = before.effect.values
    asked = link.automatism.criteria | link.reached.asked
    if any(_refuses(criterion, values or {}) for criterion in asked):
        return False
    if before.effect.kind != "update" or link.automatism.flow is None:
        return True
    start = link.automatism.flow.fact.start
    changes = written.get(link.start[0], {})
    return _changes_enough(start, changes) and _meets_anew(start, link.automatism.criteria, changes)


def _refuses(criterion: Criterion, values: Mapping[str, str | None]) -> bool:
    if criterion.field not in values:
        return False
    value = values[criterion.field]
    if value is None:
        return criterion.equal and criterion.value == ""  # it asks for an empty field, and that is filled
    return Criterion(criterion.field, value).contradicts(criterion)


def _changes_enough(start: FlowStart, changes: Mapping[str, set[str | None]]) -> bool:
    """Whether the cycle goes on changing what the start wants changed: not by writing the same value again."""
    every, fields = fields_that_must_change(start)
    if not fields:
        return True
    changed = [_goes_on_changing(changes.get(field, set())) for field in fields]
    return all(changed) if every else any(changed)


def _goes_on_changing(values: set[str | None]) -> bool:
    return len(values) > 1 or None in values


def _meets_anew(
    start: FlowStart, criteria: frozenset[Criterion], changes: Mapping[str, set[str | None]]
) -> bool:
    """Where a flow wants to be met anew: whether the cycle takes a tested field away from the criteria and back."""
    if not start.requires_change:
        return True
    return any(_goes_on_changing(changes.get(criterion.field, set())) for criterion in criteria)


# Which events come back to each other


def _components(following: Mapping[Event, Sequence[Event]]) -> dict[Event, int]:
    """The strongly connected components, numbered; iterative, so that long chains do no harm."""
    index: dict[Event, int] = {}
    low: dict[Event, int] = {}
    component: dict[Event, int] = {}
    stack: list[Event] = []
    for root in following:
        if root in index:
            continue
        work: list[tuple[Event, Iterator[Event]]] = [(root, iter(following[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        while work:
            event, rest = work[-1]
            for after in rest:
                if after not in index:
                    index[after] = low[after] = len(index)
                    stack.append(after)
                    work.append((after, iter(following.get(after, ()))))
                    break
                if after not in component:
                    low[event] = min(low[event], index[after])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[event])
                if low[event] == index[event]:
                    while True:
                        member = stack.pop()
                        component[member] = index[event]
                        if member == event:
                            break
    return component
