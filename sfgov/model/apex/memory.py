"""Work that is done once and remembered: lazy look-ups, caches by key, early returns, flags.

`if (x == null) x = [SELECT …]`, `if (cache.containsKey(k)) return cache.get(k);` before a query, `if (done) return;`:
the statements behind such a guard store what the guard tested, here or in a method they call, so that the next time
round the guard keeps them from running.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from sfgov.facts.apex import Guard, Loop, Operation, Variable
from sfgov.model.apex.calls import Calls
from sfgov.model.apex.conditions import Condition, Joined, Negated, parsed
from sfgov.model.apex.linked import LinkedMethod

Scope = Literal["local", "parameter", "instance", "static"]

_NAME = r"[a-z_]\w*(?:\(\))?(?:\.\w+(?:\(\))?)*?"
_NULL = re.compile(r"(?P<n>.+?)(?P<not>[=!])==?null|null(?P<not2>[=!])==?(?P<n2>.+)")
_SIZE = re.compile(rf"(?P<n>{_NAME})\.size\(\)(?P<op>==|!=|>|<|>=|<=)(?P<count>\d+)")
_EMPTY = re.compile(rf"(?P<n>{_NAME})\.isempty\(\)|string\.(?:isblank|isempty)\((?P<n2>{_NAME})\)")
_FILLED = re.compile(rf"string\.(?:isnotblank|isnotempty)\((?P<n>{_NAME})\)")
_KEY = re.compile(rf"(?P<n>{_NAME})\.(?P<how>containskey|contains)\(.*\)")
_FLAG = re.compile(r"(?P<n>[a-z_][\w.]*)(?:(?P<op>==|!=)(?P<truth>true|false))?")
_PREDICATE = re.compile(r"(?:this\.)?(?P<n>[\w.]+)\(\)")
_COALESCED = re.compile(r"(?:this\.)?([\w.]+)\s*\?\?", re.IGNORECASE)
_COLLECTION = re.compile(r"(?:list|set|map)\s*<|.*\]$", re.IGNORECASE)
_CAST = re.compile(r"^\s*\(\s*[\w.<>, ]+\)\s*")
_AFTER_NAME = re.compile(r"\.get\(|\[|\?")
_RESET = re.compile(r"null$|new\s|clear$")
_PUTTING = frozenset({"put", "putall", "add", "addall", "clear"})
_UNKNOWN = ""
_DEEPEST = 3


class Memo(msgspec.Struct, frozen=True):
    """What work is remembered in.

    `by_key`: once for each key, so it helps look-ups, not writes. `scope` says how long it lives. `local` is the
    local variable or parameter that holds it, `owner` the key of the type whose field it is, `line` where it is tested.
    `resets` are the lines at which it is forgotten each time, before the test or after the work.
    """

    name: str
    by_key: bool
    scope: Scope
    line: int
    local: Variable | None = None
    owner: str = ""
    resets: tuple[int, ...] = ()

    def helps_in(self, index: int, loop: Loop) -> bool:
        """Whether it is tested in each round of a loop (with its index), and still there in the next round."""
        if not loop.line <= self.line <= loop.end_line:
            return False
        if any(loop.line <= line <= loop.end_line for line in self.resets):
            return False
        return self.local is None or (self.local.scope != index and self.local.line <= loop.line)

    def outlives_call(self) -> bool:
        """Whether it is still there in the next call of the method: a field, or a collection of the caller's."""
        if self.resets:
            return False
        if self.local is None:
            return True
        return self.scope == "parameter" and (self.by_key or _COLLECTION.match(self.local.type) is not None)


class _Test(msgspec.Struct, frozen=True):
    """What a guard found missing; `becomes` is what a flag must be set to, or how a value must be stored."""

    name: str
    by_key: bool = False
    becomes: str = ""


class _Stores:
    """The names (the last word) that a method stores into, by guard, with how: the value, or `put`, `add` …"""

    def __init__(self, linked: LinkedMethod) -> None:
        guards = linked.method.guards
        # Guards are numbered from outside to inside, in source order: what is inside of one follows it.
        self._guards = guards
        self._last_inside = list(range(len(guards)))
        for index in range(len(guards) - 1, -1, -1):
            parent = guards[index].parent
            if parent >= 0:
                self._last_inside[parent] = max(self._last_inside[parent], self._last_inside[index])
        self._stored: dict[str, list[tuple[int, str]]] = {}
        self._written: dict[str, list[tuple[int, int, str]]] = {}

    def wrote(self, guard: int, line: int, name: str, how: str) -> None:
        """An operation of the method itself that stores into a name, or empties it."""
        self._written.setdefault(name, []).append((guard, line, how))

    def resets(self, index: int, name: str, *, by_key: bool) -> tuple[int, ...]:
        """The lines at which a name is set anew on the way to a guard, or emptied around it."""
        line = self._guards[index].line
        return tuple(
            at
            for guard, at, how in self._written.get(name, ())
            if self._is_around(guard, index) and (_RESET.match(how) or (at <= line and not by_key))
        )

    def _is_around(self, guard: int, index: int) -> bool:
        return guard < 0 or (guard < index <= self._last_inside[guard])

    def add(self, guard: int, stored: Mapping[str, str]) -> None:
        """What an operation behind a guard stores."""
        for name, value in stored.items():
            self._stored.setdefault(name, []).append((guard, value))

    def behind(self, index: int, name: str) -> set[str]:
        """How a name is stored behind a guard; empty if it is not."""
        last = self._last_inside[index]
        return {value for guard, value in self._stored.get(name, ()) if index <= guard <= last}


