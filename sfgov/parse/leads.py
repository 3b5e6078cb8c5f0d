"""Duplicate rules and campaign influence models."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov.facts.leads import CampaignInfluenceModel, DuplicateCondition, DuplicateRule
from sfgov.parse.xml import Element
from sfgov.project.source import SourceFile


def read_duplicate_rule(root: Element, source: SourceFile) -> Iterator[DuplicateRule]:
    """A duplicate rule."""
    conditions = root.first("duplicateRuleFilter")
    yield DuplicateRule(
        name=source.name,
        line=root.line,
        lines=root.lines("actionOnInsert", "isActive", "operationsOnInsert", "securityOption"),
        active=root.mark("isActive"),
        action_on_insert=root.get("actionOnInsert"),
        operations_on_insert=tuple(one.text for one in root.all("operationsOnInsert") if one.text),
        conditions=tuple(
            DuplicateCondition(
                item.get("table"), item.get("field"), item.get("operation"), item.get("value"), item.line
            )
            for item in (conditions.all("duplicateRuleFilterItems") if conditions else ())
        ),
    )


def read_influence_model(root: Element, source: SourceFile) -> Iterator[CampaignInfluenceModel]:
    """A campaign influence model."""
    yield CampaignInfluenceModel(
        name=source.name,
        line=root.line,
        lines=root.lines("isActive", "isDefaultModel"),
        active=root.mark("isActive"),
        default=root.mark("isDefaultModel"),
    )


READERS = {"DuplicateRule": read_duplicate_rule, "CampaignInfluenceModel": read_influence_model}
