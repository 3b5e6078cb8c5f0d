"""DEL005: a group mutes delete, and the same people get it from somewhere else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import msgspec

from sfgov import Confidence, Finding, Severity, check
from sfgov.check import Outcome
from sfgov.config import Config
from sfgov.facts import MutingPermissionSet, PermissionSet, PermissionSetGroup, Profile
from sfgov.model.bundles import Mute, Persona
from sfgov.model.grants import MODIFY_ALL_DATA, OBJECTS
from sfgov.model.org import Org
from sfgov.model.permissions import Bundle, DeleteRight, Group
from sfgov.place import Evidence, Place
from sfgov.policy import Policy
from sfgov.whose import is_admin
from sfgov_checks.principals import joined


@check(
    "DEL005",
    "delete-mute-reopened-elsewhere",
    Severity.MEDIUM,
    reads=(MutingPermissionSet,),
    against=(PermissionSetGroup, PermissionSet, Profile),
    tags=("security",),
)
def mute_reopened_elsewhere(org: Org, policy: Policy, config: Config) -> Iterator[Outcome]:
    """What a permission set group mutes, the people who have the group do not get from somewhere else.

    A muting set takes permissions away from its own group alone. Whoever also has a profile, a permission set or
    another group that grants delete can delete. Which of them people really have together is not metadata: personas
    in the policy say so, and then each persona that has the group and can delete all the same is a finding of high
    severity. Without a persona for the group, two things are still said: the group itself holds Modify All Data, which
    a muted object permission does not touch; and, with low confidence, that a permission set of the group is also in
    another group that does not mute it. Two such groups for two kinds of people are what muting is for, so declare
    personas to have this decided.

    ## Bad
    ```xml permissionsets/Case_Work.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Case work</label>
        <objectPermissions>
            <allowDelete>true</allowDelete>
            <allowEdit>true</allowEdit>
            <allowRead>true</allowRead>
            <object>Case</object>
        </objectPermissions>
    </PermissionSet>
    ```
    ```xml permissionsetgroups/Service.permissionsetgroup-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSetGroup xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Service</label>
        <mutingPermissionSets>Service_No_Delete</mutingPermissionSets>
        <permissionSets>Case_Work</permissionSets>
    </PermissionSetGroup>
    ```
    ```xml permissionsetgroups/Back_Office.permissionsetgroup-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSetGroup xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Back office</label>
        <permissionSets>Case_Work</permissionSets>
    </PermissionSetGroup>
    ```
    ```xml mutingpermissionsets/Service_No_Delete.mutingpermissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <MutingPermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Service: no delete</label>
        <objectPermissions>
            <allowDelete>true</allowDelete>
            <object>Case</object>
        </objectPermissions>
    </MutingPermissionSet>
    ```

    ## Good
    ```xml permissionsets/Case_Work.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Case work</label>
        <objectPermissions>
            <allowDelete>false</allowDelete>
            <allowEdit>true</allowEdit>
            <allowRead>true</allowRead>
            <object>Case</object>
        </objectPermissions>
    </PermissionSet>
    ```
    ```xml permissionsetgroups/Service.permissionsetgroup-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSetGroup xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Service</label>
        <permissionSets>Case_Work</permissionSets>
    </PermissionSetGroup>
    ```

    ## Fix
    Take delete out of the permission set that several groups share and give it in a set of its own, or mute it in the
    other groups too.

    ## Sources
    - https://help.salesforce.com/s/articleView?id=platform.perm_set_groups_muting.htm&type=5
    """
    for group in org.permissions.groups():
        found = [one for mute in group.mutes for one in _deletes(group, mute)]
        muted = list({one.object.casefold(): one for one in reversed(found)}.values())[::-1]
        own = [(one, right) for one in muted if (right := _modify_all_data(group, one))]
        if own:
            yield _inside(group, own)
        personas = [
            p for p in org.permissions.bundles("Persona") if isinstance(p, Persona) and group in p.bundles
        ]
        for persona in personas:
            if not is_admin(persona, policy):
                yield from _by_persona(group, persona, muted, config)
        if not personas:
            yield from _by_other_groups(org, group, muted)


class _Muted(msgspec.Struct, frozen=True):
    """Delete on one object, which a group's sets grant and its muting set takes away."""

    object: str
    place: Place
    mute: Mute
    granters: frozenset[Bundle]

    def evidence(self, group: Group) -> list[Evidence]:
        return [
            self.place.says(f"{self.mute.name} mutes delete on {self.object}"),
            self.mute.at.says(f"in {group.name} alone"),
        ]


