"""What can be assigned to a user: profiles, permission sets, groups after muting, and declared personas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Literal

import msgspec

from sfgov.facts import Fact, MutingPermissionSet, PermissionSet, PermissionSetGroup, Profile
from sfgov.facts.permissions import PermissionBundle
from sfgov.model.grants import (
    FIELDS,
    MODIFY_ALL_DATA,
    OBJECTS,
    USER,
    VIEW_ALL_FIELDS,
    Answer,
    DeleteRight,
    Entry,
    Grant,
    Held,
    PermissionFile,
    covered_by,
    given_by,
    rests_on,
)
from sfgov.model.index import Written
from sfgov.model.principals import classes_by_license, classes_by_name
from sfgov.place import Evidence, Place

Kind = Literal["Profile", "PermissionSet", "PermissionSetGroup", "Persona"]


class Bundle:
    """Permissions that come together. Subclasses say which files grant what; the questions are the same."""

    kind: Kind
    name: str
    user_license: str = ""
    """The user licence of a profile, the licence of a permission set; empty where none is stated."""
    standard: bool = False
    """A profile that Salesforce made: but for Admin's, nobody can change its user permissions."""
    written: tuple[Written[Fact], ...] = ()
    """The files that say what it is, by path; none for a persona."""
    partial: tuple[str, ...] = ()
    """The names it refers to that are not in the tree: what those grant or mute is unknown."""
    granters: tuple[Granter, ...] = ()
    """The profiles and permission sets that it adds up."""

    @property
    def component(self) -> str:
        """`Profile:Admin`, as findings name it."""
        return f"{self.kind}:{self.name}"

    @property
    def places(self) -> tuple[Place, ...]:
        """Where it is written."""
        return tuple(written.at() for written in self.written)

    def grants(self, kind: str, name: str, flag: str = "enabled") -> tuple[Grant, ...]:
        """What grants exactly this switch, after muting: `("objectPermissions", "Case", "allowDelete")`."""
        raise NotImplementedError

    def entries(self, kind: str, name: str) -> tuple[Entry, ...]:
        """Every block about this thing in the files it adds up, whatever the block says."""
        return tuple(entry for granter in self.granters for entry in granter.own_entries(kind, name))

    def might_grant(self, kind: str, name: str, flag: str = "enabled") -> bool:
        """Whether something that it refers to and that is not in the tree could grant this switch."""
        raise NotImplementedError

    def has(self, kind: str, name: str, flag: str = "enabled") -> Answer:
        """Whether it has exactly this switch."""
        return self._answer([(kind, name, flag)])

    def user_permission(self, name: str) -> Answer:
        """Whether it has a user permission such as `ModifyAllData`."""
        return self.has(USER, name)

    def object_access(self, name: str, flag: str) -> Answer:
        """Whether it has an object permission such as `allowEdit`, also by way of those that bring it along."""
        key = (name.casefold(), flag)
        if key not in self._kept:
            on_object = self._answer([(OBJECTS, name, one) for one in given_by(flag)])
            everywhere = self._on_every_object(flag)
            self._kept[key] = Answer(
                on_object.grants + everywhere.grants, on_object.partial or everywhere.partial
            )
        return self._kept[key]

    def _on_every_object(self, flag: str) -> Answer:
        key = ("", flag)
        if key not in self._kept:
            self._kept[key] = self._answer([(USER, one, "enabled") for one in covered_by(flag)])
        return self._kept[key]

    @cached_property
    def _kept(self) -> dict[tuple[str, str], Answer]:
        """Answers about objects: many fields of one object ask for the same."""
        return {}

    def field_access(self, name: str, flag: str, of: str = "") -> Answer:
        """Whether its field permissions let it read (`readable`) or write (`editable`) a field (`Object.Field`).

        That takes access to the object as well: the field's own, or `of`. View All Fields, of the object or of all,
        reads every field. Not all fields have permissions: `Permissions.field_access` knows which.
        """
        name_of_object = of or name.partition(".")[0]
        needed = self.object_access(name_of_object, "allowEdit" if flag == "editable" else "allowRead")
        if needed.held is Held.NO:
            return needed
        answer = self.field_permissions(name, flag, of)
        return answer if needed else Answer((), partial=bool(answer.grants) or answer.partial)

    def field_permissions(self, name: str, flag: str, of: str = "") -> Answer:
        """What `field_access` says of the field alone, whatever access there is to its object."""
        switches = [(FIELDS, name, "editable")]
        if flag == "readable":
            switches += [
                (FIELDS, name, "readable"),
                (OBJECTS, of or name.partition(".")[0], "viewAllFields"),
                (USER, VIEW_ALL_FIELDS, "enabled"),
            ]
        return self._answer(switches)

    def delete_right(self, name: str) -> DeleteRight | None:
        """The right to delete this object's records; None where nothing in the tree gives it."""
        return DeleteRight.of(name, self.object_access(name, "allowDelete").grants)

    @cached_property
    def classes(self) -> frozenset[str]:
        """Whose it probably is: `admin`, `guest`, `external`, `integration`, `agent`; else `human`.

        What the files state, and what the name suggests, which is a guess; `sfgov.yml` may know better.
        """
        guessed = self._guessed_classes() if self.stated_classes <= {"admin"} else ()
        return self.stated_classes.union(guessed) or frozenset({"human"})

    @cached_property
    def stated_classes(self) -> frozenset[str]:
        """Whose it is, as far as a licence, a permission, a site or an agent says so; often nobody's."""
        found = set(self._stated_classes())
        if self.user_permission(MODIFY_ALL_DATA):
            found.add("admin")
        if "agent" not in found and self.user_permission("ApiUserOnly"):
            found.add("integration")
        return frozenset(found)

    def _stated_classes(self) -> Iterable[str]:
        return ()

    def _guessed_classes(self) -> Iterable[str]:
        return ()

    def _answer(self, switches: Sequence[tuple[str, str, str]]) -> Answer:
        """Whether any of these switches is granted."""
        grants = tuple(grant for switch in switches for grant in self.grants(*switch))
        return Answer(grants, partial=any(self.might_grant(*switch) for switch in switches))

    def __repr__(self) -> str:
        return f"<{self.component}>"


