"""Which bundles answer for what they grant, and how checks about access name them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from sfgov.model.bundles import Persona
from sfgov.model.grants import Grant
from sfgov.model.org import Org
from sfgov.model.permissions import Bundle, Group
from sfgov.policy import Policy
from sfgov.whose import listed, named
from sfgov_checks.principals import counted, joined

OUTSIDE = frozenset({"guest", "external"})
MACHINES = frozenset({"integration", "agent"})


def is_own_admin(bundle: Bundle, policy: Policy) -> bool:
    """The system administrators' profile, or a bundle that the policy lists as an administrator's.

    To hold Modify All Data is not enough: whether that is meant is what the access checks ask.
    """
    if isinstance(bundle, Persona):
        return any(is_own_admin(one, policy) for one in bundle.bundles)
    standard = bundle.kind == "Profile" and bundle.name.casefold() == "admin"
    return standard or listed(bundle, policy.principals.admin)


def is_members_only(bundle: Bundle, policy: Policy) -> bool:
    """A permission set that is never assigned directly: what it gives, it gives through its groups."""
    return bundle.kind == "PermissionSet" and named(bundle, policy.delete.members_only)


def answers(org: Org, bundle: Bundle, policy: Policy) -> bool:
    """Whether a bundle is judged by itself: it is the org's own, assigned to people, and no administrator's."""
    managed = bundle.kind == "PermissionSet" and org.index.managed(bundle.name)
    return not (managed or is_members_only(bundle, policy) or is_own_admin(bundle, policy))


def own_grants(org: Org, bundle: Bundle, grants: Sequence[Grant], policy: Policy) -> tuple[Grant, ...]:
    """The grants that a bundle answers for: a group, for those of its sets that do not answer themselves."""
    if not isinstance(bundle, Group):
        return tuple(grants)
    answering = {member.granter.name for member in bundle.members if answers(org, member.granter, policy)}
    return tuple(grant for grant in grants if grant.granter.name not in answering)


def titled(bundle: Bundle) -> str:
    """`Profile Sales`."""
    return bundle.component.replace(":", " ", 1)


def in_numbers(bundles: Iterable[Bundle]) -> str:
    """`11 profiles and 1 permission set`."""
    number = Counter(_KINDS[bundle.kind] for bundle in bundles)
    return joined([counted(number[word], word) for word in _KINDS.values() if number[word]])


_KINDS = {
    "Profile": "profile",
    "PermissionSet": "permission set",
    "PermissionSetGroup": "permission set group",
    "Persona": "persona",
}
