"""Profiles, permission sets (whole or decomposed), groups and muting sets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sfgov.facts import Component, Fact, MutingPermissionSet, PermissionSet, PermissionSetGroup, Profile
from sfgov.facts.base import Mark
from sfgov.facts.permissions import (
    OBJECT_FLAGS,
    Accesses,
    FieldPermissions,
    Member,
    ObjectPermissions,
)
from sfgov.parse.xml import Element, truth
from sfgov.project.source import SourceFile

_Row = tuple[str, tuple[int, ...]]


def read_profile(root: Element, source: SourceFile) -> Iterator[Fact]:
    """A profile, or what of it was retrieved."""
    yield Profile(
        name=source.name,
        line=root.line,
        lines=root.lines("custom", "userLicense"),
        objects=_objects(root),
        fields=_fields(root),
        accesses=_accesses(root),
        user_license=root.get("userLicense"),
        custom=root.flag("custom") or False,
        login_ip_ranges=tuple(
            (block.get("startAddress"), block.get("endAddress"), block.line)
            for block in root.all("loginIpRanges")
        ),
    )


def read_permission_set(root: Element, source: SourceFile) -> Iterator[Fact]:
    """A permission set, or a file of a decomposed one: the rest of it lies in other files."""
    yield PermissionSet(
        name=source.name,
        line=root.line,
        lines=root.lines("label", "license", "hasActivationRequired"),
        label=root.get("label"),
        objects=_objects(root),
        fields=_fields(root),
        accesses=_accesses(root),
        license=root.get("license"),
        has_activation_required=root.flag("hasActivationRequired") or False,
    )


def read_muting_permission_set(root: Element, source: SourceFile) -> Iterator[Fact]:
    """A muting set. Its switches are read as written; what they mean is the model's to say."""
    yield MutingPermissionSet(
        name=source.name,
        line=root.line,
        lines=root.lines("label"),
        label=root.get("label"),
        objects=_objects(root),
        fields=_fields(root),
        accesses=_accesses(root),
    )


def read_permission_set_group(root: Element, source: SourceFile) -> Iterator[Fact]:
    """A group: names of sets, and of what is taken away from them."""
    yield PermissionSetGroup(
        name=source.name,
        line=root.line,
        lines=root.lines("label", "status", "hasActivationRequired"),
        label=root.get("label"),
        status=root.get("status"),
        permission_sets=members(root, "permissionSets"),
        muting_permission_sets=members(root, "mutingPermissionSets"),
        has_activation_required=root.flag("hasActivationRequired") or False,
    )


def read_piece(root: Element, source: SourceFile) -> Iterator[Fact]:
    """One block of a decomposed permission set in a file of its own: `<ObjectPermission>` and the like."""
    if source.type != PermissionSet.__name__:  # CustomPermission is a component's root as well
        yield Component(name=source.name, line=root.line, root=root.tag)
        return
    block = Element(_PIECES[root.tag], root.text, root.line)
    block.children = root.children
    whole = Element(PermissionSet.__name__, "", root.line)
    whole.children = [block]
    yield from read_permission_set(whole, source)


_PIECES = {
    "ApplicationVisibility": "applicationVisibilities",
    "ClassAccess": "classAccesses",
    "CustomMetadataTypeAccess": "customMetadataTypeAccesses",
    "CustomPermission": "customPermissions",
    "CustomSettingAccess": "customSettingAccesses",
    "ExternalCredentialPrincipalAccess": "externalCredentialPrincipalAccesses",
    "ExternalDataSourceAccess": "externalDataSourceAccesses",
    "FieldPermission": "fieldPermissions",
    "FlowAccess": "flowAccesses",
    "ObjectPermission": "objectPermissions",
    "PageAccess": "pageAccesses",
    "RecordTypeVisibility": "recordTypeVisibilities",
    "TabSetting": "tabSettings",
    "UserPermission": "userPermissions",
}
"""Root of a piece (preset `decomposePermissionSetBeta`) → the element that it was in the whole file.
The pieces of `decomposePermissionSetBeta2` are permission sets themselves."""

READERS: dict[str, Callable[[Element, SourceFile], Iterable[Fact]]] = {
    "Profile": read_profile,
    "PermissionSet": read_permission_set,
    "MutingPermissionSet": read_muting_permission_set,
    "PermissionSetGroup": read_permission_set_group,
    **dict.fromkeys(_PIECES, read_piece),
}


def _objects(root: Element) -> ObjectPermissions:
    return ObjectPermissions.pack(
        (block.get("object"), (block.line, *(block.mark(flag) for flag in OBJECT_FLAGS)))
        for block in root.all("objectPermissions")
    )


def _fields(root: Element) -> FieldPermissions:
    return FieldPermissions.pack(
        (block.get("field"), (block.line, block.mark("readable"), block.mark("editable")))
        for block in root.all("fieldPermissions")
    )


def _accesses(root: Element) -> Accesses:
    return Accesses.pack(
        access
        for block in root.children
        if block.children and block.tag not in ("objectPermissions", "fieldPermissions")
        for access in _access(block)
    )


def _access(block: Element) -> Iterator[_Row]:
    """Any block with a switch is one, also those that later releases bring: a name, and `enabled` or `visible`."""
    switch = _switch(block)
    if switch:
        name = next((child.text for child in block.children if _names(child)), "")
        yield (f"{block.tag} {name}" if name else "", (block.line, switch))


def _switch(block: Element) -> Mark:
    if block.tag == "tabSettings":
        child = block.first("visibility")
        return 0 if child is None else (-child.line if child.text == "None" else child.line)
    return block.mark("enabled") or block.mark("visible")


def _names(child: Element) -> bool:
    return bool(child.text) and child.tag != "visibility" and truth(child.text) is None


def members(root: Element, tag: str) -> tuple[Member, ...]:
    """The texts of the children of that name, with their lines."""
    return tuple(Member(child.text, child.line) for child in root.all(tag) if child.text)
