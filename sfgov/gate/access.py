"""What a change lets whom do: rights that bundles gain and lose between two states of an org."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from sfgov.result import AccessChange, AccessDelta, Hold, Holdings

MOST_CHANGES = 1_000
"""So many are kept, the gravest; the others are counted."""
_KINDS = ("Profile", "PermissionSet", "PermissionSetGroup", "Persona")


def access_delta(before: Sequence[Holdings], after: Sequence[Holdings]) -> AccessDelta:
    """The differences, by bundle. What a user permission gives on every object anyway is no difference."""
    old = {one.bundle.casefold(): one for one in before}
    new = {one.bundle.casefold(): one for one in after}
    changes = [change for key in old.keys() | new.keys() for change in _changes(old.get(key), new.get(key))]
    delta = AccessDelta(
        tuple(sorted(changes, key=_order)),
        gained=sum(len(change.gained) for change in changes),
        lost=sum(len(change.lost) for change in changes),
    )
    kept = delta.gravest(MOST_CHANGES)
    return replace(delta, changes=kept, left_out=len(changes) - len(kept))


def _changes(old: Holdings | None, new: Holdings | None) -> Iterator[AccessChange]:
    had, has = _by_thing(old), _by_thing(new)
    for key in had.keys() | has.keys():
        yield from _change(old, new, had.get(key), has.get(key))


def _change(
    old: Holdings | None, new: Holdings | None, had: Hold | None, has: Hold | None
) -> Iterator[AccessChange]:
    gained = _beyond(has, had, old)
    lost = _beyond(had, has, new)
    bundle, hold = new or old, has or had
    if (gained or lost) and bundle and hold:
        yield AccessChange(
            bundle.bundle,
            hold.kind,
            hold.name,
            gained,
            lost,
            path=has.path if has and gained else "",
            line=has.line if has and gained else 0,
            bundle_is="new" if old is None else "gone" if new is None else "changed",
            certain=(old is None or old.whole) and (new is None or new.whole),
        )


def _beyond(one: Hold | None, other: Hold | None, of: Holdings | None) -> tuple[str, ...]:
    """The rights of one side that the other, a part of the holdings `of`, does not have in any way."""
    if one is None:
        return ()
    there = set(other.rights) if other else set()
    if of and one.kind == "objectPermissions":
        there.update(of.everywhere)
    return tuple(right for right in one.rights if right not in there)


def _by_thing(one: Holdings | None) -> dict[tuple[str, str], Hold]:
    return {(hold.kind, hold.name.casefold()): hold for hold in one.holds} if one else {}


def _order(change: AccessChange) -> tuple[object, ...]:
    kind, _, name = change.bundle.partition(":")
    return (
        _KINDS.index(kind),
        name.casefold(),
        change.kind != "userPermissions",
        change.kind,
        change.name.casefold(),
    )
