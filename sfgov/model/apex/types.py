"""The org's own Apex types: by name as it is written inside another type, and who extends whom.

A type's key is its full name in lower case (`outer.inner`); an empty key means none, or not the org's own. Where two
packages of a tree have a class of the same name, the later one's key has a number (`outer#2.inner`), and a name means
the class of the package in which it is written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sfgov.facts.apex import ApexType, Variable


class Types:
    """All types of an org, inner ones too."""

    def __init__(self, types: Iterable[tuple[str, str, ApexType]]) -> None:
        """`types` are keys, package directories and types."""
        self._types: dict[str, ApexType] = {}
        self._packages: dict[str, str] = {}
        self._variants: dict[str, list[str]] = defaultdict(list)
        for key, package, one in types:
            self._types[key] = one
            self._packages[key] = package
            if "." not in key:
                self._variants[key.partition("#")[0]].append(key)
        self._found: dict[tuple[str, str], str] = {}
        self._parents: dict[str, str] = {}
        self._ancestors: dict[str, tuple[str, ...]] = {}
        self._scopes: dict[str, tuple[str, ...]] = {}
        self._above: dict[str, frozenset[str]] = {}
        self._below: dict[str, tuple[str, ...]] = {}
        self._fields: dict[str, dict[str, Variable]] = {}
        self._visible: dict[str, dict[str, tuple[Variable, str]]] = {}
        self._subtypes: dict[str, list[str]] | None = None

    def get(self, key: str) -> ApexType | None:
        """The type with that key."""
        return self._types.get(key)

    def items(self) -> Iterable[tuple[str, ApexType]]:
        """All keys with their types."""
        return self._types.items()

    def find(self, name: str, inside: str = "") -> str:
        """The key of the type that a name means inside another type: inner ones first, then top-level ones.

        Lists, maps and Salesforce's own types have none.
        """
        wanted = (name, inside)
        known = self._found.get(wanted)
        if known is None:
            known = self._found[wanted] = self._find(name.casefold(), inside)
        return known

    def _find(self, name: str, inside: str) -> str:
        if not name or name[-1] in ">]":
            return ""
        for scope in self.scopes(inside):
            if f"{scope}.{name}" in self._types:
                return f"{scope}.{name}"
        outer, _, inner = name.rpartition(".")
        if not outer:
            return self._top_level(name, inside)
        holder = self.find(outer, inside)
        for scope in self.ancestors(holder) if holder else ():
            if f"{scope}.{inner}" in self._types:
                return f"{scope}.{inner}"
        return ""

    def _top_level(self, name: str, inside: str) -> str:
        """The outer type of that name: of those in several packages, the own package's, else the first."""
        variants = self._variants.get(name, ())
        if len(variants) > 1:
            package = self._packages.get(inside.partition(".")[0])
            for key in variants:
                if self._packages[key] == package:
                    return key
        return variants[0] if variants else (name if name in self._types else "")

    def parent(self, key: str) -> str:
        """What a class extends."""
        known = self._parents.get(key)
        if known is None:
            one = self._types.get(key)
            beside = key.rpartition(".")[
                0
            ]  # an inner class may extend its neighbour, no class its own inner one
            known = self._parents[key] = self.find(one.superclass, beside) if one and one.superclass else ""
        return known

    def ancestors(self, key: str) -> tuple[str, ...]:
        """A class and all that it extends, nearest first."""
        known = self._ancestors.get(key)
        if known is None:
            found: dict[str, None] = {}
            one = key
            while one and one not in found:
                found[one] = None
                one = self.parent(one)
            known = self._ancestors[key] = tuple(found)
        return known

    def scopes(self, inside: str) -> tuple[str, ...]:
        """Where a plain name is looked for: in a type, what it extends, its outer type, and what that extends."""
        known = self._scopes.get(inside)
        if known is None:
            outer = inside.rpartition(".")[0]
            around = self.scopes(outer) if outer else ()
            known = self._scopes[inside] = tuple(dict.fromkeys((*self.ancestors(inside), *around)))
        return known

    def above(self, key: str) -> frozenset[str]:
        """All classes and interfaces that a type is, itself included."""
        known = self._above.get(key)
        if known is None:
            found: set[str] = set()
            waiting = [key]
            while waiting:
                one = waiting.pop()
                if one and one not in found:
                    found.add(one)
                    waiting += self._supertypes(one)
            known = self._above[key] = frozenset(found)
        return known

    def _supertypes(self, key: str) -> list[str]:
        one = self._types.get(key)
        if one is None:
            return []
        return [self.parent(key), *(self.find(name, key) for name in one.interfaces)]

    def below(self, key: str) -> tuple[str, ...]:
        """All types that extend or implement a type, at any depth, without itself; sorted."""
        known = self._below.get(key)
        if known is None:
            subtypes = self._direct_subtypes()
            found: set[str] = set()
            waiting = list(subtypes.get(key, ()))
            while waiting:
                one = waiting.pop()
                if one not in found:
                    found.add(one)
                    waiting += subtypes.get(one, ())
            known = self._below[key] = tuple(sorted(found - {key}))
        return known

    def _direct_subtypes(self) -> dict[str, list[str]]:
        if self._subtypes is None:
            found: dict[str, list[str]] = defaultdict(list)
            for key in self._types:
                for parent in self._supertypes(key):
                    if parent:
                        found[parent].append(key)
            self._subtypes = dict(found)
        return self._subtypes

    def field(self, key: str, name: str) -> tuple[Variable, str] | None:
        """A field or property of a type or of what it extends (name in lower case), and where it is declared."""
        for scope in self.ancestors(key):
            found = self._fields_of(scope).get(name)
            if found:
                return found, scope
        return None

    def visible_field(self, inside: str, name: str) -> tuple[Variable, str] | None:
        """A field that a plain name (in lower case) means inside a type, and where it is declared."""
        return self._visible_fields(inside).get(name)

    def _visible_fields(self, inside: str) -> dict[str, tuple[Variable, str]]:
        known = self._visible.get(inside)
        if known is None:
            known = self._visible[inside] = {}
            for scope in reversed(self.scopes(inside)):
                known.update((name, (field, scope)) for name, field in self._fields_of(scope).items())
        return known

    def _fields_of(self, key: str) -> dict[str, Variable]:
        known = self._fields.get(key)
        if known is None:
            one = self._types.get(key)
            known = self._fields[key] = {f.name.casefold(): f for f in one.fields} if one else {}
        return known
