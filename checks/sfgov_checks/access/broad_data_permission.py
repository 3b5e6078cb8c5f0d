"""ACC001: who, besides the administrators, holds permissions over everything."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from sfgov import Confidence, Finding, Severity, check
from sfgov.check import Outcome, Ruleset
from sfgov.facts import CustomField, PermissionSet, PermissionSetGroup, Profile
from sfgov.model.grants import Answer
from sfgov.model.org import Org
from sfgov.model.permissions import METADATA_KINDS, Bundle, Group
from sfgov.policy import Policy
from sfgov.whose import classes_of
from sfgov_checks.access.broad import LOGIN, Broad, broad_permissions
from sfgov_checks.access.who import MACHINES, OUTSIDE, answers, in_numbers, own_grants, titled
from sfgov_checks.principals import joined


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What this check takes as normal."""

    allowed: tuple[str, ...] = ()
    """User permissions that any bundle may grant."""
    widely_held: int = 10
    """A permission of medium severity that more bundles than this hold is one finding."""


@check(
    "ACC001",
    "broad-data-permission",
    Severity.CRITICAL,
    reads=(Profile, PermissionSet, PermissionSetGroup),
    against=(CustomField,),
    ruleset=Ruleset.MINIMAL,
    tags=("security", "least-privilege"),
    options=Options,
    controls=("SBS-ACS-003", "SBS-ACS-004", "SBS-ACS-006", "SBS-ACS-008"),
)
def broad_data_permission(org: Org, policy: Policy, options: Options) -> Iterator[Outcome]:
    """Permissions over all data, all metadata or all users belong to the administrators alone.

    Some user permissions reach far beyond one job. Modify All Data overrides object permissions, sharing and every
    control that is written as a permission; who may write Apex, customise the application or change permission sets
    can give themselves anything. The profile `Admin` holds them by design, and so do the bundles that
    `principals.admin` lists. Everybody else's are reported, one finding for each profile, permission set and group.

    Critical are ModifyAllData, AuthorApex, CustomizeApplication, ModifyMetadata and ManageProfilesPermissionsets; high
    are ManageUsers, AssignPermissionSets, ManageSharing, ViewAllData, ViewAllFieldsGlobal, QueryAllFiles,
    ManageEncryptionKeys and the two that let unreviewed apps in; medium are DataExport, BulkApiHardDelete,
    ManageDataMaskPolicies, ViewEncryptedData, ResetPasswords and two that weaken logins. In the hands of guests,
    external users, integrations and agents they weigh one step more; in a bundle that is called an administrator's,
    or in a permission set that is active for a session only, one step less.

    A group is judged by what is left after its muting set, and mentioned where its sets are not findings themselves:
    sets of a package, sets that `principals.admin` lists, and those that `delete.members_only` says are never assigned
    directly. Quiet are the profiles that Salesforce made, which nobody can change, and ViewEncryptedData where no
    field has the type that it is about. A permission of medium severity that many bundles hold is one finding.

    ## Bad
    ```xml permissionsets/Sales_Operations.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Sales operations</label>
        <userPermissions>
            <enabled>true</enabled>
            <name>ModifyAllData</name>
        </userPermissions>
        <userPermissions>
            <enabled>true</enabled>
            <name>ViewAllData</name>
        </userPermissions>
    </PermissionSet>
    ```

    ## Good
    ```xml permissionsets/Sales_Operations.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Sales operations</label>
        <objectPermissions>
            <allowCreate>true</allowCreate>
            <allowDelete>false</allowDelete>
            <allowEdit>true</allowEdit>
            <allowRead>true</allowRead>
            <modifyAllRecords>false</modifyAllRecords>
            <object>Opportunity</object>
            <viewAllRecords>true</viewAllRecords>
        </objectPermissions>
    </PermissionSet>
    ```
    ```xml profiles/Admin.profile-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Profile xmlns="http://soap.sforce.com/2006/04/metadata">
        <custom>false</custom>
        <userLicense>Salesforce</userLicense>
        <userPermissions>
            <enabled>true</enabled>
            <name>ModifyAllData</name>
        </userPermissions>
    </Profile>
    ```

    ## Fix
    Take the permissions away and grant what the work needs on the objects that it concerns. Where the bundle is an
    administrator's, list it under `principals.admin`; where only a group must lose a permission, mute it there.

    ## Sources
    - https://help.salesforce.com/s/articleView?id=sf.users_profiles_view_all_mod_all.htm&type=5
    - https://help.salesforce.com/s/articleView?id=platform.perm_set_groups_muting.htm&type=5
    - https://docs.securitybenchmark.org/controls-at-a-glance.html
    """
    allowed = {name.casefold() for name in options.allowed}
    encrypted = _has_encrypted_text(org)
    held = [
        one
        for bundle in org.permissions.bundles(*METADATA_KINDS)
        if not bundle.standard and answers(org, bundle, policy)
        for one in _held(org, bundle, policy)
        if one.broad.name.casefold() not in allowed and (encrypted or one.broad.name != "ViewEncryptedData")
    ]
    number = Counter(one.broad.name for one in held)
    common = {one.broad.name for one in held if number[one.broad.name] > options.widely_held and one.is_mild}
    by_bundle: dict[Bundle, list[_Held]] = {}
    for one in held:
        if one.broad.name in common:
            continue
        by_bundle.setdefault(one.bundle, []).append(one)
    for found in by_bundle.values():
        yield _finding(found)
    for name in sorted(common):
        yield _common(org, [one for one in held if one.broad.name == name])


