"""Who is called: Apex call sites resolved to the methods of the org.

Receivers are typed by what is declared: locals, parameters, fields, constructors, return types, casts. A call on
an interface, an abstract or a virtual type may reach every override in the org. What cannot be resolved
(managed code, `Type.forName`, Salesforce's own classes) gives no target: unknown, never "nothing".
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from sfgov.facts.apex import ApexType, Operation
from sfgov.model.apex.linked import LinkedMethod

_GENERIC = re.compile(r"<.*>|\[\s*\]", re.DOTALL)
_CAST = re.compile(r"\(\s*\(\s*([\w.]+)\s*\)[^()]*\)")
_NEW = re.compile(r"new\s+([\w.]+)\s*\(.*\)", re.DOTALL | re.IGNORECASE)
_LAST_CALL = re.compile(r"(?:(?P<receiver>.*?)\??\.)?(?P<name>\w+)\((?P<arguments>.*)\)", re.DOTALL)


class Calls:
    """Types and methods by name, and the resolution of calls between them."""

    def __init__(self, methods: Iterable[LinkedMethod], types: Iterable[ApexType]) -> None:
        self._types: dict[str, ApexType] = {}
        self._subtypes: dict[str, list[str]] = defaultdict(list)
        self._methods: dict[str, dict[str, list[LinkedMethod]]] = defaultdict(lambda: defaultdict(list))
        for one in types:
            self._types.setdefault(one.name.casefold(), one)
        for one in self._types.values():
            for parent in (one.superclass, *one.interfaces):
                found = self.type_named(parent, one.name)
                if found:
                    self._subtypes[found.name.casefold()].append(one.name.casefold())
        for linked in methods:
            self._methods[linked.method.owner.casefold()][linked.method.name.casefold()].append(linked)

    def type_named(self, name: str, inside: str = "") -> ApexType | None:
        """The org's own type of that name as seen from inside another: inner types first, then top-level ones."""
        bare = _GENERIC.sub("", name).strip().casefold()
        if not bare:
            return None
        for scope in self._scopes(inside.casefold()):
            found = self._types.get(f"{scope}.{bare}")
            if found:
                return found
        return self._types.get(bare)

    def _scopes(self, inside: str) -> Iterator[str]:
        """A type, its outer type, and what they extend."""
        for start in dict.fromkeys((inside, inside.rpartition(".")[0])):
            scope = start
            seen: set[str] = set()
            while scope and scope not in seen:
                seen.add(scope)
                yield scope
                scope = self._parent(scope)

    def _parent(self, scope: str) -> str:
        """What a type extends, if that is the org's own; an inner class of the same outer one first."""
        one = self._types.get(scope)
        bare = _GENERIC.sub("", one.superclass).strip().casefold() if one else ""
        beside = f"{scope.rpartition('.')[0]}.{bare}"
        return beside if beside in self._types else bare if bare in self._types else ""

    def targets(
        self, caller: LinkedMethod, operation: Operation, self_type: str = ""
    ) -> tuple[LinkedMethod, ...]:
        """The methods that a call may run; more than one where the receiver's type has overrides.

        `self_type` is the concrete type that `this` is known to have, where that is known.
        """
        own = self_type or caller.method.owner
        if operation.kind == "new":
            made = self.type_named(operation.name, own)
            return self._constructors(made, len(operation.arguments)) if made else ()
        if operation.kind != "call":
            return ()
        receiver = operation.receiver.strip()
        arity = len(operation.arguments)
        if receiver.casefold() in ("", "this"):
            return self._on_this(own, caller.method.owner, operation.name, arity)
        if receiver.casefold() == "super":
            owner = self._types.get(caller.method.owner.casefold())
            return self._inherited(owner.superclass if owner else "", operation.name, arity, own)
        exact = _NEW.fullmatch(receiver)
        one = self.type_named(exact[1], own) if exact else self.type_of(caller, receiver, own)
        if one is None:
            return ()
        found = self._inherited(one.name, operation.name, arity, own)
        return found if exact else self._with_overrides(one, operation.name, arity, found)

    def concrete_type(
        self, caller: LinkedMethod, operation: Operation, target: LinkedMethod, self_type: str
    ) -> str:
        """What `this` is inside the target: the receiver's type, where that is more exact than the target's owner."""
        receiver = operation.receiver.strip()
        if receiver.casefold() in ("", "this", "super"):
            return self_type or caller.method.owner
        exact = _NEW.fullmatch(receiver)
        one = self.type_named(exact[1] if exact else "", caller.method.owner)
        one = one or self.type_of(caller, receiver, self_type or caller.method.owner)
        owner = target.method.owner
        return one.name if one and self._is_a(one.name.casefold(), owner.casefold()) else owner

    def type_of(self, caller: LinkedMethod, expression: str, own: str) -> ApexType | None:
        """The org's type of a receiver, as far as declarations tell."""
        text = expression.strip()
        cast = _CAST.fullmatch(text)
        if cast:
            return self.type_named(cast[1], own)
        made = _NEW.fullmatch(text)
        if made:
            return self.type_named(made[1], own)
        if text.endswith(")"):
            return self._type_of_result(caller, text, own)
        declared = caller.type_of(text)
        if declared:
            return self.type_named(declared, own)
        head, _, last = text.rpartition(".")
        if not head:
            return self._type_of_field(own, last) or self.type_named(text, own)
        if head.casefold() == "this":
            return self._type_of_field(own, last)
        holder = self.type_of(caller, head, own)
        return (self._type_of_field(holder.name, last) if holder else None) or self.type_named(text, own)

    def _type_of_field(self, owner: str, name: str) -> ApexType | None:
        for scope in self._scopes(owner.casefold()):
            one = self._types.get(scope)
            for field in one.fields if one else ():
                if field.name.casefold() == name.casefold():
                    return self.type_named(field.type, scope)
        return None

    def _type_of_result(self, caller: LinkedMethod, text: str, own: str) -> ApexType | None:
        match = _LAST_CALL.fullmatch(text)
        if match is None:
            return None
        call = Operation("call", 0, 0, match["name"], match["receiver"] or "", _split(match["arguments"]))
        found = self.targets(caller, call, own)
        return self.type_named(found[0].method.return_type, found[0].method.owner) if found else None

    def _constructors(self, one: ApexType, arity: int) -> tuple[LinkedMethod, ...]:
        every = [m for named in self._methods[one.name.casefold()].values() for m in named]
        return _by_arity([m for m in every if m.method.kind == "constructor"], arity)

    def _on_this(self, own: str, written_in: str, name: str, arity: int) -> tuple[LinkedMethod, ...]:
        found = self._inherited(own, name, arity, own)
        if found or own.casefold() == written_in.casefold():
            return found
        return self._inherited(written_in, name, arity, written_in)

    def _inherited(self, start: str, name: str, arity: int, inside: str) -> tuple[LinkedMethod, ...]:
        """The method of a type, or the nearest one above (or around) it."""
        one = self.type_named(start, inside)
        first = one.name.casefold() if one else start.casefold()
        for scope in self._scopes(first):
            found = self._methods[scope].get(name.casefold(), []) if scope in self._methods else []
            found = [m for m in found if m.method.kind == "method"]
            if found:
                return _by_arity(found, arity)
        return ()

    def _with_overrides(
        self, one: ApexType, name: str, arity: int, found: tuple[LinkedMethod, ...]
    ) -> tuple[LinkedMethod, ...]:
        below = [
            method
            for subtype in self._below(one.name.casefold())
            for method in self._methods[subtype].get(name.casefold(), [])
            if method.method.kind == "method" and len(method.method.parameters) == arity
        ]
        return tuple(dict.fromkeys([*(m for m in found if m.method.has_body), *below])) or found

    def _below(self, name: str) -> Iterator[str]:
        waiting = list(self._subtypes.get(name, ()))
        seen: set[str] = set()
        while waiting:
            subtype = waiting.pop(0)
            if subtype not in seen:
                seen.add(subtype)
                yield subtype
                waiting.extend(self._subtypes.get(subtype, ()))

    def _is_a(self, name: str, ancestor: str) -> bool:
        return name == ancestor or name in set(self._below(ancestor))


def _by_arity(found: list[LinkedMethod], arity: int) -> tuple[LinkedMethod, ...]:
    """Overloads with that many parameters; all of them where none fits."""
    fitting = [m for m in found if len(m.method.parameters) == arity]
    return tuple(fitting or found)


def _split(arguments: str) -> tuple[str, ...]:
    """Arguments at the top level, split at commas."""
    parts: list[str] = []
    depth = 0
    start = 0
    for position, char in enumerate(arguments):
        depth += (char in "([{<") - (char in ")]}>")
        if char == "," and depth == 0:
            parts.append(arguments[start:position])
            start = position + 1
    rest = arguments[start:].strip()
    return tuple([*parts, rest] if rest else parts)
