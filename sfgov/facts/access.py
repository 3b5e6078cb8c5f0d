"""Who is let in besides by profiles and permission sets: delegated administrators, sites' guests, sharing."""

from __future__ import annotations

import msgspec

from sfgov.facts.base import Fact, Mark
from sfgov.facts.permissions import Member


class DelegateGroup(Fact, frozen=True, kw_only=True):
    """A group of delegated administrators: what they may assign and administer. Who they are is data."""

    label: str = ""
    login_access: Mark = 0
    """Whether they may log in as the users whom they administer."""
    profiles: tuple[Member, ...] = ()
    permission_sets: tuple[Member, ...] = ()
    permission_set_groups: tuple[Member, ...] = ()
    custom_objects: tuple[Member, ...] = ()
    roles: tuple[Member, ...] = ()
    groups: tuple[Member, ...] = ()


class CustomSite(Fact, frozen=True, kw_only=True):
    """A site that is open to the web; its visitors have the permissions of `guest_profile`."""

    label: str = ""
    active: bool = True
    guest_profile: str = ""


class SharingRule(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One sharing rule. `kind` is the element that holds it (`sharingGuestRules`, `sharingCriteriaRules` …)."""

    kind: str
    name: str
    line: int
    access_level: str = ""
    """`Read` or `Edit`."""
    fields: tuple[Member, ...] = ()
    """The fields that its criteria compare."""


class SharingRules(Fact, frozen=True, kw_only=True):
    """The sharing rules of an object, or one of them in a file of its own; `name` is the object's."""

    rules: tuple[SharingRule, ...] = ()
