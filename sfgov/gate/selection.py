"""Which checks run: the ladder of rulesets, or exactly those that are named, less the ignored ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from sfgov.check import Check, Ruleset
from sfgov.policy import Policy

OWN_PACK = "SFG"
"""sfgov's checks of its own work. They run unless they are ignored by name, as do those that another tool's log brings."""


class Selection(msgspec.Struct, frozen=True):
    """What to run. `select`, where there is any, stands in place of the ruleset. Codes, names and packs."""

    ruleset: Ruleset = Ruleset.RECOMMENDED
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def of(self, checks: Iterable[Check]) -> tuple[Check, ...]:
        """Those of the checks that run."""
        return tuple(one for one in checks if self._wants(one) and not _named(one, self.ignore))

    def is_idle(self, checks: Iterable[Check]) -> bool:
        """Whether nothing is left to run but sfgov's own checks, which nobody asked for."""
        return not any(one.pack != OWN_PACK or _named(one, self.select) for one in self.of(checks))

    def _wants(self, one: Check) -> bool:
        if one.pack == OWN_PACK or one.imported:
            return True
        return _named(one, self.select) if self.select else self.ruleset.includes(one.ruleset)


def selection(
    policy: Policy, ruleset: Ruleset | None = None, select: Sequence[str] = (), ignore: Sequence[str] = ()
) -> Selection:
    """The policy's selection, as the command line changes it.

    A ruleset of the command line stands in place of the policy's ruleset and `select`; a `select` of the command line
    in place of the policy's `ignore`, too, so that what is named there surely runs. An `ignore` of the command line
    comes on top of the policy's.
    """
    if select:
        return Selection(ruleset or policy.ruleset, tuple(select), tuple(ignore))
    ignored = (*policy.ignore, *ignore)
    if ruleset:
        return Selection(ruleset, (), ignored)
    return Selection(policy.ruleset, policy.select, ignored)


def listed(values: Iterable[str]) -> tuple[str, ...]:
    """The names in a repeated option of comma lists: `DEL,APX001` and `FLW`."""
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


def _named(one: Check, names: Iterable[str]) -> bool:
    return any(one.named(name) for name in names)
