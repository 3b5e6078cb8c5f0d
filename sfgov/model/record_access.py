"""Who can read or edit an object's records, or one field of them, and which records: one picture per question."""

from __future__ import annotations

from typing import Literal

import msgspec

from sfgov.facts import CustomField, CustomObject, PermissionSet, Profile
from sfgov.model.classification import STANDARD_SENSITIVE
from sfgov.model.field_security import FieldSecurity, names_without_permissions
from sfgov.model.grants import FIELDS, OBJECTS, USER, Answer, Grant, Held, given_by
from sfgov.model.org import Org
from sfgov.model.permissions import Bundle, Kind
from sfgov.model.sharing import Sharing, SharingDefault
from sfgov.place import Evidence

Verb = Literal["read", "edit"]
KINDS: tuple[Kind, ...] = ("Profile", "PermissionSet", "PermissionSetGroup", "Persona")
_ON_OBJECT = {"read": "allowRead", "edit": "allowEdit"}
_ON_FIELD = {"read": "readable", "edit": "editable"}
_WHOLE = ("viewAllRecords", "modifyAllRecords", "enabled")
"""Grants that reach every record, whatever sharing says; `enabled` is that of a user permission."""


class Access(msgspec.Struct, frozen=True):
    """What lets one bundle read or edit. The grants are the ones that count most."""

    bundle: Bundle
    on_object: Grant
    on_field: Grant | None
    """None where no field was asked for, or where it comes with the object."""
    doubt: str
    """Why it is not certain; empty where it is."""

    @property
    def whole(self) -> bool:
        """Whether it reaches every record, whatever sharing says."""
        return self.on_object.flag in _WHOLE

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The lines that grant it: the field's, then the object's."""
        chains = (*(self.on_field.evidence if self.on_field else ()), *self.on_object.evidence)
        return tuple(dict.fromkeys(chains))


class AccessPicture(msgspec.Struct, frozen=True):
    """Everything about reading or editing one object's records, or one field."""

    verb: Verb
    object: str
    field: FieldSecurity | None
    encrypted: Evidence | None
    """Where the field is said to be shown in clear only to those with View Encrypted Data."""
    holders: tuple[Access, ...]
    permissions_known: bool
    """Whether the tree has any profile or permission set."""
    has_object_permissions: bool
    """False for settings and custom metadata, whose readers have other switches."""
    mentioned: bool
    """Whether any profile or permission set has an entry for the object."""
    shared: bool
    """Whether sharing decides about its records."""
    internal: SharingDefault | None
    external: SharingDefault | None
    guest_rules: tuple[Evidence, ...]
    not_known: tuple[Bundle, ...]
    """Bundles of which something that could grant it is not in the tree."""
    silent: tuple[Bundle, ...]
    """Profiles that say nothing of it: what was not retrieved with a profile is not denied by it."""

    @property
    def writable(self) -> bool:
        """False where the field is one that Salesforce computes or sets."""
        return self.field is None or self.field.writable


def access_picture(org: Org, verb: Verb, object_name: str, field_name: str = "") -> AccessPicture:
    """The picture of one object, or of one field. Personas come after the bundles that they are made of."""
    field = org.permissions.field(f"{object_name}.{field_name}") if field_name else None
    question = _Question(org, verb, object_name, field)
    found = [(bundle, question.of(bundle)) for bundle in org.permissions.bundles(*KINDS)]
    sharing = Sharing(org.index)
    return AccessPicture(
        verb=verb,
        object=object_name,
        field=field,
        encrypted=_encrypted(org, field),
        holders=tuple(one for _, one in found if isinstance(one, Access)),
        permissions_known=org.retrieved(Profile) or org.retrieved(PermissionSet),
        has_object_permissions=not question.setting,
        mentioned=org.permissions.mentions_object(object_name),
        shared=not question.setting and not object_name.casefold().endswith(("__e", "__b", "__x")),
        internal=sharing.default(object_name, "sharingModel"),
        external=sharing.default(object_name, "externalSharingModel"),
        guest_rules=tuple(
            at.says(f"{rule} shares {object_name} with guests")
            for rule, at in sharing.guest_rules(object_name)
        ),
        not_known=tuple(bundle for bundle, one in found if one is Held.UNKNOWN),
        silent=tuple(bundle for bundle, one in found if one is Held.NO and question.silent(bundle)),
    )


