"""One write of a field by automation: who, on which event, and whether it keeps a value that is there already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import Literal

import msgspec

from sfgov.model.attribution.names import words
from sfgov.model.formulas import UNKNOWN, Assume, Value
from sfgov.place import Evidence, Place

KEPT = "\u2039what is there\u203a"
"""Stands for whatever value a field has already, where it is asked what automation does with it."""
SaveEvent = Literal["create", "update"]


class Write(msgspec.Struct, frozen=True):
    """A place at which automation sets a field, `Object.Field`.

    `by` names who, as in a sentence: `before-save flow Enrich`. `events` are those of the field's own record: set
    while it is created, or on a record that is there already. `value` is a literal as written, empty for no value; None
    where it is computed. `keeps`: a value that is there already stays. `automatic`: saving a record starts it; else a
    person, a schedule, or whatever calls it. `own`: the record that is saved is the one that gets the value. `typed`: it
    is what a person has just entered. `evidence` ends at the place that sets it.
    """

    field: str
    component: str
    by: str
    events: frozenset[SaveEvent]
    at: Place
    evidence: tuple[Evidence, ...]
    value: str | None = None
    keeps: bool = False
    conditional: bool = False
    automatic: bool = True
    own: bool = True
    typed: bool = False

    @property
    def object(self) -> str:
        """The object of the field."""
        return self.field.partition(".")[0]

    @property
    def overwrites(self) -> bool:
        """Whether it can take away a value that a record has already, without anybody who decides it."""
        return "update" in self.events and not (self.keeps or self.typed)

    @property
    def overrules(self) -> bool:
        """Whether what a record is created with, or has already, gives way to it whenever the record is saved."""
        return self.own and self.automatic and not self.keeps


class Wanted:
    """The fields whose writes are looked for, without regard to case."""

    def __init__(self, fields: Iterable[str], first_touches: Iterable[str] = ()) -> None:
        """Both are `Object.Field`; the first touches are those that keep their first value."""
        self._names = {name.casefold(): name for name in fields}
        self._first_touches = frozenset(name.casefold() for name in first_touches)

    def name(self, object_name: str, field: str) -> str:
        """The field as it was asked for; empty where it was not."""
        return self._names.get(f"{object_name}.{field}".casefold(), "")

    @cached_property
    def objects(self) -> frozenset[str]:
        """The objects of the fields, in lower case."""
        return frozenset(self._fields)

    @cached_property
    def own_names(self) -> frozenset[str]:
        """The fields' own names, in lower case, whatever object they are of."""
        return frozenset(field for fields in self._fields.values() for field in fields)

    def beside(self, field: str) -> frozenset[str]:
        """The fields, in lower case, of which one is mostly asked about for all: the first touches of one object.

        Of a field that is no first touch, itself alone.
        """
        owner, _, own = field.casefold().partition(".")
        if field.casefold() not in self._first_touches:
            return frozenset({own})
        return self._firsts_of(owner) | {own}

    def _firsts_of(self, owner: str) -> frozenset[str]:
        names = (name.partition(".") for name in self._first_touches)
        return frozenset(name for of, _, name in names if of == owner)

    def mirrors(self, field: str) -> frozenset[str]:
        """The field itself and the first touches of its object, in lower case: what comes from one is no later touch.

        Lead Source is none of these, whatever it is called: it may have changed. But it may follow a field of its name.
        """
        owner, _, own = field.casefold().partition(".")
        found = self._firsts_of(owner)
        if own != "leadsource":
            found = frozenset(name for name in found if words(name) not in _LEAD_SOURCE)
        return (found - {"leadsource"}) | {own}

    @cached_property
    def _fields(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for name in self._names:
            owner, _, field = name.partition(".")
            found[owner].add(field)
        return found


_LEAD_SOURCE = ("lead source", "leadsource")
_NO_PRIOR = ("$record__prior", "myvariable_old")


def assuming(fields: frozenset[str], event: SaveEvent | None, *, filled: bool) -> Assume:
    """What is known of names in flows and formulas when a record is created or updated; None: either may be.

    With `filled`, these fields (lower case) have a value already, on whatever record.
    """

    def assume(name: str) -> Value:
        if name == "isnew()":
            return UNKNOWN if event is None else event == "create"
        record, _, field = name.rpartition(".")
        if event == "create" and (name in _NO_PRIOR or record in _NO_PRIOR):
            return None
        if event == "update" and (name in _NO_PRIOR or (record in _NO_PRIOR and field == "id")):
            return KEPT
        return KEPT if filled and field in fields else UNKNOWN

    return assume
