"""Which lines of which files are new since a commit, as git tells it of what lies on disk."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from sfgov.project.git import Snapshot, run_git

_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_DIFF = (
    "diff", "--no-ext-diff", "--no-textconv", "--no-color", "--text", "--find-renames", "--no-relative",
    "--ignore-submodules=all", "--unified=0", "--inter-hunk-context=0", "--src-prefix=a/", "--dst-prefix=b/",
)  # fmt: skip
"""Line by line, whatever the user's settings are. No program that an attribute names is run."""
_ESCAPES = {b"a": 7, b"b": 8, b"t": 9, b"n": 10, b"v": 11, b"f": 12, b"r": 13, b'"': 34, b"\\": 92}
_QUOTED = re.compile(rb'\\([abtnvfr"\\]|[0-7]{3})')
_WHOLE = ((1, 1 << 62),)

Lines = tuple[tuple[int, int], ...]
"""Ranges of lines, both ends included."""


class Changes(msgspec.Struct, frozen=True):
    """The files that differ from a commit, by their paths from the repository's root, with their new lines.

    A file that was moved and changed has the lines that changed; one that git does not know yet is new as a whole.
    """

    files: dict[str, Lines]

    def touches(self, path: str) -> bool:
        """Whether anything about the file is different."""
        return path in self.files

    def adds(self, path: str, line: int) -> bool:
        """Whether the line is new, or different."""
        return any(first <= line <= last for first, last in self.files.get(path, ()))


def changes_since(snapshot: Snapshot) -> Changes:
    """What is different on disk from a commit. Raises `GitError`."""
    top = Path(snapshot.top)
    settings = _without_programs(top)
    said = run_git(top, *_DIFF, snapshot.commit, "--", settings=settings)
    untracked = run_git(top, "ls-files", "--others", "--exclude-standard", "-z", settings=settings)
    files = dict(_files(said))
    files |= {path: _WHOLE for path in os.fsdecode(untracked).split("\0") if path}
    return Changes(files)


def _without_programs(top: Path) -> dict[str, str]:
    """Settings by which git compares what lies on disk without running a program: no monitor, and no filters."""
    known = run_git(top, "config", "--null", "--name-only", "--list").decode("utf-8", "surrogateescape")
    filters = {name.rpartition(".")[0] for name in known.split("\0") if name.startswith("filter.")}
    off = {"clean": "", "smudge": "", "process": "", "required": "false"}
    return {"core.fsmonitor": "false", "core.quotePath": "false"} | {
        f"{one}.{key}": value for one in sorted(filters) for key, value in off.items()
    }


def _files(diff: bytes) -> Iterator[tuple[str, Lines]]:
    """The files that are there now, each with its new lines."""
    path = ""
    found: list[tuple[int, int]] = []
    lines = iter(diff.split(b"\n"))
    for line in lines:
        if line.startswith(b"diff --git "):
            if path:
                yield path, tuple(found)
            path, found = "", []
        elif line.startswith((b"+++ ", b"rename to ")):
            path = _path(line) or path
        elif match := _HUNK.match(line):
            old, first, new = (1 if group is None else int(group) for group in match.groups())
            if new:
                found.append((first, first + new - 1))
            _skip(lines, old, new)
    if path:
        yield path, tuple(found)


def _skip(lines: Iterator[bytes], old: int, new: int) -> None:
    """Pass over the text of a hunk, which may look like anything."""
    while old or new:
        line = next(lines)
        old -= line.startswith(b"-")
        new -= line.startswith(b"+")


def _path(line: bytes) -> str:
    """The path of a header line; nothing for a file that is gone."""
    if line.startswith(b"rename to "):
        return _unquoted(line.removeprefix(b"rename to "))
    name = line.removeprefix(b"+++ ").removesuffix(b"\t")
    return "" if name == b"/dev/null" else _unquoted(name).removeprefix("b/")


def _unquoted(name: bytes) -> str:
    """A name as it is: those with quotes, backslashes or control characters are written as in C."""
    if name.startswith(b'"'):
        name = _QUOTED.sub(_character, name[1:-1])
    return os.fsdecode(name)


def _character(match: re.Match[bytes]) -> bytes:
    said = match[1]
    return bytes([_ESCAPES[said] if said in _ESCAPES else int(said, 8)])
