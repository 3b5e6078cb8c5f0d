"""Which loops really multiply work: not those of a few rounds, over chunks, or around a remembered look-up."""

from __future__ import annotations

import re

from sfgov.facts.apex import Guard, Loop, Operation
from sfgov.model.apex.linked import LinkedMethod

FEW = 5
"""A loop that is surely at most this long is not worth a word."""

_COUNT_TO = re.compile(r"=\s*(\d+)\s*;\s*\w+\s*(<=?)\s*(\d+)\s*;")
_STEP = re.compile(r";[^;]*?\b(\w+)\s*(?:\+=\s*([\w.]+)|=\s*\1\s*\+\s*([\w.]+))")
_LITERAL_LIST = re.compile(
    r"new\s+(?:List|Set)\s*<.*?>\s*\{(.*)\}|new\s+\w+\s*\[\s*\]\s*\{(.*)\}", re.DOTALL | re.IGNORECASE
)
_LIST_OF_LISTS = re.compile(r"(?:List\s*<\s*List\s*<|List\s*<\s*\w+\s*\[\s*\])", re.IGNORECASE)
_LIST_TYPE = re.compile(r"List\s*<|.*\[\s*\]$", re.IGNORECASE)
_DESCRIBE_TYPES = {
    "sobjecttype", "sobjectfield", "picklistentry", "describesobjectresult", "describefieldresult",
    "childrelationship", "recordtypeinfo", "fieldset", "fieldsetmember",
}  # fmt: skip
_FULL_CHUNK = re.compile(
    r"([\w.]+)\.size\(\)\s*(?:==|>=|>)\s*[\w.]+|[\w.]+\s*(?:==|<=|<)\s*([\w.]+)\.size\(\)"
)
_TESTED_NULL = re.compile(r"([\w.\[\]()]+)\s*==\s*null\b|\bnull\s*==\s*([\w.\[\]()]+)", re.IGNORECASE)
_TESTED_EMPTY = re.compile(r"([\w.]+)\.(?:isEmpty\(\)|size\(\)\s*==\s*0)", re.IGNORECASE)
_TESTED_KEY = re.compile(
    r"([\w.]+)\.(?:containsKey|contains)\(|([\w.]+)\.get\([^()]*\)\s*==\s*null", re.IGNORECASE
)
_FLAG = re.compile(r"!\s*([\w.]+)\s*(?:&&|$)")
_STORING = frozenset({"put", "putall", "add", "addall"})


def multiplying_loops(linked: LinkedMethod, operation: Operation) -> list[Loop]:
    """The loops that repeat an operation an unbounded number of times, outermost first."""
    if not operation.loops or _is_rare(linked, operation):
        return []
    return [loop for loop in linked.loops_of(operation) if not _is_harmless(linked, loop)]


def _is_rare(linked: LinkedMethod, operation: Operation) -> bool:
    """Runs once in a while: on an error, for a full chunk, or the first time only."""
    guards = linked.guards_of(operation)
    return (
        any(guard.kind == "catch" for guard in guards)
        or any(_sends_full_chunk(guard, operation) for guard in guards)
        or is_memoised(linked, operation)
    )


def _is_harmless(linked: LinkedMethod, loop: Loop) -> bool:
    if loop.kind == "for":
        return _counts_to_few(loop.head) or _steps_in_chunks(loop.head)
    if loop.kind == "for-each":
        return _runs_over_chunks(linked, loop) or _runs_over_few(linked, loop)
    return False


def _counts_to_few(head: str) -> bool:
    match = _COUNT_TO.search(head)
    return match is not None and int(match[3]) - int(match[1]) + (match[2] == "<=") <= FEW


def _steps_in_chunks(head: str) -> bool:
    match = _STEP.search(head.partition(";")[2])
    return match is not None and (match[2] or match[3]) != "1"


def _runs_over_chunks(linked: LinkedMethod, loop: Loop) -> bool:
    """`for (List<Account> some : [SELECT …])` takes 200 at a time; so does a list of lists built by size."""
    if loop.iterable.lstrip().startswith("["):
        return _LIST_TYPE.match(linked.type_of(loop.variable)) is not None
    return _LIST_OF_LISTS.match(linked.type_of(loop.iterable)) is not None