class Granter(Bundle):
    """A profile or a permission set: its own files, which are several when it is decomposed."""

    def __init__(
        self, files: tuple[PermissionFile, ...], *, agent: bool = False, guest: bool = False
    ) -> None:
        """`agent` says that its name is that of a known AI agent's access, `guest` that a site names it."""
        first = files[0].written
        self.kind = "Profile" if isinstance(first.fact, Profile) else "PermissionSet"
        self.name = first.name
        self.written = tuple(file.written for file in files)
        facts = [file.written.fact for file in files]
        self.user_license = next(filter(None, map(_license, facts)), "")
        self.standard = any(map(_is_standard, facts))
        self.granters = (self,)
        self.files = files
        self._agent = agent
        self._guest = guest

    def own_entries(self, kind: str, name: str) -> Iterator[Entry]:
        """Every block about this thing, by file and line."""
        return (entry for file in self.files for entry in file.entries(kind, name))

    def grants(self, kind: str, name: str, flag: str = "enabled") -> tuple[Grant, ...]:
        return tuple(grant for file in self.files for grant in file.grants(kind, name, flag))

    def might_grant(self, kind: str, name: str, flag: str = "enabled") -> bool:  # noqa: ARG002  it refers to nothing
        return False

    def _stated_classes(self) -> Iterable[str]:
        found = classes_by_license(self.user_license)
        if self._agent:
            found.add("agent")
        if self._guest:
            found.add("guest")
        if self.kind == "Profile" and self.name.casefold() == "admin":
            found.add("admin")
        return found

    def _guessed_classes(self) -> Iterable[str]:
        return classes_by_name(self.name)


class Member(msgspec.Struct, frozen=True):
    """A permission set, as a group lists it."""

    granter: Granter
    includes: Evidence
    """The line that lists it."""


class MutedEntry(msgspec.Struct, frozen=True):
    """A block of a muting set, seen from a group that has it."""

    entry: Entry
    group: Group

    @property
    def granted(self) -> tuple[Grant, ...]:
        """What the group's sets grant on the same thing, before muting."""
        kind, name = self.entry.kind, self.entry.name
        return tuple(g for flag in self.entry.marks for g in self.group.granted_by_members(kind, name, flag))

    @property
    def mutes_nothing(self) -> bool:
        """No switch is true, and only true mutes."""
        return not self.entry.true_flags

    @property
    def left(self) -> tuple[Grant, ...]:
        """The grants that the block names with false, as if false took them away."""
        named = self.entry.false_flags or tuple(self.entry.marks)
        return tuple(grant for grant in self.granted if not set(named).isdisjoint(rests_on(grant.flag)))

    @property
    def idle(self) -> bool:
        """Something is true, and nothing that the group grants is taken away by it."""
        taken = set(self.entry.true_flags)
        return bool(taken) and all(taken.isdisjoint(rests_on(grant.flag)) for grant in self.granted)


class Mute(msgspec.Struct, frozen=True):
    """A muting set of a group. `at` is the line of the group that names it."""

    at: Place
    files: tuple[PermissionFile, ...]
    entries: tuple[MutedEntry, ...]

    @property
    def name(self) -> str:
        """The muting set's own name."""
        return self.files[0].written.name

    @property
    def component(self) -> str:
        """`MutingPermissionSet:M`, as findings name it."""
        return f"{MutingPermissionSet.__name__}:{self.name}"

    @property
    def mutes_nothing(self) -> bool:
        """No switch in it is true."""
        return all(one.mutes_nothing for one in self.entries)


