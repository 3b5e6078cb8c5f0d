"""Loops whose heads show that they are short, or that they go in chunks: not a round per record."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import islice

from sfgov.facts.apex import Loop
from sfgov.model.apex.batches import BatchSizes
from sfgov.model.apex.conditions import evaluate
from sfgov.model.apex.expressions import Expressions, TypeRef, of_collection, split_at_commas
from sfgov.model.apex.linked import LinkedMethod
from sfgov.model.apex.types import Types

FEW = 5
"""A loop that is surely at most this long is not worth a word."""

_COUNTING = re.compile(r"(?:\w+\s+)?\w+\s*=\s*([\w.]+)\s*;\s*\w+\s*(<=?|>=?|!=)\s*([\w.]+)\s*;")
_SOON = re.compile(r"\w+<=?(\d+)|(\d+)>=?\w+")
_RETRY = re.compile(r"re?tr(?:y|ies)|attempt|\btries\b", re.IGNORECASE)
_STEP = re.compile(r";[^;]*?\b(\w+)\s*(?:[-+]=\s*([\w.]+)|=\s*\1\s*[-+]\s*([\w.]+))")
_BODY_STEP = re.compile(
    r"(\w+)\s*(?:[-+]=\s*|=\s*\1\s*[-+]\s*)(?:\d{2,}|[A-Z_]{3,}|[\w.]*(?i:size|limit|chunk|batch|step))"
)
_SIZED = re.compile(r"([\w.]+)\.size\(\)", re.IGNORECASE)
_UP_TO = re.compile(
    r"\.size\(\)\s*<=?\s*(?:\d{2,}|[A-Za-z_]\w*\b(?!\.))|(?:\d{2,}|\b[A-Za-z_]\w*)\s*>=?\s*\w+\.size\(\)"
)
"""A list is filled up to a number, or to a constant."""
_WORD = re.compile(r"\w+")
_NAME = re.compile(r"(?:\w+\.)*\w+")
_LITERAL = re.compile(
    r"new\s+(?:List|Set|Map)\s*<.*?>\s*\{(.*)\}|new\s+[\w.]+\s*\[\s*\]\s*\{(.*)\}", re.DOTALL | re.IGNORECASE
)
_INLINE = re.compile(r"\s*\[\s*select\b", re.IGNORECASE)
_LIMIT = re.compile(
    r"\blimit\s+(\d+)(?:\s+offset\s+\S+)?(?:\s+(?:for|all|update)\s+\w+)*\s*\]?\s*$", re.IGNORECASE
)
_QUERY = re.compile(r"\[\s*select\b|(?:system\.)?database\.query", re.IGNORECASE)
_LIST = re.compile(r"(?:List|Set)\s*<|.*\[\s*\]$", re.IGNORECASE | re.DOTALL)
_MAP_PART = re.compile(r"(.+)\.(?:values|keyset)\(\)", re.IGNORECASE | re.DOTALL)
_DESCRIBE_TYPES = frozenset(
    {
        "sobjecttype", "sobjectfield", "picklistentry", "describesobjectresult", "describefieldresult",
        "childrelationship", "recordtypeinfo", "fieldset", "fieldsetmember",
    }
)  # fmt: skip
_SCHEMA = re.compile(
    r"getglobaldescribe\(|\.fields\.getmap\(|\.fieldsets\.getmap\(|getpicklistvalues\(|getchildrelationships\(|"
    r"getrecordtypeinfos",
    re.IGNORECASE,
)


class Bounded:
    """Tells loops that cannot be long from others."""

    def __init__(self, types: Types, expressions: Expressions, batches: BatchSizes) -> None:
        self._types = types
        self._expressions = expressions
        self._batches = batches
        self._known: dict[int, bool] = {}

    def __call__(self, linked: LinkedMethod, loop: Loop) -> bool:
        """Whether a loop is short, or goes in chunks."""
        known = self._known.get(id(loop))
        if known is None:
            known = self._known[id(loop)] = self._is_bounded(linked, loop)
        return known

    def _is_bounded(self, linked: LinkedMethod, loop: Loop) -> bool:
        if loop.kind == "for-each":
            return self._over_chunks(linked, loop) or self._over_few(linked, loop)
        if any(self._is_of_few(linked, name, loop.line) for name in _sized(linked, loop)):
            return True
        if loop.kind == "for":
            condition = loop.head.split(";")[1:2]
            return self._counts_to_few(linked, loop) or _is_soon_false(condition) or _steps_in_chunks(loop)
        return (
            _is_soon_false([loop.head])
            or _RETRY.search(loop.head) is not None
            or _goes_on_after_errors(linked, loop)
            or _counts_in_chunks(linked, loop)
            or _fills_chunks(linked, loop)
            or self._walks_handlers(linked, loop)
        )

    # Over what a loop runs

    def _over_chunks(self, linked: LinkedMethod, loop: Loop) -> bool:
        """`for (List<Account> some : [SELECT …])` takes 200 at a time; so does a list of lists built by size."""
        if not _LIST.match(linked.type_of(loop.variable, loop.line)):
            return False
        return _QUERY.match(loop.iterable.strip()) is not None or self._is_list_of_lists(
            linked, loop.iterable, loop.line
        )

    def _is_list_of_lists(self, linked: LinkedMethod, text: str, line: int) -> bool:
        """A list of lists, but not the groups of a map."""
        if _MAP_PART.fullmatch(text.strip()) or _MAP_PART.fullmatch(linked.initial_of(text.strip(), line)):
            return False
        holder = self._expressions.type_of(linked, text, linked.owner_key, line)
        item = of_collection(holder, "get") if holder and _LIST.match(holder.text) else None
        return item is not None and _LIST.match(item.text) is not None

    def _over_few(self, linked: LinkedMethod, loop: Loop) -> bool:
        """Over a written-down list of at most `FEW` elements, the values of an enum, handlers, or the schema."""
        item = TypeRef(linked.type_of(loop.variable, loop.line), linked.owner_key)
        if self._are_few(item) or _SCHEMA.search(loop.iterable):
            return True
        text = loop.iterable.strip()
        if self._batches.scope_is_at_most(FEW, linked, text) or _is_query_of_few(linked, loop):
            return True
        part = _MAP_PART.fullmatch(text)
        if part:
            text = part[1]
            if self._is_kind(TypeRef(text, linked.owner_key), "enum"):
                return True
        if _NAME.fullmatch(text):
            text = self._constant(linked, text, loop.line)
        literal = _LITERAL.fullmatch(text.strip())
        return literal is not None and len(split_at_commas(literal[1] or literal[2] or "")) <= FEW

    def _is_of_few(self, linked: LinkedMethod, name: str, line: int) -> bool:
        """Whether a list, by name, has few elements or is one of chunks."""
        holder = self._expressions.type_of(linked, name, linked.owner_key, line)
        item = of_collection(holder, "get") if holder else None
        return item is not None and (self._are_few(item) or self._is_list_of_lists(linked, name, line))

    def _are_few(self, item: TypeRef) -> bool:
        """Things of which an org has few: parts of the schema, values of an enum, handlers behind an interface."""
        plain = item.text.casefold().removeprefix("schema.")
        return plain in _DESCRIBE_TYPES or self._is_kind(item, "enum") or self._is_kind(item, "interface")

    def _is_kind(self, item: TypeRef, kind: str) -> bool:
        one = self._types.get(self._types.find(item.text, item.inside))
        return one is not None and one.kind == kind

    def _walks_handlers(self, linked: LinkedMethod, loop: Loop) -> bool:
        """`while (handler != null) { …; handler = handler.next(); }`"""
        match = re.fullmatch(r"\s*(\w+)\s*!=\s*null\s*", loop.head, re.IGNORECASE)
        if match is None:
            return False
        key = self._expressions.key_of(linked, match[1], linked.owner_key, loop.line)
        one = self._types.get(key)
        return one is not None and (one.kind == "interface" or "abstract" in one.modifiers)

    # How far a loop counts

    def _counts_to_few(self, linked: LinkedMethod, loop: Loop) -> bool:
        match = _COUNTING.match(loop.head)
        if match is None:
            return False
        start, end = self._number(linked, match[1], loop.line), self._number(linked, match[3], loop.line)
        if start is None or end is None:
            return False
        return abs(end - start) + (match[2] in ("<=", ">=")) <= FEW

    def _number(self, linked: LinkedMethod, text: str, line: int) -> int | None:
        """A whole number, written down or as a constant."""
        if text.isdigit():
            return int(text)
        initial = self._constant(linked, text, line)
        return int(initial) if initial.isdigit() else None

    def _constant(self, linked: LinkedMethod, text: str, line: int) -> str:
        """The text of a final field, or of a local that nothing is stored into; else nothing."""
        holder, _, name = text.casefold().rpartition(".")
        if holder and holder != "this":
            found = self._types.field(self._types.find(holder, linked.owner_key), name)
        else:
            local = None if holder else linked.local(name, line)
            if local:
                return "" if _is_changed(linked, name) or local.scope >= 0 else local.initial
            found = self._types.visible_field(linked.owner_key, name)
        return found[0].initial if found and "final" in found[0].modifiers else ""


def _sized(linked: LinkedMethod, loop: Loop) -> list[str]:
    """The lists whose size ends a counting loop: named in its head, or where its variable starts."""
    texts = [loop.head]
    if loop.kind != "for":
        texts += [linked.initial_of(word, loop.line) for word in _WORD.findall(loop.head)[:4]]
    return [name for text in texts for name in _SIZED.findall(text)]


def _steps_in_chunks(loop: Loop) -> bool:
    match = _STEP.search(loop.head.partition(";")[2])
    return match is not None and (match[2] or match[3]) != "1"


def _counts_in_chunks(linked: LinkedMethod, loop: Loop) -> bool:
    """`while (at < size) { …; at += 200; }`"""
    for operation in linked.method.operations:
        if operation.kind == "assign" and loop.line <= operation.line <= loop.end_line:
            match = _BODY_STEP.fullmatch(operation.text or f"{operation.name} = {operation.arguments[0]}")
            if match and re.search(rf"\b{re.escape(match[1])}\b", loop.head, re.IGNORECASE):
                return True
    return False


def _is_query_of_few(linked: LinkedMethod, loop: Loop) -> bool:
    """Over a query with `LIMIT 1`, there and then or by the name of a local that only holds its result."""
    text, line = loop.iterable.strip(), loop.line
    if _NAME.fullmatch(text):
        local = linked.local(text.casefold(), line)
        if local is None or _is_changed(linked, text.casefold()):
            return False
        text, line = local.initial, local.line
    if not _INLINE.match(text):
        return False
    operations = linked.method.operations
    at = bisect_left(operations, line, key=lambda operation: operation.line)
    query = next((op.text for op in islice(operations, at, None) if op.kind == "soql"), "")
    limit = _LIMIT.search(query)
    return limit is not None and int(limit[1]) <= FEW


def _fills_chunks(linked: LinkedMethod, loop: Loop) -> bool:
    """`while (!all.isEmpty()) { while (some.size() < 200 && …) { some.add(all.remove(0)); } … }`"""
    index = linked.method.loops.index(loop)
    inner = (other for other in linked.method.loops[index + 1 :] if other.parent == index)
    return any(_UP_TO.search(other.head) for other in inner)


def _is_soon_false(conditions: list[str]) -> bool:
    """`tries < 3`: something counts, for the loop would never end otherwise."""

    def decide(atom: str) -> bool | None:
        match = _SOON.fullmatch(atom)
        return False if match and int(match[1] or match[2]) <= FEW else None

    return any(evaluate(condition, decide) is False for condition in conditions)


def _goes_on_after_errors(linked: LinkedMethod, loop: Loop) -> bool:
    """`do { again = false; try { … } catch (…) { again = true; } } while (again);`"""
    again = [
        op
        for op in linked.method.operations
        if op.kind == "assign"
        and op.name.casefold() == loop.head.strip().casefold()
        and op.arguments[0].casefold() == "true"
        and loop.line <= op.line <= loop.end_line
    ]
    return bool(again) and all(any(g.kind == "catch" for g in linked.guards_of(op)) for op in again)


def _is_changed(linked: LinkedMethod, name: str) -> bool:
    """Whether a local variable is assigned, or something is added to it."""
    return any(
        (op.kind == "assign" and op.name.casefold() == name)
        or (op.kind == "call" and op.receiver.casefold() == name and op.name.casefold() in _ADDING)
        for op in linked.method.operations
    )


_ADDING = frozenset({"add", "addall", "put", "putall"})
