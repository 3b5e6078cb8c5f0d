"""Numbers with the noun that goes with them."""

from __future__ import annotations


def counted(value: int, singular: str, plural: str = "") -> str:
    """`1 file`, `2 files`, `12,345 files`; `plural` where an s does not do: `2 bundles can`."""
    return f"{value:,} {singular if value == 1 else plural or singular + 's'}"
