"""`package.xml` and `destructiveChanges*.xml`: which components a deployment names, and on which lines."""

from __future__ import annotations

import re
from typing import Literal
from xml.parsers import expat

import msgspec

Kind = Literal["package", "destructive", "pre", "post"]
_FILE_NAME = re.compile(r"(package|destructivechanges(pre|post)?)[^/]*\.xml", re.IGNORECASE)


class Member(msgspec.Struct, frozen=True, order=True):
    """One `<members>`: a full name, or `*`."""

    name: str
    line: int


class MemberList(msgspec.Struct, frozen=True):
    """One `<types>`: a Metadata API type and the members that are named of it."""

    type: str
    line: int
    members: tuple[Member, ...] = ()


class Manifest(msgspec.Struct, frozen=True):
    """One manifest file.

    `kind` is `package` for what is retrieved or deployed; `pre`, `destructive` and `post` for what is deleted
    before everything, with the deployment (which deletes before it adds), and after it.
    """

    path: str
    kind: Kind
    types: tuple[MemberList, ...] = ()
    api_version: str = ""


class NotAManifest(Exception):
    """The file is XML, but its root is not `Package`."""


class BadManifest(Exception):
    """The file cannot be read; `line` is 0 where none is known."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


def manifest_kind(file_name: str) -> Kind | None:
    """What kind of manifest a file's name announces, if any. `package-release.xml` is one too."""
    match = _FILE_NAME.fullmatch(file_name)
    if match is None or file_name.endswith("-meta.xml"):
        return None
    when = (match[2] or "").lower()
    if when == "pre":
        return "pre"
    if when == "post":
        return "post"
    return "package" if match[1].lower() == "package" else "destructive"


def read_manifest(path: str, kind: Kind, data: bytes) -> Manifest:
    """Read a manifest; raises `NotAManifest` and `BadManifest`."""
    reader = _Reader()
    try:
        reader.parser.Parse(data, True)
    except expat.ExpatError as error:
        raise BadManifest(f"the XML is broken: {expat.ErrorString(error.code)}", error.lineno) from None
    except (LookupError, ValueError) as error:
        raise BadManifest(f"the encoding cannot be read: {error}", 1) from None
    return Manifest(path, kind, tuple(reader.types), reader.version)


class _Reader:
    """Collects `Package/types/{name,members}` and `Package/version`, with lines."""

    def __init__(self) -> None:
        self.types: list[MemberList] = []
        self.version = ""
        self._open: list[str] = []
        self._text = ""
        self._line = 0
        self._list_line = 0
        self._name = ""
        self._members: list[Member] = []
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype

    def _refuse_doctype(self, *_: object) -> None:
        raise BadManifest("a DOCTYPE is refused, as it can define entities", self.parser.CurrentLineNumber)

    def _start(self, name: str, _: dict[str, str]) -> None:
        self._open.append(name.rpartition(":")[2])
        if self._open[0] != "Package":
            raise NotAManifest
        self._text = ""
        self._line = self.parser.CurrentLineNumber
        if self._open[1:] == ["types"]:
            self._list_line, self._name, self._members = self._line, "", []

    def _characters(self, text: str) -> None:
        self._text += text

    def _end(self, _: str) -> None:
        path, text = self._open[1:], self._text.strip()
        if path == ["types", "members"] and text:
            self._members.append(Member(text, self._line))
        elif path == ["types", "name"]:
            self._name = text
        elif path == ["types"] and self._name:
            self.types.append(MemberList(self._name, self._list_line, tuple(self._members)))
        elif path == ["version"]:
            self.version = text
        self._open.pop()
        self._text = ""
