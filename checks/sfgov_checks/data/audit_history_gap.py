"""DAT011: restricted fields whose changes leave no trace."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from sfgov import Finding, Severity, check
from sfgov.facts import CustomField, CustomObject, RetentionDeclaration
from sfgov.model.classification import SensitiveField, classified_fields, is_stored
from sfgov.model.index import Written
from sfgov.model.org import Org
from sfgov.place import Evidence
from sfgov.policy import Policy
from sfgov_checks.data.sensitive import SHOWN, is_restricted, sensitivity, some_of
from sfgov_checks.principals import counted

_WITHOUT_AUDIT_TRAIL = 20
"""So many fields of an object can be tracked without Field Audit Trail."""
_NOT_KEPT = {"html", "longtextarea", "multiselectpicklist"}
"""Types of which the history holds no values."""


class _Important(msgspec.Struct, frozen=True):
    field: Written[CustomField]
    why: str
    evidence: tuple[Evidence, ...] = ()


@check(
    "DAT011",
    "audit-history-gap",
    Severity.MEDIUM,
    reads=(CustomField, CustomObject),
    against=(RetentionDeclaration,),
    controls=("SBS-DATA-004",),
)
def audit_history_gap(org: Org, policy: Policy) -> Iterator[Finding]:
    """Changes of restricted fields, and of those that another system masters, are kept in the field history.

    Reported, one finding for each object: fields of a restricted level, in the groups PHI or PCI, or named in
    `systems.master_of`, whose file says `trackHistory` false on an object that keeps a history, or whose object's
    file says `enableHistory` false. Files that say nothing of it are left out, and so are long text areas, whose
    history holds no values.

    Where the org uses Field Audit Trail (some object has a `historyRetentionPolicy`), objects that must be kept by
    the retention declaration and track fields, but have no such policy, are reported; and a policy whose
    `archiveAfterMonths` is not between 1 and 18. More than 20 tracked custom fields without a policy are low.

    ## Bad
    ```xml objects/Claim__c/Claim__c.object-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <CustomObject xmlns="http://soap.sforce.com/2006/04/metadata">
        <deploymentStatus>Deployed</deploymentStatus>
        <enableHistory>true</enableHistory>
        <label>Claim</label>
    </CustomObject>
    ```
    ```xml objects/Claim__c/fields/Diagnosis__c.field-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>Diagnosis__c</fullName>
        <complianceGroup>PHI</complianceGroup>
        <label>Diagnosis</label>
        <length>200</length>
        <trackHistory>false</trackHistory>
        <type>Text</type>
    </CustomField>
    ```

    ## Good
    ```xml objects/Claim__c/Claim__c.object-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <CustomObject xmlns="http://soap.sforce.com/2006/04/metadata">
        <deploymentStatus>Deployed</deploymentStatus>
        <enableHistory>true</enableHistory>
        <label>Claim</label>
        <sharingModel>Private</sharingModel>
    </CustomObject>
    ```
    ```xml objects/Claim__c/fields/Diagnosis__c.field-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>Diagnosis__c</fullName>
        <complianceGroup>PHI</complianceGroup>
        <label>Diagnosis</label>
        <length>200</length>
        <trackHistory>true</trackHistory>
        <type>Text</type>
    </CustomField>
    ```
    ```yaml governance/masking/Claim__c.yml
    object: Claim__c
    fields:
      Diagnosis__c: {category: delete}
    ```

    ## Fix
    Switch on field history for the object, and track the field.

    ## Sources
    - https://help.salesforce.com/s/articleView?id=sf.tracking_field_history.htm&type=5
    """
    important: dict[str, list[_Important]] = defaultdict(list)
    for one in (*_restricted(org, policy), *_mastered(org, policy)):
        if one.field.name not in {other.field.name for other in important[one.field.fact.object]}:
            important[one.field.fact.object].append(one)
    for name, fields in sorted(important.items()):
        yield from _untracked(org, name, fields)
    yield from _audit_trail(org)


def _restricted(org: Org, policy: Policy) -> Iterator[_Important]:
    for field in classified_fields(org.index, sensitivity(policy)):
        if field.written and is_restricted(field, policy.classification):
            yield _Important(field.written, _classification(field), field.evidence())


def _classification(field: SensitiveField) -> str:
    return f"is {field.classification}"


def _mastered(org: Org, policy: Policy) -> Iterator[_Important]:
    for system in policy.systems:
        wanted = {
            f"{name}.{field}".casefold()
            for name, fields in system.master_of.items()
            for field in fields
            if field != "*"
        }
        for field in org.all(CustomField):
            if field.name.casefold() in wanted and is_stored(field.fact):
                yield _Important(field, f"is mastered by {system.name}")


def _untracked(org: Org, name: str, fields: list[_Important]) -> Iterator[Finding]:
    described = next(
        (part for part in org.parts(CustomObject, name) if "enableHistory" in part.fact.lines), None
    )
    if described is None:
        return
    kept = [one for one in fields if one.field.fact.type.casefold() not in _NOT_KEPT]
    off = [one for one in kept if "trackHistory" in one.field.fact.lines and not one.field.fact.track_history]
    if described.fact.enable_history and off:
        yield Finding(
            f"{name} keeps a history, but not of {counted(len(off), 'field')} that must be traceable: {_named(off)}.",
            at=msgspec.structs.replace(
                off[0].field.at_element("trackHistory"), component=f"CustomObject:{name}"
            ),
            because=[evidence for one in off[:SHOWN] for evidence in one.evidence],
            subject="untracked",
        )
    elif not described.fact.enable_history and kept:
        yield Finding(
            f"{name} keeps no history of its {counted(len(kept), 'field')} that must be traceable: {_named(kept)}.",
            at=described.at_element("enableHistory"),
            because=[evidence for one in kept[:SHOWN] for evidence in one.evidence],
            subject="untracked",
        )


def _named(fields: list[_Important]) -> str:
    return some_of([f"{one.field.fact.field} ({one.why.removeprefix('is ')})" for one in fields])


def _audit_trail(org: Org) -> Iterator[Finding]:
    """Objects whose history is too long, or kept too short, without a policy that fits."""
    policies = [one for one in org.all(CustomObject) if one.fact.archive_after_months is not None]
    for one in policies:
        months = one.fact.archive_after_months or 0
        if not 1 <= months <= 18:
            yield Finding(
                f"The history of {one.name} is to be archived after {months} months; Salesforce takes 1 to 18.",
                at=one.at_element("archiveAfterMonths"),
                subject="archiveAfterMonths",
                fix="Set archiveAfterMonths to a number from 1 to 18.",
            )
    tracked: dict[str, list[Written[CustomField]]] = defaultdict(list)
    for field in org.all(CustomField):
        if field.fact.track_history and field.fact.field.casefold().endswith("__c"):
            tracked[field.fact.object.casefold()].append(field)
    must_keep = {
        one.object.casefold(): written.at(one.line_of("min_keep"), f"objects[{one.object}].min_keep").says(
            f"{one.object} is kept for {one.min_keep}"
        )
        for written in org.all(RetentionDeclaration)
        for one in written.fact.objects
        if one.min_keep_days
    }
    for one in org.all(CustomObject):
        fields = tracked[one.name.casefold()]
        if one.fact.archive_after_months is not None or not fields:
            continue
        kept = must_keep.get(one.name.casefold())
        if kept and policies:
            yield _without_policy(one, fields, Severity.MEDIUM, [kept], "and is to be kept")
        elif len(fields) > _WITHOUT_AUDIT_TRAIL:
            yield _without_policy(
                one, fields, Severity.LOW, [], "more than can be tracked without Field Audit Trail"
            )


def _without_policy(
    one: Written[CustomObject],
    fields: list[Written[CustomField]],
    severity: Severity,
    because: list[Evidence],
    why: str,
) -> Finding:
    return Finding(
        f"{one.name} tracks {counted(len(fields), 'custom field')}, {why}, but has no history retention policy.",
        at=one.at_element("enableHistory"),
        because=because,
        severity=severity,
        subject="no history retention policy",
        fix="Add a historyRetentionPolicy to the object.",
    )
