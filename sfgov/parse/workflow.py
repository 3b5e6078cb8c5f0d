"""Workflow files: rules, field updates and the names of other actions."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov.facts.workflow import Workflow, WorkflowCriterion, WorkflowFieldUpdate, WorkflowRule
from sfgov.parse.xml import Element
from sfgov.project.naming import decode
from sfgov.project.source import SourceFile


def read_workflow(root: Element, source: SourceFile) -> Iterator[Workflow]:
    """One object's workflow."""
    yield Workflow(
        name=source.name,
        line=root.line,
        rules=tuple(map(_rule, root.all("rules"))),
        field_updates=tuple(map(_field_update, root.all("fieldUpdates"))),
        alerts=tuple(alert.get("fullName") for alert in root.all("alerts")),
        outbound_messages=tuple(message.get("fullName") for message in root.all("outboundMessages")),
    )


READERS = {"Workflow": read_workflow}


def _rule(node: Element) -> WorkflowRule:
    return WorkflowRule(
        name=decode(node.get("fullName")),
        line=node.line,
        active=node.flag("active") is True,
        trigger_type=node.get("triggerType"),
        formula=node.get("formula"),
        criteria=tuple(map(_criterion, node.all("criteriaItems"))),
        boolean_filter=node.get("booleanFilter"),
        actions=tuple((action.get("type"), action.get("name")) for action in node.all("actions")),
    )


def _criterion(node: Element) -> WorkflowCriterion:
    return WorkflowCriterion(
        field=node.get("field"),
        operation=node.get("operation"),
        values=node.get("value") or node.get("valueField"),
        line=node.line,
    )


def _field_update(node: Element) -> WorkflowFieldUpdate:
    return WorkflowFieldUpdate(
        name=node.get("fullName"),
        field=node.get("field"),
        line=node.line,
        operation=node.get("operation"),
        literal=node.get("literalValue"),
        formula=node.get("formula"),
        target_object=node.get("targetObject"),
        reevaluates=node.flag("reevaluateOnChange") is True,
    )
