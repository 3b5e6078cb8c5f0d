"""Structural errors: brackets that do not pair."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov.facts import Problem
from sfgov.parse.apex.lexer import Tokens

_PAIRS = {")": "(", "]": "[", "}": "{"}


def unbalanced(tokens: Tokens) -> Iterator[Problem]:
    """The first bracket that has no partner, if the numbers of opening and closing ones differ."""
    words = tokens.words
    if all(words.count(opening) == words.count(closing) for closing, opening in _PAIRS.items()):
        return
    opened: list[int] = []
    for index in range(tokens.count):
        word = words[index]
        if word in ("(", "[", "{"):
            opened.append(index)
        elif word in _PAIRS:
            if not opened or words[opened[-1]] != _PAIRS[word]:
                yield _problem(tokens, opened[-1] if opened else index)
                return
            opened.pop()
    if opened:
        yield _problem(tokens, opened[-1])


def _problem(tokens: Tokens, index: int) -> Problem:
    return Problem(f"this '{tokens.words[index]}' has no partner", tokens.line(index))
