"""Workflow files: rules, field updates, outbound messages and the names of other actions."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from sfgov.facts.workflow import (
    OutboundMessage,
    Workflow,
    WorkflowCriterion,
    WorkflowFieldUpdate,
    WorkflowRule,
)
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
        outbound_messages=tuple(map(_outbound_message, root.all("outboundMessages"))),
    )


def read_piece(root: Element, source: SourceFile) -> Iterator[Workflow]:
    """A rule or an action in a file of its own, named `Object.Name`."""
    name, _, own = source.name.partition(".")
    block = Element(_PIECES[root.tag], root.text, root.line, children=list(root.children))
    if not block.get("fullName"):
        block.children.append(Element("fullName", own, root.line))
    yield from read_workflow(
        Element("Workflow", "", root.line, children=[block]), msgspec.structs.replace(source, name=name)
    )


_PIECES = {
    "WorkflowAlert": "alerts",
    "WorkflowFieldUpdate": "fieldUpdates",
    "WorkflowOutboundMessage": "outboundMessages",
    "WorkflowRule": "rules",
}
"""Root of a piece (preset `decomposeWorkflowBeta`) → the element that it was in the whole file."""

READERS = {"Workflow": read_workflow, **dict.fromkeys(_PIECES, read_piece)}


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


def _outbound_message(node: Element) -> OutboundMessage:
    url = node.first("endpointUrl")
    return OutboundMessage(
        name=node.get("fullName"),
        line=node.line,
        url=url.text if url else "",
        url_line=url.line if url and url.text else 0,
        session_id=node.mark("includeSessionId"),
    )
