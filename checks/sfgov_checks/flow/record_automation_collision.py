"""FLW006: automation on one object whose order is left to chance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import combinations, permutations, product

from sfgov import Confidence, Evidence, Finding, Severity, check
from sfgov.check import Outcome
from sfgov.facts import ApexTrigger, Flow
from sfgov.model.flow_criteria import Criterion, criteria_before, entry_criteria, events, exclude_each_other
from sfgov.model.flow_fields import FieldWrite, own_reads, own_writes
from sfgov.model.flow_launch import Launch
from sfgov.model.flows import LinkedFlow
from sfgov.model.index import Written
from sfgov.model.org import Org
from sfgov.place import Place
from sfgov_checks.principals import counted, joined

_ORDERED = (Launch.BEFORE_SAVE, Launch.AFTER_SAVE)
_MOST_SHOWN = 6


@check("FLW006", "record-automation-collision", Severity.MEDIUM, reads=(Flow, ApexTrigger))
def record_automation_collision(org: Org) -> Iterator[Outcome]:
    """Automation on one object that depends on its order says in which order it runs.

    Of flows on the same object and moment, those without a trigger order run by the date on which they were
    created, which no file shows and which differs from org to org. Triggers have no order at all. It matters where
    two flows set the same field, or one reads what the other sets (medium); where they have nothing in common it
    is low. Before-delete flows cannot be given an order.

    Quiet: flows whose entry criteria exclude each other, fields set to the same value, flows that do not run,
    triggers of managed packages, triggers on events.

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
    ```xml flows/Cool_Down.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <apiVersion>62.0</apiVersion>
        <assignments>
            <name>Set_Cold</name>
            <label>Set Cold</label>
            <assignmentItems>
                <assignToReference>$Record.Rating</assignToReference>
                <operator>Assign</operator>
                <value>
                    <stringValue>Cold</stringValue>
                </value>
            </assignmentItems>
        </assignments>
        <label>Cool Down</label>
        <processType>AutoLaunchedFlow</processType>
        <start>
            <connector>
                <targetReference>Set_Cold</targetReference>
            </connector>
            <object>Account</object>
            <recordTriggerType>CreateAndUpdate</recordTriggerType>
            <triggerType>RecordBeforeSave</triggerType>
        </start>
        <status>Active</status>
    </Flow>
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
        <triggerOrder>10</triggerOrder>
    </Flow>
    ```
    ```xml flows/Cool_Down.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <apiVersion>62.0</apiVersion>
        <assignments>
            <name>Set_Cold</name>
            <label>Set Cold</label>
            <assignmentItems>
                <assignToReference>$Record.Rating</assignToReference>
                <operator>Assign</operator>
                <value>
                    <stringValue>Cold</stringValue>
                </value>
            </assignmentItems>
        </assignments>
        <label>Cool Down</label>
        <processType>AutoLaunchedFlow</processType>
        <start>
            <connector>
                <targetReference>Set_Cold</targetReference>
            </connector>
            <object>Account</object>
            <recordTriggerType>CreateAndUpdate</recordTriggerType>
            <triggerType>RecordBeforeSave</triggerType>
        </start>
        <status>Active</status>
        <triggerOrder>20</triggerOrder>
    </Flow>
    ```

    ## Fix
    Give each flow a trigger order of its own (10, 20, 30 leave room), or put what belongs together into one flow or
    one trigger with a handler.

    ## Sources
    - https://help.salesforce.com/s/articleView?id=platform.flow_concepts_trigger_run_order.htm
    - https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_triggers_order_of_execution.htm
    """
    flows = _record_flows(org)
    for (object_name, launch), group in sorted(flows.items()):
        if launch in _ORDERED:
            yield from _saves(object_name, launch, group)
    triggers = _triggers(org)
    for object_name, group_of_triggers in sorted(triggers.items()):
        yield from _two_triggers(object_name, group_of_triggers)
    yield from _deletes(flows)


def _record_flows(org: Org) -> dict[tuple[str, Launch], list[LinkedFlow]]:
    """Live record-triggered flows by object and moment, by name; of copies in several packages one."""
    found: dict[tuple[str, Launch], dict[str, LinkedFlow]] = defaultdict(dict)
    for flow in org.flows.all():
        if flow.live and flow.fact.start.object and not flow.fact.is_template:
            found[flow.fact.start.object, flow.launch].setdefault(flow.name.casefold(), flow)
    return {key: list(flows.values()) for key, flows in found.items()}


def _saves(object_name: str, launch: Launch, group: Sequence[LinkedFlow]) -> Iterator[Finding]:
    known = [_Touched(flow) for flow in group]
    pairs = [
        (one, other)
        for one, other in combinations(known, 2)
        if one.flow.fact.trigger_order == other.flow.fact.trigger_order and _meet(one.flow, other.flow)
    ]
    clashing = [(one, other, clashes) for one, other in pairs if (clashes := _clashes(launch, one, other))]
    for one, other, clashes in clashing:
        yield _clash_finding(object_name, launch, one.flow, other.flow, clashes)
    if pairs and not clashing:
        unordered = {flow.flow.name for pair in pairs for flow in pair}
        yield _unordered_finding(object_name, launch, [flow for flow in group if flow.name in unordered])


class _Touched:
    """A flow with the fields of its record that it sets (by lower-case name) and reads."""

    def __init__(self, flow: LinkedFlow) -> None:
        self.flow = flow

    @cached_property
    def writes(self) -> dict[str, list[FieldWrite]]:
        found: dict[str, list[FieldWrite]] = defaultdict(list)
        for write in own_writes(self.flow):
            found[write.field.casefold()].append(write)
        return dict(found)

    @cached_property
    def reads(self) -> dict[str, Place]:
        return own_reads(self.flow)


def _meet(one: LinkedFlow, other: LinkedFlow) -> bool:
    """Whether one save can start both."""
    first, second = one.fact.start, other.fact.start
    together = bool(events(first) & events(second))
    return together and not exclude_each_other(entry_criteria(first), entry_criteria(second))


class _Clash:
    """A field that one flow sets and the other sets or reads."""

    def __init__(self, write: FieldWrite, other: Evidence, *, both_set: bool) -> None:
        self.field = write.field
        self.both_set = both_set
        self.evidence = (write.at.says(write.said), other)


def _clashes(launch: Launch, one: _Touched, other: _Touched) -> list[_Clash]:
    """The fields in which the order shows, each once; one that both set counts more than one that is read."""
    found: dict[str, _Clash] = {}
    for field, writes in one.writes.items():
        for write, rival in product(writes, other.writes.get(field, ())):
            if _differ(write, rival):
                found.setdefault(field, _Clash(write, rival.at.says(rival.said), both_set=True))
    for writer, reader in permutations((one, other)) if launch is Launch.BEFORE_SAVE else ():
        asked = entry_criteria(reader.flow.fact.start)
        for field, writes in writer.writes.items():
            place = reader.reads.get(field)
            for write in writes if place else ():
                if place and not exclude_each_other(_criteria(write), asked):
                    said = place.says(f"flow {reader.flow.name} reads {write.field}")
                    found.setdefault(field, _Clash(write, said, both_set=False))
    return sorted(found.values(), key=lambda clash: not clash.both_set)


def _differ(write: FieldWrite, rival: FieldWrite) -> bool:
    if write.literal is not None and rival.literal is not None and _same(write, rival):
        return False
    return not exclude_each_other(_criteria(write), _criteria(rival))


def _same(write: FieldWrite, rival: FieldWrite) -> bool:
    return write.item.value.text.casefold() == rival.item.value.text.casefold()


def _criteria(write: FieldWrite) -> frozenset[Criterion]:
    return entry_criteria(write.flow.fact.start) | criteria_before(write.flow.ways, write.element)


def _clash_finding(
    object_name: str, launch: Launch, one: LinkedFlow, other: LinkedFlow, clashes: Sequence[_Clash]
) -> Finding:
    both = [clash.field for clash in clashes if clash.both_set]
    if both:
        what = f"both set {object_name}.{joined(both)}"
    else:
        what = (
            f"share {object_name}.{joined([clash.field for clash in clashes])}: one sets what the other reads"
        )
    return Finding(
        f"{one.name} and {other.name} {what} {launch}, and nothing says which of them runs first.",
        at=clashes[0].evidence[0].place,
        because=[step for clash in clashes[:_MOST_SHOWN] for step in clash.evidence],
        confidence=Confidence.HIGH if both else Confidence.MEDIUM,
        subject=f"{one.name}.{other.name}",
    )


def _unordered_finding(object_name: str, launch: Launch, flows: Sequence[LinkedFlow]) -> Finding:
    starts = [flow.written.at(flow.fact.start.line, "start") for flow in flows]
    return Finding(
        f"{counted(len(flows), 'flow')} on {object_name} run {launch}, in an order that no file shows: "
        f"{joined([flow.name for flow in flows])}.",
        at=starts[0],
        because=[
            place.says(f"flow {flow.name}, {_order(flow)}") for place, flow in zip(starts, flows, strict=True)
        ],
        severity=Severity.LOW,
        subject=f"{object_name}.{launch.name}",
    )


def _order(flow: LinkedFlow) -> str:
    number = flow.fact.trigger_order
    return "without a trigger order" if number is None else f"trigger order {number}"


def _triggers(org: Org) -> dict[str, list[Written[ApexTrigger]]]:
    """The org's own active triggers on records, by object."""
    found: dict[str, list[Written[ApexTrigger]]] = defaultdict(list)
    for trigger in org.apex.triggers:
        name = trigger.fact.object.casefold()
        on_event = name.endswith(("__e", "changeevent"))
        if org.apex.is_active(trigger) and not on_event and not org.index.managed(trigger.name):
            found[trigger.fact.object].append(trigger)
    return found


