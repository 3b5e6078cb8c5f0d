"""FLW003: a flow that many records enter at once, and an Apex action that is made for one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sfgov import Confidence, Finding, Severity, check
from sfgov.check import Outcome
from sfgov.facts import ApexClass, Flow
from sfgov.facts.flow import FlowElement
from sfgov.model.flow_work import apex_class_of
from sfgov.model.flows import LinkedFlow
from sfgov.model.invocable_bulk import NotBulk, not_bulk
from sfgov.model.invocables import entry_methods
from sfgov.model.org import Org
from sfgov_checks.flows import down_from_trigger, sureness

_CONSEQUENCES = {
    "first": "handles only {text}: the other records get nothing",
    "each": "{text} for each of them",
    "result": "returns one result for all of them, where Salesforce expects one for each",
}


@check(
    "FLW003", "bulk-flow-calls-nonbulk-action", Severity.HIGH, reads=(Flow, ApexClass), tags=("performance",)
)
def bulk_flow_calls_nonbulk_action(org: Org) -> Iterator[Outcome]:
    """An Apex action that a record-triggered flow calls handles all records of a save, not only the first.

    Salesforce collects the interviews of a transaction and calls the invocable method once, with a list. A method
    that takes `requests[0]` is right in every test with one record and skips 199 of 200 in an import. One that
    queries or writes in a loop over the list passes the limits, and one that returns a single result for all fails.

    Quiet: methods that refuse more than one input, classes that are not in the tree, flows that only people start.

    ## Bad
    ```xml flows/Score_Lead.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <actionCalls>
            <name>Score</name>
            <label>Score</label>
            <actionName>ScoreLead</actionName>
            <actionType>apex</actionType>
            <inputParameters>
                <name>ids</name>
                <value>
                    <elementReference>$Record.Id</elementReference>
                </value>
            </inputParameters>
        </actionCalls>
        <apiVersion>62.0</apiVersion>
        <label>Score Lead</label>
        <processType>AutoLaunchedFlow</processType>
        <start>
            <connector>
                <targetReference>Score</targetReference>
            </connector>
            <object>Lead</object>
            <recordTriggerType>Create</recordTriggerType>
            <triggerType>RecordAfterSave</triggerType>
        </start>
        <status>Active</status>
    </Flow>
    ```
    ```apex classes/ScoreLead.cls
    public with sharing class ScoreLead {
        @InvocableMethod(label='Score lead')
        public static void score(List<Id> ids) {
            Lead one = [SELECT Id, Rating FROM Lead WHERE Id = :ids[0] WITH USER_MODE];
            one.Rating = 'Hot';
            update as user one;
        }
    }
    ```

    ## Good
    ```xml flows/Score_Lead.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <actionCalls>
            <name>Score</name>
            <label>Score</label>
            <actionName>ScoreLead</actionName>
            <actionType>apex</actionType>
            <inputParameters>
                <name>ids</name>
                <value>
                    <elementReference>$Record.Id</elementReference>
                </value>
            </inputParameters>
        </actionCalls>
        <apiVersion>62.0</apiVersion>
        <label>Score Lead</label>
        <processType>AutoLaunchedFlow</processType>
        <start>
            <connector>
                <targetReference>Score</targetReference>
            </connector>
            <object>Lead</object>
            <recordTriggerType>Create</recordTriggerType>
            <triggerType>RecordAfterSave</triggerType>
        </start>
        <status>Active</status>
    </Flow>
    ```
    ```apex classes/ScoreLead.cls
    public with sharing class ScoreLead {
        @InvocableMethod(label='Score leads')
        public static void score(List<Id> ids) {
            List<Lead> leads = [SELECT Id, Rating FROM Lead WHERE Id IN :ids WITH USER_MODE];
            for (Lead one : leads) {
                one.Rating = 'Hot';
            }
            update as user leads;
        }
    }
    ```

    ## Fix
    Loop over the whole list, query and write once for all, and return one result per input, in the same order.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_classes_annotation_InvocableMethod.htm
    """
    faults: dict[str, NotBulk | None] = {}
    for flow in org.flows.all():
        actions = [e for e in flow.reachable(through_faults=False) if _is_action(e)] if flow.live else []
        calls = org.flows.way_from_trigger(flow, bulk=True) if actions and not flow.bulk else ()
        for element in actions if flow.bulk or calls else ():
            key = element.action_name.casefold()
            if key not in faults:
                faults[key] = _fault(org, element)
            fault = faults[key]
            if fault is not None:
                yield _finding(flow, calls, element, fault)


def _is_action(element: FlowElement) -> bool:
    return element.kind == "actionCalls" and bool(apex_class_of(element))


def _fault(org: Org, element: FlowElement) -> NotBulk | None:
    found = [not_bulk(org.apex, method) for method in entry_methods(org.apex, element.action_name)]
    return next(filter(None, found), None)


def _finding(
    flow: LinkedFlow, calls: Sequence[tuple[LinkedFlow, FlowElement]], element: FlowElement, fault: NotBulk
) -> Finding:
    place = flow.written.at(element.line, element.name)
    top = calls[0][0] if calls else flow
    return Finding(
        f"{top.name} runs for all {_records(top)} at once, but {fault.method.name} "
        f"{_CONSEQUENCES[fault.fault].format(text=fault.text)}.",
        at=place,
        because=[
            *down_from_trigger(calls),
            *(
                []
                if calls
                else [
                    flow.written.at(flow.fact.start.line, "start").says(
                        f"flow {flow.name} starts {flow.launch}"
                    )
                ]
            ),
            place.says(f"{element.name} calls the Apex class {element.action_name}"),
            *fault.evidence,
        ],
        severity=Severity.MEDIUM if fault.fault == "result" else Severity.HIGH,
        confidence=_confidence(fault),
        subject=f"{element.name}.{fault.fault}",
    )


def _confidence(fault: NotBulk) -> Confidence:
    if fault.path is not None:
        return sureness(fault.path)
    return Confidence.HIGH if fault.whole_text else Confidence.MEDIUM


def _records(flow: LinkedFlow) -> str:
    return f"{flow.fact.start.object} records of a transaction".strip()
