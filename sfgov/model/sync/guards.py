"""Whether automation asks where a change comes from before it sends it on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sfgov.facts.flow import FlowRule
from sfgov.model.apex import LinkedMethod
from sfgov.model.flow_criteria import fields_that_must_change
from sfgov.model.flows import LinkedFlow
from sfgov.model.sync.outbound import Sending

_WHO = re.compile(
    r"\$(?:user|profile|permission|userrole|setup)\b|userinfo\.|getuserid|getprofileid|checkpermission"
    r"|last_?modified_?by|created_?by|getinstance\(|getorgdefaults\(",
    re.IGNORECASE,
)
"""Tests of who is acting, and of settings that hold per user."""
_WHERE = re.compile(r"\bwhere\b", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z_]\w*")
_ORIGIN = re.compile(
    r"(?:^|_|(?<=[a-z]))(?:origin|source|modified_?by|changed_?by|updated_?by|written_?by|master|system|sync\w*|integration|"
    r"inbound|external|bypass|skip|suppress|disable[ds]?|api)(?=_|[A-Z]|$|\d)",
    re.IGNORECASE,
)
"""Words in the names of fields, flags and methods that say where a change comes from, or that it is not to be sent."""
_NO_ORIGIN = frozenset({"leadsource", "accountsource", "system", "issource"})
"""Standard fields and names that sound like it and are not: `System.debug`."""
_COMPARED = re.compile(
    r"(?:(?P<new>[\w.\[\]()]+)\.)(?P<field>\w+)\s*(?:!=|<>|!==)\s*[\w.\[\]()]+\.(?P=field)\b"
    r"|(?:isChanged|hasChanged|fieldChanged)\w*\(.*?(?:\.|')(?P<named>\w+)\b"
    r"|\bold\w*(?:\.get\([^()]*(?:\([^()]*\))?[^()]*\)|\[[^\]]*\])?\.(?P<old>\w+)(?!\w|\s*\()",
    re.IGNORECASE,
)
"""A field of the record compared with the same of the old one, and any field of something called old."""


def asks_for_origin(sending: Sending) -> bool:
    """Whether anything on the way tests the user, a setting of his, or a field or flag that tells the origin."""
    return any(_is_about_origin(text) for text in conditions(sending))


def changed_fields(sending: Sending) -> frozenset[str]:
    """The fields (lower case) of which the way asks whether they changed; none where it does not ask."""
    found: set[str] = set()
    for method in sending.methods:
        for text in _of_method(method):
            for match in _COMPARED.finditer(text):
                found.add((match["field"] or match["named"] or match["old"]).casefold())
    for flow in sending.flows[:1]:
        found |= fields_that_must_change(flow.fact.start)[1]
        if flow.fact.start.requires_change:
            found |= {item.field.casefold() for item in flow.fact.start.filters}
        for rule in _rules(flow):
            found |= {
                condition.left.rpartition(".")[2].casefold()
                for condition in rule.conditions
                if condition.operator == "IsChanged"
                or condition.right.text.casefold().startswith("$record__prior.")
            }
    return frozenset(found)


def conditions(sending: Sending) -> Iterator[str]:
    """The texts of everything that decides on the way."""
    for method in sending.methods:
        yield from _of_method(method)
    for flow in sending.flows:
        yield from _of_flow(flow)
    if sending.automatism is not None and sending.automatism.rule is not None:
        rule = sending.automatism.rule[1]
        yield rule.formula
        yield from (f"{criterion.field} {criterion.values}" for criterion in rule.criteria)


def _of_method(method: LinkedMethod) -> Iterator[str]:
    """Its conditions, and what its queries leave out."""
    yield from (guard.condition for guard in method.method.guards)
    for operation in method.method.operations:
        if operation.kind == "soql":
            yield from _WHERE.split(operation.text, maxsplit=1)[1:]


def _of_flow(flow: LinkedFlow) -> Iterator[str]:
    start = flow.fact.start
    yield start.filter_formula
    yield from (f"{item.field} {item.value.text}" for item in start.filters)
    yield from (resource.text for resource in flow.fact.resources if resource.kind == "formulas")
    for rule in _rules(flow):
        for condition in rule.conditions:
            yield f"{condition.left} {condition.right.text}"


def _rules(flow: LinkedFlow) -> Iterator[FlowRule]:
    return (rule for element in flow.fact.elements for rule in element.rules)


def _is_about_origin(text: str) -> bool:
    if not text:
        return False
    if _WHO.search(text):
        return True
    words = (word for word in _WORD.findall(text) if word.casefold() not in _NO_ORIGIN)
    return any(_ORIGIN.search(re.sub(r"__c$", "", word, flags=re.IGNORECASE)) for word in words)
