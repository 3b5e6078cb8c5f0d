"""User permissions that reach far beyond one job, and how far."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from sfgov.check import Severity
from sfgov.model.grants import MODIFY_ALL_DATA, VIEW_ALL_DATA, VIEW_ALL_FIELDS, Answer
from sfgov.model.permissions import Bundle


class Broad(msgspec.Struct, frozen=True):
    """A user permission, how bad it is in hands that nobody chose for it, and what it lets people do."""

    name: str
    severity: Severity
    lets: str
    """Ends the sentence "its users can …"."""


_CRITICAL = {
    MODIFY_ALL_DATA: "read, change and delete every record, whatever object permissions and sharing say",
    "AuthorApex": "write Apex, which runs with every permission",
    "CustomizeApplication": "change objects, automation and security settings",
    "ModifyMetadata": "deploy metadata, permissions among it",
    "ManageProfilesPermissionsets": "change what profiles and permission sets grant, their own among them",
}
_HIGH = {
    "ManageUsers": "create, change and unlock users",
    "AssignPermissionSets": "hand out permission sets, to themselves among others",
    "ManageSharing": "change who sees which records",
    VIEW_ALL_DATA: "read every record, whatever sharing says",
    VIEW_ALL_FIELDS: "read every field of the objects they see, whatever field permissions say",
    "QueryAllFiles": "read every file",
    "ManageEncryptionKeys": "replace and destroy encryption keys",
    "CanApproveUninstalledApps": "let apps into the org that nobody installed",
    "UseAnyApiClient": "use apps that the org does not admit",
}
_MEDIUM = {
    "DataExport": "download all data as an export",
    "BulkApiHardDelete": "delete records past the recycle bin",
    "ManageDataMaskPolicies": "change what is masked in sandboxes",
    "ViewEncryptedData": "read classic encrypted fields in clear text",
    "ResetPasswords": "reset other users' passwords",
    "BypassMFAForUiLogins": "log in without a second factor",
    "PasswordNeverExpires": "keep a password forever",
}
LOGIN = frozenset({"BypassMFAForUiLogins", "PasswordNeverExpires"})
"""About how people log in; they mean little where nobody does."""

BROAD = tuple(
    Broad(name, severity, lets)
    for severity, some in (
        (Severity.CRITICAL, _CRITICAL),
        (Severity.HIGH, _HIGH),
        (Severity.MEDIUM, _MEDIUM),
    )
    for name, lets in some.items()
)
"""The gravest first."""
_IMPLIED = {VIEW_ALL_DATA: MODIFY_ALL_DATA}
"""What is not worth saying beside a permission that brings it along."""


def broad_permissions(bundle: Bundle) -> Iterator[tuple[Broad, Answer]]:
    """The broad permissions that a bundle has, surely or perhaps, the gravest first."""
    found = {one.name: (one, answer) for one in BROAD if (answer := bundle.user_permission(one.name)).grants}
    return (pair for name, pair in found.items() if _IMPLIED.get(name) not in found)
