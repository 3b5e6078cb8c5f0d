"""Sentences about what a change lets whom do, the same in every report."""

from __future__ import annotations

from sfgov.counted import counted
from sfgov.result import AccessChange, AccessDelta

AS_FILES_HAVE_IT = "As the files have it: a profile holds only what was retrieved with it."
_RIGHTS = {
    "allowEdit": "edit",
    "allowDelete": "delete",
    "viewAllRecords": "read all",
    "modifyAllRecords": "modify all",
}
_PERMISSIONS = {"userPermissions": "user permission", "customPermissions": "custom permission"}
_MARKS = {"new": "new in the tree", "gone": "not in the tree any more", "changed": ""}


def numbers(delta: AccessDelta) -> str:
    """How many rights are gained and lost."""
    if not delta.changes:
        return "no right is gained or lost."
    return f"{counted(delta.gained, 'right')} gained, {delta.lost:,} lost."


def who(change: AccessChange) -> str:
    """`PermissionSet Sales`."""
    return change.bundle.replace(":", " ", 1)


def what(change: AccessChange) -> str:
    """`gains edit, delete on Invoice__c`, `loses the user permission ViewAllData`."""
    if change.kind in _PERMISSIONS:
        return f"{'gains' if change.gained else 'loses'} the {_PERMISSIONS[change.kind]} {change.name}"
    sides = (("gains", change.gained), ("loses", change.lost))
    said = [f"{verb} {', '.join(_RIGHTS[right] for right in rights)}" for verb, rights in sides if rights]
    return f"{'; '.join(said)} on {change.name}"


def remark(change: AccessChange) -> str:
    """What else is to be known of it; often nothing."""
    unsure = "" if change.certain else "perhaps: it refers to sets that are not in the tree"
    return "; ".join(filter(None, (_MARKS[change.bundle_is], unsure)))


def left_out(delta: AccessDelta, shown: int) -> str:
    """How many changes are not shown; empty where all are."""
    number = delta.left_out + len(delta.changes) - shown
    return f"{counted(number, 'change')} of lesser weight left out here." if number else ""
