"""DEL004: muting sets that look like a lock and mute nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sfgov import Confidence, Finding, NotChecked, Severity, check
from sfgov.check import Outcome
from sfgov.facts import MutingPermissionSet, PermissionSetGroup
from sfgov.model.bundles import Mute, MutedEntry
from sfgov.model.grants import Grant, rests_on
from sfgov.model.org import Org
from sfgov.model.permissions import Group
from sfgov.place import Evidence
from sfgov_checks.principals import joined


@check("DEL004", "delete-mute-has-no-effect", Severity.HIGH, reads=(MutingPermissionSet,))
def mute_has_no_effect(org: Org) -> Iterator[Outcome]:
    """A muting permission set mutes what it sets to true; what it sets to false stays granted.

    A muting set has the elements of a permission set with the opposite meaning: what is *enabled* in it is taken
    away from the group. `<allowDelete>true</allowDelete>` mutes delete; `<allowDelete>false</allowDelete>` does
    nothing, although it reads like a lock. The same holds for fields, user permissions, classes, flows and custom
    permissions.

    Reported are a muting set in which nothing is true, and an entry without anything true for something that the
    group's sets grant. A muting set that mutes nothing because it has no entries is mentioned at low severity, as
    is one that no group uses; an entry that mutes what nothing in the group grants, as information. Of a group with
    sets that are not in the tree, nothing is said about what it does not grant.

    ## Bad
    ```xml permissionsets/Case_Work.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Case Work</label>
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
    ```xml permissionsetgroups/Service.permissionsetgroup-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSetGroup xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Service</label>
        <mutingPermissionSets>Service_No_Delete</mutingPermissionSets>
        <permissionSets>Case_Work</permissionSets>
    </PermissionSetGroup>
    ```
    ```xml mutingpermissionsets/Service_No_Delete.mutingpermissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <MutingPermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Service: no delete</label>
        <objectPermissions>
            <allowDelete>false</allowDelete>
            <object>Case</object>
        </objectPermissions>
    </MutingPermissionSet>
    ```

    ## Good
    ```xml permissionsets/Case_Work.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Case Work</label>
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
    ```xml permissionsetgroups/Service.permissionsetgroup-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSetGroup xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Service</label>
        <mutingPermissionSets>Service_No_Delete</mutingPermissionSets>
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

    ## Fix
    Set to true in the muting set what the group must not give (`allowDelete`, and `modifyAllRecords` where a set
    grants it), and remove the entries that are false.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/meta_mutingpermissionset.htm
    - https://help.salesforce.com/s/articleView?id=platform.perm_set_groups_muting.htm&type=5
    """
    if not org.retrieved(PermissionSetGroup):
        yield NotChecked("PermissionSetGroup was not retrieved, so what the muting sets act on is unknown")
        return
    for group in org.permissions.groups():
        for mute in group.mutes:
            yield from _whole(group, mute) if mute.mutes_nothing else _inert_entries(group, mute)
            yield from _idle_entries(group, mute)
    for written in org.permissions.unused_muting_sets():
        if not org.index.managed(written.name):
            yield Finding(
                f"{written.name} mutes nothing: no permission set group uses it.",
                at=written.at(),
                fix="Name it under mutingPermissionSets in its group, or delete it.",
                severity=Severity.LOW,
                confidence=Confidence.MEDIUM,
                subject="unused",
            )


def _whole(group: Group, mute: Mute) -> Iterator[Finding]:
    """A muting set in which nothing is true; at the entry that does the most harm."""
    inert = [one for one in mute.entries if one.left]
    if not mute.entries:
        yield Finding(
            f"{mute.name} mutes nothing in {group.name}: it has no entries here.",
            at=mute.files[0].written.at(),
            because=[_uses(group, mute)],
            severity=Severity.LOW,
            confidence=Confidence.LOW,
            subject=f"{group.name}: empty",
        )
    elif inert:
        more = f", and {len(inert) - 1} more of its entries do nothing" if len(inert) > 1 else ""
        yield Finding(
            f"{mute.name} mutes nothing in {group.name}, because only true mutes: {_still(group, inert[0])}{more}.",
            at=_misleading(inert[0]).place,
            because=[e for one in inert for e in _chain(group, mute, one)],
            subject=f"{group.name}: nothing",
        )
    else:
        yield Finding(
            f"{mute.name} mutes nothing in {group.name}: no switch in it is true, and only true mutes.",
            at=mute.entries[0].entry.at(*mute.entries[0].entry.false_flags[:1]),
            because=[_uses(group, mute)],
            # Sets that are not here are most often a package's, and muting is how people tame those.
            severity=Severity.HIGH if group.unknown_sets else Severity.MEDIUM,
            subject=f"{group.name}: nothing",
        )


def _inert_entries(group: Group, mute: Mute) -> Iterator[Finding]:
    for one in mute.entries:
        if one.mutes_nothing and one.left:
            link = _misleading(one)
            written = link.place.element.rpartition("].")[2]
            with_false = f" with {written}=false" if one.entry.false_flags else " without anything true"
            yield Finding(
                f"{mute.name} lists {one.entry.name}{with_false}, but only true mutes: {_still(group, one)}.",
                at=link.place,
                because=_chain(group, mute, one),
                subject=f"{group.name}: {one.entry.kind}[{one.entry.name}]",
            )


def _idle_entries(group: Group, mute: Mute) -> Iterator[Finding]:
    """True switches for what nothing in the group grants; only of groups that are known whole."""
    idle = [one.entry for one in mute.entries if one.idle] if not group.unknown_sets else []
    if idle:
        more = f" and {len(idle) - 1} more" if len(idle) > 1 else ""
        yield Finding(
            f"{mute.name} mutes {_thing(idle[0].kind, idle[0].name)}{more}, which nothing in {group.name} grants.",
            at=idle[0].at(_heaviest(idle[0].true_flags)),
            because=[
                *(
                    entry.at(_heaviest(entry.true_flags)).says(f"nothing grants {entry.name}")
                    for entry in idle
                ),
                _uses(group, mute),
            ],
            fix="Remove the entries, or add the permission set that they were meant for to the group.",
            severity=Severity.INFO,
            subject=f"{group.name}: idle",
        )


def _still(group: Group, one: MutedEntry) -> str:
    """`Service still grants delete and edit on Case (from Case_Work)`."""
    flags = sorted({grant.flag for grant in one.left}, key=_WEIGHT.index)
    sets = ", ".join(dict.fromkeys(grant.granter.name for grant in one.left))
    words = [_WORDS[flag] for flag in flags if flag in _WORDS]
    thing = _thing(one.entry.kind, one.entry.name)
    return f"{group.name} still grants {f'{joined(words)} on ' if words else ''}{thing} (from {sets})"


def _misleading(one: MutedEntry) -> Evidence:
    """The false switch that most seems to take away what stays granted."""
    heaviest = _heaviest([grant.flag for grant in one.left])
    false = [flag for flag in rests_on(heaviest) if flag in one.entry.false_flags] or [""]
    return one.entry.at(_heaviest(false)).says(f"false does not mute {one.entry.name}")


def _chain(group: Group, mute: Mute, one: MutedEntry) -> list[Evidence]:
    """The muting entry, the lines that grant, the line by which the group takes the muting set."""
    grants: list[Grant] = sorted(one.left, key=lambda grant: _WEIGHT.index(grant.flag))
    return [
        _misleading(one),
        *(grant.says for grant in grants),
        _uses(group, mute),
    ]


def _uses(group: Group, mute: Mute) -> Evidence:
    return mute.at.says(f"{group.name} takes {mute.name} as its muting set")


_WORDS = {
    "allowDelete": "delete",
    "modifyAllRecords": "modify all",
    "allowEdit": "edit",
    "viewAllRecords": "view all",
    "viewAllFields": "view all fields",
    "allowCreate": "create",
    "allowRead": "read",
    "editable": "edit",
    "readable": "read",
}
_WEIGHT = [*_WORDS, "enabled", ""]
"""Flags, the gravest first."""

_KINDS = {
    "userPermissions": "the user permission",
    "customPermissions": "the custom permission",
    "classAccesses": "the Apex class",
    "flowAccesses": "the flow",
    "pageAccesses": "the page",
    "agentAccesses": "the agent",
    "applicationVisibilities": "the app",
    "recordTypeVisibilities": "the record type",
    "tabSettings": "the tab",
}


def _thing(kind: str, name: str) -> str:
    return f"{_KINDS[kind]} {name}" if kind in _KINDS else name


def _heaviest(flags: Sequence[str]) -> str:
    return min(flags, key=_WEIGHT.index)
