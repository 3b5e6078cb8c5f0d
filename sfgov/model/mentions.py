"""Which permission files speak of a name, and where in them: one table for all files.

A large org has hundreds of files with thousands of fields each. A table for each file would take a dictionary
entry for each block of each file; one table for all takes two numbers.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from sfgov.facts.permissions import ACCESS_FLAGS, FIELD_FLAGS, OBJECT_FLAGS, Blocks, PermissionBundle
from sfgov.model.index import Written

OBJECTS = "objectPermissions"
FIELDS = "fieldPermissions"
_FLAGS = {OBJECTS: OBJECT_FLAGS, FIELDS: FIELD_FLAGS}


def flags_of(kind: str) -> Sequence[str]:
    """The switches of a block of this kind (`objectPermissions`, `userPermissions` …), in their order."""
    return _FLAGS.get(kind, ACCESS_FLAGS)


def blocks_of(fact: PermissionBundle, kind: str) -> Blocks:
    """The blocks of a file among which those of this kind are."""
    return {OBJECTS: fact.objects, FIELDS: fact.fields}.get(kind, fact.accesses)


def key_of(kind: str, name: str) -> str:
    """How the blocks of a file name a thing; those of most kinds stand together and say their kind."""
    return name if kind in _FLAGS else f"{kind} {name}"


class Mentions:
    """The blocks of many files by what they are about. Names compare without case."""

    def __init__(self, files: Sequence[Written[PermissionBundle]]) -> None:
        self.files = files
        self._tables: dict[str, Mapping[str, tuple[array[int], array[int]]]] = {}

    def rows(self, file: int, kind: str, name: str) -> Sequence[int]:
        """The blocks of one file about one thing: none, one, or several where a merge left them twice."""
        files, rows = self._mentions(kind, name)
        start = bisect_left(files, file)
        return rows[start : bisect_right(files, file, start)]

    def granting(self, kind: str, name: str, flags: Sequence[str]) -> Iterator[int]:
        """The files in which one of these switches is true for one thing; a file with two such blocks twice."""
        columns = [1 + flags_of(kind).index(flag) for flag in flags]
        for file, row in zip(*self._mentions(kind, name), strict=True):
            blocks = blocks_of(self.files[file].fact, kind)
            if any(blocks.number(row, column) > 0 for column in columns):
                yield file

    def speaks_of(self, kind: str, name: str) -> bool:
        """Whether any file has a block about this thing, whatever it says."""
        return bool(self._mentions(kind, name)[0])

    def names(self, kind: str, prefix: str) -> Iterator[str]:
        """The names that begin so, each as the first file that has it spells it."""
        for key, (files, rows) in self._table_of(kind).items():
            if key.startswith(key_of(kind, prefix).casefold()):
                yield (
                    blocks_of(self.files[files[0]].fact, kind).row(rows[0])[0].removeprefix(key_of(kind, ""))
                )

    def _mentions(self, kind: str, name: str) -> tuple[array[int], array[int]]:
        """Of each block about this thing the file, and the row in it; in the order of files and rows."""
        return self._table_of(kind).get(key_of(kind, name).casefold(), _NONE)

    def _table_of(self, kind: str) -> Mapping[str, tuple[array[int], array[int]]]:
        sort = kind if kind in _FLAGS else ""
        if sort not in self._tables:
            self._tables[sort] = self._table(sort)
        return self._tables[sort]

    def _table(self, sort: str) -> Mapping[str, tuple[array[int], array[int]]]:
        table: defaultdict[str, tuple[array[int], array[int]]] = defaultdict(lambda: (array("I"), array("I")))
        for number, written in enumerate(self.files):
            blocks = blocks_of(written.fact, sort)
            for row, name in enumerate(blocks.names.casefold().split("\0") if len(blocks) else ()):
                files, rows = table[name]
                files.append(number)
                rows.append(row)
        return dict(table)


_NONE = (array("I"), array("I"))
