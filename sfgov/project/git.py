"""The org as a commit of its git repository has it, read from git's objects: nothing is checked out.

Git is asked for what it has on this machine only; it fetches nothing and runs nothing that the repository brings.
"""

from __future__ import annotations

import os
import posixpath
import subprocess
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import msgspec

from sfgov.project.tree import HEAD, DiskTree, Listing, Tree, Unusable, join, path_below

_MOST_LINKS = 10
"""A symbolic link that leads over more others leads in a circle."""
_LINK = "120000"


class GitError(Exception):
    """Git cannot give what is asked for; the message says why and what to do."""


class Snapshot(msgspec.Struct, frozen=True):
    """The files of one commit, by the paths that they would have on disk. Picklable."""

    top: str
    """The repository's working folder, resolved."""
    commit: str

    def tree(self, folder: str) -> Tree:
        """A folder as the commit has it, empty where it has none; outside of the repository, as it is on disk."""
        below = path_below(self.top, os.path.realpath(folder))
        return DiskTree(folder) if below is None else GitTree(self.top, self.commit, below)

    @property
    def tree_name(self) -> str:
        """What git calls the commit's files as a whole: the same for every commit that has the same files."""
        return _ask(Path(self.top), "rev-parse", "--verify", f"{self.commit}^{{tree}}")

    def is_file(self, path: str) -> bool:
        """Whether the commit has a file there."""
        folder, name = os.path.split(path)
        return name in self.tree(folder).list("").files


