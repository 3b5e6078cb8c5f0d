"""DAT010: classified fields that outsiders, or too many people, can read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from sfgov import Finding, NotChecked, Severity, check
from sfgov.check import Outcome
from sfgov.facts import CustomField, FieldRestrictionRule, PermissionSet, PermissionSetGroup, Profile
from sfgov.model.classification import SensitiveField, classified_fields
from sfgov.model.grants import Answer
from sfgov.model.index import Written
from sfgov.model.org import Org
from sfgov.model.permissions import Bundle
from sfgov.place import Evidence, Place
from sfgov.policy import Policy
from sfgov.whose import classes_of, is_admin
from sfgov_checks.access.who import is_members_only, is_own_admin, titled
from sfgov_checks.data.sensitive import is_restricted, sensitivity
from sfgov_checks.principals import counted, joined

_PROVEN = 3
"""The granting lines of so many readers become evidence."""
_OUTSIDE = ("guest", "external", "agent")
_WHO = {"guest": "visitors without a login", "external": "external users", "agent": "an AI agent"}


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many may read a classified field."""

    max_readers: int = 5
    """So many profiles and permission sets, administrators' and integrations' not counted."""


class _Read(msgspec.Struct, frozen=True):
    """A field, and those of its readers that a finding is about."""

    field: SensitiveField
    readers: tuple[tuple[Bundle, Answer], ...]

    @property
    def names(self) -> list[str]:
        return [titled(bundle) for bundle, _ in self.readers]


@check(
    "DAT010",
    "classified-field-broad-visibility",
    Severity.HIGH,
    reads=(Profile, PermissionSet, PermissionSetGroup),
    against=(CustomField, FieldRestrictionRule),
    tags=("security", "privacy", "least-privilege"),
    options=Options,
)
def classified_field_broad_visibility(org: Org, policy: Policy, options: Options) -> Iterator[Outcome]:
    """Classified fields are read by few, and by nobody outside the company.

    Who reads a field is what profiles and permission sets grant (the field itself, View All Fields of its object, or
    of all objects) together with read access to the object; required fields have no permissions of their own and are
    read by whoever reads the object. Reported, one finding for each object:

    - fields that guests, external users or AI agents can read: high for guests and for restricted fields, else
      medium. A rule of the org's (FieldRestrictionRule) that hides the field lowers it by one;
    - fields that more than `max_readers` profiles and permission sets can read: high for restricted fields, else
      medium.

    Not counted are administrators, integrations, those whom `classification.readers` names for the object, and groups:
    their sets count themselves, unless `delete.members_only` says that a set is never assigned directly. A profile
    that was retrieved without an entry for the field grants nothing here.

    ## Bad
    ```xml objects/Contact/fields/SSN__c.field-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>SSN__c</fullName>
        <complianceGroup>PII</complianceGroup>
        <label>SSN</label>
        <securityClassification>Restricted</securityClassification>
        <type>Text</type>
    </CustomField>
    ```
    ```xml profiles/Customer.profile-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Profile xmlns="http://soap.sforce.com/2006/04/metadata">
        <fieldPermissions>
            <editable>false</editable>
            <field>Contact.SSN__c</field>
            <readable>true</readable>
        </fieldPermissions>
        <objectPermissions>
            <allowRead>true</allowRead>
            <object>Contact</object>
        </objectPermissions>
        <userLicense>Customer Community</userLicense>
    </Profile>
    ```

    ## Good
    ```xml objects/Contact/fields/SSN__c.field-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>SSN__c</fullName>
        <complianceGroup>PII</complianceGroup>
        <label>SSN</label>
        <securityClassification>Restricted</securityClassification>
        <type>Text</type>
    </CustomField>
    ```
    ```yaml governance/masking/Contact.yml
    object: Contact
    fields:
      SSN__c: {category: replaceRandom}
      Email: {category: library, value: email}
      "*Phone": {category: library, value: phone}
      MailingStreet: {category: library, value: street}
      Birthdate: {category: delete}
    ```
    ```xml profiles/Customer.profile-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Profile xmlns="http://soap.sforce.com/2006/04/metadata">
        <fieldPermissions>
            <editable>false</editable>
            <field>Contact.SSN__c</field>
            <readable>false</readable>
        </fieldPermissions>
        <objectPermissions>
            <allowRead>true</allowRead>
            <object>Contact</object>
        </objectPermissions>
        <userLicense>Customer Community</userLicense>
    </Profile>
    ```

    ## Fix
    Take read access to the field out of the profiles and permission sets that do not need it, and grant it by one
    permission set; name that one under `classification.readers`.

    ## Sources
    - https://help.salesforce.com/s/articleView?id=sf.admin_fls.htm&type=5
    """
    found: dict[str, list[_Read]] = defaultdict(list)
    for field in classified_fields(org.index, sensitivity(policy)):
        found[field.object].append(_Read(field, tuple(_readers(org, policy, field))))
    if not found:
        yield NotChecked("no field here is classified as sensitive")
    for name, fields in found.items():
        outside = _narrowed(fields, lambda bundle: _outside(bundle, policy) != "")
        if outside:
            yield _to_outsiders(org, name, outside, policy)
        people = _narrowed(fields, lambda bundle: _is_peoples(bundle, policy))
        many = [one for one in people if len(one.readers) > options.max_readers]
        if many:
            yield _to_many(name, many, policy, options)


