"""FLW008: a flow that refers to something that is not there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sfgov import Confidence, Finding, Severity, check
from sfgov.check import Outcome
from sfgov.facts import Flow
from sfgov.facts.flow import FlowElement
from sfgov.model.flow_targets import Broken, FlowTargets, unreachable
from sfgov.model.flows import LinkedFlow
from sfgov.model.org import Org
from sfgov_checks.flows import doubt
from sfgov_checks.principals import joined

_MOST_SHOWN = 5


@check("FLW008", "flow-broken-reference", Severity.HIGH, reads=(Flow,))
def broken_reference(org: Org) -> Iterator[Outcome]:
    """What a flow goes on to, calls, reads and writes exists.

    A merge that loses an element, a class whose annotation was removed, a subflow that was renamed: the flow fails
    at deployment or, if only the other side is deployed, when it runs. An error that nothing leads to (medium) stops
    nobody; other elements that nothing leads to are dead (low).

    Quiet: components of managed packages, standard ones, types that were not retrieved, fields of standard and managed
    objects, screen components, flows that do not run. What may be in another repository is of medium confidence.

    ## Bad
    ```xml flows/Close_Case.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <apiVersion>62.0</apiVersion>
        <label>Close Case</label>
        <processType>AutoLaunchedFlow</processType>
        <start>
            <connector>
                <targetReference>Tell_Owner</targetReference>
            </connector>
            <object>Case</object>
            <recordTriggerType>Update</recordTriggerType>
            <triggerType>RecordAfterSave</triggerType>
        </start>
        <status>Active</status>
        <subflows>
            <name>Tell_Owner</name>
            <label>Tell Owner</label>
            <flowName>Notify_Owner</flowName>
        </subflows>
    </Flow>
    ```

    ## Good
    ```xml flows/Close_Case.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <apiVersion>62.0</apiVersion>
        <label>Close Case</label>
        <processType>AutoLaunchedFlow</processType>
        <start>
            <connector>
                <targetReference>Tell_Owner</targetReference>
            </connector>
            <object>Case</object>
            <recordTriggerType>Update</recordTriggerType>
            <triggerType>RecordAfterSave</triggerType>
        </start>
        <status>Active</status>
        <subflows>
            <name>Tell_Owner</name>
            <label>Tell Owner</label>
            <flowName>Notify_Owner</flowName>
        </subflows>
    </Flow>
    ```
    ```xml flows/Notify_Owner.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <apiVersion>62.0</apiVersion>
        <label>Notify Owner</label>
        <processType>AutoLaunchedFlow</processType>
        <status>Active</status>
    </Flow>
    ```

    ## Fix
    Retrieve what is missing together with the flow, or correct the name. Connect an element that nothing leads to, or
    delete it.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/meta_visual_workflow.htm
    """
    targets = FlowTargets(org.index, org.flows)
    for flow in org.flows.all():
        if flow.may_run and not org.index.managed(flow.name):
            by_target: dict[str, list[Broken]] = defaultdict(list)
            for one in targets.broken(flow):
                by_target[one.target.casefold()].append(one)
            for found in by_target.values():
                yield _broken(flow, found)
            yield from _dead(flow)


def _broken(flow: LinkedFlow, found: Sequence[Broken]) -> Finding:
    first = found[0]
    name = "The flow" if first.at.element == "start" else first.at.element
    sure = Confidence.HIGH if first.inside else Confidence.MEDIUM
    return Finding(
        f"{name} {first.said}.{doubt(flow)}",
        at=first.at,
        because=[one.at.says(one.said) for one in found[:_MOST_SHOWN]],
        confidence=sure if flow.live else Confidence.LOW,
        subject=first.target,
    )


def _dead(flow: LinkedFlow) -> Iterator[Finding]:
    dead = unreachable(flow)
    errors = [element for element in dead if element.kind == "customErrors"]
    for error in errors:
        yield Finding(
            f"Nothing leads to {error.name}, so the flow never stops anything with it.{doubt(flow)}",
            at=flow.written.at(error.line, error.name),
            severity=Severity.MEDIUM,
            confidence=None if flow.live else Confidence.LOW,
            subject=f"unreachable.{error.name}",
        )
    others = [element for element in dead if element not in errors]
    if others:
        yield _never_runs(flow, others)


def _never_runs(flow: LinkedFlow, elements: Sequence[FlowElement]) -> Finding:
    places = [flow.written.at(element.line, element.name) for element in elements]
    return Finding(
        f"Nothing leads to {joined([element.name for element in elements])} from the start of the flow.{doubt(flow)}",
        at=places[0],
        because=[place.says(f"{place.element} never runs") for place in places[:_MOST_SHOWN]],
        severity=Severity.LOW,
        confidence=None if flow.live else Confidence.LOW,
        subject="unreachable",
    )
