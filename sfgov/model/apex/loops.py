"""Which loops really multiply work: not those of a few rounds, over chunks, or around a remembered look-up."""

from __future__ import annotations

import re
from collections.abc import Collection

from sfgov.facts.apex import Loop, Operation
from sfgov.model.apex.conditions import evaluate, holds, parsed
from sfgov.model.apex.effects import LOOK_UPS, Effect
from sfgov.model.apex.expressions import split_at_commas
from sfgov.model.apex.linked import LinkedMethod
from sfgov.model.apex.memory import Memory
from sfgov.model.apex.types import Types

FEW = 5
"""A loop that is surely at most this long is not worth a word."""
_CHUNK = 10
"""The least size of a list that is saved when it is full; comparing with less is a test for emptiness."""

_COUNTING = re.compile(r"(?:\w+\s+)?\w+\s*=\s*([\w.]+)\s*;\s*\w+\s*(<=?|>=?|!=)\s*([\w.]+)\s*;")
_SOON = re.compile(r"\w+<=?(\d+)|(\d+)>=?\w+")
_STEP = re.compile(r";[^;]*?\b(\w+)\s*(?:[-+]=\s*([\w.]+)|=\s*\1\s*[-+]\s*([\w.]+))")
_BODY_STEP = re.compile(
    r"(\w+)\s*(?:[-+]=\s*|=\s*\1\s*[-+]\s*)(?:\d{2,}|[A-Z_]{3,}|[\w.]*(?i:size|limit|chunk|batch|step))"
)
_LITERAL = re.compile(
    r"new\s+(?:List|Set|Map)\s*<.*?>\s*\{(.*)\}|new\s+[\w.]+\s*\[\s*\]\s*\{(.*)\}", re.DOTALL | re.IGNORECASE
)
_LIST_OF_LISTS = re.compile(
    r"List\s*<\s*List\s*<|List\s*<\s*[\w.]+\s*\[\s*\]|[\w.]+\s*\[\s*\]\s*\[\s*\]", re.IGNORECASE
)
_LIST_TYPE = re.compile(r"List\s*<|.*\[\s*\]$", re.IGNORECASE)
_MAP_PART = re.compile(r"(.+)\.(?:values|keyset)\(\)", re.IGNORECASE)
_DESCRIBE_TYPES = {
    "sobjecttype", "sobjectfield", "picklistentry", "describesobjectresult", "describefieldresult",
    "childrelationship", "recordtypeinfo", "fieldset", "fieldsetmember",
}  # fmt: skip
_SCHEMA = re.compile(
    r"getglobaldescribe\(|\.fields\.getmap\(|\.fieldsets\.getmap\(|getpicklistvalues\(|getchildrelationships\(|getrecordtypeinfos",
    re.IGNORECASE,
)
_FULL = re.compile(
    r"(?P<n>[\w.]+)\.size\(\)(?:==|>=|>)(?P<to>[\w.]+)|(?P<to2>[\w.]+)(?:==|<=|<)(?P<n2>[\w.]+)\.size\(\)"
)
_NAME = re.compile(r"(?:\w+\.)*\w+")


def outside_tests(atom: str) -> bool | None:
    """What is known of a condition in production: `Test.isRunningTest()` is false."""
    return False if atom.removeprefix("system.") == "test.isrunningtest()" else None


