"""What an Apex class does when a flow calls it: the limited work that its entry method comes to."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from sfgov.facts.apex import Operation
from sfgov.model.apex import Apex, Effect, LinkedMethod, Path
from sfgov.model.apex.effects import LOOK_UPS
from sfgov.place import Evidence

_EVERY_KIND = frozenset(Effect)


def entry_methods(apex: Apex, class_name: str) -> tuple[LinkedMethod, ...]:
    """The method that runs when a flow calls the class: its invocable one, or the `invoke` of a legacy plug-in."""
    return tuple(method for method in apex.methods_of(class_name) if _is_entry(method))


def invocable_work(apex: Apex, class_name: str, effects: frozenset[Effect] = _EVERY_KIND) -> Path | None:
    """The nearest work of these kinds that each call of a flow comes to; None where there is none, or none is known.

    Work that is remembered after the first time does not count.
    """
    found = [nearest_work(apex, method, effects) for method in entry_methods(apex, class_name)]
    return min((path for path in found if path), key=lambda path: len(path.steps), default=None)


def nearest_work(apex: Apex, method: LinkedMethod, effects: frozenset[Effect] = _EVERY_KIND) -> Path | None:
    """The nearest work of these kinds that a method does each time it runs, itself or through calls."""
    for work in apex.graph.work_of(method):
        if work.effect in effects and _is_done_each_time(apex, method, work.operation):
            return Path(((method, work.operation),), work.effect, sure=True)
    return min(_behind_calls(apex, method, effects), key=lambda path: len(path.steps), default=None)


def _behind_calls(apex: Apex, method: LinkedMethod, effects: frozenset[Effect]) -> Iterator[Path]:
    for kinds in filter(None, (effects & LOOK_UPS, effects - LOOK_UPS)):
        reach = apex.reach(kinds)
        for call in apex.graph.calls_of(method):
            if _is_done_each_time(apex, method, call.operation):
                path = reach.path(method, call)
                if path is not None:
                    yield path


def _is_done_each_time(apex: Apex, method: LinkedMethod, operation: Operation) -> bool:
    return not apex.loops.is_rare(method, operation) and not apex.is_remembered(method, operation)


def told(path: Path) -> tuple[Evidence, ...]:
    """The way from the entry of a class to the work, step by step."""
    first = path.steps[0][0]
    last, operation = path.steps[-1]
    return (
        first.at_line(first.method.line).says(f"the flow calls {first.name}"),
        *(method.at(call).says(f"calls {into.name}") for (method, call), (into, _) in pairwise(path.steps)),
        last.at(operation).says(f"{path.effect} in {last.name}"),
    )


def _is_entry(linked: LinkedMethod) -> bool:
    return linked.annotated("invocablemethod") or linked.method.name.casefold() == "invoke"
