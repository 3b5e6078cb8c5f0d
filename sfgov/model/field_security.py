"""What decides who may read and change a field: field permissions, or nothing but access to its object."""

from __future__ import annotations

import re

import msgspec

from sfgov.facts import CustomField, CustomObject
from sfgov.model.index import Index, Written
from sfgov.model.mentions import FIELDS, Mentions
from sfgov.place import Evidence

_COMPUTED = {
    "autonumber": "is an auto-number",
    "summary": "is a roll-up summary",
}
_WITHOUT_FIELD_PERMISSIONS = ("__e", "__mdt")
"""Objects (platform events, custom metadata types) whose fields have no permissions of their own."""
_CUSTOM = re.compile(r"__(c|pc|s)$", re.IGNORECASE)
_SYSTEM = (
    "CreatedById", "CreatedDate", "Id", "IsDeleted", "LastModifiedById", "LastModifiedDate",
    "LastReferencedDate", "LastViewedDate", "SystemModstamp",
)  # fmt: skip
"""On every object: shown to whoever sees the record, set by Salesforce alone."""
_WITH_EVERY_RECORD = ("CurrencyIsoCode", "Name", "OwnerId", "RecordTypeId")
_OF_PEOPLE = ("FirstName", "LastName", "MiddleName", "Salutation", "Suffix")
_REQUIRED = {
    "case": ("Status",),
    "contact": _OF_PEOPLE,
    "contract": ("AccountId", "Status"),
    "event": ("Subject",),
    "lead": (*_OF_PEOPLE, "Company", "Status"),
    "opportunity": ("CloseDate", "ForecastCategoryName", "StageName"),
    "order": ("AccountId", "EffectiveDate", "Status"),
    "product2": ("IsActive",),
    "task": ("Priority", "Status", "Subject"),
}
"""Standard fields that profiles have no entries for: whoever sees or edits the record sees and edits them."""
_NEVER_EMPTY = frozenset(
    {
        "account.name", "contact.lastname", "lead.company", "lead.lastname", "opportunity.closedate",
        "opportunity.name", "opportunity.stagename", "user.email", "user.lastname", "user.username",
    }
)  # fmt: skip
_PART_OF_ADDRESS = re.compile(
    r"(billing|shipping|mailing|other|personmailing|personother)?"
    r"(street|city|state|statecode|postalcode|country|countrycode|latitude|longitude|geocodeaccuracy)",
    re.IGNORECASE,
)
_PART_OF_LOCATION = re.compile(r"(\w+)__(latitude|longitude)__s", re.IGNORECASE)


class FieldSecurity(msgspec.Struct, frozen=True):
    """What decides about one field."""

    name: str
    """`Object.Field`, as asked for."""
    entry: str
    """The field whose `fieldPermissions` decide: mostly itself; of a part of an address, the address."""
    by_permission: bool | None
    """Whether field permissions decide; else it comes with the object. None: no file says."""
    writable: bool = True
    """False for what Salesforce computes: nobody can change it."""
    because: tuple[Evidence, ...] = ()
    """The lines that say so."""
    says: str = ""
    """The reason in words, where the field is no ordinary one: `is required`."""

    @property
    def object(self) -> str:
        """The object's API name."""
        return self.name.partition(".")[0]


class FieldSecurities:
    """The fields of an org. Names compare without case."""

    def __init__(self, index: Index, mentions: Mentions) -> None:
        """`mentions` are the blocks of profiles and permission sets."""
        self._index = index
        self._mentions = mentions
        self._kept: dict[str, FieldSecurity] = {}

    def of(self, name: str) -> FieldSecurity:
        """What decides about a field (`Object.Field`)."""
        key = name.casefold()
        if key not in self._kept:
            self._kept[key] = self._of(name)
        return self._kept[key]

    def _of(self, name: str) -> FieldSecurity:
        object_name, _, own = name.partition(".")
        for part in self._index.parts(CustomField, name):
            if special := _special(part, name):
                return special
        if self._has_no_field_permissions(object_name):
            says = f"is of {object_name}, whose fields have no permissions of their own"
            return FieldSecurity(name, name, by_permission=False, says=says)
        entry = governing(name)
        if _CUSTOM.search(own) or self._mentions.speaks_of(FIELDS, entry):
            return FieldSecurity(name, entry, by_permission=True)
        return self._standard(name, entry)

    def _standard(self, name: str, entry: str) -> FieldSecurity:
        """A standard field that no profile or permission set has an entry for."""
        object_name, _, own = name.casefold().partition(".")
        if own in map(str.casefold, _SYSTEM):
            return FieldSecurity(
                name, name, by_permission=False, writable=False, says="is set by Salesforce alone"
            )
        if own in map(str.casefold, (*_WITH_EVERY_RECORD, *_REQUIRED.get(object_name, ()))):
            return self._name_field(name) if own == "name" else _with_object(name)
        return FieldSecurity(name, entry, by_permission=None, says="has no entry in any file here")

    def _name_field(self, name: str) -> FieldSecurity:
        for part in self._index.parts(CustomObject, name.partition(".")[0]):
            if part.fact.name_field_type.casefold() == "autonumber":
                says = "is an auto-number"
                because = (part.at_element("nameField").says(f"{name} {says}"),)
                return FieldSecurity(
                    name, name, by_permission=False, writable=False, because=because, says=says
                )
        return _with_object(name)

    def _has_no_field_permissions(self, object_name: str) -> bool:
        if object_name.casefold().endswith(_WITHOUT_FIELD_PERMISSIONS):
            return True
        return any(part.fact.custom_settings_type for part in self._index.parts(CustomObject, object_name))


def names_without_permissions(object_name: str) -> tuple[str, ...]:
    """The standard fields of an object that come with its records, by their own names."""
    return (*_SYSTEM, *_WITH_EVERY_RECORD, *_REQUIRED.get(object_name.casefold(), ()))


def is_always_required(name: str) -> bool:
    """Whether a standard field (`Contact.LastName`) is one that no record can be without."""
    return name.casefold() in _NEVER_EMPTY


def governing(name: str) -> str:
    """The field whose permissions decide about a part of it, or about its twin of a person account."""
    object_name, _, own = name.partition(".")
    if own.casefold().endswith("__pc"):
        return f"Contact.{own[:-2]}c"
    if match := _PART_OF_LOCATION.fullmatch(own):
        return f"{object_name}.{match[1]}__c"
    if match := _PART_OF_ADDRESS.fullmatch(own):
        return f"{object_name}.{match[1] or ''}Address"
    return name


def _special(written: Written[CustomField], name: str) -> FieldSecurity | None:
    """A field about which its own file decides."""
    field = written.fact
    kind = field.type.casefold()
    if field.formula or kind in _COMPUTED:
        says = "is a formula" if field.formula else _COMPUTED[kind]
        at = written.at_element("formula" if field.formula else "type")
        return FieldSecurity(
            name,
            governing(name),
            by_permission=True,
            writable=False,
            because=(at.says(f"{field.name} {says}"),),
            says=says,
        )
    if kind == "masterdetail":
        says = "is a master-detail field" + ("" if field.reparentable else ", set once with the record")
        because = (written.at_element("type").says(f"{field.name} {says}"),)
        return FieldSecurity(name, name, by_permission=False, because=because, says=says)
    if field.required:
        because = (written.at_element("required").says(f"{field.name} is required"),)
        return FieldSecurity(name, name, by_permission=False, because=because, says="is required")
    return None


def _with_object(name: str) -> FieldSecurity:
    return FieldSecurity(name, name, by_permission=False, says="comes with the record")
