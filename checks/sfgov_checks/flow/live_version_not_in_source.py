"""FLW004: a flow that runs in a version which the tree does not hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sfgov import Evidence, Finding, Severity, check
from sfgov.check import Outcome
from sfgov.facts import FlowDefinition
from sfgov.model.flows import LinkedFlow
from sfgov.model.index import Written
from sfgov.model.org import Org


@check("FLW004", "flow-live-version-not-in-source", Severity.HIGH, reads=(FlowDefinition,))
def live_version_not_in_source(org: Org) -> Iterator[Outcome]:
    """The version of a flow that runs is the version that the tree holds.

    Where the flow definition says that version 18 is active and the file of the flow is a draft, everything that is
    read, reviewed and checked here is about a flow that does not run; the one that runs is seen by nobody. Findings
    of other checks on such a flow are of low confidence.

    ## Bad
    ```xml flowDefinitions/Route_Case.flowDefinition-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <FlowDefinition xmlns="http://soap.sforce.com/2006/04/metadata">
        <activeVersionNumber>18</activeVersionNumber>
    </FlowDefinition>
    ```
    ```xml flows/Route_Case.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <apiVersion>62.0</apiVersion>
        <label>Route Case</label>
        <processType>AutoLaunchedFlow</processType>
        <status>Draft</status>
    </Flow>
    ```

    ## Good
    ```xml flowDefinitions/Route_Case.flowDefinition-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <FlowDefinition xmlns="http://soap.sforce.com/2006/04/metadata">
        <activeVersionNumber>18</activeVersionNumber>
    </FlowDefinition>
    ```
    ```xml flows/Route_Case.flow-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <apiVersion>62.0</apiVersion>
        <label>Route Case</label>
        <processType>AutoLaunchedFlow</processType>
        <status>Active</status>
    </Flow>
    ```

    ## Fix
    Retrieve the active version (`Flow:Route_Case-18`), or activate the one that is here. If no version should run,
    deactivate the flow and set its definition to 0.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/meta_flowdefinition.htm
    - https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/meta_visual_workflow.htm
    """
    for flow in org.flows.all():
        definition = org.flows.definition(flow.name)
        if definition is not None and flow.other_version_runs and flow.may_run:
            held = org.flows.versions(flow.name)
            yield Finding(
                f"{flow.name} runs in version {definition.fact.active_version}, but the tree holds only "
                f"{' and '.join(map(_described, held))}: what is reviewed here is not what runs.",
                at=flow.written.at_element("status"),
                because=list(_evidence(definition, held)),
                subject="status",
            )


def _described(flow: LinkedFlow) -> str:
    if flow.version is None:
        return f"a version that is {flow.fact.status}"
    return f"version {flow.version}" + (f" ({flow.fact.status})" if flow.fact.status else "")


def _evidence(definition: Written[FlowDefinition], held: Sequence[LinkedFlow]) -> Iterator[Evidence]:
    active = definition.at_element("activeVersionNumber")
    yield active.says(f"version {definition.fact.active_version} is active")
    for flow in held:
        yield flow.written.at_element("status").says(f"holds {_described(flow)}")
