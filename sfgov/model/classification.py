"""Which fields hold sensitive data, by the org's own classification."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

import msgspec

from sfgov.facts import CustomField, CustomObject, RecordType
from sfgov.model.index import Index, Written, namespace
from sfgov.place import Evidence, Place

_NOT_STORED = {
    "autonumber",
    "checkbox",
    "externallookup",
    "hierarchy",
    "indirectlookup",
    "lookup",
    "masterdetail",
    "metadatarelationship",
    "summary",
}
"""Field types (in lower case) without a value of their own, or with one that says nothing of a person."""
_SHOWN_FROM_ELSEWHERE = {
    "campaignmember": {
        "city", "companyoraccount", "country", "description", "donotcall", "email", "fax", "firstname",
        "lastname", "leadsource", "mobilephone", "name", "phone", "postalcode", "salutation", "state", "street",
        "title",
    },
    "case": {"contactemail", "contactfax", "contactmobile", "contactphone"},
}  # fmt: skip
"""Standard fields that show those of the contact or lead, and store nothing."""
_NOT_COPIED = ("__mdt", "__e", "__x", "__b")
"""Objects whose records are not data that a sandbox gets: metadata, events, external and big objects."""

STANDARD_SENSITIVE = {
    "Contact": ("Birthdate", "Email", "HomePhone", "MailingStreet", "MobilePhone", "Phone"),
    "Lead": ("Email", "MobilePhone", "Phone", "Street"),
    "Account": (
        "PersonBirthdate",
        "PersonEmail",
        "PersonHomePhone",
        "PersonMailingStreet",
        "PersonMobilePhone",
    ),
}
"""Standard fields that hold personal data in every org, whether it is classified or not. Those of Account are
person accounts' and count only where the org has such accounts."""


class SensitiveField(msgspec.Struct, frozen=True):
    """A stored field that is classified as sensitive, or is one of the standard ones that always are."""

    object: str
    field: str
    groups: tuple[str, ...] = ()
    """The sensitive ones of its `complianceGroup`."""
    level: str = ""
    """Its `securityClassification`, where that is a sensitive one."""
    written: Written[CustomField] | None = None
    """Where its classification is written; None for a standard field without one."""

    @property
    def name(self) -> str:
        """`Object.Field`."""
        return f"{self.object}.{self.field}"

    @property
    def classification(self) -> str:
        """As a reader would say it: `Restricted, PII, HIPAA`."""
        return ", ".join(filter(None, (self.level, *self.groups)))

    @property
    def is_picklist(self) -> bool:
        """Whether it holds one or more of a fixed set of values: Data Mask cannot mask such a field."""
        return self.written is not None and "picklist" in self.written.fact.type.casefold()

    @property
    def may_be_default(self) -> bool:
        """Whether it may be that nobody decided on it.

        Salesforce fills in the classification of standard fields by itself where an org lets it
        (`enableDefaultMetadataValues` of its privacy settings), with this level and no group.
        """
        if self.written is None or _stated(self.written.fact.compliance_group):
            return False
        return self.level.casefold() == "confidential" and "__" not in self.field

    def evidence(self) -> tuple[Evidence, ...]:
        """The lines that classify it."""
        if self.written is None:
            return ()
        found = []
        if self.level:
            found.append((self._at("securityClassification"), f"{self.name} is {self.level}"))
        if self.groups:
            found.append((self._at("complianceGroup"), f"{self.name} is in {', '.join(self.groups)}"))
        return tuple(place.says(says) for place, says in sorted(found))

    @property
    def place(self) -> Place | None:
        """The first line that classifies it."""
        evidence = self.evidence()
        return evidence[0].place if evidence else None

    def _at(self, element: str) -> Place:
        assert self.written is not None  # noqa: S101  only asked for classified fields
        return self.written.at_element(element)


class Sensitivity(msgspec.Struct, frozen=True):
    """Which classification values are sensitive, and which fields (`Object.Field`, wildcards) never are."""

    groups: tuple[str, ...]
    levels: tuple[str, ...]
    ignored: tuple[str, ...] = ()

    def of(self, written: Written[CustomField]) -> SensitiveField | None:
        """The field as a sensitive one, or None."""
        field = written.fact
        if not (field.compliance_group or field.security_classification):
            return None  # as nearly all fields, at a glance
        if not is_stored(field) or not _is_own(field.object, field.field) or self.ignores(field.name):
            return None
        groups = tuple(
            filter(None, (_known(part, self.groups) for part in field.compliance_group.split(";")))
        )
        level = _known(field.security_classification, self.levels)
        return SensitiveField(field.object, field.field, groups, level, written) if groups or level else None

    def ignores(self, name: str) -> bool:
        """Whether the field (`Object.Field`) is to be left out."""
        return any(fnmatchcase(name.casefold(), pattern.casefold()) for pattern in self.ignored)


def is_classified(field: CustomField) -> bool:
    """Whether the field carries any classification, sensitive or not. The literal `None` is none."""
    return any(_stated(value) for value in (field.compliance_group, field.security_classification))


def is_stored(field: CustomField) -> bool:
    """Whether the field keeps a value of its own that could be masked. Standard fields do not state their type."""
    shown = field.field.casefold() in _SHOWN_FROM_ELSEWHERE.get(field.object.casefold(), ())
    return not (field.formula or shown) and field.type.casefold() not in _NOT_STORED


def classified_fields(index: Index, sensitivity: Sensitivity) -> Iterator[SensitiveField]:
    """The org's own stored fields that are classified as sensitive, by name; those of custom settings are not."""
    for first in index.all(CustomField):
        parts = map(sensitivity.of, index.parts(CustomField, first.name))
        found = next(filter(None, parts), None)
        if found is None:
            continue
        parent = index.get(CustomObject, first.fact.object)
        if not (parent and parent.fact.custom_settings_type):
            yield found


def standard_fields(index: Index, sensitivity: Sensitivity) -> Iterator[SensitiveField]:
    """The standard sensitive fields that are not classified as such, by name."""
    for name, fields in sorted(STANDARD_SENSITIVE.items()):
        if name == "Account" and not has_person_accounts(index):
            continue
        for field in fields:
            written = index.parts(CustomField, f"{name}.{field}")
            if not any(map(sensitivity.of, written)) and not sensitivity.ignores(f"{name}.{field}"):
                yield SensitiveField(name, field)


def has_person_accounts(index: Index) -> bool:
    """Whether something in the files shows that person accounts are in use."""
    return (
        index.get(CustomObject, "PersonAccount") is not None
        or any(record_type.name.startswith("PersonAccount.") for record_type in index.all(RecordType))
        or any(field.name.endswith("__pc") for field in index.all(CustomField))
    )


def _is_own(object_name: str, field: str) -> bool:
    """Not a managed package's, and of an object whose records are data."""
    if object_name.casefold().endswith(_NOT_COPIED) or namespace(field):
        return False
    return not namespace(object_name) or "__" in field


def _stated(value: str) -> str:
    text = value.strip()
    return "" if text.casefold() == "none" else text


def _known(value: str, known: Sequence[str]) -> str:
    """The value as the field states it, where it is one of the known ones."""
    text = _stated(value)
    return text if text.casefold() in {one.casefold() for one in known} else ""
