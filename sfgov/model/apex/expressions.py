"""What type an Apex expression has, as far as declarations tell: variables, fields, casts, creations, results.

No tree: an expression is text, cut at the dots of its outermost level.
"""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from sfgov.model.apex.linked import LinkedMethod
from sfgov.model.apex.members import Members
from sfgov.model.apex.types import Types

_OPEN = frozenset("([{")
_CLOSE = frozenset(")]}")
_WORD = re.compile(r"\w+")
_NEW = re.compile(r"new\s+([\w.]+\s*(?:<.*>)?(?:\s*\[\s*\])*)\s*[({\[]", re.DOTALL | re.IGNORECASE)
_CAST = re.compile(
    r"\(\s*([A-Za-z_][\w.]*\s*(?:<[\w\s.,<>\[\]]*>)?(?:\s*\[\s*\])*)\s*\)\s*([\w('\[].*)", re.DOTALL
)
_CALL = re.compile(r"(\w+)\s*\((.*)\)", re.DOTALL)
_INDEX = re.compile(r"(.*?)\s*\[[^\[\]]*\]", re.DOTALL)
_NUMBER = re.compile(r"-?\d+(?P<fraction>\.\d+)?(?P<suffix>[dDlL]?)")
_PIECE = re.compile(r"'(?:[^'\\]|\\.)*+'?|[()\[\]{}.]|[^'()\[\]{}.]++", re.DOTALL)
"""A string, a bracket, a dot, or what stands between them."""
_IN_CHAIN = re.compile(r"[\w? \t<>,-]*")
_JOB_IDS = frozenset({"gettriggerid", "getjobid", "getchildjobid", "getasyncapexjobid"})
_ELEMENT_METHODS = frozenset({"get", "remove"})
_SAME_METHODS = frozenset({"clone", "deepclone"})
_DEEPEST = 12


class TypeRef(msgspec.Struct, frozen=True, gc=False):
    """A type as it is written (`Map<Id, Account>`), and the key of the type in which it is written."""

    text: str
    inside: str


