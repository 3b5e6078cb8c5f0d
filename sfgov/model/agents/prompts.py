"""Prompt templates: what they merge into the text that goes to the model, and who uses them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from sfgov.facts import GenAiPromptTemplate
from sfgov.facts.agents import PromptInput, PromptProvider, PromptVersion
from sfgov.model.index import Written
from sfgov.place import Place

if TYPE_CHECKING:
    from sfgov.model.agents.parts import Action


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
