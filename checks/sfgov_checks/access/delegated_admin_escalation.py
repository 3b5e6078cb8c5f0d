"""ACC005: delegated administrators who may hand out more than they have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from sfgov import Confidence, Finding, NotChecked, Severity, check
from sfgov.check import Outcome
from sfgov.facts import CustomField, DelegateGroup, PermissionSet, PermissionSetGroup, Profile
from sfgov.facts.permissions import Member
from sfgov.model.grants import MODIFY_ALL_DATA, OBJECTS, Grant
from sfgov.model.index import Written
from sfgov.model.org import Org
from sfgov.model.permissions import Bundle, Kind
from sfgov.model.principals import profile_name
from sfgov.place import Place
from sfgov.policy import Policy
from sfgov_checks.access.broad import LOGIN, broad_permissions
from sfgov_checks.access.classified import classified_objects
from sfgov_checks.access.who import titled
from sfgov_checks.principals import joined


@check(
    "ACC005",
    "delegated-admin-escalation",
    Severity.HIGH,
    reads=(DelegateGroup,),
    against=(Profile, PermissionSet, PermissionSetGroup, CustomField),
    tags=("security", "least-privilege"),
)
def delegated_admin_escalation(org: Org, policy: Policy) -> Iterator[Outcome]:
    """Delegated administrators may hand out only what ordinary users have.

    A delegate group lets people who are no administrators assign profiles, permission sets and permission set groups.
    Where one of these lets its users write Apex, manage users or read all data, delete what the policy says is never
    deleted, or change every record of an object with classified fields, a delegated administrator gives that to
    anybody whom they administer. It is critical where they may also log in as those users (`loginAccess`).

    Salesforce refuses delegated administrators a bundle with Modify All Data. Listing one is mentioned at low severity:
    the day the permission is taken out of it, everything else in it can be handed out.

    ## Bad
    ```xml delegateGroups/Regional_Admins.delegateGroup-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <DelegateGroup xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Regional admins</label>
        <loginAccess>false</loginAccess>
        <permissionSets>Release_Tools</permissionSets>
        <roles>Sales EMEA</roles>
    </DelegateGroup>
    ```
    ```xml permissionsets/Release_Tools.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Release tools</label>
        <userPermissions>
            <enabled>true</enabled>
            <name>AuthorApex</name>
        </userPermissions>
    </PermissionSet>
    ```

    ## Good
    ```xml delegateGroups/Regional_Admins.delegateGroup-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <DelegateGroup xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Regional admins</label>
        <loginAccess>false</loginAccess>
        <permissionSets>Quote_Approval</permissionSets>
        <roles>Sales EMEA</roles>
    </DelegateGroup>
    ```
    ```xml permissionsets/Quote_Approval.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Quote approval</label>
        <customPermissions>
            <enabled>true</enabled>
            <name>Approve_Quote</name>
        </customPermissions>
    </PermissionSet>
    ```

    ## Fix
    Remove the bundle from the delegate group, or take the wide permission out of the bundle.

    ## Sources
    - https://help.salesforce.com/s/articleView?id=platform.admin_delegate.htm&type=5
    - https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/meta_delegategroup.htm
    """
    classified = tuple(classified_objects(org, policy))
    unknown: list[str] = []
    for written in org.all(DelegateGroup):
        for kind, member in _assignable(written.fact):
            bundle = _bundle(org, kind, member.name)
            if bundle is None:
                unknown.append(member.name)
            elif reasons := _reasons(bundle, policy, classified):
                yield _finding(written, member, bundle, reasons)
    if unknown:
        names = joined(list(dict.fromkeys(unknown)))
        yield NotChecked(f"delegated administrators may assign {names}, of which nothing is known here")


def _assignable(group: DelegateGroup) -> Iterator[tuple[Kind, Member]]:
    for member in group.profiles:
        yield "Profile", member
    for member in group.permission_sets:
        yield "PermissionSet", member
    for member in group.permission_set_groups:
        yield "PermissionSetGroup", member


def _bundle(org: Org, kind: Kind, name: str) -> Bundle | None:
    """The bundle that a delegate group names, which it may do by its label."""
    if kind == "Profile":
        return org.permissions.bundle(kind, name) or org.permissions.bundle(kind, profile_name(name))
    labelled = (
        bundle
        for bundle in org.permissions.bundles(kind)
        for part in bundle.written
        if isinstance(part.fact, PermissionSet | PermissionSetGroup)
        and part.fact.label.casefold() == name.casefold()
    )
    return org.permissions.bundle(kind, name) or next(labelled, None)


class _Reason(msgspec.Struct, frozen=True):
    """Why a bundle is nothing to hand out."""

    name: str
    lets: str
    """Ends the sentence "whose users can …"."""
    grants: tuple[Grant, ...]
    certain: bool = True


def _reasons(bundle: Bundle, policy: Policy, classified: Sequence[str]) -> list[_Reason]:
    """The gravest first."""
    found = [
        _Reason(broad.name, broad.lets, answer.grants, bool(answer))
        for broad, answer in broad_permissions(bundle)
        if broad.severity.at_least(Severity.HIGH) and broad.name not in LOGIN
    ]
    for name in sorted(policy.delete.never):
        right = bundle.delete_right(name)
        if right and right.via != MODIFY_ALL_DATA:
            lets = f"delete {name}, which the policy says is never deleted"
            found.append(_Reason(f"{right.via} on {name}", lets, right.grants[:1], right.certain))
    for name in classified:
        grants = bundle.grants(OBJECTS, name, "modifyAllRecords")
        if grants:
            lets = f"change every record of {name}, which has classified fields"
            found.append(_Reason(f"modifyAllRecords on {name}", lets, grants[:1], grants[0].certain))
    return found


def _finding(
    written: Written[DelegateGroup], member: Member, bundle: Bundle, reasons: Sequence[_Reason]
) -> Finding:
    first, *others = reasons
    group = written.fact
    refused = first.name == MODIFY_ALL_DATA and first.certain
    also = f" It also grants {joined([one.name for one in others])}." if others else ""
    login = group.login_access > 0
    if refused:
        says = f"{group.label or group.name} lists {titled(bundle)}, which grants {first.name}: Salesforce refuses it."
        severity = Severity.LOW
    else:
        says = (
            f"Delegated administrators of {group.label or group.name} may hand out {titled(bundle)}, which grants "
            f"{first.name}: its users can {first.lets}."
        )
        severity = Severity.CRITICAL if login else Severity.HIGH
    at = _listed(written, member)
    login_place = written.at(group.login_access, "loginAccess")
    return Finding(
        says + also,
        at=at,
        because=[
            at.says(f"{group.name} may assign {bundle.name}"),
            *(evidence for one in reasons for evidence in one.grants[0].evidence),
            *([login_place.says("they may log in as those users")] if login and not refused else ()),
        ],
        severity=severity,
        confidence=None if any(one.certain for one in reasons) else Confidence.LOW,
        subject=f"{bundle.component}: {', '.join(sorted(one.name for one in reasons))}",
    )


def _listed(written: Written[DelegateGroup], member: Member) -> Place:
    return written.at(member.line, member.name)
