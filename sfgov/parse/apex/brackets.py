"""Structural errors: brackets that do not pair."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov.facts import Problem
from sfgov.parse.apex.lexer import Tokens

_PAIRS = {")": "(", "]": "[", "}": "{"}
_BRACKETS = frozenset("()[]{}")


def unbalanced(tokens: Tokens) -> Iterator[Problem]:
    """The first bracket that has no partner, if the numbers of opening and closing ones differ."""
    words = tokens.words
    brackets = "".join(filter(_BRACKETS.__contains__, words))
    if all(brackets.count(opening) == brackets.count(closing) for closing, opening in _PAIRS.items()):
        return
    opened: list[int] = []
    for index, word in enumerate(words):
        if word not in _BRACKETS:
            continue
        if word not in _PAIRS:
            opened.append(index)
        elif opened and words[opened[-1]] == _PAIRS[word]:
            opened.pop()
        else:
            yield _problem(tokens, opened[-1] if opened else index)
            return
    yield _problem(tokens, opened[-1])


def _problem(tokens: Tokens, index: int) -> Problem:
    return Problem(f"this '{tokens.words[index]}' has no partner", tokens.line(index))
