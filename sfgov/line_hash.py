"""The hash by which GitHub code scanning recognises the line of an alert after the file has changed around it.

GitHub computes it from the checkout when a SARIF file is uploaded, and warns where a file brings another value.
A line's hash covers the first hundred UTF-16 units from its beginning, whatever line they end in, without spaces
and tabs, with every line end as a line feed and a mark (65535) after the last character. It is a polynomial in
37 modulo 2^64, in hexadecimal, followed by how often this value has occurred so far in the file.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Collection, Iterator
from operator import mul

_WINDOW = 100
_END = 0xFFFF
_LINE_FEED = 0x0A
_MODULUS = 1 << 64
_POWERS = [pow(37, _WINDOW - 1 - place, _MODULUS) for place in range(_WINDOW)]
_BLANKS = str.maketrans("", "", " \t")


def line_hashes(content: bytes, lines: Collection[int]) -> dict[int, str]:
    """The hashes of these lines (1-based) of a UTF-8 file: line → `hash:occurrence`.

    Lines that the file does not have are left out. A byte order mark belongs to the first line. The time grows
    with the position of the last line asked for: about a second for each 150,000 lines.
    """
    wanted = frozenset(lines)
    last = max(wanted, default=0)
    seen: Counter[int] = Counter()
    found = {}
    for line, value in enumerate(_values(_units(content), last), 1):
        seen[value] += 1
        if line in wanted:
            found[line] = f"{value:x}:{seen[value]}"
    return found


def _units(content: bytes) -> tuple[int, ...]:
    """The UTF-16 units that count, with the end mark."""
    text = content.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n").translate(_BLANKS)
    encoded = text.encode("utf-16-le")
    return (*struct.unpack(f"<{len(encoded) // 2}H", encoded), _END)


def _values(units: tuple[int, ...], last: int) -> Iterator[int]:
    """The hash of each line from the first to `last`, or to the end of the file."""
    start = 0
    for _ in range(last):
        # Where fewer units are left than the window holds, zeros follow, which add nothing.
        yield sum(map(mul, _POWERS, units[start : start + _WINDOW])) % _MODULUS
        try:
            start = units.index(_LINE_FEED, start) + 1
        except ValueError:
            return