class _Held(msgspec.Struct, frozen=True):
    """A broad permission of a bundle."""

    bundle: Bundle
    broad: Broad
    answer: Answer
    severity: Severity

    @property
    def is_mild(self) -> bool:
        return self.broad.severity is Severity.MEDIUM


def _held(org: Org, bundle: Bundle, policy: Policy) -> Iterator[_Held]:
    """The broad permissions of a bundle that are its own to answer for."""
    classes = classes_of(bundle, policy)
    for broad, answer in broad_permissions(bundle):
        if broad.name in LOGIN and classes & (MACHINES | {"guest"}):
            continue
        grants = own_grants(org, bundle, answer.grants, policy)
        if grants:
            severity = _severity(bundle, broad, classes)
            yield _Held(bundle, broad, Answer(grants, answer.partial), severity)


_ADMINISTRATOR = re.compile(r"admin(istrat\w*)?s?", re.IGNORECASE)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def _severity(bundle: Bundle, broad: Broad, classes: frozenset[str]) -> Severity:
    severities = list(Severity)
    rank = broad.severity.rank
    if broad.name not in LOGIN and classes & (OUTSIDE | MACHINES):
        rank -= 1
    elif rank == 0 and any(map(_ADMINISTRATOR.fullmatch, _WORD.findall(bundle.name))):
        rank += 1
    if _for_a_session(bundle):
        rank += 1
    return severities[max(rank, 0)]


def _for_a_session(bundle: Bundle) -> bool:
    """Whether what it grants holds only while a user has activated it."""
    return any(
        isinstance(w.fact, PermissionSet | PermissionSetGroup) and w.fact.has_activation_required
        for w in bundle.written
    )


def _has_encrypted_text(org: Org) -> bool:
    """Whether a field has the type that View Encrypted Data is about, or no field was retrieved."""
    if not org.retrieved(CustomField):
        return True
    return any(field.fact.type.casefold() == "encryptedtext" for field in org.all(CustomField))


def _finding(found: Sequence[_Held]) -> Finding:
    """What one bundle holds; the first is the gravest."""
    first, *others = found
    bundle = first.bundle
    also = f" It also grants {joined([one.broad.name for one in others])}." if others else ""
    evidence = [e for one in found for grant in one.answer.grants for e in grant.evidence]
    return Finding(
        f"{titled(bundle)} grants {first.broad.name}{_by_way_of(first)}: its users can {first.broad.lets}.{also}",
        at=first.answer.grants[0].evidence[0].place,
        because=list(dict.fromkeys(evidence)),
        fix=_fix(first, len(found)),
        severity=min((one.severity for one in found), key=lambda severity: severity.rank),
        confidence=None if any(one.answer for one in found) else Confidence.LOW,
        subject=", ".join(sorted(one.broad.name for one in found)),
    )


def _by_way_of(held: _Held) -> str:
    """For a group: the sets that bring the permission."""
    if not isinstance(held.bundle, Group):
        return ""
    sets = joined(list(dict.fromkeys(grant.granter.name for grant in held.answer.grants)))
    if held.answer:
        return f" (from {sets}, and not muted)"
    return f" (from {sets}, unless {joined(held.bundle.unknown_mutes)}, which is not here, mutes it)"


def _fix(first: _Held, number: int) -> str:
    what = first.broad.name if number == 1 else "them"
    name = first.bundle.name
    if isinstance(first.bundle, Group):
        return f"Mute {what} in {name}, or list {name} under principals.admin if it is an administrator's."
    return (
        f"Take {what} away from {name} and grant what the work needs instead, or list {name} under "
        "principals.admin if it is an administrator's."
    )


def _common(org: Org, held: Sequence[_Held]) -> Finding:
    """A permission that many hold: the custom of the org rather than anybody's mistake."""
    broad = held[0].broad
    bundles = [one.bundle for one in held]
    names = joined([bundle.name for bundle in bundles])
    return Finding(
        f"{in_numbers(bundles)} grant {broad.name}: their users can {broad.lets} ({names}).",
        at=org.visibility.whole(),
        because=[evidence for one in held for evidence in one.answer.grants[0].evidence],
        fix=f"Take {broad.name} away from those that do not need it, or list it in this check's option `allowed`.",
        severity=broad.severity,
        subject=broad.name,
    )
