"""YAML files in which people declare something, read with a problem and a line for everything that is wrong."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import Any

from sfgov.facts import Problem
from sfgov.spelling import did_you_mean
from sfgov.yaml12 import Document, Keys

_CONTENT = re.compile(rb"^[ \t]*[^#%\s]", re.MULTILINE)


def documents(data: bytes) -> Iterator[tuple[bytes, int]]:
    """The documents of a YAML file, each with the number of lines above it."""
    start = above = 0
    for end in [*(match.start() for match in re.finditer(rb"^---(?=\s|\Z)", data, re.MULTILINE)), len(data)]:
        if _CONTENT.search(data, start, end):
            yield data[start:end], above
        above += data.count(b"\n", start, end)
        start = end


class Reading:
    """One YAML document on its way to a fact. What cannot be used is left out, and said in `problems`."""

    def __init__(self, document: Document, above: int = 0) -> None:
        """`above` is the number of lines above the document in its file."""
        self.document = document
        self._above = above
        self.problems: list[Problem] = []

    def mapping(self, value: Any, at: Keys, shape: str, known: tuple[str, ...] = ()) -> dict[str, Any]:
        """The value without the keys that nobody knows; empty where there is none, or something else."""
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.wrong(at, f"this must be {shape}")
            return {}
        for key in value:
            if known and key not in known:
                near = did_you_mean(key, known) or f"; known are {', '.join(known)}"
                self.wrong((*at, key), f'unknown key "{key}"{near}')
        return {key: one for key, one in value.items() if not known or key in known}

    def text(self, entry: dict[str, Any], key: str, at: Keys = ()) -> str:
        """The text under a key; empty where there is none."""
        value = entry.get(key)
        if value is None or isinstance(value, dict | list | bool):
            if value is not None:
                self.wrong((*at, key), "this must be text")
            return ""
        return str(value).strip()

    def texts(self, entry: dict[str, Any], key: str, at: Keys = ()) -> tuple[str, ...]:
        """The list of texts under a key."""
        value = entry.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or any(
            isinstance(one, dict | list | bool) or one is None for one in value
        ):
            self.wrong((*at, key), "this must be a list of texts")
            return ()
        return tuple(str(one).strip() for one in value)

    def date(self, entry: dict[str, Any], key: str, at: Keys) -> str | None:
        """The date as YYYY-MM-DD, empty where none is given; None where something else is, and that is said."""
        value = entry.get(key)
        if value is None:
            return ""
        try:
            return datetime.date.fromisoformat(str(value)).isoformat()
        except ValueError:
            self.wrong((*at, key), f'"{value}" is not a date like 2027-01-31')
            return None

    def switch(self, top: dict[str, Any], key: str) -> bool | None:
        """True or false under a key; None where there is none, or something else."""
        value = top.get(key)
        if value is None or isinstance(value, bool):
            return value
        self.wrong((key,), "this must be true or false")
        return None

    def line(self, *keys: str) -> int:
        """The line of what these keys lead to; without any, of the document."""
        return self._above + self.document.lines[keys]

    def wrong(self, keys: Keys, reason: str) -> None:
        """Remember what is wrong with the value that these keys lead to."""
        self.problems.append(Problem(reason, self.line(*keys)))
