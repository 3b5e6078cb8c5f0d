"""Who counts as an administrator or is allowed by the policy, and how many bundles are put into a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from sfgov.model.permissions import Bundle
from sfgov.policy import Bundles, Policy

SHOWN = 5


def is_admin(bundle: Bundle, policy: Policy) -> bool:
    """An administrator by the policy's list, or by holding Modify All Data."""
    return listed(bundle, policy.principals.admin) or "admin" in bundle.classes


def listed(bundle: Bundle, names: Bundles) -> bool:
    """Whether the policy names this bundle in a list of profiles, permission sets and groups."""
    by_kind = {
        "Profile": names.profiles,
        "PermissionSet": names.permission_sets,
        "PermissionSetGroup": names.permission_set_groups,
    }
    kind = bundle.component.partition(":")[0]
    return bundle.name.casefold() in {name.casefold() for name in by_kind.get(kind, ())}


def counted(number: int, word: str) -> str:
    """`1 profile`, `4 profiles`."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def joined(names: Sequence[str]) -> str:
    """`A`, `A and B`, `A, B and C`; of many the first few and how many more."""
    shown = [*names[:SHOWN], f"{len(names) - SHOWN} more"] if len(names) > SHOWN else names
    *most, last = shown
    return f"{', '.join(most)} and {last}" if most else last
