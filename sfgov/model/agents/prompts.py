"""Prompt templates: what they merge into the text that goes to the model, and who uses them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from sfgov.facts import GenAiPromptTemplate
from sfgov.facts.agents import PromptInput, PromptProvider, PromptVersion
from sfgov.model.index import Written
from sfgov.model.relationships import Relationships
from sfgov.place import Place

if TYPE_CHECKING:
    from sfgov.model.agents.parts import Action


_MERGE = re.compile(r"\{!\s*\$?([A-Za-z]\w*)\s*(?::\s*|\.)([^{}]*?)\s*\}")
_STANDARD_PARENTS = frozenset(
    {
        "Account",
        "Asset",
        "Campaign",
        "Case",
        "Contact",
        "Contract",
        "Lead",
        "Opportunity",
        "Order",
        "Product2",
        "Quote",
    }
)
_STANDARD_PARENTS_BY_NAME = {
    "CreatedBy": "User",
    "LastModifiedBy": "User",
    "Manager": "User",
    "ReportsTo": "Contact",
}
"""Standard lookups that no file tells; most are named as the object that they lead to."""


class MergeField(msgspec.Struct, frozen=True):
    """`{!$Input:Contact.Email}` in the content of a template.

    `resource` is what stands before the colon (`Input`, `RelatedList`, `Flow`, `Apex`, `Record`, `EinsteinSearch`,
    `User` …), `path` the rest. Of an input that is a record, `object` is its object and `fields` are the full names
    of the fields on the way (`Case.ContactId`, `Contact.SSN__c`), as far as relationships are known. `offset` is where
    it stands in the content.
    """

    text: str
    resource: str
    path: str
    at: Place
    offset: int
    object: str = ""
    fields: tuple[str, ...] = ()
    input: PromptInput | None = None
    provider: PromptProvider | None = None


@dataclass(eq=False, repr=False)
class Prompt:
    """A prompt template."""

    written: Written[GenAiPromptTemplate]
    used_by: tuple[Action, ...] = ()
    """The actions of agents that call it."""

    @property
    def name(self) -> str:
        """The developer name."""
        return self.written.name

    @property
    def fact(self) -> GenAiPromptTemplate:
        """What the file says."""
        return self.written.fact

    @cached_property
    def active(self) -> PromptVersion | None:
        """The version that runs: the one that the file names, else the last one that is published.

        None where there is no published one.
        """
        versions = self.fact.versions
        named = [one for one in versions if one.identifier and one.identifier == self.fact.active_version]
        published = [one for one in versions if one.status.casefold() == "published"]
        found = named or published
        return found[-1] if found else None

    def at(self, line: int, element: str = "") -> Place:
        """A place in its file."""
        return self.written.at(line, element)


def merge_fields(prompt: Prompt, relationships: Relationships) -> Iterator[MergeField]:
    """What the active version of a template merges."""
    version = prompt.active
    if version is None:
        return
    for match in _MERGE.finditer(version.content.text):
        resource, path = match[1], match[2].strip()
        element = f"{version.identifier}.{resource}:{path}"
        reference = f"{resource}:{path}".casefold()
        given = next((one for one in version.inputs if _begins(reference, one.reference)), None)
        provider = next((one for one in version.providers if _begins(reference, one.reference)), None)
        object_name, fields = "", ()  # type: tuple[str, tuple[str, ...]]
        if given is not None and given.definition.casefold().startswith("sobject://"):
            object_name = given.definition.partition("://")[2]
            fields = tuple(_fields(object_name, path.split(".")[1:], relationships))
        yield MergeField(
            text=match[0],
            resource=resource,
            path=path,
            at=prompt.at(version.content.line_of(match.start()), element),
            offset=match.start(),
            object=object_name,
            fields=fields,
            input=given,
            provider=provider,
        )


def _begins(reference: str, name: str) -> bool:
    wanted = name.casefold()
    return bool(wanted) and (reference == wanted or reference.startswith(f"{wanted}."))


def _fields(object_name: str, names: list[str], relationships: Relationships) -> Iterator[str]:
    """The full names of the fields on a way from a record, as far as its relationships are known."""
    for number, name in enumerate(names):
        if number == len(names) - 1:
            yield f"{object_name}.{name}"
            return
        yield f"{object_name}.{_lookup_field(name)}"
        object_name = relationships.parent(object_name, name) or _standard_parent(name)
        if not object_name:
            return


def _lookup_field(relationship: str) -> str:
    return f"{relationship[:-1]}c" if relationship.casefold().endswith("__r") else f"{relationship}Id"


def _standard_parent(relationship: str) -> str:
    """Standard lookups are mostly named as the object that they lead to, and no file says so."""
    return (
        relationship if relationship in _STANDARD_PARENTS else _STANDARD_PARENTS_BY_NAME.get(relationship, "")
    )
