"""The findings beyond those written out: compressed in the page, unpacked by its script when asked for.

Each block is base64 of a zlib stream. The first block is an index that can be searched without unpacking
anything else; each further block is the HTML of a hundred findings, made by the template that also writes the
others, so that both look alike and are escaped alike.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

import msgspec

from sfgov.report.html.view import Shown
from sfgov.report.inert import visible

_BLOCK = 100


class Packed(msgspec.Struct, frozen=True):
    """What the script needs to show the rest. `size` is the number of findings in a block."""

    index: str
    blocks: tuple[str, ...]
    size: int = _BLOCK


def pack(findings: Sequence[Shown], html: Callable[[Shown], str]) -> Packed | None:
    """The findings, compressed, or None where there are none. `html` writes one finding."""
    if not findings:
        return None
    index = msgspec.json.encode([_row(finding) for finding in findings])
    blocks = ("".join(map(html, block)).encode() for block in _blocks(findings))
    return Packed(index=_compressed(index), blocks=tuple(map(_compressed, blocks)))


def _row(shown: Shown) -> tuple[str, ...]:
    """What the script filters and groups by, in the order in which it reads it."""
    result = shown.result
    gates = "yes" if shown.gates else ""
    words = f"{result.name} {result.message} {result.reason} {result.fingerprint}"
    facets = (result.check, result.severity.value, result.status, gates)
    return (shown.id, *facets, *map(visible, (result.component, result.path, words)))


def _blocks(findings: Sequence[Shown]) -> Iterable[list[Shown]]:
    rest = iter(findings)
    while block := list(islice(rest, _BLOCK)):
        yield block


def _compressed(data: bytes) -> str:
    return base64.b64encode(zlib.compress(data, 9)).decode("ascii")
