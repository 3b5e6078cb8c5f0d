"""DEL012: who may walk around a delete guard by being who they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from sfgov import Finding, Severity, check
from sfgov.check import Outcome
from sfgov.facts import ApexTrigger, Flow, PermissionSet, Profile
from sfgov.model.deletes import DeleteGuard
from sfgov.model.grants import Answer
from sfgov.model.guard_bypasses import IdentityTest
from sfgov.model.index import Knowledge
from sfgov.model.org import Org
from sfgov.model.permissions import Bundle
from sfgov.place import Evidence
from sfgov.policy import Policy
from sfgov.whose import classes_of, is_admin
from sfgov_checks.access.who import MACHINES, OUTSIDE, in_numbers, titled
from sfgov_checks.principals import joined

Held = list[tuple[Bundle, Answer]]
_SHOWN = 3


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What this check takes as normal."""

    max_bypass_holders: int = 5
    """How many profiles and permission sets may carry the permission that lets a delete through."""


@check(
    "DEL012",
    "delete-guard-bypass-holders",
    Severity.MEDIUM,
    reads=(Flow, ApexTrigger),
    against=("CustomPermission", Profile, PermissionSet),
    tags=("security",),
    options=Options,
)
def guard_bypass_holders(org: Org, policy: Policy, options: Options) -> Iterator[Outcome]:
    """Few people, and no machine or outsider, may walk around a delete guard.

    A guard that lets holders of a custom permission through is as good as the list of its holders. That list is
    reported where it has integration users, AI agents, guests or partners in it (high), or more than
    `max_bypass_holders` profiles and permission sets besides the administrators' (medium). A permission that the org
    does not have is never held: then the guard stops everybody, or nobody (high). And a guard that compares the
    profile's name with a text breaks as soon as somebody renames or copies the profile (low).

    Whether holders are let through or stopped is worked out from the decisions of the flow, its formulas, and the
    conditions on the way to the error in Apex; where it cannot be told, the holders are not judged.

    ## Bad
    ```xml flows/Guard_Contract_Delete.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <customErrors>
            <name>Stop</name>
            <label>Stop</label>
            <customErrorMessages><errorMessage>Signed contracts stay.</errorMessage></customErrorMessages>
        </customErrors>
        <decisions>
            <name>Is_Signed</name>
            <label>Is it signed?</label>
            <defaultConnectorLabel>No</defaultConnectorLabel>
            <rules>
                <name>Yes</name>
                <conditionLogic>and</conditionLogic>
                <conditions>
                    <leftValueReference>$Record.Signed__c</leftValueReference>
                    <operator>EqualTo</operator>
                    <rightValue><booleanValue>true</booleanValue></rightValue>
                </conditions>
                <conditions>
                    <leftValueReference>$Permission.Delete_Signed</leftValueReference>
                    <operator>EqualTo</operator>
                    <rightValue><booleanValue>false</booleanValue></rightValue>
                </conditions>
                <connector><targetReference>Stop</targetReference></connector>
                <label>Yes</label>
            </rules>
        </decisions>
        <label>Guard contract delete</label>
        <processType>AutoLaunchedFlow</processType>
        <start>
            <connector><targetReference>Is_Signed</targetReference></connector>
            <object>Contract</object>
            <recordTriggerType>Delete</recordTriggerType>
            <triggerType>RecordBeforeDelete</triggerType>
        </start>
        <status>Active</status>
    </Flow>
    ```
    ```xml customPermissions/Delete_Signed.customPermission-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <CustomPermission xmlns="http://soap.sforce.com/2006/04/metadata">
        <isLicensed>false</isLicensed>
        <label>Delete signed contracts</label>
    </CustomPermission>
    ```
    ```xml profiles/Customer Portal.profile-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Profile xmlns="http://soap.sforce.com/2006/04/metadata">
        <customPermissions>
            <enabled>true</enabled>
            <name>Delete_Signed</name>
        </customPermissions>
        <userLicense>Customer Community Login</userLicense>
    </Profile>
    ```

    ## Good
    ```xml flows/Guard_Contract_Delete.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <customErrors>
            <name>Stop</name>
            <label>Stop</label>
            <customErrorMessages><errorMessage>Signed contracts stay.</errorMessage></customErrorMessages>
        </customErrors>
        <decisions>
            <name>Is_Signed</name>
            <label>Is it signed?</label>
            <defaultConnectorLabel>No</defaultConnectorLabel>
            <rules>
                <name>Yes</name>
                <conditionLogic>and</conditionLogic>
                <conditions>
                    <leftValueReference>$Record.Signed__c</leftValueReference>
                    <operator>EqualTo</operator>
                    <rightValue><booleanValue>true</booleanValue></rightValue>
                </conditions>
                <conditions>
                    <leftValueReference>$Permission.Delete_Signed</leftValueReference>
                    <operator>EqualTo</operator>
                    <rightValue><booleanValue>false</booleanValue></rightValue>
                </conditions>
                <connector><targetReference>Stop</targetReference></connector>
                <label>Yes</label>
            </rules>
        </decisions>
        <label>Guard contract delete</label>
        <processType>AutoLaunchedFlow</processType>
        <start>
            <connector><targetReference>Is_Signed</targetReference></connector>
            <object>Contract</object>
            <recordTriggerType>Delete</recordTriggerType>
            <triggerType>RecordBeforeDelete</triggerType>
        </start>
        <status>Active</status>
    </Flow>
    ```
    ```xml customPermissions/Delete_Signed.customPermission-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <CustomPermission xmlns="http://soap.sforce.com/2006/04/metadata">
        <isLicensed>false</isLicensed>
        <label>Delete signed contracts</label>
    </CustomPermission>
    ```
    ```xml permissionsets/Data_Steward.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <customPermissions>
            <enabled>true</enabled>
            <name>Delete_Signed</name>
        </customPermissions>
        <label>Data steward</label>
    </PermissionSet>
    ```

    ## Fix
    Give the permission in one permission set that few people have, and take it from integration users, agents and
    portals. Ask for a custom permission, not for the name of a profile.

    ## Sources
    - https://help.salesforce.com/s/articleView?id=platform.custom_perms_overview.htm&type=5
    """
    for guard in org.deletes.guards:
        told: set[str] = set()
        for test in org.deletes.identity_tests(guard) if guard.live else ():
            if test.name.casefold() not in told:
                told.add(test.name.casefold())
                yield from _judged(org, policy, options, guard, test)


