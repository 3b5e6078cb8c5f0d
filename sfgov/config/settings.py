"""What a policy says about checks, held against the checks that there are."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from typing import Any

import msgspec

from sfgov.check import Check, Severity
from sfgov.config.load import Config, ConfigError, told
from sfgov.config.shape import Misfit, misfits
from sfgov.spelling import did_you_mean
from sfgov.yaml12 import Keys


def validate_checks(config: Config, checks: Sequence[Check]) -> None:
    """Raise `ConfigError` where the policy names a check, or a check's option, that does not exist."""
    faults = sorted((config.line_of(*misfit.keys), told(misfit)) for misfit in _faults(config, checks))
    if faults:
        raise ConfigError(*(f"{config.path}:{line}: {reason}" for line, reason in faults))


def _faults(config: Config, checks: Sequence[Check]) -> Iterator[Misfit]:
    policy = config.policy
    for key in ("select", "ignore"):
        for index, name in enumerate(getattr(policy, key)):
            yield from _unknown((key, str(index)), name, checks)
    for index, waiver in enumerate(policy.waivers):
        yield from _unknown(("waivers", str(index), "check"), waiver.check, checks)
    for name, settings in policy.checks.items():
        yield from _settings(("checks", name), settings, checks)
    yield from _twice(policy.checks, checks)


def _unknown(keys: Keys, name: str, checks: Sequence[Check]) -> Iterator[Misfit]:
    if not any(one.named(name) for one in checks):
        yield Misfit(keys, unknown_check(name, checks))


def unknown_check(name: str, checks: Sequence[Check], *, packs: bool = True) -> str:
    """What to say of a name that no check has, and no pack where packs may be named."""
    known = {word for one in checks for word in (one.code, one.name, one.pack if packs else one.code)}
    return f'unknown check "{name}"{did_you_mean(name, known) or "; `sfgov checks` lists them all"}'


def _settings(keys: Keys, settings: dict[str, Any], checks: Sequence[Check]) -> Iterator[Misfit]:
    name = keys[-1]
    found = next((one for one in checks if name in (one.code, one.name)), None)
    if found is None:
        yield Misfit(keys, unknown_check(name, checks, packs=False))
        return
    options = found.options or msgspec.Struct
    severity = [("severity", Severity, found.severity)]
    yield from misfits(settings, msgspec.defstruct("Settings", severity, bases=(options,)), keys)


def _twice(settings: Container[str], checks: Sequence[Check]) -> Iterator[Misfit]:
    for one in checks:
        if one.code in settings and one.name in settings:
            yield Misfit(("checks", one.name), f"is {one.code}, which has settings already; join them")
