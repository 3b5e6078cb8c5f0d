"""Why it matters that an object's records stay: what the policy, the classification and the name say of it."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property

import msgspec

from sfgov.config import Config
from sfgov.facts import CustomObject
from sfgov.model.classification import SensitiveField, Sensitivity, classified_fields
from sfgov.model.index import namespace
from sfgov.model.org import Org
from sfgov.place import Evidence, Place

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_JOURNAL = re.compile(
    r"(invoice|payment|order|contract|audit|log|transaction|journal|ledger)s?", re.IGNORECASE
)


class Stake(msgspec.Struct, frozen=True):
    """One reason why an object's records should stay."""

    because: str
    """To be put after the object's name: `is never deleted, says the policy`."""
    evidence: tuple[Evidence, ...] = ()
    declared: bool = True
    """Whether somebody has said so; else the name suggests it."""


class Stakes:
    """What is at stake with each object, the gravest reason first."""

    def __init__(self, org: Org, config: Config) -> None:
        self._org = org
        self._config = config
        self._delete = config.policy.delete

    def of(self, name: str) -> Stake | None:
        """Why this object's records should stay; None where nothing says so."""
        return self.declared(name) or (None if namespace(name) else _by_name(name))

    def declared(self, name: str) -> Stake | None:
        """Why, as far as the policy, the classification or a history retention policy says so."""
        return self.in_policy(name) or self._by_classification(name) or self._by_retention(name)

    def in_policy(self, name: str) -> Stake | None:
        """Why, as far as `delete.never` or `delete.conditional` names it."""
        for never in self._delete.never:
            if never.casefold() == name.casefold():
                return Stake("is never deleted, says the policy", (self._says("never", never),))
        for conditional, condition in self._delete.conditional.items():
            if conditional.casefold() == name.casefold():
                because = f"is not deleted when {condition.unless}, says the policy"
                return Stake(because, (self._says("conditional", conditional),))
        return None

    def objects_with_declared(self) -> tuple[str, ...]:
        """Every object that the policy or the classification makes matter, by name."""
        named = [*self._delete.never, *self._delete.conditional, *self._sensitive_objects]
        return tuple(sorted({name.casefold(): name for name in reversed(named)}.values(), key=str.casefold))

    def _says(self, list_: str, name: str) -> Evidence:
        keys = ("delete", list_, name)
        place = Place(self._config.path, self._config.line_of(*keys), f"CustomObject:{name}", ".".join(keys))
        return place.says(f"the policy names {name} under delete.{list_}")

    def _by_classification(self, name: str) -> Stake | None:
        fields = self._sensitive.get(name.casefold(), ())
        if not fields:
            return None
        first = fields[0]
        more = f" and {len(fields) - 1} more" if len(fields) > 1 else ""
        return Stake(f"holds {first.field} ({first.classification}){more}", first.evidence())

    def _by_retention(self, name: str) -> Stake | None:
        found = self._org.get(CustomObject, name)
        if found is None or found.fact.archive_after_months is None:
            return None
        place = found.at_element("archiveAfterMonths")
        return Stake("has a history retention policy", (place.says(f"the history of {name} is kept"),))

    @cached_property
    def _sensitive(self) -> dict[str, list[SensitiveField]]:
        terms = self._config.policy.classification
        sensitivity = Sensitivity(terms.sensitive_groups, terms.sensitive_levels, terms.ignore_fields)
        found: dict[str, list[SensitiveField]] = defaultdict(list)
        for field in classified_fields(self._org.index, sensitivity):
            found[field.object.casefold()].append(field)
        return found

    @property
    def _sensitive_objects(self) -> list[str]:
        return [fields[0].object for fields in self._sensitive.values()]


def _by_name(name: str) -> Stake | None:
    """Of the org's own objects: a package's author has decided for theirs."""
    words = _WORD.findall(name.removesuffix("__c"))
    journal = any(map(_JOURNAL.fullmatch, words))
    return Stake("looks like a journal by its name", declared=False) if journal else None