class Expressions:
    """Types of expressions in methods."""

    def __init__(self, types: Types, members: Members) -> None:
        self._types = types
        self._members = members
        self._keys: dict[tuple[str, str, str], str] = {}
        """Of names that are no local variables."""

    def type_of(
        self, linked: LinkedMethod, text: str, own: str, line: int = 0, depth: int = 0
    ) -> TypeRef | None:
        """The type of an expression; None where it is not known. `own` is the key of the type that `this` has.

        A plain type name (`Svc` in `Svc.run()`) has that type itself.
        """
        if text.isidentifier():  # as most are
            return self._named(linked, text, own, line)
        text = text.strip()
        if depth > _DEEPEST or not text or text.endswith("…"):
            return None
        if text[0] == "(":
            cast = _CAST.fullmatch(text)
            if cast:
                return TypeRef(cast[1], own)
        parts = split_at_dots(text)
        return self._first(linked, parts, own, line, depth) if parts else _joined(text)

    def key_of(self, linked: LinkedMethod, text: str, own: str, line: int = 0) -> str:
        """The key of the org's type that an expression has, or nothing."""
        if not text.isidentifier():
            return self._key(self.type_of(linked, text, own, line))
        local = linked.local(text.casefold(), line)
        if local:
            return self._types.find(local.type, linked.owner_key)
        wanted = (text, own, linked.owner_key)
        known = self._keys.get(wanted)
        if known is None:
            known = self._keys[wanted] = self._key(self._named(linked, text, own, line))
        return known

    def _key(self, found: TypeRef | None) -> str:
        return self._types.find(found.text, found.inside) if found else ""

    def _named(self, linked: LinkedMethod, name: str, own: str, line: int) -> TypeRef | None:
        """The type of a plain name: of a variable, of `this`, or the type of that name."""
        found = self._word(linked, name, own, line)
        return found or (TypeRef(name, own) if self._types.find(name, own) else None)

    def _word(self, linked: LinkedMethod, word: str, own: str, line: int) -> TypeRef | None:
        lower = word.casefold()
        if lower == "this":
            return TypeRef(own, own)
        if lower == "super":
            return TypeRef(self._types.parent(linked.owner_key), own)
        return self._variable(linked, lower, own, line) or _literal(word)

    def _first(
        self, linked: LinkedMethod, parts: tuple[str, ...], own: str, line: int, depth: int
    ) -> TypeRef | None:
        """The type of a chain: of its first part, then on from there. The longest type name wins over fields."""
        found = self._primary(linked, parts[0], own, line, depth)
        at = 1
        if found is None and _WORD.fullmatch(parts[0]):
            found, at = self._type_name(parts, own)
        if found is None and len(parts) > 1:
            found, at = _of_platform(parts)
        for part in parts[at:]:
            if found is None:
                return None
            found = self._member(found, part)
        return found

    def _type_name(self, parts: tuple[str, ...], own: str) -> tuple[TypeRef | None, int]:
        """The org's type that the first parts name, and how many parts that takes."""
        for count in (2, 1):
            name = ".".join(parts[:count])
            if len(parts) >= count and self._types.find(name, own):
                return TypeRef(name, own), count
        return None, 1

    def _primary(self, linked: LinkedMethod, part: str, own: str, line: int, depth: int) -> TypeRef | None:
        if _WORD.fullmatch(part):
            return self._word(linked, part, own, line)
        lower = part.casefold()
        if part[0] == "(" and part[-1] == ")":
            return self.type_of(linked, part[1:-1], own, line, depth + 1)
        if lower.startswith(("new ", "new\t")):
            made = _NEW.match(part)
            return TypeRef(made[1], own) if made else None
        call = _CALL.fullmatch(part)
        if call:
            return self._result(own, call[1], call[2], qualified=False)
        indexed = _INDEX.fullmatch(part)
        if indexed:
            return self._element(self.type_of(linked, indexed[1], own, line, depth + 1))
        return _literal(part)

    def _variable(self, linked: LinkedMethod, name: str, own: str, line: int) -> TypeRef | None:
        found = linked.local(name, line)
        if found:
            return TypeRef(found.type, linked.owner_key)
        field = self._types.visible_field(own, name)
        if field is None and own != linked.owner_key:
            field = self._types.visible_field(linked.owner_key, name)
        return TypeRef(field[0].type, field[1]) if field else None

    def _member(self, holder: TypeRef, part: str) -> TypeRef | None:
        """The type of a member: a field, a method's result, an element of a list."""
        call = _CALL.fullmatch(part)
        if call:
            key = self._types.find(holder.text, holder.inside)
            if key:
                return self._result(key, call[1], call[2], qualified=True)
            name = call[1].casefold()
            return of_collection(holder, name) or _of_text(holder, name) or _of_context(holder, name)
        indexed = _INDEX.fullmatch(part)
        if indexed:
            found = self._member(holder, indexed[1])
            return self._element(found)
        key = self._types.find(holder.text, holder.inside)
        if not key:
            return _of_record(part.casefold())
        field = self._types.field(key, part.casefold())
        return TypeRef(field[0].type, field[1]) if field else None

    def _element(self, holder: TypeRef | None) -> TypeRef | None:
        return of_collection(holder, "get") if holder else None

    def _result(self, key: str, name: str, arguments: str, *, qualified: bool) -> TypeRef | None:
        """What a method gives, where all overloads that fit give the same."""
        arity = len(split_at_commas(arguments))
        look = self._members.inherited if qualified else self._members.visible
        return result_of(look(key, name.casefold(), arity))


def result_of(methods: list[LinkedMethod]) -> TypeRef | None:
    """The return type that all of these methods have in common."""
    found = {TypeRef(m.method.return_type, m.owner_key) for m in methods}
    return found.pop() if len(found) == 1 else None


def _of_context(holder: TypeRef, method: str) -> TypeRef | None:
    """What a method (in lower case) of a job's context gives: its contexts know Ids of jobs."""
    context = holder.text.casefold().rpartition(".")[2]
    is_id = method in _JOB_IDS and context.endswith("context")
    return TypeRef("Id", "") if is_id else None


def of_collection(holder: TypeRef, method: str) -> TypeRef | None:
    """What a method (in lower case) of a list, set or map gives."""
    text = holder.text.strip()
    if text.endswith("]"):
        text = f"List<{text[: text.rindex('[')]}>"
    head, _, rest = text.partition("<")
    head, arguments = head.strip().casefold(), split_at_commas(rest.rstrip()[:-1])
    if not arguments or head not in ("list", "set", "map"):
        return None
    if method in _SAME_METHODS:
        return holder
    if method in _ELEMENT_METHODS or (method == "put" and head == "map"):
        return TypeRef(arguments[-1].strip(), holder.inside)
    if method == "values" and head == "map":
        return TypeRef(f"List<{arguments[-1].strip()}>", holder.inside)
    if method == "keyset" and head == "map":
        return TypeRef(f"Set<{arguments[0].strip()}>", holder.inside)
    return None


