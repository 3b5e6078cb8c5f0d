"""YAML 1.2 text as plain values, with the line on which each of them is written.

PyYAML reads YAML 1.1, where `no`, `on`, `0123` and `12:30` are not text. Here they are, as YAML 1.2 has it: only
`true`, `false`, `null` and plain numbers are special, and nothing else is: dates and `007` stay text.
"""

from __future__ import annotations

from typing import Any

import msgspec

Keys = tuple[str, ...]
"""Where a value is: the keys and list indexes that lead to it, from the top."""

MOST_VALUES = 100_000
"""A file of more values is refused: repeated aliases make a small file endless."""
DEEPEST = 50
"""A file that is nested deeper is refused, too."""


class Document(msgspec.Struct, frozen=True):
    """A YAML file's values (dict, list, str, int, float, bool, None), and the line of every one."""

    value: Any = None
    lines: dict[Keys, int] = {}
    """By key path. Items of lists are found by their index, and those that are text by their text, too."""


class YamlError(Exception):
    """The text is not YAML, or not the plain YAML that is read here.

    `problems` is all that is wrong: (line, reason). `document` is what could be read all the same.
    """

    def __init__(self, problems: list[tuple[int, str]], document: Document = Document()) -> None:  # noqa: B008
        super().__init__("; ".join(f"line {line}: {reason}" for line, reason in problems))
        self.problems = problems
        self.document = document


def read_yaml(data: bytes) -> Document:
    """Read one YAML document; nothing at all is `None`. Raises `YamlError`."""
    from sfgov.yaml_nodes import read_nodes  # PyYAML takes as long to import as a hundred files to read

    return read_nodes(data)
