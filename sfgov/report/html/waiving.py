"""How a finding is waived: what to write into the policy file, or into the code."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sfgov.result import Result

_CODE = (".cls", ".trigger")
"""The files in which a comment can excuse a finding."""


def waiver(result: Result) -> str:
    """An entry of `waivers` in sfgov.yml for just this finding. Who, why and how long is left to be said."""
    return "\n".join(_lines(result))


def _lines(result: Result) -> Iterator[str]:
    yield "waivers:"
    yield f"  - check: {result.check}"
    yield f"    component: {_quoted(result.component)}"
    if result.subject:
        yield f"    subject: {_quoted(result.subject)}"
    yield "    owner:    # who answers for it"
    yield "    reason:   # why it is accepted"
    yield "    expires:  # its last day, as YYYY-MM-DD"


def comment(result: Result) -> str:
    """The comment that excuses this finding on its line, or nothing where the file keeps no comments."""
    return f"// sfgov: ignore[{result.check}] why" if result.path.lower().endswith(_CODE) else ""


def _quoted(text: str) -> str:
    """As a double-quoted text of YAML, which knows all of JSON's escapes."""
    return json.dumps(text, ensure_ascii=False)
