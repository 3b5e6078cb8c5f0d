"""DEL004: muting sets that look like a lock and mute nothing."""

from __future__ import annotations

from collections import Counter
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
    group's sets grant. A muting set without entries, and one that no group uses, are mentioned at low severity; an
    entry that mutes what nothing in the group grants, as information. Of a group with sets that are not in the tree,
    nothing is said about what it does not grant. Many retrieves list every field, class and page with false; where
    the org's permission sets do, false on these is nobody's claim and stays unmentioned.

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
            meant = _meant(org, mute)
            yield from (
                _whole(group, mute, meant) if mute.mutes_nothing else _inert_entries(group, mute, meant)
            )
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


_WRITTEN_OUT = (
    "fieldPermissions",
    "classAccesses",
    "pageAccesses",
    "recordTypeVisibilities",
    "applicationVisibilities",
    "tabSettings",
)
"""What many retrieves list in full, granted or not."""
_BY_HAND = 50
"""Nobody writes more entries of one kind by hand."""


def _meant(org: Org, mute: Mute) -> list[MutedEntry]:
    """The entries without anything true that somebody wrote, as far as one can tell."""
    false = [one for one in mute.entries if one.mutes_nothing]
    number = Counter(one.entry.kind for one in false)
    retrieved = [
        kind
        for kind in _WRITTEN_OUT
        if number[kind] > _BY_HAND or (number[kind] and org.permissions.writes_out(kind))
    ]
    return [one for one in false if one.entry.kind not in retrieved]


def _whole(group: Group, mute: Mute, meant: Sequence[MutedEntry]) -> Iterator[Finding]:
    """A muting set in which nothing is true; at the entry that does the most harm."""
    inert = [one for one in meant if one.left]
    if inert:
        more = f", and {len(inert) - 1} more of its entries do nothing" if len(inert) > 1 else ""
        yield Finding(
            f"{mute.name} mutes nothing in {group.name}, because only true mutes: {_still(group, inert[0])}{more}.",
            at=_misleading(inert[0]).place,
            because=[e for one in inert for e in _chain(group, mute, one)],
            subject=f"{group.name}: nothing",
        )
    elif meant:
        entry = meant[0].entry
        yield Finding(
            f"{mute.name} mutes nothing in {group.name}: no switch in it is true, and only true mutes.",
            at=entry.at(*entry.false_flags[:1]),
            because=[_uses(group, mute)],
            # Sets that are not here are most often a package's, and muting is how people tame those.
            severity=Severity.HIGH if group.unknown_sets else Severity.MEDIUM,
            subject=f"{group.name}: nothing",
        )
    else:
        yield Finding(
            f"{mute.name} mutes nothing in {group.name}: as it is retrieved here, nothing in it is true.",
            at=mute.files[0].written.at(),
            because=[_uses(group, mute)],
            severity=Severity.LOW,
            confidence=Confidence.LOW,
            subject=f"{group.name}: nothing",
        )


def _inert_entries(group: Group, mute: Mute, meant: Sequence[MutedEntry]) -> Iterator[Finding]:
    for one in meant:
        if one.left:
            yield Finding(
                f"{mute.name} lists {_thing(one)}{_as_false(one)}, but only true mutes: {_still(group, one)}.",
                at=_misleading(one).place,
                because=_chain(group, mute, one),
                subject=f"{group.name}: {one.entry.kind}[{one.entry.name}]",
            )


def _idle_entries(group: Group, mute: Mute) -> Iterator[Finding]:
    """True switches for what nothing in the group grants; only of groups that are known whole."""
    idle = [one for one in mute.entries if one.idle] if not group.unknown_sets else []
    places = [one.entry.at(_heaviest(one.entry.true_flags)) for one in idle]
    if idle:
        more = f" and {len(idle) - 1} more" if len(idle) > 1 else ""
        yield Finding(
            f"{mute.name} mutes {_thing(idle[0])}{more}, which nothing in {group.name} grants.",
            at=places[0],
            because=[
                *(
                    place.says(f"nothing grants {_thing(one)}")
                    for one, place in zip(idle, places, strict=True)
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
    sets = joined(list(dict.fromkeys(grant.granter.name for grant in one.left)))
    words = [_WORDS[flag] for flag in flags if flag in _WORDS]
    return f"{group.name} still grants {f'{joined(words)} on ' if words else ''}{_thing(one)} (from {sets})"


def _as_false(one: MutedEntry) -> str:
    """`with allowDelete=false`; other things than objects and fields have a single switch."""
    if not one.entry.false_flags:
        return " without anything true"
    flag = _misleading(one).place.element.rpartition(".")[2]
    return f" with {flag}=false" if flag in _WORDS else " as false"


def _misleading(one: MutedEntry) -> Evidence:
    """The false switch that most seems to take away what stays granted."""
    heaviest = _heaviest([grant.flag for grant in one.left])
    false = [flag for flag in rests_on(heaviest) if flag in one.entry.false_flags] or [""]
    return one.entry.at(_heaviest(false)).says(f"false does not mute {_thing(one)}")


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


def _thing(one: MutedEntry) -> str:
    kind, name = one.entry.kind, one.entry.name
    return f"{_KINDS[kind]} {name}" if kind in _KINDS else name


def _heaviest(flags: Sequence[str]) -> str:
    return min(flags, key=_WEIGHT.index)
