"""From the address of a file in a SARIF log to the file's path in the org.

Tools write addresses of every kind: relative to a base, to a folder above or below the org's, or absolute, of this
machine or of the one on which the tool ran. An address that none of these explains is looked up by its end.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote

from sfgov.imported.sarif import ArtifactLocation, Run
from sfgov.project import Project

_DRIVE = re.compile(r"/?[A-Za-z]:/")
_MOST_BASES = 10
"""A base that rests on more others rests on itself."""


class Places:
    """Finds the files of one project."""

    def __init__(self, project: Project, above: Sequence[Path]) -> None:
        """`above` are the folders that relative addresses may start from: the repository's, the working directory."""
        self._project = project
        self._root = project.root.resolve().as_posix()
        self._above = [folder.resolve().as_posix() for folder in above]
        self._paths = {file.path for file in project.files}
        self._by_name: dict[str, list[str]] = {}
        for path in sorted(self._paths):
            self._by_name.setdefault(posixpath.basename(path), []).append(path)
        self._found: dict[tuple[str, ...], str | None] = {}

    def path_of(self, run: Run, location: ArtifactLocation) -> str | None:
        """The path in the project; None where the project has no such file."""
        artifacts = run.artifacts or ()
        if not location.uri and 0 <= location.index < len(artifacts):
            location = artifacts[location.index].location
        if not location.uri:
            return None
        addresses = tuple(_addresses(run, location))
        if addresses not in self._found:
            self._found[addresses] = self._look_up(addresses)
        return self._found[addresses]

    def _look_up(self, addresses: Sequence[str]) -> str | None:
        exact = (path for address in addresses for path in self._readings(address))
        found = next(filter(self._is_there, exact), None)
        return found or next(filter(None, map(self._by_end, addresses)), None)

    def _readings(self, address: str) -> Iterator[str]:
        """What an address may mean as a path in the project."""
        if _is_absolute(address):
            yield from (_below(self._root, one) for one in (address, os.path.realpath(address)))
        else:
            yield posixpath.normpath(address)
            yield from (_below(self._root, f"{folder}/{address}") for folder in self._above)

    def _is_there(self, path: str) -> bool:
        if path in self._paths:
            return True
        if not path or any(part.startswith(".") for part in path.split("/")):
            return False  # neither what lies elsewhere nor what is hidden
        try:
            self._project.reader.read(path)
        except OSError:
            return False
        return True

    def _by_end(self, address: str) -> str | None:
        """The one file that ends as the address does, or with which the address ends."""
        parts = [part for part in address.split("/") if part not in ("", ".", "..")]
        end = "/".join(parts)
        candidates = self._by_name.get(parts[-1], []) if parts else []
        longest = max((path for path in candidates if _ends(end, path)), key=len, default=None)
        longer = [path for path in candidates if _ends(path, end)]
        return longest or (longer[0] if len(longer) == 1 else None)


def _addresses(run: Run, location: ArtifactLocation) -> Iterator[str]:
    """The address from the bases that the log names for it, then as it stands; each with and without `%20`."""
    for uri in _from_bases(run, location):
        path = uri.replace("\\", "/")
        if path.casefold().startswith("file:"):
            path = re.sub(r"(?i)^file:(//[^/]*(?=/))?", "", path)
        for one in dict.fromkeys((unquote(path), path)):
            if "\0" not in one:
                yield one[1:] if _DRIVE.match(one) and one.startswith("/") else one


def _from_bases(run: Run, location: ArtifactLocation) -> Iterator[str]:
    uri, base = location.uri, location.uri_base_id
    if _is_absolute(base.replace("\\", "/")):  # Code Analyzer writes the folder where a name should stand
        yield _joined(base, uri)
    for _ in range(_MOST_BASES):
        stated = run.original_uri_base_ids.get(base)
        if stated is None:
            break
        uri, base = _joined(stated.uri, uri), stated.uri_base_id
    yield uri
    yield from (_joined(one.working_directory.uri, location.uri) for one in (run.invocations or ())[:1])


def _joined(base: str, uri: str) -> str:
    absolute = _is_absolute(uri) or uri.casefold().startswith("file:")
    return uri if absolute or not base else f"{base.rstrip('/')}/{uri}"


def _is_absolute(path: str) -> bool:
    return path.startswith("/") or _DRIVE.match(path) is not None


def _below(root: str, path: str) -> str:
    """The path from the root; nothing for what lies elsewhere."""
    path = posixpath.normpath(path)
    return path.removeprefix(f"{root.rstrip('/')}/") if path.startswith(f"{root.rstrip('/')}/") else ""


def _ends(path: str, end: str) -> bool:
    return path == end or path.endswith(f"/{end}")
