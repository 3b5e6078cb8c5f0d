"""Methods by type and name, found as Apex finds them: by the number of arguments, in a type or what it extends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sfgov.facts.apex import Method
from sfgov.model.apex.linked import LinkedMethod
from sfgov.model.apex.types import Types

_VIRTUAL = frozenset({"virtual", "abstract", "override"})
_NONE: dict[str, list[LinkedMethod]] = {}


class Members:
    """The methods, constructors, accessors and initialisers of all types, without those of test classes."""

    def __init__(self, types: Types, methods: Iterable[LinkedMethod]) -> None:
        self._types = types
        self._methods: dict[str, dict[str, list[LinkedMethod]]] = {}
        self._others: dict[tuple[str, str], list[LinkedMethod]] = defaultdict(list)
        self._accessors: dict[tuple[str, str, str], LinkedMethod] = {}
        self.names: set[str] = set()
        """The names of all methods, in lower case."""
        self.accessors: set[tuple[str, str]] = set()
        """The kinds and names (in lower case) of all accessors with code."""
        for linked in methods:
            owner = linked.owner_key
            if linked.method.kind == "method":
                name = linked.method.name.casefold()
                self.names.add(name)
                self._methods.setdefault(owner, {}).setdefault(name, []).append(linked)
            else:
                kind, name = linked.method.kind, linked.method.name.casefold()
                self._others[owner, kind].append(linked)
                self._accessors.setdefault((owner, kind, name), linked)
                self.accessors.add((kind, name))

    def of_kind(self, key: str, kind: str) -> list[LinkedMethod]:
        """The constructors, getters, setters, initialisers … of a type, in source order."""
        return self._others.get((key, kind), [])

    def accessor(self, key: str, name: str, kind: str) -> LinkedMethod | None:
        """The getter or setter with code that a type, or what it extends, has for a property (in lower case)."""
        for scope in self._types.ancestors(key):
            found = self._accessors.get((scope, kind, name))
            if found:
                return found
        return None

    def declared(self, key: str, name: str, arity: int) -> list[LinkedMethod]:
        """What a type itself declares under a name (in lower case) with that many parameters."""
        found = self._methods.get(key, _NONE).get(name)
        return [m for m in found if len(m.method.parameters) == arity] if found else []

    def inherited(self, key: str, name: str, arity: int) -> list[LinkedMethod]:
        """What a method name means for a type: its own methods, else those it inherits, else its interfaces'."""
        for scope in self._types.ancestors(key):
            found = self.declared(scope, name, arity)
            if found:
                return found
        for scope in sorted(self._types.above(key)):
            found = self.declared(scope, name, arity)
            if found:
                return found
        return []

    def visible(self, inside: str, name: str, arity: int) -> list[LinkedMethod]:
        """What an unqualified call means inside a type: as `inherited`, else a method of the outer type."""
        for scope in self._types.scopes(inside):
            found = self.declared(scope, name, arity)
            if found:
                return found
        return self.inherited(inside, name, arity)

    def overrides(self, found: LinkedMethod, key: str) -> list[LinkedMethod]:
        """What a call of a method on a type may run instead of it, in all types below: overrides, implementations."""
        method = found.method
        owner = self._types.get(found.owner_key)
        of_interface = owner is not None and owner.kind == "interface"
        if not of_interface and _VIRTUAL.isdisjoint(method.modifiers):
            return []
        name, arity = method.name.casefold(), len(method.parameters)
        below: dict[int, LinkedMethod] = {}
        for subtype in self._types.below(key):
            own = self.declared(subtype, name, arity)
            if not own and of_interface:
                own = self.inherited(subtype, name, arity)
            for linked in _alike(own, method):
                if linked.method.has_body:
                    below[id(linked)] = linked
        return list(below.values())


def _alike(methods: list[LinkedMethod], method: Method) -> list[LinkedMethod]:
    """Those with the same parameter types; all of them where types are written too differently to tell."""
    if len(methods) < 2:
        return methods
    wanted = _signature(method)
    return [m for m in methods if _signature(m.method) == wanted] or methods


def _signature(method: Method) -> list[str]:
    return [plain_type(parameter.type) for parameter in method.parameters]


def plain_type(written: str) -> str:
    """A type's name without what may be written in two ways: case, blanks, the outer type, `T[]` for `List<T>`."""
    text = "".join(written.split()).casefold()
    while text.endswith("[]"):
        text = f"list<{text[:-2]}>"
    head, bracket, rest = text.partition("<")
    return head.rpartition(".")[2] + bracket + rest
