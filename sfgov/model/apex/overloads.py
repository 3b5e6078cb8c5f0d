"""Which of several methods of one name a call means: the one whose parameters take the arguments."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sfgov.model.apex.expressions import SIMPLE, TypeRef
from sfgov.model.apex.linked import LinkedMethod
from sfgov.model.apex.members import plain_type
from sfgov.model.apex.types import Types

_NUMBERS = ("integer", "long", "double", "decimal")
_SIMPLE = frozenset({*_NUMBERS, "string", "id", "boolean", "date", "datetime", "time", "blob"})
_COLLECTION = re.compile(r"(list|set|map|iterable|iterator)<(.*)>", re.DOTALL)
_EXACT, _NEAR, _LOOSE = 0, 1, 3


def fitting(
    methods: Sequence[LinkedMethod], given: Sequence[TypeRef | None], types: Types
) -> list[LinkedMethod]:
    """The methods that fit best; more than one where the arguments' types do not tell."""
    ranked = [(rank, m) for m in methods if (rank := _rank(m, given, types)) is not None]
    best = min((rank for rank, _ in ranked), default=None)
    return [m for rank, m in ranked if rank == best] or list(methods)


def _rank(linked: LinkedMethod, given: Sequence[TypeRef | None], types: Types) -> int | None:
    """How far the parameters are from the arguments; None where they cannot take them."""
    total = 0
    for parameter, argument in zip(linked.method.parameters, given, strict=True):
        if argument is None:
            continue
        distance = _distance(argument, TypeRef(parameter.type, linked.owner_key), types)
        if distance is None:
            return None
        total += distance
    return total


def _distance(given: TypeRef, wanted: TypeRef, types: Types) -> int | None:
    own, other = types.find(given.text, given.inside), types.find(wanted.text, wanted.inside)
    if own or other:
        return _between_classes(own, other, wanted, types)
    have, need = plain_type(given.text), plain_type(wanted.text)
    if have == need:
        return _EXACT
    if need == "object":
        return _LOOSE
    if have == SIMPLE:
        return _NEAR if need in _SIMPLE else None
    if have in _NUMBERS and need in _NUMBERS:
        return _widening(have, need)
    if {have, need} == {"id", "string"}:
        return _NEAR
    return _between_shapes(have, need)


def _widening(have: str, need: str) -> int | None:
    """An Integer goes where a Decimal is wanted, not the other way round."""
    if need == "integer" or (need == "long" and have != "integer"):
        return None
    return abs(_NUMBERS.index(need) - _NUMBERS.index(have))


def _between_classes(own: str, other: str, wanted: TypeRef, types: Types) -> int | None:
    if own == other:
        return _EXACT
    if own and other:
        return _NEAR if other in types.above(own) else _LOOSE if own in types.above(other) else None
    need = plain_type(wanted.text)
    return None if not own or need in _SIMPLE or need.startswith(("list<", "set<", "map<")) else _LOOSE


def _between_shapes(have: str, need: str) -> int | None:
    """Of a record, a simple value and a collection, each takes only its own kind."""
    have_many, need_many = _COLLECTION.fullmatch(have), _COLLECTION.fullmatch(need)
    if have_many and need_many:
        if have_many[1] != need_many[1]:
            return _LOOSE if need_many[1].startswith("itera") else None
        return _within(have_many[2], need_many[2])
    if have_many or need_many:
        return None
    if (have in _SIMPLE) != (need in _SIMPLE) or (have in _SIMPLE and need in _SIMPLE):
        return None
    return _NEAR if "sobject" in (have, need) else _LOOSE if "object" in (have, need) else None


def _within(have: str, need: str) -> int | None:
    """`List<Account>` goes where `List<SObject>` is wanted, not where `List<Id>` is."""
    if have == need:
        return _EXACT
    if have in _SIMPLE or need in _SIMPLE:
        return _NEAR if {have, need} == {"id", "string"} else None
    return _NEAR if "sobject" in (have, need) or "object" in (have, need) else None
