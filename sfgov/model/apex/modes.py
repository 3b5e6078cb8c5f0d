"""User or system mode: whether an operation minds the user's object and field permissions.

Code saved at API version 67 or later runs in user mode unless it says otherwise, older code in system mode. Triggers
always run in system mode.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

from sfgov.facts.apex import ApexTrigger, Operation
from sfgov.model.apex.linked import LinkedMethod

USER_MODE_SINCE = 67.0
"""The API version from which on code runs in user mode."""

_USER = re.compile(r"\b(?:user_mode|security_enforced)\b|\bas user\b", re.IGNORECASE)
_SYSTEM = re.compile(r"\bsystem_mode\b|\bas system\b", re.IGNORECASE)
_LEVEL = re.compile(r"\baccess_?level\w*\s*(?:\(.*\))?\s*$", re.IGNORECASE | re.DOTALL)
_ENFORCED = re.compile(r"\bsecurity_enforced\b", re.IGNORECASE)
_BY_HAND = frozenset(
    {
        "stripinaccessible", "isaccessible", "isqueryable", "iscreateable", "isupdateable", "isdeletable",
        "isundeletable",
    }
)  # fmt: skip


class Mode(StrEnum):
    """Whose permissions count."""

    USER = "user mode"
    SYSTEM = "system mode"
    UNKNOWN = "unknown"


class Access(NamedTuple):
    """The mode of an operation, and whether it is written there."""

    mode: Mode
    explicit: bool


def access_of(linked: LinkedMethod, operation: Operation, api_version: float | None) -> Access:
    """The mode of a query, search or DML; `api_version` is that of the file, None where it is not known."""
    written = operation.receiver if operation.kind != "call" else " ".join(operation.arguments)
    if _USER.search(written):
        return Access(Mode.USER, explicit=True)
    if _SYSTEM.search(written):
        return Access(Mode.SYSTEM, explicit=True)
    if operation.kind == "call" and any(_is_level(linked, text, operation) for text in operation.arguments):
        return Access(Mode.UNKNOWN, explicit=True)
    if isinstance(linked.written.fact, ApexTrigger):
        return Access(Mode.SYSTEM, explicit=False)
    if api_version is None:
        return Access(Mode.UNKNOWN, explicit=False)
    mode = Mode.USER if api_version >= USER_MODE_SINCE else Mode.SYSTEM
    return Access(mode, explicit=False)


def _is_level(linked: LinkedMethod, argument: str, operation: Operation) -> bool:
    """Whether an argument is an `AccessLevel` that is kept in a variable: the mode is said, but not here."""
    declared = linked.type_of(argument, operation.line).casefold().removeprefix("system.")
    return declared == "accesslevel" or _LEVEL.search(argument) is not None


def enforces_by_clause(operation: Operation) -> bool:
    """Whether a query says `WITH SECURITY_ENFORCED`."""
    return operation.kind in ("soql", "sosl") and _ENFORCED.search(operation.receiver) is not None


def asks_permissions(linked: LinkedMethod) -> bool:
    """Whether a method asks for permissions itself, or strips what the user may not see."""
    return any(op.name.casefold() in _BY_HAND for op in linked.method.operations if op.kind == "call")
