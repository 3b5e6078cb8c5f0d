"""Apex text → tokens, each with its place. One regular expression; comments and white space fall away.

Tokens are kept in lower case, because Apex keywords and names are compared without case; `Tokens.written` gives the
spelling of the source back.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate, count
from operator import add

from sfgov.facts import Problem
from sfgov.facts.apex import Suppression
from sfgov.parse.apex.outline import STRING, Span

_BLANK = r"\s*+ (?: / (?: /[^\r\n]*+ | \*[^*]*+\*++ (?:[^/*][^*]*+\*++)*+ / ) \s*+ )*+"
"""White space and comments."""
_TOKEN = re.compile(
    rf"""
    (
        [a-z_][\w$]*+           # a name or keyword
      | [(){{}};,.\[\]<>]
      | ' (?: '' (?: [^'\\]++ | \\[\s\S] | '(?!'') )*+ ''' | [^'\\\r\n]*+ (?: \\. [^'\\\r\n]*+ )*+ '? )
      | \d[\w.]*+              # a number or date literal
      | \?\.?
      | =>?
      | /\*[\s\S]*            # a comment without an end
      | [\s\S]
    )
    {_BLANK}
    """,
    re.VERBOSE | re.ASCII,
)
_FIRST_BLANK = re.compile(_BLANK, re.VERBOSE | re.ASCII)
_LINE_END = re.compile(r"\r\n?|\n")
_GAP = r"\s*(?:(?://[^\r\n]*|/\*[\s\S]*?(?:\*/|\Z))\s*)+|\s{2,}|[\t\n\r\f]"
"""What is more than a single blank."""
_STRING_OR_GAP = re.compile(f"({STRING})|{_GAP}")
_PLACEHOLDER = re.compile(r"%%%\w*%%%")
_SUPPRESSION = re.compile(r"//[ \t]*sfgov[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE)
_STRING_OR_COMMENT = re.compile(f"{STRING}|(//[^\r\n]*)|/\\*[\\s\\S]*?(?:\\*/|\\Z)")
_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
END = "\0"
"""What stands after the last token, several times over, so that looking ahead needs no bounds check."""
_LOOKAHEAD = 8


class Tokens:
    """The tokens of one file: `words` in lower case and `starts`, the offsets at which they stand."""

    __slots__ = ("count", "line_starts", "problems", "source", "starts", "words")

    def __init__(self, source: str, spans: Sequence[Span] | None = None) -> None:
        """With `spans`, only these parts of the source are read; each but the first starts with a token."""
        self.source = source
        self.words: list[str] = []
        self.starts: list[int] = []
        self.problems: list[Problem] = []
        self.line_starts = _line_starts(source)
        self._read(spans or [(0, len(source))])
        self.count = len(self.words) - _LOOKAHEAD
        """How many tokens there are, the end marks left out."""

    def _read(self, spans: Sequence[Span]) -> None:
        words, starts = self.words, self.starts
        text = _lower(self.source) + "\n" + END
        first = _FIRST_BLANK.match(text)
        position = first.end() if first else 0
        for start, end in spans:
            stop = len(text) if end == len(self.source) else end
            for match in _TOKEN.finditer(text, max(position, start), stop):
                words.append(match[1])
                starts.append(match.start())
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
        word = self.words[start]
        if end - start == 1 and word[0] != "'" and len(word) <= cap:
            return self.source[offset : offset + len(word)]
        stop = self.starts[end - 1] + len(self.words[end - 1])
        longest = offset + 8 * cap  # as much as is surely enough, unless it is mostly blank
        if stop <= longest:
            text = _fold(self.source[offset:stop])
            return text if len(text) <= cap else text[: cap - 1] + "…"
        stop = self.starts[bisect_left(self.starts, longest, start + 1, end)]
        return _fold(self.source[offset : min(stop, 2 * longest - offset)])[: cap - 1] + "…"

    def line(self, index: int) -> int:
        """The line of a token."""
        return bisect_right(self.line_starts, self.starts[index])

    def place(self, index: int) -> tuple[int, int]:
        """The line and the column of a token, both from 1."""
        start = self.starts[index]
        line = bisect_right(self.line_starts, start)
        return line, start - self.line_starts[line - 1] + 1

    def check_string(self, index: int) -> None:
        """Report a string that its line does not end."""
        word = self.words[index]
        if word[-1] != "'" or len(word) == 1:
            self.report(index, "the string that starts here has no end on its line")

    def report(self, index: int, reason: str) -> None:
        """Note what is structurally wrong at a token."""
        self.problems.append(Problem(reason, self.line(index)))


def _fold(text: str) -> str:
    """White space and comments become single blanks; strings keep theirs, but for line ends."""
    if "\n" not in text and "  " not in text and "/" not in text and "\t" not in text and "\r" not in text:
        return text
    if "'" not in text and "/" not in text:
        return " ".join(text.split())
    return _STRING_OR_GAP.sub(_folded, text).strip()


def _folded(match: re.Match[str]) -> str:
    string = match[1]
    return " ".join(string.split()) if string and "\n" in string else string or " "


def suppressions(source: str) -> tuple[Suppression, ...]:
    """The comments `// sfgov: …`, in order."""
    if _SUPPRESSION.search(source) is None:
        return ()
    line_starts = _line_starts(source)
    found = []
    for match in _STRING_OR_COMMENT.finditer(source):
        comment = _SUPPRESSION.fullmatch(match[1] or "")
        if comment:
            found.append(Suppression(bisect_right(line_starts, match.start()), comment[1].strip()))
    return tuple(found)


def _lower(source: str) -> str:
    """Lower case without changing the length; template tokens (`%%%NAMESPACE%%%`) become parts of a name."""
    lower = source.lower()
    if len(lower) != len(source):  # a letter such as İ becomes two
        lower = source.translate(_ASCII_LOWER)
    if "%%%" in lower:
        lower = _PLACEHOLDER.sub(lambda match: "_" * len(match[0]), lower)
    return lower


def _line_starts(source: str) -> list[int]:
    """The offsets at which lines start. The end of the text belongs to its last line."""
    if "\r" in source:
        starts = [0, *(match.end() for match in _LINE_END.finditer(source))]
    else:
        lengths = map(len, source.split("\n")[:-1])
        starts = list(map(add, accumulate(lengths, initial=0), count()))
    if len(starts) > 1 and starts[-1] == len(source):
        del starts[-1]
    return starts
