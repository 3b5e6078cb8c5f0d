"""ACC004: what people who are not logged in can change."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from sfgov import Confidence, Finding, NotChecked, Severity, check
from sfgov.check import Outcome, Ruleset
from sfgov.facts import ApexClass, CustomSite, Flow, PermissionSet, PermissionSetGroup, Profile
from sfgov.model.classification import SensitiveField
from sfgov.model.grants import OBJECTS, Grant
from sfgov.model.org import Org
from sfgov.model.permissions import METADATA_KINDS, Bundle
from sfgov.model.privileged import Privileged, PrivilegedWork
from sfgov.policy import Policy
from sfgov.whose import classes_of
from sfgov_checks.access.classified import classified_objects
from sfgov_checks.access.who import answers, own_grants, titled
from sfgov_checks.principals import joined

_EVIDENCE = 10
"""How many granting lines become evidence."""
_PROVEN = 3
"""How many flows or classes are proven in full."""


@check(
    "ACC004",
    "guest-reaches-privileged-write",
    Severity.CRITICAL,
    reads=(Profile, PermissionSet, PermissionSetGroup),
    against=(CustomSite, Flow, ApexClass),
    ruleset=Ruleset.MINIMAL,
    tags=("security", "guest"),
    controls=("SBS-CPORTAL-002",),
)
def guest_reaches_privileged_write(org: Org, policy: Policy) -> Iterator[Outcome]:
    """People who are not logged in change nothing but what the policy allows them.

    A site's guest profile is what the whole internet may do. Editing, deleting, View All and Modify All have no place in
    it: Salesforce itself no longer gives them to guests, and where an older profile still lists them, nobody has looked
    at it since. Creating records is what forms are for; where the policy says what guests may write
    (`guest.allowed_writes`), creating anything else is a finding, too, of medium severity.

    Worse is what guests can run. A flow in system context without sharing, and Apex in system mode (code saved before API
    version 67, unless it says otherwise), ask for no permission of the user. So a guest profile's access to a flow, or to
    a class with Lightning, REST, SOAP or remote action methods, is critical where that comes to writing what the guest
    may not write, or to reading classified fields. Quiet is what `guest.allowed_writes` allows, what the profile's own
    object permissions allow, and code that asks for permissions itself. Visualforce controllers are not looked at.

    Guest profiles are those with a guest licence and those that a site names as its guest profile. Each is one finding
    for what it holds, one for its flows and one for its classes.

    ## Bad
    ```xml profiles/Help Center Profile.profile-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Profile xmlns="http://soap.sforce.com/2006/04/metadata">
        <custom>true</custom>
        <objectPermissions>
            <allowCreate>true</allowCreate>
            <allowDelete>false</allowDelete>
            <allowEdit>true</allowEdit>
            <allowRead>true</allowRead>
            <modifyAllRecords>false</modifyAllRecords>
            <object>Case</object>
            <viewAllRecords>false</viewAllRecords>
        </objectPermissions>
        <userLicense>Guest User License</userLicense>
    </Profile>
    ```

    ## Good
    ```yaml sfgov.yml
    guest:
      allowed_writes: {Case: [create]}
    ```
    ```xml profiles/Help Center Profile.profile-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Profile xmlns="http://soap.sforce.com/2006/04/metadata">
        <custom>true</custom>
        <objectPermissions>
            <allowCreate>true</allowCreate>
            <allowDelete>false</allowDelete>
            <allowEdit>false</allowEdit>
            <allowRead>true</allowRead>
            <modifyAllRecords>false</modifyAllRecords>
            <object>Case</object>
            <viewAllRecords>false</viewAllRecords>
        </objectPermissions>
        <userLicense>Guest User License</userLicense>
    </Profile>
    ```

    ## Fix
    Set these permissions to false. Where a form must change a record, let it go through code that decides for itself
    what may be changed, and allow it under `guest.allowed_writes`.

    ## Sources
    - https://help.salesforce.com/s/articleView?id=sf.networks_guest_policies_timelines.htm&type=5
    - https://help.salesforce.com/s/articleView?id=sf.networks_secure_guest_user_sharing.htm&type=5
    """
    guests = [
        bundle
        for bundle in org.permissions.bundles(*METADATA_KINDS)
        if "guest" in classes_of(bundle, policy) and answers(org, bundle, policy) and not bundle.standard
    ]
    if not guests:
        yield NotChecked("no guest profile was retrieved")
    privileged = PrivilegedWork(org.flows, org.apex)
    for bundle in guests:
        held = [one for one in _held(org, bundle, policy) if not one.allowed]
        grave = [one for one in held if one.right is not _CREATE]
        if grave:
            yield _finding(bundle, grave, Severity.HIGH)
        elif held and policy.guest.allowed_writes:
            yield _finding(bundle, held, Severity.MEDIUM)
        for kind in ("flowAccesses", "classAccesses"):
            reached = list(_reached(org, bundle, kind, policy, privileged))
            if reached:
                yield _running(bundle, kind, reached)


class _Right(msgspec.Struct, frozen=True):
    """An object permission in a guest's hands. `write` is what `guest.allowed_writes` calls it."""

    flag: str
    words: str
    write: str = ""


