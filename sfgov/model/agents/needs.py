"""What an agent's actions ask of its user's permissions, and what of these permissions nothing asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from sfgov.model.agents.access import AgentAccess
from sfgov.model.agents.parts import Action
from sfgov.model.grants import OBJECTS, Grant
from sfgov.place import Evidence

_FLAGS = {"read": "allowRead", "create": "allowCreate", "update": "allowEdit", "delete": "allowDelete"}
_BRINGS = {
    "allowCreate": ("allowRead",),
    "allowEdit": ("allowRead",),
    "allowDelete": ("allowRead", "allowEdit"),
}
"""What Salesforce does not give a permission without."""
OBJECT_FLAGS = (
    "allowRead",
    "allowCreate",
    "allowEdit",
    "allowDelete",
    "viewAllRecords",
    "modifyAllRecords",
)
BROAD = ("ModifyAllData", "ViewAllData")
"""User permissions on every object."""
NeedKind = Literal["object", "class", "flow"]


class Need(msgspec.Struct, frozen=True):
    """One thing that an action asks for: a permission on an object, or access to the class or flow that it calls.

    `asked` is False where the work is done in system mode or context, so that nobody looks at the permission.
    """

    kind: NeedKind
    name: str
    flag: str
    action: Action
    evidence: tuple[Evidence, ...]
    asked: bool = True


class Excess(msgspec.Struct, frozen=True):
    """A permission that the agent's user has and no action needs. `name` is an object, or empty for one on all."""

    name: str
    flag: str
    grant: Grant


def needs_of(actions: Iterable[Action]) -> Iterator[Need]:
    """What actions ask for, each with the way to where it is asked."""
    for action in actions:
        target = action.target
        if target is not None and target.type in ("apex", "flow"):
            kind: NeedKind = "class" if target.type == "apex" else "flow"
            says = target.at.says(f"{action.name} calls {target.name}")
            yield Need(kind, target.name, "enabled", action, (says,))
        work = action.work
        unasked = {(deed.effect.at, deed.effect.kind) for deed in work.unasked}
        for reached in work.records:
            effect = reached.effect
            flag = _FLAGS.get(effect.kind)
            if flag is not None:
                asked = (effect.at, effect.kind) not in unasked
                yield Need("object", effect.object, flag, action, reached.evidence, asked)


def excess(access: AgentAccess, needs: Iterable[Need]) -> Iterator[Excess]:
    """What the agent's bundles give on objects that no action comes to, by object; permissions on all objects first."""
    wanted: set[tuple[str, str]] = set()
    for need in needs:
        if need.kind == "object":
            wanted |= {(need.name.casefold(), flag) for flag in (need.flag, *_BRINGS.get(need.flag, ()))}
    for name in BROAD:
        for grant in access.has("userPermissions", name).grants[:1]:
            yield Excess("", name, grant)
    for name in objects_of(access):
        for flag in OBJECT_FLAGS:
            if (name.casefold(), flag) not in wanted:
                for grant in access.has(OBJECTS, name, flag).grants[:1]:
                    yield Excess(name, flag, grant)


def objects_of(access: AgentAccess) -> tuple[str, ...]:
    """The objects of which the agent's bundles have an entry, by name."""
    found: dict[str, str] = {}
    for bundle, _ in access.bundles:
        for granter in bundle.granters:
            for file in granter.files:
                for name in file.written.fact.objects.each_name():
                    found.setdefault(name.casefold(), name)
    return tuple(found[key] for key in sorted(found))
