"""Who may do what: every bundle of the org with its effective permissions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from sfgov.facts import CustomSite, MutingPermissionSet, PermissionSet, PermissionSetGroup, Profile
from sfgov.facts.permissions import FIELD_FLAGS, PermissionBundle
from sfgov.model.bundles import Bundle, Granter, Group, Kind, Persona, PersonaDeclaration
from sfgov.model.field_security import FieldSecurities, FieldSecurity
from sfgov.model.grants import (
    FIELDS,
    OBJECTS,
    USER,
    VIEW_ALL_FIELDS,
    Answer,
    DeleteRight,
    Held,
    covered_by,
    given_by,
    permission_files,
)
from sfgov.model.index import Index, Knowledge, Written
from sfgov.model.mentions import Mentions

__all__ = ["METADATA_KINDS", "Bundle", "DeleteRight", "Group", "Kind", "Permissions", "PersonaDeclaration"]

METADATA_KINDS: tuple[Kind, ...] = ("Profile", "PermissionSet", "PermissionSetGroup")
"""The bundles that metadata has; personas are declared on top of them."""

_NEEDED = {"readable": "allowRead", "editable": "allowEdit"}
"""What a field takes on its object."""
_AGENT_TYPES = ("Bot", "GenAiPlannerBundle", "AiAuthoringBundle")


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
        granting = self._granting_object(name, "allowDelete")
        return tuple(
            (bundle, right)
            for bundle in self._of_some(granting, kinds)
            if (right := bundle.delete_right(name))
        )

    def who_has(
        self, kind: str, name: str, flag: str = "enabled", *kinds: Kind
    ) -> tuple[tuple[Bundle, Answer], ...]:
        """Every bundle of these kinds that has exactly this switch, surely or perhaps; else as `who_can_delete`."""
        granting = self._granting(kind, name, (flag,))
        found = ((bundle, bundle.has(kind, name, flag)) for bundle in self._of_some(granting, kinds))
        return tuple((bundle, answer) for bundle, answer in found if answer.grants)

    def who_can_access(self, name: str, flag: str, *kinds: Kind) -> tuple[tuple[Bundle, Answer], ...]:
        """Every bundle that has an object permission such as `allowEdit`, in whatever way; else as `who_can_delete`."""
        granting = self._granting_object(name, flag)
        found = ((bundle, bundle.object_access(name, flag)) for bundle in self._of_some(granting, kinds))
        return tuple((bundle, answer) for bundle, answer in found if answer.grants)

    def field(self, name: str) -> FieldSecurity:
        """What decides who may read and change a field (`Object.Field`)."""
        return self._fields.of(name)

    def field_access(self, bundle: Bundle, name: str, flag: str) -> Answer:
        """Whether a bundle can read (`readable`) or write (`editable`) a field, also one without field permissions.

        Nobody writes what Salesforce computes. Required fields come with the object, and so do their grants.
        """
        field = self.field(name)
        if flag == "editable" and not field.writable:
            return Answer((), partial=False)
        needed = bundle.object_access(field.object, _NEEDED[flag])
        if field.by_permission is False or needed.held is Held.NO:
            return needed
        answer = bundle.field_access(field.entry, flag, field.object)
        in_doubt = field.by_permission is None and answer.held is Held.NO
        return Answer((), partial=True) if in_doubt else answer

    def who_can_access_field(self, name: str, flag: str, *kinds: Kind) -> tuple[tuple[Bundle, Answer], ...]:
        """Every bundle that can read (`readable`) or write (`editable`) a field; else as `who_can_delete`."""
        field = self.field(name)
        if field.by_permission is False:
            granting = self._granting_object(field.object, _NEEDED[flag])
        else:
            granting = self._granting(FIELDS, field.entry, FIELD_FLAGS)
            if flag == "readable":
                granting |= self._granting(OBJECTS, field.object, ("viewAllFields",))
                granting |= self._granting(USER, VIEW_ALL_FIELDS, ("enabled",))
        found = ((bundle, self.field_access(bundle, name, flag)) for bundle in self._of_some(granting, kinds))
        return tuple((bundle, answer) for bundle, answer in found if answer.grants)

    def mentions_object(self, name: str) -> bool:
        """Whether any profile or permission set has an entry for this object, whatever it says."""
        return self._mentions.speaks_of(OBJECTS, name)

    def mentioned_objects(self) -> Iterator[str]:
        """The object of every entry of every profile and permission set, as written."""
        return (name for file in self._mentions.files for name in file.fact.objects.each_name())

    def mentioned(self, kind: str) -> Iterator[str]:
        """The names of a kind of block (`userPermissions`, `customPermissions`), whatever the blocks say."""
        return self._mentions.names(kind, "")

    def mentioned_fields(self, object_name: str) -> Iterator[str]:
        """The fields of an object (their own names, as written first) that a profile or permission set speaks of."""
        return (name.partition(".")[2] for name in self._mentions.names(FIELDS, f"{object_name}."))

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
    def _mentions(self) -> Mentions:
        """All files of profiles, then all of permission sets."""
        return Mentions([*_parts(self._index, Profile), *_parts(self._index, PermissionSet)])

    @cached_property
    def _fields(self) -> FieldSecurities:
        return FieldSecurities(self._index, self._mentions)

    @cached_property
    def _granters(self) -> tuple[Granter, ...]:
        """The profiles, then the permission sets, by name."""
        return tuple(
            Granter(
                files,
                agent=self._is_agents(files[0].written.name),
                guest=files[0].written.name.casefold() in self._guests,
            )
            for files in permission_files(self._mentions)
        )

    @cached_property
    def _owners(self) -> tuple[Granter, ...]:
        """Whose each file of `_mentions` is."""
        return tuple(granter for granter in self._granters for _ in granter.files)

    @cached_property
    def _profiles(self) -> dict[str, Granter]:
        return {one.name.casefold(): one for one in self._granters if one.kind == "Profile"}

    @cached_property
    def _sets(self) -> dict[str, Granter]:
        return {one.name.casefold(): one for one in self._granters if one.kind == "PermissionSet"}

    @cached_property
    def _groups(self) -> dict[str, Group]:
        muting = permission_files(Mentions([*_parts(self._index, MutingPermissionSet)]))
        by_name = {files[0].written.name.casefold(): files for files in muting}
        return {
            w.name.casefold(): Group(
                self._index.parts(PermissionSetGroup, w.name),
                self._sets,
                by_name,
                agent=self._is_agents(w.name),
            )
            for w in self._index.all(PermissionSetGroup)
        }

    @cached_property
    def _guests(self) -> frozenset[str]:
        """The profiles of sites' visitors, as far as sites name them."""
        return frozenset(site.fact.guest_profile.casefold() for site in self._index.all(CustomSite)) - {""}

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

    def _granting(self, kind: str, name: str, flags: Sequence[str]) -> frozenset[Granter]:
        """Who has one of these switches true in a file of its own."""
        return frozenset(self._owners[file] for file in self._mentions.granting(kind, name, flags))

    def _granting_object(self, name: str, flag: str) -> frozenset[Granter]:
        """Who has an object permission by a file of its own, in whatever way."""
        everywhere = (self._granting(USER, one, ("enabled",)) for one in covered_by(flag))
        return self._granting(OBJECTS, name, given_by(flag)).union(*everywhere)

    def _of_some(self, granters: frozenset[Granter], kinds: Sequence[Kind]) -> Iterator[Bundle]:
        """The bundles of these kinds (without any: all but personas) to which one of these belongs."""
        for bundle in self.bundles(*(kinds or METADATA_KINDS)):
            if not granters.isdisjoint(bundle.granters):
                yield bundle


def _parts(
    index: Index, kind: type[Profile | PermissionSet | MutingPermissionSet]
) -> Iterator[Written[PermissionBundle]]:
    """Every file of a type, those of a decomposed component one after the other."""
    return (part for written in index.all(kind) for part in index.parts(kind, written.name))
