"""Agent Script text → logical lines: comments gone, strings and brackets over several lines joined, templates apart.

A template (`| text`) takes every following line that is indented deeper than the line of its bar, whatever is in it.
Whatever is left open is closed where it began, so that no mistake swallows the blocks after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from sfgov.facts import Problem
from sfgov.facts.agents import AgentText

_TAB = 3
"""How many spaces a tab counts for, as in Salesforce's own reader."""
_MOST_JOINED = 400
"""How many lines a string or a bracket may run over."""
_NEWLINE = re.compile(r"\r\n|\n|\r")
_INVISIBLE = "\ufeff\u200b\u2060"
_INDENT = re.compile(rf"[ \t\f\xa0{_INVISIBLE}]*")
_SPECIAL = re.compile(r'["#()\[\]{}\\|]')
_REST_OF_STRING = re.compile(r'(?:[^"\\]|\\.)*"', re.DOTALL)
_NAME = r"""(?:"[^"]*"|[\w.-]+)"""
_BLOCKS = (
    "system|config|variables|language|knowledge|connections?|model_config|context|access|modality|topic|subagent|"
    "start_agent|connected_subagent|messages|reasoning|actions|inputs|outputs|instructions|before_reasoning|after_reasoning"
)
_STATEMENT = re.compile(
    rf"""\s*(?:
      {_NAME}(?:\ +{_NAME})?\s*:\s*(?:->|\||"[^"]*"?\s*$|(?:mutable|linked)\ )
    | (?:{_BLOCKS})(?:\ +{_NAME})?\s*:\s*$
    | (?:set|run|with|transition|available\s+when|if|else)\b.*(?:@|:\s*$)
    )""",
    re.VERBOSE,
)
"""A line that begins something of its own, so that no string or bracket can run on into it."""
_CLOSING = {"(": ")", "[": "]", "{": "}"}


class Line(NamedTuple):
    """A logical line. `number` is where it starts; `template` is what a bar in it introduces."""

    number: int
    indent: int
    text: str
    template: AgentText | None = None


class Lines:
    """The logical lines of a text, and what is wrong with them."""

    def __init__(self, text: str) -> None:
        self._rows = _NEWLINE.split(text)
        self._broken_until = 0
        self.problems: list[Problem] = []

    def __iter__(self) -> Iterator[Line]:
        row = 0
        while row < len(self._rows):
            start = _start(self._rows[row])
            if self._rows[row][start : start + 1] in ("", "#"):
                row += 1
                continue
            line, row = self._line(row, start)
            yield line

    def _line(self, row: int, start: int) -> tuple[Line, int]:
        indent = _width(self._rows[row][:start])
        text, last, bar = self._joined(row, start)
        if bar < 0:
            return Line(row + 1, indent, text.strip()), last + 1
        template, after = self._template(last, bar, indent)
        return Line(row + 1, indent, text.strip(), template), after

    def _joined(self, first: int, start: int) -> tuple[str, int, int]:
        """The text from here to the end of the logical line, its last row, and the column after a bar, or -1."""
        row, column = first, start
        taken: list[str] = []
        waiting: list[str] = []
        alone: str | None = None
        while True:
            found = _SPECIAL.search(self._rows[row], column)
            at = found.start() if found else len(self._rows[row])
            taken.append(self._rows[row][column:at])
            mark, column = (found[0], at + 1) if found else ("", at)
            ends = mark in ("", "#") or (mark == "\\" and not self._rows[row][column:].strip())
            if mark == '"':
                end = self._end_of_string(row, column)
                if end is None:
                    self._wrong(row, "a text that begins here has no closing quote")
                    return "".join(taken) + self._rows[row][at:] + '"', row, -1
                taken.append(self._between(row, at, *end))
                row, column = end
            elif mark == "|" and not waiting and _may_introduce("".join(taken)):
                return "".join(taken), row, column
            elif not ends:
                if mark in _CLOSING:
                    waiting.append(_CLOSING[mark])
                elif waiting and waiting[-1] == mark:
                    waiting.pop()
                taken.append(mark)
            elif not waiting and mark != "\\":
                return "".join(taken), row, -1
            else:
                alone = "".join(taken) if alone is None else alone
                if not self._runs_on(first, row + 1):
                    return self._left_open(first, row, alone) if waiting else ("".join(taken), row, -1)
                row += 1
                column = _start(self._rows[row])
                taken.append(" ")

    def _left_open(self, first: int, row: int, alone: str) -> tuple[str, int, int]:
        """A bracket that nothing closes: only the row in which it opens is taken."""
        self._wrong(first, "a bracket that opens here is not closed")
        self._broken_until = max(self._broken_until, row + 1)
        return alone, first, -1

    def _between(self, row: int, column: int, last: int, end: int) -> str:
        if row == last:
            return self._rows[row][column:end]
        return "\n".join((self._rows[row][column:], *self._rows[row + 1 : last], self._rows[last][:end]))

    def _runs_on(self, first: int, row: int) -> bool:
        """Whether an open bracket may go on in this row."""
        if row >= len(self._rows) or row - first > _MOST_JOINED or row < self._broken_until:
            return False
        text = self._rows[row]
        return not (_STATEMENT.match(text) and _width(text[: _start(text)]) <= self._indent_of(first))

    def _indent_of(self, row: int) -> int:
        return _width(self._rows[row][: _start(self._rows[row])])

    def _end_of_string(self, row: int, column: int) -> tuple[int, int] | None:
        """Row and column after the closing quote; None where the string is never closed."""
        match = _REST_OF_STRING.match(self._rows[row], column)
        if match:
            return row, match.end()
        last = row
        for later in range(row + 1, min(len(self._rows), row + _MOST_JOINED)):
            text = self._rows[later]
            if later < self._broken_until or _STATEMENT.match(text):
                return None
            match = _REST_OF_STRING.match(text)
            if match:
                return later, match.end()
            last = later
        self._broken_until = max(self._broken_until, last + 1)
        return None

    def _template(self, row: int, column: int, indent: int) -> tuple[AgentText, int]:
        """What a bar introduces, and the row after it."""
        rows: list[str] = []
        after = row + 1
        while after < len(self._rows):
            text = self._rows[after]
            start = _start(text)
            if start < len(text) and _width(text[:start]) <= indent:
                break
            rows.append(text)
            after += 1
        while rows and not rows[-1].strip():
            rows.pop()
        margin = min((_start(text) for text in rows if text.strip()), default=0)
        found = [self._rows[row][column:].strip(), *(text[margin:].rstrip() for text in rows)]
        line = row + 1
        while len(found) > 1 and not found[0]:
            found.pop(0)
            line += 1
        return AgentText("\n".join(found), line), after

    def _wrong(self, row: int, reason: str) -> None:
        self.problems.append(Problem(reason, row + 1))


def _may_introduce(before: str) -> bool:
    """Whether a bar after this text begins a template: alone, after a key, or after the dash of a list."""
    text = before.rstrip()
    return not text or text.endswith((":", "->")) or text == "-"


def _start(text: str) -> int:
    match = _INDENT.match(text)
    return match.end() if match else 0


def _width(indentation: str) -> int:
    tabs = indentation.count("\t")
    hidden = sum(indentation.count(one) for one in _INVISIBLE) if not indentation.isascii() else 0
    return len(indentation) + tabs * (_TAB - 1) - hidden
