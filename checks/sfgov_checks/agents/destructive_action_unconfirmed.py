"""AGT001: actions that destroy, spend or send, and run without asking the user."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

import msgspec

from sfgov import Confidence, Finding, Severity, check
from sfgov.check import Outcome
from sfgov.facts import ApexClass, CustomField, Flow, GenAiFunction, GenAiPromptTemplate
from sfgov.model.agents import Action, Agent, Assigned, Use
from sfgov.model.automation.effects import Reached
from sfgov.model.org import Org
from sfgov.place import Evidence, Place
from sfgov.policy import Policy
from sfgov_checks.agents.told import AGENTS, calling, once, whose, words


@check(
    "AGT001",
    "agent-destructive-action-unconfirmed",
    Severity.HIGH,
    reads=AGENTS,
    against=(Flow, ApexClass, GenAiFunction, GenAiPromptTemplate),
    tags=("agents",),
)
def destructive_action_unconfirmed(org: Org, policy: Policy) -> Iterator[Outcome]:
    """Actions of an agent that destroy, spend or send ask the user first.

    A model picks the action, from words that it may have misread. What cannot be taken back, such as a delete, a closed
    case, a refund or a new owner, waits for the user's yes: `require_user_confirmation: True` in a script,
    `isConfirmationRequired` in the action's XML. A sentence in the instructions is no such thing: the model may skip it.

    What an action does is read in its flow or Apex, and behind it. High: deletes, final states and owners that are set,
    and changes by actions named in `agents.sensitive_actions`. Medium: amounts, e-mails, callouts that change something
    elsewhere, and actions whose target is not in the tree but whose name says what they do. Quiet: records that are only
    created, verification codes, steps that run after a confirmed one, and actions behind a condition on a confirmation
    (`available when @variables.confirmed`), unless the model makes that value up itself.

    ## Bad
    ```yaml aiAuthoringBundles/Help/Help.agent
    config:
       developer_name: "Help"
       agent_type: "AgentforceEmployeeAgent"
    start_agent main:
       description: "Bookings"
       actions:
          cancel_booking:
             description: "Cancels a booking"
             target: "flow://Cancel_Booking"
       reasoning:
          actions:
             cancel: @actions.cancel_booking
    ```
    ```xml flows/Cancel_Booking.flow-meta.xml
    <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
        <apiVersion>63.0</apiVersion>
        <processType>AutoLaunchedFlow</processType>
        <recordDeletes>
            <name>Remove_Booking</name>
            <filterLogic>and</filterLogic>
            <filters>
                <field>Cancelled__c</field>
                <operator>EqualTo</operator>
                <value><booleanValue>true</booleanValue></value>
            </filters>
            <object>Booking__c</object>
        </recordDeletes>
        <start>
            <connector><targetReference>Remove_Booking</targetReference></connector>
        </start>
        <status>Active</status>
    </Flow>
    ```

    ## Good
    ```yaml aiAuthoringBundles/Help/Help.agent
    config:
       developer_name: "Help"
       agent_type: "AgentforceEmployeeAgent"
    start_agent main:
       description: "Bookings"
       actions:
          cancel_booking:
             description: "Cancels a booking"
             require_user_confirmation: True
             target: "flow://Cancel_Booking"
       reasoning:
          actions:
             cancel: @actions.cancel_booking
    ```

    ## Fix
    Set `require_user_confirmation: True` on the action, or `<isConfirmationRequired>true</isConfirmationRequired>`.

    ## Sources
    - https://developer.salesforce.com/docs/ai/agentforce/guide/ascript-ref-actions.html
    - https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/meta_genaifunction.htm
    """
    for actions in once(org.agents.all):
        open_uses = [use for action in actions for use in _unconfirmed(action)]
        grave = _grave(org, actions[0], policy) if open_uses else None
        if grave is not None:
            yield _finding(actions, open_uses, grave)


class _Grave(msgspec.Struct, frozen=True):
    """The gravest thing that an action does."""

    severity: Severity
    said: str
    evidence: tuple[Evidence, ...] = ()
    confidence: Confidence | None = None


# Whether somebody is asked


_CONFIRMS = re.compile(r"confirm|consent|approv|agreed|accepted", re.IGNORECASE)
_PROSE = re.compile(
    r"\bconfirm|\bare you sure\b|\b(ask|check with)\b[^.\n]{0,60}\b(before|first)\b", re.IGNORECASE
)


def _unconfirmed(action: Action) -> Iterator[Use]:
    """The uses for which nobody is asked. What the tree does not hold may well ask."""
    for use in action.uses if action.known else ():
        if not _asks(use) and not _is_behind_confirmation(action.agent, use):
            yield use


def _asks(use: Use) -> bool:
    """Whether the user is asked for this call, or for the one after which it runs."""
    own = use.action.confirmed if use.action is not None and use.confirmed is None else use.confirmed
    return bool(own) or (use.after is not None and _asks(use.after))


def _is_behind_confirmation(agent: Agent, use: Use) -> bool:
    """Whether it takes a confirmation that the model cannot make up."""
    return any(
        not any(map(_made_up, variable.sets))
        for condition in use.conditions
        for name in condition.variables
        if _CONFIRMS.search(name) and (variable := agent.variable(name)) is not None
    )


def _made_up(assigned: Assigned) -> bool:
    """Whether the model decides the value; a question to the user (`collect`) has no use that the model fills."""
    return assigned.kind == "model" and assigned.use is not None


# What the action does


_FINAL = re.compile(
    r"\b(closed?|cancell?ed|rejected|refunded|paid|terminated|deactivated|expired|resolved|withdrawn|void(ed)?|lost)\b"
)
_MONEY = re.compile(r"amount|price|discount|balance|credit|refund|fee|payment|limit", re.IGNORECASE)
_DESTROYING = frozenset(
    {"delete", "remove", "purge", "wipe", "cancel", "refund", "terminate", "revoke", "void", "merge", "deactivate",
     "charge", "reverse", "unsubscribe"}
)  # fmt: skip
_SPENDING = frozenset(
    {"pay", "payment", "charge", "book", "order", "submit", "transfer", "send", "issue", "place", "post"}
)
_CODES = frozenset({"verify", "verification", "code", "otp", "passcode", "authenticate", "authentication"})


def _grave(org: Org, action: Action, policy: Policy) -> _Grave | None:
    """What it does that should be asked for first; None where that is nothing."""
    sensitive = _is_sensitive(action, policy)
    found = [
        grave for one in action.work.writes if (grave := _of_write(org, one, named=sensitive)) is not None
    ]
    found += _leaving(org, action, sensitive=sensitive)
    if found:
        return min(found, key=lambda one: one.severity.rank)
    named = sensitive or not _DESTROYING.isdisjoint(words(action.name))
    if named and not action.work.known and action.target is not None:
        said = "is not in the tree to be read, and by its name does what cannot be taken back"
        return _Grave(Severity.MEDIUM, said, confidence=Confidence.MEDIUM)
    return None


def _is_sensitive(action: Action, policy: Policy) -> bool:
    """Whether `agents.sensitive_actions` names it."""
    names = [action.name, action.label, action.label.replace(" ", "_"), action.source]
    names += [action.target.name] if action.target is not None else []
    return any(
        fnmatchcase(name.casefold(), pattern.casefold())
        for name in names
        for pattern in policy.agents.sensitive_actions
        if name
    )


def _of_write(org: Org, reached: Reached, *, named: bool) -> _Grave | None:
    effect = reached.effect
    if effect.kind == "delete":
        return _Grave(Severity.HIGH, f"deletes {effect.object} records", reached.evidence)
    if effect.kind == "update":
        for field, value in sorted((effect.values or {}).items()):
            if field == "ownerid" or (value and _is_status(field) and _FINAL.search(value.replace("_", " "))):
                to = f" to {value!r}" if value else ""
                said = f"sets {_spelled(org, effect.object, field)} of {effect.object} records{to}"
                return _Grave(Severity.HIGH, said, reached.evidence)
        money = next((field for field in sorted(effect.values or {}) if _MONEY.search(field)), None)
        if money is not None and not named:
            said = f"changes {_spelled(org, effect.object, money)} of {effect.object} records"
            return _Grave(Severity.MEDIUM, said, reached.evidence)
    return _Grave(Severity.HIGH, effect.said, reached.evidence) if named else None


def _spelled(org: Org, object_name: str, field: str) -> str:
    """The field as its file spells it; a standard one that has none, nearly so."""
    written = org.get(CustomField, f"{object_name}.{field}")
    if written is not None:
        return written.fact.field
    return "OwnerId" if field == "ownerid" else field.capitalize()


def _is_status(field: str) -> bool:
    return any(word in field for word in ("status", "stage", "state"))


def _leaving(org: Org, action: Action, *, sensitive: bool) -> Iterator[_Grave]:
    """E-mails and callouts that change something elsewhere."""
    own = set(words(action.name))
    for one in action.work.leaves:
        if one.kind == "email" and _CODES.isdisjoint(own):
            yield _Grave(Severity.MEDIUM, "sends an e-mail", one.evidence)
        acting = sensitive or not (_SPENDING | _DESTROYING).isdisjoint(own)
        if one.kind == "callout" and acting and _changes(org, one.at):
            severity = Severity.HIGH if sensitive else Severity.MEDIUM
            yield _Grave(severity, "calls another system to change something there", one.evidence)


def _changes(org: Org, at: Place) -> bool:
    """Whether the method that makes the callout uses another verb than GET."""
    return any(
        operation.kind == "call"
        and operation.name.casefold() == "setmethod"
        and any(verb in "".join(operation.arguments).upper() for verb in ("POST", "PUT", "PATCH", "DELETE"))
        for method in org.apex.graph.methods
        if method.written.path == at.path and method.method.line <= at.line
        for operation in method.method.operations
        if operation.line <= at.line
    )


def _finding(actions: Sequence[Action], uses: Sequence[Use], grave: _Grave) -> Finding:
    action = uses[0].action or actions[0]
    prose = _prose(uses)
    ending = "; the instructions ask for one, but nothing enforces it" if prose else ""
    because = list(grave.evidence)
    because += [use.at.says(f"{_by(use)} runs it") for use in uses if use.at != action.at][:3]
    because += [prose] if prose else []
    at = action.confirmed_at if action.confirmed is False and action.confirmed_at else action.at
    return Finding(
        f"{whose(actions)}: {calling(action)} {grave.said}, and runs with no user confirmation{ending}.",
        at=at,
        because=because,
        severity=grave.severity,
        confidence=grave.confidence,
        subject=f"{action.at.element} unconfirmed",
    )


def _by(use: Use) -> str:
    return "the model" if use.by_model else "the script"


def _prose(uses: Sequence[Use]) -> Evidence | None:
    """Where the instructions ask for a confirmation."""
    for use in uses:
        topic = use.topic
        texts = [topic.scope, *topic.instructions] if topic is not None else []
        system = use.action.agent.instructions if use.action is not None else None
        for text in (*texts, system):
            match = _PROSE.search(text.text) if text is not None else None
            if text is not None and match is not None:
                return text.at_offset(match.start()).says("asks for a confirmation in words")
    return None