class Memory:
    """Which operations are remembered, and where."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._stores: dict[int, frozenset[str]] = {}
        self._known: dict[tuple[int, int], tuple[Memo, ...]] = {}
        self._tables: dict[int, _Stores] = {}

    def of(self, linked: LinkedMethod, operation: Operation) -> tuple[Memo, ...]:
        """All that an operation's result, or the fact that it ran, is remembered in."""
        known = self._behind(linked, operation.guard) if operation.guard >= 0 else ()
        return known or self._coalesced(linked, operation)

    def _behind(self, linked: LinkedMethod, index: int) -> tuple[Memo, ...]:
        """What is remembered behind a guard and those around it."""
        waiting: list[int] = []
        while index >= 0 and (id(linked), index) not in self._known:
            waiting.append(index)
            index = linked.method.guards[index].parent
        found = self._known[id(linked), index] if index >= 0 else ()
        for at in reversed(waiting):
            found = self._known[id(linked), at] = (*found, *self._of_guard(linked, at))
        return found

    def _of_guard(self, linked: LinkedMethod, index: int) -> Iterator[Memo]:
        guard = linked.method.guards[index]
        for test in self._tests(linked, guard):
            values = self._stores_of(linked).behind(index, _last(test.name))
            if values and _keeps(test, values):
                resets = self._stores_of(linked).resets(index, _last(test.name), by_key=test.by_key)
                memo = self._memo(linked, test, guard.line)
                yield msgspec.structs.replace(memo, resets=resets) if resets else memo

    def _memo(self, linked: LinkedMethod, test: _Test, line: int) -> Memo:
        name = test.name.removeprefix("this.")
        root = name.partition(".")[0]
        local = linked.local(root, line) if not test.name.startswith("this.") else None
        if local:
            scope: Scope = "parameter" if local in linked.method.parameters else "local"
            return Memo(name, test.by_key, scope, line, local)
        found = self._calls.types.visible_field(linked.owner_key, root)
        if found is None:
            return Memo(name, test.by_key, "static", line)  # a field of another class, a platform cache
        variable, owner = found
        static = "static" in variable.modifiers
        return Memo(name, test.by_key, "static" if static else "instance", line, owner=owner)

    def _coalesced(self, linked: LinkedMethod, operation: Operation) -> tuple[Memo, ...]:
        """`x = x ?? [SELECT …]`"""
        for other in linked.method.operations:
            if other.kind == "assign" and other.line <= operation.line and "??" in other.arguments[0]:
                match = _COALESCED.match(other.arguments[0])
                end = other.line + other.arguments[0].count("\n")
                if match and operation.line <= end and _last(match[1]) == _last(other.name):
                    return (self._memo(linked, _Test(match[1].casefold()), operation.line),)
        return ()

    # What guards test

    def _tests(self, linked: LinkedMethod, guard: Guard) -> Iterator[_Test]:
        if guard.kind in ("if", "ternary"):
            yield from self._missing(linked, parsed(guard.condition), holds=True)
        elif guard.kind in ("else", "after-exit"):
            yield from self._missing(linked, parsed(guard.condition), holds=False)

    def _missing(
        self, linked: LinkedMethod, condition: Condition, *, holds: bool, depth: int = 0
    ) -> list[_Test]:
        """What is missing where a condition holds, or does not."""
        if isinstance(condition, Negated):
            return self._missing(linked, condition.condition, holds=not holds, depth=depth)
        if isinstance(condition, Joined):
            parts = [self._missing(linked, part, holds=holds, depth=depth) for part in condition.parts]
            if (condition.how == "all") == holds or all(parts):
                return [test for part in parts for test in part]
            return []
        predicate = _PREDICATE.fullmatch(condition)
        body = self._returned(linked, predicate["n"]) if predicate and depth < _DEEPEST else ""
        if body:
            return self._missing(linked, parsed(body), holds=holds, depth=depth + 1)
        found = _missing_by(condition, holds=holds)
        aliased = [a for test in found for a in self._aliased(linked, test, depth)]
        return [*found, *aliased]

    def _aliased(self, linked: LinkedMethod, test: _Test, depth: int) -> list[_Test]:
        """What a local variable stands for: `Info known = cache.get(id); if (known == null) …`"""
        local = linked.local(test.name)
        if local is None or not local.initial or depth >= _DEEPEST:
            return []
        if test.becomes:
            return self._missing(
                linked, parsed(local.initial), holds=test.becomes == "false", depth=depth + 1
            )
        condition = parsed(_CAST.sub("", local.initial) + "==null")
        return _missing_by(condition, holds=True) if isinstance(condition, str) else []

    def _returned(self, linked: LinkedMethod, name: str) -> str:
        """The expression that a predicate without parameters returns, if it does nothing else."""
        holder, _, last = name.rpartition(".")
        key = self._calls.types.find(holder, linked.owner_key) if holder else linked.owner_key
        found = self._calls.members.visible(key, last, 0) if key else []
        returns = [op for m in found for op in m.method.operations if op.kind == "return"]
        return (
            returns[0].arguments[0] if len(found) == 1 and len(returns) == 1 and returns[0].arguments else ""
        )

    # What is stored

    def stores_behind(self, linked: LinkedMethod, index: int, name: str) -> bool:
        """Whether the statements behind a guard (its index) store into a name, or empty it."""
        return bool(self._stores_of(linked).behind(index, _last(name)))

    def _stores_of(self, linked: LinkedMethod) -> _Stores:
        known = self._tables.get(id(linked))
        if known is None:
            table = _Stores(linked)
            for operation in linked.method.operations:
                name = _stored_name(operation)
                if name:
                    table.wrote(operation.guard, operation.line, name, _stored_how(operation))
                if operation.guard >= 0:
                    table.add(operation.guard, self._stored_by(linked, operation))
            known = self._tables[id(linked)] = table
        return known

    def _stored_by(self, linked: LinkedMethod, operation: Operation, depth: int = 0) -> dict[str, str]:
        name = _stored_name(operation)
        if name:
            return {name: _stored_how(operation)}
        if operation.kind != "call" or depth >= _DEEPEST:
            return {}
        found: dict[str, str] = {}
        for target in self._calls.dispatch(linked, operation).targets[:2]:
            found |= dict.fromkeys(self._stored_in(target, depth + 1), _UNKNOWN)
        return found

    def _stored_in(self, linked: LinkedMethod, depth: int) -> frozenset[str]:
        """The fields that a method, or what it calls, stores into."""
        known = self._stores.get(id(linked))
        if known is None:
            self._stores[id(linked)] = frozenset()
            found: set[str] = set()
            for operation in linked.method.operations:
                found |= self._stored_by(linked, operation, depth).keys()
            known = self._stores[id(linked)] = frozenset(found)
        return known


