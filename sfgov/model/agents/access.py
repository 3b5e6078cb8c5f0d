"""In whose name an agent works, and what that user may do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from sfgov.model.agents.agent import Agent
from sfgov.model.agents.parts import Kind
from sfgov.model.bundles import Bundle
from sfgov.model.grants import Answer, Grant, Held
from sfgov.model.permissions import Permissions

_VISIBLE = "agentAccesses"


class AgentDeclaration(msgspec.Struct, frozen=True):
    """The bundles of agents' users, as people declare them: for all agents, and for single ones by name."""

    profiles: tuple[str, ...] = ()
    permission_sets: tuple[str, ...] = ()
    permission_set_groups: tuple[str, ...] = ()
    agents: Mapping[str, tuple[str, ...]] = {}


class AgentAccess(msgspec.Struct, frozen=True):
    """The profiles, permission sets and groups of an agent's user.

    `bundles` come with how each is known to be the agent's: `declared` in the policy, `named` as `<Agent>_Access`, or
    `licensed`, which is the one profile that only agents' users can have. Metadata holds no assignments, so without any of
    these nothing is known. `visible_to` are the bundles that let people use the agent (`agentAccesses`): an employee
    agent works in the name of those people.
    """

    bundles: tuple[tuple[Bundle, str], ...] = ()
    visible_to: tuple[tuple[Bundle, Grant], ...] = ()
    missing: tuple[str, ...] = ()
    """Declared bundles that the tree does not hold."""

    @property
    def known(self) -> bool:
        """Whether any bundle of the agent's user is known."""
        return bool(self.bundles)

    @property
    def complete(self) -> bool:
        """Whether all that is declared is in the tree, with all that it refers to."""
        return self.known and not self.missing and not any(bundle.partial for bundle, _ in self.bundles)

    def has(self, kind: str, name: str, flag: str = "enabled") -> Answer:
        """Whether any of its bundles has exactly this switch: `("classAccesses", "OrderService")`."""
        return self._joined([bundle.has(kind, name, flag) for bundle, _ in self.bundles])

    def object_access(self, name: str, flag: str) -> Answer:
        """Whether it has an object permission such as `allowEdit`, in whatever way."""
        return self._joined([bundle.object_access(name, flag) for bundle, _ in self.bundles])

    def field_access(self, name: str, flag: str) -> Answer:
        """Whether it can read (`readable`) or write (`editable`) a field."""
        return self._joined([bundle.field_access(name, flag) for bundle, _ in self.bundles])

    def _joined(self, answers: list[Answer]) -> Answer:
        """Of several bundles one is enough. Without any, nothing is known."""
        grants = tuple(grant for answer in answers for grant in answer.grants)
        partial = not self.complete or any(answer.held is Held.UNKNOWN for answer in answers)
        return Answer(grants, partial=partial)


def access_of(agent: Agent, permissions: Permissions, declared: AgentDeclaration) -> AgentAccess:
    """What is known of an agent's access."""
    found: dict[str, tuple[Bundle, str]] = {}
    missing: list[str] = []
    for wanted, bundle in _declared(agent, permissions, declared):
        if bundle is None:
            missing.append(wanted)
        else:
            found.setdefault(bundle.component.casefold(), (bundle, "declared"))
    for bundle in _named(agent, permissions):
        found.setdefault(bundle.component.casefold(), (bundle, "named"))
    for bundle in _licensed(agent, permissions):
        found.setdefault(bundle.component.casefold(), (bundle, "licensed"))
    visible: dict[str, tuple[Bundle, Grant]] = {}
    for name in _names(agent):
        for bundle, answer in permissions.who_has(_VISIBLE, name):
            visible.setdefault(bundle.component.casefold(), (bundle, answer.grants[0]))
    return AgentAccess(tuple(found.values()), tuple(visible[key] for key in sorted(visible)), tuple(missing))


def _names(agent: Agent) -> tuple[str, ...]:
    """What permissions may call the agent: its own name, what it calls itself, its bot's."""
    names = (agent.name, agent.developer_name, *(one.name for one in agent.sources if one.type == "Bot"))
    return tuple({name.casefold(): name for name in reversed(names) if name}.values())


def _declared(
    agent: Agent, permissions: Permissions, declared: AgentDeclaration
) -> Iterator[tuple[str, Bundle | None]]:
    for name in declared.profiles:
        yield name, permissions.bundle("Profile", name)
    for name in declared.permission_sets:
        yield name, permissions.bundle("PermissionSet", name)
    for name in declared.permission_set_groups:
        yield name, permissions.bundle("PermissionSetGroup", name)
    own = {name.casefold() for name in _names(agent)}
    for agent_name, names in sorted(declared.agents.items()):
        for name in names if agent_name.casefold() in own else ():
            yield (
                name,
                _first(
                    permissions.bundle("PermissionSet", name),
                    permissions.bundle("PermissionSetGroup", name),
                    permissions.bundle("Profile", name),
                ),
            )


def _named(agent: Agent, permissions: Permissions) -> Iterator[Bundle]:
    """Sets called after the agent; those of an employee agent let people use it, and it has no user of its own."""
    for name in _names(agent) if agent.kind is not Kind.EMPLOYEE else ():
        for bundle in (
            permissions.bundle("PermissionSet", f"{name}_Access"),
            permissions.bundle("PermissionSetGroup", f"{name}_Access"),
        ):
            if bundle is not None:
                yield bundle


def _licensed(agent: Agent, permissions: Permissions) -> Iterable[Bundle]:
    """The profile of agents' users, where there is one alone; employee agents have no user of their own."""
    if agent.kind is Kind.EMPLOYEE:
        return ()
    found = [bundle for bundle in permissions.bundles("Profile") if "agent" in bundle.stated_classes]
    return found if len(found) == 1 else ()


def _first(*bundles: Bundle | None) -> Bundle | None:
    return next((bundle for bundle in bundles if bundle is not None), None)
