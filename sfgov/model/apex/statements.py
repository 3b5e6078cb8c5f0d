"""Database statements with the object they touch and the mode they run in, and which entry points come to them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

import msgspec

from sfgov.facts import ApexClass, ApexTrigger
from sfgov.facts.apex import ApexType, Operation
from sfgov.model.apex import DATABASE_WORK, Apex, Effect, Entry, LinkedMethod
from sfgov.model.apex.expressions import of_collection
from sfgov.model.apex.modes import USER_MODE_SINCE, Access, access_of, asks_permissions, enforces_by_clause
from sfgov.model.index import Written

_FROM_OUTSIDE = frozenset(
    {Entry.AURA, Entry.REST, Entry.INVOCABLE, Entry.REMOTE, Entry.PAGE, Entry.WEB_SERVICE}
)
_SHARING = ("with sharing", "without sharing", "inherited sharing")
_CREATED = re.compile(r"new\s+([\w.]+)\s*\(", re.IGNORECASE)
_FROM = re.compile(r"\[\s*select\b.*?\bfrom\s+(\w+)", re.IGNORECASE | re.DOTALL)
_ELEMENT = re.compile(r"new\s+List\s*<\s*([\w.]+)\s*>|new\s+([\w.]+)\s*\[", re.IGNORECASE)


class Statement(msgspec.Struct, frozen=True):
    """A query, search or DML of a class. `object` is in lower case, empty where it cannot be read."""

    method: LinkedMethod
    operation: Operation
    effect: Effect
    object: str
    access: Access


class SavedClass(msgspec.Struct, frozen=True):
    """A class file with the API version it is saved at."""

    written: Written[ApexClass]
    api_version: float
    statements: tuple[Statement, ...]

    @property
    def outer(self) -> ApexType | None:
        """The class itself, without its inner ones."""
        return next(iter(self.written.fact.types), None)

    @property
    def runs_in_user_mode(self) -> bool:
        """Whether statements that do not say their mode run in user mode."""
        return self.api_version >= USER_MODE_SINCE

    @property
    def says_sharing(self) -> bool:
        """Whether the class has a sharing keyword."""
        return self.outer is not None and any(word in self.outer.modifiers for word in _SHARING)

    @property
    def implicit(self) -> tuple[Statement, ...]:
        """The statements whose mode depends on the API version, in methods that do not ask for permissions."""
        return tuple(s for s in self.statements if not s.access.explicit and not asks_permissions(s.method))

    @property
    def enforced(self) -> tuple[Statement, ...]:
        """The queries that say `WITH SECURITY_ENFORCED`."""
        return tuple(s for s in self.statements if enforces_by_clause(s.operation))


class Statements:
    """The database statements of an org's classes."""

    def __init__(self, apex: Apex) -> None:
        self._apex = apex

    @cached_property
    def classes(self) -> tuple[SavedClass, ...]:
        """The classes whose API version is known, by name."""
        by_file: dict[str, list[LinkedMethod]] = defaultdict(list)
        for linked in self._apex.graph.methods:
            by_file[linked.written.path].append(linked)
        found = []
        for written in self._apex.classes:
            version = self._version(written)
            if version is not None:
                statements = tuple(s for m in by_file[written.path] for s in self.of(m))
                found.append(SavedClass(written, version, statements))
        return tuple(found)

    @cached_property
    def starts(self) -> tuple[LinkedMethod, ...]:
        """The methods that pages, components, services, flows and agents call."""
        pages = self._apex.page_controllers
        return tuple(
            m
            for m in self._apex.graph.methods
            if self._apex.entries.get(m, frozenset()) & _FROM_OUTSIDE
            or (m.owner_key in pages and {"public", "global"} & set(m.method.modifiers))
        )

    @cached_property
    def from_outside(self) -> frozenset[LinkedMethod]:
        """The methods that those come to."""
        return frozenset(self._apex.graph.reachable(self.starts))

    def _version(self, written: Written[ApexClass] | Written[ApexTrigger]) -> float | None:
        meta = self._apex.meta(written)
        return meta.fact.api_version if meta else None

    def of(self, linked: LinkedMethod) -> Iterator[Statement]:
        """The statements of one method, in source order."""
        version = self._version(linked.written)
        for work in self._apex.graph.work_of(linked):
            if work.effect in DATABASE_WORK:
                yield Statement(
                    linked,
                    work.operation,
                    work.effect,
                    self._object(linked, work.operation),
                    access_of(linked, work.operation, version),
                )

    def _object(self, linked: LinkedMethod, operation: Operation) -> str:
        """The object that a statement reads or writes."""
        if operation.kind in ("soql", "sosl"):
            return operation.name.casefold()
        operand = operation.arguments[0] if operation.arguments else ""
        made = _CREATED.match(operand) or _ELEMENT.match(operand) or _FROM.match(operand)
        if made:
            return next(filter(None, made.groups()), "").casefold()
        kind = self._apex.calls.expressions.type_of(linked, operand, linked.owner_key, operation.line)
        if kind is None:
            return ""
        text = (of_collection(kind, "get") or kind).text
        plain = text.strip().casefold().removeprefix("schema.")
        return plain if plain.isidentifier() and plain not in ("sobject", "object", "id", "string") else ""
