"""Exports of Data Mask's Tooling rows: the only place where a native policy's objects and fields are written."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from sfgov.facts import DataMaskExport
from sfgov.facts.masking import DataMaskRow
from sfgov.model.index import Index, Written
from sfgov.model.masking.statements import (
    MaskedObject,
    MaskRule,
    Origin,
    RowFilter,
    Statement,
    Unseen,
    every,
    field_of,
)
from sfgov.place import Place

_ID = re.compile(r"(01I|00N)[A-Za-z0-9]{12}([A-Za-z0-9]{3})?")
"""The id of a custom object or field, which may stand where its name is wanted."""


def exported(index: Index) -> Iterator[Statement]:
    """What exported rows say. Rows of one export are joined with those of others by their ids."""
    rows = _Rows(index)
    yield from rows.incomplete()
    yield from rows.object_statements()
    yield from rows.field_statements()
    if not rows.objects and not rows.fields:
        for row in rows.policies.values():
            yield Unseen(row.at(), f"the objects and fields of policy {row.policy_name} were not exported")


def described_policies(index: Index) -> set[str]:
    """The policies (developer names, in lower case) whose fields were exported."""
    rows = _Rows(index)
    if not rows.fields:
        return set()
    return {row.policy_name.casefold() for row in (*rows.policies.values(), *rows.objects.values())} | {
        rows.policy_of(row).casefold() for row in rows.objects.values()
    }


class _Row(msgspec.Struct, frozen=True):
    export: Written[DataMaskExport]
    row: DataMaskRow

    def get(self, *columns: str) -> str:
        """The first of these columns that has a value."""
        return next((value for column in columns if (value := self.row.values.get(column))), "")

    def key(self, column: str) -> str:
        """An id in its 15 characters: exports mix both lengths."""
        return self.get(column)[:15]

    @property
    def policy_name(self) -> str:
        return self.get("DeveloperName", "MasterLabel", "Id")

    def at(self, element: str = "") -> Place:
        return self.export.at(self.row.line, element)


class _Rows:
    """All exported rows, by what they are of."""

    def __init__(self, index: Index) -> None:
        self.exports = tuple(every(index, DataMaskExport))
        found = [_Row(export, row) for export in self.exports for row in export.fact.rows]
        self.policies = _by_id(found, "DataMaskPolicy")
        self.objects = _by_id(found, "DataMaskPolicyObject")
        self.fields = [row for row in found if row.row.entity == "DataMaskPolicyField"]

    def incomplete(self) -> Iterator[Statement]:
        for export in self.exports:
            if not export.fact.complete:
                yield Unseen(export.at(), "not all rows of this export can be read", broken=True)

    def object_statements(self) -> Iterator[Statement]:
        for row in self.objects.values():
            name, by = row.get("ObjectReference"), f"policy {self.policy_of(row)}"
            if not name or _ID.fullmatch(name):
                yield Unseen(row.at(), f"{by} names an object by its id only")
                continue
            yield MaskedObject(name, Origin.EXPORT, by, row.at(name))
            if row.get("FilterEnabled") == "true":
                where, raw = row.get("WhereCriteria"), row.get("RawFilterData")
                yield RowFilter(name, Origin.EXPORT, by, row.at(name), where, raw)
            if not self.fields:
                yield Unseen(row.at(name), f"the fields that {by} masks were not exported", name)

    def field_statements(self) -> Iterator[Statement]:
        for row in self.fields:
            parent = self.objects.get(row.key("ParentPolicyObjectId"))
            field = row.get("FieldReference")
            name = self._of_parent(row, parent, "ObjectReference") or field.rpartition(".")[0]
            policy = self._of_parent(row, parent, "ParentPolicy.DeveloperName")
            by = f"policy {policy or (self.policy_of(parent) if parent else '(unknown)')}"
            if not name or not field or _ID.fullmatch(name):
                yield Unseen(
                    row.at(field), f"{by} masks {field or 'a field'} of an object that was not exported"
                )
            elif _ID.fullmatch(field):
                yield Unseen(row.at(field), f"{by} names a field of {name} by its id only", name)
            else:
                bare = field_of(name, field)
                place = row.at(f"{name}.{bare}")
                how = " ".join(filter(None, (row.get("MaskingCategory"), row.get("MaskValue"))))
                yield MaskedObject(name, Origin.EXPORT, by, place)
                yield MaskRule(name, bare, Origin.EXPORT, by, place, how, self._rows_filter(row, parent))

    def policy_of(self, row: _Row) -> str:
        """The developer name of the policy that an object's row belongs to; its id where that is all."""
        parent = self.policies.get(row.key("ParentPolicyId"))
        return row.get("ParentPolicy.DeveloperName") or (
            parent.policy_name if parent else row.get("ParentPolicyId")
        )

    def _of_parent(self, row: _Row, parent: _Row | None, column: str) -> str:
        return row.get(f"ParentPolicyObject.{column}") or (parent.get(column) if parent else "")

    def _rows_filter(self, row: _Row, parent: _Row | None) -> str:
        if self._of_parent(row, parent, "FilterEnabled") != "true":
            return ""
        found = (self._of_parent(row, parent, column) for column in ("WhereCriteria", "RawFilterData"))
        return next(filter(None, found), "its filter matches")


def _by_id(rows: list[_Row], entity: str) -> dict[str, _Row]:
    """Rows of one entity by id; those without one, or of an id seen before, by a number."""
    found: dict[str, _Row] = {}
    for number, row in enumerate(rows):
        if row.row.entity == entity:
            found.setdefault(row.key("Id") or f"#{number}", row)
    return found
