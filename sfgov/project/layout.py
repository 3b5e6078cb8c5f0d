"""The walk through folders that finds what is metadata, whatever the layout."""

from __future__ import annotations

from collections.abc import Sequence

from sfgov.project import ignore, packages
from sfgov.project.contents import PathProblem
from sfgov.project.found import Found
from sfgov.project.ignore import ForceIgnore
from sfgov.project.manifest import BadManifest, NotAManifest, manifest_kind, read_manifest
from sfgov.project.naming import (
    META,
    Identity,
    has_folders_to_read,
    identify,
    identify_bundle,
    metadata_type_of_folder_name,
)
from sfgov.project.packages import read_project_file
from sfgov.project.reading import MountedReader
from sfgov.project.registry import registry
from sfgov.project.scope import Scope
from sfgov.project.source import SourceFile
from sfgov.project.test_specs import spec_file, specs_in
from sfgov.project.tree import Listing, Tree, Unusable, join

_NEVER_METADATA = frozenset({"node_modules", "__MACOSX"})
_EXACT_MANIFESTS = frozenset(
    {"package.xml", "destructivechanges.xml", "destructivechangespre.xml", "destructivechangespost.xml"}
)


class Walk:
    """A walk through one tree, whose files are named with a prefix.

    In a project (`sfdx-project.json`, nested ones too) only the package directories are read, as nothing else is
    deployed; manifests are read wherever they lie. Elsewhere every folder is. Of several `.forceignore` files
    the nearest one upward counts, as it does for the Salesforce CLI.
    """

    def __init__(self, tree: Tree, prefix: str, found: Found, skip: Sequence[str] = ()) -> None:
        """`skip` are folders (relative to the tree) that another walk reads."""
        self._tree = tree
        self._prefix = prefix
        self._reader = MountedReader(((prefix, tree),))
        self._found = found
        self._skip = frozenset(skip)
        self._packages: dict[str, str] = {}
        self._links: list[Scope] = []
        self._read: set[str] = set()

    def expect_package(self, path: str, label: str) -> None:
        """Say that a folder is a package directory, as a project file above the tree lists it."""
        self._packages[path] = label

    def run(self, start: Scope) -> None:
        """Walk a folder and everything below, then what symbolic links alone lead to."""
        self._descend(start)
        while self._links:
            link = self._links.pop(0)
            if link.real not in self._read:
                self._descend(link)

    def take(self, start: Scope, file_name: str) -> None:
        """Take one file, and what is a component with it: the body of a meta file, the rest of its bundle."""
        try:
            listing = self._tree.list(start.path)
        except OSError:
            listing = Listing(
                [], [file_name], [], []
            )  # Some folders let their files be read, but not be listed.
        start = self._governed(start, [name for name in listing.files if name == ignore.FILE_NAME])
        if identify_bundle(start.folder, listing.files) is not None:
            self._take_bundle(start, listing.files)
            return
        partner = file_name.removesuffix(META) if file_name.endswith(META) else file_name + META
        self._take_manifests(start, [file_name])
        self._take_files(
            start, [name for name in (file_name, partner) if name in listing.files], listing.files
        )

    def _descend(self, start: Scope) -> None:
        stack = [start]
        while stack:
            stack.extend(reversed(self._visit(stack.pop())))

    def _visit(self, scope: Scope) -> list[Scope]:
        """Read one folder; gives the folders in it that are still to be walked."""
        try:
            listing = self._tree.list(scope.path)
        except OSError as error:
            if scope.reading and not scope.hidden:
                self._problem(scope.path, f"the folder cannot be read: {error.strerror or error}")
            return []
        if scope.folder.last == "site" and "index.html" in listing.files:
            return []  # A generated web site, not a folder of metadata that happens to have that name.
        scope = self._governed(scope, listing.files)
        self._take_manifests(scope, listing.files)
        self._take_test_specs(scope, listing.files)
        if scope.reading:
            self._read.add(scope.real)
            if identify_bundle(scope.folder, listing.files) is not None:
                self._take_bundle(scope, listing.files)
                below = listing.folders if has_folders_to_read(scope.folder) else ()
                return [child for name in below if (child := self._enter(scope, name)) is not None]
            self._take_files(scope, listing.files, listing.files)
        self._note_links(scope, listing.links)
        self._report_unusable(scope, listing.unusable)
        return [child for name in listing.folders if (child := self._enter(scope, name)) is not None]

    def _governed(self, scope: Scope, files: Sequence[str]) -> Scope:
        """The scope under the project file and the `.forceignore` that lie in the folder itself."""
        if packages.FILE_NAME in files:
            scope = self._open_project(scope)
        if ignore.FILE_NAME in files:
            path = join(scope.path, ignore.FILE_NAME)
            rules = ForceIgnore(join(self._prefix, path), self._read_own(path).decode("utf-8", "replace"))
            scope = scope._replace(ignore=rules, ignore_path="")
        if scope.path in self._packages:
            scope = scope._replace(reading=True, package=self._packages[scope.path])
        return scope

    def _open_project(self, scope: Scope) -> Scope:
        """Note the package directories, and stop reading what lies outside of them.

        Inside another project's package directory all is deployed with that one. A nested project of which no
        package directory exists is a template for elsewhere.
        """
        path = join(scope.path, packages.FILE_NAME)
        project = read_project_file(self._read_own(path))
        self._found.project_files.append(project)
        if project.problem:
            self._problem(path, project.problem, project.line)
        there = [entry for entry in project.packages if self._tree.has_folder(join(scope.path, entry.path))]
        for entry in project.packages:
            place = join(scope.path, entry.path)
            label = join(self._prefix, place) or "."
            self._found.add_package(label, entry, project, join(self._prefix, path), exists=entry in there)
            if entry in there:
                self._packages[place] = label
        if project.packages and not there and not scope.path:
            missing = ", ".join(entry.path for entry in project.packages)
            self._problem(path, f"none of its package directories exists: {missing}")
        is_template = not there and scope.path != ""
        if not project.packages or is_template or (scope.reading and scope.package):
            return scope
        return scope._replace(reading=False)

    def _read_own(self, path: str) -> bytes:
        """The bytes of a project file or `.forceignore`; none, and a problem, when it cannot be read."""
        try:
            return self._tree.read(path)
        except OSError as error:
            self._problem(path, f"it cannot be read: {error.strerror or error}")
            return b""

    def _enter(self, scope: Scope, name: str) -> Scope | None:
        """The scope of a folder in this one, or None when there is nothing to look for in it."""
        path = join(scope.path, name)
        if path in self._skip:
            return None
        if (name.startswith(".") or name in _NEVER_METADATA) and not self._leads_to_package(path):
            return None
        child = scope.child(name)
        if not scope.reading:
            return child
        if scope.folder.last in registry().closed:
            return None  # The content of a static resource may look like anything.
        if "." in name and not child.hidden:
            type_name = metadata_type_of_folder_name(scope.folder, name)
            if type_name:
                self._problem(path, f"this is a folder, though it is named as a file of type {type_name}")
                return None
        return child

    def _leads_to_package(self, path: str) -> bool:
        return any(package == path or package.startswith(path + "/") for package in self._packages)

    def _take_files(self, scope: Scope, names: Sequence[str], siblings: Sequence[str]) -> None:
        beside = frozenset(siblings)

        def starts(name: str) -> bytes:
            return self._tree.head(join(scope.path, name))

        for name in names:
            if not name.startswith("."):
                identity = identify(scope.folder, name, beside, starts)
                if identity is not None:
                    self._take(scope, name, identity)

    def _take_bundle(self, scope: Scope, names: Sequence[str]) -> None:
        for name, identity in identify_bundle(scope.folder, names) or ():
            self._take(scope, name, identity)

    def _take(self, scope: Scope, name: str, identity: Identity) -> None:
        path = join(join(self._prefix, scope.path), name)
        rule = scope.hidden
        if rule is None and scope.ignore is not None:
            rule = scope.ignore.hides_file(join(scope.ignore_path, name))
        if rule is not None:
            if identity.parsed:
                self._found.hide(rule, identity.type, path)
            return
        if identity.type:
            self._found.names.add((identity.type, identity.name))
        if identity.parent is not None:
            self._found.names.add(identity.parent)
        if identity.parsed:
            file = SourceFile(path, identity.type, identity.name, identity.role, scope.package)
            self._found.add(file, self._reader)

    def _take_manifests(self, scope: Scope, names: Sequence[str]) -> None:
        for name in names:
            kind = manifest_kind(name) if name.endswith((".xml", ".XML")) else None
            if kind is None:
                continue
            path = join(scope.path, name)
            shown = join(self._prefix, path)
            try:
                self._found.manifests[shown] = read_manifest(shown, kind, self._tree.read(path))
            except NotAManifest:
                continue
            except OSError as error:
                self._problem(path, f"the manifest cannot be read: {error.strerror or error}")
            except BadManifest as bad:
                if name.lower() in _EXACT_MANIFESTS:
                    self._problem(path, bad.reason, bad.line)

    def _take_test_specs(self, scope: Scope, names: list[str]) -> None:
        """Take the specifications of agents' tests, which most projects keep aside of what they deploy."""
        for path in () if scope.hidden else specs_in(self._tree, scope.path, names):
            shown = join(self._prefix, path)
            self._found.files.setdefault(shown, spec_file(shown, scope.package))

    def _note_links(self, scope: Scope, links: Sequence[tuple[str, str]]) -> None:
        """Remember the links to folders: most lead to what is read where it lies, and that is not known yet."""
        for name, target in links:
            child = self._enter(scope, name)
            if child is None or child.hidden or not (scope.reading or self._leads_to_package(child.path)):
                continue
            if f"{child.real}/".startswith(f"{target}/" if target else ""):
                self._problem(child.path, "this symbolic link leads back to a folder that it lies in")
            else:
                self._links.append(child._replace(real=target))

    def _report_unusable(self, scope: Scope, entries: Sequence[Unusable]) -> None:
        """Report what would have been metadata, or a way to it."""
        for name, reason, leads_on in entries:
            path = join(scope.path, name)
            is_inside = scope.reading and not name.startswith(".")
            is_wanted = is_inside and (
                leads_on or identify(scope.folder, name, (), lambda _: b"") is not None
            )
            if (is_wanted or self._leads_to_package(path)) and not scope.child(name).hidden:
                self._problem(path, reason)

    def _problem(self, path: str, reason: str, line: int = 0) -> None:
        shown = join(self._prefix, path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        self._found.problems.add(PathProblem(shown, reason, line))
