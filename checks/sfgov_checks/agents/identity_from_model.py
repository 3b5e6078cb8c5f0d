"""AGT002: inputs that say whose record is read or changed, and that the model fills."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from sfgov import Confidence, Finding, Severity, check
from sfgov.check import Outcome
from sfgov.facts import ApexClass, Flow, GenAiFunction
from sfgov.model.agents import Action, Agent, Input, Kind, Selection, Source, Use
from sfgov.model.org import Org
from sfgov.place import Evidence
from sfgov_checks.agents.told import AGENTS, calling, once, whose, words
from sfgov_checks.principals import joined


@check(
    "AGT002",
    "agent-identity-from-model",
    Severity.HIGH,
    reads=AGENTS,
    against=(Flow, ApexClass, GenAiFunction),
    tags=("agents", "security"),
)
def identity_from_model(org: Org) -> Iterator[Outcome]:
    """Whose record an agent reads or changes is not for the model to say.

    An input that the model fills is an input that the customer fills: who writes another one's order number gets the other
    one's order. So what identifies a person, an order or a case comes from where no conversation reaches: a linked
    variable (`@MessagingEndUser.ContactId`), an attribute mapping, or an output of the action that verified the customer.

    The check follows inputs of actions into flows and Apex, to the filters, queries and statements that pick records by
    them. `is_user_input: False` binds nothing, the model fills the input all the same; so does a variable that the model
    sets. High for agents that serve customers; medium where the target minds the permissions and sharing of the agent's
    user, or where another thing that the customer must know is asked for as well. Agents for employees work in the name
    of who asks, so they count (medium) only where the target works in system mode. Quiet: records that are nobody's, such
    as products and price books, queries that also ask for a bound value or for the running user, and the action whose
    work it is to verify the customer.

    ## Bad
    ```yaml aiAuthoringBundles/Help/Help.agent
    config:
       developer_name: "Help"
       agent_type: "AgentforceServiceAgent"
    start_agent main:
       description: "Orders"
       actions:
          get_order:
             description: "Finds an order"
             inputs:
                order_id: string
             target: "flow://Get_Order"
       reasoning:
          actions:
             find: @actions.get_order
                with order_id=...
    ```
    ```xml flows/Get_Order.flow-meta.xml
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <apiVersion>63.0</apiVersion>
        <processType>AutoLaunchedFlow</processType>
        <recordLookups>
            <name>Find</name>
            <filterLogic>and</filterLogic>
            <filters>
                <field>Id</field>
                <operator>EqualTo</operator>
                <value><elementReference>order_id</elementReference></value>
            </filters>
            <object>Order</object>
        </recordLookups>
        <runInMode>SystemModeWithoutSharing</runInMode>
        <start>
            <connector><targetReference>Find</targetReference></connector>
        </start>
        <status>Active</status>
        <variables>
            <name>order_id</name>
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
    variables:
       contact_id: mutable string = ""
    start_agent main:
       description: "Orders"
       actions:
          find_who_asks:
             description: "Finds the contact of the running user"
             outputs:
                contact_id: string
             target: "flow://Find_Who_Asks"
          get_orders:
             description: "Finds the orders of who asks"
             inputs:
                contact_id: string
             target: "flow://Get_Orders"
       reasoning:
          actions:
             who: @actions.find_who_asks
                set @variables.contact_id = @outputs.contact_id
             find: @actions.get_orders
                with contact_id=@variables.contact_id
    ```

    ## Fix
    Bind the input to a linked variable or to an output of the verification (`with contact_id=@variables.contact_id`, an
    `attributeMappings` block), or let the target ask for the verified contact as well.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/meta_genaiplannerbundle.htm
    - https://cheatsheetseries.owasp.org/cheatsheets/Insecure_Direct_Object_Reference_Prevention_Cheat_Sheet.html
    """
    told: dict[tuple[str, ...], tuple[list[Action], list[_Chosen]]] = {}
    for actions in once(org.agents.all):
        chosen = [one for action in actions for one in _chosen(action)]
        if chosen:  # several topics may have the same action, each with a definition of its own
            names = sorted({one.input.name.casefold() for one in chosen})
            key = (whose(actions), calling(actions[0]), *names)
            all_actions, all_chosen = told.setdefault(key, ([], []))
            all_actions += actions
            all_chosen += chosen
    for all_actions, all_chosen in told.values():
        yield _finding(all_actions, all_chosen)


class _Chosen(msgspec.Struct, frozen=True):
    """An input that the model fills, and the records that it picks."""

    input: Input
    use: Use
    source: Source
    selection: Selection
    severity: Severity
    also_known: bool


_REFERENCE = frozenset(
    {"product2", "pricebook2", "pricebookentry", "recordtype", "group", "organization", "businesshours", "topic",
     "emailtemplate", "contentversion", "contentdocument", "campaign", "queuesobject", "profile", "permissionset",
     "customnotificationtype", "staticresource", "knowledgearticleversion", "location"}
)  # fmt: skip
"""Objects (lower case) whose records belong to no customer."""
_NOBODYS = re.compile(r"(__mdt|__kav|knowledge|product|pricebook)", re.IGNORECASE)
_WHO = frozenset({"contact", "account", "customer", "user", "member", "membership", "patient", "order", "case", "record",
                  "email", "phone", "verification", "policy", "invoice", "subscription", "ticket"})  # fmt: skip
_ENDINGS = frozenset({"id", "ids", "number", "no", "key", "address", "name"})
_ID_TYPES = ("id", "lightning__recordidtype")
_ID_FIELDS = frozenset({"id", "contactid", "accountid", "email", "phone", "mobilephone", "personemail", "casenumber",
                        "ordernumber"})  # fmt: skip
_SYSTEM = ("system without sharing", "system with sharing", "system mode")
_VERIFIES = frozenset(
    {
        "verify",
        "verified",
        "verification",
        "authenticate",
        "authenticated",
        "authentication",
        "otp",
        "passcode",
    }
)


def _chosen(action: Action) -> Iterator[_Chosen]:
    """The inputs by which the model says whose records they are; of each the gravest selection."""
    if _verifies(action):
        return
    for parameter in action.inputs:
        found = [
            _Chosen(parameter, use, source, selection, severity, also_known)
            for use, source in parameter.sources
            if _is_models(action.agent, source)
            for selection in action.work.selected_by(parameter.name)
            if _picks_somebodys(parameter, selection)
            and not _is_held_by_another(action, parameter, use, selection)
            for also_known in [_asks_for_more(action, parameter, selection)]
            if (severity := _severity(action.agent, selection, also_known=also_known)) is not None
        ]
        if found:
            yield min(found, key=_gravity)


def _gravity(one: _Chosen) -> tuple[int, bool]:
    return one.severity.rank, not one.selection.writes


def _severity(agent: Agent, selection: Selection, *, also_known: bool) -> Severity | None:
    if agent.kind in (Kind.SERVICE, Kind.OTHER):
        minds = selection.context in ("user mode", "WITH USER_MODE")
        return Severity.MEDIUM if minds or also_known or agent.kind is Kind.OTHER else Severity.HIGH
    return Severity.MEDIUM if selection.context in _SYSTEM and not also_known else None


def _verifies(action: Action) -> bool:
    """Whether its work is to find out who the customer is: by its name, or by the variable that its outputs set."""
    names = (action.name, *(one.variable for use in action.uses for one in use.sets if one.kind == "output"))
    return any(not _VERIFIES.isdisjoint(words(name)) for name in names)


def _is_models(agent: Agent, source: Source) -> bool:
    """Whether the model decides the value: right here, or by way of a variable that it sets."""
    if source.kind == "model":
        return True
    variable = agent.variable(source.variable) if source.variable else None
    return variable is not None and any(one.kind == "model" for one in variable.sets)


def _picks_somebodys(parameter: Input, selection: Selection) -> bool:
    """Whether it identifies a record that is somebody's."""
    name = selection.object.casefold()
    if name in _REFERENCE or _NOBODYS.search(name):
        return False
    *_, field = selection.field.casefold().split(".")
    is_id = parameter.type.casefold() in _ID_TYPES or field in _ID_FIELDS or not field
    return is_id or _names_somebody(parameter.name)


