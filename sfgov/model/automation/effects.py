"""What automation does to records: one effect of one node, wherever it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from sfgov.model.flow_criteria import Criterion
from sfgov.place import Evidence, Place

Kind = Literal["read", "create", "update", "delete", "undelete"]
WRITES: tuple[Kind, ...] = ("create", "update", "delete", "undelete")
_VERBS = {
    "read": "reads",
    "create": "creates",
    "update": "updates",
    "delete": "deletes",
    "undelete": "undeletes",
}


class RecordEffect(msgspec.Struct, frozen=True):
    """Records of an object, read or written by one node of a flow, one operation of Apex or one field update.

    `values` are the fields (lower case) that are set, each with its literal (lower case, empty for no value) or None
    where it is computed; `values` itself is None where the fields are not known. `own`: it is surely the record that
    started the automation. `context` says in whose name, as far as it is written there.
    """

    kind: Kind
    object: str
    at: Place
    values: Mapping[str, str | None] | None = None
    own: bool = False
    context: str = ""

    @property
    def said(self) -> str:
        """`updates Quote records`, as the end of a sentence."""
        return (
            f"{_VERBS[self.kind]} {'the ' if self.own else ''}{self.object} record{'' if self.own else 's'}"
        )


class Reached(msgspec.Struct, frozen=True):
    """An effect that something comes to, and how.

    `way` are the calls, from the start on. `conditional`: on the way something else than the criteria of the start
    decides whether it happens. `asked` are tests of the record that must hold, and that the way shows. `once`: it
    does not happen again in the same transaction.
    """

    effect: RecordEffect
    way: tuple[Evidence, ...]
    conditional: bool
    asked: frozenset[Criterion] = frozenset()
    once: bool = False

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The calls and the effect."""
        return (*self.way, self.effect.at.says(self.effect.said))
