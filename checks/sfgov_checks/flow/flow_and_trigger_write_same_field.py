"""FLW005: a field that two kinds of automation set in one save, so that the later one wins."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

from sfgov import Confidence, Evidence, Finding, Severity, check
from sfgov.check import Outcome
from sfgov.facts import ApexTrigger, Flow, Workflow
from sfgov.model.automation import Automatism
from sfgov.model.automation.field_writers import FieldWriter, writers
from sfgov.model.org import Org
from sfgov_checks.principals import joined

Pair = tuple[FieldWriter, FieldWriter]
_MOST_SHOWN = 5


@check("FLW005", "flow-and-trigger-write-same-field", Severity.HIGH, reads=(Flow, ApexTrigger, Workflow))
def flow_and_trigger_write_same_field(org: Org) -> Iterator[Outcome]:
    """A field of a record is set by one kind of automation, not by a flow and then by a trigger over it.

    A save runs before-save flows first, then before triggers, then, after the record is written, after triggers,
    workflow rules and after-save flows. What an early one sets, a later one takes away: the flow works in its debugger
    and does nothing in production. High where nothing but the event decides on either side, else medium. Code in
    handlers is followed. Updates in an after trigger may be of other records of the object: low confidence.

    Quiet: criteria that exclude each other, the same value, a later writer that only fills what is empty. Two flows or
    two triggers are FLW006's.

    ## Bad
    ```xml flows/Rate_Customer.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <apiVersion>62.0</apiVersion>
        <assignments>
            <name>Set_Rating</name>
            <label>Set Rating</label>
            <assignmentItems>
                <assignToReference>$Record.Rating</assignToReference>
                <operator>Assign</operator>
                <value>
                    <stringValue>Hot</stringValue>
                </value>
            </assignmentItems>
        </assignments>
        <label>Rate Customer</label>
        <processType>AutoLaunchedFlow</processType>
        <start>
            <connector>
                <targetReference>Set_Rating</targetReference>
            </connector>
            <object>Account</object>
            <recordTriggerType>Update</recordTriggerType>
            <triggerType>RecordBeforeSave</triggerType>
        </start>
        <status>Active</status>
    </Flow>
    ```
    ```apex triggers/AccountTrigger.trigger
    trigger AccountTrigger on Account (before update) {
        for (Account one : Trigger.new) {
            one.Rating = 'Cold';
        }
    }
    ```

    ## Good
    ```xml flows/Rate_Customer.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <apiVersion>62.0</apiVersion>
        <assignments>
            <name>Set_Rating</name>
            <label>Set Rating</label>
            <assignmentItems>
                <assignToReference>$Record.Rating</assignToReference>
                <operator>Assign</operator>
                <value>
                    <stringValue>Hot</stringValue>
                </value>
            </assignmentItems>
        </assignments>
        <label>Rate Customer</label>
        <processType>AutoLaunchedFlow</processType>
        <start>
            <connector>
                <targetReference>Set_Rating</targetReference>
            </connector>
            <object>Account</object>
            <recordTriggerType>Update</recordTriggerType>
            <triggerType>RecordBeforeSave</triggerType>
        </start>
        <status>Active</status>
    </Flow>
    ```
    ```apex triggers/AccountTrigger.trigger
    trigger AccountTrigger on Account (before update) {
        for (Account one : Trigger.new) {
            one.Description = one.Rating;
        }
    }
    ```

    ## Fix
    Let one of them own the field and take the assignment out of the other. Where both must, let the later one set it
    only if it is empty, or give them criteria that exclude each other.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_triggers_order_of_execution.htm
    """
    pairs: dict[tuple[str, str, str], list[Pair]] = defaultdict(list)
    for _, found in sorted(writers(org.automation).items()):
        for earlier, later in combinations(found, 2):
            if _are_two_kinds(earlier.automatism, later.automatism) and later.overwrites(earlier):
                key = (earlier.automatism.object, earlier.automatism.name, later.automatism.name)
                pairs[key].append((earlier, later))
    for of_pair in pairs.values():
        yield _finding(of_pair)


def _are_two_kinds(one: Automatism, other: Automatism) -> bool:
    return one.kind != other.kind and "process" not in (one.kind, other.kind)


def _finding(pairs: Sequence[Pair]) -> Finding:
    plainest = _plainest_by_field(pairs)
    earlier, later = plainest[0]
    sure = not earlier.conditional and not later.conditional
    fields = [one.field for one, _ in plainest]
    return Finding(
        f"{earlier.automatism.object}.{joined(fields)} {'is' if len(fields) == 1 else 'are'} set by "
        f"{earlier.automatism.said} and {'overwritten' if sure else 'may be overwritten'} by "
        f"{later.automatism.said}, which runs later in the same save.",
        at=earlier.at,
        because=[step for pair in plainest[:_MOST_SHOWN] for step in _story(*pair)],
        severity=Severity.HIGH if sure else Severity.MEDIUM,
        confidence=_confidence(later.automatism, sure=sure),
        subject=f"{earlier.automatism.name}.{later.automatism.name}",
    )


def _plainest_by_field(pairs: Sequence[Pair]) -> list[Pair]:
    """One pair for each field, with the fewest conditions; those without any first."""
    found: dict[str, Pair] = {}
    for pair in sorted(pairs, key=_conditions):
        found.setdefault(pair[0].field.casefold(), pair)
    return list(found.values())


def _conditions(pair: Pair) -> int:
    return pair[0].conditional + pair[1].conditional


def _confidence(later: Automatism, *, sure: bool) -> Confidence:
    if later.kind == "trigger" and later.timing == "after":
        return Confidence.LOW
    return Confidence.HIGH if sure else Confidence.MEDIUM


def _story(earlier: FieldWriter, later: FieldWriter) -> Iterator[Evidence]:
    yield from earlier.evidence
    yield later.automatism.at.says(f"{later.automatism.said} runs later")
    yield from later.evidence
