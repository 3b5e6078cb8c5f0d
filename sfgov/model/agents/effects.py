"""What an action comes to when it runs: records read and written, and what leaves the org."""

from __future__ import annotations

from typing import Literal

import msgspec

from sfgov.model.automation.effects import Reached
from sfgov.model.unasked import Deed
from sfgov.place import Evidence, Place

Leaves = Literal["callout", "email", "publish", "post", "approval"]


class SideWork(msgspec.Struct, frozen=True):
    """Something that an action does besides records: a callout, an e-mail, an event, a post, an approval."""

    kind: Leaves
    at: Place
    said: str
    """As the end of a sentence: `makes a callout in Weather.get`."""
    way: tuple[Evidence, ...] = ()

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The calls and the work."""
        return (*self.way, self.at.says(self.said))


class Selection(msgspec.Struct, frozen=True):
    """An input of an action that decides which records its target reads or writes.

    `at` is the filter, the query or the statement. `others` are the other fields that are asked for in the same place,
    each with what it is compared with, as written. `context` says in whose name it is done: as `RecordEffect` does for
    flows, `user mode`, `system mode` or `unknown` for Apex.
    """

    input: str
    object: str
    field: str
    at: Place
    writes: bool = False
    others: tuple[tuple[str, str], ...] = ()
    context: str = ""
    way: tuple[Evidence, ...] = ()

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The calls and the place."""
        verb = "changes" if self.writes else "reads"
        chosen = (
            f"{self.field} is the input {self.input}" if self.field else f"they are the input {self.input}"
        )
        return (*self.way, self.at.says(f"{verb} the {self.object} records of which {chosen}"))


class ActionWork(msgspec.Struct, frozen=True):
    """What an action comes to, through flows, Apex and prompts, each with the way from the target on.

    `known` is False where the target, or something that it calls for sure, is not in the tree, so that it may do more.
    """

    records: tuple[Reached, ...] = ()
    leaves: tuple[SideWork, ...] = ()
    selections: tuple[Selection, ...] = ()
    unasked: tuple[Deed, ...] = ()
    """What of it does not ask for the permissions of who runs it."""
    known: bool = True

    def selected_by(self, name: str) -> tuple[Selection, ...]:
        """Where an input (in any case) decides which records are read or written."""
        return tuple(one for one in self.selections if one.input.casefold() == name.casefold())

    def of(self, *kinds: str) -> tuple[Reached, ...]:
        """The effects of these kinds: `read`, `create`, `update`, `delete`, `undelete`."""
        return tuple(one for one in self.records if one.effect.kind in kinds)

    @property
    def writes(self) -> tuple[Reached, ...]:
        """Everything that changes records."""
        return self.of("create", "update", "delete", "undelete")
