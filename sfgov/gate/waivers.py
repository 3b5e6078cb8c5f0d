"""What the policy file changes in results: how severe they are, and which are accepted for a time."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from msgspec.structs import replace

from sfgov.check import Severity, pack_of
from sfgov.gate.globs import name_matches, path_matches
from sfgov.policy import Override, Policy, Waiver, WaiverLimits
from sfgov.result import Result


def apply_overrides(results: Iterable[Result], policy: Policy, *, below: str = "") -> list[Result]:
    """The results with the severities that the policy gives them: per check first, then at most what paths allow.

    `below` leads from the folder of the policy file to the org (`force-app/` or nothing): the policy's paths start at
    its own folder.
    """
    return [_capped(_set(result, policy), policy.overrides, below) for result in results]


def apply_waivers(results: Iterable[Result], policy: Policy, today: datetime.date) -> list[Result]:
    """The results, those waived that a waiver covers. It holds up to and including the day on which it expires."""
    holding = [waiver for waiver in policy.waivers if today <= waiver.expires]
    return [_waived(result, holding) for result in results]


def covered(waiver: Waiver, results: Iterable[Result]) -> tuple[Result, ...]:
    """The findings that a waiver names, whether it still holds or not."""
    return tuple(result for result in results if _covers(waiver, result))


def names_check(waiver: Waiver, code: str, name: str) -> bool:
    """Whether a waiver is about this check, by its code, name or pack; a rule of another tool has its code and `pmd/`."""
    wanted, pack = waiver.check.casefold(), pack_of(code).casefold()
    return wanted in (
        (code.casefold(), f"{pack}/") if "/" in code else (code.casefold(), name.casefold(), pack)
    )


def excesses(
    waiver: Waiver, limits: WaiverLimits, components: Iterable[str], today: datetime.date
) -> list[str]:
    """In which ways a waiver is wider than the policy allows, as ends of a sentence that begins with it."""
    found = []
    days = (waiver.expires - today).days
    if days > limits.max_days:
        found.append(f"holds for {days:,} more days, and {limits.max_days:,} is the most")
    if set("*?") & set(waiver.component):
        count = sum(name_matches(waiver.component, component) for component in components)
        if count > limits.max_components:
            found.append(f"covers {count:,} components, and {limits.max_components:,} is the most")
    return found


def _set(result: Result, policy: Policy) -> Result:
    settings = policy.checks.get(result.check) or policy.checks.get(result.name) or {}
    severity = settings.get("severity")
    return replace(result, severity=Severity(severity)) if severity else result


def _capped(result: Result, overrides: Iterable[Override], below: str) -> Result:
    path = below + result.path
    caps = [o.max_severity for o in overrides if any(path_matches(pattern, path) for pattern in o.paths)]
    mildest = max((result.severity, *caps), key=lambda severity: severity.rank)
    return replace(result, severity=mildest) if mildest is not result.severity else result


def _waived(result: Result, waivers: Iterable[Waiver]) -> Result:
    for waiver in waivers:
        if result.status == "new" and _covers(waiver, result):
            return replace(result, status="waived", reason=_said(waiver))
    return result


def _covers(waiver: Waiver, result: Result) -> bool:
    return (
        names_check(waiver, result.check, result.name)
        and name_matches(waiver.component, result.component)
        and name_matches(waiver.subject, result.subject)
    )


def _said(waiver: Waiver) -> str:
    ticket = f"{waiver.ticket}, " if waiver.ticket else ""
    return f"{waiver.owner}: {waiver.reason} ({ticket}until {waiver.expires})"
