"""Patterns as people write them. Square brackets are plain text: element paths are full of them."""

from __future__ import annotations

import re
from functools import lru_cache


def name_matches(pattern: str, name: str) -> bool:
    """Whether a component or subject is meant: `*` is any text, `?` one character, case does not matter."""
    return _names(pattern).fullmatch(name) is not None


def path_matches(pattern: str, path: str) -> bool:
    """Whether a path is meant: `*` stays within a folder, `**` does not. A folder means all that is in it."""
    return _paths(pattern).fullmatch(path) is not None


@lru_cache
def _names(pattern: str) -> re.Pattern[str]:
    return re.compile(_translated(pattern, {"*": ".*", "?": "."}), re.IGNORECASE | re.DOTALL)


@lru_cache
def _paths(pattern: str) -> re.Pattern[str]:
    words = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile(_translated(pattern.removeprefix("./").rstrip("/"), words) + "(?:/.*)?", re.DOTALL)


def _translated(pattern: str, words: dict[str, str]) -> str:
    parts = re.split("(" + "|".join(map(re.escape, words)) + ")", pattern)
    return "".join(words.get(part, re.escape(part)) for part in parts)
