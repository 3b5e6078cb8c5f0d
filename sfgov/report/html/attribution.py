"""Where leads come from, as the report shows it: a table of the fields, then each field with its lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from sfgov.result import AttributionMap, Carried, Fills, Origin, Run

_COLUMNS = ("Contact", "Account", "Opportunity")
_SELDOM = "CampaignMember"
"""Has a column only where it gets a value."""
_CREATES = {
    "visibleoptional": "People choose whether a conversion makes an opportunity.",
    "visiblerequired": "Every conversion makes an opportunity.",
    "notvisible": "No conversion makes an opportunity.",
}


class Outcome(msgspec.Struct, frozen=True):
    """What becomes of a field: a word or two, and whether that is bad."""

    says: str
    bad: bool


class Row(msgspec.Struct, frozen=True):
    """One field of leads."""

    origin: Origin
    anchor: str
    cells: tuple[tuple[Carried, ...], ...]
    """What each object of the columns gets."""
    outcomes: tuple[Outcome, ...]

    @property
    def name(self) -> str:
        """The field's own name."""
        return self.origin.field.partition(".")[2]

    @property
    def kind(self) -> str:
        """What the field says, as a title."""
        return self.origin.kind[:1].upper() + self.origin.kind[1:]

    @property
    def writers(self) -> str:
        """How many flows, triggers, rules and methods write it on which event; empty for none."""
        counts = Counter(
            event for _, event in {(f.by, event) for f in self.origin.fills for event in f.events}
        )
        return ", ".join(f"{counts[event]} on {event}" for event in sorted(counts))


class Table(msgspec.Struct, frozen=True):
    """The whole section."""

    rows: tuple[Row, ...]
    columns: tuple[str, ...]
    known: bool
    creates: str
    """What conversions make, as a sentence; empty where the settings do not say."""
    others: tuple[tuple[str, str], ...]
    left_out: tuple[str, ...]


def look(run: Run) -> Table | None:
    """The section of a run; None where the org has no leads."""
    if run.attribution is None:
        return None
    map_ = run.attribution
    joined = any(one.object == _SELDOM for origin in map_.origins for one in origin.carried)
    columns = (*_COLUMNS, _SELDOM) if joined else _COLUMNS
    return Table(
        rows=tuple(
            _row(map_, origin, f"o-{number}", columns) for number, origin in enumerate(map_.origins, 1)
        ),
        columns=columns,
        known=map_.known,
        creates=_CREATES.get(map_.creates.casefold(), ""),
        others=map_.others,
        left_out=map_.left_out,
    )


def _row(map_: AttributionMap, origin: Origin, anchor: str, columns: Sequence[str]) -> Row:
    cells = tuple(tuple(one for one in origin.carried if one.object == name) for name in columns)
    return Row(
        origin=origin,
        anchor=anchor,
        cells=cells,
        outcomes=tuple(_outcomes(map_, origin)),
    )


def _outcomes(map_: AttributionMap, origin: Origin) -> Iterator[Outcome]:
    found = [Outcome(says, bad=True) for says in _faults(map_, origin)]
    if found:
        yield from found
    elif map_.known or origin.carried:
        yield Outcome("survives", bad=False)
    else:
        yield Outcome("not known", bad=False)


def _faults(map_: AttributionMap, origin: Origin) -> Iterator[str]:
    """Where the value is lost or overwritten."""
    if map_.known and not origin.carried:
        yield "lost on conversion"
    pipeline = any(one.object in ("Opportunity", "CampaignMember") for one in origin.carried)
    if origin.carried and not pipeline and map_.creates.casefold() != "notvisible":
        yield "not on the opportunity"
    if any(one.loss for one in origin.carried):
        yield "arrives in part"
    if origin.first_touch and origin.locked_by is None and any(map(_overwrites, origin.fills)):
        yield "overwritten on leads"
    if origin.first_touch and any(_overwrites(fills) for one in origin.carried for fills in one.fills):
        yield "overwritten afterwards"


def _overwrites(fills: Fills) -> bool:
    return fills.overwrites
