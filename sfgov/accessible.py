"""Who can read or edit an object or a field, ready to be written: the model's picture, weighed by the policy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from sfgov.matrix import Around, steps_of
from sfgov.model.record_access import Access as ModelAccess
from sfgov.model.record_access import AccessPicture
from sfgov.model.sharing import SharingDefault
from sfgov.policy import Policy
from sfgov.result import Access, Accessible
from sfgov.whose import is_admin, whose

Scope = Literal["all", "public", "own", "rules", "shared"]
_OPENS = {
    "read": {"read", "readselect", "readwrite", "readwritetransfer", "fullaccess"},
    "edit": {"readwrite", "readwritetransfer", "fullaccess"},
}
"""Sharing defaults that let everybody read or edit every record."""
_CLOSED = {"private", "read", "readselect"}
_CLEAR = "ViewEncryptedData"


def accessible(picture: AccessPicture, policy: Policy, around: Around) -> Accessible:
    """One question's answer. People come before administrators."""
    rights = [_right(picture, one, policy, around) for one in picture.holders]
    field = picture.field
    sharing = picture.shared and (picture.verb == "read" or picture.writable)
    return Accessible(
        action=picture.verb,
        object=picture.object,
        field=field.name.partition(".")[2] if field else "",
        rule=_rule(picture),
        rule_steps=steps_of(field.because if field else (), around),
        writable=picture.writable,
        rights=tuple(sorted(rights, key=lambda right: right.admin)),
        rights_known=picture.permissions_known,
        sharing=_sharing(picture) if sharing else "",
        sharing_steps=steps_of(
            (e for one in (picture.internal, picture.external) if one and sharing for e in one.evidence),
            around,
        ),
        guest_rules=steps_of(picture.guest_rules if picture.verb == "read" else (), around),
        remarks=tuple(_remarks(picture)),
        not_known=tuple(bundle.component for bundle in picture.not_known),
        silent=tuple(bundle.component for bundle in picture.silent),
    )


def _right(picture: AccessPicture, one: ModelAccess, policy: Policy, around: Around) -> Access:
    classes, guessed = whose(one.bundle, policy)
    return Access(
        bundle=one.bundle.component,
        scope=_scope(picture, one, () if guessed else classes),
        through=_name_of(one),
        field_through=_through_field(one),
        certain=not one.doubt,
        doubt=one.doubt,
        admin=is_admin(one.bundle, policy),
        classes=classes,
        guessed=guessed,
        clear=picture.encrypted is None or bool(one.bundle.user_permission(_CLEAR)),
        steps=steps_of(one.evidence, around),
    )


def _name_of(one: ModelAccess) -> str:
    grant = one.on_object
    return (
        grant.entry.name
        if grant.kind == "userPermissions"
        else grant.flag
        if grant.flag != "enabled"
        else grant.kind
    )


def _through_field(one: ModelAccess) -> str:
    grant = one.on_field
    if grant is None:
        return ""
    return grant.entry.name if grant.kind == "userPermissions" else grant.flag


def _scope(picture: AccessPicture, one: ModelAccess, classes: Sequence[str]) -> Scope:
    if one.whole or not picture.shared:
        return "all"
    if "guest" in classes:
        return "rules"
    default = _external(picture) if "external" in classes else picture.internal
    model = default.model.casefold() if default else ""
    if model in _OPENS[picture.verb]:
        return "public"
    return "own" if model in _CLOSED else "shared"


def _external(picture: AccessPicture) -> SharingDefault | None:
    """What holds for external users: never more than for employees, so Private where that is their default."""
    internal = picture.internal
    private = internal is not None and internal.model.casefold() == "private"
    return picture.external or (internal if private else None)


def _rule(picture: AccessPicture) -> str:
    field = picture.field
    if field is None:
        return ""
    if picture.verb == "edit" and not picture.writable:
        return f"{field.name} {field.says}, so nobody can change it."
    says = f"{field.name} {field.says}" if field.says else ""
    if field.by_permission is False:
        return f"{says}: whoever can {picture.verb} the {picture.object} record can {picture.verb} it."
    if field.by_permission is None:
        return f"{says}, so whether field permissions decide about it is not known."
    decided = (
        f"decided by the field permissions of {field.entry} and the object permissions of {picture.object}"
    )
    return f"{says}, {decided}." if says else f"{decided[0].upper()}{decided[1:]}."


def _sharing(picture: AccessPicture) -> str:
    internal, external = picture.internal, picture.external
    said = _told(internal) if internal else "not in the tree"
    outside = f"; for external users: {_told(external)}" if external else ""
    return f"Sharing default of {picture.object}: {said}{outside}."


def _told(default: SharingDefault) -> str:
    return default.model if len(default.chain) == 1 else f"{default.model} (as {default.stated.name} says)"


def _remarks(picture: AccessPicture) -> Iterator[str]:
    if not picture.has_object_permissions:
        kind = "custom metadata" if picture.object.casefold().endswith("__mdt") else "custom settings"
        yield f"Unless the org restricts {kind} (Schema settings), every user can read it, and code always can."
    elif picture.permissions_known and not picture.mentioned:
        yield (
            f"No profile or permission set here has an entry for {picture.object}. Some standard objects have none: "
            "what opens them is their parents, or settings."
        )
    if picture.encrypted:
        yield f"Encrypted text: those without {_CLEAR} see a mask instead of the value."
    if picture.verb == "edit" and picture.object.casefold().endswith("__e"):
        yield "Events are published and never changed: what counts is allowCreate."
