"""The source lines around a place, for reports that show where a finding stands."""

from __future__ import annotations

from sfgov.place import Place
from sfgov.project.source import Reader

CONTEXT = 2
"""Lines shown before and after."""
MAX_WIDTH = 200
_MAX_FILE = 8 * 1024 * 1024


class Excerpts:
    """Reads each file once, and only files that findings point at."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._lines: dict[str, list[str]] = {}

    def around(self, place: Place) -> tuple[tuple[int, str], ...]:
        """(line number, text) of the lines around; nothing where the file cannot be read as text."""
        lines = self.lines(place.path)
        first = max(place.line - CONTEXT, 1)
        last = min(place.line + CONTEXT, len(lines))
        return tuple((number, lines[number - 1][:MAX_WIDTH]) for number in range(first, last + 1))

    def lines(self, path: str) -> list[str]:
        """The file's lines, without their ends."""
        if path not in self._lines:
            self._lines[path] = self._read(path)
        return self._lines[path]

    def _read(self, path: str) -> list[str]:
        try:
            data = self._reader.read(path)
        except OSError:
            return []
        if len(data) > _MAX_FILE:
            data = data[:_MAX_FILE]
        return data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
