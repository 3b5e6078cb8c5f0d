"""From `sfgov.yml` to the policy."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from sfgov.check import Check
from sfgov.config.settings import check_misfits
from sfgov.config.shape import Misfit, misfits, without_nulls
from sfgov.policy import Policy
from sfgov.yaml12 import Document, Keys, YamlError, read_yaml

Faults = list[tuple[int, str]]
FILE_NAME = "sfgov.yml"


class ConfigError(Exception):
    """The configuration cannot be used. `errors` are all its faults, each with file and line."""

    def __init__(self, *errors: str) -> None:
        super().__init__("\n".join(errors))
        self.errors = errors


class Config(msgspec.Struct, frozen=True):
    """The policy, and where each part of it is written."""

    policy: Policy = Policy()
    path: str = ""
    """The file, from the org's folder where that is known; empty where there is none."""
    lines: dict[Keys, int] = {}
    """The line of every key and list item, by the keys that lead to it; list items by index and by their text."""

    def line_of(self, *keys: str) -> int:
        """The line of that key, or of the nearest key around it that the file has; else 1."""
        return next((self.lines[keys[:n]] for n in range(len(keys), 0, -1) if keys[:n] in self.lines), 1)

    def folder(self, root: Path) -> Path:
        """Where the file lies, and its paths start, for an org whose folder is `root`; without a file, `root`."""
        return (root / self.path).parent if self.path else root

    def below(self, root: Path) -> str:
        """The way from the file's folder to the org (`force-app/`); nothing where that is the folder or not in it."""
        way = _seen_from(self.folder(root), root)
        return "" if way == Path() or ".." in way.parts or way.is_absolute() else f"{way.as_posix()}/"


def find_config(start: Path) -> Path | None:
    """The `sfgov.yml` that holds for a path: in it, or in the nearest folder above, up to the git root.

    Raises `ConfigError` for a `sfgov.yaml`, which would be overlooked.
    """
    folder = Path(os.path.abspath(start))  # noqa: PTH100  links are not followed: the folder that was named counts
    for around in (folder, *folder.parents):
        found = around / FILE_NAME
        if os.path.isfile(found):  # noqa: PTH113  false, not an error, for what may not be looked at
            return _seen_from(Path.cwd(), found)
        other = found.with_suffix(".yaml")
        if os.path.isfile(other):  # noqa: PTH113
            raise ConfigError(
                f"{_seen_from(Path.cwd(), other).as_posix()}: the file is read under the name {FILE_NAME} only; rename it"
            )
        if os.path.exists(around / ".git"):  # noqa: PTH110
            return None
    return None


def load_config(
    path: Path | None, *, root: Path | None = None, checks: Sequence[Check] | None = None
) -> Config:
    """Read and validate a policy file; without one, everything has its default.

    With `root` (the org's folder), the file is afterwards known by its path from there, as all files in findings are.
    With `checks` (all there are), codes, names and options that the file gives to checks are validated, too.
    Raises `ConfigError`, with everything that is wrong.
    """
    if path is None:
        return Config()
    shown = path.as_posix()
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{shown}: cannot be read: {error.strerror or error}") from error
    config = config_of(data, shown, checks)
    return config if root is None else replace(config, path=_seen_from(root, path).as_posix())


def config_of(data: bytes, shown: str, checks: Sequence[Check] | None = None) -> Config:
    """The policy in the content of a file that is shown as `shown`; else as `load_config`."""
    document, faults = _read(data)
    given = {} if document.value is None else document.value
    if isinstance(given, dict):
        lines_at_fault = {line for line, _ in faults}
        faults += [
            fault for fault in _faults(given, document.lines, checks) if fault[0] not in lines_at_fault
        ]
    elif not faults:
        faults = [(1, "expected settings, such as: ruleset: recommended")]
    if faults:
        raise ConfigError(*(f"{shown}:{line}: {reason}" for line, reason in sorted(faults)))
    return Config(msgspec.convert(without_nulls(given), Policy), shown, document.lines)


def _seen_from(folder: Path, path: Path) -> Path:
    try:
        return Path(os.path.relpath(path, folder))
    except ValueError:  # on another drive
        return path


def _read(data: bytes) -> tuple[Document, Faults]:
    try:
        return read_yaml(data), []
    except YamlError as error:
        return error.document, error.problems


def _faults(given: dict[str, Any], lines: dict[Keys, int], checks: Sequence[Check] | None) -> Faults:
    config = Config(lines=lines)
    found = [*misfits(given, Policy), *(check_misfits(given, checks) if checks is not None else ())]
    return [(config.line_of(*misfit.keys), _told(misfit)) for misfit in found]


def _told(misfit: Misfit) -> str:
    """The reason, after the key that it is about where the reason does not name that itself."""
    named = [key for key in misfit.keys if not key.isdigit()]
    return (
        f"{'.'.join(named)}: {misfit.reason}"
        if named and f'"{named[-1]}"' not in misfit.reason
        else misfit.reason
    )
