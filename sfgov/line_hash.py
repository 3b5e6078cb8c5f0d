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
_END = "\uffff"
_MODULUS = 1 << 64
_POWERS = [pow(37, _WINDOW - 1 - place, _MODULUS) for place in range(_WINDOW)]
_BLANKS = str.maketrans("", "", " \t")


def line_hashes(content: bytes, lines: Collection[int]) -> dict[int, str]:
    """The hashes of these lines (1-based) of a UTF-8 file: line → `hash:occurrence`.

    Lines that the file does not have are left out. A byte order mark belongs to the first line. The time grows
    with the position of the last line asked for: about a second for half a million lines.
    """
    wanted = frozenset(lines)
    seen: Counter[str] = Counter()
    found = {}
    # Equal windows have equal hashes, so that occurrences can be counted without computing every line's hash.
    for line, window in enumerate(_windows(_units(content), max(wanted, default=0)), 1):
        seen[window] += 1
        if line in wanted:
            found[line] = f"{_value(window):x}:{seen[window]}"
    return found


def _units(content: bytes) -> str:
    """The text that counts, a character for each UTF-16 unit, with the end mark."""
    text = content.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n").translate(_BLANKS)
    if not text.isascii() and max(text) > "\uffff":
        encoded = text.encode("utf-16-le")
        text = "".join(map(chr, struct.unpack(f"<{len(encoded) // 2}H", encoded)))
    return text + _END


def _windows(text: str, last: int) -> Iterator[str]:
    """What the hash of each line covers, from the first line to `last`, or to the end of the file."""
    start = 0
    for _ in range(last):
        yield text[start : start + _WINDOW]
        start = text.find("\n", start) + 1
        if start == 0:
            return


def _value(window: str) -> int:
    # Where fewer units are left than the window holds, zeros follow, which add nothing.
    value: int = sum(map(mul, _POWERS, map(ord, window))) % _MODULUS
    return value
