"""The fields by which other systems find their records again: external Ids, and upserts by them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

import msgspec

from sfgov.facts import CustomField
from sfgov.facts.apex import Operation
from sfgov.model.apex import Apex, LinkedMethod
from sfgov.model.automation.apex_effects import record_type
from sfgov.model.index import Index, Written
from sfgov.place import Place

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_KEYS = frozenset(
    {"id", "ids", "key", "number", "nbr", "num", "no", "code", "guid", "uuid", "ref", "reference"}
)
"""Last words of the names of keys."""
_SYSTEMS = frozenset(
    {
        "crm", "dynamics", "erp", "ext", "external", "foreign", "legacy", "mdm", "netsuite", "oracle", "remote", "sap", "source",
        "unique", "upsert", "upstream", "workday",
    }
)  # fmt: skip
"""Words in them that speak of another system."""
_OF_OTHERS = frozenset(
    {
        "batch", "group", "linked", "master", "original", "parent", "record", "related", "root", "salesforce", "session", "set",
        "transaction",
    }
)  # fmt: skip
"""Words that say that the key is not the record's own."""
_BOOLEAN = re.compile(r"true|false|\w*all_?or_?no\w*", re.IGNORECASE)
_SELF_UNIQUE = ("autonumber",)


class Upsert(msgspec.Struct, frozen=True):
    """An upsert in Apex; `field` is the key that it names, empty where it goes by the records' own Ids."""

    object: str
    field: str
    method: LinkedMethod
    at: Place


class Keys:
    """External Ids by object, in lower case, with those of managed packages; and what is upserted by what."""

    def __init__(self, index: Index, apex: Apex) -> None:
        self._apex = apex
        self.by_object: dict[str, list[Written[CustomField]]] = defaultdict(list)
        self.fields: dict[str, list[Written[CustomField]]] = defaultdict(list)
        for field in index.all(CustomField):
            self.fields[field.fact.object.casefold()].append(field)
            if field.fact.external_id:
                self.by_object[field.fact.object.casefold()].append(field)

    def upserts(self) -> Iterator[Upsert]:
        """All upserts of records whose object is known, outside tests."""
        for method in self._apex.graph.methods:
            for operation in method.method.operations:
                if operation.name.casefold() == "upsert" and operation.arguments:
                    name = record_type(self._apex, method, operation.arguments[0], operation.line)
                    key = _key(operation)
                    if name and key is not None:
                        yield Upsert(name, key, method, method.at(operation))


def is_unique(field: CustomField) -> bool:
    """Whether no two records can have the same value."""
    return field.unique or field.type.casefold() in _SELF_UNIQUE


def sounds_like_key(field: str) -> bool:
    """Whether a field's name says that it holds another system's key: `ERP_Id__c`, `Legacy_Number__c`."""
    *before, last = _words(field)
    pairs = {first + second for first, second in pairwise(before)}
    return last in _KEYS and not _SYSTEMS.isdisjoint({*before, *pairs})


def may_be_key(field: str) -> bool:
    """Whether a field's name may be that of the record's own key: not of what it belongs to, is related to, or is called."""
    *before, last = _words(field)
    return last in _KEYS and _OF_OTHERS.isdisjoint(before)


def _words(field: str) -> list[str]:
    bare = re.sub(r"__c$", "", field, flags=re.IGNORECASE)
    return [word.casefold() for word in _WORD.findall(bare)] or [""]


def _key(operation: Operation) -> str | None:
    """The field that an upsert names; empty without one, None where it is computed."""
    if len(operation.arguments) < 2 or _BOOLEAN.fullmatch(operation.arguments[1].strip()):
        return ""
    field = operation.arguments[1].strip().rpartition(".")[2]
    return field if field.casefold().endswith("__c") or field.casefold() in ("id", "name") else None
