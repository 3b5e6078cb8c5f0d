"""ACC002: who sees or changes every record, or every field, of an object with classified fields."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from sfgov import Confidence, Finding, NotChecked, Severity, check
from sfgov.check import Outcome
from sfgov.facts import CustomField, PermissionSet, PermissionSetGroup, Profile
from sfgov.model.classification import SensitiveField
from sfgov.model.grants import OBJECTS, Grant
from sfgov.model.org import Org
from sfgov.model.permissions import METADATA_KINDS, Bundle
from sfgov.place import Evidence
from sfgov.policy import Policy
from sfgov.whose import is_admin
from sfgov_checks.access.classified import classified_objects, named, why_nothing_is_classified
from sfgov_checks.access.who import answers, in_numbers, own_grants, titled
from sfgov_checks.principals import joined

_OBJECTS = 3
"""More objects of one bundle than this are one finding."""
_BUNDLES = 5
"""More bundles of one object than this are one finding."""
_FLAGS = {
    "viewAllFields": "sees all fields of",
    "modifyAllRecords": "can read, change and delete every record of",
    "viewAllRecords": "sees every record of",
}
"""The widest reach into classified fields first."""


@check(
    "ACC002",
    "object-wide-access-on-classified",
    Severity.HIGH,
    reads=(Profile, PermissionSet, PermissionSetGroup),
    against=(CustomField,),
    tags=("security", "privacy", "least-privilege"),
)
def object_wide_access_on_classified(org: Org, policy: Policy) -> Iterator[Outcome]:
    """Whole objects with classified fields are open only to those who are named as their readers.

    Three object permissions leave the finer controls behind: View All Fields shows every field, those that are added
    next year among them, whatever field permissions say; View All and Modify All reach every record, whatever sharing
    says. On an object with fields that are classified as sensitive (`complianceGroup`, `securityClassification`) they
    belong to the bundles that `classification.readers` names for it, and to administrators.

    View All and Modify All are of medium severity where the bundle itself shows none of the classified fields: with
    another one that does, they are as wide. Quiet are holders of Modify All Data (ACC001 names them). A bundle with
    many such objects, and an object with many such bundles, is one finding.

    ## Bad
    ```xml objects/Contact/fields/SSN__c.field-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>SSN__c</fullName>
        <complianceGroup>PII;HIPAA</complianceGroup>
        <label>SSN</label>
        <securityClassification>Restricted</securityClassification>
        <type>Text</type>
    </CustomField>
    ```
    ```xml permissionsets/Case_Work.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Case work</label>
        <objectPermissions>
            <allowRead>true</allowRead>
            <object>Contact</object>
            <viewAllFields>true</viewAllFields>
            <viewAllRecords>false</viewAllRecords>
        </objectPermissions>
    </PermissionSet>
    ```

    ## Good
    ```xml objects/Contact/fields/SSN__c.field-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>SSN__c</fullName>
        <complianceGroup>PII;HIPAA</complianceGroup>
        <label>SSN</label>
        <securityClassification>Restricted</securityClassification>
        <type>Text</type>
    </CustomField>
    ```
    ```yaml governance/masking/Contact.yml
    object: Contact
    run_on_refresh: true
    fields:
      SSN__c: {category: replaceRandom}
      Birthdate: {category: replaceRandom}
      Email: {category: library, value: email}
      "*Phone*": {category: library, value: phone}
      MailingStreet: {category: library, value: street}
    ```
    ```xml permissionsets/Case_Work.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Case work</label>
        <fieldPermissions>
            <editable>false</editable>
            <field>Contact.Phone</field>
            <readable>true</readable>
        </fieldPermissions>
        <objectPermissions>
            <allowRead>true</allowRead>
            <object>Contact</object>
            <viewAllFields>false</viewAllFields>
            <viewAllRecords>false</viewAllRecords>
        </objectPermissions>
    </PermissionSet>
    ```

    ## Fix
    Set the flag to false, grant the fields and share the records that the work needs. Where the bundle is meant to see
    all of the object, list it under `classification.readers`.

    ## Sources
    - https://help.salesforce.com/s/articleView?id=sf.users_profiles_object_perms.htm&type=5
    - https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/meta_permissionset.htm
    """
    objects = classified_objects(org, policy)
    if not objects:
        yield NotChecked(why_nothing_is_classified(org))
        return
    reached = _reached(org, objects)
    wide = [
        one
        for bundle in org.permissions.bundles(*METADATA_KINDS)
        if bundle in reached and answers(org, bundle, policy) and not is_admin(bundle, policy)
        for name in reached[bundle]
        for one in _wide(org, bundle, name, objects[name], policy)
    ]
    yield from _rolled_up(wide)


class _Wide(msgspec.Struct, frozen=True):
    """A bundle's reach over a whole object."""

    bundle: Bundle
    object: str
    fields: tuple[SensitiveField, ...]
    grants: tuple[Grant, ...]
    """The widest first."""
    shows: bool
    """Whether the bundle itself shows one of the fields."""

    @property
    def flag(self) -> str:
        return self.grants[0].flag

    @property
    def severity(self) -> Severity:
        return Severity.HIGH if self.shows else Severity.MEDIUM

    @property
    def evidence(self) -> list[Evidence]:
        classified = [evidence for field in self.fields[:2] for evidence in field.evidence()]
        return [*(evidence for grant in self.grants for evidence in grant.evidence), *classified]


