"""FLW009: a flow that takes every record of an object."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sfgov import Evidence, Finding, Severity, check
from sfgov.check import Outcome
from sfgov.facts import Flow
from sfgov.facts.flow import FlowElement
from sfgov.model.flow_selection import is_small, takes_every_record
from sfgov.model.flows import LinkedFlow
from sfgov.model.org import Org
from sfgov.policy import Policy
from sfgov_checks.flows import down_from_trigger

Calls = Sequence[tuple[LinkedFlow, FlowElement]]


@check("FLW009", "flow-reads-or-deletes-unfiltered", Severity.MEDIUM, reads=(Flow,), tags=("performance",))
def reads_or_deletes_unfiltered(org: Org, policy: Policy) -> Iterator[Outcome]:
    """A flow that a record, a schedule or a message starts says which records it looks up, and any flow what it deletes.

    A lookup without a filter reads the whole object: it works in a sandbox of ten records and fails at 50,000 rows
    in production. A delete of what such a lookup found empties the object.

    Quiet: one record, a limit, custom metadata, custom settings and setup objects; deletes on objects that the
    policy lists under `delete.automation_ok`; flows that do not run.

    ## Bad
    ```xml flows/Clear_Lines.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <apiVersion>62.0</apiVersion>
        <label>Clear Lines</label>
        <processType>AutoLaunchedFlow</processType>
        <recordDeletes>
            <name>Delete_Lines</name>
            <label>Delete Lines</label>
            <inputReference>Get_Lines</inputReference>
        </recordDeletes>
        <recordLookups>
            <name>Get_Lines</name>
            <label>Get Lines</label>
            <connector>
                <targetReference>Delete_Lines</targetReference>
            </connector>
            <getFirstRecordOnly>false</getFirstRecordOnly>
            <object>Invoice_Line__c</object>
            <storeOutputAutomatically>true</storeOutputAutomatically>
        </recordLookups>
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
    ```xml flows/Clear_Lines.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <apiVersion>62.0</apiVersion>
        <label>Clear Lines</label>
        <processType>AutoLaunchedFlow</processType>
        <recordDeletes>
            <name>Delete_Lines</name>
            <label>Delete Lines</label>
            <inputReference>Get_Lines</inputReference>
        </recordDeletes>
        <recordLookups>
            <name>Get_Lines</name>
            <label>Get Lines</label>
            <connector>
                <targetReference>Delete_Lines</targetReference>
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

    ## Fix
    Add a filter that ties the lookup to the record at hand, or a limit. Where a job really has to go through all
    records, let a scheduled flow start on the object, or a batch class do it in chunks.

    ## Sources
    - https://help.salesforce.com/s/articleView?id=platform.flow_considerations_limit_transaction.htm
    - https://help.salesforce.com/s/articleView?id=platform.flow_ref_elements_data_get.htm
    """
    spared = {name.casefold() for name in policy.delete.automation_ok}
    for flow in org.flows.all():
        reachable = flow.reachable(through_faults=False) if flow.live and flow.may_run else ()
        emptied = [pair for element in reachable if (pair := _deleted(flow, element, spared))]
        calls = () if flow.triggered else org.flows.way_from_trigger(flow)
        for delete, lookup in emptied:
            yield _delete_finding(flow, delete, lookup, calls)
        told = {lookup.name for _, lookup in emptied}
        for element in reachable if flow.triggered or calls else ():
            if _reads_all(org, flow, element) and element.name not in told:
                yield _lookup_finding(flow, element, calls)


def _reads_all(org: Org, flow: LinkedFlow, element: FlowElement) -> bool:
    if element.kind != "recordLookups" or is_small(org.index, element.object):
        return False
    return takes_every_record(flow, element)


def _deleted(
    flow: LinkedFlow, element: FlowElement, spared: set[str]
) -> tuple[FlowElement, FlowElement] | None:
    """A delete of every record, with the element that selects them: itself, or a lookup."""
    if element.kind != "recordDeletes":
        return None
    source = flow.references.element_behind(element.input_reference) if element.input_reference else element
    if source is None or source.object.casefold() in spared or not takes_every_record(flow, source):
        return None
    return element, source


def _delete_finding(flow: LinkedFlow, delete: FlowElement, lookup: FlowElement, calls: Calls) -> Finding:
    how = "" if lookup is delete else f"everything that {lookup.name} finds, which is "
    place = flow.written.at(delete.line, delete.name)
    return Finding(
        f"{delete.name} deletes {how}every {lookup.object} record: nothing narrows it down.",
        at=place,
        because=[
            *_starts(flow, calls),
            *([] if lookup is delete else [_unfiltered(flow, lookup)]),
            place.says(f"{delete.name} deletes them"),
        ],
        severity=Severity.HIGH,
    )


def _lookup_finding(flow: LinkedFlow, lookup: FlowElement, calls: Calls) -> Finding:
    return Finding(
        f"{lookup.name} reads every {lookup.object} record: it has neither a filter nor a limit.",
        at=flow.written.at(lookup.line, lookup.name),
        because=[*_starts(flow, calls), _unfiltered(flow, lookup)],
    )


def _unfiltered(flow: LinkedFlow, lookup: FlowElement) -> Evidence:
    place = flow.written.at(lookup.line, lookup.name)
    return place.says(f"{lookup.name} looks up {lookup.object} without a filter or a limit")


def _starts(flow: LinkedFlow, calls: Calls) -> Iterator[Evidence]:
    yield from down_from_trigger(calls)
    if not calls:
        yield flow.written.at(flow.fact.start.line, "start").says(f"flow {flow.name} starts {flow.launch}")