_Open = tuple[_Muted, DeleteRight]


def _deletes(group: Group, mute: Mute) -> Iterator[_Muted]:
    for one in mute.entries:
        name = one.entry.name
        granters = frozenset(
            member.granter
            for member in group.members
            for flag in ("allowDelete", "modifyAllRecords")
            if one.entry.kind == OBJECTS and member.granter.grants(OBJECTS, name, flag)
        )
        places = group.muted_by(OBJECTS, name, "allowDelete") if granters else ()
        if places:
            yield _Muted(name, places[0], mute, granters)


def _modify_all_data(group: Group, muted: _Muted) -> DeleteRight | None:
    """The right that Modify All Data gives in spite of the mute."""
    right = group.delete_right(muted.object)
    return right if right and right.certain and right.via == MODIFY_ALL_DATA else None


def _inside(group: Group, found: Sequence[_Open]) -> Finding:
    first, right = found[0]
    granter = right.grants[0].granter.name
    return Finding(
        f"{group.name} mutes delete on {_objects(found)} and gives it all the same: {granter}, which is in the group, "
        f"grants {MODIFY_ALL_DATA}.",
        at=right.evidence[0].place,
        because=[*first.evidence(group), *right.evidence],
        fix=f"Mute {MODIFY_ALL_DATA} too, or take {granter} out of the group.",
        subject=f"{group.name}: {MODIFY_ALL_DATA}",
    )


def _by_persona(group: Group, persona: Persona, muted: Sequence[_Muted], config: Config) -> Iterator[Finding]:
    """The other bundles of one persona that give what the group mutes, a finding for each."""
    for other in persona.bundles:
        rights = [
            (one, right) for one in muted if (right := other.delete_right(one.object)) and right.certain
        ]
        if other is group or not rights:
            continue
        first, right = rights[0]
        keys = ("principals", "personas", persona.name)
        declared = Place(config.path, config.line_of(*keys), f"Persona:{persona.name}", ".".join(keys))
        yield Finding(
            f"{group.name} mutes delete on {_objects(rights)}, but {persona.name}, who has the group, gets it from "
            f"{_named(other)}.",
            at=right.evidence[0].place,
            because=[
                *first.evidence(group),
                declared.says(f"{persona.name} has {group.name} and {other.name}"),
                *right.evidence,
            ],
            severity=Severity.HIGH,
            subject=f"{group.name}: {persona.name} by {other.component}",
        )


def _by_other_groups(org: Org, group: Group, muted: Sequence[_Muted]) -> Iterator[Finding]:
    """The other groups that share a granting set and do not mute it, a finding for each."""
    found: defaultdict[Group, list[_Open]] = defaultdict(list)
    for one in muted:
        for other in org.permissions.groups():
            right = None if other is group else _through(other, one)
            if right is not None:
                found[other].append((one, right))
    for other, rights in found.items():
        first, right = rights[0]
        shared = joined(sorted({g.granter.name for _, r in rights for g in r.grants}))
        yield Finding(
            f"{group.name} mutes delete on {_objects(rights)}, but {shared}, which grants it, is also in "
            f"{other.name}, which does not mute it: whoever has both groups can delete.",
            at=right.evidence[0].place,
            because=[*first.evidence(group), *right.evidence],
            confidence=Confidence.LOW,
            subject=f"{group.name}: {other.name}",
        )


def _through(other: Group, muted: _Muted) -> DeleteRight | None:
    """The right that another group gives by a set that it shares, unless it means to mute it (see DEL004)."""
    right = other.delete_right(muted.object)
    meant = any(
        one.entry.name.casefold() == muted.object.casefold() for mute in other.mutes for one in mute.entries
    )
    if right is None or not right.certain or meant:
        return None
    files = {written.path for granter in muted.granters for written in granter.written}
    shared = [grant for grant in right.grants if grant.granter.path in files and grant.kind == OBJECTS]
    return DeleteRight.of(muted.object, shared)


def _objects(found: Sequence[_Open]) -> str:
    return joined([one.object for one, _ in found])


def _named(bundle: Bundle) -> str:
    words = {
        "Profile": "the profile",
        "PermissionSet": "the permission set",
        "PermissionSetGroup": "the group",
    }
    return f"{words[bundle.kind]} {bundle.name}"