_CREATE = _Right("allowCreate", "create", "create")
_RIGHTS = (
    _Right("modifyAllRecords", "change and delete every record of"),
    _Right("viewAllRecords", "see every record of"),
    _Right("allowDelete", "delete", "delete"),
    _Right("allowEdit", "edit", "edit"),
    _CREATE,
)
"""The gravest first."""


class _Held(msgspec.Struct, frozen=True):
    object: str
    right: _Right
    grant: Grant
    allowed: bool


def _held(org: Org, bundle: Bundle, policy: Policy) -> Iterator[_Held]:
    """What a guest bundle holds on objects: of what includes the other, the wider only."""
    allowed = {name.casefold(): writes for name, writes in policy.guest.allowed_writes.items()}
    for name in _objects(bundle):
        covered: set[str] = set()
        for right in _RIGHTS:
            grants = own_grants(org, bundle, bundle.grants(OBJECTS, name, right.flag), policy)
            if grants and right.flag not in covered:
                covered.update(_COVERS.get(right.flag, ()))
                yield _Held(name, right, grants[0], right.write in allowed.get(name.casefold(), ()))


_COVERS = {
    "modifyAllRecords": ("viewAllRecords", "allowDelete", "allowEdit"),
    "allowDelete": ("allowEdit",),
}


def _objects(bundle: Bundle) -> list[str]:
    names = (
        permission.object
        for granter in bundle.granters
        for file in granter.files
        for permission in file.written.fact.objects
    )
    return sorted({name.casefold(): name for name in names}.values())


def _finding(bundle: Bundle, held: Sequence[_Held], severity: Severity) -> Finding:
    by_right: defaultdict[_Right, list[_Held]] = defaultdict(list)
    for one in held:
        by_right[one.right].append(one)
    ordered = [one for right in _RIGHTS for one in by_right.get(right, ())]
    return Finding(
        f"{titled(bundle)} lets people who are not logged in {_can(by_right)}.",
        at=ordered[0].grant.evidence[0].place,
        because=[evidence for one in ordered[:_EVIDENCE] for evidence in one.grant.evidence],
        severity=severity,
        confidence=None if any(one.grant.certain for one in held) else Confidence.LOW,
        subject=", ".join(f"{one.right.flag} {one.object}" for one in ordered),
    )


def _can(by_right: Mapping[_Right, Sequence[_Held]]) -> str:
    """`delete Case, and edit Case and Contact`."""
    parts = [
        f"{right.words} {joined([one.object for one in by_right[right]])}"
        for right in _RIGHTS
        if right in by_right
    ]
    return ", and ".join(parts)


class _Reached(msgspec.Struct, frozen=True):
    """A flow or class that guests can run, and what it does beyond their rights; the gravest first."""

    name: str
    grant: Grant
    work: tuple[Privileged, ...]


