"""DAT013: declared retention that the org's own permissions and jobs do not keep."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

import msgspec

from sfgov import Confidence, Finding, NotChecked, Severity, check
from sfgov.check import Outcome
from sfgov.facts import (
    ApexClass,
    CustomObject,
    Flow,
    PermissionSet,
    PermissionSetGroup,
    Profile,
    RetentionDeclaration,
)
from sfgov.facts.apex import Operation
from sfgov.facts.governance import Retention
from sfgov.model.deletes import DeleteGuard
from sfgov.model.index import Knowledge, Written
from sfgov.model.org import Org
from sfgov.place import Place
from sfgov.policy import Policy
from sfgov.whose import listed
from sfgov_checks.data.sensitive import SHOWN, some_of
from sfgov_checks.delete.holders import Holders

_MANY = 10
"""More objects that can be deleted too early than this are one finding."""
_DATE = re.compile(r"date|(?<![a-z])(age|on|at|until|year)(?![a-z])|hold|archiv|retent|locked", re.IGNORECASE)
"""What a guard that keeps records for a time looks at."""
_OLDER = re.compile(
    r"(\w+)\s*<=?\s*(?:LAST_N_(DAYS|WEEKS|MONTHS|YEARS)|N_(DAYS|WEEKS|MONTHS|YEARS)_AGO):(\d+)", re.IGNORECASE
)
_DAYS = {"DAYS": 1, "WEEKS": 7, "MONTHS": 30, "YEARS": 365}
_FROM = re.compile(r"\bFROM\s+(\w+)", re.IGNORECASE)


@check(
    "DAT013",
    "retention-conflicts-with-delete-rights",
    Severity.HIGH,
    reads=(RetentionDeclaration,),
    against=(ApexClass, CustomObject, Flow, Profile, PermissionSet, PermissionSetGroup),
)
def retention_conflicts_with_delete_rights(org: Org, policy: Policy) -> Iterator[Outcome]:
    """What must be kept for a time cannot be deleted before, and what must go is deleted by something that exists.

    The retention declaration (`governance/retention.yml`) is held against the org:

    - an object with `min_keep` that somebody besides administrators can delete, while no live before-delete guard
      looks at the record's age or its `legal_hold_field`: high. Quiet where a guard blocks every delete, for objects
      that `delete.never` names (DEL001 checks those), and for those whom `delete.allow` names; more than ten objects are one
      finding;
    - an Apex class that selects the object's records older than fewer days than `min_keep`, and deletes: high;
    - `by:` names a class or flow that is not there, is not active, or deletes nothing: medium;
    - `min_keep` is longer than the object's history is kept (`archiveRetentionYears`): low.

    ## Bad
    ```yaml governance/retention.yml
    objects:
      Case: {min_keep: 7y, legal_hold_field: Legal_Hold__c}
    ```
    ```xml permissionsets/Support_Agent.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Support agent</label>
        <objectPermissions>
            <allowDelete>true</allowDelete>
            <allowEdit>true</allowEdit>
            <allowRead>true</allowRead>
            <object>Case</object>
        </objectPermissions>
    </PermissionSet>
    ```

    ## Good
    ```yaml governance/retention.yml
    objects:
      Case: {min_keep: 7y, legal_hold_field: Legal_Hold__c}
    ```
    ```xml permissionsets/Support_Agent.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Support agent</label>
        <objectPermissions>
            <allowDelete>false</allowDelete>
            <allowEdit>true</allowEdit>
            <allowRead>true</allowRead>
            <object>Case</object>
        </objectPermissions>
    </PermissionSet>
    ```

    ## Fix
    Take delete away, or add a before-delete flow that blocks records that are younger than the declared period or on
    legal hold.
    """
    declared = [(written, one) for written in org.all(RetentionDeclaration) for one in written.fact.objects]
    if not declared:
        yield NotChecked("the retention declaration names no object")
    early = _selections_by_age(org)
    deletable: list[Finding] = []
    for written, one in declared:
        if one.min_keep_days:
            deletable += _deletable(org, policy, written, one)
            yield from _deleted_too_early(early, written, one, one.min_keep_days)
            yield from _history(org, written, one, one.min_keep_days)
        yield from _job(org, written, one)
    yield from deletable if len(deletable) <= _MANY else [_rolled_up(deletable)]


def _deletable(
    org: Org, policy: Policy, written: Written[RetentionDeclaration], one: Retention
) -> Iterator[Finding]:
    if one.object.casefold() in {name.casefold() for name in policy.delete.never}:
        return
    found = org.permissions.who_can_delete(one.object)
    holders = Holders([pair for pair in found if not listed(pair[0], policy.delete.allow)], policy).people()
    guards = org.deletes.guards_of(one.object)
    if not holders or any(_keeps(guard, one) for guard in guards if guard.live is not False):
        return
    hold = f" or {one.legal_hold_field}" if one.legal_hold_field else ""
    yield Finding(
        f"{one.object} must be kept for {one.min_keep}, but {holders} can delete it, and nothing checks its age{hold}.",
        at=_at(written, one, "min_keep"),
        because=[
            *holders.evidence(),
            *(
                guard.at.says(f"{guard.name} does not look at the record's age")
                for guard in guards
                if guard.live
            ),
        ],
        subject=f"{one.object} deletable",
    )


def _keeps(guard: DeleteGuard, one: Retention) -> bool:
    """Whether a guard may be what keeps records for their time."""
    if guard.kind != "record":
        return guard.kind == "unconditional"
    hold = one.legal_hold_field.casefold()
    return not guard.fields or any(field == hold or _DATE.search(field) for field in guard.fields)


def _rolled_up(findings: list[Finding]) -> Finding:
    """One finding for many objects."""
    names = [one.at.element.removeprefix("objects[").partition("]")[0] for one in findings]
    return Finding(
        f"{len(names)} objects must be kept for a time, but others than administrators can delete them, and nothing checks "
        f"their age: {some_of(names)}.",
        at=findings[0].at,
        because=[evidence for one in findings[:SHOWN] for evidence in one.because[:1]],
        subject="deletable",
    )


class _Selection(msgspec.Struct, frozen=True):
    """A query of a class that deletes, for records older than so many days."""

    place: Place
    name: str
    days: int
    surely: bool
    """The method that selects also deletes."""


def _selections_by_age(org: Org) -> dict[str, list[_Selection]]:
    """By object (in lower case); a query may also be text, as batches hold it."""
    found: dict[str, list[_Selection]] = defaultdict(list)
    for written in org.all(ApexClass):
        methods = [method for entry in written.fact.types for method in entry.methods]
        deletes = [method for method in methods if any(map(_is_delete, method.operations))]
        for method in methods if deletes else ():
            for query in method.operations:
                for text in (query.text, *query.arguments):
                    older, source = _OLDER.search(text), _FROM.search(text)
                    if older and source:
                        days = int(older[4]) * _DAYS[(older[2] or older[3]).upper()]
                        place = written.at(query.line, f"{method.owner}.{method.name}", query.column)
                        one = _Selection(place, written.name, days, method in deletes)
                        found[source[1].casefold()].append(one)
    return found


def _deleted_too_early(
    early: dict[str, list[_Selection]], written: Written[RetentionDeclaration], one: Retention, least: int
) -> Iterator[Finding]:
    """One finding for each class."""
    told: set[str] = set()
    for found in early.get(one.object.casefold(), ()):
        if found.days < least and found.name not in told:
            told.add(found.name)
            yield Finding(
                f"{one.object} must be kept for {one.min_keep}, but {found.name} selects records that are older than "
                f"{found.days} days, and deletes.",
                at=found.place,
                because=[_at(written, one, "min_keep").says(f"{one.object} is kept for {one.min_keep}")],
                confidence=Confidence.HIGH if found.surely else Confidence.MEDIUM,
                subject=f"{one.object} {found.name}",
            )


def _is_delete(operation: Operation) -> bool:
    if operation.kind == "dml":
        return operation.name.casefold() == "delete"
    database = operation.receiver.casefold() == "database"
    return operation.kind == "call" and database and operation.name.casefold() in ("delete", "deleteasync")


def _history(
    org: Org, written: Written[RetentionDeclaration], one: Retention, least: int
) -> Iterator[Finding]:
    described = org.get(CustomObject, one.object)
    years = described.fact.archive_retention_years if described else None
    if described and years is not None and years * 365 < least:
        yield Finding(
            f"{one.object} must be kept for {one.min_keep}, but the history of its fields only for {years} years.",
            at=described.at_element("archiveRetentionYears"),
            because=[_at(written, one, "min_keep").says(f"{one.object} is kept for {one.min_keep}")],
            severity=Severity.LOW,
            subject=f"{one.object} history",
            fix="Raise archiveRetentionYears, which is a reminder and deletes nothing by itself.",
        )


def _job(org: Org, written: Written[RetentionDeclaration], one: Retention) -> Iterator[Finding]:
    """What is wrong with the class or flow that is to archive or delete the records."""
    kind, _, name = one.by.partition(":")
    wrong = {"apex": _wrong_with_class, "flow": _wrong_with_flow}.get(kind)
    reason = wrong(org, name) if wrong else ""
    if reason:
        kept = f"after {one.max_keep}" if one.max_keep else "in time"
        yield Finding(
            f"{one.object} is to be {'archived' if one.then == 'archive' else 'deleted'} {kept} by {name}, {reason}.",
            at=_at(written, one, "by"),
            severity=Severity.MEDIUM,
            subject=f"{one.object} by",
            fix="Name the class or flow that does it.",
        )


def _wrong_with_class(org: Org, name: str) -> str:
    if org.knowledge(ApexClass, name) is Knowledge.ABSENT:
        return "which is not among the Apex classes here"
    found = org.get(ApexClass, name)
    if found is None or found.fact.hidden:
        return ""
    operations = [o for entry in found.fact.types for method in entry.methods for o in method.operations]
    works = any(map(_is_delete, operations)) or any(operation.kind == "call" for operation in operations)
    return "" if works else "which deletes nothing"


def _wrong_with_flow(org: Org, name: str) -> str:
    versions = org.flows.versions(name)
    if not versions:
        return (
            "which is not among the flows here" if org.retrieved(Flow) and not org.index.managed(name) else ""
        )
    if all(version.live is False for version in versions):
        return "which is not active"
    nodes = {element.kind for version in versions for element in version.written.fact.elements}
    return "" if nodes & {"recordDeletes", "actionCalls", "subflows"} else "which deletes nothing"


def _at(written: Written[RetentionDeclaration], one: Retention, key: str) -> Place:
    return written.at(one.line_of(key), f"objects[{one.object}].{key}")
