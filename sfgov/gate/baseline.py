"""The baseline: findings that were there when the gate came, which do not fail it.

A JSON file with one entry a line, sorted, so that two people's changes to it merge. An entry is known by its
fingerprint, which holds no path, line, message or severity: files may move and wording may change.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from sfgov.result import Result

VERSION = 1
NEVER_KNOWN = frozenset({"SFG003", "SFG010", "SFG011", "SFG012", "SFG013", "SFG014"})
"""A crash is no property of the org, and what is wrong with an excuse is not excused in turn."""


_FINGERPRINT = re.compile(r'"fingerprint"\s*:\s*"([^"]*)"')


class BaselineError(Exception):
    """A baseline that cannot be used; the message names the file and says what to do."""


class Entry(msgspec.Struct, frozen=True, order=True, forbid_unknown_fields=True):
    """One known finding. `since` is the day on which it was accepted."""

    check: str
    component: str
    subject: str
    fingerprint: str
    since: str

    @property
    def key(self) -> tuple[str, str]:
        """What stays the same when a component is renamed: check and subject."""
        return self.check, self.subject.casefold()


class Baseline(msgspec.Struct, frozen=True):
    """The entries of a file, sorted. `path` is the file as findings name it, `lines` are those of the entries."""

    entries: tuple[Entry, ...] = ()
    path: str = ""
    lines: dict[str, int] = {}

    @property
    def fingerprints(self) -> frozenset[str]:
        """Of all entries."""
        return frozenset(entry.fingerprint for entry in self.entries)


def read_baseline(file: Path, path: str = "") -> Baseline:
    """The baseline in a file; raises `BaselineError`. `path` is how findings are to name the file."""
    shown = file.as_posix()
    try:
        data = file.read_bytes()
    except OSError as error:
        raise BaselineError(f"{shown} cannot be read: {error.strerror or error}") from error
    try:
        content = msgspec.json.decode(data)
        _refuse_other_versions(shown, content)
        entries = msgspec.convert(content["findings"], tuple[Entry, ...])
    except (msgspec.MsgspecError, UnicodeDecodeError, KeyError) as error:
        reason = "it has no findings" if isinstance(error, KeyError) else str(error)
        raise BaselineError(
            f"{shown} is no baseline that sfgov can read: {reason}. Write it anew with `sfgov baseline write {shown}`."
        ) from error
    return Baseline(tuple(sorted(entries)), path or shown, _lines(data.decode()))


def _refuse_other_versions(shown: str, content: Any) -> None:
    version = content.get("version") if isinstance(content, dict) else None
    if not isinstance(version, int):
        raise msgspec.ValidationError('it has no "version"')
    if version > VERSION:
        raise BaselineError(
            f"{shown} was written by a newer sfgov (format {version}); update sfgov to use it."
        )


def _lines(text: str) -> dict[str, int]:
    """The line of each entry, by fingerprint; in whatever shape somebody has saved the file."""
    found: dict[str, int] = {}
    for number, row in enumerate(text.split("\n"), 1):
        for match in _FINGERPRINT.finditer(row):
            found.setdefault(match[1], number)
    return found


def text_of(entries: Iterable[Entry]) -> str:
    """The file's text: sorted, one entry a line."""
    rows = [json.dumps(msgspec.to_builtins(entry), ensure_ascii=False) for entry in sorted(set(entries))]
    body = "\n" + ",\n".join(rows) + "\n" if rows else ""
    return f'{{"version": {VERSION}, "findings": [{body}]}}\n'


def apply_baseline(results: Iterable[Result], baseline: Baseline) -> list[Result]:
    """The results, those known that would count and that the baseline has."""
    known = {entry.fingerprint: entry for entry in baseline.entries}
    return [
        replace(result, status="baseline", reason=f"known since {known[result.fingerprint].since}")
        if result.status == "new" and result.fingerprint in known and result.check not in NEVER_KNOWN
        else result
        for result in results
    ]


def stale_entries(
    baseline: Baseline, results: Iterable[Result], judged: Collection[str]
) -> tuple[Entry, ...]:
    """The entries that no finding has any more, of the checks that looked at everything."""
    found = {result.fingerprint for result in results}
    return tuple(e for e in baseline.entries if e.check in judged and e.fingerprint not in found)


def entries_of(results: Iterable[Result], baseline: Baseline, today: str) -> tuple[Entry, ...]:
    """An entry for each finding that counts or is known already; known ones keep their day."""
    since = {entry.fingerprint: entry.since for entry in baseline.entries}
    return tuple(
        Entry(r.check, r.component, r.subject, r.fingerprint, since.get(r.fingerprint, today))
        for r in results
        if r.status in ("new", "baseline") and r.check not in NEVER_KNOWN
    )
