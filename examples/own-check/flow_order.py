"""A house rule: flows that start on the same event say in which order they run."""

from collections import defaultdict
from collections.abc import Iterator

from sfgov import Finding, Severity, check
from sfgov.facts import Flow
from sfgov.model.org import Org


@check("HOU001", "flow-order-is-stated", Severity.MEDIUM, reads=(Flow,))
def flow_order_is_stated(org: Org) -> Iterator[Finding]:
    """Flows that start on the same event of an object state their order.

    Active flows without a `triggerOrder` run in the order of their creation. Nobody sees that order in the metadata,
    and it may be another one in the next org.

    ## Bad
    ```xml flows/Case_Assign.flow-meta.xml
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <start>
            <object>Case</object>
            <recordTriggerType>Create</recordTriggerType>
            <triggerType>RecordAfterSave</triggerType>
        </start>
        <status>Active</status>
    </Flow>
    ```
    ```xml flows/Case_Route.flow-meta.xml
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <start>
            <object>Case</object>
            <recordTriggerType>Create</recordTriggerType>
            <triggerType>RecordAfterSave</triggerType>
        </start>
        <status>Active</status>
    </Flow>
    ```

    ## Good
    ```xml flows/Case_Assign.flow-meta.xml
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <start>
            <object>Case</object>
            <recordTriggerType>Create</recordTriggerType>
            <triggerType>RecordAfterSave</triggerType>
        </start>
        <status>Active</status>
    </Flow>
    ```
    ```xml flows/Case_Route.flow-meta.xml
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <start>
            <object>Case</object>
            <recordTriggerType>Create</recordTriggerType>
            <triggerType>RecordAfterSave</triggerType>
        </start>
        <status>Active</status>
        <triggerOrder>20</triggerOrder>
    </Flow>
    ```

    ## Fix
    Set the trigger order in the flow's properties, in Flow Builder under Advanced.
    """
    unordered = defaultdict(list)
    for flow in org.all(Flow):
        start = flow.fact.start
        if flow.fact.status == "Active" and start.object and flow.fact.trigger_order is None:
            unordered[start.object, start.trigger_type, start.record_trigger_type].append(flow)

    for (object_name, *_), flows in unordered.items():
        for flow in flows:
            others = [other for other in flows if other is not flow]
            if others:
                yield Finding(
                    f"{flow.name} starts on {object_name} together with {others[0].name}, in no stated order.",
                    at=flow.at(flow.fact.start.line, "start"),
                    because=[
                        other.at(other.fact.start.line).says("starts on the same event") for other in others
                    ],
                )
