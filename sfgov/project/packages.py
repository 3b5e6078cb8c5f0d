"""`sfdx-project.json`: the package directories of a project."""

from __future__ import annotations

import json
import posixpath
from typing import Any

import msgspec

FILE_NAME = "sfdx-project.json"


class Declared(msgspec.Struct, frozen=True):
    """One entry of `packageDirectories`; `path` is relative to the project, with `/`, empty for the project itself."""

    path: str
    name: str = ""
    default: bool = False


class ProjectFile(msgspec.Struct, frozen=True):
    """What an `sfdx-project.json` says, as far as it is understood."""

    packages: tuple[Declared, ...] = ()
    namespace: str = ""
    api_version: str = ""
    api_version_line: int = 0
    problem: str = ""
    """Why it could not be read, or what in it could not be used."""
    line: int = 0
    """The line of the problem; 0 where none is known."""


def read_project_file(data: bytes) -> ProjectFile:
    """Read an `sfdx-project.json`. Never raises: what is wrong becomes `problem`."""
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        return ProjectFile(problem=f"this is not valid JSON: {error.msg}", line=error.lineno)
    except UnicodeDecodeError:
        return ProjectFile(problem="this is not UTF-8 text")
    except RecursionError:
        return ProjectFile(problem="this is nested too deeply to be read")
    if not isinstance(content, dict):
        return ProjectFile(problem="this is not a JSON object", line=1)
    entries = content.get("packageDirectories")
    declared = [entry for entry in entries if _has_path(entry)] if isinstance(entries, list) else []
    packages = [_declared(entry) for entry in declared]
    leaving = [package.path for package in packages if package.path.startswith(("..", "/"))]
    return ProjectFile(
        packages=tuple(package for package in packages if package.path not in leaving),
        namespace=_text(content.get("namespace")),
        api_version=_text(content.get("sourceApiVersion")),
        api_version_line=_line_of(data, b'"sourceApiVersion"'),
        problem=f"the package directory {leaving[0]} lies outside the project, so it is not read"
        if leaving
        else "",
    )


def _line_of(data: bytes, key: bytes) -> int:
    """The line of a key that the file has once; 0 where it has none."""
    return data.count(b"\n", 0, data.index(key)) + 1 if key in data else 0


def _has_path(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("path"), str)


def _declared(entry: dict[str, Any]) -> Declared:
    path = posixpath.normpath(entry["path"].replace("\\", "/"))
    return Declared(
        path="" if path == "." else path,
        name=_text(entry.get("package")),
        default=entry.get("default") is True,
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
