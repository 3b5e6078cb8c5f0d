"""What deployments delete: the components that destructive manifests name, and the org without them."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

import msgspec

from sfgov.facts import ApexMeta, CustomField, Fact, PermissionSetGroup, RecordType, ValidationRule
from sfgov.facts.permissions import Member
from sfgov.model.index import Index, Knowledge, Written
from sfgov.place import Place
from sfgov.project import Manifest

_VERSION = re.compile(r"(.+)-\d+")
Components = set[tuple[str, str]]
"""(type, full name in lower case)."""


class Removed(msgspec.Struct, frozen=True):
    """A component that the tree has and a manifest deletes."""

    type: str
    name: str
    place: Place
    """The line of the manifest that names it."""

    @property
    def key(self) -> tuple[str, str]:
        """Type and full name."""
        return self.type, self.name


class Deployment(msgspec.Struct, frozen=True):
    """The destructive manifests of one folder, which are deployed together."""

    removed: tuple[Removed, ...]
    """What is gone in the end, in the order of the manifests."""


def deployments(manifests: Iterable[Manifest], index: Index) -> tuple[Deployment, ...]:
    """The deployments that delete something that the tree has, by folder.

    What is deleted before a deployment (`Pre`, and `destructiveChanges.xml` itself) and named in the folder's
    `package.xml` is there again afterwards; what is deleted after it (`Post`) is gone.
    """
    folders: defaultdict[str, list[Manifest]] = defaultdict(list)
    for manifest in manifests:
        folders[posixpath.dirname(manifest.path)].append(manifest)
    found = (Deployment(tuple(_removed(folders[folder], index))) for folder in sorted(folders))
    return tuple(deployment for deployment in found if deployment.removed)


def _removed(manifests: list[Manifest], index: Index) -> Iterator[Removed]:
    deployed = {
        (listed.type, member.name.casefold())
        for manifest in manifests
        if manifest.kind == "package"
        for listed in manifest.types
        for member in listed.members
    }
    told: Components = set()
    for manifest in manifests:
        for listed in manifest.types if manifest.kind != "package" else ():
            for member in listed.members:
                name = _known(index, listed.type, member.name)
                key = (listed.type, name.casefold())
                again = manifest.kind != "post" and not deployed.isdisjoint({key, (listed.type, "*")})
                if name and key not in told and not again:
                    told.add(key)
                    place = Place(manifest.path, member.line, f"{listed.type}:{name}", manifest.kind)
                    yield Removed(listed.type, name, place)


def _known(index: Index, kind: str, name: str) -> str:
    """The name under which the tree has the component; empty where it has none. Flows may be named with a version."""
    if index.knowledge(kind, name) is Knowledge.PRESENT:
        return name
    version = _VERSION.fullmatch(name) if kind == "Flow" else None
    return version[1] if version and index.knowledge(kind, version[1]) is Knowledge.PRESENT else ""


def index_without(index: Index, components: Iterable[tuple[str, str]]) -> Index:
    """What is left when these are deleted: they, what hangs on them, and their places in groups.

    Their types stay retrieved: what is deleted is absent, not unknown.
    """
    gone = {(kind, name.casefold()) for kind, name in components}
    facts = (_without_members(written, gone) for written in index.written() if not _goes(written, gone))
    names = (tuple(one.split(":", 1)) for one in index.components())
    left = [(kind, name) for kind, name in names if (kind, name) not in gone]
    return Index(facts, left, retrieved=index.types)


def _goes(written: Written[Fact], gone: Components) -> bool:
    """Whether a fact is of a deleted component, on a deleted object, or the meta file of deleted Apex."""
    fact = written.fact
    name = fact.name.casefold()
    kind = fact.owner if isinstance(fact, ApexMeta) else written.type
    on_object = isinstance(fact, CustomField | RecordType | ValidationRule)
    return (kind, name) in gone or (on_object and ("CustomObject", name.partition(".")[0]) in gone)


def _without_members(written: Written[Fact], gone: Components) -> Written[Fact]:
    """A permission set group without the deleted sets; other facts as they are."""
    fact = written.fact
    if not isinstance(fact, PermissionSetGroup):
        return written
    left = msgspec.structs.replace(
        fact,
        permission_sets=_left(fact.permission_sets, "PermissionSet", gone),
        muting_permission_sets=_left(fact.muting_permission_sets, "MutingPermissionSet", gone),
    )
    return msgspec.structs.replace(written, fact=left)


def _left(members: Iterable[Member], kind: str, gone: Components) -> tuple[Member, ...]:
    return tuple(member for member in members if (kind, member.name.casefold()) not in gone)
