"""Small phrases of the report: numbers, plurals, sentences."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

# The end of a sentence: a stop after a word of three letters or more ("Inc." is a name's), then a capital.
_SENTENCE = re.compile(r"(?<=[a-z0-9_)\]'\"`]{3}[.!?])\s+(?=[A-Z\"'(])")
_LONGEST_LINE = 240
"""Characters of a source line that are shown; minified files have lines without end."""


def number(value: int) -> str:
    """`12,345`."""
    return f"{value:,}"


def counted(value: int, singular: str, plural: str = "") -> str:
    """`1 file`, `2 files`, `0 files`; `plural` where an s does not do."""
    return f"{value:,} {singular if value == 1 else plural or singular + 's'}"


def headline(message: str) -> str:
    """The first sentence, which stands alone."""
    return _SENTENCE.split(message.strip(), maxsplit=1)[0]


def remainder(message: str) -> str:
    """What follows the first sentence, or nothing."""
    return "".join(_SENTENCE.split(message.strip(), maxsplit=1)[1:])


def shortened(line: str) -> str:
    """A source line, cut where it is too long to be read."""
    return line if len(line) <= _LONGEST_LINE else line[:_LONGEST_LINE] + " …"


def kind_of(component: str) -> str:
    """The metadata type of `Type:FullName`."""
    return component.partition(":")[0] if ":" in component else ""


def name_of(component: str) -> str:
    """The full name of `Type:FullName`."""
    return component.partition(":")[2] if ":" in component else component


def explanation(docs: str) -> str:
    """What follows the first paragraph of a documentation, which is the rule in one sentence."""
    return docs.partition("\n\n")[2]


WORDS: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (number, counted, headline, remainder, shortened, kind_of, name_of, explanation)
}
"""These functions as filters of the templates."""
