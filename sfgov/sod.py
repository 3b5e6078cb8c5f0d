"""The terms of a rule that keeps permissions apart: `obj:Vendor__c:create`, `user:ManageUsers`, `custom:Approve`."""

from __future__ import annotations

import re
from typing import Literal, get_args

import msgspec

from sfgov.spelling import did_you_mean

Access = Literal["create", "read", "edit", "delete"]
SHAPES = f"obj:OBJECT:{'|'.join(get_args(Access))}, user:NAME, custom:NAME"
_TERM = re.compile(
    rf"obj:(?P<object>[^:\s]+):(?P<access>{'|'.join(get_args(Access))})|user:(?P<user>\w+)|custom:(?P<custom>\w+)"
)


class Term(msgspec.Struct, frozen=True):
    """One permission: access to an object's records, a user permission or a custom permission."""

    kind: Literal["object", "user", "custom"]
    name: str
    access: Access = "read"
    """What may be done to the object; of no meaning for the other kinds."""


def read_term(text: str) -> Term | None:
    """The permission that a term names; None where it has none of the three shapes."""
    match = _TERM.fullmatch(text)
    if match is None:
        return None
    if match["object"]:
        return Term("object", match["object"], match["access"])  # type: ignore[arg-type]
    return Term("user", match["user"]) if match["user"] else Term("custom", match["custom"])


def unreadable(text: str) -> str:
    """What to say of a term that is none, with the word that was probably meant."""
    kind, _, rest = text.partition(":")
    hint = did_you_mean(kind, ("obj", "user", "custom")) if kind not in ("obj", "user", "custom") else ""
    if kind == "obj" and ":" in rest:
        hint = did_you_mean(rest.rpartition(":")[2], get_args(Access))
    return f'"{text}" is none of {SHAPES}{hint}'
