"""Where a field is compared, sorted or grouped by: queries, flows, list views, matching and sharing rules."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Literal

import msgspec

from sfgov.facts import ListView, MatchingRules, SharingRules
from sfgov.model.apex import Apex, LinkedMethod
from sfgov.model.flows import Flows
from sfgov.model.index import Index
from sfgov.model.relationships import Relationships
from sfgov.place import Place

Kind = Literal["query", "flow", "list view", "matching rule", "sharing rule"]
_LITERAL = re.compile(r"'(?:[^'\\]|\\.)*'")
_SUBQUERY = re.compile(r"\(\s*SELECT\b[^()]*\)", re.IGNORECASE)
_CLAUSES = re.compile(r"\b(WHERE|ORDER\s+BY|GROUP\s+BY|HAVING|LIMIT|OFFSET|FOR|WITH)\b", re.IGNORECASE)
_TEST = re.compile(
    r"(?<![\w.:])([A-Za-z_]\w*(?:\.\w+)*)\s*(=|!=|<>|<=|>=|<|>|\bLIKE\b|\bNOT\s+IN\b|\bIN\b)\s*(\S+)",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<![\w.:])([A-Za-z_]\w*(?:\.\w+)*)(?!\s*\()")


class Use(msgspec.Struct, frozen=True, order=True):
    """A place that compares a field (`Object.Field`). `how`: an operator, `order by`, `group by`, or empty."""

    place: Place
    field: str
    kind: Kind
    by: str
    """What does it, as a noun: `Apex ContactSelector.byNumber`, `list view Contact.Mine`."""
    how: str = ""


class Filtered:
    """All such uses. Comparisons with null are left out, and so are tests' queries and dynamic ones."""

    def __init__(self, index: Index, flows: Flows, apex: Apex) -> None:
        relationships = Relationships(index)
        self._uses: dict[str, list[Use]] = defaultdict(list)
        found = (
            *_in_queries(apex, relationships),
            *_in_flows(flows),
            *_in_list_views(index),
            *_in_matching_rules(index),
            *_in_sharing_rules(index),
        )
        for use in sorted(found):
            self._uses[use.field.casefold()].append(use)

    def uses(self, field: str) -> tuple[Use, ...]:
        """The uses of a field, by place."""
        return tuple(self._uses.get(field.casefold(), ()))


def _in_queries(apex: Apex, relationships: Relationships) -> Iterator[Use]:
    for method in apex.methods:
        if not method.is_test:
            yield from _of_method(method, relationships)


def _of_method(method: LinkedMethod, relationships: Relationships) -> Iterator[Use]:
    for operation in method.method.operations:
        if operation.kind == "soql":
            place = method.at(operation)
            for path, how in compared(operation.text):
                *steps, name = path.split(".")
                owner = operation.name
                for step in steps:
                    if step.casefold() != operation.name.casefold():
                        owner = relationships.parent(owner, step)
                if owner:
                    yield Use(place, f"{owner}.{name}", "query", f"Apex {method.name}", how)


def compared(query: str) -> tuple[tuple[str, str], ...]:
    """The field paths that a query filters, sorts or groups by, each with how; subqueries are left out."""
    text = _LITERAL.sub("''", query)
    before = ""
    while before != text:
        before, text = text, _SUBQUERY.sub("()", text)
    found: dict[tuple[str, str], None] = {}
    parts = _CLAUSES.split(text)
    for clause, body in zip(parts[1::2], parts[2::2], strict=False):
        word = " ".join(clause.casefold().split())
        if word == "where":
            for path, operator, value in _TEST.findall(body):
                if value.casefold().rstrip(")]") != "null":
                    found[path, " ".join(operator.casefold().split())] = None
        elif word in ("order by", "group by"):
            for path in _NAME.findall(body):
                if path.casefold() not in ("asc", "desc", "nulls", "first", "last"):
                    found[path, word] = None
    return tuple(found)


def _in_flows(flows: Flows) -> Iterator[Use]:
    for flow in flows.all():
        for element in flow.fact.elements if flow.may_run else ():
            owner = flow.object_of(element) if element.kind.startswith("record") else ""
            for one in element.filters if owner else ():
                if one.field and one.operator != "IsNull":
                    place = flow.written.at(one.line, f"{element.name}.{one.field}")
                    yield Use(place, f"{owner}.{one.field}", "flow", f"flow {flow.name}", one.operator)


def _in_list_views(index: Index) -> Iterator[Use]:
    for view in index.all(ListView):
        owner = view.name.partition(".")[0]
        for one in view.fact.filters:
            name = one.name if "." in one.name else f"{owner}.{one.name}"
            yield Use(view.at(one.line, one.name), name, "list view", f"list view {view.name}")


def _in_matching_rules(index: Index) -> Iterator[Use]:
    for first in index.all(MatchingRules):
        for written in index.parts(MatchingRules, first.name):
            for rule in written.fact.rules:
                for one in rule.fields if rule.active else ():
                    place = written.at(one.line, f"{rule.name}.{one.name}")
                    yield Use(
                        place, f"{written.name}.{one.name}", "matching rule", f"matching rule {rule.name}"
                    )


def _in_sharing_rules(index: Index) -> Iterator[Use]:
    for first in index.all(SharingRules):
        for written in index.parts(SharingRules, first.name):
            for rule in written.fact.rules:
                for one in rule.fields:
                    place = written.at(one.line, f"{rule.name}.{one.name}")
                    yield Use(
                        place, f"{written.name}.{one.name}", "sharing rule", f"sharing rule {rule.name}"
                    )
