"""What each bundle lets its holders do, in as few words as a comparison of two states of an org needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sfgov.facts.permissions import OBJECT_FLAGS
from sfgov.model.bundles import Bundle, Granter, Group, Persona
from sfgov.model.grants import OBJECTS, USER, covered_by, given_by
from sfgov.model.org import Org
from sfgov.result import OBJECT_RIGHTS, Hold, Holdings

CUSTOM = "customPermissions"
_SWITCHES = (USER, CUSTOM)
Holds = dict[tuple[str, str], Hold]
"""By kind and case-folded name."""


def holdings_of(org: Org) -> tuple[Holdings, ...]:
    """Every bundle of the org, each by its files alone; a group after its muting sets, a persona as a sum."""
    known: dict[str, Holds] = {}
    found = []
    for bundle in org.permissions.bundles():
        holds = known[bundle.component] = _holds(bundle, known)
        found.append(
            Holdings(
                bundle.component,
                tuple(holds[key] for key in sorted(holds)),
                everywhere=tuple(right for right in OBJECT_RIGHTS if _on_every_object(bundle, right)),
                whole=not bundle.partial,
            )
        )
    return tuple(found)


def _on_every_object(bundle: Bundle, right: str) -> bool:
    return any(bundle.user_permission(name) for name in covered_by(right))


def _holds(bundle: Bundle, known: dict[str, Holds]) -> Holds:
    """Profiles and sets come first, then groups, then personas, so what they add up is known already."""
    if isinstance(bundle, Granter):
        return _added(_own(bundle))
    if isinstance(bundle, Group):
        added = _added(hold for one in bundle.granters for hold in known[one.component].values())
        muted = {(m.entry.kind, m.entry.name.casefold()) for mute in bundle.mutes for m in mute.entries}
        left = {key: _left(bundle, hold) if key in muted else hold for key, hold in added.items()}
        return {key: hold for key, hold in left.items() if hold.rights}
    parts = bundle.bundles if isinstance(bundle, Persona) else ()
    return _added(hold for one in parts for hold in known[one.component].values())


def _own(granter: Granter) -> Iterator[Hold]:
    """What the files of a profile or permission set say, block by block."""
    for file in granter.files:
        path = file.written.path
        for name, (line, *marks) in file.written.fact.objects.rows():
            flags = {flag for flag, mark in zip(OBJECT_FLAGS, marks, strict=True) if mark > 0}
            rights = tuple(right for right in OBJECT_RIGHTS if not flags.isdisjoint(given_by(right)))
            if rights:
                yield Hold(OBJECTS, name, rights, path, line)
        for key, (line, mark) in file.written.fact.accesses.rows():
            kind, _, name = key.partition(" ")
            if kind in _SWITCHES and mark > 0:
                yield Hold(kind, name, ("enabled",), path, line)


def _left(group: Group, hold: Hold) -> Hold:
    """What the muting sets leave."""
    flags = given_by if hold.kind == OBJECTS else lambda flag: (flag,)
    rights = tuple(
        right
        for right in hold.rights
        if any(group.grants(hold.kind, hold.name, flag) for flag in flags(right))
    )
    return Hold(hold.kind, hold.name, rights, hold.path, hold.line)


def _added(holds: Iterable[Hold]) -> Holds:
    """Several blocks about one thing give what any of them gives; the first says where that is."""
    found: Holds = {}
    for hold in holds:
        key = hold.kind, hold.name.casefold()
        before = found.get(key)
        if before is None:
            found[key] = hold
        elif not set(hold.rights) <= set(before.rights):
            rights = tuple(r for r in OBJECT_RIGHTS if r in hold.rights or r in before.rights)
            found[key] = Hold(hold.kind, before.name, rights, before.path, before.line)
    return found
