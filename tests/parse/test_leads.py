"""Duplicate rules and campaign influence models, with their lines."""

from sfgov.facts import CampaignInfluenceModel, DuplicateRule, Fact
from sfgov.facts.leads import DuplicateCondition
from sfgov.parse import parse
from sfgov.project.source import SourceFile


def read(root: str, *lines: str) -> Fact:
    """The one fact of a file whose root's children start on line 2."""
    namespaces = 'xmlns="http://soap.sforce.com/2006/04/metadata" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    text = "\n".join((f"<{root} {namespaces}>", *lines, f"</{root}>"))
    (found,) = parse(SourceFile("x.xml", root, "Lead.Web"), text.encode()).facts
    return found


def test_a_duplicate_rule_that_blocks() -> None:
    rule = read(
        "DuplicateRule",
        "<actionOnInsert>Block</actionOnInsert>",
        "<actionOnUpdate>Allow</actionOnUpdate>",
        "<duplicateRuleFilter>",
        '<booleanFilter xsi:nil="true"/>',
        "<duplicateRuleFilterItems>",
        "<field>Profile</field>",
        "<operation>notEqual</operation>",
        "<value>ERP</value>",
        "<sortOrder>1</sortOrder>",
        "<table>User</table>",
        "</duplicateRuleFilterItems>",
        "</duplicateRuleFilter>",
        "<isActive>true</isActive>",
        "<securityOption>BypassSharingRules</securityOption>",
    )
    assert rule == DuplicateRule(
        name="Lead.Web",
        lines={"actionOnInsert": 2, "isActive": 14, "securityOption": 15},
        active=14,
        action_on_insert="Block",
        conditions=(DuplicateCondition("User", "Profile", "notEqual", "ERP", 6),),
    )
    assert isinstance(rule, DuplicateRule)
    assert rule.object == "Lead"


def test_a_duplicate_rule_that_warns_and_has_no_conditions() -> None:
    assert read(
        "DuplicateRule",
        "<actionOnInsert>Allow</actionOnInsert>",
        '<duplicateRuleFilter xsi:nil="true"/>',
        "<isActive>false</isActive>",
        "<operationsOnInsert>Alert</operationsOnInsert>",
        "<operationsOnInsert>Report</operationsOnInsert>",
    ) == DuplicateRule(
        name="Lead.Web",
        lines={"actionOnInsert": 2, "isActive": 4, "operationsOnInsert": 5},
        active=-4,
        action_on_insert="Allow",
        operations_on_insert=("Alert", "Report"),
    )


def test_a_campaign_influence_model() -> None:
    assert read(
        "CampaignInfluenceModel",
        "<isActive>true</isActive>",
        "<isDefaultModel>false</isDefaultModel>",
    ) == CampaignInfluenceModel(
        name="Lead.Web", lines={"isActive": 2, "isDefaultModel": 3}, active=2, default=-3
    )
