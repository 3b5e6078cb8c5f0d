"""What profiles, permission sets and groups name."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov.facts import PermissionSet, PermissionSetGroup, Profile
from sfgov.facts.permissions import Blocks, PermissionBundle
from sfgov.model.index import Index, Written
from sfgov.model.references.reference import Reference, Wanted

_ACCESSES = {
    "applicationVisibilities": ("CustomApplication", "shows the app"),
    "classAccesses": ("ApexClass", "gives access to the class"),
    "customMetadataTypeAccesses": ("CustomObject", "gives access to the custom metadata type"),
    "customPermissions": ("CustomPermission", "grants the custom permission"),
    "customSettingAccesses": ("CustomObject", "gives access to the custom setting"),
    "flowAccesses": ("Flow", "gives access to the flow"),
    "pageAccesses": ("ApexPage", "gives access to the page"),
    "recordTypeVisibilities": ("RecordType", "assigns the record type"),
    "tabSettings": ("CustomTab", "shows the tab"),
}
"""Per element of a bundle: the type that it names, and what it does with it."""


def in_groups(index: Index, wanted: Wanted) -> Iterator[Reference]:
    """The sets of permission set groups, and those that mute them."""
    for first in index.all(PermissionSetGroup):
        for group in index.parts(PermissionSetGroup, first.name):
            for kind, members, does in (
                ("PermissionSet", group.fact.permission_sets, "includes the permission set"),
                ("MutingPermissionSet", group.fact.muting_permission_sets, "is muted by the set"),
            ):
                for member in members:
                    if wanted(kind, member.name):
                        place = group.at(member.line, f"{kind}[{member.name}]")
                        yield Reference(place, kind, member.name, does)


def in_bundles(index: Index, wanted: Wanted) -> Iterator[Reference]:
    """What profiles and permission sets grant; what they write out as not granted is nobody's loss."""
    for kind in (Profile, PermissionSet):
        for first in index.all(kind):
            for written in index.parts(kind, first.name):
                yield from _of_file(written, wanted)


def _of_file(written: Written[PermissionBundle], wanted: Wanted) -> Iterator[Reference]:
    fact = written.fact
    yield from _named(written, fact.objects, "CustomObject", "grants access to the object", wanted)
    yield from _named(written, fact.fields, "CustomField", "grants access to the field", wanted)
    for key, (line, mark) in fact.accesses.rows():
        kind, _, name = key.partition(" ")
        if mark > 0 and kind in _ACCESSES:
            target, does = _ACCESSES[kind]
            if wanted(target, name):
                place = written.at(line, f"{kind}[{name}]")
                yield Reference(place, target, name, does, essential=False)


def _named(
    written: Written[PermissionBundle], blocks: Blocks, kind: str, does: str, wanted: Wanted
) -> Iterator[Reference]:
    for name, (line, *marks) in blocks.rows():
        if wanted(kind, name) and max(marks) > 0:
            yield Reference(written.at(line, f"{kind}[{name}]"), kind, name, does, essential=False)