def _names_somebody(name: str) -> bool:
    """`contactId`, `order_number`, `customer_email`; not `case_subject`."""
    parts = words(name.rpartition(":")[2])
    if not parts:
        return False
    if parts[-1] in ("email", "phone"):
        return True
    if parts[-1] in _ENDINGS:
        return len(parts) > 1 and parts[-2] in _WHO and parts[-1] != "name"
    return len(parts) == 1 and parts[0] in _WHO


def _is_held_by_another(action: Action, parameter: Input, use: Use, selection: Selection) -> bool:
    """Whether the same place also asks for the running user, or for an input that is bound."""
    for _, value in selection.others:
        text = value.casefold()
        if "userinfo." in text or text.startswith(("$user.", "{!$user.")):
            return True
        other = _input_of(action, value)
        if other is not None and other is not parameter:
            source = use.source(other)
            if source.kind == "variable" and not _is_models(action.agent, source):
                return True
    return False


def _asks_for_more(action: Action, parameter: Input, selection: Selection) -> bool:
    """Whether the same place asks for something else that the customer must know."""
    others = (_input_of(action, value) for _, value in selection.others)
    return any(
        one is not None
        and one is not parameter
        and not {"date", "start", "end", "limit"} & set(words(one.name))
        for one in others
    )


def _input_of(action: Action, value: str) -> Input | None:
    """The input that a filter compares with: `customerEmail`, `:request.customerEmail`."""
    return action.input(value.lstrip(": ").rpartition(".")[2].strip())


def _finding(actions: Sequence[Action], chosen: Sequence[_Chosen]) -> Finding:
    first = min(chosen, key=_gravity)
    action = first.input.action
    names = list(dict.fromkeys(one.input.name for one in chosen))
    verb = "change" if any(one.selection.writes for one in chosen) else "read"
    objects = sorted({one.selection.object for one in chosen if one.selection.object}) or ["records"]
    return Finding(
        f"{whose(actions)}: the model fills {joined(names)} of {calling(action)}, and so the user of the agent chooses "
        f"whose {joined(objects)} it {verb}s{_how(first.selection)}.",
        at=first.source.at if first.source.written else action.at,
        because=list(dict.fromkeys(_evidence(chosen))),
        severity=first.severity,
        confidence=None if first.selection.context in _SYSTEM else Confidence.MEDIUM,
        subject=f"{action.at.element} {', '.join(sorted(names))}",
    )


def _how(selection: Selection) -> str:
    context = {"system mode": "system mode", "user mode": "user mode", "WITH USER_MODE": "user mode"}.get(
        selection.context, ""
    )
    if selection.context.startswith("system with"):
        context = f"system context {selection.context.removeprefix('system ')}"
    return f", in {context}" if context else ""


def _evidence(chosen: Sequence[_Chosen]) -> Iterator[Evidence]:
    for one in chosen[:3]:
        if one.source.kind == "variable":
            yield one.source.at.says(f"{one.input.name} is {one.source.variable}, which the model sets")
        elif one.source.written:
            yield one.source.at.says(f"the model fills {one.input.name}")
        else:
            yield one.input.at.says(f"nothing binds {one.input.name}, so the model fills it")
        yield from one.selection.evidence
