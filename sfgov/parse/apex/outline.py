"""Which parts of a test class are read: its head and its end, as nothing in it ever happens in production.

Test classes are half of all Apex, so what is in them is not even cut into tokens.
"""

from __future__ import annotations

import re
from itertools import accumulate

Span = tuple[int, int]
"""The offsets of the first character and after the last one."""

STRING = r"'(?:''(?:[^'\\]++|\\[\s\S]|'(?!''))*+'''|[^'\\\r\n]*+(?:\\.[^'\\\r\n]*+)*+'?)"
"""A string of one line or, between three quotes, of several; one that its line does not end stops there."""
_COMMENT = r"//[^\r\n]*+|/\*[^*]*+\*++(?:[^/*][^*]*+\*++)*+/"
_BRACE = re.compile(rf"(?:[^'/{{}}]++|{STRING}|{_COMMENT}|/(?!\*))*+([{{}}])")
_BRACKET = re.compile(rf"(?:[^'/(){{}}\[\]]++|{STRING}|{_COMMENT}|/(?!\*))*+([(){{}}\[\]/]|\Z)")
"""The next bracket, the end, or the `/` of a comment that never ends."""
_BLANK = re.compile(rf"{_COMMENT}|\s")
_TEST = re.compile(r"@\s*istest\b", re.IGNORECASE)


def outline(source: str) -> list[Span] | None:
    """What is left of a test class without its members: what stands before and after them.

    None for any other file, and where brackets do not pair or the class ends too early: such a file has to be read
    whole, to say where.
    """
    first = _BRACE.match(source)
    if first is None or not _TEST.search(_BLANK.sub(" ", first[0])):
        return None
    found = [bracket for bracket in _BRACKET.finditer(source) if bracket[1]]
    brackets = "".join([bracket[1] for bracket in found])
    if "/" in brackets or not all(
        brackets.count(opening) == brackets.count(closing) for opening, closing in ("()", "[]", "{}")
    ):
        return None
    depths = list(accumulate(1 if brace == "{" else -1 for brace in brackets if brace in "{}"))
    return (
        [(0, first.end()), (found[-1].end() - 1, len(source))] if depths.index(0) == len(depths) - 1 else None
    )
