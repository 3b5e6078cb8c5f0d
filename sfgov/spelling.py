"""The word a person probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that is most like `word`, in any case; empty where none is close."""
    by_key = {one.casefold(): one for one in sorted(known, reverse=True)}
    close = difflib.get_close_matches(word.casefold(), by_key, n=1)
    return by_key[close[0]] if close else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean "delete"?`, to be put after a message; empty where no known word is close."""
    found = nearest(word, known)
    return f'; did you mean "{found}"?' if found else ""
