"""Profiles, permission sets, groups and muting sets."""

from __future__ import annotations

import msgspec

from sfgov.facts.base import Fact, Mark


class ObjectPermission(msgspec.Struct, frozen=True, gc=False):
    """One `objectPermissions` block; in a muting set, true means "taken away"."""

    object: str
    line: int
    allowCreate: Mark = 0
    allowRead: Mark = 0
    allowEdit: Mark = 0
    allowDelete: Mark = 0
    viewAllRecords: Mark = 0
    modifyAllRecords: Mark = 0
    viewAllFields: Mark = 0


OBJECT_FLAGS = (
    "allowCreate",
    "allowRead",
    "allowEdit",
    "allowDelete",
    "viewAllRecords",
    "modifyAllRecords",
    "viewAllFields",
)


class FieldPermission(msgspec.Struct, frozen=True, gc=False):
    """One `fieldPermissions` block."""

    field: str
    line: int
    readable: Mark = 0
    editable: Mark = 0


class Access(msgspec.Struct, frozen=True, gc=False):
    """One named switch of a bundle: a user permission, a class, a flow, an agent, a custom permission …

    `kind` is the element's name in the file: `userPermissions`, `classAccesses`, `flowAccesses`,
    `customPermissions`, `agentAccesses`, `pageAccesses`, `externalDataSourceAccesses`.
    """

    kind: str
    name: str
    enabled: Mark
    line: int


class PermissionBundle(Fact, frozen=True, kw_only=True):
    """What profiles, permission sets and muting sets share. Repeated and merged entries stay apart."""

    label: str = ""
    objects: tuple[ObjectPermission, ...] = ()
    fields: tuple[FieldPermission, ...] = ()
    accesses: tuple[Access, ...] = ()


class Profile(PermissionBundle, frozen=True, kw_only=True):
    """A profile. It holds only what was retrieved with it: absence is not denial."""

    user_license: str = ""
    custom: bool = False
    login_ip_ranges: tuple[tuple[str, str, int], ...] = ()
    """(start, end, line)"""


class PermissionSet(PermissionBundle, frozen=True, kw_only=True):
    """A permission set, or one piece of a decomposed one."""

    license: str = ""
    has_activation_required: bool = False


class MutingPermissionSet(PermissionBundle, frozen=True, kw_only=True):
    """What a permission set group takes away: entries that are *true* are muted, false ones do nothing."""


class Member(msgspec.Struct, frozen=True, gc=False):
    """A name that a group lists, with its line."""

    name: str
    line: int


class PermissionSetGroup(Fact, frozen=True, kw_only=True):
    """A group of permission sets, less its muting sets."""

    label: str = ""
    status: str = ""
    permission_sets: tuple[Member, ...] = ()
    muting_permission_sets: tuple[Member, ...] = ()
    has_activation_required: bool = False
