"""Whose a bundle is: as the policy lists it, else as its licence, its permissions, a site or an agent say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sfgov.model.bundles import Bundle, Persona
from sfgov.policy import Bundles, Policy


def listed(bundle: Bundle, names: Bundles) -> bool:
    """Whether the policy names this bundle in a list of profiles, permission sets and groups."""
    by_kind = {
        "Profile": names.profiles,
        "PermissionSet": names.permission_sets,
        "PermissionSetGroup": names.permission_set_groups,
    }
    return named(bundle, by_kind.get(bundle.kind, ()))


def named(bundle: Bundle, names: Iterable[str]) -> bool:
    """Whether the bundle's name is among these, in any case."""
    return bundle.name.casefold() in {name.casefold() for name in names}


def is_admin(bundle: Bundle, policy: Policy) -> bool:
    """An administrator by the policy's list, or by holding Modify All Data."""
    return listed(bundle, policy.principals.admin) or "admin" in bundle.classes


def is_listed_integration(bundle: Bundle, policy: Policy) -> bool:
    """Whether the policy says that an integration logs in with it, or names it as the principal of a system."""
    principals = [system.principal for system in policy.systems]
    return listed(bundle, policy.principals.integration) or named(bundle, principals)


def classes_of(bundle: Bundle, policy: Policy) -> frozenset[str]:
    """`guest`, `external`, `integration`, `agent`, `admin`, as far as the policy or the files say; no guesses."""
    if isinstance(bundle, Persona):
        return frozenset(one for part in bundle.bundles for one in classes_of(part, policy))
    declared = {
        "admin": listed(bundle, policy.principals.admin),
        "integration": is_listed_integration(bundle, policy),
        "agent": _is_agents(bundle, policy),
    }
    return bundle.stated_classes | {one for one, says in declared.items() if says}


class Whose(NamedTuple):
    """The classes of a bundle, sorted; `guessed` where only its name suggests them."""

    classes: tuple[str, ...]
    guessed: bool = False


def whose(bundle: Bundle, policy: Policy) -> Whose:
    """What the policy and the files say; where they say nothing, what the name suggests, or `human`."""
    said = classes_of(bundle, policy)
    if said:
        return Whose(tuple(sorted(said)))
    return Whose(tuple(sorted(bundle.classes)), guessed=bundle.classes != {"human"})


def _is_agents(bundle: Bundle, policy: Policy) -> bool:
    agent = policy.principals.agent
    own = Bundles(agent.profiles, agent.permission_sets, agent.permission_set_groups)
    of_one = [name for names in agent.agents.values() for name in names]
    return listed(bundle, own) or (bundle.kind != "Profile" and named(bundle, of_one))
