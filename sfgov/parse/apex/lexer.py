"""Apex text → tokens, each with its place. One regular expression; comments and white space fall away.

Tokens are kept in lower case, because Apex keywords and names are compared without case; `Tokens.written` gives the
spelling of the source back.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate

from sfgov.facts import Problem
from sfgov.facts.apex import Suppression

_TOKEN = re.compile(
    r"""
    \s*+ (?: / (?: /[^\r\n]*+ | \*[^*]*+\*++ (?:[^/*][^*]*+\*++)*+ / ) \s*+ )*+   # white space and comments
    (
        [^\W\d][\w$]*+                                                            # a name or keyword
      | [(){};,.\[\]<>]
      | ' (?: '' (?: [^'\\]++ | \\[\s\S] | '(?!'') )*+ ''' | [^'\\\r\n]*+ (?: \\. [^'\\\r\n]*+ )*+ '? )
      | \d[\w.]*+                                                                 # a number or date literal
      | \?\.?
      | =>?
      | /\*[\s\S]*                                                                # a comment without an end
      | [\s\S]
    )
    """,
    re.VERBOSE,
)
_LINE_END = re.compile(r"\r\n?|\n")
_UNFOLDED = re.compile(r"[\n\r\t]|  |/[/*]")
_PLACEHOLDER = re.compile(r"%%%\w*%%%")
_SUPPRESSION = re.compile(r"//\s*sfgov\s*:\s*([^\r\n]*)", re.IGNORECASE)
_COMMENT_OR_STRING = re.compile(
    r"//[^\r\n]*|/\*[\s\S]*?(?:\*/|\Z)|'''(?:[^'\\]|\\[\s\S]|'(?!''))*'''|'(?:[^'\\\r\n]|\\.)*'?"
)
_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
END = "\0"
"""What stands after the last token, several times over, so that looking ahead needs no bounds check."""
_LOOKAHEAD = 8


class Tokens:
    """The tokens of one file: `words` in lower case and `starts`, the offsets at which they stand."""

    __slots__ = ("count", "line_starts", "problems", "source", "starts", "words")

    def __init__(self, source: str) -> None:
        self.source = source
        self.words: list[str] = []
        self.starts: list[int] = []
        self.problems: list[Problem] = []
        self.line_starts = _line_starts(source)
        self._read()
        self.count = len(self.words) - _LOOKAHEAD
        """How many tokens there are, the end marks left out."""

    def _read(self) -> None:
        words, starts = self.words, self.starts
        for match in _TOKEN.finditer(_lower(self.source) + "\n" + END):
            words.append(match[1])
            starts.append(match.start(1))
        if words[-1] != END:  # the comment that swallowed the end mark
            self.report(len(words) - 1, "the comment that starts here never ends")
        del words[-1], starts[-1]
        words.extend([END] * _LOOKAHEAD)
        starts.extend([len(self.source)] * _LOOKAHEAD)

    def written(self, index: int) -> str:
        """A token as the source spells it."""
        start = self.starts[index]
        return self.source[start : start + len(self.words[index])]

    def text(self, start: int, end: int, cap: int = 120) -> str:
        """The tokens from `start` to before `end` as written, on one line, without comments, at most `cap` long."""
        if start >= end:
            return ""
        offset = self.starts[start]
        stop = self.starts[end - 1] + len(self.words[end - 1])
        text = self.source[offset : min(stop, offset + cap + 1)]
        if _UNFOLDED.search(text):
            text = self._folded(start, end, cap)
        return text if len(text) <= cap else text[: cap - 1] + "…"

    def _folded(self, start: int, end: int, cap: int) -> str:
        parts: list[str] = []
        length = 0
        stop = self.starts[start]
        for index in range(start, end):
            if self.starts[index] > stop:
                parts.append(" ")
            written = self.written(index)
            stop = self.starts[index] + len(written)
            parts.append(" ".join(written.split()) if "\n" in written or "\r" in written else written)
            length += len(parts[-1])
            if length > cap:
                break
        return "".join(parts)

    def line(self, index: int) -> int:
        """The line of a token."""
        return bisect_right(self.line_starts, self.starts[index])

    def place(self, index: int) -> tuple[int, int]:
        """The line and the column of a token, both from 1."""
        start = self.starts[index]
        line = bisect_right(self.line_starts, start)
        return line, start - self.line_starts[line - 1] + 1

    def report(self, index: int, reason: str) -> None:
        """Note what is structurally wrong at a token."""
        self.problems.append(Problem(reason, self.line(index)))


def suppressions(source: str) -> tuple[Suppression, ...]:
    """The comments `// sfgov: …`, in order."""
    if _SUPPRESSION.search(source) is None:
        return ()
    line_starts = _line_starts(source)
    found = []
    for match in _COMMENT_OR_STRING.finditer(source):
        comment = _SUPPRESSION.fullmatch(match[0])
        if comment:
            found.append(Suppression(bisect_right(line_starts, match.start()), comment[1].strip()))
    return tuple(found)


def _lower(source: str) -> str:
    """Lower case without changing the length; template tokens (`%%%NAMESPACE%%%`) become parts of a name."""
    lower = source.lower() if source.isascii() else source.translate(_ASCII_LOWER)
    if "%%%" in lower:
        lower = _PLACEHOLDER.sub(lambda match: "_" * len(match[0]), lower)
    return lower


def _line_starts(source: str) -> list[int]:
    if "\r" in source:
        return [0, *(match.end() for match in _LINE_END.finditer(source))]
    return list(accumulate((len(line) + 1 for line in source.split("\n")[:-1]), initial=0))
