"""Lead Source: its values, and the texts that automation and rules put into it or compare it with."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Literal
from urllib.parse import unquote

import msgspec

from sfgov.facts import CustomField, StandardValueSet, ValidationRule, Workflow
from sfgov.facts.apex import Operation
from sfgov.facts.flow import FlowElement, FlowFilter, FlowValue
from sfgov.model.apex import Apex, LinkedMethod
from sfgov.model.apex.entries import is_test_helper
from sfgov.model.attribution.in_workflow import workflow_target
from sfgov.model.automation.apex_effects import record_type
from sfgov.model.flows import Flows, LinkedFlow
from sfgov.model.index import Index
from sfgov.model.relationships import Relationships
from sfgov.place import Evidence, Place

FIELDS = {
    "lead.leadsource": "Lead.LeadSource",
    "contact.leadsource": "Contact.LeadSource",
    "opportunity.leadsource": "Opportunity.LeadSource",
    "account.accountsource": "Account.AccountSource",
    "campaignmember.leadsource": "CampaignMember.LeadSource",
}
"""The fields that share the values of the standard value set LeadSource, by name in lower case."""
_NAMES = ("leadsource", "accountsource")
_PLACEHOLDER = re.compile(r"%%|\$\{|\{!|__\w+__")
_EQUAL = ("EqualTo", "NotEqualTo")


class Values(msgspec.Struct, frozen=True):
    """The values of Lead Source."""

    active: tuple[str, ...]
    inactive: tuple[str, ...]
    evidence: Evidence

    def has_active(self, text: str) -> bool:
        """Whether a text is one of the active values."""
        return text.casefold() in {_plain(value) for value in self.active}

    def has(self, text: str) -> bool:
        """Whether records may hold a text: it is a value, or was one."""
        return self.has_active(text) or text.casefold() in {_plain(value) for value in self.inactive}


def _plain(value: str) -> str:
    return unquote(value).casefold()


def lead_source_values(index: Index) -> Values | None:
    """The values, of the standard value set or, in old retrieves, of the field itself; None where they are not there."""
    found = index.get(StandardValueSet, "LeadSource")
    if found is not None and found.fact.values:
        return Values(found.fact.values, found.fact.inactive, found.at().says("the values of Lead Source"))
    field = index.get(CustomField, "Lead.LeadSource")
    if field is not None and field.fact.picklist_values:
        at = field.at_element("type").says("the values of Lead Source")
        return Values(field.fact.picklist_values, (), at)
    return None


class Use(msgspec.Struct, frozen=True, order=True):
    """A text that something sets a Lead Source to, or compares one with."""

    at: Place
    field: str
    text: str
    does: Literal["sets", "compares"]
    by: str
    """As in a sentence: `flow Web`, `validation rule Lead.Source`."""

    @property
    def says(self) -> str:
        """`flow Web sets Lead.LeadSource to "Web"`."""
        how = "to" if self.does == "sets" else "with"
        return f'{self.by} {self.does} {self.field} {how} "{self.text}"'


def lead_source_uses(index: Index, flows: Flows, apex: Apex) -> tuple[Use, ...]:
    """Every fixed text, by place; blanks and placeholders are none."""
    relationships = flows.relationships
    found = [
        *_in_flows(flows),
        *_in_apex(apex),
        *_in_workflow(index, relationships),
        *_in_formulas(index, relationships),
    ]
    return tuple(sorted({use for use in found if use.text.strip() and not _PLACEHOLDER.search(use.text)}))


def _field(owner: str, field: str) -> str:
    return FIELDS.get(f"{owner}.{field}".casefold(), "")


# Flows


def _in_flows(flows: Flows) -> Iterator[Use]:
    for flow in flows.all():
        if flow.may_run:
            yield from _of_start(flow)
            yield from _of_formulas(flow)
            for element in flow.fact.elements:
                yield from _of_element(flow, element)


def _of_start(flow: LinkedFlow) -> Iterator[Use]:
    for item in flow.fact.start.filters:
        yield from _of_filter(flow, flow.fact.start.object, item, "start")


def _of_formulas(flow: LinkedFlow) -> Iterator[Use]:
    def field_of(path: str) -> str:
        record, _, field = path.rpartition(".")
        return _field(flow.object_of_reference(record), field) if record else ""

    at = flow.written.at(flow.fact.line_of("filterFormula"), "start.filterFormula")
    yield from _of_formula(flow.fact.start.filter_formula, field_of, at, f"flow {flow.name}")
    for resource in flow.fact.resources:
        if resource.kind == "formulas":
            at = flow.written.at(resource.line, resource.name)
            yield from _of_formula(resource.text, field_of, at, f"flow {flow.name}")


def _of_element(flow: LinkedFlow, element: FlowElement) -> Iterator[Use]:
    for item in element.filters:
        yield from _of_filter(flow, flow.object_of(element), item, element.name)
    for given in element.assignments:
        record, _, name = given.target.rpartition(".")
        if name.casefold() in _NAMES and given.element != "inputParameters":
            owner = flow.object_of_reference(record) if record else flow.object_of(element)
            text = _text(flow, given.value) if given.operator in ("", "Assign") else ""
            if _field(owner, name) and text:
                at = flow.written.at(given.line, f"{element.name}.{given.target}")
                yield Use(at, _field(owner, name), text, "sets", f"flow {flow.name}")
    for rule in element.rules:
        for condition in rule.conditions:
            record, _, name = condition.left.rpartition(".")
            if name.casefold() in _NAMES and record and condition.operator in _EQUAL:
                field = _field(flow.object_of_reference(record), name)
                text = _text(flow, condition.right)
                if field and text:
                    at = flow.written.at(condition.line, f"{element.name}.{rule.name}")
                    yield Use(at, field, text, "compares", f"flow {flow.name}")


def _of_filter(flow: LinkedFlow, owner: str, item: FlowFilter, node: str) -> Iterator[Use]:
    field = _field(owner, item.field) if item.operator in _EQUAL else ""
    text = _text(flow, item.value) if field else ""
    if text:
        at = flow.written.at(item.line, f"{node}.{item.field}")
        yield Use(at, field, text, "compares", f"flow {flow.name}")


def _text(flow: LinkedFlow, value: FlowValue) -> str:
    """A fixed text, also of a constant."""
    if value.kind == "stringValue":
        return value.text
    constant = flow.resource(value.text) if value.kind == "elementReference" else None
    return constant.text if constant is not None and constant.kind == "constants" else ""


# Apex

_STRING = re.compile(r"'((?:[^'\\]|\\.)*)'")
_CONSTANT = re.compile(r"(?:([\w.]+)\.)?(\w+)")
_NAMED = re.compile(r"(\w+)\s*=(?!=)\s*(.*)", re.DOTALL)
_COMPARED = re.compile(
    r"([\w.\[\]()?]+)\.(LeadSource|AccountSource)\s*(?:==|!=)\s*'([^'\\]*)'", re.IGNORECASE
)
_EQUALS = re.compile(
    r"([\w.\[\]()?]+)\.(LeadSource|AccountSource)\.equals(?:IgnoreCase)?\(\s*'([^'\\]*)'", re.IGNORECASE
)
_WHERE = re.compile(r"(?<![\w.])(LeadSource|AccountSource)\s*(?:=|!=|<>)\s*'([^'\\]*)'", re.IGNORECASE)
_WHERE_IN = re.compile(r"(?<![\w.])(LeadSource|AccountSource)\s+(?:not\s+)?in\s*\(([^()]*)\)", re.IGNORECASE)


def _in_apex(apex: Apex) -> Iterator[Use]:
    for method in apex.methods:
        if not method.is_test and not is_test_helper(method.written.name):
            for operation in method.method.operations:
                yield from _of_operation(apex, method, operation)
            yield from _of_guards(apex, method)


def _of_operation(apex: Apex, method: LinkedMethod, operation: Operation) -> Iterator[Use]:
    by = f"Apex {method.name}"
    pairs: list[tuple[str, str, Literal["sets", "compares"]]] = []
    if operation.kind == "assign" and operation.arguments:
        record, _, name = operation.name.rpartition(".")
        if record and name.casefold() in _NAMES:
            owner = record_type(apex, method, record, operation.line)
            pairs.append((_field(owner, name), _fixed(apex, method, operation.arguments[0]), "sets"))
    elif operation.kind == "new":
        for argument in operation.arguments:
            named = _NAMED.fullmatch(argument.strip())
            field = _field(operation.name, named[1]) if named else ""
            if named and field:
                pairs.append((field, _fixed(apex, method, named[2]), "sets"))
    elif operation.kind == "soql":
        pairs += [(_field(operation.name, m[1]), m[2], "compares") for m in _WHERE.finditer(operation.text)]
        for some in _WHERE_IN.finditer(operation.text):
            field = _field(operation.name, some[1])
            pairs += [(field, text, "compares") for text in _STRING.findall(some[2])]
    for field, text, does in pairs:
        if field:
            yield Use(method.at(operation), field, text, does, by)


def _fixed(apex: Apex, method: LinkedMethod, text: str) -> str:
    """A text literal, also behind a constant of the class or of another one (`Sources.AI`); empty for anything else."""
    bare = text.strip()
    literal = _STRING.fullmatch(bare)
    if literal:
        return literal[1]
    name = _CONSTANT.fullmatch(bare)
    if name is None or (not name[1] and method.local(name[2].casefold())):
        return ""
    holder = apex.types.get(apex.types.find(name[1], method.owner_key) if name[1] else method.owner_key)
    constants = (one for one in holder.fields if "final" in one.modifiers) if holder else ()
    found = next((one for one in constants if one.name.casefold() == name[2].casefold()), None)
    literal = _STRING.fullmatch(found.initial.strip()) if found else None
    return literal[1] if literal else ""


def _of_guards(apex: Apex, method: LinkedMethod) -> Iterator[Use]:
    for guard in method.method.guards:
        if "source" not in guard.condition.casefold():
            continue
        for compared in (*_COMPARED.finditer(guard.condition), *_EQUALS.finditer(guard.condition)):
            record = compared[1].lstrip("(!")
            field = _field(record_type(apex, method, record, guard.line), compared[2])
            if field:
                at = method.written.at(guard.line, f"{method.name}: {compared[0]}")
                yield Use(at, field, compared[3], "compares", f"Apex {method.name}")


# Workflow, validation rules, formulas

_PATH = r"(?:\{!)?\s*(?P<path>(?:\$?\w+\.)*(?:LeadSource|AccountSource))\s*\}?"
_IN_FORMULA = (
    re.compile(rf"ISPICKVAL\s*\(\s*{_PATH}\s*,\s*(['\"])(?P<text>[^'\"]*)\2", re.IGNORECASE),
    re.compile(rf"TEXT\s*\(\s*{_PATH}\s*\)\s*(?:==?|<>|!=)\s*(['\"])(?P<text>[^'\"]*)\2", re.IGNORECASE),
)
_IN_CASE = re.compile(rf"CASE\s*\(\s*(?:TEXT\s*\(\s*)?{_PATH}\s*\)?\s*,(?P<rest>[^()]*)\)", re.IGNORECASE)
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def _in_workflow(index: Index, relationships: Relationships) -> Iterator[Use]:
    for first in index.all(Workflow):
        parts = index.parts(Workflow, first.name)
        started = {
            name
            for part in parts
            for rule in part.fact.rules
            for kind, name in (rule.actions if rule.active else ())
            if kind == "FieldUpdate"
        }
        for part in parts:
            for update in part.fact.field_updates:
                if update.name not in started:
                    continue
                field = _field(workflow_target(relationships, part.name, update), update.field)
                if field and update.operation.casefold() == "literal":
                    at = part.at(update.line, update.name)
                    yield Use(at, field, update.literal, "sets", f"field update {update.name}")
            for rule in part.fact.rules:
                if rule.active:
                    by = f"workflow rule {rule.name}"
                    for item in rule.criteria:
                        field = FIELDS.get(item.field.casefold(), "")
                        if field and item.operation in ("equals", "notEqual") and '"' not in item.values:
                            at = part.at(item.line, f"{rule.name}.{item.field}")
                            yield from (
                                Use(at, field, text.strip(), "compares", by)
                                for text in item.values.split(",")
                            )
                    at = part.at(rule.line, rule.name)
                    yield from _of_formula(rule.formula, _paths_of(relationships, part.name), at, by)


def _in_formulas(index: Index, relationships: Relationships) -> Iterator[Use]:
    for rule in index.all(ValidationRule):
        if rule.fact.active and "source" in rule.fact.formula.casefold():
            at = rule.at_element("errorConditionFormula")
            by = f"validation rule {rule.name}"
            field_of = _paths_of(relationships, rule.name.partition(".")[0])
            yield from _of_formula(rule.fact.formula, field_of, at, by)
    for field in index.all(CustomField):
        if field.fact.formula and "source" in field.fact.formula.casefold():
            field_of = _paths_of(relationships, field.fact.object)
            at = field.at_element("formula")
            yield from _of_formula(field.fact.formula, field_of, at, f"formula {field.name}")


def _of_formula(formula: str, field_of: Callable[[str], str], at: Place, by: str) -> Iterator[Use]:
    """The texts that a formula compares with; `field_of` gives the field behind a path."""
    text = _COMMENT.sub("", formula)
    for pattern in _IN_FORMULA:
        for found in pattern.finditer(text):
            field = field_of(found["path"])
            if field:
                yield Use(at, field, found["text"], "compares", by)
    for found in _IN_CASE.finditer(text):
        field = field_of(found["path"])
        for value in _cases(found["rest"]) if field else ():
            yield Use(at, field, value, "compares", by)


def _cases(rest: str) -> list[str]:
    """The values of `CASE(x, "a", 1, "b", 2, 0)`: the first of each pair, where nothing but texts and numbers stand."""
    parts = [part.strip() for part in rest.split(",")]
    if len(parts) % 2 == 0:  # a text with a comma in it, or no last result
        return []
    given = (_QUOTED.fullmatch(part) for part in parts[:-1:2])
    return [quoted[1] or quoted[2] or "" for quoted in given if quoted]


def _paths_of(relationships: Relationships, owner: str) -> Callable[[str], str]:
    """What paths such as `Account.AccountSource` mean in formulas of an object; nothing where a step is not known."""

    def field_of(path: str) -> str:
        *steps, field = path.split(".")
        found = owner
        for step in steps:
            found = relationships.parent(found, step) or (step if step.casefold() in _STANDARD_STEPS else "")
        return _field(found, field)

    return field_of


_STANDARD_STEPS = ("account", "contact", "lead", "opportunity")
"""Lookups that are called as the object that they lead to."""