def _readers(org: Org, policy: Policy, field: SensitiveField) -> Iterator[tuple[Bundle, Answer]]:
    """Who certainly reads it and counts: no administrators, nobody whom the policy names as a reader."""
    allowed = _allowed(policy.classification.readers, field.object)
    for bundle, answer in org.permissions.who_can_access_field(field.name, "readable"):
        through_group = bundle.kind == "PermissionSetGroup" and any(
            is_members_only(one, policy) for one in bundle.granters
        )
        counts = bundle.kind != "PermissionSetGroup" or through_group
        excused = is_admin(bundle, policy) or is_own_admin(bundle, policy) or is_members_only(bundle, policy)
        if answer and counts and not excused and bundle.name.casefold() not in allowed:
            yield bundle, answer


def _allowed(readers: Mapping[str, Sequence[str]], name: str) -> set[str]:
    return {
        one.casefold() for key, names in readers.items() if key.casefold() == name.casefold() for one in names
    }


def _outside(bundle: Bundle, policy: Policy) -> str:
    """Which of the outsiders it is; empty for the company's own people and integrations."""
    classes = classes_of(bundle, policy)
    return next((one for one in _OUTSIDE if one in classes), "")


def _is_peoples(bundle: Bundle, policy: Policy) -> bool:
    return not classes_of(bundle, policy) & {*_OUTSIDE, "integration"} and "integration" not in bundle.classes


def _narrowed(fields: list[_Read], wanted: Callable[[Bundle], bool]) -> list[_Read]:
    """The fields with those readers only, fields without any left out; the most read first."""
    narrowed = [_Read(one.field, tuple(pair for pair in one.readers if wanted(pair[0]))) for one in fields]
    return [one for one in narrowed if one.readers]


def _to_outsiders(org: Org, name: str, fields: list[_Read], policy: Policy) -> Finding:
    fields.sort(key=lambda one: not is_restricted(one.field, policy.classification))
    bundles = {titled(bundle): bundle for one in fields for bundle, _ in one.readers}
    kinds = [kind for kind in _OUTSIDE if any(_outside(b, policy) == kind for b in bundles.values())]
    grave = "guest" in kinds or is_restricted(fields[0].field, policy.classification)
    rules = [_hiding_rule(org, one.field) for one in fields]
    evidence = _evidence(fields[0])
    severity = Severity.HIGH if grave else Severity.MEDIUM
    if all(rules):
        severity = Severity.MEDIUM if grave else Severity.LOW
        evidence += [
            rule.at_element("classification").says(f"{rule.name} hides it from some")
            for rule in rules[:1]
            if rule
        ]
    editable = [
        titled(bundle)
        for one in fields
        for bundle, _ in one.readers
        if org.permissions.field_access(bundle, one.field.name, "editable")
    ]
    also = (
        f" {joined(list(dict.fromkeys(editable)))} can change {'it' if len(fields) == 1 else 'some of them'} as well."
        if editable
        else ""
    )
    return Finding(
        f"{_named(name, fields)} can be read by {joined([_WHO[kind] for kind in kinds])}: {joined(list(bundles))}.{also}",
        at=_place(name, fields),
        because=evidence,
        severity=severity,
        subject="outsiders",
    )


def _to_many(name: str, fields: list[_Read], policy: Policy, options: Options) -> Finding:
    fields.sort(key=lambda one: (not is_restricted(one.field, policy.classification), -len(one.readers)))
    most = max(len(one.readers) for one in fields)
    grave = is_restricted(fields[0].field, policy.classification)
    bundles = "profiles and permission sets"
    return Finding(
        f"{_named(name, fields)} can be read by {'' if len(fields) == 1 else 'up to '}{most} {bundles}, more than "
        f"{options.max_readers}: {joined(fields[0].names)}.",
        at=_place(name, fields),
        because=_evidence(fields[0]),
        severity=Severity.HIGH if grave else Severity.MEDIUM,
        subject="many readers",
    )


def _hiding_rule(org: Org, field: SensitiveField) -> Written[FieldRestrictionRule] | None:
    """A rule that hides fields of this classification on this object."""
    has = {field.level.casefold(), *(group.casefold() for group in field.groups)} - {""}
    for rule in org.all(FieldRestrictionRule):
        hidden = {one.casefold() for one in rule.fact.classification}
        same = rule.fact.target_entity.casefold() == field.object.casefold()
        if rule.fact.active > 0 and same and has & hidden:
            return rule
    return None


def _named(name: str, fields: list[_Read]) -> str:
    first = fields[0].field
    said = f"{first.name} ({first.classification})"
    return (
        said
        if len(fields) == 1
        else f"{said} and {counted(len(fields) - 1, 'more classified field')} of {name}"
    )


def _place(name: str, fields: list[_Read]) -> Place:
    place = fields[0].field.place
    assert place is not None  # noqa: S101  classified fields say where
    return msgspec.structs.replace(place, component=f"CustomObject:{name}", element="")


def _evidence(one: _Read) -> list[Evidence]:
    grants = [evidence for _, answer in one.readers[:_PROVEN] for evidence in answer.grants[0].evidence]
    return list(dict.fromkeys((*one.field.evidence(), *grants)))