SIMPLE = "(simple)"
"""The type of a field that holds a single value, of which kind is not known: no record, no list."""


def _of_record(field: str) -> TypeRef | None:
    """The type of a field of a record: an `Id`, or some single value."""
    if field == "id":
        return TypeRef("Id", "")
    return TypeRef(SIMPLE, "") if field == "name" or field.endswith("__c") else None


_TEXT = TypeRef("String", "")
_LISTS_OF_TEXT = frozenset({"split", "splitbycharactertype", "splitbycharactertypecamelcase", "getchars"})
_PLATFORM = {"label": _TEXT, "string": _TEXT, "userinfo": TypeRef(SIMPLE, "")} | {
    name.casefold(): TypeRef(name, "")
    for name in ("Boolean", "Date", "Datetime", "Decimal", "Double", "Id", "Integer", "Long", "Time")
}


def _of_platform(parts: tuple[str, ...]) -> tuple[TypeRef | None, int]:
    """What `String.valueOf(x)`, `Date.today()`, `UserInfo.getUserId()` or `Label.Sorry` gives, and its parts."""
    system = parts[0].casefold() == "system" and len(parts) > 2
    at = 2 if system else 1
    found = _PLATFORM.get(parts[at - 1].casefold())
    asks = parts[at].casefold().startswith("is")  # `String.isBlank(x)`
    return (TypeRef("Boolean", "") if found and asks else found), at + 1


def _of_text(holder: TypeRef, method: str) -> TypeRef | None:
    """What a method (in lower case) of a single value gives: never a record."""
    if holder.text.casefold() not in (SIMPLE, "string", "id"):
        return None
    return TypeRef("List<String>", "") if method in _LISTS_OF_TEXT else TypeRef(SIMPLE, "")


def _joined(text: str) -> TypeRef | None:
    """`'Account ' + a.Name` is a text."""
    return _TEXT if text[0] == "'" and re.match(r"'(?:[^'\\]|\\.)*'\s*\+", text) else None


def _literal(text: str) -> TypeRef | None:
    if text[0] == "'":
        return TypeRef("String", "") if re.fullmatch(r"'(?:[^'\\]|\\.)*'", text) else None
    if text[0].isalpha():
        return TypeRef("Boolean", "") if text.casefold() in ("true", "false") else None
    number = _NUMBER.fullmatch(text)
    if number:
        wide = {"d": "Double", "l": "Long"}.get(number["suffix"].casefold())
        return TypeRef(wide or ("Decimal" if number["fraction"] else "Integer"), "")
    return None


@lru_cache(maxsize=4096)
def split_at_dots(text: str) -> tuple[str, ...]:
    """The parts of a chain `a.b(c).d[0]`; nothing for what is no chain (`a + b`)."""
    parts: list[str] = []
    start = depth = 0
    for match in _PIECE.finditer(text):
        piece = match[0]
        if piece in _OPEN:
            depth += 1
        elif piece in _CLOSE:
            depth -= 1
        elif depth or piece[0] == "'":
            continue
        elif piece == ".":
            if not text[start : match.start()].strip().isdigit():
                parts.append(text[start : match.start()].rstrip("?").strip())
                start = match.end()
        elif not _IN_CHAIN.fullmatch(piece) or (" " in piece and not _is_new(text[start:])):
            return ()
    last = text[start:].strip()
    return (*parts, last) if last else ()


def _is_new(text: str) -> bool:
    return text.lstrip()[:4].casefold() == "new "


def _after_string(text: str, index: int) -> int:
    index += 1
    while index < len(text) and text[index] != "'":
        index += 1 + (text[index] == "\\")
    return index + 1


def split_at_commas(text: str) -> tuple[str, ...]:
    """Arguments, or type arguments: what stands between the commas of the outermost level."""
    parts: list[str] = []
    start = depth = index = 0
    while index < len(text):
        char = text[index]
        if char == "'":
            index = _after_string(text, index)
            continue
        if char in _OPEN or char == "<":
            depth += 1
        elif char in _CLOSE or (char == ">" and depth):
            depth -= 1
        elif char == "," and depth == 0:
            parts.append(text[start:index])
            start = index + 1
        index += 1
    rest = text[start:].strip()
    return (*parts, rest) if rest else tuple(parts)
