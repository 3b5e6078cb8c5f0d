"""What of the org is not in the tree, and how one can tell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from sfgov.facts import PermissionSet, PermissionSetGroup, Profile
from sfgov.facts.permissions import Member
from sfgov.model.index import Index, Written
from sfgov.place import Evidence, Place
from sfgov.project import Hidden, Manifest, Project, SourceFile

WHOLE = "Project:org"
"""The component of findings about the org as a whole."""
_ACCESSES = {"ApexClass": "classAccesses", "Flow": "flowAccesses"}


class Visibility:
    """What was left out of the tree: hidden by `.forceignore`, or named by other files and yet not there."""

    def __init__(self, project: Project, index: Index) -> None:
        self._project = project
        self._index = index

    def of(self, index: Index) -> Visibility:
        """The same tree, of which the index holds something else."""
        return Visibility(self._project, index)

    @property
    def manifests(self) -> tuple[Manifest, ...]:
        """Every `package.xml` and `destructiveChanges*.xml` of the tree."""
        return self._project.manifests

    def whole(self) -> Place:
        """A place for what is true of the whole org. Its name does not depend on the folder that the org lies in."""
        return Place(self._project.front, 1, WHOLE)

    @property
    def files(self) -> tuple[SourceFile, ...]:
        """Every file that was read, by path."""
        return self._project.files

    def text(self, path: str) -> bytes:
        """A file of the tree, again; empty where it cannot be read."""
        try:
            return self._project.reader.read(path)
        except OSError:
            return b""

    def projects(self) -> dict[str, str]:
        """Per package directory, as files name theirs, the `sfdx-project.json` that lists it."""
        return {directory.path: directory.project for directory in self._project.package_directories}

    @property
    def source_api_version(self) -> tuple[float, Place] | None:
        """The API version of the project's source and where it is stated; None where it is not, or there are more projects."""
        projects = list(set(self.projects().values()))
        text = self._project.api_version
        if len(projects) != 1 or not re.fullmatch(r"[0-9]{1,3}(\.[0-9]+)?", text):
            return None
        line = max(self._project.api_version_line, 1)
        return float(text), Place(projects[0], line, WHOLE, "sourceApiVersion")

    @property
    def is_partial(self) -> bool:
        """Whether a package directory that the project lists was not read."""
        read = {file.package for file in self._project.files}
        return any(directory.path not in read for directory in self._project.package_directories)

    @property
    def ignored(self) -> tuple[Hidden, ...]:
        """All that `.forceignore` hid, by line and type."""
        return self._project.ignored

    def hidden(self, type_name: str) -> tuple[Hidden, ...]:
        """The lines of `.forceignore` that hid components of this type."""
        return tuple(hidden for hidden in self._project.ignored if hidden.type == type_name)

    def proofs(self, type_name: str) -> tuple[Evidence, ...]:
        """Lines of other files that name the org's own components of a type, by path and line."""
        return tuple(sorted(self._proofs(type_name)))

    def _proofs(self, type_name: str) -> Iterator[Evidence]:
        if type_name in ("PermissionSet", "MutingPermissionSet"):
            yield from self._group_members(type_name)
        elif type_name in _ACCESSES:
            yield from self._accesses(_ACCESSES[type_name])

    def _group_members(self, type_name: str) -> Iterator[Evidence]:
        for group in self._index.all(PermissionSetGroup):
            members = (
                group.fact.permission_sets
                if type_name == "PermissionSet"
                else group.fact.muting_permission_sets
            )
            yield from self._named(group, members)

    def _accesses(self, kind: str) -> Iterator[Evidence]:
        for bundle_type in (Profile, PermissionSet):
            for bundle in self._index.all(bundle_type):
                granted = [
                    Member(a.name, a.line) for a in bundle.fact.accesses if a.kind == kind and a.enabled > 0
                ]
                yield from self._named(bundle, granted)

    def _named(self, by: Written[Any], members: Iterable[Member]) -> Iterator[Evidence]:
        for member in members:
            if not self._index.managed(member.name):
                yield by.at(member.line, member.name).says(f"{by.component} names {member.name}")
                return  # one line of a file is proof enough
