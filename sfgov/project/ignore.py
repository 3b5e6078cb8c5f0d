"""`.forceignore`: which files the Salesforce CLI leaves out, and by which line."""

from __future__ import annotations

import re
import warnings
from typing import NamedTuple

FILE_NAME = ".forceignore"
_ANY_DEPTH = "^(?:.+/)?"
_NAMED_GROUP = re.compile(r"\(\?P<\w+>")


class Rule(NamedTuple):
    """One line of a `.forceignore` that hides files."""

    file: str
    line: int
    pattern: str


class ForceIgnore:
    """One `.forceignore`. It rules the folder that it lies in and everything below.

    The patterns are gitignore's and compare without case, as the Salesforce CLI compares them. The last line that
    matches decides; what lies in a hidden folder cannot be brought back, which is for whoever walks to heed.
    """

    def __init__(self, file: str, text: str) -> None:
        """`file` is the path under which findings name it."""
        self._rules: list[tuple[Rule, bool, re.Pattern[str]]] = []
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", FutureWarning
            )  # Python's thoughts on brackets do not help the user.
            for number, line in enumerate(text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n"), 1):
                expression, hides = _translate(line)
                if expression:
                    rule = Rule(file, number, line.strip())
                    self._rules.append((rule, hides, re.compile(expression, re.IGNORECASE)))
            self._any = _any_of([regex.pattern for _, hides, regex in self._rules if hides])

    def hides_file(self, path: str) -> Rule | None:
        """The line that hides a file (given relative to the `.forceignore`), if one does."""
        if not self._any.match(path):
            return None
        for rule, hides, regex in reversed(self._rules):
            if regex.match(path):
                return rule if hides else None
        return None

    def hides_folder(self, path: str) -> Rule | None:
        """The line that hides a whole folder, if one does. `folder/**` hides what is in it, not the folder."""
        if not self._any.match(path + "/"):
            return None
        for rule, hides, regex in reversed(self._rules):
            if regex.match(path + "/" if rule.pattern.endswith("/") else path):
                return rule if hides else None
        return None


def _any_of(expressions: list[str]) -> re.Pattern[str]:
    """One expression for all: it keeps the thousands of files that no line matches cheap.

    Most patterns may match at any depth; what they have in common is tried once for all of them.
    """
    bare = [_NAMED_GROUP.sub("(?:", expression) for expression in expressions]
    anywhere = [
        expression.removeprefix(_ANY_DEPTH) for expression in bare if expression.startswith(_ANY_DEPTH)
    ]
    anchored = [expression for expression in bare if not expression.startswith(_ANY_DEPTH)]
    together = [f"{_ANY_DEPTH}(?:{'|'.join(anywhere)})"] if anywhere else []
    return re.compile("|".join([*together, *anchored]) or "(?!)", re.IGNORECASE)


def _translate(line: str) -> tuple[str, bool]:
    """A line as a regular expression and whether it hides; nothing for comments and for what is no pattern."""
    from pathspec import GitIgnoreSpec

    try:
        patterns = GitIgnoreSpec.from_lines([line]).patterns
    except (ValueError, re.error):
        return "", False
    for pattern in patterns:
        if pattern.include is not None and pattern.regex is not None:
            expression = pattern.regex.pattern
            return expression if expression.startswith("^") else f"^.*?{expression}", pattern.include
    return "", False
