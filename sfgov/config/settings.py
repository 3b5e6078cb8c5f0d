"""What a policy says about checks, held against the checks that there are."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from typing import Any

import msgspec

from sfgov.check import Check, Severity
from sfgov.config.shape import Misfit, misfits
from sfgov.spelling import did_you_mean
from sfgov.yaml12 import Keys


def check_misfits(given: dict[str, Any], checks: Sequence[Check]) -> Iterator[Misfit]:
    """Where a policy names a check, or a check's option, that does not exist. What has a wrong shape is passed over."""
    for key in ("select", "ignore"):
        for index, name in enumerate(_list(given.get(key))):
            yield from _unknown((key, str(index)), name, checks)
    for index, waiver in enumerate(_list(given.get("waivers"))):
        yield from _unknown(("waivers", str(index), "check"), _mapping(waiver).get("check"), checks)
    own = _mapping(given.get("checks"))
    for name, settings in own.items():
        yield from _settings(("checks", name), _mapping(settings), checks)
    yield from _twice(own, checks)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _unknown(keys: Keys, name: Any, checks: Sequence[Check]) -> Iterator[Misfit]:
    if isinstance(name, str) and not (_is_imported(name) or any(one.named(name) for one in checks)):
        yield Misfit(keys, unknown_check(name, checks))


def unknown_check(name: str, checks: Sequence[Check], *, packs: bool = True) -> str:
    """What to say of a name that no check has, and no pack where packs may be named."""
    known = {word for one in checks for word in (one.code, one.name)}
    if packs and not any(map(str.isdigit, name)):
        known |= {one.pack for one in checks}
    return f'unknown check "{name}"{did_you_mean(name, known) or "; `sfgov checks` lists them all"}'


def _settings(keys: Keys, settings: dict[str, Any], checks: Sequence[Check]) -> Iterator[Misfit]:
    name = keys[-1]
    found = next((one for one in checks if name in (one.code, one.name)), None)
    if found is None and not _is_imported(name):
        yield Misfit(keys, unknown_check(name, checks, packs=False))
        return
    options = (found and found.options) or msgspec.Struct
    severity = [("severity", Severity, found.severity if found else Severity.INFO)]
    yield from misfits(settings, msgspec.defstruct("Settings", severity, bases=(options,)), keys)


def _is_imported(name: str) -> bool:
    """Whether it means a rule of another tool (or all its rules, `pmd/`), which is known only where its log is at hand."""
    return "/" in name


def _twice(settings: Container[str], checks: Sequence[Check]) -> Iterator[Misfit]:
    for one in checks:
        if one.code in settings and one.name in settings:
            yield Misfit(("checks", one.name), f"is {one.code}, which has settings already; join them")
