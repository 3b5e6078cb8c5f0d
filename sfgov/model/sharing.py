"""Whose records a user sees before any rule or role opens more: the organisation-wide defaults."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Literal

import msgspec

from sfgov.facts import CustomField, CustomObject, SharingRules
from sfgov.model.index import Index, Written
from sfgov.place import Evidence, Place

Element = Literal["sharingModel", "externalSharingModel"]
"""The default for employees, and the one for external users, which is never wider."""
_BY_PARENT = "controlledbyparent"
_STANDARD_PARENTS = {"asset": "Account", "contact": "Account"}
_LEVELS = 5
"""How far "controlled by parent" is followed."""


class SharingDefault(msgspec.Struct, frozen=True):
    """The default of an object, and the objects by which it comes to it."""

    object: str
    element: Element
    chain: tuple[Written[CustomObject], ...]
    """The object itself, then the parents that it follows; the last states the default."""

    @property
    def stated(self) -> Written[CustomObject]:
        """The object that states it."""
        return self.chain[-1]

    @property
    def model(self) -> str:
        """As it is stated: `Private`, `Read`, `ReadWrite` …"""
        return _model(self.stated.fact, self.element)

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The lines of the chain."""
        return tuple(
            written.at_element(self.element).says(
                f"{self.element} of {written.name} is {_model(written.fact, self.element)}"
            )
            for written in self.chain
        )


class Sharing:
    """The sharing of an org's objects. Names compare without case."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def default(self, name: str, element: Element) -> SharingDefault | None:
        """An object's default, followed to its parents; None where it, or that of a parent, is not in the tree.

        A master-detail object with two masters follows the first.
        """
        chain: list[Written[CustomObject]] = []
        follow: str | None = name
        while follow and len(chain) < _LEVELS:
            written = self._stating(follow, element)
            if written is None:
                return None
            chain.append(written)
            if _model(written.fact, element).casefold() != _BY_PARENT:
                return SharingDefault(name, element, tuple(chain))
            follow = self._parents.get(follow.casefold())
        return None

    def guest_rules(self, name: str) -> Iterator[tuple[str, Place]]:
        """The rules that show an object's records to people without a login, by name, and where they are."""
        for written in self._index.parts(SharingRules, name):
            for rule in written.fact.rules:
                if rule.kind == "sharingGuestRules":
                    yield rule.name, written.at(rule.line, f"sharingGuestRules[{rule.name}]")

    def _stating(self, name: str, element: Element) -> Written[CustomObject] | None:
        parts = self._index.parts(CustomObject, name)
        return next((written for written in parts if _model(written.fact, element)), None)

    @cached_property
    def _parents(self) -> dict[str, str]:
        """Per object (in lower case) the one that controls access to it: the standard one, or its first master."""
        found = dict(_STANDARD_PARENTS)
        for field in self._index.all(CustomField):
            if field.fact.type.casefold() == "masterdetail":
                for parent in field.fact.reference_to[:1]:
                    found.setdefault(field.fact.object.casefold(), parent)
        return found


def _model(fact: CustomObject, element: Element) -> str:
    return fact.external_sharing_model if element == "externalSharingModel" else fact.sharing_model
