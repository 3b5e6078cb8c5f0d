"""DEL001: who can delete what the policy says is never deleted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sfgov import Confidence, Finding, NotChecked, Severity, check
from sfgov.check import Outcome, Ruleset
from sfgov.facts import PermissionSet, PermissionSetGroup, Profile
from sfgov.model.org import Org
from sfgov.model.permissions import Bundle, DeleteRight, Group
from sfgov.policy import Policy
from sfgov.whose import listed
from sfgov_checks.principals import joined


@check(
    "DEL001",
    "delete-never-policy-violated",
    Severity.CRITICAL,
    reads=(Profile, PermissionSet, PermissionSetGroup),
    ruleset=Ruleset.MINIMAL,
)
def never_policy_violated(org: Org, policy: Policy) -> Iterator[Outcome]:
    """Nobody outside the policy's list can delete records of an object that is never deleted.

    `delete.never` names objects whose records stay. Three permissions delete all the same: `allowDelete` on the
    object, `modifyAllRecords` on the object (it ignores sharing), and the user permission `ModifyAllData`, which
    covers every object. Each profile, permission set and permission set group that gives one of them is a finding,
    unless `delete.allow` lists it. That list alone decides: `principals.admin` says who is an administrator, not who
    may delete, and the system administrators' profile is listed by its metadata name, `Admin`.

    A group is judged by what is left after its muting set (in a muting set *true* mutes), and it is listed under its
    own name, whatever its sets are listed as. A permission set that is only ever assigned through groups belongs
    into `delete.members_only`; then only its groups are judged. A bundle with Modify All Data is one finding,
    however many objects the policy names.

    ## Bad
    ```yaml sfgov.yml
    delete:
      never: [Invoice__c]
    ```
    ```xml profiles/Sales.profile-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Profile xmlns="http://soap.sforce.com/2006/04/metadata">
        <objectPermissions>
            <allowCreate>true</allowCreate>
            <allowDelete>true</allowDelete>
            <allowEdit>true</allowEdit>
            <allowRead>true</allowRead>
            <modifyAllRecords>false</modifyAllRecords>
            <object>Invoice__c</object>
            <viewAllRecords>false</viewAllRecords>
        </objectPermissions>
        <userLicense>Salesforce</userLicense>
    </Profile>
    ```

    ## Good
    ```yaml sfgov.yml
    delete:
      never: [Invoice__c]
      allow: {profiles: [Admin]}
    ```
    ```xml profiles/Sales.profile-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Profile xmlns="http://soap.sforce.com/2006/04/metadata">
        <objectPermissions>
            <allowCreate>true</allowCreate>
            <allowDelete>false</allowDelete>
            <allowEdit>true</allowEdit>
            <allowRead>true</allowRead>
            <modifyAllRecords>false</modifyAllRecords>
            <object>Invoice__c</object>
            <viewAllRecords>false</viewAllRecords>
        </objectPermissions>
        <userLicense>Salesforce</userLicense>
    </Profile>
    ```
    ```xml profiles/Admin.profile-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Profile xmlns="http://soap.sforce.com/2006/04/metadata">
        <userLicense>Salesforce</userLicense>
        <userPermissions>
            <enabled>true</enabled>
            <name>ModifyAllData</name>
        </userPermissions>
    </Profile>
    ```

    ## Fix
    Set `allowDelete` and `modifyAllRecords` to false in that file. Where only one group must lose the permission,
    give the group a muting set with `<allowDelete>true</allowDelete>`. Where it is meant, list the bundle under
    `delete.allow`.

    ## Sources
    - https://help.salesforce.com/s/articleView?id=sf.users_profiles_object_perms.htm&type=5
    - https://help.salesforce.com/s/articleView?id=platform.perm_set_groups_muting.htm&type=5
    - https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/meta_permissionset.htm
    """
    never = {name.casefold(): name for name in reversed(policy.delete.never)}
    if not never:
        yield NotChecked("sfgov.yml names no object under delete.never")
        return
    unseen = sorted(name for name in never.values() if not org.permissions.mentions_object(name))
    if unseen:
        yield NotChecked(
            f"no profile or permission set here has an entry for {joined(unseen)}; only Modify All Data was looked for"
        )
    rights: defaultdict[Bundle, list[DeleteRight]] = defaultdict(list)
    for name in sorted(never.values()):
        for bundle, right in org.permissions.who_can_delete(name):
            if not (listed(bundle, policy.delete.allow) or _members_only(bundle, policy)):
                rights[bundle].append(right)
    for bundle, found in rights.items():
        everything = [right for right in found if right.via == "ModifyAllData"]
        if everything:
            yield _finding(bundle, everything, subject="ModifyAllData")
        for right in found:
            if right not in everything:
                yield _finding(bundle, [right], subject=right.object)


def _members_only(bundle: Bundle, policy: Policy) -> bool:
    """A set that is never assigned directly: what it gives, it gives through its groups."""
    names = {name.casefold() for name in policy.delete.members_only}
    return bundle.kind == "PermissionSet" and bundle.name.casefold() in names


def _finding(bundle: Bundle, rights: Sequence[DeleteRight], subject: str) -> Finding:
    """One right, or several that the same permission gives."""
    right = rights[0]
    grants = [grant for one in rights for grant in one.grants]
    return Finding(
        f"{bundle.component.replace(':', ' ', 1)} can delete {joined([one.object for one in rights])} "
        f"({right.scope}) through {right.via}{_by_way_of(bundle, right)}; "
        f"the policy says {'it is' if len(rights) == 1 else 'they are'} never deleted.",
        at=right.evidence[0].place,
        because=list(dict.fromkeys(evidence for grant in grants for evidence in grant.evidence)),
        fix=f"{_fix(bundle, right)}, or list {bundle.name} under delete.allow.",
        confidence=None if right.certain else Confidence.LOW,
        subject=subject,
    )


def _by_way_of(bundle: Bundle, right: DeleteRight) -> str:
    """For a group: the sets that bring the permission, and why its muting set does not stop it."""
    if not isinstance(bundle, Group):
        return ""
    same = [grant for grant in right.grants if grant.flag == right.grants[0].flag]
    sets = joined(list(dict.fromkeys(grant.granter.name for grant in same)))
    if right.certain:
        return f" of {sets}, which it does not mute"
    return f" of {sets}, unless its muting set {joined(bundle.unknown_mutes)}, which is not here, mutes it"


def _fix(bundle: Bundle, right: DeleteRight) -> str:
    flag = "enabled" if right.via == "ModifyAllData" else right.via
    if isinstance(bundle, Group):
        return f"Mute {right.via} in {bundle.name} (a muting set with <{flag}>true</{flag}>), or take it from the set"
    if right.via == "ModifyAllData":
        return "Take ModifyAllData away and grant the object permissions that are needed"
    return f"Set allowDelete and modifyAllRecords on {right.object} to false in this file"
