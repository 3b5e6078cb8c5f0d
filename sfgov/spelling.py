"""The word a person probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

MISSPELT = 0.85
"""How alike two words are of which one is probably the other, misspelt: a letter or two in ten differ."""


def nearest(word: str, known: Iterable[str], alike: float = 0.6) -> str:
    """The known word that is most like `word`, in any case; empty where none is at least so `alike` (0 to 1)."""
    by_key = {one.casefold(): one for one in sorted(known, reverse=True)}
    close = difflib.get_close_matches(word.casefold(), by_key, n=1, cutoff=alike)
    return by_key[close[0]] if close else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean "delete"?`, to be put after a message; empty where no known word is close."""
    found = nearest(word, known)
    return f'; did you mean "{found}"?' if found else ""
