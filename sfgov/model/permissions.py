"""Who may do what: every bundle of the org with its effective permissions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property

from sfgov.facts import MutingPermissionSet, PermissionSet, PermissionSetGroup, Profile
from sfgov.facts.permissions import OBJECT_FLAGS
from sfgov.model.bundles import Bundle, Granter, Group, Kind, Persona, PersonaDeclaration
from sfgov.model.grants import MODIFY_ALL_DATA, USER, DeleteRight, PermissionFile
from sfgov.model.index import Index, Knowledge, Written

__all__ = ["METADATA_KINDS", "Bundle", "DeleteRight", "Group", "Kind", "Permissions", "PersonaDeclaration"]

METADATA_KINDS: tuple[Kind, ...] = ("Profile", "PermissionSet", "PermissionSetGroup")
"""The bundles that metadata has; personas are declared on top of them."""

_AGENT_TYPES = ("Bot", "GenAiPlannerBundle", "AiAuthoringBundle")
_DELETE_FLAGS = tuple(1 + OBJECT_FLAGS.index(flag) for flag in ("allowDelete", "modifyAllRecords"))


class Permissions:
    """The bundles of an org. Names compare without case."""

    def __init__(self, index: Index, personas: Iterable[PersonaDeclaration] = ()) -> None:
        self._index = index
        self._written_out: dict[str, bool] = {}
        self._declared = sorted(personas, key=lambda one: one.name.casefold())

    def bundles(self, *kinds: Kind) -> tuple[Bundle, ...]:
        """The bundles of these kinds, or of all: profiles, permission sets, groups, personas, each by name."""
        return tuple(
            b for kind, found in self._bundles.items() if not kinds or kind in kinds for b in found.values()
        )

    def bundle(self, kind: Kind, name: str) -> Bundle | None:
        """One bundle, or None where nothing in the tree says anything of it."""
        return self._bundles[kind].get(name.casefold())

    def groups(self) -> tuple[Group, ...]:
        """The permission set groups, by name."""
        return tuple(self._groups.values())

    def who_can_delete(self, name: str, *kinds: Kind) -> tuple[tuple[Bundle, DeleteRight], ...]:
        """Every bundle of these kinds that gives the right to delete this object's records, as `bundles` orders them.

        Without kinds, personas are left out: they only repeat what their parts can do.
        """
        granting = self._deleters.get(name.casefold(), frozenset()) | self._modify_all_data
        return tuple(
            (bundle, right)
            for bundle in self.bundles(*(kinds or METADATA_KINDS))
            if not granting.isdisjoint(bundle.granters) and (right := bundle.delete_right(name))
        )

    def mentions_object(self, name: str) -> bool:
        """Whether any profile or permission set has an entry for this object, whatever it says."""
        return name.casefold() in self._mentioned

    def writes_out(self, kind: str) -> bool:
        """Whether the permission sets here mostly list what they do not grant.

        Many retrieves write every field, class and page, true or false. Where they do, false in a file says
        nothing about what somebody meant.
        """
        if kind not in self._written_out:
            sets = [file for granter in self._sets.values() for file in granter.files]
            true = Counter(entry_is_true for file in sets for entry_is_true in file.truths(kind))
            self._written_out[kind] = true[False] > true[True]
        return self._written_out[kind]

    def unused_muting_sets(self) -> tuple[Written[MutingPermissionSet], ...]:
        """The muting sets that no group in the tree names."""
        used = {name for group in self._groups.values() for name in group.muting_names}
        return tuple(w for w in self._index.all(MutingPermissionSet) if w.name.casefold() not in used)

    @cached_property
    def _bundles(self) -> dict[Kind, dict[str, Bundle]]:
        return {
            "Profile": dict(self._profiles),
            "PermissionSet": dict(self._sets),
            "PermissionSetGroup": dict(self._groups),
            "Persona": {one.name.casefold(): self._persona(one) for one in self._declared},
        }

    @cached_property
    def _profiles(self) -> dict[str, Granter]:
        return {w.name.casefold(): self._granter(Profile, w.name) for w in self._index.all(Profile)}

    @cached_property
    def _sets(self) -> dict[str, Granter]:
        return {
            w.name.casefold(): self._granter(PermissionSet, w.name) for w in self._index.all(PermissionSet)
        }

    @cached_property
    def _groups(self) -> dict[str, Group]:
        muting = {
            w.name.casefold(): tuple(map(PermissionFile, self._index.parts(MutingPermissionSet, w.name)))
            for w in self._index.all(MutingPermissionSet)
        }
        return {
            w.name.casefold(): Group(
                self._index.parts(PermissionSetGroup, w.name),
                self._sets,
                muting,
                agent=self._is_agents(w.name),
            )
            for w in self._index.all(PermissionSetGroup)
        }

    def _granter(self, kind: type[Profile | PermissionSet], name: str) -> Granter:
        return Granter(self._index.parts(kind, name), agent=self._is_agents(name))

    def _granters(self) -> Iterator[Granter]:
        yield from self._profiles.values()
        yield from self._sets.values()

    def _persona(self, declared: PersonaDeclaration) -> Persona:
        profile = (declared.profile,) if declared.profile else ()
        bundles: list[Bundle] = []
        missing: list[str] = []
        for names, known in (
            (profile, self._profiles),
            (declared.permission_sets, self._sets),
            (declared.permission_set_groups, self._groups),
        ):
            bundles += [known[name.casefold()] for name in names if name.casefold() in known]
            missing += [name for name in names if name.casefold() not in known]
        return Persona(declared.name, bundles, missing)

    def _is_agents(self, name: str) -> bool:
        """Whether the name is `<Agent>_Access` of an agent in the tree."""
        stem = name[: -len("_Access")] if name.casefold().endswith("_access") else ""
        return bool(stem) and any(
            self._index.knowledge(kind, stem) is Knowledge.PRESENT for kind in _AGENT_TYPES
        )

    @cached_property
    def _deleters(self) -> dict[str, frozenset[Granter]]:
        """By case-folded object: who has a true flag that gives delete. One pass over all files."""
        found: dict[str, set[Granter]] = {}
        for granter in self._granters():
            for file in granter.files:
                for name, numbers in file.written.fact.objects.rows():
                    if any(numbers[column] > 0 for column in _DELETE_FLAGS):
                        found.setdefault(name.casefold(), set()).add(granter)
        return {name: frozenset(granters) for name, granters in found.items()}

    @cached_property
    def _modify_all_data(self) -> frozenset[Granter]:
        return frozenset(granter for granter in self._granters() if granter.grants(USER, MODIFY_ALL_DATA))

    @cached_property
    def _mentioned(self) -> frozenset[str]:
        files = [file for granter in self._granters() for file in granter.files]
        return frozenset(name.casefold() for file in files for name in file.written.fact.objects.each_name())
