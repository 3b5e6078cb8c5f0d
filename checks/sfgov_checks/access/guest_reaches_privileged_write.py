"""ACC004: what people who are not logged in can change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from sfgov import Confidence, Finding, NotChecked, Severity, check
from sfgov.check import Outcome, Ruleset
from sfgov.facts import CustomSite, PermissionSet, PermissionSetGroup, Profile
from sfgov.model.grants import OBJECTS, Grant
from sfgov.model.org import Org
from sfgov.model.permissions import METADATA_KINDS, Bundle
from sfgov.policy import Policy
from sfgov_checks.access.who import answers, classes_of, own_grants, titled
from sfgov_checks.principals import joined

_EVIDENCE = 10
"""How many granting lines become evidence."""


@check(
    "ACC004",
    "guest-reaches-privileged-write",
    Severity.CRITICAL,
    reads=(Profile, PermissionSet, PermissionSetGroup),
    against=(CustomSite,),
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

    Guest profiles are those with a guest licence and those that a site names as its guest profile. Each is one finding
    for what it should not hold.

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
    for bundle in guests:
        held = [one for one in _held(org, bundle, policy) if not one.allowed]
        grave = [one for one in held if one.right is not _CREATE]
        if grave:
            yield _finding(bundle, grave, Severity.HIGH)
        elif held and policy.guest.allowed_writes:
            yield _finding(bundle, held, Severity.MEDIUM)


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