def _runs_over_few(linked: LinkedMethod, loop: Loop) -> bool:
    """Over a written-down list of at most `FEW` elements, or over the schema."""
    kind = linked.type_of(loop.variable).casefold().removeprefix("schema.")
    if kind in _DESCRIBE_TYPES:
        return True
    text = loop.iterable.strip()
    if re.fullmatch(r"(?:\w+\.)?\w+", text) and _is_constant(linked, text):
        text = linked.initial_of(text.rpartition(".")[2])
    match = _LITERAL_LIST.fullmatch(text.strip())
    return match is not None and _count_elements(match[1] or match[2] or "") <= FEW


def _is_constant(linked: LinkedMethod, name: str) -> bool:
    """A final field, or a local that nothing is added to."""
    bare = name.rpartition(".")[2].casefold()
    fields = linked.owner.fields if linked.owner else ()
    if any(f.name.casefold() == bare for f in fields):
        return any(f.name.casefold() == bare and "final" in f.modifiers for f in fields)
    return not any(
        op.kind == "call" and op.name.casefold() in _STORING and op.receiver.casefold() == bare
        for op in linked.method.operations
    )


def _count_elements(text: str) -> int:
    depth = 0
    commas = 0
    for char in re.sub(r"'(?:[^'\\]|\\.)*'", "''", text):
        depth += (char in "([{") - (char in ")]}")
        commas += char == "," and depth == 0
    return commas + 1 if text.strip() else 0


def _sends_full_chunk(guard: Guard, operation: Operation) -> bool:
    """`if (batch.size() == 200) { insert batch; … }`"""
    match = _FULL_CHUNK.search(guard.condition) if guard.kind == "if" else None
    if match is None:
        return False
    chunk = (match[1] or match[2]).casefold()
    return any(chunk == argument.strip().casefold() for argument in operation.arguments)


def is_memoised(linked: LinkedMethod, operation: Operation) -> bool:
    """Whether the operation only fills something that is remembered, and that was tested to be missing before.

    `if (x == null) x = [SELECT …]`, `if (!m.containsKey(k)) m.put(k, …)`, `if (m.containsKey(k)) continue;`
    before it, and the same with `isEmpty()` or a flag that is set. A local that is made anew in each round
    remembers nothing.
    """
    return any(
        _is_kept(linked, operation, tested) and _is_filled(linked, tested, guard)
        for guard in linked.guards_of(operation)
        if guard.kind in ("if", "after-exit", "else", "ternary")
        for tested in _tested(guard)
    )


def _tested(guard: Guard) -> list[str]:
    """What a guard finds missing when the guarded statements run."""
    missing_if_true = [m[1] or m[2] for m in _TESTED_NULL.finditer(guard.condition)]
    missing_if_true += [m[1] for m in _TESTED_EMPTY.finditer(guard.condition)]
    missing_if_true += [m[1] for m in _FLAG.finditer(guard.condition)]
    keyed = [m[1] or m[2] for m in _TESTED_KEY.finditer(guard.condition)]
    if guard.kind in ("if", "ternary"):
        return [re.sub(r"\.get\(.*$", "", name) for name in (*missing_if_true, *keyed)]
    inverted = re.findall(r"([\w.]+)\s*!=\s*null|^\s*([\w.]+)\s*$", guard.condition)
    return [*keyed, *(a or b for a, b in inverted)]


def _is_kept(linked: LinkedMethod, operation: Operation, name: str) -> bool:
    """Whether a name outlives the rounds of the operation's loops."""
    if not operation.loops:
        return True
    first_loop = linked.method.loops[operation.loops[0]]
    bare = name.removeprefix("this.").casefold()
    return not any(
        variable.name.casefold() == bare and first_loop.line <= variable.line <= operation.line
        for variable in linked.method.variables
    )


def _is_filled(linked: LinkedMethod, name: str, guard: Guard) -> bool:
    """Whether the guarded statements store into the tested name."""
    bare = name.removeprefix("this.").casefold()
    for other in linked.method.operations:
        if guard not in linked.guards_of(other):
            continue
        target = other.name if other.kind == "assign" else other.receiver
        if other.kind == "assign" or (other.kind == "call" and other.name.casefold() in _STORING):
            root = re.sub(r"\[.*$", "", target).removeprefix("this.").casefold()
            if root == bare or root.rpartition(".")[2] == bare.rpartition(".")[2]:
                return True
    return False
