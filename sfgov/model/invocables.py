"""What an Apex class does when a flow calls it: the limited work that its own methods come to."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov.facts.apex import Operation
from sfgov.model.apex import Apex, Effect, LinkedMethod
from sfgov.place import Evidence


def methods_of_class(apex: Apex, class_name: str) -> tuple[LinkedMethod, ...]:
    """The methods of a class and its inner ones; none where its text is not in the tree."""
    wanted = class_name.casefold()
    return tuple(
        linked
        for linked in apex.methods
        if linked.written.type == "ApexClass" and linked.written.name.casefold() == wanted
    )


def invocable_work(apex: Apex, class_name: str) -> tuple[Evidence, ...]:
    """The nearest query, DML, callout … that a flow's call comes to inside the class, with the calls on the way.

    Empty where there is none. Calls into other classes are not followed; work that is remembered after the first
    time does not count.
    """
    methods = methods_of_class(apex, class_name)
    own = {id(method) for method in methods}
    waiting: list[tuple[LinkedMethod, tuple[Evidence, ...]]]
    waiting = [(method, (_enters(method),)) for method in methods if _is_entry(method)]
    seen = {id(method) for method, _ in waiting}
    for method, chain in waiting:  # grows while it is walked
        for operation, effect in _effects(apex, method):
            return (*chain, method.at(operation).says(f"{effect} in {method.name}"))
        for operation in method.method.operations:
            for target in apex.calls.targets(method, operation):
                if id(target) in own and id(target) not in seen:
                    seen.add(id(target))
                    waiting.append((target, (*chain, method.at(operation).says(f"calls {target.name}"))))
    return ()


def _is_entry(linked: LinkedMethod) -> bool:
    """An invocable method, or the `invoke` of a legacy flow plug-in."""
    names = {annotation.name.casefold() for annotation in linked.method.annotations}
    return "invocablemethod" in names or linked.method.name.casefold() == "invoke"


def _enters(linked: LinkedMethod) -> Evidence:
    return linked.at_line(linked.method.line).says(f"the flow calls {linked.name}")


def _effects(apex: Apex, linked: LinkedMethod) -> Iterator[tuple[Operation, Effect]]:
    for operation in linked.method.operations:
        effect = apex.effect(linked, operation)
        if effect is not None and not apex.is_remembered(linked, operation):
            yield operation, effect
