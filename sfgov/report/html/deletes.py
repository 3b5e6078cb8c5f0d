"""Who can delete what, as the report shows it: objects against bundles, then each object with its lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from sfgov.result import Deletable, Guard, Matrix, Right, Run

_COLUMNS = 24
"""How many bundles get a column: those that can delete the most. The others stand in the objects' lists."""
_LISTED = 60
"""How many bundles an object's list has."""
_ALL_DATA = "ModifyAllData"
_KINDS = ("Profile", "PermissionSet", "PermissionSetGroup", "Persona")


class Cell(msgspec.Struct, frozen=True):
    """What one bundle can do to one object."""

    bundle: str
    right: Right | None
    anchor: str = ""
    """Where the page shows the lines that grant it."""


class Listed(msgspec.Struct, frozen=True):
    """A right with its address in the page."""

    right: Right
    anchor: str


class Row(msgspec.Struct, frozen=True):
    """One object."""

    deletable: Deletable
    anchor: str
    cells: tuple[Cell, ...]
    listed: tuple[Listed, ...]
    unlisted: int

    @property
    def people(self) -> int:
        """How many bundles can delete it besides the administrators'."""
        return sum(not right.admin for right in self.deletable.rights)

    @property
    def guards(self) -> tuple[Guard, ...]:
        """The guards that run."""
        return tuple(guard for guard in self.deletable.guards if guard.state == "active")

    @property
    def open_masters(self) -> tuple[str, ...]:
        """The masters whose deletion takes the records along, with nothing that looks after them."""
        return tuple(
            dict.fromkeys(one.object for one in self.deletable.masters if one.holders and not one.watched)
        )


class Grid(msgspec.Struct, frozen=True):
    """The whole section."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    everywhere: tuple[Right, ...]
    """Who can delete everything by Modify All Data: said once, not in a column."""
    uncolumned: int
    """How many bundles have no column."""
    left_out: tuple[str, ...]

    @classmethod
    def of(cls, matrix: Matrix) -> Grid:
        """The section of a matrix."""
        everywhere = {
            right.bundle: right
            for one in matrix.objects
            for right in one.rights
            if right.through == _ALL_DATA
        }
        columns, uncolumned = _columns(matrix, set(everywhere))
        return cls(
            columns=columns,
            rows=tuple(_rows(matrix, columns)),
            everywhere=tuple(everywhere[name] for name in sorted(everywhere, key=_order)),
            uncolumned=uncolumned,
            left_out=matrix.left_out,
        )


def look(run: Run) -> Grid | None:
    """Who can delete what, where the run knows of any object."""
    return Grid.of(run.matrix) if run.matrix and run.matrix.objects else None


def _order(bundle: str) -> tuple[int, str]:
    kind, _, name = bundle.partition(":")
    return _KINDS.index(kind), name.casefold()


def _columns(matrix: Matrix, everywhere: set[str]) -> tuple[tuple[str, ...], int]:
    """The bundles with a column, by kind and name, and how many have none."""
    objects = Counter(right.bundle for one in matrix.objects for right in one.rights)
    names = [name for name in objects if name not in everywhere]
    widest = sorted(names, key=lambda name: (-objects[name], _order(name)))[:_COLUMNS]
    return tuple(sorted(widest, key=_order)), len(names) - len(widest)


def _rows(matrix: Matrix, columns: Sequence[str]) -> Iterator[Row]:
    for number, one in enumerate(matrix.objects, 1):
        anchor = f"w-{number}"
        own = [right for right in one.rights if right.through != _ALL_DATA]
        listed = [Listed(right, f"{anchor}-{place}") for place, right in enumerate(own[:_LISTED], 1)]
        by_bundle = {each.right.bundle: each for each in listed}
        rights = {right.bundle: right for right in own}
        yield Row(
            deletable=one,
            anchor=anchor,
            cells=tuple(
                Cell(name, rights.get(name), by_bundle[name].anchor if name in by_bundle else anchor)
                for name in columns
            ),
            listed=tuple(listed),
            unlisted=len(own) - len(listed),
        )
