"""Which components there are, where they are written, and what is known of those that are not."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from enum import Enum
from functools import cached_property
from typing import Generic, TypeVar

import msgspec

from sfgov.facts import (
    AgentTestSpec,
    AiAuthoringBundleMeta,
    ApexMeta,
    BackupDeclaration,
    Component,
    DataMaskExport,
    Fact,
    GenAiSchema,
    MaskingTemplate,
    RetentionDeclaration,
)
from sfgov.place import Place

F = TypeVar("F", bound=Fact)
F_co = TypeVar("F_co", bound=Fact, covariant=True)
_NAMESPACED = re.compile(r"([a-z][a-z0-9]*(?:_[a-z0-9]+)*)__[a-z]\w*?(?:__[a-z]+)?", re.IGNORECASE)
_CUSTOM_SUFFIX = re.compile(r"__(c|r|mdt|e|x|b|kav|pc|share|history|feed|chn|tag)$", re.IGNORECASE)


_DECLARED = (AgentTestSpec, BackupDeclaration, DataMaskExport, MaskingTemplate, RetentionDeclaration)
"""Facts of files that a policy names: there is no metadata type of them, but they were read or not."""
_NO_TYPES = (AiAuthoringBundleMeta, ApexMeta, Component, GenAiSchema, *_DECLARED)
"""Facts that are no components of a Metadata API type of that name."""


class Knowledge(Enum):
    """What is known of a component that something refers to."""

    PRESENT = "present"
    ABSENT = "absent"
    """Its type was retrieved and it is the org's own, yet it is not there."""
    UNKNOWN = "unknown"
    """A managed package's, a standard one, or of a type that was not retrieved."""


class Written(msgspec.Struct, Generic[F_co], frozen=True, gc=False):
    """A fact and the file it was read from."""

    fact: F_co
    path: str
    package: str = ""

    @property
    def type(self) -> str:
        """The Metadata API type."""
        return type(self.fact).__name__

    @property
    def name(self) -> str:
        """The full name."""
        return self.fact.name

    @property
    def component(self) -> str:
        """`Type:FullName`, as findings name it."""
        return f"{self.type}:{self.fact.name}"

    def at(self, line: int = 0, element: str = "", column: int = 1) -> Place:
        """A place in this file; without a line, where the component starts."""
        return Place(self.path, line or self.fact.line, self.component, element, column)

    def at_element(self, element: str) -> Place:
        """The place of one of the fact's scalar elements."""
        return self.at(self.fact.line_of(element), element)


class Index:
    """All components, by type and name; names compare without case."""

    def __init__(
        self,
        facts: Iterable[Written[Fact]],
        names: Iterable[tuple[str, str]] = (),
        retrieved: Iterable[str] = (),
    ) -> None:
        """`names` are the (type, full name) of components known from their files alone.

        `retrieved` are types of which the tree is known whole even if it has no component of them.
        """
        by_type: dict[type[Fact], dict[str, list[Written[Fact]]]] = defaultdict(lambda: defaultdict(list))
        for written in sorted(facts, key=lambda w: (w.type, w.name.casefold(), w.path)):
            by_type[type(written.fact)][written.name.casefold()].append(written)
        self._by_type = {kind: dict(found) for kind, found in by_type.items()}
        self._declared = {*retrieved, *(kind.__name__ for kind in self._by_type if kind in _DECLARED)}
        self._names: dict[str, set[str]] = defaultdict(set)
        for type_name, name in names:
            self._names[type_name].add(name.casefold())
        for kind, found in self._by_type.items():
            if kind not in _NO_TYPES:
                self._names[kind.__name__].update(found)

    def all(self, kind: type[F]) -> Iterator[Written[F]]:
        """Every component of a type, sorted by name; of one that is written more than once, the first."""
        for parts in self._by_type.get(kind, {}).values():
            yield parts[0]  # type: ignore[misc]

    def parts(self, kind: type[F], name: str) -> tuple[Written[F], ...]:
        """Everything that is written about one component, by path: pieces of a decomposed one, or duplicates."""
        return tuple(self._by_type.get(kind, {}).get(name.casefold(), ()))  # type: ignore[arg-type]

    def get(self, kind: type[F], name: str) -> Written[F] | None:
        """One component, or None where nothing in the tree says anything of it."""
        found = self.parts(kind, name)
        return found[0] if found else None

    def retrieved(self, kind: type[Fact] | str) -> bool:
        """Whether the tree holds any component of this type at all."""
        name = kind if isinstance(kind, str) else kind.__name__
        return bool(self._names.get(name)) or name in self._declared

    def knowledge(self, kind: type[Fact] | str, name: str) -> Knowledge:
        """What is known of a component that is referred to by name."""
        type_name = kind if isinstance(kind, str) else kind.__name__
        if name.casefold() in self._names.get(type_name, ()):
            return Knowledge.PRESENT
        if not self.retrieved(type_name) or self.managed(name) or _is_standard(type_name, name):
            return Knowledge.UNKNOWN
        return Knowledge.ABSENT

    def managed(self, name: str) -> bool:
        """Whether a name belongs to a managed package: it has a namespace before its own name."""
        return any(namespace(part) for part in name.split("."))

    def components(self) -> Iterator[str]:
        """`Type:FullName` of every component, sorted; names are in lower case."""
        return (f"{kind}:{name}" for kind, names in sorted(self._names.items()) for name in sorted(names))

    def written(self) -> Iterator[Written[Fact]]:
        """Every fact, by type, name and path."""
        return (w for found in self._by_type.values() for parts in found.values() for w in parts)

    @cached_property
    def types(self) -> dict[str, int]:
        """How many components there are of each type."""
        return {kind: len(names) for kind, names in sorted(self._names.items()) if names}


def namespace(name: str) -> str:
    """The managed package's prefix of a name (`SBQQ` of `SBQQ__Quote__c`), or nothing."""
    bare = _CUSTOM_SUFFIX.sub("", name)
    match = _NAMESPACED.fullmatch(bare)
    return match[1] if match else ""


_STANDARD_PROFILES = frozenset(
    {
        "admin", "standard", "standardaul", "readonly", "minimumaccess", "minimum access - salesforce",
        "contractmanager", "marketingprofile", "solutionmanager", "analytics cloud integration user",
    }
)  # fmt: skip
"""By their metadata names; every org has them, whether they were retrieved or not."""


def _is_standard(type_name: str, name: str) -> bool:
    """What is Salesforce's own exists without being retrieved: objects and fields without a custom suffix, some profiles."""
    if type_name == "Profile":
        return name.casefold() in _STANDARD_PROFILES
    if type_name not in ("CustomObject", "CustomField"):
        return False
    return not _CUSTOM_SUFFIX.search(name.rpartition(".")[2])
