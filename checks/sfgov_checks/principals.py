"""How many names are put into a sentence, and how numbers go with nouns."""

from __future__ import annotations

from collections.abc import Sequence

SHOWN = 5


def counted(number: int, word: str) -> str:
    """`1 profile`, `4 profiles`."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def joined(names: Sequence[str]) -> str:
    """`A`, `A and B`, `A, B and C`; of many the first few and how many more."""
    shown = [*names[:SHOWN], f"{len(names) - SHOWN} more"] if len(names) > SHOWN else names
    *most, last = shown
    return f"{', '.join(most)} and {last}" if most else last
