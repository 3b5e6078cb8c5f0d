"""Delegated administration, sites and sharing rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sfgov.facts import CustomSite, DelegateGroup, Fact, SharingRules
from sfgov.facts.access import SharingRule
from sfgov.facts.permissions import Member
from sfgov.parse.permissions import members
from sfgov.parse.xml import Element
from sfgov.project.source import SourceFile


def read_delegate_group(root: Element, source: SourceFile) -> Iterator[Fact]:
    """What a group of delegated administrators may do."""
    yield DelegateGroup(
        name=source.name,
        line=root.line,
        lines=root.lines("label", "loginAccess"),
        label=root.get("label"),
        login_access=root.mark("loginAccess"),
        profiles=members(root, "profiles"),
        permission_sets=members(root, "permissionSets"),
        permission_set_groups=members(root, "permissionSetGroups"),
        custom_objects=members(root, "customObjects"),
        roles=members(root, "roles"),
        groups=members(root, "groups"),
    )


def read_site(root: Element, source: SourceFile) -> Iterator[Fact]:
    """A site, with the profile of its visitors where the file names it."""
    yield CustomSite(
        name=source.name,
        line=root.line,
        lines=root.lines("masterLabel", "active", "guestProfile"),
        label=root.get("masterLabel"),
        active=root.flag("active") is not False,
        guest_profile=root.get("guestProfile"),
    )


def read_sharing_rules(root: Element, source: SourceFile) -> Iterator[Fact]:
    """All sharing rules of an object."""
    rules = (_sharing_rule(block, block.get("fullName")) for block in root.children if block.children)
    yield SharingRules(name=source.name, line=root.line, rules=tuple(rules))


def read_one_sharing_rule(root: Element, source: SourceFile) -> Iterator[Fact]:
    """A rule in a file of its own, named `Object.Rule`: the object's other rules lie in other files."""
    name, _, rule = source.name.rpartition(".")
    block = Element(_PIECES[root.tag], root.text, root.line, children=root.children)
    yield SharingRules(
        name=name or source.name, line=root.line, rules=(_sharing_rule(block, root.get("fullName") or rule),)
    )


_PIECES = {
    "SharingCriteriaRule": "sharingCriteriaRules",
    "SharingGuestRule": "sharingGuestRules",
    "SharingOwnerRule": "sharingOwnerRules",
    "SharingTerritoryRule": "sharingTerritoryRules",
}
"""Root of a piece (preset `decomposeSharingRulesBeta`) → the element that it was in the whole file."""

READERS: dict[str, Callable[[Element, SourceFile], Iterable[Fact]]] = {
    "CustomSite": read_site,
    "DelegateGroup": read_delegate_group,
    "SharingRules": read_sharing_rules,
    **dict.fromkeys(_PIECES, read_one_sharing_rule),
}


def _sharing_rule(block: Element, name: str) -> SharingRule:
    return SharingRule(
        kind=block.tag,
        name=name,
        line=block.line,
        access_level=block.get("accessLevel"),
        fields=tuple(
            Member(child.text, child.line)
            for item in block.all("criteriaItems")
            for child in item.all("field")
            if child.text
        ),
    )
