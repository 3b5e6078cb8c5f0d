"""Record Ids and addresses that stand in the strings of a file. Comments do not count."""

from __future__ import annotations

import re
from bisect import bisect_right

from sfgov.facts.apex import FixedText
from sfgov.parse.apex.lexer import Tokens

_MARKED = re.compile(
    r"(?P<url>(?:https?|wss?)://[^\s'\"<>\\]{1,200})"
    r"|(?<![\w-])(?=[A-Za-z]*[0-9])(?P<id>[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?)(?![\w-])",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"[0-9]")
_SHORTEST = len("'ws://'")
_ID = 15


def fixed_texts(tokens: Tokens) -> tuple[FixedText, ...]:
    """What in the file's strings has the form of an Id or an address, in order."""
    found = []
    for word, start in zip(tokens.words, tokens.starts, strict=True):
        if word[0] == "'" and len(word) > _SHORTEST and _may_hold(word):
            for match in _MARKED.finditer(tokens.source, start, start + len(word)):
                line = bisect_right(tokens.line_starts, match.start())
                column = match.start() - tokens.line_starts[line - 1] + 1
                found.append(FixedText(match[0], line, column))
    return tuple(found)


def _may_hold(string: str) -> bool:
    """Whether the search is worth it, which it is for one string in fifty."""
    return "://" in string or (len(string) > _ID and _DIGIT.search(string) is not None)
