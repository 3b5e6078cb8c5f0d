"""Custom metadata records, settings, installed packages and other components kept as plain values."""

from __future__ import annotations

import msgspec

from sfgov.facts.base import Fact
from sfgov.facts.permissions import Member


class Value(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One leaf: the path of element names (`a.b`) or the field's name, its text (None for nil), its line."""

    path: str
    text: str | None
    line: int


class Record(Fact, frozen=True, kw_only=True):
    """A component whose leaf values are all there is to know."""

    values: tuple[Value, ...] = ()

    def value(self, path: str) -> Value | None:
        """The first value under that path (compared without case), or None."""
        wanted = path.casefold()
        return next((v for v in self.values if v.path.casefold() == wanted), None)

    def text(self, path: str) -> str:
        """The text under that path; empty where there is none."""
        found = self.value(path)
        return (found.text or "") if found else ""


class CustomMetadata(Record, frozen=True, kw_only=True):
    """A custom metadata record; `name` is `Type.Record`, namespaces first, as the file name has it."""

    label: str = ""

    @property
    def type_name(self) -> str:
        """The custom metadata type, without `__mdt`."""
        return self.name.partition(".")[0]

    @property
    def record_name(self) -> str:
        """The record's developer name."""
        return self.name.partition(".")[2]


class Settings(Record, frozen=True, kw_only=True):
    """Org settings. `root` is the root element, which is the real type (`LeadConfigSettings`)."""

    root: str = ""


class InstalledPackage(Record, frozen=True, kw_only=True):
    """An installed managed package; `name` is its namespace."""

    version: str = ""


class CustomLabels(Record, frozen=True, kw_only=True):
    """Custom labels, all of a file: their texts by their names."""


class NamedCredential(Record, frozen=True, kw_only=True):
    """An address with the way to log in there. `lines` has the line of `url`."""

    url: str = ""
    """The `endpoint` of a legacy one, the parameter of the type Url of others."""
    external_credentials: tuple[Member, ...] = ()


class ExternalCredential(Record, frozen=True, kw_only=True):
    """How the org logs in where named credentials lead."""


class Component(Fact, frozen=True, kw_only=True):
    """A component of a type that no check looks into: it exists, and its file is well-formed."""

    root: str = ""
    api_version: float | None = None
    """Of pages, components and their bundles."""
