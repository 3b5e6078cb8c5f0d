"""What sources of masking can say, in one shape for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import Enum
from fnmatch import fnmatchcase
from typing import TypeAlias, TypeVar

import msgspec

from sfgov.facts import Fact
from sfgov.model.index import Index, Written
from sfgov.place import Evidence, Place

F = TypeVar("F", bound=Fact)


class Origin(Enum):
    """The kind of source that says something, most trusted first."""

    EXPORT = "Tooling export"
    PACKAGE = "Data Mask record"
    TEMPLATE = "masking template"
    IN_HOUSE = "in-house masking record"
    POST_COPY = "SandboxPostCopy class"

    @property
    def trust(self) -> int:
        """0 for the most trusted."""
        return list(Origin).index(self)

    @property
    def runs(self) -> bool:
        """Whether such a source is the masking itself. A template only declares what some tool is to do."""
        return self in (Origin.EXPORT, Origin.PACKAGE, Origin.IN_HOUSE)


class _OfFields(msgspec.Struct, frozen=True):
    """What a source says of one field of an object, or of the fields that a wildcard matches."""

    object: str
    field: str

    @property
    def exact(self) -> bool:
        """Whether it names the field itself."""
        return "*" not in self.field and "?" not in self.field

    def matches(self, field: str) -> bool:
        """Whether it is about this field."""
        return fnmatchcase(field.casefold(), self.field.casefold())


class MaskRule(_OfFields, frozen=True):
    """A source masks one field, or the fields that a wildcard matches."""

    origin: Origin
    by: str
    """What holds the rule, as a noun: `policy Contact_PII_Mask`, `the template of Contact`."""
    place: Place
    how: str = ""
    where: str = ""
    """Only these rows are masked; empty for all."""
    dormant: str = ""
    """Why the rule does nothing: `its masking object is inactive`. Empty: it works."""
    switch: Place | None = None
    """The line that switches a dormant rule off."""

    def evidence(self) -> tuple[Evidence, ...]:
        """The rule's line and, where something switches it off, that line."""
        how = f" ({self.how})" if self.how else ""
        where = f" only where {self.where}" if self.where else ""
        if not self.dormant:
            return (self.place.says(f"{self.by} masks {self.object}.{self.field}{how}{where}"),)
        rule = self.place.says(
            f"{self.by} would mask {self.object}.{self.field}{how}{where}, but {self.dormant}"
        )
        return (
            (rule, self.switch.says(self.dormant)) if self.switch and self.switch != self.place else (rule,)
        )


class MaskExempt(_OfFields, frozen=True):
    """A template leaves a field, or the fields that a wildcard matches, alone on purpose."""

    place: Place
    until: date | None = None
    """The last day on which it holds; None: it has no end."""
    reason: str = ""
    approved_by: str = ""

    def evidence(self) -> tuple[Evidence, ...]:
        """The exemption's line."""
        until = f" until {self.until.isoformat()}" if self.until else ""
        reason = f": {self.reason}" if self.reason else ""
        return (self.place.says(f"{self.object}.{self.field} is exempt{until}{reason}"),)


class MaskedObject(msgspec.Struct, frozen=True):
    """A source speaks of an object: here its fields are to be listed."""

    object: str
    origin: Origin
    by: str
    place: Place


class Unseen(msgspec.Struct, frozen=True):
    """Masking is there, but what it covers is not in the files."""

    place: Place
    reason: str
    object: str = ""
    """The object that it is about; empty: it may be about any."""
    broken: bool = False
    """Files that should say what it covers are there but cannot be read whole."""


class RowFilter(msgspec.Struct, frozen=True):
    """A source masks only some rows of an object."""

    object: str
    origin: Origin
    by: str
    place: Place
    where: str = ""
    """The criterion as written; empty where it is kept in `raw` alone."""
    raw: str = ""
    """The filter as Data Mask's own screen stores it, as JSON; empty where there is none."""
    reason: str = ""


Statement: TypeAlias = MaskRule | MaskExempt | MaskedObject | RowFilter | Unseen


def every(index: Index, kind: type[F]) -> Iterator[Written[F]]:
    """All that is written of a kind, also where several files speak of one name."""
    for first in index.all(kind):
        yield from index.parts(kind, first.name)


def field_of(object_name: str, field: str) -> str:
    """`Email` of `Contact.Email`: some people name fields with their object."""
    prefix, _, rest = field.partition(".")
    return rest if rest and prefix.casefold() == object_name.casefold() else field
