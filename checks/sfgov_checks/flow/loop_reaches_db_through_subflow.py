"""FLW002: a loop that calls a flow which works on the database, so that it does so once per round."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov import Confidence, Finding, Severity, check
from sfgov.check import Outcome
from sfgov.facts import Flow
from sfgov.facts.flow import FlowElement
from sfgov.model.flow_graph import FlowLoop
from sfgov.model.flow_reach import FlowWork
from sfgov.model.flows import LinkedFlow, called_flow
from sfgov.model.org import Org
from sfgov_checks.flows import FEW, comes_to, loop_finding, sureness


@check("FLW002", "flow-loop-reaches-db-through-subflow", Severity.HIGH, reads=(Flow,), tags=("performance",))
def loop_reaches_db_through_subflow(org: Org) -> Iterator[Outcome]:
    """A loop calls no flow that queries, writes or sends something, itself or in what it calls in turn.

    A subflow that looks up one record is right where one record calls it, and one query per round where a loop does:
    100 rounds, and the transaction is rolled back. The loop shows nothing of it, and neither does the subflow.
    Followed are subflows and flows called as actions, to any depth, and the Apex classes that they call.

    Quiet: subflows that only compute, those with a screen or a wait (each round is a transaction of its own), loops
    of at most five rounds, work that is remembered after the first time. A flow that is not in the tree is reported
    with low confidence: what it does is not known.

    ## Bad
    ```xml flows/Price_Order.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <apiVersion>62.0</apiVersion>
        <label>Price Order</label>
        <loops>
            <name>Each_Line</name>
            <label>Each Line</label>
            <collectionReference>Get_Lines</collectionReference>
            <iterationOrder>Asc</iterationOrder>
            <nextValueConnector>
                <targetReference>Price_Line</targetReference>
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
                <field>OrderId</field>
                <operator>EqualTo</operator>
                <value>
                    <elementReference>$Record.Id</elementReference>
                </value>
            </filters>
            <getFirstRecordOnly>false</getFirstRecordOnly>
            <object>OrderItem</object>
            <storeOutputAutomatically>true</storeOutputAutomatically>
        </recordLookups>
        <start>
            <connector>
                <targetReference>Get_Lines</targetReference>
            </connector>
            <object>Order</object>
            <recordTriggerType>Update</recordTriggerType>
            <triggerType>RecordAfterSave</triggerType>
        </start>
        <status>Active</status>
        <subflows>
            <name>Price_Line</name>
            <label>Price Line</label>
            <connector>
                <targetReference>Each_Line</targetReference>
            </connector>
            <flowName>Find_Price</flowName>
        </subflows>
    </Flow>
    ```
    ```xml flows/Find_Price.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <apiVersion>62.0</apiVersion>
        <label>Find Price</label>
        <processType>AutoLaunchedFlow</processType>
        <recordLookups>
            <name>Get_Price</name>
            <label>Get Price</label>
            <filterLogic>and</filterLogic>
            <filters>
                <field>Product2Id</field>
                <operator>EqualTo</operator>
                <value>
                    <elementReference>productId</elementReference>
                </value>
            </filters>
            <getFirstRecordOnly>true</getFirstRecordOnly>
            <object>PricebookEntry</object>
            <storeOutputAutomatically>true</storeOutputAutomatically>
        </recordLookups>
        <start>
            <connector>
                <targetReference>Get_Price</targetReference>
            </connector>
        </start>
        <status>Active</status>
        <variables>
            <name>productId</name>
            <dataType>String</dataType>
            <isCollection>false</isCollection>
            <isInput>true</isInput>
            <isOutput>false</isOutput>
        </variables>
    </Flow>
    ```

    ## Good
    ```xml flows/Price_Order.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <apiVersion>62.0</apiVersion>
        <label>Price Order</label>
        <processType>AutoLaunchedFlow</processType>
        <start>
            <connector>
                <targetReference>Price_Lines</targetReference>
            </connector>
            <object>Order</object>
            <recordTriggerType>Update</recordTriggerType>
            <triggerType>RecordAfterSave</triggerType>
        </start>
        <status>Active</status>
        <subflows>
            <name>Price_Lines</name>
            <label>Price Lines</label>
            <flowName>Find_Prices</flowName>
            <inputAssignments>
                <name>orderId</name>
                <value>
                    <elementReference>$Record.Id</elementReference>
                </value>
            </inputAssignments>
        </subflows>
    </Flow>
    ```
    ```xml flows/Find_Prices.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <apiVersion>62.0</apiVersion>
        <label>Find Prices</label>
        <processType>AutoLaunchedFlow</processType>
        <recordLookups>
            <name>Get_Lines</name>
            <label>Get Lines</label>
            <filterLogic>and</filterLogic>
            <filters>
                <field>OrderId</field>
                <operator>EqualTo</operator>
                <value>
                    <elementReference>orderId</elementReference>
                </value>
            </filters>
            <getFirstRecordOnly>false</getFirstRecordOnly>
            <object>OrderItem</object>
            <storeOutputAutomatically>true</storeOutputAutomatically>
        </recordLookups>
        <start>
            <connector>
                <targetReference>Get_Lines</targetReference>
            </connector>
        </start>
        <status>Active</status>
        <variables>
            <name>orderId</name>
            <dataType>String</dataType>
            <isCollection>false</isCollection>
            <isInput>true</isInput>
            <isOutput>false</isOutput>
        </variables>
    </Flow>
    ```

    ## Fix
    Give the subflow a collection as its input and call it once, outside of the loop; there, query once with the
    operator In. Or query before the loop, and hand the subflow what it needs.

    ## Sources
    - https://help.salesforce.com/s/articleView?id=platform.flow_considerations_limit_transaction.htm
    - https://help.salesforce.com/s/articleView?id=platform.flow_concepts_bulkification.htm
    """
    for flow in org.flows.all():
        if flow.may_run:
            for element in flow.fact.elements:
                for loop in flow.repeating(element, more_than=FEW) if called_flow(element) else ():
                    yield from _finding(org, flow, loop, element)


def _finding(org: Org, flow: LinkedFlow, loop: FlowLoop, element: FlowElement) -> Iterator[Finding]:
    called = called_flow(element)
    work = org.flow_reach.work(called)
    if work is not None:
        yield loop_finding(
            org,
            flow,
            loop,
            element,
            work=f"calls the flow {called}",
            then=f"{_where(work)} {work.element.name} {work.said}{comes_to(work.path)}",
            behind=work.evidence,
            confidence=_confidence(work),
        )
    elif org.flows.get(called) is None:
        what = f"calls the flow {called}, which is not in the tree,"
        yield loop_finding(org, flow, loop, element, work=what, confidence=Confidence.LOW)


def _where(work: FlowWork) -> str:
    return f", which calls {work.flow.name} in turn: there," if len(work.calls) else ", in which"


def _confidence(work: FlowWork) -> Confidence:
    flows = [*(flow for flow, _ in work.calls), work.flow]
    if any(flow.other_version_runs for flow in flows):
        return Confidence.LOW
    return sureness(work.path) if work.path else Confidence.HIGH
