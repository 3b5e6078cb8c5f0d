"""AGT013: outputs of actions, and variables, that show classified fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from sfgov import Confidence, Finding, Severity, check
from sfgov.check import Outcome
from sfgov.facts import ApexClass, CustomField, Flow, GenAiFunction, GenAiSchema
from sfgov.model.agents import Action, Agent, Kind, Output
from sfgov.model.agents.given import Given, given_by_class, given_by_flow
from sfgov.model.classification import SensitiveField
from sfgov.model.org import Org
from sfgov.policy import Policy
from sfgov_checks.agents.classified import classified
from sfgov_checks.agents.told import AGENTS, calling, once, whose, words


@check(
    "AGT013",
    "agent-output-leaks-sensitive",
    Severity.MEDIUM,
    reads=AGENTS,
    against=(CustomField, Flow, ApexClass, GenAiFunction, GenAiSchema),
    tags=("agents", "privacy"),
)
def output_leaks_sensitive(org: Org, policy: Policy) -> Iterator[Outcome]:
    """What an agent may show is no classified field.

    An output that may be shown (`is_displayable: True`, `copilotAction:isDisplayable`), or that the model gets because
    nothing keeps it back, is in the conversation sooner or later. The check follows outputs into the flow: to the field
    that is assigned, through formulas, templates and variables. Of Apex it is known what a class selects; an
    output counts that has the field's name.

    Found as well: variables of a bot with a classified field that are visible outside and part of the prompt, and
    `logPrivateConversationData` of a bot whose actions show such a field. Quiet: outputs that are kept from the
    model (`filter_from_agent: True`), that are not shown, or that are marked as personal data; agents for employees where
    the flow or class asks for the permissions of who runs it.

    ## Bad
    ```yaml aiAuthoringBundles/Help/Help.agent
    config:
       developer_name: "Help"
       agent_type: "AgentforceServiceAgent"
       default_agent_user: "help.agent@example.com"
    start_agent main:
       description: "Customers"
       actions:
          find:
             target: "flow://Find"
             outputs:
                number: string
                   is_displayable: True
    ```
    ```xml flows/Find.flow-meta.xml
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <assignments>
            <name>Give</name>
            <assignmentItems>
                <assignToReference>number</assignToReference>
                <operator>Assign</operator>
                <value><elementReference>Get.SSN__c</elementReference></value>
            </assignmentItems>
        </assignments>
        <processType>AutoLaunchedFlow</processType>
        <recordLookups>
            <name>Get</name>
            <connector><targetReference>Give</targetReference></connector>
            <object>Contact</object>
        </recordLookups>
        <start><connector><targetReference>Get</targetReference></connector></start>
        <status>Active</status>
        <variables>
            <name>number</name>
            <dataType>String</dataType>
            <isOutput>true</isOutput>
        </variables>
    </Flow>
    ```
    ```xml objects/Contact/fields/SSN__c.field-meta.xml
    <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
        <fullName>SSN__c</fullName>
        <securityClassification>Restricted</securityClassification>
        <type>Text</type>
    </CustomField>
    ```

    ## Good
    ```yaml aiAuthoringBundles/Help/Help.agent
    config:
       developer_name: "Help"
       agent_type: "EinsteinSDR"
    start_agent main:
       description: "Customers"
       actions:
          find:
             target: "flow://Find"
             outputs:
                number: string
                   is_displayable: False
                   filter_from_agent: True
    ```

    ## Fix
    Leave the output out, or keep it back: `is_displayable: False` and `filter_from_agent: True`.

    ## Sources
    - https://developer.salesforce.com/docs/ai/agentforce/guide/ascript-ref-actions.html
    """
    sensitive = classified(org, policy)
    if not sensitive:
        return
    leaking: dict[str, _Leak] = {}
    for actions in once(org.agents.all):
        for leak in _leaks(org, actions[0], sensitive):
            for action in actions:
                leaking.setdefault(action.agent.name, leak)
            yield _finding(f"{whose(actions)}: {calling(actions[0])}", leak)
    for agent in org.agents.all:
        yield from _variables(agent, sensitive)
        yield from _logged(agent, leaking.get(agent.name))


class _Leak(msgspec.Struct, frozen=True):
    output: Output
    field: SensitiveField
    given: Given


def _leaks(org: Org, action: Action, sensitive: Mapping[str, SensitiveField]) -> Iterator[_Leak]:
    shown = [one for one in action.outputs if _is_shown(one)]
    if not shown or (action.agent.kind is Kind.EMPLOYEE and not action.work.unasked):
        return
    for given in _given(org, action):
        field = sensitive.get(given.name.casefold())
        for output in shown if field is not None else ():
            if field is not None and _carries(output, given):
                yield _Leak(output, field, given)


def _is_shown(output: Output) -> bool:
    """Whether nothing keeps it back. That the file says nothing of it does not keep it back."""
    return output.displayable is not False and not output.kept_from_model and output.fact.pii <= 0


def _given(org: Org, action: Action) -> Iterator[Given]:
    target = action.target
    if target is None:
        return
    flow = org.flows.get(target.name) if target.type == "flow" else None
    if flow is not None:
        yield from given_by_flow(flow)
    elif target.type == "apex":
        yield from given_by_class(org.apex, target.name)


def _carries(output: Output, given: Given) -> bool:
    """Whether the field goes into this output; of a class, whether they have one name."""
    if given.output:
        return given.output.casefold() == output.name.casefold()
    return words(given.field.removesuffix("__c")) == words(output.name)


def _finding(who: str, leak: _Leak) -> Finding:
    output, field = leak.output, leak.field
    shows = "may be shown" if output.displayable else "is not kept from the model"
    no_pii = ", and its schema says that it is no personal data" if output.fact.pii < 0 else ""
    return Finding(
        f"{who} gives {field.name} ({field.classification}) in {output.name}, which {shows}{no_pii}.",
        at=output.at,
        because=[leak.given.evidence, *field.evidence()],
        confidence=None if leak.given.output else Confidence.MEDIUM,
    )


def _variables(agent: Agent, sensitive: Mapping[str, SensitiveField]) -> Iterator[Finding]:
    """Variables that are part of the prompt, and that whoever is outside can read."""
    for variable in agent.variables:
        field = sensitive.get(variable.fact.source.removeprefix("@").casefold())
        if field is not None and variable.external and variable.fact.in_prompt > 0:
            yield Finding(
                f"{agent.name} has {field.name} ({field.classification}) in the variable {variable.name}, which is part "
                "of the prompt and visible outside.",
                at=variable.at,
                because=field.evidence(),
            )


def _logged(agent: Agent, leak: _Leak | None) -> Iterator[Finding]:
    setting = agent.setting("logPrivateConversationData")
    if setting is not None and setting.truth and leak is not None:
        yield Finding(
            f"{agent.name} logs private data of conversations, and {leak.output.action.name} puts {leak.field.name} "
            f"({leak.field.classification}) into them.",
            at=setting.at,
            because=[leak.output.at.says(f"{leak.output.name} is shown"), leak.given.evidence],
        )