class _Question:
    """One verb on one object or field, asked of each bundle."""

    def __init__(self, org: Org, verb: Verb, object_name: str, field: FieldSecurity | None) -> None:
        self._org = org
        self._verb = verb
        self._object = object_name
        self._field = field
        self.setting = _setting_switch(org, object_name)

    def of(self, bundle: Bundle) -> Access | Held:
        """How the bundle can; else whether it perhaps can."""
        needed = self._on_object(bundle)
        if needed.held is Held.NO or (self._verb == "edit" and self._field and not self._field.writable):
            return Held.NO
        if self._field is None or self._field.by_permission is False:
            return (
                Access(bundle, _best(needed, self._verb), None, _doubt(needed))
                if needed.grants
                else Held.UNKNOWN
            )
        flag = _ON_FIELD[self._verb]
        answer = bundle.field_permissions(self._field.entry, flag, self._object)
        if not answer.grants and self._field.by_permission is None and needed.grants:
            return Access(bundle, _best(needed, self._verb), None, "field not known")
        if answer.held is Held.NO:
            return Held.NO
        if not (needed.grants and answer.grants):
            return Held.UNKNOWN
        doubt = _doubt(needed) or _doubt(answer)
        return Access(bundle, _best(needed, self._verb), _exactest(answer, flag), doubt)

    def silent(self, bundle: Bundle) -> bool:
        """Whether a profile that does not grant it has no entry that would say so."""
        if bundle.kind != "Profile" or self.setting:
            return False
        if self._field and self._verb == "edit" and not self._field.writable:
            return False
        if self._field and self._on_object(bundle):
            return not bundle.entries(FIELDS, self._field.entry)
        return not bundle.entries(OBJECTS, self._object)

    def _on_object(self, bundle: Bundle) -> Answer:
        if not self.setting:
            return bundle.object_access(self._object, _ON_OBJECT[self._verb])
        by_setting = (
            bundle.has(self.setting, self._object) if self._verb == "read" else Answer((), partial=False)
        )
        everything = bundle.user_permission("CustomizeApplication")
        return Answer(by_setting.grants + everything.grants, by_setting.partial or everything.partial)


def _setting_switch(org: Org, object_name: str) -> str:
    """The element that opens a custom setting or a custom metadata type; empty for an object with records."""
    if object_name.casefold().endswith("__mdt"):
        return "customMetadataTypeAccesses"
    parts = org.parts(CustomObject, object_name)
    return "customSettingAccesses" if any(part.fact.custom_settings_type for part in parts) else ""


def _best(answer: Answer, verb: Verb) -> Grant:
    """The widest grant; a certain one counts before a wider one, and the exact one before those that bring it along."""
    flags = given_by(_ON_OBJECT[verb])

    def rank(grant: Grant) -> tuple[bool, int, int]:
        width = 2 if grant.kind == USER else 1 if grant.flag in _WHOLE else 0
        return not grant.certain, -width, flags.index(grant.flag) if grant.flag in flags else 0

    return min(answer.grants, key=rank)


def _exactest(answer: Answer, flag: str) -> Grant:
    return min(answer.grants, key=lambda grant: (not grant.certain, grant.flag != flag, grant.kind == USER))


def _doubt(answer: Answer) -> str:
    return "" if answer else "unless muted"


def _encrypted(org: Org, field: FieldSecurity | None) -> Evidence | None:
    """The line that makes a field an encrypted text (classic encryption), shown in clear only to some."""
    for part in org.parts(CustomField, field.name) if field else ():
        if part.fact.type.casefold() == "encryptedtext":
            return part.at_element("type").says(f"{part.name} is an encrypted text")
    return None


def known_fields(org: Org, object_name: str) -> tuple[str, ...]:
    """The fields (their own names) that a file of the tree speaks of, and some standard ones that each org has."""
    prefix = f"{object_name.casefold()}."
    written = (one.fact.field for one in org.all(CustomField) if one.name.casefold().startswith(prefix))
    standard = (*names_without_permissions(object_name), *STANDARD_SENSITIVE.get(object_name, ()))
    names = [*written, *org.permissions.mentioned_fields(object_name), *standard]
    return tuple(sorted({name.casefold(): name for name in reversed(names)}.values(), key=str.casefold))
