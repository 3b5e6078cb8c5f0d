"""Apex that goes beyond its caller's rights on purpose: who comes to it from outside, and whether it says why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from sfgov.facts import ApexClass
from sfgov.facts.apex import Annotation, ApexType, Method, Operation
from sfgov.model.apex import Apex, LinkedMethod
from sfgov.model.apex.modes import Mode
from sfgov.model.apex.statements import Statement, Statements
from sfgov.model.bundles import Bundle
from sfgov.model.flow_walk import flow_steps
from sfgov.model.flow_work import apex_class_of
from sfgov.model.flows import Flows
from sfgov.model.grants import Grant
from sfgov.model.invocables import entry_methods
from sfgov.place import Evidence

_NEAR = 2
"""A comment that ends so many lines above a declaration, or on its next line, still belongs to it."""
_SUPPRESSED = ("apexsharingviolations", "apexcrudviolation")


class Door(msgspec.Struct, frozen=True):
    """What lets somebody start a method: the grant, and the way from there through flows."""

    bundle: Bundle
    grant: Grant
    evidence: tuple[Evidence, ...]


class Elevated(msgspec.Struct, frozen=True):
    """A type with statements that go beyond their caller's rights and do not say why, and the door to them."""

    method: LinkedMethod
    """That of the first statement."""
    statements: tuple[Statement, ...]
    door: Door
    way: tuple[Evidence, ...]
    """The calls from the first method behind the door to this one."""

    @property
    def without_sharing(self) -> bool:
        """Whether the whole type is without sharing; else the statements say system mode."""
        return _is_without_sharing(self.method.owner)


class ElevatedCode:
    """Types without sharing, and statements in system mode, that give no reason."""

    def __init__(self, apex: Apex, flows: Flows) -> None:
        self._apex = apex
        self._flows = flows
        self._statements = Statements(apex)

    def reached_by(self, bundles: Iterable[Bundle]) -> Iterator[Elevated]:
        """What these bundles come to, by file and line; each type once, through the first bundle that does."""
        doors = self._doors(bundles)
        reached = self._apex.graph.reachable(doors)
        by_type: defaultdict[str, list[Statement]] = defaultdict(list)
        for method in sorted(reached, key=lambda m: (m.written.path, m.method.line, m.method.column)):
            by_type[method.owner_key] += filter(_gives_no_reason, self._statements.of(method))
        for statements in filter(None, by_type.values()):
            first = statements[0].method
            start, way = _way(first, reached)
            yield Elevated(first, tuple(statements), doors[start], way)

    def _doors(self, bundles: Iterable[Bundle]) -> dict[LinkedMethod, Door]:
        found: dict[LinkedMethod, Door] = {}
        by_class: defaultdict[str, list[LinkedMethod]] = defaultdict(list)
        for method in self._statements.starts:
            by_class[method.written.name.casefold()].append(method)
        for bundle in bundles:
            for grant in _granted(bundle, "classAccesses"):
                for method in by_class.get(grant.entry.name.casefold(), ()):
                    found.setdefault(method, Door(bundle, grant, grant.evidence))
            for grant in _granted(bundle, "flowAccesses"):
                for method, way in self._behind_flow(grant.entry.name):
                    found.setdefault(method, Door(bundle, grant, (*grant.evidence, *way)))
        return found

    def _behind_flow(self, name: str) -> Iterator[tuple[LinkedMethod, tuple[Evidence, ...]]]:
        """The methods that a flow which a person starts calls, itself or through its subflows."""
        first = self._flows.get(name)
        if first is None or first.triggered or first.live is False:
            return
        for step in flow_steps(self._flows, first, through_faults=True):
            if class_name := apex_class_of(step.element):
                says = step.at.says(f"{step.element.name} calls the Apex class {class_name}")
                for method in entry_methods(self._apex, class_name):
                    yield method, (*step.way, says)


def _granted(bundle: Bundle, kind: str) -> Iterator[Grant]:
    """What of a kind a bundle lets its users run, after muting, by name."""
    names = {
        access.name.casefold(): access.name
        for granter in bundle.granters
        for file in granter.files
        for access in file.written.fact.accesses
        if access.kind == kind and access.enabled > 0
    }
    for _, name in sorted(names.items()):
        yield from bundle.grants(kind, name)[:1]


def _gives_no_reason(statement: Statement) -> bool:
    """Whether a statement minds less than its caller's rights, because the code says so and does not say why."""
    method = statement.method
    fact, owner = method.written.fact, method.owner
    if owner is None or not isinstance(fact, ApexClass):
        return False
    access = statement.access
    sharing_is_off = _is_without_sharing(owner) and access.mode is not Mode.USER
    beyond = sharing_is_off or access == (Mode.SYSTEM, True)
    return beyond and not (_type_says_why(fact, owner) or _method_says_why(fact, method.method))


def _is_without_sharing(owner: ApexType | None) -> bool:
    return owner is not None and "without sharing" in owner.modifiers


def _type_says_why(fact: ApexClass, owner: ApexType) -> bool:
    """Whether a comment at the head of a type (or of its file) tells its rights, or it is marked for PMD."""
    outer = fact.types[0]
    top = min([owner.line, *(a.line for a in owner.annotations)])
    return _is_suppressed((*owner.annotations, *outer.annotations)) or any(
        reason.line <= outer.line + 1 or top - _NEAR <= reason.end_line <= owner.line + 1
        for reason in fact.reasons
    )


def _method_says_why(fact: ApexClass, method: Method) -> bool:
    """Whether a comment in or above a method does."""
    top = min([method.line, *(a.line for a in method.annotations)])
    return _is_suppressed(method.annotations) or any(
        top - _NEAR <= reason.end_line <= method.end_line for reason in fact.reasons
    )


def _is_suppressed(annotations: Iterable[Annotation]) -> bool:
    return any(
        a.name.casefold() == "suppresswarnings" and word in a.arguments.casefold()
        for a in annotations
        for word in _SUPPRESSED
    )


def _way(
    method: LinkedMethod, reached: Mapping[LinkedMethod, tuple[LinkedMethod, Operation] | None]
) -> tuple[LinkedMethod, tuple[Evidence, ...]]:
    """The method that a way to this one starts with, and the calls from there."""
    found: list[Evidence] = []
    while (before := reached[method]) is not None:
        caller, call = before
        found.append(caller.at(call).says(f"{caller.name} calls {method.name}"))
        method = caller
    return method, tuple(found[::-1])
