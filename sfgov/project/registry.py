"""The types of metadata: the folders and suffixes by which files are known, from `metadata_types.tsv`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

_TABLE = Path(__file__).with_name("metadata_types.tsv")


class MetadataType(NamedTuple):
    """One line of the table (its head explains `form` and the flags); directories are in lower case."""

    name: str
    directory: str
    suffixes: tuple[str, ...]
    form: str
    parent: str
    parent_directory: str
    folders: bool
    strict: bool
    whole: bool


class Registry(NamedTuple):
    """The table, by what a walk through folders asks of it."""

    by_suffix: dict[str, tuple[MetadataType, ...]]
    by_lower_suffix: dict[str, tuple[MetadataType, ...]]
    directories: frozenset[str]
    """The folders of types that stand alone, in lower case."""
    spellings: frozenset[str]
    """The same, as Salesforce spells them."""
    bundles: dict[str, MetadataType]
    """Types with a folder for each component, by directory."""
    closed: frozenset[str]
    """The folders of types whose components' own folders hold content alone."""
    folder_types: dict[str, str]
    """The type of the folders' own XML in a directory of foldered components (`reports`: ReportFolder)."""

    def with_suffix(self, suffix: str) -> tuple[MetadataType, ...]:
        """The types that a suffix can stand for; its case counts only where two types differ by it."""
        return self.by_suffix.get(suffix) or self.by_lower_suffix.get(suffix.lower(), ())


@cache
def registry() -> Registry:
    """The table, read once."""
    lines = [line.split("\t") for line in _TABLE.read_text("utf-8").splitlines() if not line.startswith("#")]
    directory_of = {row[0]: row[1].lower() for row in lines[1:] if not row[5]}
    types = [_type(row, directory_of) for row in lines[1:]]
    alone = [row[1] for row in lines[1:] if not row[5]]
    return Registry(
        by_suffix=_group(
            (suffix, kind) for kind in types for suffix in kind.suffixes if _found_anywhere(kind, suffix)
        ),
        by_lower_suffix=_group(
            (suffix.lower(), kind)
            for kind in types
            for suffix in kind.suffixes
            if _found_anywhere(kind, suffix)
        ),
        directories=frozenset(directory.lower() for directory in alone),
        spellings=frozenset(alone),
        bundles={kind.directory: kind for kind in types if kind.form == "bundle"},
        closed=frozenset(kind.directory for kind in types if kind.form == "resource" and not kind.folders),
        folder_types={kind.directory: kind.name for kind in reversed(types) if kind.form == "folder"},
    )


def _type(row: list[str], directory_of: dict[str, str]) -> MetadataType:
    name, directory, suffixes, form, flags, parent = row
    return MetadataType(
        name,
        directory.lower(),
        tuple(suffixes.split()),
        form,
        parent,
        directory_of.get(parent, ""),
        "folders" in flags,
        "strict" in flags,
        "whole" in flags,
    )


def _found_anywhere(kind: MetadataType, suffix: str) -> bool:
    """Bundles are known by their folder: `js` or `app` alone says nothing, unlike `genAiFunction`."""
    return kind.form != "bundle" or not suffix.islower()


def _group(pairs: Iterable[tuple[str, MetadataType]]) -> dict[str, tuple[MetadataType, ...]]:
    grouped: dict[str, tuple[MetadataType, ...]] = {}
    for suffix, kind in pairs:
        grouped[suffix] = (*grouped.get(suffix, ()), kind)
    return grouped
