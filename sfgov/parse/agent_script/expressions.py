"""What can be told of an expression without reading it: where it ends, and on which side of a `=` it stands."""

from __future__ import annotations

import re

_PART = re.compile(r'"(?:[^"\\]|\\.)*"|[(\[{]|[)\]}]|,|[^"(\[{)\]},]+', re.DOTALL)
_SIDES = re.compile(r'((?:"[^"]*"|[^"=!<>])*?)=(?!=)(.*)', re.DOTALL)


def split(text: str) -> list[str]:
    """The parts between commas that stand in no string and no bracket."""
    parts: list[list[str]] = [[]]
    depth = 0
    for piece in _PART.findall(text):
        if piece in "([{":
            depth += 1
        elif piece in ")]}":
            depth -= 1
        if piece == "," and depth <= 0:
            parts.append([])
        else:
            parts[-1].append(piece)
    return ["".join(part).strip() for part in parts]


def assigned(text: str) -> tuple[str, str] | None:
    """Both sides of the first `=` that is no comparison."""
    match = _SIDES.match(text)
    return (match[1].strip(), match[2].strip()) if match else None