def _reached(org: Org, objects: Iterable[str]) -> dict[Bundle, dict[str, None]]:
    """The objects that each bundle reaches as a whole, in their order; bundles that reach none are left out."""
    found: defaultdict[Bundle, dict[str, None]] = defaultdict(dict)
    for name in objects:
        for flag in _FLAGS:
            for bundle, _ in org.permissions.who_has(OBJECTS, name, flag, *METADATA_KINDS):
                found[bundle][name] = None
    return found


def _wide(
    org: Org, bundle: Bundle, name: str, fields: tuple[SensitiveField, ...], policy: Policy
) -> Iterator[_Wide]:
    readers = {
        reader.casefold()
        for listed, names in policy.classification.readers.items()
        if listed.casefold() == name.casefold()
        for reader in names
    }
    if bundle.name.casefold() in readers:
        return
    grants = [
        grant
        for flag in _FLAGS
        for grant in own_grants(org, bundle, bundle.grants(OBJECTS, name, flag), policy)
        if grant.granter.name.casefold() not in readers
    ]
    if grants:
        shows = grants[0].flag == "viewAllFields" or any(
            org.permissions.field_access(bundle, field.name, "readable").grants for field in fields
        )
        yield _Wide(bundle, name, fields, tuple(grants), shows)


def _rolled_up(wide: Sequence[_Wide]) -> Iterator[Finding]:
    by_bundle: defaultdict[Bundle, list[_Wide]] = defaultdict(list)
    for one in wide:
        by_bundle[one.bundle].append(one)
    by_object: defaultdict[str, list[_Wide]] = defaultdict(list)
    for found in by_bundle.values():
        if len(found) > _OBJECTS:
            yield _many_objects(found)
        else:
            for one in found:
                by_object[one.object].append(one)
    for found in by_object.values():
        if len(found) > _BUNDLES:
            yield _many_bundles(found)
        else:
            yield from map(_finding, found)


def _finding(one: _Wide) -> Finding:
    return Finding(
        f"{titled(one.bundle)} {_FLAGS[one.flag]} {one.object} ({one.flag}), including {named(one.fields)}.",
        at=one.grants[0].evidence[0].place,
        because=one.evidence,
        severity=one.severity,
        confidence=_confidence([one]),
        subject=one.object,
    )


def _many_objects(found: Sequence[_Wide]) -> Finding:
    """A bundle that is wide on many objects; at the widest."""
    first = _widest(found)
    names = joined([one.object for one in found])
    return Finding(
        f"{titled(first.bundle)} is granted whole objects with classified fields, {len(found)} of them: {names}.",
        at=first.grants[0].evidence[0].place,
        because=[evidence for one in found for evidence in one.grants[0].evidence],
        severity=first.severity,
        confidence=_confidence(found),
        subject=", ".join(one.object for one in found),
    )


def _many_bundles(found: Sequence[_Wide]) -> Finding:
    """An object that is open to many; at its classification."""
    first = _widest(found)
    bundles = [one.bundle for one in found]
    classified = [evidence for field in first.fields[:2] for evidence in field.evidence()]
    return Finding(
        f"{in_numbers(bundles)} are granted all of {first.object}, including {named(first.fields)}: "
        f"{joined([bundle.name for bundle in bundles])}.",
        at=msgspec.structs.replace(classified[0].place, component=f"CustomObject:{first.object}", element=""),
        because=[*classified, *(e for one in found for e in one.grants[0].evidence)],
        severity=first.severity,
        confidence=_confidence(found),
        subject="many bundles",
    )


def _widest(found: Sequence[_Wide]) -> _Wide:
    return min(found, key=lambda one: (one.severity.rank, list(_FLAGS).index(one.flag)))


def _confidence(found: Sequence[_Wide]) -> Confidence | None:
    certain = any(grant.certain for one in found for grant in one.grants)
    return None if certain else Confidence.LOW
