"""DAT015: sensitive objects that the declarations of retention and backup forget."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from fnmatch import fnmatchcase

from sfgov import Confidence, Finding, NotChecked, Severity, check
from sfgov.check import Outcome
from sfgov.facts import BackupDeclaration, CustomField, RetentionDeclaration
from sfgov.model.classification import classified_fields
from sfgov.model.index import Written
from sfgov.model.org import Org
from sfgov.place import Evidence
from sfgov.policy import Policy
from sfgov_checks.data.sensitive import SHOWN, sensitivity, some_of

_TEST_EVERY = datetime.timedelta(days=366)


@check(
    "DAT015",
    "lifecycle-declaration-gap",
    Severity.LOW,
    reads=(RetentionDeclaration, BackupDeclaration),
    against=(CustomField,),
    confidence=Confidence.MEDIUM,
    controls=("SBS-DATA-003",),
)
def lifecycle_declaration_gap(org: Org, policy: Policy) -> Iterator[Outcome]:
    """Objects with classified fields have a declared retention, and are part of a backup that was restored.

    Where somebody has begun to declare how long records are kept (`governance/retention.yml`) or what is backed up
    (`governance/backup.yml`), the declaration is held against the objects that have fields classified as sensitive:
    those that are missing from it are one finding. So is a restore test that is more than a year old. Without these
    files nothing is checked: nobody has said that they are kept here.

    ## Bad
    ```yaml governance/retention.yml
    objects:
      Case: {min_keep: 7y}
    ```
    ```xml objects/Claim__c/fields/Diagnosis__c.field-meta.xml
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>Diagnosis__c</fullName>
        <complianceGroup>PHI</complianceGroup>
        <type>Text</type>
    </CustomField>
    ```

    ## Good
    ```yaml governance/retention.yml
    objects:
      Claim__c: {min_keep: 10y}
    ```
    ```xml objects/Claim__c/fields/Diagnosis__c.field-meta.xml
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>Diagnosis__c</fullName>
        <complianceGroup>PHI</complianceGroup>
        <type>Text</type>
    </CustomField>
    ```
    ```yaml governance/masking/Claim__c.yml
    object: Claim__c
    fields:
      Diagnosis__c: {category: delete}
    ```

    ## Fix
    Declare how long the objects' records are kept, and include them in the backup.
    """
    proofs: dict[str, Evidence] = {}
    for field in classified_fields(org.index, sensitivity(policy)):
        proofs.setdefault(field.object, field.evidence()[0])
    if not proofs:
        yield NotChecked("no field here is classified as sensitive")
    for retention in org.all(RetentionDeclaration):
        declared = {one.object.casefold() for one in retention.fact.objects}
        missing = [name for name in proofs if name.casefold() not in declared]
        if missing and retention.fact.complete:
            yield Finding(
                f"{_objects(missing)} but not declared in {_file(retention.path)}: {some_of(missing)}.",
                at=retention.at(),
                because=[proofs[name] for name in missing[:SHOWN]],
                subject="retention",
            )
    for backup in org.all(BackupDeclaration):
        yield from _backup(org, backup, proofs)


def _backup(org: Org, backup: Written[BackupDeclaration], proofs: dict[str, Evidence]) -> Iterator[Finding]:
    fact = backup.fact
    missing = [name for name in proofs if not _is_backed_up(fact, name)]
    if missing and fact.include and fact.complete:
        yield Finding(
            f"{_objects(missing)} but not part of the backup that {_file(backup.path)} declares: {some_of(missing)}.",
            at=backup.at_element("exclude" if "exclude" in fact.lines else "include"),
            because=[proofs[name] for name in missing[:SHOWN]],
            subject="backup",
        )
    if fact.restore_test and datetime.date.fromisoformat(fact.restore_test) < org.today - _TEST_EVERY:
        yield Finding(
            f"The last restore test was on {fact.restore_test}, more than a year ago.",
            at=backup.at_element("restore_test"),
            confidence=Confidence.HIGH,
            subject="restore test",
            fix="Restore a backup into a sandbox, and write down the day.",
        )


def _is_backed_up(backup: BackupDeclaration, name: str) -> bool:
    included, excluded = (
        any(fnmatchcase(name.casefold(), pattern.casefold()) for pattern in patterns)
        for patterns in (backup.include, backup.exclude)
    )
    return included and not excluded


def _objects(names: list[str]) -> str:
    if len(names) == 1:
        return "1 object has fields that are classified as sensitive"
    return f"{len(names)} objects have fields that are classified as sensitive"


def _file(path: str) -> str:
    return path.rpartition("/")[2]