class Group(Bundle):
    """A permission set group: what its sets grant, less what its muting sets set to true."""

    kind: Kind = "PermissionSetGroup"

    def __init__(
        self,
        parts: tuple[Written[PermissionSetGroup], ...],
        sets: Mapping[str, Granter],
        muting_sets: Mapping[str, tuple[PermissionFile, ...]],
        *,
        agent: bool = False,
    ) -> None:
        """`sets` and `muting_sets` are those of the tree, by case-folded name."""
        named = _named(parts, "permissionSets")
        muting = _named(parts, "mutingPermissionSets")
        self.name = parts[0].name
        self.written = parts
        self.members = tuple(
            Member(sets[key], at.says(f"{self.name} includes {sets[key].name}"))
            for key, (_, at) in named.items()
            if key in sets
        )
        self.granters = tuple(member.granter for member in self.members)
        self.unknown_sets = tuple(name for key, (name, _) in named.items() if key not in sets)
        self.unknown_mutes = tuple(name for key, (name, _) in muting.items() if key not in muting_sets)
        self.partial = (*self.unknown_sets, *self.unknown_mutes)
        self.muting_names = frozenset(muting)
        self._muting = {key: (at, muting_sets[key]) for key, (_, at) in muting.items() if key in muting_sets}
        self._agent = agent

    def grants(self, kind: str, name: str, flag: str = "enabled") -> tuple[Grant, ...]:
        return () if self.muted_by(kind, name, flag) else self.granted_by_members(kind, name, flag)

    def might_grant(self, kind: str, name: str, flag: str = "enabled") -> bool:
        return bool(self.unknown_sets) and not self.muted_by(kind, name, flag)

    def granted_by_members(self, kind: str, name: str, flag: str = "enabled") -> tuple[Grant, ...]:
        """What the sets grant, before muting."""
        return tuple(
            Grant(grant.file, kind, grant.row, flag, (member.includes,), certain=not self.unknown_mutes)
            for member in self.members
            for grant in member.granter.grants(kind, name, flag)
        )

    def muted_by(self, kind: str, name: str, flag: str = "enabled") -> tuple[Place, ...]:
        """The lines of muting sets that take this away: the switch itself, or one that it rests on."""
        return tuple(
            entry.at(one)
            for _, files in self._muting.values()
            for file in files
            for entry in file.entries(kind, name)
            for one in rests_on(flag)
            if entry.says(one)
        )

    @cached_property
    def mutes(self) -> tuple[Mute, ...]:
        """Its muting sets that are in the tree, each entry beside what the group's sets grant."""
        return tuple(
            Mute(at, files, tuple(MutedEntry(entry, self) for file in files for entry in file.all_entries()))
            for at, files in self._muting.values()
        )

    def _stated_classes(self) -> Iterable[str]:
        return {"agent"} if self._agent else ()

    def _guessed_classes(self) -> Iterable[str]:
        return classes_by_name(self.name)


class PersonaDeclaration(msgspec.Struct, frozen=True):
    """A combination of bundles that real users have, as somebody declares it."""

    name: str
    profile: str = ""
    permission_sets: tuple[str, ...] = ()
    permission_set_groups: tuple[str, ...] = ()


class Persona(Bundle):
    """The sum of a profile, sets and groups. A group's mutes reach no further than the group."""

    kind: Kind = "Persona"

    def __init__(self, name: str, bundles: Iterable[Bundle], missing: Iterable[str]) -> None:
        """`missing` are the names of declared bundles that are not in the tree."""
        self.name = name
        self.bundles = tuple(bundles)
        self.missing = tuple(missing)
        self.partial = (*self.missing, *(name for bundle in self.bundles for name in bundle.partial))
        self.granters = tuple(granter for bundle in self.bundles for granter in bundle.granters)
        self.user_license = next((b.user_license for b in self.bundles if b.kind == "Profile"), "")

    def grants(self, kind: str, name: str, flag: str = "enabled") -> tuple[Grant, ...]:
        return tuple(grant for bundle in self.bundles for grant in bundle.grants(kind, name, flag))

    def might_grant(self, kind: str, name: str, flag: str = "enabled") -> bool:
        return bool(self.missing) or any(bundle.might_grant(kind, name, flag) for bundle in self.bundles)

    def _stated_classes(self) -> Iterable[str]:
        return (one for bundle in self.bundles for one in bundle.stated_classes)

    @cached_property
    def classes(self) -> frozenset[str]:
        """Everything that one of its bundles is; `human` where none is anything else."""
        found = frozenset(one for bundle in self.bundles for one in bundle.classes)
        return found - {"human"} or frozenset({"human"})


def _is_standard(fact: PermissionBundle) -> bool:
    return isinstance(fact, Profile) and "custom" in fact.lines and not fact.custom


def _license(fact: PermissionBundle) -> str:
    if isinstance(fact, Profile):
        return fact.user_license
    return fact.license if isinstance(fact, PermissionSet) else ""


def _named(parts: Iterable[Written[PermissionSetGroup]], element: str) -> dict[str, tuple[str, Place]]:
    """The names that a group lists under an element, each once: case-folded → (as written, where)."""
    found: dict[str, tuple[str, Place]] = {}
    for part in parts:
        fact = part.fact
        for one in fact.permission_sets if element == "permissionSets" else fact.muting_permission_sets:
            found.setdefault(one.name.casefold(), (one.name, part.at(one.line, f"{element}[{one.name}]")))
    return found
