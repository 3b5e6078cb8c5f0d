"""DEL009: a delete guard that is switched off."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov import Finding, NotChecked, Severity, check
from sfgov.check import Outcome
from sfgov.facts import ApexTrigger, Flow, PermissionSet, Profile
from sfgov.model.deletes import DeleteGuard
from sfgov.model.org import Org
from sfgov.policy import Policy
from sfgov_checks.principals import counted, in_words, is_admin


@check("DEL009", "delete-guard-not-live", Severity.HIGH, reads=(Flow, ApexTrigger))
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
    sleeping = [guard for guard in org.deletes.guards if guard.live is False and not _replaced(org, guard)]
    if sleeping and not (org.retrieved(Profile) or org.retrieved(PermissionSet)):
        yield NotChecked("neither Profile nor PermissionSet was retrieved, so who can delete is unknown")
        return
    for guard in sleeping:
        holders = sorted(
            org.permissions.who_can_delete(guard.object), key=lambda pair: is_admin(pair[0], policy)
        )
        if not holders:
            continue
        yield Finding(
            f"{guard.name} would block deletes of {guard.object} but is {guard.status}; "
            f"{counted(len(holders), 'bundle')} can delete {guard.object} now: "
            f"{in_words(bundle for bundle, _ in holders)}.",
            at=guard.at,
            because=[*guard.evidence, *(e for _, right in holders[:3] for e in right.evidence)],
            severity=Severity.MEDIUM
            if all(is_admin(bundle, policy) for bundle, _ in holders)
            else Severity.HIGH,
            subject="status",
        )


def _replaced(org: Org, guard: DeleteGuard) -> bool:
    """Whether a live guard on the object asks the same: at least the same fields, or everything."""
    others = org.deletes.guards_of(guard.object, live=True)
    tested = frozenset[str]().union(*(other.fields for other in others))
    return any(other.kind == "unconditional" for other in others) or (bool(others) and guard.fields <= tested)
