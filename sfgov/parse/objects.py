"""Objects, fields, record types and validation rules, in either format.

In the source format each is a file of its own; in the mdapi format the object's file holds them all. What
comes out is the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from sfgov.facts import (
    CustomField,
    CustomObject,
    Fact,
    GlobalValueSet,
    RecordType,
    StandardValueSet,
    ValidationRule,
)
from sfgov.parse.filters import list_view
from sfgov.parse.xml import Element
from sfgov.project.source import SourceFile

_OBJECT_SCALARS = (
    "label",
    "sharingModel",
    "externalSharingModel",
    "deploymentStatus",
    "customSettingsType",
    "publishBehavior",
    "enableHistory",
)
_FIELD_SCALARS = (
    "type",
    "label",
    "referenceTo",
    "relationshipName",
    "deleteConstraint",
    "complianceGroup",
    "securityClassification",
    "businessStatus",
    "encryptionScheme",
    "formula",
    "summaryOperation",
    "defaultValue",
    "length",
    "required",
    "reparentableMasterDetail",
    "unique",
    "externalId",
    "trackHistory",
)


def read_object(root: Element, source: SourceFile) -> Iterator[Fact]:
    """An object's settings and, in the mdapi format, what hangs on it."""
    retention = root.first("historyRetentionPolicy")
    name_field = root.first("nameField")
    yield CustomObject(
        name=source.name,
        line=root.line,
        lines=root.lines(*_OBJECT_SCALARS)
        | (retention.lines("archiveAfterMonths", "archiveRetentionYears") if retention else {})
        | ({"nameField": name_field.line} if name_field else {}),
        label=root.get("label"),
        sharing_model=root.get("sharingModel"),
        external_sharing_model=root.get("externalSharingModel"),
        deployment_status=root.get("deploymentStatus"),
        custom_settings_type=root.get("customSettingsType"),
        publish_behavior=root.get("publishBehavior"),
        name_field_type=name_field.get("type") if name_field else "",
        enable_history=root.flag("enableHistory") or False,
        archive_after_months=_number(retention, "archiveAfterMonths") if retention else None,
        archive_retention_years=_number(retention, "archiveRetentionYears") if retention else None,
    )
    for tag, read in _INLINE.items():
        for block in root.all(tag):
            if name := block.get("fullName"):
                yield read(block, f"{source.name}.{name}")


def _field(block: Element, name: str) -> CustomField:
    value_set = block.first("valueSet")
    return CustomField(
        name=name,
        line=block.line,
        lines=block.lines(*_FIELD_SCALARS) | (value_set.lines("valueSetName") if value_set else {}),
        type=block.get("type"),
        label=block.get("label"),
        reference_to=tuple(child.text for child in block.all("referenceTo") if child.text),
        relationship_name=block.get("relationshipName"),
        delete_constraint=block.get("deleteConstraint"),
        compliance_group=block.get("complianceGroup"),
        security_classification=block.get("securityClassification"),
        business_status=block.get("businessStatus"),
        encryption_scheme=block.get("encryptionScheme"),
        formula=block.get("formula"),
        summary_operation=block.get("summaryOperation"),
        default_value=block.get("defaultValue"),
        length=_number(block, "length"),
        required=block.flag("required") or False,
        reparentable=block.flag("reparentableMasterDetail") or False,
        unique=block.flag("unique") or False,
        external_id=block.flag("externalId") or False,
        track_history=block.flag("trackHistory") or False,
        picklist_values=tuple(_active_values(block)),
        value_set_name=value_set.get("valueSetName") if value_set else "",
        restricted=value_set.flag("restricted") is True if value_set else False,
    )


def _record_type(block: Element, name: str) -> RecordType:
    return RecordType(
        name=name,
        line=block.line,
        lines=block.lines("label", "active"),
        label=block.get("label"),
        active=block.flag("active") is not False,
    )


def _validation_rule(block: Element, name: str) -> ValidationRule:
    return ValidationRule(
        name=name,
        line=block.line,
        lines=block.lines("active", "errorConditionFormula", "errorMessage"),
        active=block.flag("active") is not False,
        formula=block.get("errorConditionFormula"),
        message=block.get("errorMessage"),
    )


_INLINE: dict[str, Callable[[Element, str], Fact]] = {
    "fields": _field,
    "listViews": list_view,
    "recordTypes": _record_type,
    "validationRules": _validation_rule,
}


def read_value_set(root: Element, source: SourceFile) -> Iterator[Fact]:
    """A global or standard value set."""
    kind = GlobalValueSet if root.tag == "GlobalValueSet" else StandardValueSet
    values = (*root.all("customValue"), *root.all("standardValue"))
    active = dict.fromkeys(_active(values))
    rest = tuple(name for value in values if (name := value.get("fullName")) and name not in active)
    yield kind(name=source.name, line=root.line, values=tuple(active), inactive=rest)


def _own_file(read: Callable[[Element, str], Fact]) -> Callable[[Element, SourceFile], Iterable[Fact]]:
    return lambda root, source: (read(root, source.name),)


READERS: dict[str, Callable[[Element, SourceFile], Iterable[Fact]]] = {
    "CustomObject": read_object,
    "CustomField": _own_file(_field),
    "RecordType": _own_file(_record_type),
    "ValidationRule": _own_file(_validation_rule),
    "GlobalValueSet": read_value_set,
    "StandardValueSet": read_value_set,
}


def _active_values(block: Element) -> Iterator[str]:
    return _active(value for holder in block.children for value in _values(holder))


def _active(values: Iterable[Element]) -> Iterator[str]:
    return (
        value.get("fullName")
        for value in values
        if value.flag("isActive") is not False and value.get("fullName")
    )


def _values(holder: Element) -> Iterable[Element]:
    if holder.tag == "valueSet":
        definition = holder.first("valueSetDefinition")
        return definition.all("value") if definition else ()
    # `picklist` is what API versions before 38 wrote.
    return holder.all("picklistValues") if holder.tag == "picklist" else ()


def _number(block: Element, tag: str) -> int | None:
    text = block.get(tag)
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None
