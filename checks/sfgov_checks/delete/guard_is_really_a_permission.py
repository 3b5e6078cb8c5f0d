"""DEL007: a delete guard that asks nothing about the record is an access rule written as automation."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov import Finding, NotChecked, Severity, check
from sfgov.check import Outcome
from sfgov.facts import ApexTrigger, Flow, PermissionSet, Profile
from sfgov.model.org import Org
from sfgov.policy import Policy
from sfgov_checks.principals import counted, in_words, is_admin


@check("DEL007", "delete-guard-is-really-a-permission", Severity.MEDIUM, reads=(Flow, ApexTrigger))
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
        holders = [
            (b, right) for b, right in org.permissions.who_can_delete(guard.object) if not is_admin(b, policy)
        ]
        if not holders:
            continue
        whom = "" if guard.kind == "unconditional" else ", asking only who the user is"
        yield Finding(
            f"{guard.name} blocks {'every delete' if not whom else 'deletes'} of {guard.object}{whom}: that is an "
            f"access rule, yet delete is still granted by {counted(len(holders), 'bundle')}: "
            f"{in_words(bundle for bundle, _ in holders)}.",
            at=guard.evidence[0].place,
            because=[*guard.evidence, *(e for _, right in holders[:3] for e in right.evidence)],
            fix=f"Take delete on {guard.object} away from these bundles; keep {guard.name} only for conditions on the "
            "record's data.",
            subject="guard",
        )
