"""DEL002: a delete guard on a detail does not run when its master is deleted."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov import Confidence, Finding, NotChecked, Severity, check
from sfgov.check import Outcome
from sfgov.facts import ApexTrigger, CustomField, Flow, PermissionSet, PermissionSetGroup, Profile
from sfgov.model.deletes import Cascade, DeleteGuard
from sfgov.model.org import Org
from sfgov.policy import Policy
from sfgov.whose import listed
from sfgov_checks.delete.holders import Holders


@check(
    "DEL002",
    "delete-guard-cascade-bypass",
    Severity.HIGH,
    reads=(Flow, ApexTrigger),
    against=(CustomField, Profile, PermissionSet, PermissionSetGroup),
    confidence=Confidence.MEDIUM,
    tags=("security",),
)
def guard_cascade_bypass(org: Org, policy: Policy) -> Iterator[Outcome]:
    """A record that is guarded against deletion is also guarded when its master record is deleted.

    Deleting a master deletes its details (and a lookup with `deleteConstraint` Cascade does the same), but
    triggers of the details do not run then, and before-delete flows are not expected to. Whoever may delete the
    master walks around the guard on the detail.

    ## Bad
    ```xml flows/Block_Line_Delete.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <customErrors>
            <name>Stop</name>
            <label>Stop</label>
            <customErrorMessages><errorMessage>Posted lines stay.</errorMessage></customErrorMessages>
        </customErrors>
        <decisions>
            <name>Is_Posted</name>
            <label>Is posted?</label>
            <defaultConnectorLabel>No</defaultConnectorLabel>
            <rules>
                <name>Yes</name>
                <conditionLogic>and</conditionLogic>
                <conditions>
                    <leftValueReference>$Record.Posted__c</leftValueReference>
                    <operator>EqualTo</operator>
                    <rightValue><booleanValue>true</booleanValue></rightValue>
                </conditions>
                <connector><targetReference>Stop</targetReference></connector>
                <label>Yes</label>
            </rules>
        </decisions>
        <label>Block line delete</label>
        <processType>AutoLaunchedFlow</processType>
        <start>
            <connector><targetReference>Is_Posted</targetReference></connector>
            <object>Invoice_Line__c</object>
            <recordTriggerType>Delete</recordTriggerType>
            <triggerType>RecordBeforeDelete</triggerType>
        </start>
        <status>Active</status>
    </Flow>
    ```
    ```xml objects/Invoice_Line__c/fields/Invoice__c.field-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>Invoice__c</fullName>
        <type>MasterDetail</type>
        <referenceTo>Invoice__c</referenceTo>
    </CustomField>
    ```
    ```xml permissionsets/Sales.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Sales</label>
        <objectPermissions>
            <allowDelete>true</allowDelete>
            <allowEdit>true</allowEdit>
            <allowRead>true</allowRead>
            <object>Invoice__c</object>
        </objectPermissions>
    </PermissionSet>
    ```

    ## Good
    ```xml permissionsets/Sales.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Sales</label>
        <objectPermissions>
            <allowDelete>false</allowDelete>
            <allowEdit>true</allowEdit>
            <allowRead>true</allowRead>
            <object>Invoice__c</object>
        </objectPermissions>
    </PermissionSet>
    ```
    ```xml objects/Invoice_Line__c/fields/Invoice__c.field-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>Invoice__c</fullName>
        <type>MasterDetail</type>
        <referenceTo>Invoice__c</referenceTo>
    </CustomField>
    ```

    ## Fix
    Guard the master too: a before-delete flow on it that looks for protected details and ends in a Custom Error.
    Or make the relationship a lookup with `Restrict`, or take delete on the master away.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_triggers_ignoring_operations.htm
    - https://help.salesforce.com/s/articleView?id=000382017&type=1
    """
    guards = [guard for guard in org.deletes.guards if guard.live and org.deletes.parents(guard.object)]
    if guards and not (org.retrieved(Profile) or org.retrieved(PermissionSet)):
        yield NotChecked(
            "neither Profile nor PermissionSet was retrieved, so who can delete a master is unknown"
        )
        return
    for guard in guards:
        tops: set[str] = set()
        for way in org.deletes.ways_down_to(guard.object):
            top = way[0].parent
            if top.casefold() in tops or _accepted(guard, policy) or org.deletes.watched_from_above(way):
                continue
            holders = _holders(org, policy, top)
            if holders:
                tops.add(top.casefold())
                yield _finding(org, guard, way, holders)


def _accepted(guard: DeleteGuard, policy: Policy) -> bool:
    return guard.object.casefold() in {name.casefold() for name in policy.delete.cascade_ok}


def _holders(org: Org, policy: Policy, name: str) -> Holders:
    """Who can delete the topmost object; where the policy forbids that, those it does not except (DEL001's)."""
    found = org.permissions.who_can_delete(name)
    if name.casefold() in {never.casefold() for never in policy.delete.never}:
        found = tuple((bundle, right) for bundle, right in found if not listed(bundle, policy.delete.allow))
    return Holders(found, policy)


def _finding(org: Org, guard: DeleteGuard, way: tuple[Cascade, ...], holders: Holders) -> Finding:
    top = way[0].parent
    fields = ", then ".join(
        link.field.name if link.field else f"{link.parent} → {link.child}" for link in way
    )
    runs = "is not run" if guard.by == "trigger" else "is not expected to run"
    restricted = any(org.deletes.restricting(link.child) for link in way)
    return Finding(
        f"Deleting {top} records also deletes their {guard.object} records through {fields} ({way[-1].how}), "
        f"and the delete guard {guard.name} on {guard.object} {runs} for them. {holders} can delete {top}.",
        at=guard.evidence[0].place,
        because=[
            *guard.evidence,
            *(evidence for link in reversed(way) for evidence in link.evidence()),
            *holders.evidence(),
        ],
        fix=f"Guard {top} too (a before-delete flow that looks for protected {guard.object} and ends in a Custom "
        f"Error), make the relationship a lookup with Restrict, or take delete on {top} away.",
        severity=Severity.MEDIUM if holders.only_admins else Severity.HIGH,
        confidence=_confidence(guard, way, restricted=restricted),
        subject=f"cascade from {top}",
    )


def _confidence(guard: DeleteGuard, way: tuple[Cascade, ...], *, restricted: bool) -> Confidence:
    """Triggers are documented not to run; flows and the built-in relationships are likely; `Restrict` may stop it."""
    levels = list(Confidence)
    doubts = (guard.by == "flow") + any(link.field is None for link in way) + restricted
    return levels[min(doubts, len(levels) - 1)]
