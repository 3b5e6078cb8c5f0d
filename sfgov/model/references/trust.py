"""How sure it is that a component which is not in the tree is not in the org either.

A tree may hold some of a type and not the rest: another repository's classes, the fields that a team works on. Where
much of what is named is not there, the retrieve is partial, and nothing is wrong. Where nearly all is there and one
name is not, that one was renamed or deleted.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from enum import IntEnum

from sfgov.facts import CustomObject
from sfgov.model.index import Index, Knowledge
from sfgov.model.visibility import Visibility
from sfgov.project import Manifest

_ACTIVITY = ("task", "event")
_SUFFIXES_OF_PARTS = ("__pc", "__s", "__r")
"""Fields that the platform makes of others: of person accounts, and the parts of addresses and locations."""
_OFTEN_PARTIAL = ("CustomObject", "CustomField")
"""Types of which small trees hold what is worked on, and not all that it refers to."""
_STANDARD_TAB = "standard-"


class Trust(IntEnum):
    """How sure it is; nothing is said of less than the first."""

    NONE = 0
    LITTLE = 1
    SOME = 2
    FULL = 3


class Census:
    """Counts, type by type, what is named and there, and what is named and not there. Fields count by object."""

    def __init__(self, index: Index, visibility: Visibility) -> None:
        self._index = index
        self._partial = visibility.is_partial
        self._hidden = {hidden.type for hidden in visibility.ignored}
        self._manifests = () if visibility.projects() else tuple(_of_retrieves(visibility))
        self._known: dict[tuple[str, str], Knowledge] = {}
        self._present: dict[str, int] = defaultdict(int)
        self._absent: dict[str, int] = defaultdict(int)
        self._sizes: dict[str, int] = defaultdict(int)
        for component in index.components():
            kind, _, name = component.partition(":")
            if not index.managed(name):
                self._sizes[_scope(kind, name)] += 1

    def is_absent(self, kind: str, name: str) -> bool:
        """Whether the tree lacks a component that is the org's own, of a type and object that it has. Counts it."""
        key = (kind, name.casefold())
        if key not in self._known:
            known = self._known[key] = self._knowledge(kind, name)
            scope = _scope(*key)
            self._present[scope] += known is Knowledge.PRESENT
            self._absent[scope] += known is Knowledge.ABSENT
        return self._known[key] is Knowledge.ABSENT

    def trust(self, kind: str, name: str) -> Trust:
        """How sure it is that an absent component does not exist; ask when all references have been counted."""
        if kind in self._hidden:
            return Trust.NONE
        listed = [
            trust for manifest in self._manifests if (trust := _listed(manifest, kind, name)) is not None
        ]
        if listed:
            return max(listed)
        scope = _scope(kind, name.casefold())
        absent, named, size = self._absent[scope], self._present[scope], self._sizes[scope]
        standard = kind == "CustomField" and not _is_own(name.partition(".")[0])
        if absent <= max(1, size // 10) and 2 * absent <= named and size >= (10 if standard else 3):
            return Trust.LITTLE if self._partial else Trust.SOME
        few = absent == 1 or (absent == 2 and named >= 2 and size >= 4)
        enough = size >= (3 if kind in _OFTEN_PARTIAL else 1)
        return Trust.LITTLE if few and enough and not standard else Trust.NONE

    def _knowledge(self, kind: str, name: str) -> Knowledge:
        lower = name.casefold()
        if kind == "CustomTab" and lower.startswith(_STANDARD_TAB):
            return Knowledge.UNKNOWN
        if kind == "CustomField":
            owner, _, field = name.partition(".")
            if lower.endswith(_SUFFIXES_OF_PARTS):
                return Knowledge.UNKNOWN
            if owner.casefold() in _ACTIVITY:
                there = self._index.knowledge(kind, f"Activity.{field}")
                own = self._index.knowledge(kind, name)
                return Knowledge.PRESENT if Knowledge.PRESENT in (there, own) else Knowledge.UNKNOWN
            if _is_own(owner) and self._index.get(CustomObject, owner) is None:
                return (
                    Knowledge.UNKNOWN
                )  # the object is what is missing, or only some of its fields were retrieved
        return self._index.knowledge(kind, name)


def _scope(kind: str, name: str) -> str:
    return f"{kind} {name.partition('.')[0]}" if kind in ("CustomField", "RecordType") else kind


def _is_own(object_name: str) -> bool:
    return object_name.casefold().endswith(("__c", "__mdt", "__e", "__b"))


def _of_retrieves(visibility: Visibility) -> list[Manifest]:
    """The manifests in whose folder components lie: they say what was asked for."""
    found = []
    for manifest in visibility.manifests:
        folder = posixpath.dirname(manifest.path)
        prefix = f"{folder}/" if folder else ""
        if manifest.kind == "package" and any(file.path.startswith(prefix) for file in visibility.files):
            found.append(manifest)
    return found


def _listed(manifest: Manifest, kind: str, name: str) -> Trust | None:
    """All of a type was asked for, or this one; None where the manifest lists others. None listed says nothing."""
    members = {
        member.name.casefold()
        for listed in manifest.types
        if listed.type == kind
        for member in listed.members
    }
    if not members:
        return None
    return Trust.FULL if members & {"*", name.casefold()} else Trust.NONE
