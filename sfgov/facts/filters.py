"""Where fields are compared: list views and matching rules."""

from __future__ import annotations

import msgspec

from sfgov.facts.base import Fact
from sfgov.facts.permissions import Member


class ListView(Fact, frozen=True, kw_only=True):
    """A list view; `name` is `Object.View`. Standard fields go by names of their own (`CONTACT.EMAIL`)."""

    filters: tuple[Member, ...] = ()
    """The fields that it filters by."""


class MatchingRule(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One rule by which duplicates are found."""

    name: str
    line: int
    active: bool = False
    fields: tuple[Member, ...] = ()


class MatchingRules(Fact, frozen=True, kw_only=True):
    """The matching rules of an object, whose name it bears."""

    rules: tuple[MatchingRule, ...] = ()
