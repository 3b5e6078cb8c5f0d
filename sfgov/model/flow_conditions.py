"""What a flow's conditions depend on: who is acting, or anything else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import IntEnum

from sfgov.facts.flow import FlowCondition, FlowValue
from sfgov.model.flow_references import FlowReferences

_WHO = frozenset({"$profile", "$user", "$userrole", "$permission", "$setup", "$organization"})
_FIXED = frozenset({"$label", "$globalconstant"})
_LITERAL = re.compile(r"/\*.*?\*/|'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"", re.DOTALL)
_NAME = re.compile(r"\{!([^{}]+)\}|(\$\w+(?:\.\w+)*)|\b(NOW|TODAY|TIMENOW)\s*\(", re.IGNORECASE)


class Depends(IntEnum):
    """What decides a condition. Of several, the greatest counts."""

    NOTHING = 0
    """Literals and constants."""
    ACTOR = 1
    """The acting user and what is set for them: profile, role, permissions, hierarchy settings, the org."""
    DATA = 2
    """The record, other records, variables, the time, or something that is not known."""


def depends_on(names: Iterable[str], references: FlowReferences) -> Depends:
    """What decides something that is made of these names; the names are those that `names_in` gives."""
    return max((_of_name(name, references) for name in names), default=Depends.NOTHING)


def _of_name(name: str, references: FlowReferences) -> Depends:
    family = name.partition(".")[0].casefold()
    if family in _WHO:
        return Depends.ACTOR
    resource = references.resource(name)
    fixed = family in _FIXED or (resource is not None and resource.kind == "constants")
    return Depends.NOTHING if fixed else Depends.DATA


def names_in_condition(condition: FlowCondition, references: FlowReferences) -> frozenset[str]:
    """What both sides of a condition refer to."""
    return _behind([condition.left, *_names_in_value(condition.right)], references)


def names_in_value(value: FlowValue, references: FlowReferences) -> frozenset[str]:
    """What a value refers to."""
    return _behind(list(_names_in_value(value)), references)


def names_in_formula(formula: str, references: FlowReferences) -> frozenset[str]:
    """What a formula refers to, through the formulas that it uses. One that asks for the time refers to `NOW`."""
    return _behind(list(_names_in(formula)), references)


def _names_in_value(value: FlowValue) -> Iterator[str]:
    if value.kind == "elementReference":
        yield value.text
    elif value.kind == "formulaExpression":
        yield from _names_in(value.text)


def _behind(names: list[str], references: FlowReferences) -> frozenset[str]:
    """These names, with what they are made of in place of formulas and templates."""
    seen: set[str] = set()
    plain: set[str] = set()
    for name in names:  # grows while it is walked
        if name.casefold() in seen:
            continue
        seen.add(name.casefold())
        resource = references.resource(name)
        if resource is not None and resource.kind in ("formulas", "textTemplates"):
            names.extend(_names_in(resource.text))
        else:
            plain.add(name)
    return frozenset(plain)


def _names_in(formula: str) -> Iterator[str]:
    for match in _NAME.finditer(without_literals(formula)):
        yield next(filter(None, match.groups())).strip()


def without_literals(formula: str) -> str:
    """The formula with empty texts in place of its texts and comments."""
    return _LITERAL.sub("''", formula)