def _reached(
    org: Org, bundle: Bundle, kind: str, policy: Policy, privileged: PrivilegedWork
) -> Iterator[_Reached]:
    """What a guest bundle may run that goes beyond its rights, by name."""
    classified = {name.casefold(): fields for name, fields in classified_objects(org, policy).items()}
    of = privileged.of_flow if kind == "flowAccesses" else privileged.of_class
    for name in _accessible(bundle, kind):
        grants = own_grants(org, bundle, bundle.grants(kind, name), policy)
        work = [one for one in of(name) if grants and _is_beyond(org, bundle, one, policy, classified)]
        if work:
            yield _Reached(name, grants[0], tuple(sorted(work, key=lambda one: _GRAVITY.index(one.act))))


_GRAVITY = ("delete", "edit", "create", "read")
_FLAGS = {"create": "allowCreate", "edit": "allowEdit", "delete": "allowDelete"}


def _accessible(bundle: Bundle, kind: str) -> list[str]:
    names = (
        access.name
        for granter in bundle.granters
        for file in granter.files
        for access in file.written.fact.accesses
        if access.kind == kind and access.enabled > 0
    )
    return sorted({name.casefold(): name for name in names}.values())


def _is_beyond(
    org: Org,
    bundle: Bundle,
    work: Privileged,
    policy: Policy,
    classified: Mapping[str, Sequence[SensitiveField]],
) -> bool:
    """Whether it writes what the guest may not write, or reads classified fields that the guest may not read."""
    if work.act == "read":
        fields = classified.get(work.object.casefold(), ())
        return any(
            _reads(work, field) and not org.permissions.field_access(bundle, field.name, "readable")
            for field in fields
        )
    allowed = {name.casefold(): writes for name, writes in policy.guest.allowed_writes.items()}
    if work.act in allowed.get(work.object.casefold(), ()):
        return False
    return not bundle.object_access(work.object, _FLAGS[work.act])


def _reads(work: Privileged, field: SensitiveField) -> bool:
    """Whether a query selects the field. What a flow's lookup brings back is not known."""
    selected = re.split(r"\bFROM\b", work.text, maxsplit=1, flags=re.IGNORECASE)[0]
    return re.search(rf"\b{re.escape(field.field)}\b", selected, re.IGNORECASE) is not None


def _running(bundle: Bundle, kind: str, reached: Sequence[_Reached]) -> Finding:
    """What guests can run, as one finding, at the gravest."""
    ordered = sorted(reached, key=lambda one: (_GRAVITY.index(one.work[0].act), one.name.casefold()))
    first, *others = ordered
    what, how = ("flow", "in system context") if kind == "flowAccesses" else ("Apex class", "in system mode")
    more = (
        f" So {'does' if len(others) == 1 else 'do'} {joined([one.name for one in others])}."
        if others
        else ""
    )
    return Finding(
        f"{titled(bundle)} lets people who are not logged in run the {what} {first.name}, which {_does(first)} {how}.{more}",
        at=first.grant.evidence[0].place,
        because=[e for one in ordered[:_PROVEN] for e in (*one.grant.evidence, *one.work[0].evidence)],
        fix=f"Take the {what} out of {bundle.name}, let it work in user mode, or allow what it writes under "
        "guest.allowed_writes.",
        confidence=_running_confidence(ordered),
        subject=f"{kind}: {', '.join(sorted(one.name for one in ordered))}",
    )


def _does(reached: _Reached) -> str:
    """`deletes Case and edits Contact and Lead`."""
    by_act: defaultdict[str, list[str]] = defaultdict(list)
    for one in reached.work:
        if one.object not in by_act[one.act]:
            by_act[one.act].append(one.object)
    return " and ".join(f"{act}s {joined(by_act[act])}" for act in _GRAVITY if by_act[act])


def _running_confidence(reached: Sequence[_Reached]) -> Confidence | None:
    """Medium where the API version of the code is not known, or where nobody knows what is done with what is read."""
    certain = [one for one in reached if one.grant.certain]
    if not certain:
        return Confidence.LOW
    return (
        None if any(one.work[0].sure and one.work[0].act != "read" for one in certain) else Confidence.MEDIUM
    )
