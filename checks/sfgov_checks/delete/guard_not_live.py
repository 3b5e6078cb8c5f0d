"""DEL009: a delete guard that is switched off."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov import Finding, NotChecked, Severity, check
from sfgov.check import Outcome
from sfgov.facts import ApexTrigger, Flow, PermissionSet, PermissionSetGroup, Profile
from sfgov.model.org import Org
from sfgov.policy import Policy
from sfgov_checks.delete.holders import Holders


@check(
    "DEL009",
    "delete-guard-not-live",
    Severity.HIGH,
    reads=(Flow, ApexTrigger),
    against=(Profile, PermissionSet, PermissionSetGroup),
)
def guard_not_live(org: Org, policy: Policy) -> Iterator[Outcome]:
    """A flow or trigger that is there to block deletes is active.

    A guard that is a draft, obsolete or inactive blocks nothing, while everyone who reads its name believes that
    it does. A guard whose condition another live guard tests as well is not missed.

    ## Bad
    ```xml flows/Block_Contract_Delete.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <customErrors>
            <name>Stop</name>
            <label>Stop</label>
            <customErrorMessages><errorMessage>Signed contracts stay.</errorMessage></customErrorMessages>
        </customErrors>
        <label>Block contract delete</label>
        <processType>AutoLaunchedFlow</processType>
        <start>
            <connector><targetReference>Stop</targetReference></connector>
            <filterLogic>and</filterLogic>
            <filters>
                <field>Signed__c</field>
                <operator>EqualTo</operator>
                <value><booleanValue>true</booleanValue></value>
            </filters>
            <object>Contract</object>
            <recordTriggerType>Delete</recordTriggerType>
            <triggerType>RecordBeforeDelete</triggerType>
        </start>
        <status>Draft</status>
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
    ```xml flows/Block_Contract_Delete.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <customErrors>
            <name>Stop</name>
            <label>Stop</label>
            <customErrorMessages><errorMessage>Signed contracts stay.</errorMessage></customErrorMessages>
        </customErrors>
        <label>Block contract delete</label>
        <processType>AutoLaunchedFlow</processType>
        <start>
            <connector><targetReference>Stop</targetReference></connector>
            <filterLogic>and</filterLogic>
            <filters>
                <field>Signed__c</field>
                <operator>EqualTo</operator>
                <value><booleanValue>true</booleanValue></value>
            </filters>
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

    ## Fix
    Activate the guard, or delete it so that nobody relies on it.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/meta_visual_workflow.htm
    """
    sleeping = [
        guard for guard in org.deletes.guards if guard.live is False and not org.deletes.is_replaced(guard)
    ]
    if sleeping and not (org.retrieved(Profile) or org.retrieved(PermissionSet)):
        yield NotChecked("neither Profile nor PermissionSet was retrieved, so who can delete is unknown")
        return
    for guard in sleeping:
        holders = Holders.of(org, policy, guard.object)
        if holders:
            yield Finding(
                f"{guard.name} would block deletes of {guard.object} but is {guard.status}; {holders} can delete them now.",
                at=guard.at,
                because=[*guard.evidence, *holders.evidence()],
                severity=Severity.MEDIUM if holders.only_admins else Severity.HIGH,
                subject="status",
            )
