"""DEL007: a delete guard that asks nothing about the record is an access rule written as automation."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov import Finding, NotChecked, Severity, check
from sfgov.check import Outcome
from sfgov.facts import ApexTrigger, Flow, PermissionSet, PermissionSetGroup, Profile
from sfgov.model.org import Org
from sfgov.policy import Policy
from sfgov_checks.delete.holders import Holders


@check(
    "DEL007",
    "delete-guard-is-really-a-permission",
    Severity.MEDIUM,
    reads=(Flow, ApexTrigger),
    against=(Profile, PermissionSet, PermissionSetGroup),
)
def guard_is_really_a_permission(org: Org, policy: Policy) -> Iterator[Outcome]:
    """Automation blocks deletes only for what the record says; who may delete is decided by permissions.

    A before-delete flow (or trigger) that blocks every delete, or asks only who the user is, is a permission
    written in the wrong place: every profile and permission set says that the user may delete, reports and reviews
    believe it, and merges, cascades and a deactivated flow walk around it.

    ## Bad
    ```xml flows/Block_Contract_Delete.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <customErrors>
            <name>Stop</name>
            <label>Stop</label>
            <customErrorMessages><errorMessage>Contracts are never deleted.</errorMessage></customErrorMessages>
        </customErrors>
        <label>Block contract delete</label>
        <processType>AutoLaunchedFlow</processType>
        <start>
            <connector><targetReference>Stop</targetReference></connector>
            <object>Contract</object>
            <recordTriggerType>Delete</recordTriggerType>
            <triggerType>RecordBeforeDelete</triggerType>
        </start>
        <status>Active</status>
    </Flow>
    ```
    ```xml permissionsets/Sales.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Sales</label>
        <objectPermissions>
            <allowDelete>true</allowDelete>
            <allowEdit>true</allowEdit>
            <allowRead>true</allowRead>
            <object>Contract</object>
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
            <object>Contract</object>
        </objectPermissions>
    </PermissionSet>
    ```

    ## Fix
    Take delete away from the bundles that are named, and keep the flow only for conditions on the record's data.

    ## Sources
    - https://help.salesforce.com/s/articleView?id=platform.users_profiles_object_perms.htm
    - https://help.salesforce.com/s/articleView?id=platform.flow_ref_elements_custom_error.htm
    """
    guards = [g for g in org.deletes.guards if g.live and g.kind in ("unconditional", "identity")]
    if guards and not (org.retrieved(Profile) or org.retrieved(PermissionSet)):
        yield NotChecked("neither Profile nor PermissionSet was retrieved, so who can delete is unknown")
        return
    for guard in guards:
        holders = Holders.of(org, policy, guard.object).people()
        if not holders:
            continue
        everyone = guard.kind == "unconditional"
        what = "every delete of" if everyone else "deletes of"
        whom = "" if everyone else ", asking only who the user is"
        yield Finding(
            f"{guard.name} blocks {what} {guard.object}{whom}: that is an access rule, yet delete is granted to {holders}.",
            at=guard.evidence[0].place,
            because=[*guard.evidence, *holders.evidence()],
            fix=_FIX_FOR_ALL if everyone else _FIX_BY_USER,
            subject="guard",
        )


_FIX_FOR_ALL = "Take delete away from them, and keep automation only for conditions on the record's data."
_FIX_BY_USER = "Grant delete only to those who pass the test, and keep automation only for conditions on the record's data."
