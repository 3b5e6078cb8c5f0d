"""What a callee knows of its arguments: which of its parameters are `true`, `false`, `null`, or a certain text."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sfgov.facts.apex import Operation
from sfgov.model.apex.conditions import Decide
from sfgov.model.apex.linked import LinkedMethod
from sfgov.model.apex.loops import outside_tests

Bindings = tuple[tuple[str, str], ...]
"""Parameter names and literal values, in lower case; `something` is a value that is not null."""

_LITERAL = re.compile(r"true|false|null|\d+|'[^']*'")
_MADE = re.compile(r"new\s|\[\s*select\s", re.IGNORECASE)
_COMPARED = re.compile(
    r"(?P<v2>null|true|false|\d+|'[^']*')(?P<op2>==|!=)(?P<n2>\w+)|(?P<n>\w+)(?P<op>==|!=)(?P<v>.+)"
)
_BLANK = re.compile(r"string\.is(?P<not>not)?(?:blank|empty)\((?P<n>\w+)\)")


def bound(operation: Operation, caller: Bindings, target: LinkedMethod) -> Bindings:
    """What a target's parameters are known to be in a call."""
    known = dict(caller)
    found: dict[str, str] = {}
    parameters = target.method.parameters
    if len(parameters) != len(operation.arguments):
        return ()
    for parameter, argument in zip(parameters, operation.arguments, strict=True):
        text = argument.strip().casefold()
        value = known.get(text) or (
            text if _LITERAL.fullmatch(text) else "something" if _MADE.match(text) else ""
        )
        if value:
            found[parameter.name.casefold()] = value
    if not found:
        return ()
    changed = {op.name.casefold() for op in target.method.operations if op.kind == "assign"}
    return tuple(sorted((name, value) for name, value in found.items() if name not in changed))


def decide_by(bindings: Bindings) -> Decide:
    """What is known of conditions in production, given those values."""
    if not bindings:
        return outside_tests
    known: Mapping[str, str] = dict(bindings)

    def decide(atom: str) -> bool | None:
        if atom in known:
            return {"true": True, "false": False}.get(known[atom])
        compared = _COMPARED.fullmatch(atom)
        if compared:
            name, operator = compared["n"] or compared["n2"], compared["op"] or compared["op2"]
            same = _same(known.get(name, ""), compared["v"] or compared["v2"])
            return None if same is None else same == (operator == "==")
        blank = _BLANK.fullmatch(atom)
        if blank and known.get(blank["n"], "something") != "something":
            return (known[blank["n"]] in ("null", "''")) == (blank["not"] is None)
        return outside_tests(atom)

    return decide


def _same(known: str, compared: str) -> bool | None:
    if not known or not _LITERAL.fullmatch(compared):
        return None
    if known == "something":
        return False if compared == "null" else None
    return known == compared