def _stored_name(operation: Operation) -> str:
    """The last word of what an assignment, `put` or `add` stores into."""
    if operation.kind == "assign":
        return _last(operation.name)
    if operation.kind == "call" and operation.receiver and operation.name.casefold() in _PUTTING:
        return _last(operation.receiver)
    return ""


def _stored_how(operation: Operation) -> str:
    """The assigned value, or the method that stores."""
    return (operation.arguments[0] if operation.kind == "assign" else operation.name).casefold()


def _keeps(test: _Test, values: set[str]) -> bool:
    """Whether what was tested is stored so that the test comes out otherwise the next time."""
    if test.becomes in ("true", "false"):
        opposite = "false" if test.becomes == "true" else "true"
        return opposite not in values and bool(values & {test.becomes, _UNKNOWN})
    return not test.becomes or bool(values & {test.becomes, _UNKNOWN})


def _last(name: str) -> str:
    """`cache` of `this.cache`, `Svc.cache`, `cache.get(k)`, `getCache()` and `cache[0]`."""
    return _plain(name.casefold()).rpartition(".")[2].removesuffix("()")


def _plain(name: str) -> str:
    return _AFTER_NAME.split(name, maxsplit=1)[0]


def _missing_by(atom: str, *, holds: bool) -> list[_Test]:
    """What a single test finds missing."""
    null = _NULL.fullmatch(atom)
    if null:
        name = null["n"] or null["n2"]
        is_null = (null["not"] or null["not2"]) == "="
        plain = _plain(name)
        by_key = plain != name
        return [_Test(plain, by_key)] if is_null == holds and re.fullmatch(_NAME, plain) else []
    size = _SIZE.fullmatch(atom)
    if size:
        empty = _is_empty(size["op"], int(size["count"]))
        return [_Test(size["n"])] if empty is holds else []
    empty_test = _EMPTY.fullmatch(atom)
    if empty_test:
        return [_Test(empty_test["n"] or empty_test["n2"])] if holds else []
    filled = _FILLED.fullmatch(atom)
    if filled:
        return [] if holds else [_Test(filled["n"])]
    key = _KEY.fullmatch(atom)
    if key:
        how = "put" if key["how"] == "contains" else ""  # a set that is added to remembers no result
        return [] if holds else [_Test(key["n"], by_key=True, becomes=how)]
    flag = _FLAG.fullmatch(atom)
    if flag and flag["n"] not in ("true", "false", "null"):
        is_set = holds == ((flag["op"] != "!=") == (flag["truth"] != "false"))
        return [_Test(flag["n"], becomes="false" if is_set else "true")]
    return []


def _is_empty(comparison: str, count: int) -> bool | None:
    """Whether a comparison of a size with a number holds for an empty list, and for no other."""
    if (comparison, count) in (("==", 0), ("<", 1), ("<=", 0)):
        return True
    if (comparison, count) in (("!=", 0), (">", 0), (">=", 1)):
        return False
    return None