def merge_base(folder: Path, ref: str) -> Snapshot:
    """The commit in which HEAD and `ref` went apart, of the repository around a folder. Raises `GitError`."""
    top = os.path.realpath(_ask(folder, "rev-parse", "--show-toplevel"))
    if _ask(folder, "rev-parse", "--is-shallow-repository") == "true":
        raise GitError(
            "this is a shallow clone, in which git cannot tell where the branches went apart; fetch the whole history: "
            "git fetch --unshallow (actions/checkout: fetch-depth: 0; GitLab: GIT_DEPTH: 0; Azure: fetchDepth: 0)"
        )
    for name in ("HEAD", ref):
        if not _try(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"):
            advice = ", as nothing is committed" if name == "HEAD" else "; fetch it first: git fetch origin"
            raise GitError(f"git knows no commit {name} here{advice}")
    commit = _try(folder, "merge-base", "--end-of-options", ref, "HEAD")
    if not commit:
        raise GitError(f"{ref} and HEAD have no commit in common")
    return Snapshot(top, commit)


class GitTree:
    """A folder of a commit. Picklable: each process asks git for itself."""

    def __init__(self, top: str, commit: str, prefix: str) -> None:
        """`prefix` is the folder, relative to the repository."""
        self.top, self.commit, self.prefix = top, commit, prefix

    def list(self, path: str) -> Listing:
        """What lies in a folder; nothing in one that the commit does not have."""
        found = self._entries().folders.get(join(self.prefix, path), _Folder([], []))
        listing = Listing(list(found.folders), [], [], [])
        for name in found.files:
            if not _is_text(name):
                listing.unusable.append(
                    Unusable(name, "the name is not valid UTF-8, so nothing can refer to it")
                )
            elif self._entries().files[join(join(self.prefix, path), name)].mode != _LINK:
                listing.files.append(name)
            else:
                self._sort_link(listing, path, name)
        for group in listing:
            group.sort()
        return listing

    def read(self, path: str) -> bytes:
        """A file's bytes; raises `FileNotFoundError` for what is no file, `GitError` where git lacks its content."""
        entry = self._entries().files.get(self._resolved(join(self.prefix, path)))
        if entry is None or entry.mode == _LINK:
            raise FileNotFoundError(f"{path} is not in the commit")
        return _reader(self.top, os.getpid()).read(entry.object)

    def head(self, path: str) -> bytes:
        """A file's first bytes; none when there is no such file."""
        try:
            return self.read(path)[:HEAD]
        except OSError:
            return b""

    def has_folder(self, path: str) -> bool:
        """Whether the commit has such a folder."""
        return join(self.prefix, path) in self._entries().folders

    def _entries(self) -> _Entries:
        return _entries(self.top, self.commit)

    def _sort_link(self, listing: Listing, folder: str, name: str) -> None:
        target = self._resolved(join(join(self.prefix, folder), name))
        below = path_below(self.prefix, target) if self.prefix else target
        if below is None:
            reason = "this symbolic link leads out of the folder that is read, so it is not followed"
            listing.unusable.append(Unusable(name, reason, leads_on=target in self._entries().folders))
        elif target in self._entries().folders:
            listing.links.append((name, below))
        elif self._is_file(target):
            listing.files.append(name)
        else:
            listing.unusable.append(Unusable(name, "this symbolic link leads nowhere"))

    def _is_file(self, path: str) -> bool:
        entry = self._entries().files.get(path)
        return entry is not None and entry.mode != _LINK

    def _resolved(self, path: str) -> str:
        """Where a link, if it is one, leads in the end; relative to the repository."""
        for _ in range(_MOST_LINKS):
            entry = self._entries().files.get(path)
            if entry is None or entry.mode != _LINK:
                break
            target = os.fsdecode(_reader(self.top, os.getpid()).read(entry.object))
            path = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
        return path


class GitReader:
    """One `git cat-file --batch`, which gives the content of one object after another."""

    def __init__(self, top: str) -> None:
        """Starts git in a repository."""
        self._owner = os.getpid()
        self._git = subprocess.Popen(  # noqa: S603  no word of it comes from the org
            _command(Path(top), "cat-file", "--batch"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        )

    def read(self, name: str) -> bytes:
        """The content of an object; raises `GitError` where git does not have it."""
        out, into = self._git.stdout, self._git.stdin
        assert out is not None  # noqa: S101
        assert into is not None  # noqa: S101
        try:
            into.write(f"{name}\n".encode())
            into.flush()
            words = out.readline().split()
            if len(words) != 3:
                raise GitError(
                    f"git does not have the content of object {name}, as in a partial clone; clone without --filter"
                )
            content = out.read(int(words[2]))
            out.read(1)
        except BrokenPipeError as error:
            raise GitError("git ended before it had given all files") from error
        return content

    def __del__(self) -> None:
        """End git. Its input may still be open in a worker that was forked since, so that it would wait for ever."""
        for pipe in (self._git.stdin, self._git.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        if os.getpid() == self._owner:
            self._git.kill()
            self._git.wait()


class _Entry(NamedTuple):
    mode: str
    object: str


class _Folder(NamedTuple):
    folders: list[str]
    files: list[str]


class _Entries(NamedTuple):
    files: dict[str, _Entry]
    folders: dict[str, _Folder]


@lru_cache(maxsize=4)
def _entries(top: str, commit: str) -> _Entries:
    """All files of a commit, and the folders that hold them. Submodules are folders of which nothing is known."""
    listed = run_git(Path(top), "ls-tree", "-r", "-z", "--full-tree", commit)
    files: dict[str, _Entry] = {}
    folders: dict[str, _Folder] = defaultdict(lambda: _Folder([], []))
    folders[""] = _Folder([], [])
    for row in filter(None, os.fsdecode(listed).split("\0")):
        head, _, path = row.partition("\t")
        mode, kind, name = head.split(" ")
        if kind == "blob":
            files[path] = _Entry(mode, name)
            _add(folders, path)
    return _Entries(files, dict(folders))


def _add(folders: dict[str, _Folder], path: str) -> None:
    folder, _, name = path.rpartition("/")
    folders_above: list[str] = []
    while folder and folder not in folders:
        folders_above.append(folder)
        folder = folder.rpartition("/")[0]
    for new in reversed(folders_above):
        parent, _, own = new.rpartition("/")
        folders[parent].folders.append(own)
        folders[new] = _Folder([], [])
    folders[path.rpartition("/")[0]].files.append(name)


@lru_cache(maxsize=1)
def _reader(top: str, process: int) -> GitReader:  # noqa: ARG001
    """One for each process: a pipe that was inherited is shared with the parent."""
    return GitReader(top)


def _ask(folder: Path, *words: str) -> str:
    return os.fsdecode(run_git(folder, *words)).strip()


def _try(folder: Path, *words: str) -> str:
    """What git says, or nothing where it says no."""
    try:
        return _ask(folder, *words)
    except GitError:
        return ""


def run_git(folder: Path, *words: str, settings: Mapping[str, str] = {}) -> bytes:
    """What git says, under these settings (`core.fsmonitor` → `false`) besides the user's. Raises `GitError`."""
    try:
        done = subprocess.run(  # noqa: S603
            _command(folder, *words),
            env=_environment() | _settings(settings),
            capture_output=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise GitError("git is not installed") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise GitError(_with_advice(said[0].removeprefix("fatal: ")) if said else f"git {words[0]} failed")
    return done.stdout


def _with_advice(said: str) -> str:
    """With what to do, where git says that the folder is another user's: usual where CI checks out for a container."""
    _, dubious, folder = said.partition("dubious ownership in repository at ")
    return f"{said}; if it is yours: git config --global --add safe.directory {folder}" if dubious else said


def _command(folder: Path, *words: str) -> Sequence[str]:
    return ("git", "-C", str(folder), "--no-pager", *words)


def _environment() -> dict[str, str]:
    """Ours without what would point git elsewhere (hooks set it), in English, and without fetching anything."""
    elsewhere = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"}
    kept = {name: value for name, value in os.environ.items() if name not in elsewhere}
    return kept | {
        "LC_ALL": "C",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
    }


def _settings(settings: Mapping[str, str]) -> dict[str, str]:
    """The variables that hand settings to git, after those that it is given already."""
    before = os.environ.get("GIT_CONFIG_COUNT", "")
    start = int(before) if before.isdecimal() else 0
    found = {"GIT_CONFIG_COUNT": str(start + len(settings))} if settings else {}
    for number, (key, value) in enumerate(settings.items(), start):
        found |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return found


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
