"""Rules of planners as expressions, so that they are asked the same questions as the conditions of scripts."""

from __future__ import annotations

from sfgov.facts.agents import PlannerCondition, PlannerRule
from sfgov.model.agents.expressions import Expression, Node, Value

_OPERATORS = {
    "equal": "==",
    "equals": "==",
    "notequal": "!=",
    "notequals": "!=",
    "greaterthan": ">",
    "greaterthanorequal": ">=",
    "greaterorequal": ">=",
    "lessthan": "<",
    "lessthanorequal": "<=",
    "lessorequal": "<=",
}
_CONSTANTS: dict[str, Value] = {"true": True, "false": False, "null": None, "": None}


def expression_of(rule: PlannerRule) -> Expression:
    """All conditions of a rule together; what a rule's own expression makes of them is not known."""
    names = frozenset(one.left.casefold() for one in rule.conditions if one.left_type in ("", "Variable"))
    said = " and ".join(map(_said, rule.conditions))
    if rule.expression:
        return Expression(f"{rule.expression} ({said})" if said else rule.expression, extra=names)
    if not rule.conditions:
        return Expression("nothing")
    nodes = tuple(map(_node, rule.conditions))
    return Expression(said, nodes[0] if len(nodes) == 1 else Node("and", operands=nodes), names)


def _said(condition: PlannerCondition) -> str:
    operator = condition.operator.casefold()
    if operator == "isempty":
        return f"{condition.left} is empty"
    if operator == "isnotempty":
        return f"{condition.left} is not empty"
    return f"{condition.left} {_OPERATORS.get(operator, condition.operator)} {condition.right}"


def _node(condition: PlannerCondition) -> Node:
    operator = condition.operator.casefold()
    left = (
        Node("variable", condition.left.casefold())
        if condition.left_type in ("", "Variable")
        else Node("other")
    )
    if operator == "isempty":
        return Node("isEmpty", operands=(left,))
    if operator == "isnotempty":
        return Node("not", operands=(Node("isEmpty", operands=(left,)),))
    if operator not in _OPERATORS:
        return Node("other")
    return Node(_OPERATORS[operator], operands=(left, Node("constant", _constant(condition.right))))


def _constant(text: str) -> Value:
    if text.casefold() in _CONSTANTS:
        return _CONSTANTS[text.casefold()]
    try:
        return float(text)
    except ValueError:
        return text
