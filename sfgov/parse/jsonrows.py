"""JSON of a record query → its rows with their lines, in any of the shapes that people save."""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator
from typing import Any

Row = dict[str, str]
"""A record's values by column; those of a parent are under `Parent.Column`. Null is left out."""
Rows = Generator[tuple[Row, int], None, int | None]
"""Rows with their lines; at the end how many there were, or None where there was no list of them."""


class BrokenJson(Exception):
    """Rows cannot be read, or not all of them: why, and on which line (0 where none is known)."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


def read_rows(data: bytes) -> Iterator[tuple[Row, int]]:
    """The rows of `{"result": {"records": [...]}}`, of `{"records": [...]}` or of a plain list, each with its line.

    Raises `BrokenJson` after the last row that can be read, where the text is broken, is an error that was
    saved in place of rows, or says itself that it holds fewer rows than there are.
    """
    try:
        text = data.decode(json.detect_encoding(data))
    except UnicodeDecodeError as error:
        raise BrokenJson(f"the text cannot be decoded: {error.reason}") from None
    try:
        yield from _Cursor(text).rows()
    except json.JSONDecodeError as error:
        raise BrokenJson(f"the JSON is broken: {error.msg}", error.lineno) from None


class _Cursor:
    """Walks JSON text from value to value, and so knows where each of them starts."""

    _decoder = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
    _space = re.compile(r"[ \t\r\n]*")

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._counted_to = 0
        self._line = 1

    def rows(self) -> Iterator[tuple[Row, int]]:
        """All rows, up to the end of the text."""
        found = yield from self._list() if self._next() == "[" else self._object()
        if self._next():
            raise self._broken("Extra data")
        if found is None:
            raise BrokenJson('there is no list "records", as `sf data query --json` prints it', 1)

    def _object(self) -> Rows:
        """The rows of an object that has `records`, or whose `result` has."""
        found: int | None = None
        said: dict[str, tuple[str, int]] = {}
        for _ in self._items("{", "}"):
            line, key = self._line_here(), str(self._value())
            self._take(":")
            match key, self._next():
                case "records", "[":
                    found = yield from self._list()
                case "result", "{":
                    found = yield from self._object()
                case _:
                    said[key] = str(self._value()), line
        if found is None and "message" in said:
            message, line = said["message"]
            raise BrokenJson(f"this is not an export but the error of one: {message}", line)
        total, line = said.get("totalSize", ("", 0))
        if found is not None and re.fullmatch(r"\d{1,9}", total) and found < int(total):
            raise BrokenJson(f"only {found} of {total} rows are here", line)
        return found

    def _list(self) -> Rows:
        found = 0
        for _ in self._items("[", "]"):
            line, start = self._line_here(), self._at
            record = self._value()
            if not isinstance(record, dict):
                raise json.JSONDecodeError("Expecting a record", self._text, start)
            found += 1
            yield dict(_flat(record)), line
        return found

    def _items(self, opening: str, closing: str) -> Iterator[None]:
        """Stops before each item of a list or object, which the caller then takes."""
        self._take(opening)
        if self._next() == closing:
            self._at += 1
            return
        while True:
            yield
            if self._next() == ",":
                self._at += 1
            else:
                return self._take(closing)

    def _value(self) -> Any:
        self._next()
        value, self._at = self._decoder.raw_decode(self._text, self._at)
        return value

    def _take(self, wanted: str) -> None:
        if self._next() != wanted:
            raise self._broken(f"Expecting {wanted!r}")
        self._at += 1

    def _next(self) -> str:
        """The next character that is no space; empty at the end."""
        space = self._space.match(self._text, self._at)
        self._at = space.end() if space else self._at
        return self._text[self._at : self._at + 1]

    def _line_here(self) -> int:
        self._next()
        self._line += self._text.count("\n", self._counted_to, self._at)
        self._counted_to = self._at
        return self._line

    def _broken(self, reason: str) -> json.JSONDecodeError:
        return json.JSONDecodeError(reason, self._text, self._at)


def _flat(record: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in record.items():
        if key == "attributes" and prefix:
            continue
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        elif isinstance(value, bool):
            yield prefix + key, "true" if value else "false"
        elif isinstance(value, str):
            # JSON may escape half of a character, which no text file can hold.
            yield prefix + key, value.encode(errors="replace").decode()
