"""The source lines around a place, for reports that show where a finding stands."""

from __future__ import annotations

from array import array
from itertools import accumulate

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
        self._texts: dict[str, _Text] = {}

    def around(self, place: Place) -> tuple[tuple[int, str], ...]:
        """(line number, text) of the lines around; nothing where the file cannot be read as text."""
        text = self._text(place.path)
        first = max(place.line - CONTEXT, 1)
        last = min(place.line + CONTEXT, len(text))
        return tuple((number, text.line(number)[:MAX_WIDTH]) for number in range(first, last + 1))

    def lines(self, path: str) -> list[str]:
        """The file's lines, without their ends."""
        text = self._text(path)
        return [text.line(number) for number in range(1, len(text) + 1)]

    def _text(self, path: str) -> _Text:
        if path not in self._texts:
            self._texts[path] = _Text(self._read(path))
        return self._texts[path]

    def _read(self, path: str) -> str | None:
        try:
            data = self._reader.read(path)
        except OSError:
            return None
        if len(data) > _MAX_FILE:
            data = data[:_MAX_FILE]
        return data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")


class _Text:
    """A text in one piece, and where its lines start: strings of their own would take up several times as much."""

    def __init__(self, text: str | None) -> None:
        """None has no lines, unlike the empty text, which has one."""
        self._text = text or ""
        lengths = [] if text is None else (len(line) + 1 for line in text.split("\n"))
        self._starts = array("I", accumulate(lengths, initial=0))

    def __len__(self) -> int:
        return len(self._starts) - 1

    def line(self, number: int) -> str:
        """A line by its number, from 1, without its end."""
        return self._text[self._starts[number - 1] : self._starts[number] - 1]
