"""Masking of which the files hold only that it exists: policies' shells, and the package without its records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sfgov.facts import (
    CustomField,
    CustomMetadata,
    CustomObject,
    DataMaskPolicy,
    InstalledPackage,
    MaskingTemplate,
)
from sfgov.model.index import Index, namespace
from sfgov.model.masking.exports import described_policies
from sfgov.model.masking.records import RecordColumns
from sfgov.model.masking.statements import Statement, Unseen, every

_PACKAGE = "datamask"


def shells(index: Index, columns: Sequence[RecordColumns]) -> Iterator[Statement]:
    """Policies that no export and no template describes, and packages and types whose records are not here."""
    described = described_policies(index) | {w.fact.policy.casefold() for w in every(index, MaskingTemplate)}
    for policy in index.all(DataMaskPolicy):
        if policy.name.casefold() not in described:
            yield Unseen(policy.at(), f"the objects and fields of policy {policy.name} are not in the files")
    types = {record.fact.type_name.casefold() for record in index.all(CustomMetadata)}
    if not types & {f"{_PACKAGE}__masking_object", f"{_PACKAGE}__masking_field"}:
        yield from _package(index)
    for mapped in columns:
        if mapped.type.removesuffix("__mdt").casefold() not in types:
            yield from _missing_type(index, mapped)


def _package(index: Index) -> Iterator[Statement]:
    """The package says of itself that it is installed, or its objects or fields on them were retrieved."""
    reason = "the Data Mask package is installed, but what it masks is not in the files"
    installed = index.get(InstalledPackage, _PACKAGE)
    if installed:
        yield Unseen(installed.at(), reason)
        return
    for found in (*index.all(CustomObject), *index.all(CustomField)):
        if namespace(found.name.partition(".")[0]).casefold() == _PACKAGE:
            yield Unseen(found.at(), reason)
            return


def _missing_type(index: Index, mapped: RecordColumns) -> Iterator[Statement]:
    """Only where the type itself is there: otherwise nothing in the files could be pointed at."""
    found = index.get(CustomObject, mapped.type)
    if found:
        yield Unseen(found.at(), f"no record of {mapped.type} is in the files")
