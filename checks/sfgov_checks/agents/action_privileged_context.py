"""AGT003: actions that do for an agent what nobody has given its user."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from sfgov import Confidence, Finding, Severity, check
from sfgov.check import Outcome
from sfgov.facts import ApexClass, CustomField, Flow, PermissionSet, Profile
from sfgov.model.agents import Action, Agent, Kind
from sfgov.model.bundles import Bundle
from sfgov.model.classification import SensitiveField
from sfgov.model.flow_names import fields_named
from sfgov.model.grants import Held
from sfgov.model.org import Org
from sfgov.model.unasked import Deed
from sfgov.place import Evidence
from sfgov.policy import Policy
from sfgov_checks.access.classified import classified_objects
from sfgov_checks.agents.told import AGENTS, calling, once, whose


@check(
    "AGT003",
    "agent-action-privileged-context",
    Severity.HIGH,
    reads=AGENTS,
    against=(Flow, ApexClass, CustomField, PermissionSet, Profile),
    tags=("agents", "security"),
)
def action_privileged_context(org: Org, policy: Policy) -> Iterator[Outcome]:
    """What an agent does to records, it does with its user's permissions.

    An agent's user is given little, and that is the boundary that holds when a conversation goes astray. An action whose
    flow runs in system context without sharing, or whose Apex works in system mode (code saved before API version 67,
    unless it says otherwise), steps over it: nobody asks what the user may.

    High: updates, deletes and reads of classified fields for customers. Medium: creates, where the agent's user is known
    and may not create; work that the user's own permissions allow, but that minds no sharing; and agents for employees,
    where those who may use the agent have no such permission. Which permission sets are the agent's is told by
    `principals.agent` in `sfgov.yml`, by the name `<Agent>_Access`, or by the licence of agents' users; where nothing
    tells it, the confidence is medium. Quiet: user mode, code that asks for permissions itself, and reads of fields that
    are not classified.

    ## Bad
    ```yaml aiAuthoringBundles/Help/Help.agent
    config:
       developer_name: "Help"
       agent_type: "AgentforceServiceAgent"
    start_agent main:
       description: "Addresses"
       actions:
          change_address:
             description: "Changes the address of an order"
             target: "apex://AddressChange"
       reasoning:
          actions:
             change: @actions.change_address
    ```
    ```apex classes/AddressChange.cls
    public without sharing class AddressChange {
        @InvocableMethod
        public static void run(List<Order> changed) {
            update changed;
        }
    }
    ```
    ```xml classes/AddressChange.cls-meta.xml
    <ApexClass xmlns="http://soap.sforce.com/2006/04/metadata">
        <apiVersion>60.0</apiVersion>
        <status>Active</status>
    </ApexClass>
    ```

    ## Good
    ```apex classes/AddressChange.cls
    public with sharing class AddressChange {
        @InvocableMethod
        public static void run(List<Order> changed) {
            update as user changed;
        }
    }
    ```
    ```xml classes/AddressChange.cls-meta.xml
    <ApexClass xmlns="http://soap.sforce.com/2006/04/metadata">
        <apiVersion>67.0</apiVersion>
        <status>Active</status>
    </ApexClass>
    ```

    ## Fix
    Let the flow run in the context that it is started in, or the Apex in user mode (`WITH USER_MODE`, `as user`), and
    give the agent's permission set what the action needs.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_classes_enforce_usermode.htm
    - https://help.salesforce.com/s/articleView?id=platform.flow_distribute_context.htm&type=5
    """
    classified = {name.casefold(): fields for name, fields in classified_objects(org, policy).items()}
    for actions in once(org.agents.all):
        found = [
            beyond
            for action in actions
            for deed in action.work.unasked
            if action.uses and (beyond := _beyond(org, action, deed, classified)) is not None
        ]
        if found:
            yield _finding(actions, sorted(found, key=lambda one: (one.severity.rank, one.confidence.rank)))


class _Beyond(msgspec.Struct, frozen=True):
    """Something that an action does beyond its user's permissions, or without asking for them."""

    action: Action
    deed: Deed
    severity: Severity
    confidence: Confidence
    said: str
    lacks: bool
    fields: tuple[SensitiveField, ...] = ()

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The calls, the work, and what makes it delicate."""
        deed = self.deed
        does = deed.effect.at.says(f"{deed.by} {deed.effect.said} {deed.how}: {deed.reason}")
        return (*deed.way, does, *(one for field in self.fields[:2] for one in field.evidence()))


_FLAGS = {"create": "allowCreate", "update": "allowEdit", "delete": "allowDelete"}


def _beyond(
    org: Org, action: Action, deed: Deed, classified: Mapping[str, Sequence[SensitiveField]]
) -> _Beyond | None:
    effect = deed.effect
    fields: tuple[SensitiveField, ...] = ()
    if effect.kind == "read":
        fields = tuple(one for one in classified.get(effect.object.casefold(), ()) if _reads(org, deed, one))
    writes = effect.kind in _FLAGS and not deed.sharing
    if not writes and not fields:
        return None
    held = _held(action.agent, effect.object, _FLAGS.get(effect.kind, ""), fields)
    severity = _severity(action.agent, effect.kind, held)
    if severity is None:
        return None
    return _Beyond(
        action,
        deed,
        severity,
        _confidence(action.agent, deed, held),
        _said(deed, fields),
        held is Held.NO,
        fields,
    )


def _held(agent: Agent, object_name: str, flag: str, fields: Sequence[SensitiveField]) -> Held | None:
    """Whether those in whose name the agent works may do it themselves; None where nobody is known."""
    bundles = _in_whose_name(agent)
    answers = [
        bundle.object_access(object_name, flag) if flag else bundle.field_access(fields[0].name, "readable")
        for bundle in bundles
    ]
    if not answers:
        return None
    if any(answer.held is Held.YES for answer in answers):
        return Held.YES
    return Held.UNKNOWN if any(answer.held is Held.UNKNOWN for answer in answers) else Held.NO


def _in_whose_name(agent: Agent) -> list[Bundle]:
    found = [bundle for bundle, _ in agent.access.bundles]
    if agent.kind is not Kind.SERVICE:
        found += [bundle for bundle, _ in agent.access.visible_to]
    return found


def _severity(agent: Agent, kind: str, held: Held | None) -> Severity | None:
    if agent.kind in (Kind.SERVICE, Kind.OTHER):
        if kind == "create":
            return Severity.MEDIUM if held is Held.NO else None
        if held is Held.YES:
            return Severity.MEDIUM if kind != "read" else None
        return Severity.HIGH
    return Severity.MEDIUM if held is Held.NO and kind != "create" else None


def _confidence(agent: Agent, deed: Deed, held: Held | None) -> Confidence:
    """An employee has more than the set that shows the agent; only a profile comes near to all."""
    if agent.kind not in (Kind.SERVICE, Kind.OTHER):
        profiles = any(bundle.kind in ("Profile", "Persona") for bundle in _in_whose_name(agent))
        return Confidence.MEDIUM if profiles and deed.sure else Confidence.LOW
    return Confidence.HIGH if held in (Held.NO, Held.YES) and deed.sure else Confidence.MEDIUM


def _reads(org: Org, deed: Deed, field: SensitiveField) -> bool:
    """Whether a query selects the field, or the flow takes it out of what a lookup found."""
    if deed.text:
        selected = re.split(r"\bFROM\b", deed.text, maxsplit=1, flags=re.IGNORECASE)[0]
        return re.search(rf"\b{re.escape(field.field)}\b", selected, re.IGNORECASE) is not None
    kind, _, name = deed.effect.at.component.partition(":")
    flow = org.flows.get(name) if kind == "Flow" else None
    if flow is None:
        return False
    filters = {
        (item.field.casefold(), flow.written.at(item.line, element.name))
        for element in flow.fact.elements
        for item in element.filters
    }
    wanted = (field.object.casefold(), field.field.casefold())
    return any(
        (object_name.casefold(), named.casefold()) == wanted and (named.casefold(), at) not in filters
        for object_name, named, at in fields_named(flow)
    )


def _said(deed: Deed, fields: Sequence[SensitiveField]) -> str:
    """`deletes Order records in system mode`, `reads Contact.SSN__c (Restricted) in system mode`."""
    if fields:
        more = f" and {len(fields) - 1} more" if len(fields) > 1 else ""
        return f"reads {fields[0].name} ({fields[0].classification}){more} {deed.how}"
    return f"{deed.effect.said} {deed.how}"


def _finding(actions: Sequence[Action], found: Sequence[_Beyond]) -> Finding:
    first = found[0]
    action = first.action
    others = sorted({one.said for one in found[1:]} - {first.said})
    more = f" (and {len(others)} more)" if others else ""
    return Finding(
        f"{whose(actions)}: {calling(action)} {first.said}{more}; {_whether(first)}.",
        at=action.target.at if action.target is not None else action.at,
        because=[evidence for one in found[:2] for evidence in one.evidence],
        severity=first.severity,
        confidence=first.confidence,
        subject=f"{action.at.element} {first.deed.effect.kind} {first.deed.effect.object}",
    )


def _whether(one: _Beyond) -> str:
    service = one.action.agent.kind in (Kind.SERVICE, Kind.OTHER)
    if one.lacks:
        return "the agent's user may not do that" if service else "those who use the agent may not do that"
    if one.severity is Severity.MEDIUM:
        return "the agent's user may do that, but to the records that sharing shows it"
    return "nobody asks what the agent's user may do"
