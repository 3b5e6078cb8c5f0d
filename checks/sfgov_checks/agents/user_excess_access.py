"""AGT007: rights of an agent's user that none of its actions needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from sfgov import Confidence, Finding, NotChecked, Severity, check
from sfgov.check import Outcome
from sfgov.facts import ApexClass, CustomField, Flow, PermissionSet, PermissionSetGroup, Profile
from sfgov.model.agents import Agent
from sfgov.model.bundles import Bundle
from sfgov.model.classification import SensitiveField
from sfgov.model.grants import FIELDS, MODIFY_ALL_DATA, OBJECTS, USER, VIEW_ALL_DATA, Grant
from sfgov.model.org import Org
from sfgov.policy import Policy
from sfgov_checks.access.classified import classified_objects
from sfgov_checks.agents.told import AGENTS
from sfgov_checks.principals import joined


@check(
    "AGT007",
    "agent-user-excess-access",
    Severity.HIGH,
    reads=AGENTS,
    against=(PermissionSet, PermissionSetGroup, Profile, Flow, ApexClass, CustomField),
    tags=("agents", "security", "least-privilege"),
)
def user_excess_access(org: Org, policy: Policy) -> Iterator[Outcome]:
    """An agent's user has no more rights than the agent's actions need.

    What an agent is not asked to do today, somebody may talk it into tomorrow, or the next action that is added may do by
    mistake. The rights of its user are the last boundary, so they end where its actions end.

    All that the agent's actions do is read in their flows, Apex and prompt templates, and held against the permission
    sets of its user: those that `principals.agent` in `sfgov.yml` names, a set called `<Agent>_Access`, and the profile
    that only agents' users can have. High: Modify All Data, View All Data, deletes, View All and Modify All of objects,
    and classified fields of objects that no action touches. Medium: edit and create on objects that no action writes. An
    agent is one finding. Where the tree does not show what all actions do, only deletes and what gives them on all
    records are told, and the confidence is medium, or low where it shows none of them. View All is needed to read an
    object whose records the agent's user does not own, so it counts only where no action touches the object. Quiet: agents whose user's sets are not known, and rights of people who use an agent for
    employees.

    ## Bad
    ```yaml aiAuthoringBundles/Help/Help.agent
    config:
       developer_name: "Help"
       agent_type: "AgentforceServiceAgent"
    start_agent main:
       description: "Answers questions"
    ```
    ```xml permissionsets/Help_Access.permissionset-meta.xml
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Help Access</label>
        <objectPermissions>
            <allowCreate>true</allowCreate>
            <allowDelete>true</allowDelete>
            <allowEdit>true</allowEdit>
            <allowRead>true</allowRead>
            <modifyAllRecords>false</modifyAllRecords>
            <object>Case</object>
            <viewAllRecords>false</viewAllRecords>
        </objectPermissions>
    </PermissionSet>
    ```

    ## Good
    ```xml permissionsets/Help_Access.permissionset-meta.xml
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Help Access</label>
        <objectPermissions>
            <allowCreate>false</allowCreate>
            <allowDelete>false</allowDelete>
            <allowEdit>false</allowEdit>
            <allowRead>true</allowRead>
            <modifyAllRecords>false</modifyAllRecords>
            <object>Case</object>
            <viewAllRecords>false</viewAllRecords>
        </objectPermissions>
    </PermissionSet>
    ```

    ## Fix
    Give the agent's user a set of its own (`<Agent>_Access`) with what the actions use, and nothing else.

    ## Sources
    - https://help.salesforce.com/s/articleView?id=ai.service_agent_user.htm&type=5
    - https://genai.owasp.org/llmrisk/llm062025-excessive-agency/
    """
    classified = {name.casefold(): fields for name, fields in classified_objects(org, policy).items()}
    for agent in org.agents.all:
        if not agent.access.known:
            yield NotChecked(
                f"which permission sets the user of {agent.name} has is not known (principals.agent)"
            )
            continue
        if agent.encoding == "bot" or not agent.complete:
            continue
        excess = list(_excess(agent, classified))
        if excess:
            yield _finding(agent, sorted(excess, key=lambda one: one.right.rank))


class _Right(msgspec.Struct, frozen=True):
    """A right that is too much; `needed` are the effects of which one would make it needed."""

    flag: str
    words: str
    severity: Severity
    rank: int
    needed: tuple[str, ...] = ()


_RIGHTS = (
    _Right("modifyAllRecords", "change and delete every record of", Severity.HIGH, 2),
    _Right("viewAllRecords", "see every record of", Severity.HIGH, 3, ("read", "update", "delete")),
    _Right("allowDelete", "delete", Severity.HIGH, 4, ("delete",)),
    _Right("allowEdit", "edit", Severity.MEDIUM, 6, ("update", "delete", "undelete")),
    _Right("allowCreate", "create", Severity.MEDIUM, 7, ("create",)),
)
_EVERYWHERE = (
    (
        MODIFY_ALL_DATA,
        _Right(MODIFY_ALL_DATA, "change and delete everything (Modify All Data)", Severity.HIGH, 0),
    ),
    (VIEW_ALL_DATA, _Right(VIEW_ALL_DATA, "see everything (View All Data)", Severity.HIGH, 1)),
)
_HARDLY_NEEDED = ("modifyAllRecords", "allowDelete")
"""What counts even where some of the actions cannot be read."""
_FIELD = _Right("readable", "read", Severity.HIGH, 5)
_COVERS = {"modifyAllRecords": ("viewAllRecords", "allowDelete", "allowEdit"), "allowDelete": ("allowEdit",)}


class _Excess(msgspec.Struct, frozen=True):
    """A right too much, on what, and the line that grants it."""

    right: _Right
    name: str
    grant: Grant


def _excess(agent: Agent, classified: Mapping[str, Sequence[SensitiveField]]) -> Iterator[_Excess]:
    """The rights that no action needs; of what includes the other, the wider only."""
    done: defaultdict[str, set[str]] = defaultdict(set)
    for action in agent.actions:
        for reached in action.work.records:
            done[reached.effect.object.casefold()].add(reached.effect.kind)
    known = _knows_all_work(agent)
    seen: set[tuple[str, str]] = set()
    for bundle, _ in agent.access.bundles:
        for one in _held_by(bundle, done, classified, known=known):
            if (one.right.flag, one.name.casefold()) not in seen:
                seen.add((one.right.flag, one.name.casefold()))
                yield one


def _held_by(
    bundle: Bundle,
    done: Mapping[str, set[str]],
    classified: Mapping[str, Sequence[SensitiveField]],
    *,
    known: bool,
) -> Iterator[_Excess]:
    for name, right in _EVERYWHERE:
        for grant in bundle.grants(USER, name)[:1]:
            yield _Excess(right, "", grant)
    for name in _objects(bundle):
        kinds = done.get(name.casefold(), set())
        covered: set[str] = set()
        for right in _RIGHTS:
            grants = bundle.grants(OBJECTS, name, right.flag)
            if not grants or right.flag in covered or not kinds.isdisjoint(right.needed):
                continue
            if known or right.flag in _HARDLY_NEEDED:
                covered.update(_COVERS.get(right.flag, ()))
                yield _Excess(right, name, grants[0])
    for name, fields in sorted(classified.items()):
        for field in fields if known and not done.get(name) else ():
            for grant in bundle.grants(FIELDS, field.name, "readable")[:1]:
                yield _Excess(_FIELD, field.name, grant)


def _objects(bundle: Bundle) -> list[str]:
    names = (
        permission.object
        for granter in bundle.granters
        for file in granter.files
        for permission in file.written.fact.objects
    )
    return sorted({name.casefold(): name for name in names}.values())


def _knows_all_work(agent: Agent) -> bool:
    """Whether everything that the agent can do is in the tree."""
    return all(action.known and action.work.known for action in agent.actions) and all(
        topic.known and topic.kind != "connected" for topic in agent.topics
    )


def _finding(agent: Agent, excess: Sequence[_Excess]) -> Finding:
    by_right: defaultdict[_Right, list[_Excess]] = defaultdict(list)
    for one in excess:
        by_right[one.right].append(one)
    can = [
        f"{right.words} {joined(names)}"
        if (names := [one.name for one in found if one.name])
        else right.words
        for right, found in by_right.items()
    ]
    shown = [action for action in agent.actions if action.known and action.work.known]
    certain = any(one.grant.certain for one in excess)
    unsure = None if _knows_all_work(agent) else Confidence.MEDIUM if shown else Confidence.LOW
    return Finding(
        f"The user of the agent {agent.name} can {', and '.join(can)}; {_not_needed(len(shown), len(agent.actions))}.",
        at=excess[0].grant.evidence[0].place,
        because=[
            *(evidence for one in excess[:8] for evidence in one.grant.evidence),
            agent.at.says(f"{agent.name} is the agent"),
        ],
        severity=min((one.right.severity for one in excess), key=lambda one: one.rank),
        confidence=unsure if certain else Confidence.LOW,
        subject=f"excess of {agent.name}",
    )


def _not_needed(shown: int, number: int) -> str:
    """How many of its actions were read for that, as the end of the sentence."""
    if not number:
        return "it has no action at all"
    where = " that can be read here" if shown < number else ""
    if shown == 1:
        return f"its only action{where} does not need that"
    return f"none of its {shown} actions{where} needs that"
