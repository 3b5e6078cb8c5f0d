"""DEL010: a delete guard that lets the delete through when something goes wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sfgov import Confidence, Finding, Severity, check
from sfgov.check import Outcome
from sfgov.facts import ApexTrigger, Flow
from sfgov.model.deletes import DeleteGuard
from sfgov.model.flow_guard_faults import NullFall, OpenFault, null_falls, open_faults
from sfgov.model.guard_bypasses import Swallowed
from sfgov.model.org import Org
from sfgov_checks.principals import joined


@check("DEL010", "delete-guard-fails-open", Severity.HIGH, reads=(Flow, ApexTrigger), tags=("security",))
def guard_fails_open(org: Org) -> Iterator[Outcome]:
    """When something in a delete guard fails, the delete is stopped, not let through.

    A before-delete flow that has no fault path fails closed: the transaction is rolled back and the record stays.
    With a fault path that writes a log entry and ends, the flow succeeds, and the record is deleted without the
    question having been asked. Linters that ask for fault paths everywhere make such flows.

    A trigger fails open in the same way: a `try` around the queries and the `addError`, and a `catch` that writes to
    the log and neither throws nor adds an error.

    A third way is a lookup of something general (a period, a setting, a user) whose record a condition then looks
    into: where nothing is found, the condition is not met, and the delete passes. This is reported at medium severity
    where the flow never asks whether there is a record. Lookups of the record's own children and parents are left
    out: no child is an answer.

    ## Bad
    ```xml flows/Guard_Line_Delete.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <customErrors>
            <name>Stop</name>
            <label>Stop</label>
            <customErrorMessages><errorMessage>The invoice is posted.</errorMessage></customErrorMessages>
        </customErrors>
        <decisions>
            <name>Is_Posted</name>
            <label>Is posted?</label>
            <defaultConnectorLabel>No</defaultConnectorLabel>
            <rules>
                <name>Yes</name>
                <conditionLogic>and</conditionLogic>
                <conditions>
                    <leftValueReference>Get_Invoice.Posted__c</leftValueReference>
                    <operator>EqualTo</operator>
                    <rightValue><booleanValue>true</booleanValue></rightValue>
                </conditions>
                <connector><targetReference>Stop</targetReference></connector>
                <label>Yes</label>
            </rules>
        </decisions>
        <label>Guard line delete</label>
        <processType>AutoLaunchedFlow</processType>
        <recordCreates>
            <name>Log_Error</name>
            <label>Log error</label>
            <inputAssignments>
                <field>Message__c</field>
                <value><elementReference>$Flow.FaultMessage</elementReference></value>
            </inputAssignments>
            <object>Error__c</object>
        </recordCreates>
        <recordLookups>
            <name>Get_Invoice</name>
            <label>Get invoice</label>
            <connector><targetReference>Is_Posted</targetReference></connector>
            <faultConnector><targetReference>Log_Error</targetReference></faultConnector>
            <filterLogic>and</filterLogic>
            <filters>
                <field>Id</field>
                <operator>EqualTo</operator>
                <value><elementReference>$Record.Invoice__c</elementReference></value>
            </filters>
            <getFirstRecordOnly>true</getFirstRecordOnly>
            <object>Invoice__c</object>
            <storeOutputAutomatically>true</storeOutputAutomatically>
        </recordLookups>
        <start>
            <connector><targetReference>Get_Invoice</targetReference></connector>
            <object>Invoice_Line__c</object>
            <recordTriggerType>Delete</recordTriggerType>
            <triggerType>RecordBeforeDelete</triggerType>
        </start>
        <status>Active</status>
    </Flow>
    ```

    ## Good
    ```xml flows/Guard_Line_Delete.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <customErrors>
            <name>Stop</name>
            <label>Stop</label>
            <customErrorMessages><errorMessage>The invoice is posted.</errorMessage></customErrorMessages>
        </customErrors>
        <customErrors>
            <name>Cannot_Tell</name>
            <label>Cannot tell</label>
            <customErrorMessages><errorMessage>The invoice could not be read.</errorMessage></customErrorMessages>
        </customErrors>
        <decisions>
            <name>Is_Posted</name>
            <label>Is posted?</label>
            <defaultConnectorLabel>No</defaultConnectorLabel>
            <rules>
                <name>Yes</name>
                <conditionLogic>and</conditionLogic>
                <conditions>
                    <leftValueReference>Get_Invoice.Posted__c</leftValueReference>
                    <operator>EqualTo</operator>
                    <rightValue><booleanValue>true</booleanValue></rightValue>
                </conditions>
                <connector><targetReference>Stop</targetReference></connector>
                <label>Yes</label>
            </rules>
        </decisions>
        <label>Guard line delete</label>
        <processType>AutoLaunchedFlow</processType>
        <recordLookups>
            <name>Get_Invoice</name>
            <label>Get invoice</label>
            <connector><targetReference>Is_Posted</targetReference></connector>
            <faultConnector><targetReference>Cannot_Tell</targetReference></faultConnector>
            <filterLogic>and</filterLogic>
            <filters>
                <field>Id</field>
                <operator>EqualTo</operator>
                <value><elementReference>$Record.Invoice__c</elementReference></value>
            </filters>
            <getFirstRecordOnly>true</getFirstRecordOnly>
            <object>Invoice__c</object>
            <storeOutputAutomatically>true</storeOutputAutomatically>
        </recordLookups>
        <start>
            <connector><targetReference>Get_Invoice</targetReference></connector>
            <object>Invoice_Line__c</object>
            <recordTriggerType>Delete</recordTriggerType>
            <triggerType>RecordBeforeDelete</triggerType>
        </start>
        <status>Active</status>
    </Flow>
    ```

    ## Fix
    End the fault path with a Custom Error, or remove it. After a lookup, ask whether it found a record, and stop the
    delete if it did not.

    ## Sources
    - https://help.salesforce.com/s/articleView?id=platform.flow_ref_elements_custom_error.htm
    """
    for guard in org.deletes.guards:
        swallowed = org.deletes.swallowed(guard) if guard.live else ()
        if swallowed:
            yield _caught(guard, swallowed[0])
        if guard.live and guard.flow is not None:
            faults = open_faults(guard.flow)
            falls = null_falls(guard.flow)
            if faults:
                yield _fails(guard, faults)
            if falls:
                yield _falls(guard, falls)


def _fails(guard: DeleteGuard, faults: Sequence[OpenFault]) -> Finding:
    first = faults[0]
    return Finding(
        f"If {joined([fault.element.name for fault in faults])} fails, {guard.name} takes the fault path "
        f"{' → '.join(node.name for node in first.way)} and ends without an error, so the {guard.object} is deleted.",
        at=first.place,
        because=[*guard.evidence, *(evidence for fault in faults for evidence in fault.evidence())],
        subject="fault path",
    )


def _caught(guard: DeleteGuard, swallowed: Swallowed) -> Finding:
    return Finding(
        f"If something in it fails, delete guard {guard.name} catches the exception and goes on without an error, so the "
        f"{guard.object} is deleted.",
        at=swallowed.caught.place,
        because=[*guard.evidence, swallowed.fails, swallowed.caught],
        fix="Throw the exception again, or add an error to the records in the catch block.",
        subject="catch",
    )


def _falls(guard: DeleteGuard, falls: Sequence[NullFall]) -> Finding:
    first = falls[0]
    return Finding(
        f"If {joined([fall.element.name for fall in falls])} finds no {first.element.object}, {guard.name} lets the "
        f"{guard.object} be deleted: {first.condition.left} is then empty, and nothing asks whether it was found.",
        at=first.place,
        because=[*guard.evidence, *(evidence for fall in falls for evidence in fall.evidence())],
        fix=f"Ask whether {first.element.name} is null, and stop the delete if it is.",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        subject="nothing found",
    )
