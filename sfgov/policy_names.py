"""The names in `sfgov.yml` that must be something in the org, and those that are nothing there.

What is not in the tree may be in the org all the same: a name counts as wrong only where everything of its type was
retrieved, as far as can be told. A rule about `Invoise__c` is without effect, and nobody would notice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

import msgspec

from sfgov.check import Confidence
from sfgov.config import Config
from sfgov.facts import (
    CustomField,
    CustomMetadata,
    CustomObject,
    Fact,
    PermissionSet,
    PermissionSetGroup,
    Profile,
)
from sfgov.model.field_security import governing
from sfgov.model.index import Knowledge
from sfgov.model.org import Org
from sfgov.model.principals import STANDARD_PROFILES
from sfgov.model.record_access import known_fields
from sfgov.policy import Bundles, Policy
from sfgov.sod import read_term, unreadable
from sfgov.spelling import MISSPELT, nearest

Keys = tuple[str, ...]
_BUNDLES: dict[type[Fact], str] = {
    Profile: "profile",
    PermissionSet: "permission set",
    PermissionSetGroup: "permission set group",
}
_AGENTS = ("Bot", "AiAuthoringBundle", "GenAiPlannerBundle")
_FILES: dict[str, Keys] = {
    "BackupDeclaration": ("backup",),
    "DataMaskExport": ("masking", "exports"),
    "MaskingTemplate": ("masking", "templates"),
    "RetentionDeclaration": ("retention",),
}
"""Where the policy says in which files something is declared."""
_WILDCARD = re.compile(r"[*?\[]")
_CUSTOM = re.compile(r"__(c|pc)$", re.IGNORECASE)
_NAME_IN_FORMULA = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|([$\w]+(?:\.\w+)*)")
_USER_PERMISSIONS = (
    "ApiEnabled", "ApiUserOnly", "AssignPermissionSets", "AuthorApex", "BulkApiHardDelete",
    "BypassMFAForUiLogins", "CustomizeApplication", "DataExport", "ExportReport", "ManageDataMaskPolicies",
    "ManageEncryptionKeys", "ManageProfilesPermissionsets", "ManageSharing", "ManageUsers", "ModifyAllData",
    "ModifyMetadata", "PasswordNeverExpires", "QueryAllFiles", "ResetPasswords", "RunReports",
    "TransferAnyEntity", "ViewAllData", "ViewAllFieldsGlobal", "ViewAllUsers", "ViewEncryptedData", "ViewSetup",
)  # fmt: skip
"""Some of Salesforce's user permissions, to tell what a misspelt one was meant to be."""


_ALIKE = 0.7
"""How alike a name that is suggested must at least be to the one that is not there."""
_SAME_PERMISSION = 0.9
"""How alike a misspelt user permission is to the right one; Salesforce has many pairs that are nearly so."""


class Fault(msgspec.Struct, frozen=True):
    """A name that is nothing in the org. `keys` lead to it in the file, `element` says the same without indexes."""

    keys: Keys
    element: str
    says: str
    """What is wrong, and what was probably meant."""
    confidence: Confidence = Confidence.HIGH


class _Name(msgspec.Struct, frozen=True):
    """A name in the policy and where it stands: the keys, in which lists of settings go by the settings' names."""

    text: str
    keys: Keys
    path: str
    """`delete.allow.profiles`: what is said to name it."""

    def fault(self, says: str, confidence: Confidence = Confidence.HIGH) -> Fault:
        """This name as a fault; `says` follows "delete.never names"."""
        return Fault(self.keys, f"{self.path}.{self.text}", f"{self.path} names {says}", confidence)


def faults(org: Org, config: Config, unread: Iterable[str]) -> Iterator[Fault]:
    """Every name that is nothing in the org, in the order of the policy's sections, then files that are not there.

    `unread` are the types of files that are there and could not be read.
    """
    yield from _Names(org, config.policy, config.lines).faults()
    for type_name, globs in config.policy.declared_files.items():
        keys = _FILES[type_name]
        if globs and keys in config.lines and not org.retrieved(type_name) and type_name not in set(unread):
            path = ".".join(keys)
            yield Fault(keys, path, f"{path} names {', '.join(globs)}, where no file is found.")


