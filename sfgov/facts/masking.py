"""Masking as files declare it. Records of the `datamask` package are custom metadata (records.py)."""

from __future__ import annotations

import msgspec

from sfgov.facts.base import Fact


class MaskedField(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One field (or wildcard) that a template masks."""

    pattern: str
    line: int
    category: str = ""
    value: str = ""


class MaskExemption(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A field that a template leaves alone on purpose. `until` is an ISO date or empty."""

    pattern: str
    line: int
    reason: str = ""
    approved_by: str = ""
    until: str = ""


class MaskingTemplate(Fact, frozen=True, kw_only=True):
    """One YAML template: what is masked on one object. `name` is the object, or `*` where it cannot be read."""

    policy: str = ""
    run_on_refresh: bool | None = None
    filter_where: str = ""
    filter_reason: str = ""
    fields: tuple[MaskedField, ...] = ()
    exempt: tuple[MaskExemption, ...] = ()
    complete: bool = True
    """False where some of it could not be read, so that a field that is not here may be masked all the same."""


class DataMaskPolicy(Fact, frozen=True, kw_only=True):
    """The shell that the Metadata API keeps of a policy: objects and fields are not in it."""

    label: str = ""
    run_on_refresh: bool | None = None
    run_frequency: str = ""
    """`once`, `daily`, `weekly`, `monthly`, or empty."""


class DataMaskExport(Fact, frozen=True, kw_only=True):
    """Rows of a Tooling query export. `name` is the file's stem."""

    rows: tuple[DataMaskRow, ...] = ()
    complete: bool = True
    """False where rows are missing: the file is cut off or holds only the first of a query's batches."""


class DataMaskRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One exported row of `DataMaskPolicy`, `DataMaskPolicyObject` or `DataMaskPolicyField`."""

    entity: str
    values: dict[str, str]
    line: int
