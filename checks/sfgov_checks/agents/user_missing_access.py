"""AGT008: what an agent's actions need and its user is not given."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sfgov import Confidence, Finding, NotChecked, Severity, check
from sfgov.check import Outcome
from sfgov.facts import ApexClass, Flow, PermissionSet, PermissionSetGroup, Profile
from sfgov.model.agents import Agent, Kind
from sfgov.model.agents.needs import Need, needs_of
from sfgov.model.grants import Held
from sfgov.model.index import Knowledge
from sfgov.model.org import Org
from sfgov.spelling import MISSPELT, nearest
from sfgov_checks.agents.told import AGENTS, calling
from sfgov_checks.principals import joined


@check(
    "AGT008",
    "agent-user-missing-access",
    Severity.MEDIUM,
    reads=AGENTS,
    against=(PermissionSet, PermissionSetGroup, Profile, ApexClass, Flow),
    tags=("agents", "access"),
)
def user_missing_access(org: Org) -> Iterator[Outcome]:
    """An agent's user has the access that its actions need, and those who may use the agent find it.

    A class that the user may not run, or an object that it may not read, is no error on deployment. The action fails, or
    finds nothing, in the middle of a conversation, and the agent makes up why.

    The bundles of an agent's user are those that the policy declares (`principals.agent`), permission sets named
    `<Agent>_Access`, and the one profile for agents' users. Looked for are access to the Apex classes that
    actions call, and permissions on the objects that are read and written where Salesforce asks for them, which system
    mode does not. Of agents for employees nothing is known but who may use them: none is one that no permission set
    lets people use, where other agents are granted. Entries for agents (`agentAccesses`) that no agent of
    the tree answers to are reported too. Agents whose bundles are not known, or not all in the tree, are not checked.

    ## Bad
    ```yaml aiAuthoringBundles/Help/Help.agent
    config:
       developer_name: "Help"
       agent_type: "EinsteinSDR"
       default_agent_user: "help.agent@example.com"
    start_agent main:
       description: "Orders"
       actions:
          find:
             target: "apex://OrderService"
    ```
    ```java classes/OrderService.cls
    public with sharing class OrderService {
        @InvocableMethod
        public static void run(List<String> ids) {}
    }
    ```
    ```xml permissionsets/Help_Access.permissionset-meta.xml
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Help Access</label>
    </PermissionSet>
    ```

    ## Good
    ```yaml aiAuthoringBundles/Help/Help.agent
    config:
       developer_name: "Help"
       agent_type: "EinsteinSDR"
       default_agent_user: "help.agent@example.com"
    start_agent main:
       description: "Orders"
       actions:
          find:
             target: "apex://OrderService"
    ```
    ```java classes/OrderService.cls
    public with sharing class OrderService {
        @InvocableMethod
        public static void run(List<String> ids) {}
    }
    ```
    ```xml permissionsets/Help_Access.permissionset-meta.xml
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <classAccesses>
            <apexClass>OrderService</apexClass>
            <enabled>true</enabled>
        </classAccesses>
        <label>Help Access</label>
    </PermissionSet>
    ```

    ## Fix
    Add the class or object to the permission set of the agent's user, or correct the name of the agent.

    ## Sources
    - https://developer.salesforce.com/docs/ai/agentforce/guide/agent-user.html
    - https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/meta_permissionset.htm
    """
    unknown = []
    for agent in org.agents.all:
        if agent.kind is Kind.EMPLOYEE:
            yield from _unseen(org, agent)
        elif agent.access.complete:
            yield from _missing(org, agent)
        elif any(action.target is not None for action in agent.actions):
            unknown.append(agent.name)
    if unknown:
        yield NotChecked(
            f"which permission sets the users of {joined(unknown)} have is not known, or they are not all in the tree"
        )
    yield from _unanswered(org)


_VERBS = {"allowRead": "read", "allowCreate": "create", "allowEdit": "edit", "allowDelete": "delete"}


def _missing(org: Org, agent: Agent) -> Iterator[Finding]:
    """One finding for each class and each permission on an object."""
    bundles = joined([bundle.name for bundle, _ in agent.access.bundles])
    with_profile = any(bundle.component.startswith("Profile:") for bundle, _ in agent.access.bundles)
    told = set()
    for need in needs_of(agent.actions):
        key = (need.kind, need.name.casefold(), need.flag)
        if key in told or not _lacks(org, agent, need):
            continue
        told.add(key)
        action = need.action
        if need.kind == "class":
            said = f"{bundles} gives no access to the class {need.name}: the action fails in the conversation"
        else:
            said = f"{bundles} does not let it {_VERBS[need.flag]} {need.name}: the action fails or finds nothing"
        yield Finding(
            f"{agent.name} runs {calling(action)}, and {said}.",
            at=action.target.at if action.target is not None else action.at,
            because=need.evidence,
            # The profile of the user may give what its permission sets do not.
            confidence=None if with_profile else Confidence.MEDIUM,
            subject=f"{need.kind} {need.name} {need.flag}",
        )


def _lacks(org: Org, agent: Agent, need: Need) -> bool:
    """Whether what is asked for is surely in none of the agent's bundles."""
    if need.kind == "class":
        present = org.knowledge(ApexClass, need.name) is Knowledge.PRESENT
        return present and agent.access.has("classAccesses", need.name).held is Held.NO
    if need.kind != "object" or not need.asked or not _has_permissions(org, need.name):
        return False
    return agent.access.object_access(need.name, need.flag).held is Held.NO


def _has_permissions(org: Org, name: str) -> bool:
    """Whether the object is one that permissions are given on, as some bundle shows."""
    return org.permissions.mentions_object(name)


def _unseen(org: Org, agent: Agent) -> Iterator[Finding]:
    """An agent for employees that nobody is let use, where such entries are kept."""
    granted = next(iter(org.permissions.mentioned("agentAccesses")), None)
    if agent.is_draft or granted is None or agent.access.visible_to:
        return
    yield Finding(
        f"No permission set or profile of the tree lets anybody use the agent {agent.name}.",
        at=agent.at,
        confidence=Confidence.MEDIUM,
        subject="agentAccesses",
    )


_VERSION = re.compile(r"_v?\d+$", re.IGNORECASE)


def _unanswered(org: Org) -> Iterator[Finding]:
    """Entries for agents that there are not."""
    known = [agent.name for agent in org.agents.all]
    for name in sorted(set(org.permissions.mentioned("agentAccesses"))):
        if "__" in name or org.agents.get(name) is not None:
            continue
        meant = nearest(_VERSION.sub("", name), known, MISSPELT)
        ending = f"; {meant} is probably meant" if meant else ""
        places = set()
        for bundle, answer in org.permissions.who_has(
            "agentAccesses", name, "enabled", "PermissionSet", "Profile"
        ):
            for grant in answer.grants:
                if grant.place in places or grant.through:
                    continue
                places.add(grant.place)
                yield Finding(
                    f"{bundle.name} gives access to the agent {name}, and no agent of the tree has this name{ending}.",
                    at=grant.place,
                    # The agent may not have been retrieved.
                    severity=None if meant else Severity.LOW,
                    confidence=None if meant else Confidence.LOW,
                )
