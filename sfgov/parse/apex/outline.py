"""Which parts of a test class are read: everything but what its methods do, as that never happens in production.

Test classes are half of all Apex, so the blocks of their methods are not even cut into tokens.
"""

from __future__ import annotations

import re

Span = tuple[int, int]
"""The offsets of the first character and after the last one."""

STRING = r"'(?:''(?:[^'\\]++|\\[\s\S]|'(?!''))*+'''|[^'\\\r\n]*+(?:\\.[^'\\\r\n]*+)*+'?)"
"""A string of one line or, between three quotes, of several; one that its line does not end stops there."""
_COMMENT = r"//[^\r\n]*+|/\*[^*]*+\*++(?:[^/*][^*]*+\*++)*+/"
_BRACE = re.compile(rf"(?:[^'/{{}}]++|{STRING}|{_COMMENT}|/(?!\*))*+([{{}}])")
_BRACKET = re.compile(rf"(?:[^'/(){{}}\[\]]++|{STRING}|{_COMMENT}|/(?!\*))*+([(){{}}\[\]])")
_BLANK = re.compile(rf"{_COMMENT}|\s")
_TEST = re.compile(r"@\s*istest\b", re.IGNORECASE)


def outline(source: str) -> list[Span] | None:
    """What is left of a test class without the insides of its methods' blocks.

    None for any other file, and where brackets do not pair: such a file has to be read whole, to say where.
    """
    first = _BRACE.match(source)
    if first is None or not _TEST.search(_BLANK.sub(" ", first[0])) or not _pairs(source):
        return None
    spans: list[Span] = []
    start = end = depth = 0
    for brace in _BRACE.finditer(source):
        before, end = end, brace.end()
        if depth:
            depth += 1 if brace[1] == "{" else -1
            if not depth:
                start = end - 1
        elif brace[1] == "{" and source[before : end - 1].rstrip().endswith(")"):
            spans.append((start, end))
            depth = 1
    return None if depth else [*spans, (start, len(source))]


def _pairs(source: str) -> bool:
    brackets = "".join(_BRACKET.findall(source))
    return all(brackets.count(opening) == brackets.count(closing) for opening, closing in ("()", "[]", "{}"))
