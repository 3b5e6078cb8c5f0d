"""Comments in Apex that excuse a finding: `// sfgov: ignore[APX001] reason`.

Such a comment holds for its own line, or, standing alone, for the next line that is no such comment;
`file-ignore[…]` above the class or trigger holds for the whole file. Codes or names of checks and a reason are
mandatory: what is silenced without either cannot be judged by the next reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import msgspec
from msgspec.structs import replace

from sfgov.check import Check
from sfgov.result import Result
from sfgov.spelling import did_you_mean

SHAPE = "write // sfgov: ignore[CODE] reason"
_COMMENT = re.compile(
    r"(?P<verb>[\w-]*)(?P<gap>\s*)(?:\[(?P<names>[^\]]*)(?P<closed>\])?)?(?P<rest>.*)", re.DOTALL
)
_VERBS = ("ignore", "file-ignore")
_BEFORE_REASON = " \t:-–—"


class Comment(msgspec.Struct, frozen=True):
    """A comment `// sfgov: …` as it stands in a file: `text` is what follows the colon."""

    path: str
    component: str
    line: int
    text: str
    lines: tuple[str, ...] = ()
    """The file's lines."""
    top: int = 1
    """The line on which the file's class or trigger is declared."""


class Suppression(msgspec.Struct, frozen=True):
    """What a well-formed comment excuses: findings of these checks on one line, or in the whole file (line 0)."""

    comment: Comment
    checks: tuple[str, ...]
    """Codes."""
    reason: str
    line: int

    def covers(self, result: Result) -> bool:
        """Whether it excuses this finding."""
        same_place = result.path == self.comment.path and self.line in (0, result.line)
        return same_place and result.check in self.checks


class Malformed(msgspec.Struct, frozen=True):
    """A comment that excuses nothing, because it cannot be understood."""

    comment: Comment
    problem: str


def read_comment(comment: Comment, known: Sequence[Check]) -> Suppression | Malformed:
    """What a comment excuses. `known` are all checks that there are, whether they run or not."""
    match = _COMMENT.fullmatch(comment.text)
    assert match is not None  # noqa: S101  every part of the pattern may be empty
    verb = match["verb"].casefold()
    reason = match["rest"].strip(_BEFORE_REASON)
    problem = _misshaped(match, verb) or _misplaced(comment, verb)
    if problem:
        return Malformed(comment, problem)
    names = [name.strip() for name in match["names"].split(",")]
    problem = next(filter(None, (_unknown(name, known) for name in names)), "")
    if problem or not reason:
        return Malformed(comment, problem or f"it gives no reason after the brackets; {SHAPE}")
    codes = [code for name in names for code in _codes(name, known)]
    line = 0 if verb == "file-ignore" else _target(comment)
    return Suppression(comment, tuple(codes), reason, line)


def apply_suppressions(results: Iterable[Result], suppressions: Sequence[Suppression]) -> list[Result]:
    """The results, those suppressed that a comment excuses, with its reason."""
    by_path: dict[str, list[Suppression]] = {}
    for suppression in suppressions:
        by_path.setdefault(suppression.comment.path, []).append(suppression)
    return [_suppressed(result, by_path.get(result.path, ())) for result in results]


def unused(
    suppressions: Iterable[Suppression], results: Sequence[Result], judged: Iterable[str]
) -> tuple[tuple[Suppression, str], ...]:
    """Which comments name a check (by code) that looked everywhere and has nothing there to excuse."""
    looked = frozenset(judged)
    places = {(result.path, result.check, result.line) for result in results}
    files = {(path, check) for path, check, _ in places}
    return tuple(
        (one, code)
        for one in suppressions
        for code in one.checks
        if code in looked
        and (
            (one.comment.path, code, one.line) not in places
            if one.line
            else (one.comment.path, code) not in files
        )
    )


def _suppressed(result: Result, suppressions: Iterable[Suppression]) -> Result:
    for suppression in suppressions:
        if result.status == "new" and suppression.covers(result):
            return replace(result, status="suppressed", reason=suppression.reason)
    return result


def _misshaped(match: re.Match[str], verb: str) -> str:
    if verb not in _VERBS:
        hint = did_you_mean(verb, _VERBS) if verb else ""
        return f"it says neither ignore[…] nor file-ignore[…]{hint or f'; {SHAPE}'}"
    if match["names"] is None:
        return f"it names no check; {SHAPE}"
    if match["gap"]:
        return f'a blank stands between "{verb}" and the bracket; {SHAPE}'
    if match["closed"] is None:
        return f"its bracket is never closed; {SHAPE}"
    if not match["names"].strip():
        return f"its brackets are empty; {SHAPE}"
    return ""


def _misplaced(comment: Comment, verb: str) -> str:
    if verb == "file-ignore" and comment.line >= comment.top:
        return (
            "file-ignore stands below the beginning of the class or trigger; move it to the top of the file"
        )
    return ""


def _codes(name: str, known: Sequence[Check]) -> list[str]:
    """The checks that a name means. Rules of another tool are known only where its log is at hand."""
    return [one.code for one in known if _means(name, one)] or ([name] if "/" in name else [])


def _means(name: str, one: Check) -> bool:
    return name.casefold() in (one.code.casefold(), one.code.casefold() if one.imported else one.name)


def _unknown(name: str, known: Sequence[Check]) -> str:
    if not name:
        return f"a name is missing beside a comma; {SHAPE}"
    if "/" in name.strip("/") and len(name.split()) == 1:
        return ""
    if any(_means(name, one) for one in known):
        return ""
    if len(name.split()) > 1:
        return f'a comma is missing in "{name}"; {SHAPE}'
    if any(name.casefold() == one.pack.casefold() for one in known):
        return f"{name} is a whole pack; name each check"
    words = {word for one in known for word in (one.code, one.name)}
    return f'there is no check "{name}"{did_you_mean(name, words) or "; `sfgov checks` lists them all"}'


def _target(comment: Comment) -> int:
    """The line that the comment is about: its own where code stands there, else the next one that is no comment."""
    line = comment.line
    if not _is_comment(comment.lines, line):
        return line
    while _is_comment(comment.lines, line):
        line += 1
    return line


def _is_comment(lines: Sequence[str], line: int) -> bool:
    return line <= len(lines) and lines[line - 1].lstrip().startswith("//")
