"""Who can delete an object, as the delete checks weigh it and say it."""

from __future__ import annotations

from collections.abc import Iterable

from sfgov.model.org import Org
from sfgov.model.permissions import Bundle, DeleteRight
from sfgov.place import Evidence
from sfgov.policy import Policy
from sfgov.whose import is_admin
from sfgov_checks.principals import counted

_SHOWN = 5
_PROVEN = 3
"""How many holders' granting lines become evidence."""
_KINDS = {
    "Profile": "profile",
    "PermissionSet": "permission set",
    "PermissionSetGroup": "permission set group",
    "Persona": "persona",
}


class Holders:
    """Those who can delete one object's records; people first, then administrators.

    Permission sets that the policy says are only ever assigned through groups are judged by their groups.
    """

    def __init__(self, found: Iterable[tuple[Bundle, DeleteRight]], policy: Policy) -> None:
        members = {name.casefold() for name in policy.delete.members_only}
        kept = [(b, r) for b, r in found if not (b.kind == "PermissionSet" and b.name.casefold() in members)]
        self._people = [(b, r) for b, r in kept if not is_admin(b, policy)]
        self._admins = [(b, r) for b, r in kept if is_admin(b, policy)]

    @classmethod
    def of(cls, org: Org, policy: Policy, name: str) -> Holders:
        """The holders of one object, by name."""
        return cls(org.permissions.who_can_delete(name), policy)

    def __bool__(self) -> bool:
        return bool(self._people or self._admins)

    @property
    def only_admins(self) -> bool:
        """Whether nobody but administrators is among them."""
        return not self._people

    def people(self) -> Holders:
        """The same without administrators."""
        some = Holders((), Policy())
        some._people = self._people
        return some

    def first_few(self) -> list[tuple[Bundle, DeleteRight]]:
        """Those whose lines become evidence."""
        return [*self._people, *self._admins][:_PROVEN]

    def evidence(self) -> list[Evidence]:
        """The lines that grant it to the first few, each once."""
        return list(dict.fromkeys(evidence for _, right in self.first_few() for evidence in right.evidence))

    def __str__(self) -> str:
        """`2 profiles (Ops, Sales) and 1 permission set (Billing)`; of many, the first few names of each."""
        return in_words(bundle for bundle, _ in (*self._people, *self._admins))


def in_words(bundles: Iterable[Bundle]) -> str:
    """As holders are told, in the order of their kinds."""
    by_kind: dict[str, list[str]] = {}
    for bundle in bundles:
        by_kind.setdefault(_KINDS[bundle.kind], []).append(bundle.name)
    parts = [f"{counted(len(names), kind)} ({_names(names)})" for kind, names in by_kind.items()]
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last


def _names(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