class _Names:
    def __init__(self, org: Org, policy: Policy, lines: Mapping[Keys, int]) -> None:
        self._org = org
        self._policy = policy
        self._lines = lines

    def faults(self) -> Iterator[Fault]:
        yield from self._of_delete()
        yield from self._objects(("guest", "allowed_writes"), self._policy.guest.allowed_writes)
        yield from self._of_principals()
        yield from self._of_sod()
        yield from self._of_classification()
        yield from self._of_masking()
        yield from self._of_systems()
        yield from self._of_attribution()
        yield from self._of_waivers()

    # Sections

    def _of_delete(self) -> Iterator[Fault]:
        delete = self._policy.delete
        for key in ("never", "cascade_ok", "automation_ok"):
            yield from self._objects(("delete", key), getattr(delete, key))
        yield from self._objects(("delete", "conditional"), delete.conditional)
        for name, condition in delete.conditional.items():
            keys = ("delete", "conditional", name, "unless")
            for field in _fields_in(condition.unless):
                yield from self._field(name, _Name(field, keys, ".".join(keys)))
        yield from self._bundles(("delete", "members_only"), PermissionSet, delete.members_only)
        yield from self._lists(("delete", "allow"), delete.allow)

    def _of_principals(self) -> Iterator[Fault]:
        principals = self._policy.principals
        agent = principals.agent
        yield from self._lists(("principals", "admin"), principals.admin)
        yield from self._lists(("principals", "integration"), principals.integration)
        own = Bundles(agent.profiles, agent.permission_sets, agent.permission_set_groups)
        yield from self._lists(("principals", "agent"), own)
        for one, sets in agent.agents.items():
            keys = ("principals", "agent", "agents")
            yield from self._agent(_Name(one, (*keys, one), ".".join(keys)))
            for name in _names((*keys, one), sets):
                yield from self._any_bundle(name, (PermissionSet, PermissionSetGroup))
        for persona, declared in principals.personas.items():
            keys = ("principals", "personas", persona)
            if declared.profile:
                where = (*keys, "profile")
                yield from self._bundle(_Name(declared.profile, where, ".".join(where)), Profile)
            sets, groups = declared.permission_sets, declared.permission_set_groups
            yield from self._bundles((*keys, "permission_sets"), PermissionSet, sets)
            yield from self._bundles((*keys, "permission_set_groups"), PermissionSetGroup, groups)

    def _of_sod(self) -> Iterator[Fault]:
        for number, rule in enumerate(self._policy.sod):
            for side in ("left", "right"):
                for text in getattr(rule, side):
                    keys = ("sod", str(number), side, text)
                    yield from self._term(_Name(text, keys, f"sod.{rule.name}.{side}"))

    def _of_classification(self) -> Iterator[Fault]:
        readers = ("classification", "readers")
        yield from self._objects(readers, self._policy.classification.readers)
        for object_name, names in self._policy.classification.readers.items():
            for name in _names((*readers, object_name), names):
                yield from self._any_bundle(name, tuple(_BUNDLES))
        for pattern in self._policy.classification.ignore_fields:
            object_name, _, field = pattern.partition(".")
            keys = ("classification", "ignore_fields", pattern)
            where = "classification.ignore_fields"
            if not _WILDCARD.search(object_name):
                yield from self._object(_Name(object_name, keys, where))
                yield from self._field(object_name, _Name(field, keys, where))

    def _of_masking(self) -> Iterator[Fault]:
        for number, columns in enumerate(self._policy.masking.custom_metadata):
            keys = ("masking", "custom_metadata", str(number))
            where = "masking.custom_metadata"
            if not any(w.name.partition(".")[0] == columns.type[:-5] for w in self._org.all(CustomMetadata)):
                yield from self._object(_Name(columns.type, (*keys, "type"), f"{where}.type"))
            for key in ("object", "field", "rule", "active"):
                if column := getattr(columns, key):
                    yield from self._field(
                        columns.type, _Name(column, (*keys, key), f"{where}.{columns.type}.{key}")
                    )

    def _of_systems(self) -> Iterator[Fault]:
        for number, system in enumerate(self._policy.systems):
            keys, where = ("systems", str(number)), f"systems.{system.name}"
            if system.principal:
                name = _Name(system.principal, (*keys, "principal"), f"{where}.principal")
                yield from self._any_bundle(name, tuple(_BUNDLES))
            yield from self._fields_of((*keys, "master_of"), f"{where}.master_of", system.master_of)

    def _of_attribution(self) -> Iterator[Fault]:
        attribution = self._policy.attribution
        if ("attribution", "fields") in self._lines:
            yield from self._fields_of(("attribution", "fields"), "attribution.fields", attribution.fields)
        if ("attribution", "first_touch") in self._lines:
            for name in _names(("attribution", "first_touch"), attribution.first_touch):
                found = [list(self._field(one, name)) for one in attribution.fields]
                if found and all(found):
                    yield found[0][0]

    def _of_waivers(self) -> Iterator[Fault]:
        for number, waiver in enumerate(self._policy.waivers):
            kind, _, name = waiver.component.partition(":")
            exact = name and not _WILDCARD.search(waiver.component)
            if (
                exact
                and self._org.knowledge(kind, name) is Knowledge.ABSENT
                and not self._mentioned(kind, name)
            ):
                keys = ("waivers", str(number), "component")
                yield _Name(waiver.component, keys, "waivers.component").fault(
                    f"{waiver.component}, which is not in the org."
                )

    # Sorts of names

    def _lists(self, keys: Keys, bundles: Bundles) -> Iterator[Fault]:
        for key, kind in (
            ("profiles", Profile),
            ("permission_sets", PermissionSet),
            ("permission_set_groups", PermissionSetGroup),
        ):
            yield from self._bundles((*keys, key), kind, getattr(bundles, key))

    def _bundles(self, keys: Keys, kind: type[Fact], names: Iterable[str]) -> Iterator[Fault]:
        for name in _names(keys, names):
            yield from self._bundle(name, kind)

    def _bundle(self, name: _Name, kind: type[Fact]) -> Iterator[Fault]:
        if self._org.knowledge(kind, name.text) is Knowledge.ABSENT:
            word = _BUNDLES[kind]
            yield name.fault(f"the {word} {name.text}, which is not in the org.{self._hint(name.text, kind)}")

    def _any_bundle(self, name: _Name, kinds: tuple[type[Fact], ...]) -> Iterator[Fault]:
        """A bundle of whatever kind. One of a kind that was not retrieved may bear any name but a misspelt one."""
        known = {kind: self._org.knowledge(kind, name.text) for kind in kinds}
        elsewhere = [kind for kind, knowledge in known.items() if knowledge is Knowledge.UNKNOWN]
        here = any(map(self._org.retrieved, elsewhere))  # managed, or a standard profile
        alike = MISSPELT if elsewhere else _ALIKE
        hint = next(filter(None, (self._hint(name.text, kind, alike) for kind in kinds)), "")
        if Knowledge.PRESENT in known.values() or here or (elsewhere and not hint):
            return
        said = [_BUNDLES[kind] for kind in kinds]
        what = f"{', '.join(said[:-1])} or {said[-1]}"
        yield name.fault(
            f"{name.text}, and no {what} of that name is in the org.{hint}",
            Confidence.LOW if elsewhere else Confidence.HIGH,
        )

    def _hint(self, name: str, kind: type[Fact], alike: float = _ALIKE) -> str:
        """What was probably meant: a profile that goes by its label, a label, another kind, a name that is alike."""
        if kind is Profile and name.casefold() in STANDARD_PROFILES:
            return f" The metadata name of that profile is {STANDARD_PROFILES[name.casefold()]}."
        labels = {
            label: written.name
            for written in self._org.all(kind)
            if (label := getattr(written.fact, "label", ""))
        }
        if name in labels:
            return f" The {_BUNDLES[kind]} with that label is {labels[name]}."
        for other, word in _BUNDLES.items():
            if other is not kind and self._org.knowledge(other, name) is Knowledge.PRESENT:
                return f" There is a {word} of that name."
        return _did_you_mean(name, (written.name for written in self._org.all(kind)), alike)

    def _agent(self, name: _Name) -> Iterator[Fault]:
        known = {kind: self._org.knowledge(kind, name.text) for kind in _AGENTS}
        if Knowledge.PRESENT not in known.values() and Knowledge.ABSENT in (
            known["Bot"],
            known["AiAuthoringBundle"],
        ):
            yield name.fault(f"the agent {name.text}, which is not in the org.")

    def _objects(self, keys: Keys, names: Iterable[str]) -> Iterator[Fault]:
        for name in _names(keys, names):
            yield from self._object(name)

    def _object(self, name: _Name) -> Iterator[Fault]:
        absent = self._org.knowledge(CustomObject, name.text) is Knowledge.ABSENT
        if absent and not self._mentioned("CustomObject", name.text):
            hint = _did_you_mean(name.text, (written.name for written in self._org.all(CustomObject)))
            yield name.fault(f"the object {name.text}, which is not in the org.{hint}")

    def _fields_of(self, keys: Keys, where: str, by_object: Mapping[str, Iterable[str]]) -> Iterator[Fault]:
        for object_name, fields in by_object.items():
            yield from self._object(_Name(object_name, (*keys, object_name), where))
            for field in fields:
                yield from self._field(
                    object_name, _Name(field, (*keys, object_name, field), f"{where}.{object_name}")
                )

    def _field(self, object_name: str, name: _Name) -> Iterator[Fault]:
        """A custom field of an object of which the tree has others, and that nothing else speaks of."""
        if _WILDCARD.search(name.text) or not _CUSTOM.search(name.text):
            return
        full = governing(f"{object_name}.{name.text}")
        if self._org.knowledge(CustomField, full) is not Knowledge.ABSENT or self._org.index.managed(
            object_name
        ):
            return
        owner = full.partition(".")[0]
        known = known_fields(self._org, owner)
        if owner.casefold() in self._with_fields and name.text.casefold() not in map(str.casefold, known):
            hint = _did_you_mean(name.text, filter(_CUSTOM.search, known))
            yield name.fault(f"the field {name.text} of {object_name}, which is not in the org.{hint}")

    @cached_property
    def _with_fields(self) -> frozenset[str]:
        """The objects of which the tree has custom fields. Those of activities belong to none of them by name."""
        found = {w.fact.object.casefold() for w in self._org.all(CustomField) if _CUSTOM.search(w.name)}
        return frozenset(found - {"task", "event"})

    def _term(self, name: _Name) -> Iterator[Fault]:
        term = read_term(name.text)
        if term is None:
            yield Fault(name.keys, f"{name.path}.{name.text}", f"{name.path}: {unreadable(name.text)}.")
        elif term.kind == "object":
            yield from self._object(_Name(term.name, name.keys, name.path))
        elif term.kind == "custom":
            yield from self._custom_permission(_Name(term.name, name.keys, name.path))
        else:
            yield from self._user_permission(_Name(term.name, name.keys, name.path))

    def _custom_permission(self, name: _Name) -> Iterator[Fault]:
        absent = self._org.knowledge("CustomPermission", name.text) is Knowledge.ABSENT
        known = {one.casefold(): one for one in self._org.permissions.mentioned("customPermissions")}
        if absent and name.text.casefold() not in known:
            hint = _did_you_mean(name.text, known.values())
            yield name.fault(f"the custom permission {name.text}, which is not in the org.{hint}")

    def _user_permission(self, name: _Name) -> Iterator[Fault]:
        """Nobody lists all user permissions: what no file speaks of is wrong only where it looks misspelt."""
        mentioned = self._org.permissions.mentioned("userPermissions")
        known = {one.casefold(): one for one in (*_USER_PERMISSIONS, *mentioned)}
        hint = _did_you_mean(name.text, known.values(), _SAME_PERMISSION)
        if name.text.casefold() not in known and hint:
            says = f"the user permission {name.text}, of which no file speaks.{hint}"
            yield name.fault(says, Confidence.LOW)

    def _mentioned(self, kind: str, name: str) -> bool:
        """Whether permissions or fields show that an object exists that has no file of its own here."""
        return kind == "CustomObject" and (
            self._org.permissions.mentions_object(name) or name.casefold() in self._with_fields
        )


def _names(keys: Keys, names: Iterable[str]) -> Iterator[_Name]:
    return (_Name(name, (*keys, name), ".".join(keys)) for name in names)


def _fields_in(formula: str) -> Iterator[str]:
    """The custom fields of the record itself that a formula compares."""
    names = (match[1] or "" for match in _NAME_IN_FORMULA.finditer(formula))
    return (name for name in dict.fromkeys(names) if "." not in name and _CUSTOM.search(name))


def _did_you_mean(name: str, known: Iterable[str], alike: float = _ALIKE) -> str:
    found = nearest(name, known, alike)
    return f" Did you mean {found}?" if found else ""