def _judged(
    org: Org, policy: Policy, options: Options, guard: DeleteGuard, test: IdentityTest
) -> Iterator[Finding]:
    if test.permission:
        if org.knowledge("CustomPermission", test.permission) is Knowledge.ABSENT:
            yield _never_held(guard, test)
        elif test.lets_through:
            holders = [
                (bundle, answer)
                for bundle, answer in org.permissions.who_has(
                    "customPermissions", test.permission, "enabled", "Profile", "PermissionSet"
                )
                if not is_admin(bundle, policy)
            ]
            yield from _held(policy, options, guard, test, holders)
    elif test.name.casefold() == "$profile.name" and test.literal:
        yield _by_label(guard, test)


def _never_held(guard: DeleteGuard, test: IdentityTest) -> Finding:
    effect = {
        True: "so it stops everybody",
        False: "so it stops nobody for it",
        None: "so the answer is always the same",
    }[test.lets_through]
    return Finding(
        f"Delete guard {guard.name} on {guard.object} asks for the custom permission {test.permission}, which the org does "
        f"not have, {effect}.",
        at=test.place,
        because=guard.evidence,
        fix=f"Create {test.permission}, or ask for a permission that there is.",
        severity=Severity.HIGH,
        subject=test.name,
    )


def _held(
    policy: Policy, options: Options, guard: DeleteGuard, test: IdentityTest, holders: Held
) -> Iterator[Finding]:
    strange = [
        (bundle, answer)
        for bundle, answer in holders
        if not classes_of(bundle, policy).isdisjoint(MACHINES | OUTSIDE)
    ]
    if not strange and len(holders) <= options.max_bypass_holders:
        return
    whom = [
        f"{titled(bundle)} ({joined(sorted(classes_of(bundle, policy) & (MACHINES | OUTSIDE)))})"
        for bundle, _ in strange
    ]
    among = f", among them {joined(whom)}" if whom else ""
    yield Finding(
        f"Delete guard {guard.name} on {guard.object} lets holders of {test.permission} through: "
        f"{in_numbers(bundle for bundle, _ in holders)}{among}.",
        at=test.place,
        because=[*guard.evidence, *_granting([*strange, *(one for one in holders if one not in strange)])],
        severity=Severity.HIGH if strange else Severity.MEDIUM,
        subject=test.name,
    )


def _granting(holders: Sequence[tuple[Bundle, Answer]]) -> Iterator[Evidence]:
    for _, answer in holders[:_SHOWN]:
        yield from answer.grants[0].evidence


def _by_label(guard: DeleteGuard, test: IdentityTest) -> Finding:
    return Finding(
        f'Delete guard {guard.name} on {guard.object} compares the profile\'s name with "{test.literal}": when the profile '
        f"is renamed or copied, other people may delete, or none.",
        at=test.place,
        because=guard.evidence,
        fix="Ask for a custom permission instead.",
        severity=Severity.LOW,
        subject=test.name,
    )
