"""Text from an org, made harmless for terminals, CI logs and parsers: shown, but never acted on.

CI systems read commands out of the log of a step. GitHub's runner takes `::` at the beginning of a line, however
far it is indented, and `##[` anywhere in it; the agent of Azure Pipelines takes `##vso[` anywhere. Indenting
therefore protects nothing: the text itself has to be broken up.
"""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

# Controls, marks that turn the direction of text or hide in it, line separators, and what UTF-8 or XML cannot hold.
_ACTING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff\ud800-\udfff]"
)
# Joiners and variation selectors belong to emoji and to several scripts, but comparisons may overlook them.
_OVERLOOKED = "[\u034f\u200c\u200d\ufe00-\ufe0f]*"
_HASHES = re.compile(rf"#(?={_OVERLOOKED}#\w*\[)")
_COLONS = re.compile(rf"(?<!\S)({_OVERLOOKED}):(?={_OVERLOOKED}:)")


def printable(text: str) -> str:
    r"""A name or a source line for people: acting characters as `\x1b` or `\u202e`, commands as `:\:error`.

    Line ends are acting characters too, so the result is one line.
    """
    shown = _ACTING.sub(_escaped, text)
    return _COLONS.sub(r"\1:\\", _HASHES.sub(r"#\\", shown))


def prose(text: str) -> str:
    """Sentences for people: as `printable`, with line ends and runs of spaces as one space."""
    return printable(" ".join(text.split()))


def visible(text: str) -> str:
    r"""A text for a page, which has escaping of its own: acting characters as `\x1b`; tabs and line ends stay."""
    return text if text.isprintable() else _ACTING.sub(_shown, text.replace("\r\n", "\n"))


def json_text(value: Any) -> str:
    """JSON, indented, that is safe to print: what would act is escaped, which leaves the value as it is.

    Half a surrogate pair, which a file name may hold but no JSON reader need accept, becomes U+FFFD.
    """
    compact = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    safe = _ACTING.sub(_json_escaped, _HASHES.sub(r"\\u0023", compact))
    return msgspec.json.format(safe, indent=2) + "\n"


def _escaped(match: re.Match[str]) -> str:
    code_point = ord(match[0])
    return f"\\x{code_point:02x}" if code_point < 0x100 else f"\\u{code_point:04x}"


def _shown(match: re.Match[str]) -> str:
    return match[0] if match[0] in "\t\n" else _escaped(match)


def _json_escaped(match: re.Match[str]) -> str:
    code_point = 0xFFFD if "\ud800" <= match[0] <= "\udfff" else ord(match[0])
    return f"\\u{code_point:04x}"
