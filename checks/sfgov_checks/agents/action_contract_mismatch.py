"""AGT011: actions that do not fit what they call."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sfgov import Confidence, Finding, Severity, check
from sfgov.check import Outcome
from sfgov.facts import ApexClass, Flow, GenAiFunction, GenAiPromptTemplate, GenAiSchema
from sfgov.model.agents import Action, Agent, Contract, ContractParameter, Input, Output, Target
from sfgov.model.agents.families import misfit
from sfgov.model.index import Knowledge
from sfgov.model.invocables import entry_methods
from sfgov.model.org import Org
from sfgov.place import Evidence
from sfgov_checks.agents.told import AGENTS, calling, once, whose
from sfgov_checks.principals import joined


@check(
    "AGT011",
    "agent-action-contract-mismatch",
    Severity.HIGH,
    reads=AGENTS,
    against=(Flow, ApexClass, GenAiPromptTemplate, GenAiFunction, GenAiSchema),
    tags=("agents",),
)
def action_contract_mismatch(org: Org) -> Iterator[Outcome]:
    """An agent's action fits the flow, class or prompt template that it calls.

    Nothing compares the two sides on deployment. An input whose name the target does not know is dropped, an output
    that it does not have stays empty, and a flow that is not active or a class without an invocable method fails, each
    of them only in the middle of a conversation.

    Reported are targets that are not in the tree (where others of their type are, and their name is the org's own),
    flows that are not active or that cannot be called, classes without `@InvocableMethod`, placeholders, names of
    inputs and outputs that the target does not have, inputs that it requires and never gets, and values of another
    kind (text, number, boolean, record; one or a list). A script that calls itself by another name than its bundle is
    reported as well (medium). Targets of packages and of the platform are not looked at, nor are parameters
    that the platform adds to prompt templates.

    ## Bad
    ```yaml aiAuthoringBundles/Help/Help.agent
    config:
       developer_name: "Help"
       agent_type: "AgentforceEmployeeAgent"
    start_agent main:
       description: "Orders"
       actions:
          get_order:
             description: "Finds an order"
             inputs:
                order_no: string
             target: "flow://Get_Order"
       reasoning:
          actions:
             find: @actions.get_order
                with order_no=@variables.order
    variables:
       order: mutable string = ""
    ```
    ```xml flows/Get_Order.flow-meta.xml
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <processType>AutoLaunchedFlow</processType>
        <status>Active</status>
        <variables>
            <name>orderNumber</name>
            <dataType>String</dataType>
            <isInput>true</isInput>
        </variables>
    </Flow>
    ```

    ## Good
    ```yaml aiAuthoringBundles/Help/Help.agent
    config:
       developer_name: "Help"
       agent_type: "AgentforceEmployeeAgent"
    start_agent main:
       description: "Orders"
       actions:
          get_order:
             description: "Finds an order"
             inputs:
                orderNumber: string
             target: "flow://Get_Order"
       reasoning:
          actions:
             find: @actions.get_order
                with orderNumber=@variables.order
    variables:
       order: mutable string = ""
    ```
    ```xml flows/Get_Order.flow-meta.xml
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <processType>AutoLaunchedFlow</processType>
        <status>Active</status>
        <variables>
            <name>orderNumber</name>
            <dataType>String</dataType>
            <isInput>true</isInput>
        </variables>
    </Flow>
    ```

    ## Fix
    Name inputs and outputs as the target does, give what it requires, and activate the flow that is called.

    ## Sources
    - https://developer.salesforce.com/docs/ai/agentforce/guide/ascript-ref-actions.html
    - https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_classes_annotation_InvocableVariable.htm
    """
    for agent in org.agents.all:
        yield from _misnamed(agent)
    for actions in once(org.agents.all):
        action = actions[0]
        if action.target is None:
            continue
        broken = _broken(org, action.target)
        if broken is not None:
            said, because = broken
            yield Finding(
                f"{whose(actions)}: {calling(action)} fails in the conversation: {said}.",
                at=action.target.at,
                because=because,
                # What is missing may not have been retrieved.
                confidence=Confidence.MEDIUM if action.target.knowledge is Knowledge.ABSENT else None,
                subject=f"{action.at.element} target",
            )
            continue
        contract = org.agents.contract_of(action)
        if contract is not None:
            yield from _parameters(actions, action.target, contract)


_PLACEHOLDER = re.compile(r"[%{}$<>]|^__.*__$")


def _misnamed(agent: Agent) -> Iterator[Finding]:
    """A script whose own name is another than its bundle's."""
    own = agent.setting("config.developer_name", "config.agent_name")
    if agent.encoding != "script" or own is None or not own.value or _PLACEHOLDER.search(own.value):
        return
    if own.value.casefold() != agent.name.casefold():
        yield Finding(
            f"{agent.name}: the script calls itself {own.value}, and its bundle is {agent.name}; whatever goes by one "
            "name, such as tests and agent access, misses the other.",
            at=own.at,
            severity=Severity.MEDIUM,
        )


# The target


_NAMES = {"flow": "flow", "apex": "class", "prompt": "prompt template"}


def _broken(org: Org, target: Target) -> tuple[str, tuple[Evidence, ...]] | None:
    """Why a target cannot be called at all; None where it can, as far as is known."""
    if target.type == "placeholder":
        return "its target is a placeholder, and does nothing", ()
    if target.knowledge is Knowledge.ABSENT and target.name.isidentifier():
        return f"there is no {_NAMES[target.type]} {target.name}", ()
    if target.type == "flow":
        return _broken_flow(org, target.name)
    written = org.get(ApexClass, target.name) if target.type == "apex" else None
    if written is not None and written.fact.types and not entry_methods(org.apex, target.name):
        return f"{target.name} has no method with @InvocableMethod", (written.at().says("the class"),)
    prompt = org.agents.prompt(target.name) if target.type == "prompt" else None
    if prompt is not None and prompt.active is None and prompt.fact.versions:
        at = prompt.at(prompt.fact.versions[-1].line)
        return "no version of the prompt template is published", (at.says("its last version"),)
    return None


def _broken_flow(org: Org, name: str) -> tuple[str, tuple[Evidence, ...]] | None:
    flow = org.flows.get(name)
    if flow is None:
        return None
    here = flow.written.at_element("status").says
    if flow.live is False and not flow.other_version_runs and not flow.fact.is_template:
        return "the flow is not active", (here(f"{name} is {flow.fact.status or 'inactive'}"),)
    if flow.triggered:
        return "the flow is started by records, a schedule or events, and cannot be called", (
            flow.written.at().says("the flow"),
        )
    if flow.fact.process_type == "Flow":
        return "it is a screen flow, and there is no screen", (
            flow.written.at_element("processType").says("its type"),
        )
    return None


# Inputs and outputs


_INPUT = "input:"


def _parameters(actions: Sequence[Action], target: Target, contract: Contract) -> Iterator[Finding]:
    action = actions[0]
    who = f"{whose(actions)}: {calling(action)}"
    what = _NAMES[target.type]
    for one in action.inputs if contract.named else ():
        wanted = contract.input(one.name)
        if wanted is not None:
            yield from _unlike(who, one, wanted, f"takes {one.name} as")
        elif target.type != "prompt" or _names_an_input(one.name, contract):
            takes = joined([other.name for other in contract.inputs]) if contract.inputs else "no input"
            yield Finding(
                f"{who} passes {one.name}, which the {what} does not have, so the value is dropped: it takes {takes}.",
                at=one.at,
                because=[contract.at.says(f"the {what}")],
            )
    for wanted in contract.inputs if contract.named and action.inputs_known else ():
        if wanted.required and not wanted.default and action.input(wanted.name) is None:
            yield Finding(
                f"{who} never passes {wanted.name}, which the {what} requires.",
                at=action.at,
                because=[wanted.at.says(f"{wanted.name} is required")],
                subject=f"{action.at.element} requires {wanted.name}",
            )
    for got in action.outputs:
        given = contract.output(got.name)
        if given is not None:
            yield from _unlike(who, got, given, f"gives {got.name} as")
        elif target.type != "prompt":
            gives = joined([other.name for other in contract.outputs]) if contract.outputs else "no output"
            yield Finding(
                f"{who} expects {got.name}, which the {what} does not give, so it stays empty: it gives {gives}.",
                at=got.at,
                because=[contract.at.says(f"the {what}")],
            )


def _names_an_input(name: str, contract: Contract) -> bool:
    """Whether a name is meant as an input of a prompt template, and is none of the platform's own parameters."""
    plain = name.casefold()
    return plain.startswith(_INPUT) or any(one.name.casefold() == _INPUT + plain for one in contract.inputs)


def _unlike(who: str, one: Input | Output, other: ContractParameter, verb: str) -> Iterator[Finding]:
    """Where the two sides have values of different kinds. A prompt template takes records in several forms."""
    declared, wanted = misfit(one.fact, other)
    if declared and not (other.name.casefold().startswith(_INPUT) and other.type == "SObject"):
        yield Finding(
            f"{who} declares {one.name} as {declared}, and the target {verb} {wanted}.",
            at=one.at,
            because=[other.at.says(f"{other.name} is {wanted}")],
            subject=f"{one.at.element} type",
        )
