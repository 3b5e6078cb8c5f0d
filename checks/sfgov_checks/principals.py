"""Who counts as an administrator, and how many bundles are put into a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from sfgov.model.permissions import Bundle
from sfgov.policy import Policy
from sfgov.whose import listed

SHOWN = 5


def is_admin(bundle: Bundle, policy: Policy) -> bool:
    """An administrator by the policy's list, or by holding Modify All Data."""
    return listed(bundle, policy.principals.admin) or "admin" in bundle.classes


def counted(number: int, word: str) -> str:
    """`1 profile`, `4 profiles`."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def joined(names: Sequence[str]) -> str:
    """`A`, `A and B`, `A, B and C`; of many the first few and how many more."""
    shown = [*names[:SHOWN], f"{len(names) - SHOWN} more"] if len(names) > SHOWN else names
    *most, last = shown
    return f"{', '.join(most)} and {last}" if most else last