def _two_triggers(object_name: str, triggers: Sequence[Written[ApexTrigger]]) -> Iterator[Finding]:
    by_event: dict[str, list[Written[ApexTrigger]]] = defaultdict(list)
    for trigger in triggers:
        for event in trigger.fact.events:
            by_event[event].append(trigger)
    shared = {event: found for event, found in sorted(by_event.items()) if len(found) > 1}
    if shared:
        together = [t for t in triggers if any(t in found for found in shared.values())]
        yield Finding(
            f"{len(together)} triggers on {object_name} share {joined(list(shared))}, and their order is not "
            f"defined: {joined([trigger.name for trigger in together])}.",
            at=together[0].at(element=together[0].name),
            because=[t.at(element=t.name).says(f"{t.name} ({', '.join(t.fact.events)})") for t in together],
            subject=f"{object_name}.triggers",
        )


def _deletes(flows: dict[tuple[str, Launch], list[LinkedFlow]]) -> Iterator[Finding]:
    for (object_name, launch), group in sorted(flows.items()):
        if launch is not Launch.BEFORE_DELETE:
            continue
        for flow in group:
            if flow.fact.trigger_order is not None:
                yield Finding(
                    f"{flow.name} has a trigger order, but a flow that runs before a delete cannot be given one.",
                    at=flow.written.at_element("triggerOrder"),
                    severity=Severity.LOW,
                )
        if len(group) > 1:
            yield _unordered_finding(object_name, launch, group)
