"""Small phrases of the report: numbers, plurals, sentences."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from markupsafe import Markup, escape

from sfgov.counted import counted
from sfgov.report.html.waiving import comment, waiver
from sfgov.report.inert import visible

Excerpt = tuple[tuple[int, str], ...]

# The end of a sentence: a stop after a word of three letters or more ("Inc." is a name's), then a capital.
_SENTENCE = re.compile(r"(?<=[a-z0-9_)\]'\"`]{3}[.!?])\s+(?=[A-Z\"'(])")
_LONGEST_LINE = 240
"""Characters of a source line that are shown; minified files have lines without end."""


def coded(text: str) -> Markup:
    """A sentence in which what stands between backticks is code."""
    return Markup(re.sub(r"`([^`\n]+)`", r"<code>\1</code>", str(escape(visible(text)))))  # noqa: S704 - escaped first


def number(value: int) -> str:
    """`12,345`."""
    return f"{value:,}"


def headline(message: str) -> str:
    """The first sentence, which stands alone."""
    return _SENTENCE.split(message.strip(), maxsplit=1)[0]


def remainder(message: str) -> str:
    """What follows the first sentence, or nothing."""
    return "".join(_SENTENCE.split(message.strip(), maxsplit=1)[1:])


def dedented(excerpt: Excerpt) -> Excerpt:
    """Source lines without the white space that all of them begin with, cut where they are too long to be read."""
    shared = min((len(text) - len(text.lstrip()) for _, text in excerpt if text.strip()), default=0)
    return tuple((line, _cut(text[shared:])) for line, text in excerpt)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_LINE else text[:_LONGEST_LINE] + " …"


def kind_of(component: str) -> str:
    """The metadata type of `Type:FullName`."""
    return component.partition(":")[0] if ":" in component else ""


def name_of(component: str) -> str:
    """The full name of `Type:FullName`."""
    return component.partition(":")[2] if ":" in component else component


def explanation(docs: str) -> str:
    """What follows the first paragraph of a documentation, which is the rule in one sentence."""
    return docs.partition("\n\n")[2]


_PACKS = {
    "ACC": "Access",
    "AGT": "AI agents",
    "APX": "Apex",
    "ATT": "Attribution",
    "DAT": "Data protection",
    "DEL": "Delete governance",
    "FLW": "Flows and automation",
    "HYG": "Hygiene",
    "INT": "Integration and migration",
    "SFG": "sfgov itself",
}


def pack_title(pack: str) -> str:
    """What the checks of a pack that comes with sfgov are about; nothing for others."""
    return _PACKS.get(pack, "")


WORDS: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        coded,
        number,
        counted,
        headline,
        remainder,
        dedented,
        kind_of,
        name_of,
        explanation,
        pack_title,
        waiver,
        comment,
    )
}
"""These functions as filters of the templates."""
