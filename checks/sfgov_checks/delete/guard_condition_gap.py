"""DEL011: a delete guard that stops some final states of a record and lets others through."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sfgov import Finding, Severity, check
from sfgov.check import Outcome
from sfgov.config import Config
from sfgov.facts import CustomField, Flow, PermissionSet, Profile
from sfgov.model.deletes import DeleteGuard
from sfgov.model.formulas import UNKNOWN, Value
from sfgov.model.org import Org
from sfgov.model.picklists import picklist_of
from sfgov.place import Evidence
from sfgov.policy import Policy
from sfgov_checks.delete.holders import Holders
from sfgov_checks.delete.stakes import Stake, Stakes
from sfgov_checks.principals import joined

_FINAL = re.compile(
    r"\b(closed|paid|posted|approved|signed|submitted|shipped|delivered|invoiced|settled|executed|activated|active|"
    r"completed|finalized|finalised)\b",
    re.IGNORECASE,
)
_NOT_YET = re.compile(r"\b(not|never|non|in|to be|pending|awaiting|partially|partly)\b", re.IGNORECASE)


@check(
    "DEL011",
    "delete-guard-condition-gap",
    Severity.MEDIUM,
    reads=(Flow,),
    against=(CustomField, Profile, PermissionSet),
)
def guard_condition_gap(org: Org, policy: Policy, config: Config) -> Iterator[Outcome]:
    """A delete guard that asks for a status stops every final status, not only one of them.

    A flow that blocks deletes of `Closed Won` opportunities says nothing of `Closed Lost` ones, and a value that is
    added to the picklist next year is deletable from its first day. For each value of the picklist it is worked out
    whether any live guard of the object can still stop a delete. Values that no guard stops are reported if they
    look final (closed, paid, posted, approved, signed, shipped, active, completed …); other values are supposed to
    stay deletable. An object that a trigger guards too is left out, as what the trigger asks is not known as surely.
    The severity is high where the policy says under `delete.conditional` that the object's deletes depend on its data.

    ## Bad
    ```xml flows/Block_Paid_Delete.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <customErrors>
            <name>Stop</name>
            <label>Stop</label>
            <customErrorMessages><errorMessage>Paid invoices stay.</errorMessage></customErrorMessages>
        </customErrors>
        <label>Block paid delete</label>
        <processType>AutoLaunchedFlow</processType>
        <start>
            <connector><targetReference>Stop</targetReference></connector>
            <filterLogic>and</filterLogic>
            <filters>
                <field>Status__c</field>
                <operator>EqualTo</operator>
                <value><stringValue>Paid</stringValue></value>
            </filters>
            <object>Invoice__c</object>
            <recordTriggerType>Delete</recordTriggerType>
            <triggerType>RecordBeforeDelete</triggerType>
        </start>
        <status>Active</status>
    </Flow>
    ```
    ```xml objects/Invoice__c/fields/Status__c.field-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>Status__c</fullName>
        <type>Picklist</type>
        <valueSet>
            <valueSetDefinition>
                <value><fullName>Draft</fullName></value>
                <value><fullName>Posted</fullName></value>
                <value><fullName>Paid</fullName></value>
            </valueSetDefinition>
        </valueSet>
    </CustomField>
    ```
    ```xml permissionsets/Billing.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Billing</label>
        <objectPermissions>
            <allowDelete>true</allowDelete>
            <allowEdit>true</allowEdit>
            <allowRead>true</allowRead>
            <object>Invoice__c</object>
        </objectPermissions>
    </PermissionSet>
    ```

    ## Good
    ```xml flows/Block_Paid_Delete.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <customErrors>
            <name>Stop</name>
            <label>Stop</label>
            <customErrorMessages><errorMessage>Only drafts are deleted.</errorMessage></customErrorMessages>
        </customErrors>
        <label>Block paid delete</label>
        <processType>AutoLaunchedFlow</processType>
        <start>
            <connector><targetReference>Stop</targetReference></connector>
            <filterLogic>and</filterLogic>
            <filters>
                <field>Status__c</field>
                <operator>NotEqualTo</operator>
                <value><stringValue>Draft</stringValue></value>
            </filters>
            <object>Invoice__c</object>
            <recordTriggerType>Delete</recordTriggerType>
            <triggerType>RecordBeforeDelete</triggerType>
        </start>
        <status>Active</status>
    </Flow>
    ```
    ```xml objects/Invoice__c/fields/Status__c.field-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>Status__c</fullName>
        <type>Picklist</type>
        <valueSet>
            <valueSetDefinition>
                <value><fullName>Draft</fullName></value>
                <value><fullName>Posted</fullName></value>
                <value><fullName>Paid</fullName></value>
            </valueSetDefinition>
        </valueSet>
    </CustomField>
    ```
    ```xml permissionsets/Billing.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Billing</label>
        <objectPermissions>
            <allowDelete>true</allowDelete>
            <allowEdit>true</allowEdit>
            <allowRead>true</allowRead>
            <object>Invoice__c</object>
        </objectPermissions>
    </PermissionSet>
    ```

    ## Fix
    Name the states in which deleting is fine (`Status` is not `Draft`) instead of those in which it is not.

    ## Sources
    - https://help.salesforce.com/s/articleView?id=platform.flow_ref_elements_custom_error.htm
    """
    stakes = Stakes(org, config)
    for name in sorted({guard.object for guard in org.deletes.guards}):
        guards = org.deletes.guards_of(name, live=True)
        holders = Holders.of(org, policy, name).people()
        if not holders or any(guard.flow is None for guard in guards):
            continue
        for field in sorted({field for guard in guards for field in guard.fields}):
            yield from _gap(org, field, guards, holders, stakes.in_policy(name))


def _gap(
    org: Org, field: str, guards: Sequence[DeleteGuard], holders: Holders, stake: Stake | None
) -> Iterator[Outcome]:
    """The final values of one picklist that no guard stops, where some value is stopped."""
    name = guards[0].object
    picklist = picklist_of(org.index, name, field)
    testing = [guard for guard in guards if field in guard.fields]
    if picklist is None:
        return
    stopped = [value for value in picklist.values if any(_stops(guard, field, value) for guard in guards)]
    open_ = [value for value in picklist.values if value not in stopped and _is_final(value)]
    if not stopped or not open_:
        return
    verb = "stop" if len(testing) > 1 else "stops"
    yield Finding(
        f"{joined([guard.name for guard in testing])} {verb} deletes of {name} where {picklist.field} is "
        f"{_or(stopped)}, but it can also be {_or(open_)}, and then nothing does. {holders} can delete {name}.",
        at=_test(testing[0], field).place,
        because=[
            *(evidence for guard in testing for evidence in guard.evidence),
            *picklist.evidence,
            *(stake.evidence if stake else ()),
            *holders.evidence(),
        ],
        severity=Severity.HIGH if stake else Severity.MEDIUM,
        subject=f"{name}.{field}",
    )


def _stops(guard: DeleteGuard, field: str, value: str) -> bool:
    """Whether a guard can still stop the delete of a record with that value."""

    def assume(name: str) -> Value:
        return value if name == f"$record.{field}" else UNKNOWN

    return guard.flow is not None and guard.flow.can_block(assume)


def _is_final(value: str) -> bool:
    return _FINAL.search(value) is not None and not _NOT_YET.search(value)


def _test(guard: DeleteGuard, field: str) -> Evidence:
    """Where a guard asks for the field."""
    return next((one for one in guard.evidence[1:] if field in one.message.casefold()), guard.evidence[0])


def _or(values: Sequence[str]) -> str:
    return joined(values).replace(" and ", " or ")
