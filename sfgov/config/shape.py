"""Whether plain values fit a type: everything that does not, at once, each with its place and what was expected."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import inspect

from sfgov.check import Severity
from sfgov.spelling import did_you_mean
from sfgov.yaml12 import Keys


class Misfit(msgspec.Struct, frozen=True):
    """A value that does not fit: where it is and why."""

    keys: Keys
    reason: str


def misfits(value: Any, expected: type, keys: Keys = ()) -> Iterator[Misfit]:
    """All that keeps `value` from being converted to `expected`.

    A known key without a value (`delete:` and nothing below it) is as if it were not there.
    """
    found = list(_misfits(value, inspect.type_info(expected), keys))
    yield from found
    if not found:
        yield from _refused(value, expected, keys)


def _refused(value: Any, expected: type, keys: Keys) -> Iterator[Misfit]:
    """What a type says for itself beyond its shape (`max_length`, `__post_init__`)."""
    try:
        msgspec.convert(without_nulls(value), expected)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `$")
        yield Misfit((*keys, *re.findall(r"\w+", path)), reason[:1].lower() + reason[1:])


def without_nulls(value: Any) -> Any:
    """A copy without the keys that have no value."""
    if isinstance(value, dict):
        return {key: without_nulls(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value


def _misfits(value: Any, expected: inspect.Type, keys: Keys) -> Iterator[Misfit]:
    match expected, value:
        case inspect.StructType(), dict():
            yield from _struct(value, expected, keys)
        case inspect.DictType(), dict():
            for key, inner in value.items():
                yield from _misfits(inner, expected.value_type, (*keys, key))
        case (
            (inspect.VarTupleType() | inspect.ListType() | inspect.SetType() | inspect.FrozenSetType()),
            list(),
        ):
            for index, item in enumerate(value):
                yield from _misfits(item, expected.item_type, (*keys, str(index)))
        case ((inspect.EnumType() | inspect.LiteralType()), str()):
            yield from _choice(value, _choices(expected), keys)
        case inspect.DateType(), str():
            if not _is_date(value):
                yield Misfit(keys, f'"{value}" is not a date; write it as 2026-12-31')
        case _:
            if not _fits(value, expected):
                yield Misfit(
                    keys, f"expected {_wanted(expected)}, found {_found(value)}{_advice(value, expected)}"
                )


def _struct(value: dict[str, Any], expected: inspect.StructType, keys: Keys) -> Iterator[Misfit]:
    fields = {field.encode_name: field for field in expected.fields}
    for key, inner in value.items():
        if key not in fields:
            yield Misfit((*keys, key), f'unknown key "{key}"{_known(key, fields)}')
        elif inner is not None:
            yield from _misfits(inner, fields[key].type, (*keys, key))
    for name, field in fields.items():
        if field.required and value.get(name) is None:
            yield Misfit(keys, f'the key "{name}" is missing')


def _known(key: str, fields: dict[str, Any]) -> str:
    return did_you_mean(key, fields) or f"; known here: {', '.join(fields)}"


def _choice(value: str, choices: list[str], keys: Keys) -> Iterator[Misfit]:
    if value not in choices:
        yield Misfit(keys, f'"{value}" is none of {", ".join(choices)}{did_you_mean(value, choices)}')


def _choices(expected: inspect.EnumType | inspect.LiteralType) -> list[str]:
    """The words, severities by how bad they are."""
    values = (
        (one.value for one in expected.cls) if isinstance(expected, inspect.EnumType) else expected.values
    )
    words = [str(one) for one in values]
    ranked = [severity.value for severity in Severity if severity in words]
    return ranked + [word for word in words if word not in ranked]


def _is_date(text: str) -> bool:
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


_PYTHON_TYPES: dict[type[inspect.Type], tuple[type, ...]] = {
    inspect.StrType: (str,),
    inspect.IntType: (int,),
    inspect.FloatType: (int, float),
    inspect.BoolType: (bool,),
    inspect.AnyType: (object,),
}


def _fits(value: Any, expected: inspect.Type) -> bool:
    if isinstance(value, bool) and isinstance(expected, inspect.IntType | inspect.FloatType):
        return False
    if isinstance(expected, inspect.UnionType):
        return any(not list(_misfits(value, one, ())) for one in expected.types)
    if isinstance(expected, inspect.NoneType):
        return value is None
    return isinstance(value, _PYTHON_TYPES.get(type(expected), ()))


def _wanted(expected: inspect.Type) -> str:
    match expected:
        case inspect.StructType():
            return f"a mapping with {', '.join(field.encode_name for field in expected.fields)}"
        case inspect.DictType():
            return "a mapping"
        case inspect.VarTupleType() | inspect.ListType() | inspect.SetType() | inspect.FrozenSetType():
            return "a list"
        case inspect.EnumType() | inspect.LiteralType():
            return f"one of {', '.join(_choices(expected))}"
        case inspect.UnionType():
            return " or ".join(map(_wanted, expected.types))
        case inspect.IntType():
            return "a whole number"
        case inspect.FloatType():
            return "a number"
        case inspect.BoolType():
            return "true or false"
        case inspect.DateType():
            return "a date like 2026-12-31"
        case inspect.NoneType():
            return "nothing"
    return "text"


def _found(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case int() | float():
            return f"the number {value}"
        case str():
            return f'the text "{value}"'
        case list():
            return "a list"
    return "a mapping"


def _advice(value: Any, expected: inspect.Type) -> str:
    if isinstance(expected, inspect.StrType) and isinstance(value, bool | int | float):
        return "; put it in quotes"
    if _wanted(expected) == "a list" and isinstance(value, str):
        return f"; write [{value}]"
    return ""
