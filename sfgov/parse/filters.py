"""List views and matching rules. In the mdapi format list views lie in the file of their object."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov.facts.filters import ListView, MatchingRule, MatchingRules
from sfgov.facts.permissions import Member
from sfgov.parse.xml import Element
from sfgov.project.source import SourceFile


def list_view(block: Element, name: str) -> ListView:
    """One list view, from a file of its own or from its object's."""
    return ListView(name=name, line=block.line, filters=_members(block, "filters", "field"))


def read_list_view(root: Element, source: SourceFile) -> Iterator[ListView]:
    """A list view's own file."""
    yield list_view(root, source.name)


def read_matching_rules(root: Element, source: SourceFile) -> Iterator[MatchingRules]:
    """The rules of an object, or one of them in a file of its own."""
    blocks = root.all("matchingRules") if root.tag == "MatchingRules" else [root]
    yield MatchingRules(
        name=source.name.partition(".")[0],
        line=root.line,
        rules=tuple(
            MatchingRule(
                block.get("fullName"),
                block.line,
                block.get("ruleStatus").casefold() == "active",
                _members(block, "matchingRuleItems", "fieldName"),
            )
            for block in blocks
        ),
    )


def _members(block: Element, items: str, field: str) -> tuple[Member, ...]:
    found = (item.first(field) for item in block.all(items))
    return tuple(Member(one.text, one.line) for one in found if one and one.text)


READERS = {
    "ListView": read_list_view,
    "MatchingRule": read_matching_rules,
    "MatchingRules": read_matching_rules,
}
