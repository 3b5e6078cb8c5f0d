"""What the page's script works with: an index of all findings, and the HTML of those that are not in the page.

Each piece is base64 of a zlib stream. The index can be searched, sorted and saved without unpacking anything else;
each block is a list of the HTML of a hundred findings, made by the template that also writes the others, so that
both look alike and are escaped alike.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

import msgspec

from sfgov.report.html.view import Shown
from sfgov.report.inert import visible

_BLOCK = 100
_EFFORT = 6
"""Of the compression: 9 takes three times as long to save a hundredth."""


class Packed(msgspec.Struct, frozen=True):
    """The pieces. `size` is the number of findings in a block; `written` findings of the index stand in the page."""

    index: str
    blocks: tuple[str, ...]
    written: int
    size: int = _BLOCK


def pack(findings: Sequence[Shown], written: int, html: Callable[[Shown], str]) -> Packed | None:
    """The findings, of which the first `written` stand in the page, or None for none. `html` writes one."""
    if not findings:
        return None
    blocks = _blocks(findings[written:])
    return Packed(
        index=_compressed({name: _column(map(value, findings)) for name, value in _COLUMNS.items()}),
        blocks=tuple(_compressed([str(html(shown)).strip() for shown in block]) for block in blocks),
        written=written,
    )


_COLUMNS: dict[str, Callable[[Shown], str | int]] = {
    "id": lambda shown: shown.id,
    "check": lambda shown: shown.result.check,
    "name": lambda shown: shown.result.name,
    "severity": lambda shown: shown.result.severity.value,
    "confidence": lambda shown: shown.result.confidence.value,
    "status": lambda shown: shown.result.status,
    "gates": lambda shown: "yes" if shown.gates else "no",
    "component": lambda shown: visible(shown.result.component),
    "path": lambda shown: visible(shown.result.path),
    "line": lambda shown: shown.result.line,
    "column": lambda shown: shown.result.column,
    "message": lambda shown: visible(shown.result.message),
    "fix": lambda shown: visible(shown.result.fix),
    "reason": lambda shown: visible(shown.result.reason),
}
"""What the script knows of each finding, by the names that it uses."""


def _column(values: Iterable[str | int]) -> dict[str, list[Any]]:
    """Each value once, and for each finding which of them is its own: that is quicker to read than it is short."""
    places: dict[str | int, int] = {}
    at = [places.setdefault(value, len(places)) for value in values]
    return {"of": list(places), "at": at}


def _blocks(findings: Sequence[Shown]) -> Iterable[list[Shown]]:
    rest = iter(findings)
    while block := list(islice(rest, _BLOCK)):
        yield block


def _compressed(data: Any) -> str:
    return base64.b64encode(zlib.compress(msgspec.json.encode(data), _EFFORT)).decode("ascii")
