"""Who can delete an object's records, what stands in the way, and the ways around: one picture per object."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from sfgov.facts import CustomField, CustomObject, PermissionSet, Profile
from sfgov.model.delete_paths import DeletePath, DeletePaths
from sfgov.model.deletes import Cascade, DeleteGuard
from sfgov.model.grants import Held
from sfgov.model.guard_bypasses import IdentityTest
from sfgov.model.index import Written
from sfgov.model.org import Org
from sfgov.model.permissions import Bundle, DeleteRight, Kind
from sfgov.place import Evidence, Place

Holder = tuple[Bundle, DeleteRight]

KINDS: tuple[Kind, ...] = ("Profile", "PermissionSet", "PermissionSetGroup", "Persona")
_HARD_DELETE = "BulkApiHardDelete"
_MOST_PATHS = 12
"""How many deletes in system context are told."""
_STANDARD = (
    "Account", "Asset", "Campaign", "Case", "Contact", "Contract", "Event", "Lead", "Opportunity", "Order",
    "Pricebook2", "Product2", "Quote", "Solution", "Task", "User",
)  # fmt: skip
"""Objects that every org has, whether a file speaks of them or not."""


class GuardInTheWay(msgspec.Struct, frozen=True):
    """A guard of the object, and the questions by which it lets some users through."""

    guard: DeleteGuard
    conditions: tuple[Evidence, ...]
    """What it asks before it stops a delete; none where it stops every one."""
    passes: tuple[tuple[IdentityTest, tuple[Bundle, ...]], ...]
    """The custom permissions whose holders it lets through, with the bundles that carry them."""


class FromAbove(msgspec.Struct, frozen=True):
    """A chain of cascades that ends at the object, and who can start it."""

    way: tuple[Cascade, ...]
    holders: tuple[Holder, ...]
    watched: bool
    """A guard on the topmost object blocks every delete, or looks at what hangs below."""

    @property
    def master(self) -> str:
        """The topmost object."""
        return self.way[0].parent


class Loophole(msgspec.Struct, frozen=True):
    """Something that makes a delete reach further, or last longer, than the permission says."""

    says: str
    evidence: tuple[Evidence, ...]


class DeletePicture(msgspec.Struct, frozen=True):
    """Everything about deleting one object's records."""

    object: str
    holders: tuple[Holder, ...]
    permissions_known: bool
    """Whether the tree has any profile or permission set."""
    owned_by_all: bool
    """Whether delete reaches the records of others too, without any wider permission."""
    guards: tuple[GuardInTheWay, ...]
    restricting: tuple[Written[CustomField], ...]
    """Lookups that forbid deleting a record while another one points to it."""
    from_above: tuple[FromAbove, ...]
    loopholes: tuple[Loophole, ...]
    not_known: tuple[Bundle, ...]
    """Bundles of which something that could grant delete is not in the tree."""


def delete_picture(org: Org, name: str, paths: Sequence[DeletePath] | None = None) -> DeletePicture:
    """The picture of one object. Personas come after the bundles that they are made of.

    `paths` are the ways to deletes of this object in system context; without them, they are looked for.
    """
    holders = org.permissions.who_can_delete(name, *KINDS)
    able = {bundle for bundle, _ in holders}
    return DeletePicture(
        object=name,
        holders=holders,
        permissions_known=org.retrieved(Profile) or org.retrieved(PermissionSet),
        owned_by_all=_is_lead(name) and org.deletes.any_lead is not None and org.deletes.any_lead.certain,
        guards=tuple(_guards(org, name)),
        restricting=org.deletes.restricting(name),
        from_above=tuple(
            FromAbove(way, org.permissions.who_can_delete(way[0].parent), org.deletes.watched_from_above(way))
            for way in org.deletes.ways_down_to(name)
        ),
        loopholes=(
            *_loopholes(org, name, holders),
            *_in_system_context(DeletePaths(org, [name]).all() if paths is None else paths),
        ),
        not_known=tuple(bundle for bundle in _partial(org, name) if bundle not in able),
    )


def _guards(org: Org, name: str) -> Iterator[GuardInTheWay]:
    for guard in org.deletes.guards_of(name):
        passes = tuple(
            (
                test,
                tuple(bundle for bundle, _ in org.permissions.who_has("customPermissions", test.permission)),
            )
            for test in org.deletes.identity_tests(guard)
            if test.permission and test.lets_through
        )
        yield GuardInTheWay(guard, org.deletes.conditions(guard), passes)


def _loopholes(org: Org, name: str, holders: Iterable[Holder]) -> Iterator[Loophole]:
    if _is_lead(name) and org.deletes.any_lead:
        says = "whoever can delete leads can delete and merge those of others (enableOrgWideMergeAndDelete)"
        yield Loophole(says, org.deletes.any_lead.evidence)
    for bundle, _ in holders:
        hard = bundle.user_permission(_HARD_DELETE)
        if hard:
            says = f"{bundle.component.replace(':', ' ', 1)} can delete for good: {_HARD_DELETE} leaves nothing in the recycle bin"
            yield Loophole(says, hard.grants[0].evidence)


def _in_system_context(paths: Sequence[DeletePath]) -> Iterator[Loophole]:
    """One for each delete, told by the way that somebody clicks, else by the shortest."""
    by_place: dict[Place, DeletePath] = {}
    for path in sorted(paths, key=lambda path: (path.start.by_record, len(path.way), path.start.said)):
        by_place.setdefault(path.at, path)
    found = list(by_place.values())
    for path in found[:_MOST_PATHS]:
        yield Loophole(f"{path.start.said} deletes it in system context: {path.reason}", path.evidence)
    if len(found) > _MOST_PATHS:
        yield Loophole(f"{len(found) - _MOST_PATHS} more deletes in system context", ())


def _is_lead(name: str) -> bool:
    return name.casefold() == "lead"


def _partial(org: Org, name: str) -> Iterator[Bundle]:
    return (
        bundle
        for bundle in org.permissions.bundles(*KINDS)
        if bundle.partial and bundle.object_access(name, "allowDelete").held is Held.UNKNOWN
    )


def known_objects(org: Org) -> tuple[str, ...]:
    """Every object that a file of the tree speaks of, and those that each org has, by name."""
    names = [
        *(written.name for written in org.all(CustomObject)),
        *(field.fact.object for field in org.all(CustomField)),
        *org.permissions.mentioned_objects(),
        *(guard.object for guard in org.deletes.guards),
        *org.deletes.details(),
        *_STANDARD,
    ]
    return tuple(sorted({name.casefold(): name for name in reversed(names)}.values(), key=str.casefold))
