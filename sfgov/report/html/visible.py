"""Characters that are not seen but act: a name from an org must not rearrange the page it is shown on."""

from __future__ import annotations

import re
from typing import TypeVar

from markupsafe import Markup

Value = TypeVar("Value")

# Controls (but tab and newline), the marks that turn the direction of text, line separators, lone surrogates.
_ACTING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def visible(value: Value) -> Value | str:
    """The value; a text with each acting character written as its code point, such as `[U+202E]`."""
    if not isinstance(value, str) or isinstance(value, Markup) or value.isprintable():
        return value
    return _ACTING.sub(_named, value.replace("\r\n", "\n"))


def _named(match: re.Match[str]) -> str:
    return f"[U+{ord(match[0]):04X}]"
