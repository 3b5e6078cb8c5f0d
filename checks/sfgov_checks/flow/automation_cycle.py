"""FLW007: saves that set each other off without an end."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov import Confidence, Evidence, Finding, Severity, check
from sfgov.check import Outcome
from sfgov.facts import ApexTrigger, Flow
from sfgov.model.automation.cycles import Cycle, Link, cycles
from sfgov.model.org import Org

_SAVES = {"create": "creating", "update": "updating", "delete": "deleting", "undelete": "undeleting"}


@check("FLW007", "automation-cycle", Severity.HIGH, reads=(Flow, ApexTrigger), confidence=Confidence.MEDIUM)
def automation_cycle(org: Org) -> Iterator[Outcome]:
    """Automation that a save starts does not lead back to the same save, or tests whether anything changed.

    A flow on Opportunity updates the quote, a trigger on the quote updates the opportunity, and each save starts the
    other until the platform stops the transaction at a depth of 16. Followed are live flows, active triggers, what
    they call in subflows and Apex, and up to four objects.

    Quiet: a decision, a condition in code, a static flag or a test of what changed on the way; criteria that what is
    written does not meet; the same value written again where a change is asked for. Processes and workflow rules run
    for a record only so many times, a flow is not started again by its own update of its record, and scheduled paths
    and jobs belong to other transactions.

    ## Bad
    ```xml flows/Sync_Quote.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <apiVersion>62.0</apiVersion>
        <label>Sync Quote</label>
        <processType>AutoLaunchedFlow</processType>
        <recordUpdates>
            <name>Update_Quotes</name>
            <label>Update Quotes</label>
            <filterLogic>and</filterLogic>
            <filters>
                <field>OpportunityId</field>
                <operator>EqualTo</operator>
                <value>
                    <elementReference>$Record.Id</elementReference>
                </value>
            </filters>
            <inputAssignments>
                <field>Description</field>
                <value>
                    <elementReference>$Record.Description</elementReference>
                </value>
            </inputAssignments>
            <object>Quote</object>
        </recordUpdates>
        <start>
            <connector>
                <targetReference>Update_Quotes</targetReference>
            </connector>
            <object>Opportunity</object>
            <recordTriggerType>Update</recordTriggerType>
            <triggerType>RecordAfterSave</triggerType>
        </start>
        <status>Active</status>
    </Flow>
    ```
    ```apex triggers/QuoteTrigger.trigger
    trigger QuoteTrigger on Quote (after update) {
        List<Opportunity> parents = new List<Opportunity>();
        for (Quote one : Trigger.new) {
            parents.add(new Opportunity(Id = one.OpportunityId, Description = one.Description));
        }
        update parents;
    }
    ```

    ## Good
    ```xml flows/Sync_Quote.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <apiVersion>62.0</apiVersion>
        <label>Sync Quote</label>
        <processType>AutoLaunchedFlow</processType>
        <recordUpdates>
            <name>Update_Quotes</name>
            <label>Update Quotes</label>
            <filterLogic>and</filterLogic>
            <filters>
                <field>OpportunityId</field>
                <operator>EqualTo</operator>
                <value>
                    <elementReference>$Record.Id</elementReference>
                </value>
            </filters>
            <inputAssignments>
                <field>Description</field>
                <value>
                    <elementReference>$Record.Description</elementReference>
                </value>
            </inputAssignments>
            <object>Quote</object>
        </recordUpdates>
        <start>
            <connector>
                <targetReference>Update_Quotes</targetReference>
            </connector>
            <filterLogic>and</filterLogic>
            <filters>
                <field>StageName</field>
                <operator>IsChanged</operator>
                <value>
                    <booleanValue>true</booleanValue>
                </value>
            </filters>
            <object>Opportunity</object>
            <recordTriggerType>Update</recordTriggerType>
            <triggerType>RecordAfterSave</triggerType>
        </start>
        <status>Active</status>
    </Flow>
    ```
    ```apex triggers/QuoteTrigger.trigger
    trigger QuoteTrigger on Quote (after update) {
        List<Opportunity> parents = new List<Opportunity>();
        for (Quote one : Trigger.new) {
            parents.add(new Opportunity(Id = one.OpportunityId, Description = one.Description));
        }
        update parents;
    }
    ```

    ## Fix
    Let the start of a flow ask whether the field changed that it passes on, and compare with `Trigger.oldMap` in code;
    or let one side own the value and the other only read it.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_triggers_order_of_execution.htm
    - https://help.salesforce.com/s/articleView?id=platform.flow_considerations_trigger_record.htm
    """
    for cycle in cycles(org.automation):
        yield _finding(cycle)


def _finding(cycle: Cycle) -> Finding:
    first = cycle.links[0]
    way = ", ".join(f"{link.automatism.said} {link.reached.effect.said}" for link in cycle.links)
    return Finding(
        f"{_SAVES[first.start[1]].capitalize()} {first.automatism.object} records sets off itself: {way}, with no test "
        "of what changed.",
        at=first.reached.effect.at,
        because=[step for link in cycle.links for step in _steps(link)],
        confidence=None if cycle.same_records else Confidence.LOW,
        subject=".".join(sorted(f"{link.automatism.name} {link.start[1]}" for link in cycle.links)),
    )


def _steps(link: Link) -> Iterator[Evidence]:
    automatism = link.automatism
    yield automatism.at.says(f"{_SAVES[link.start[1]]} {automatism.object} records starts {automatism.said}")
    yield from link.reached.evidence
