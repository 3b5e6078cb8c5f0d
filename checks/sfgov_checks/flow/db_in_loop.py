"""FLW001: a flow that works on the database, or sends something, once per round of a loop."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov import Confidence, Finding, Severity, check
from sfgov.check import Outcome
from sfgov.facts import Flow
from sfgov.facts.flow import FlowElement
from sfgov.model.apex import Path
from sfgov.model.flow_graph import FlowLoop
from sfgov.model.flow_work import apex_class_of, work_of
from sfgov.model.flows import LinkedFlow
from sfgov.model.invocables import invocable_work, told
from sfgov.model.org import Org
from sfgov_checks.flows import FEW, comes_to, loop_finding, sureness


@check("FLW001", "flow-db-in-loop", Severity.HIGH, reads=(Flow,), tags=("performance",))
def db_in_loop(org: Org) -> Iterator[Outcome]:
    """A flow queries and writes once for all records, before or after a loop, never once per round of it.

    A transaction may run 100 queries and 150 DML statements, send 10 e-mails and make 100 callouts; then all of it
    is rolled back, and no fault path catches that. Salesforce puts the work of many interviews together, but not the
    rounds of a loop. Queries of custom metadata count in flows, too.

    Quiet: elements from which there is no way back to the loop, loops that the flow itself bounds to five rounds,
    rounds with a screen or a wait in between (each starts a new transaction), flows that do not run, templates.
    A flow that no record, schedule or message starts, and that none of those calls, is reported as medium, and so are
    e-mails and external services: a flow has no action that sends many of them at once.

    ## Bad
    ```xml flows/Close_Lines.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <apiVersion>62.0</apiVersion>
        <label>Close Lines</label>
        <loops>
            <name>Each_Line</name>
            <label>Each Line</label>
            <collectionReference>Get_Lines</collectionReference>
            <iterationOrder>Asc</iterationOrder>
            <nextValueConnector>
                <targetReference>Close_Line</targetReference>
            </nextValueConnector>
        </loops>
        <processType>AutoLaunchedFlow</processType>
        <recordLookups>
            <name>Get_Lines</name>
            <label>Get Lines</label>
            <connector>
                <targetReference>Each_Line</targetReference>
            </connector>
            <filterLogic>and</filterLogic>
            <filters>
                <field>Invoice__c</field>
                <operator>EqualTo</operator>
                <value>
                    <elementReference>$Record.Id</elementReference>
                </value>
            </filters>
            <getFirstRecordOnly>false</getFirstRecordOnly>
            <object>Invoice_Line__c</object>
            <storeOutputAutomatically>true</storeOutputAutomatically>
        </recordLookups>
        <recordUpdates>
            <name>Close_Line</name>
            <label>Close Line</label>
            <connector>
                <targetReference>Each_Line</targetReference>
            </connector>
            <inputAssignments>
                <field>Closed__c</field>
                <value>
                    <booleanValue>true</booleanValue>
                </value>
            </inputAssignments>
            <inputReference>Each_Line</inputReference>
        </recordUpdates>
        <start>
            <connector>
                <targetReference>Get_Lines</targetReference>
            </connector>
            <object>Invoice__c</object>
            <recordTriggerType>Update</recordTriggerType>
            <triggerType>RecordAfterSave</triggerType>
        </start>
        <status>Active</status>
    </Flow>
    ```

    ## Good
    ```xml flows/Close_Lines.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <apiVersion>62.0</apiVersion>
        <description>Closes the lines of an invoice with it.</description>
        <label>Close Lines</label>
        <processType>AutoLaunchedFlow</processType>
        <recordUpdates>
            <name>Close_Lines</name>
            <label>Close Lines</label>
            <filterLogic>and</filterLogic>
            <filters>
                <field>Invoice__c</field>
                <operator>EqualTo</operator>
                <value>
                    <elementReference>$Record.Id</elementReference>
                </value>
            </filters>
            <inputAssignments>
                <field>Closed__c</field>
                <value>
                    <booleanValue>true</booleanValue>
                </value>
            </inputAssignments>
            <object>Invoice_Line__c</object>
        </recordUpdates>
        <start>
            <connector>
                <targetReference>Close_Lines</targetReference>
            </connector>
            <object>Invoice__c</object>
            <recordTriggerType>Update</recordTriggerType>
            <triggerType>RecordAfterSave</triggerType>
        </start>
        <status>Active</status>
    </Flow>
    ```

    ## Fix
    Query before the loop and pick from the collection inside it, with a filter or a formula. Let the loop only assign:
    change the record, add it to a collection variable, and create, update or delete that collection once, after the
    loop. Give Apex actions and e-mails the whole collection in one call.

    ## Sources
    - https://help.salesforce.com/s/articleView?id=platform.flow_considerations_limit_transaction.htm
    - https://help.salesforce.com/s/articleView?id=platform.flow_concepts_bulkification.htm
    - https://help.salesforce.com/s/articleView?id=platform.custommetadatatypes_limits.htm
    """
    for flow in org.flows.all():
        if flow.may_run:
            for element in flow.fact.elements:
                for loop in flow.repeating(element, more_than=FEW):
                    yield from _finding(org, flow, loop, element)


def _finding(org: Org, flow: LinkedFlow, loop: FlowLoop, element: FlowElement) -> Iterator[Finding]:
    apex_class = apex_class_of(element)
    path = invocable_work(org.apex, apex_class) if apex_class else None
    if apex_class and path is None and org.apex.methods_of(apex_class):
        return
    work = f"calls the Apex class {apex_class}" if apex_class else work_of(flow, element)
    if work:
        sure = _confidence(apex_class, path)
        behind = told(path) if path else ()
        then = comes_to(path)
        yield loop_finding(org, flow, loop, element, work=work, then=then, behind=behind, confidence=sure)


def _confidence(apex_class: str, path: Path | None) -> Confidence:
    """What a class does that is not in the tree is not known."""
    if not apex_class:
        return Confidence.HIGH
    return sureness(path) if path else Confidence.LOW