class Loops:
    """The loops that matter."""

    def __init__(self, types: Types, memory: Memory) -> None:
        self._types = types
        self._memory = memory

    def multiplying(
        self, linked: LinkedMethod, operation: Operation, effects: Collection[Effect]
    ) -> list[Loop]:
        """The loops that repeat effects of an operation an unbounded number of times, outermost first."""
        if not operation.loops or self.is_rare(linked, operation):
            return []
        look_up = all(effect in LOOK_UPS for effect in effects)
        memos = [memo for memo in self._memory.of(linked, operation) if look_up or not memo.by_key]
        return [
            loop
            for index in operation.loops
            if not any(memo.outlives(index, linked.method.loops[index].line) for memo in memos)
            and not self._is_harmless(linked, loop := linked.method.loops[index])
        ]

    def is_rare(self, linked: LinkedMethod, operation: Operation) -> bool:
        """Runs on an error only, in tests only, never, or only when a chunk is full."""
        index = operation.guard
        while index >= 0:
            guard = linked.method.guards[index]
            if guard.kind == "catch" or holds(guard, outside_tests) is False:
                return True
            if guard.kind == "if" and self._saves_full_chunk(linked, index, operation):
                return True
            index = guard.parent
        return False

    # Harmless loops

    def _is_harmless(self, linked: LinkedMethod, loop: Loop) -> bool:
        if loop.kind == "for-each":
            return self._over_chunks(linked, loop) or self._over_few(linked, loop)
        if loop.kind == "for":
            return self._counts_to_few(linked, loop) or _steps_in_chunks(loop.head.partition(";")[2])
        return _is_soon_false([loop.head]) or _counts_in_chunks(linked, loop)

    def _counts_to_few(self, linked: LinkedMethod, loop: Loop) -> bool:
        match = _COUNTING.match(loop.head)
        if match is None:
            return _is_soon_false(loop.head.split(";")[1:2])
        start, end = self._number(linked, match[1]), self._number(linked, match[3])
        if start is None or end is None:
            return False
        return abs(end - start) + (match[2] in ("<=", ">=")) <= FEW

    def _number(self, linked: LinkedMethod, text: str) -> int | None:
        """A whole number, written down or as a constant."""
        if text.isdigit():
            return int(text)
        initial = self._constant(linked, text)
        return int(initial) if initial.isdigit() else None

    def _constant(self, linked: LinkedMethod, text: str) -> str:
        """The text of a final field, or of a local that nothing is stored into; else nothing."""
        holder, _, name = text.casefold().rpartition(".")
        if not holder or holder == "this":
            local = linked.local(name) if not holder else None
            if local:
                return "" if _is_changed(linked, name) or local.scope >= 0 else local.initial
            found = self._types.visible_field(linked.owner_key, name)
        else:
            found = self._types.field(self._types.find(holder, linked.owner_key), name)
        return found[0].initial if found and "final" in found[0].modifiers else ""

    def _over_chunks(self, linked: LinkedMethod, loop: Loop) -> bool:
        """`for (List<Account> some : [SELECT …])` takes 200 at a time; so does a list of lists built by size."""
        iterable = loop.iterable.strip()
        if iterable.startswith("[") or iterable.casefold().startswith("database.query"):
            return _LIST_TYPE.match(linked.type_of(loop.variable, loop.line)) is not None
        if not _LIST_OF_LISTS.match(linked.type_of(iterable, loop.line)):
            return False
        return not _MAP_PART.fullmatch(linked.initial_of(iterable, loop.line))

    def _over_few(self, linked: LinkedMethod, loop: Loop) -> bool:
        """Over a written-down list of at most `FEW` elements, the values of an enum, or the schema."""
        kind = linked.type_of(loop.variable, loop.line).casefold().removeprefix("schema.")
        if kind in _DESCRIBE_TYPES or _SCHEMA.search(loop.iterable):
            return True
        text = loop.iterable.strip()
        part = _MAP_PART.fullmatch(text)
        if part:
            enum = self._types.get(self._types.find(part[1], linked.owner_key))
            if enum and enum.kind == "enum":
                return True
            text = part[1]
        if _NAME.fullmatch(text):
            text = self._constant(linked, text)
        literal = _LITERAL.fullmatch(text.strip())
        return literal is not None and len(split_at_commas(literal[1] or literal[2] or "")) <= FEW

    def _saves_full_chunk(self, linked: LinkedMethod, index: int, operation: Operation) -> bool:
        """`if (batch.size() == 200) { insert batch; batch.clear(); }`"""
        condition = parsed(linked.method.guards[index].condition)
        match = _FULL.fullmatch(condition) if isinstance(condition, str) else None
        if match is None:
            return False
        size = match["to"] or match["to2"]
        if size.isdigit() and int(size) < _CHUNK:
            return False
        chunk = (match["n"] or match["n2"]).removeprefix("this.")
        given = [argument.strip().casefold().removeprefix("this.") for argument in operation.arguments]
        return chunk in given or self._memory.stores_behind(linked, index, chunk)


def _steps_in_chunks(rest: str) -> bool:
    match = _STEP.search(rest)
    return match is not None and (match[2] or match[3]) != "1"


def _counts_in_chunks(linked: LinkedMethod, loop: Loop) -> bool:
    """`while (at < size) { …; at += 200; }`"""
    for operation in linked.method.operations:
        if operation.kind == "assign" and loop.line <= operation.line <= loop.end_line:
            match = _BODY_STEP.fullmatch(operation.text or f"{operation.name} = {operation.arguments[0]}")
            if match and re.search(rf"\b{re.escape(match[1])}\b", loop.head, re.IGNORECASE):
                return True
    return False


def _is_soon_false(conditions: list[str]) -> bool:
    """`tries < 3`: something counts, for the loop would never end otherwise."""

    def decide(atom: str) -> bool | None:
        match = _SOON.fullmatch(atom)
        return False if match and int(match[1] or match[2]) <= FEW else None

    return any(evaluate(condition, decide) is False for condition in conditions)


def _is_changed(linked: LinkedMethod, name: str) -> bool:
    """Whether a local variable is assigned, or something is added to it."""
    return any(
        (op.kind == "assign" and op.name.casefold() == name)
        or (
            op.kind == "call"
            and op.receiver.casefold() == name
            and op.name.casefold() in ("add", "addall", "put", "putall")
        )
        for op in linked.method.operations
    )
