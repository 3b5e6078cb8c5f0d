"""Who is called: Apex call sites resolved to the methods of the org.

A call on an interface, an abstract or a virtual type may run every override in the org. What cannot be resolved
(managed code, `Type.forName`, Salesforce's own classes) has no target: unknown, never "nothing".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sfgov.facts.apex import Operation
from sfgov.model.apex.expressions import Expressions, TypeRef, of_collection, result_of
from sfgov.model.apex.linked import LinkedMethod
from sfgov.model.apex.members import Members
from sfgov.model.apex.overloads import fitting
from sfgov.model.apex.types import Types

_ALIASES = 4
_BY_NAME = re.compile(r"\.newInstance\(", re.IGNORECASE)
_CAST = re.compile(r"^\s*\(\s*[\w.<>, ]+\)\s*")
_NEW = re.compile(r"\(?\s*new\s", re.IGNORECASE)
_CREATED = re.compile(r"new\s+([\w.]+)\s*\(", re.IGNORECASE)


class Dispatch:
    """What one or more call sites run.

    `targets` all run where `together` (a constructor and initialisers); else one of them does, and which one is
    known only if there is one.
    """

    __slots__ = ("targets", "together")

    def __init__(self, targets: tuple[LinkedMethod, ...] = (), *, together: bool = False) -> None:
        self.targets = targets
        self.together = together

    @property
    def certain(self) -> bool:
        """Whether each of the targets is sure to run."""
        return self.together or len(self.targets) == 1


NOTHING = Dispatch()


class Calls:
    """The resolution of calls. Test code is no target."""

    def __init__(self, types: Types, members: Members) -> None:
        self.types = types
        self.members = members
        self.expressions = Expressions(types, members)
        self._virtual: dict[tuple[str, str, int], Dispatch] = {}
        self._known: dict[tuple[int, ...], Dispatch] = {}
        self._dispatched: dict[int, tuple[Operation, Dispatch]] = {}
        """By the identity of a call, which is kept with it so that no other one takes that over."""
        self._results: dict[tuple[int, int, str], TypeRef | None] = {}

    def targets(
        self, caller: LinkedMethod, operation: Operation, self_type: str = ""
    ) -> tuple[LinkedMethod, ...]:
        """The methods that a call may run. `self_type` is as in `dispatch`."""
        return self.dispatch(caller, operation, self_type).targets

    def dispatch(self, caller: LinkedMethod, operation: Operation, self_type: str = "") -> Dispatch:
        """What a call, creation or assignment runs.

        `self_type` is the key of the concrete type that `this` is known to have; without it, `this` may be of any
        type below the caller's own.
        """
        if operation.kind == "call":
            if self_type:
                return self._called(caller, operation, self_type)
            known = self._dispatched.get(id(operation))
            if known is None:
                known = self._dispatched[id(operation)] = operation, self._called(caller, operation, "")
            return known[1]
        if operation.kind == "new":
            return self._created(caller, operation)
        if operation.kind == "assign":
            return self._assigned(caller, operation, self_type)
        return NOTHING

    def on_known_this(
        self, caller: LinkedMethod, operation: Operation, dispatch: Dispatch, self_type: str
    ) -> Dispatch:
        """What a call site of the call graph, with its dispatch there, runs where the type of `this` is known."""
        on_this = operation.kind == "call" and operation.receiver.strip().casefold() in ("", "this")
        found = self.dispatch(caller, operation, self_type) if self_type and on_this else NOTHING
        return found if found.targets else dispatch  # the read of a getter is no call by name

    def concrete_type(
        self, caller: LinkedMethod, operation: Operation, target: LinkedMethod, self_type: str
    ) -> str:
        """The key of the type that `this` is known to have inside the target, or nothing."""
        if operation.kind == "new":
            return self.types.find(operation.name, caller.owner_key)
        receiver = operation.receiver.strip().casefold()
        if receiver in ("", "this", "super"):
            return self_type
        made = self._made(caller, operation)
        return made if made and target.owner_key in self.types.above(made) else ""

    # Creations

    def _created(self, caller: LinkedMethod, operation: Operation) -> Dispatch:
        key = self.types.find(operation.name, caller.owner_key)
        if not key:
            return NOTHING
        constructors = self._overload(caller, operation, self._constructors(key, len(operation.arguments)))
        found = [*constructors, *self._implied(key, constructors)]
        for scope in self.types.ancestors(key):
            found += self.members.of_kind(scope, "initializer")
        return self._together(found)

    def _constructors(self, key: str, arity: int) -> list[LinkedMethod]:
        return [m for m in self.members.of_kind(key, "constructor") if len(m.method.parameters) == arity]

    def _implied(self, key: str, constructors: list[LinkedMethod]) -> list[LinkedMethod]:
        """The constructors without parameters above, which run where none is called by name."""
        found: list[LinkedMethod] = []
        for above in self.types.ancestors(key)[1:]:
            if any(_calls_constructor(m) for m in constructors):
                break
            constructors = self._constructors(above, 0)
            found += constructors
        return found

    # Calls

    def _called(self, caller: LinkedMethod, operation: Operation, self_type: str) -> Dispatch:
        name = operation.name.casefold()
        if name not in self.members.names:
            if name in ("this", "super") and not operation.receiver:
                return self._constructor_called(caller, operation, name)
            return NOTHING
        receiver = operation.receiver
        arity = len(operation.arguments)
        lower = receiver.casefold()
        if lower in ("", "this"):
            return self._on_this(caller, operation, self_type)
        if lower == "super":
            found = self.members.inherited(self.types.parent(caller.owner_key), name, arity)
            return self._one(self._overload(caller, operation, found))
        made = self._made(caller, operation)
        if made:
            return self._one(self._overload(caller, operation, self.members.inherited(made, name, arity)))
        key = self._receiver_key(caller, operation, self_type)
        return self._on(caller, operation, key) if key else NOTHING

    def _constructor_called(self, caller: LinkedMethod, operation: Operation, name: str) -> Dispatch:
        own = caller.owner_key
        key = own if name == "this" else self.types.parent(own)
        found = self._overload(caller, operation, self._constructors(key, len(operation.arguments)))
        return self._together([*found, *self._implied(key, found)])

    def _on_this(self, caller: LinkedMethod, operation: Operation, self_type: str) -> Dispatch:
        name, arity, own = operation.name.casefold(), len(operation.arguments), caller.owner_key
        if self_type:
            found = self._overload(caller, operation, self.members.inherited(self_type, name, arity))
            if found and (not _is_private(found) or found[0].owner_key == own):
                return self._one(found)
        found = self._overload(caller, operation, self.members.visible(own, name, arity))
        if self_type or not found or found[0].owner_key not in self.types.above(own):
            return self._one(found)
        return self._with_overrides(own, name, found)

    def _on(self, caller: LinkedMethod, operation: Operation, key: str) -> Dispatch:
        """A call on something of a declared type."""
        name, arity = operation.name.casefold(), len(operation.arguments)
        found = self._overload(caller, operation, self.members.inherited(key, name, arity))
        return self._with_overrides(key, name, found)

    def _receiver_key(self, caller: LinkedMethod, operation: Operation, self_type: str) -> str:
        if operation.receiver_operation >= 0 and operation.receiver.endswith((")", "…")):
            found = self._result(caller, operation.receiver_operation, self_type)
            return self.types.find(found.text, found.inside) if found else ""
        own = self_type or caller.owner_key
        return self.expressions.key_of(caller, operation.receiver, own, operation.line)

    def _result(self, caller: LinkedMethod, index: int, self_type: str) -> TypeRef | None:
        """The type of what an operation gives. Chains of calls are followed from their start, without recursion."""
        chain: list[int] = []
        operations = caller.method.operations
        at = index
        while at >= 0 and (id(caller), at, self_type) not in self._results:
            chain.append(at)
            at = operations[at].receiver_operation
        for at in reversed(chain):
            self._results[id(caller), at, self_type] = self._given_by(caller, operations[at], self_type)
        return self._results[id(caller), index, self_type]

    def _given_by(self, caller: LinkedMethod, operation: Operation, self_type: str) -> TypeRef | None:
        own = self_type or caller.owner_key
        if operation.kind == "new":
            return TypeRef(operation.name, own)
        if operation.kind != "call":
            return None
        targets = self.dispatch(caller, operation, self_type).targets
        if targets:
            return result_of(list(targets)) or result_of(list(targets[:1]))
        name = operation.name.casefold()
        if operation.receiver_operation >= 0:
            holder = self._results.get((id(caller), operation.receiver_operation, self_type))
        else:
            holder = self.expressions.type_of(caller, operation.receiver, own, operation.line)
        return of_collection(holder, name) if holder else None

    def _made(self, caller: LinkedMethod, operation: Operation) -> str:
        """The type of a receiver that is created there and then, or that surely holds what its declaration creates."""
        receiver = operation.receiver
        if receiver.isidentifier():
            return self._held(caller, receiver.casefold(), operation.line)
        index = operation.receiver_operation
        if index < 0 or not _NEW.match(receiver):
            return ""
        inner = caller.method.operations[index]
        return self.types.find(inner.name, caller.owner_key) if inner.kind == "new" else ""

    def _held(self, caller: LinkedMethod, name: str, line: int) -> str:
        """The type of what a local variable is declared with, where nothing else is put into it later."""
        local = caller.local(name, line)
        created = _CREATED.match(local.initial) if local and local.initial else None
        if created is None or name in caller.reassigned:
            return ""
        return self.types.find(created[1], caller.owner_key)

    def is_dynamic(self, caller: LinkedMethod, operation: Operation) -> bool:
        """Whether a call is on an object that was made by the name of its class: which class is not known."""
        receiver = operation.receiver
        for _ in range(_ALIASES):
            if _BY_NAME.search(receiver):
                return True
            name = receiver.strip().casefold()
            if any(_BY_NAME.search(text) for text in _assigned_to(caller, name)):
                return True
            local = caller.local(name, operation.line)
            if local is None or not local.initial:
                return False
            receiver = _CAST.sub("", local.initial)
            if self._makes_by_name(caller, local.line, receiver):
                return True
        return False

    def _makes_by_name(self, caller: LinkedMethod, line: int, expression: str, depth: int = 0) -> bool:
        """Whether an expression is the result of a method that makes an object by the name of its class."""
        return any(
            self._returns_by_name(target, depth)
            for op in caller.method.operations
            if op.kind == "call" and op.line == line and op.name in expression
            for target in self.dispatch(caller, op).targets[:1]
        )

    def _returns_by_name(self, linked: LinkedMethod, depth: int) -> bool:
        operations = linked.method.operations
        if any(op.name.casefold() == "newinstance" for op in operations):
            return True
        return depth < _ALIASES and any(
            self._makes_by_name(linked, local.line, local.initial, depth + 1)
            for local in linked.method.variables
            if local.initial.endswith(")")
        )

    # Accessors

    def _assigned(self, caller: LinkedMethod, operation: Operation, self_type: str) -> Dispatch:
        """The setter that an assignment runs."""
        setter = self.accessor(caller, operation.name, "setter", operation.line, self_type)
        return self._one([setter] if setter and setter is not caller else [])

    def accessor(
        self, caller: LinkedMethod, written: str, kind: str, line: int, self_type: str = ""
    ) -> LinkedMethod | None:
        """The getter or setter that `holder.name`, or a plain name, runs at a line of a method."""
        holder, _, name = written.casefold().rpartition(".")
        if (kind, name) not in self.members.accessors:
            return None
        own = self_type or caller.owner_key
        if holder and holder != "this":
            key = self.expressions.key_of(caller, written[: len(holder)].rstrip("? "), own, line)
            return self.members.accessor(key, name, kind) if key else None
        if not holder and caller.local(name, line):
            return None
        for scope in self.types.scopes(own):
            found = self.members.accessor(scope, name, kind)
            if found:
                return found
        return None

    def to(self, target: LinkedMethod) -> Dispatch:
        """The dispatch that runs one method, for sure."""
        return self._one([target])

    # Dispatches are shared, so that a thousand calls of one method hold one list of its overrides

    def _overload(
        self, caller: LinkedMethod, operation: Operation, found: list[LinkedMethod]
    ) -> list[LinkedMethod]:
        if len(found) < 2:
            return found
        given = [
            self.expressions.type_of(caller, text, caller.owner_key, operation.line)
            for text in operation.arguments
        ]
        return fitting(found, given, self.types)

    def _with_overrides(self, key: str, name: str, found: list[LinkedMethod]) -> Dispatch:
        if len(found) != 1:
            return self._one(found)
        wanted = (key, name, id(found[0]))
        known = self._virtual.get(wanted)
        if known is None:
            below = self.members.overrides(found[0], key)
            own = found if found[0].method.has_body or not below else []
            known = self._virtual[wanted] = self._one([*own, *below])
        return known

    def _one(self, found: Iterable[LinkedMethod]) -> Dispatch:
        return self._shared(found, together=False)

    def _together(self, found: Iterable[LinkedMethod]) -> Dispatch:
        return self._shared(found, together=True)

    def _shared(self, found: Iterable[LinkedMethod], *, together: bool) -> Dispatch:
        targets = tuple(found)
        if not targets:
            return NOTHING
        wanted = (together, *map(id, targets))
        known = self._known.get(wanted)
        if known is None:
            known = self._known[wanted] = Dispatch(targets, together=together)
        return known


def _calls_constructor(linked: LinkedMethod) -> bool:
    return any(
        op.kind == "call" and not op.receiver and op.name.casefold() in ("this", "super")
        for op in linked.method.operations
    )


def _assigned_to(linked: LinkedMethod, name: str) -> Iterator[str]:
    """The right sides of the assignments to a variable (in lower case)."""
    for operation in linked.method.operations:
        if operation.kind == "assign" and operation.name.casefold() == name:
            yield operation.arguments[0]


def _is_private(found: list[LinkedMethod]) -> bool:
    return any("private" in m.method.modifiers for m in found)
