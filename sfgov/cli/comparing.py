"""`--diff-base`: the run held against the org as it was where the branches went apart."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from sfgov.cli.failures import CannotWork
from sfgov.cli.loading import opened

if TYPE_CHECKING:
    from sfgov.cli.running import Task
    from sfgov.config import Config
    from sfgov.gate.baseline import Baseline
    from sfgov.gate.diff import Before
    from sfgov.project import Changes, Project, Snapshot
    from sfgov.result import Run


def refuse_archives(paths: Sequence[Path]) -> None:
    """Raises `click.UsageError` where git cannot have kept what is to be compared."""
    for path in paths:
        if path.is_file() and path.suffix.casefold() == ".zip":
            raise click.UsageError(f"--diff-base: {path.as_posix()} is an archive; git keeps folders apart")


def merge_base_of(root: Path, ref: str) -> Snapshot:
    """The commit in which HEAD and `ref` went apart. Raises `CannotWork`."""
    from sfgov.project import GitError, merge_base

    try:
        return merge_base(root, ref)
    except GitError as error:
        raise CannotWork(f"--diff-base {ref}: {error}") from error


class Comparing(msgspec.Struct, frozen=True):
    """What is compared with what. `ask` runs the task's checks on a project, with further settings of the engine."""

    task: Task
    baseline: Baseline
    today: datetime.date
    ref: str
    snapshot: Snapshot
    ask: Callable[..., Run]

    def run(self, ask_now: Callable[..., Run], *, show: str, cache: bool) -> Run:
        """The org as it lies on disk (`ask_now` is about that), in which only what is new counts. Raises `CannotWork`."""
        from sfgov.gate.diff import Before, against, annotating

        with _what_git_cannot():
            earlier = self._earlier()
            now = ask_now(earlier=earlier, holdings=True)
            before = Before() if earlier is None else self._before(earlier, cache=cache)
            changes = self._changes(needed=show != "all" or any(one.imported for one in self.task.checks))
            found = against(now, before, self.ref, self.snapshot.commit, changes.adds)
            if show == "all":
                return found
            return annotating(
                found, changes.adds if show == "added" else lambda path, _: changes.touches(path)
            )

    def _earlier(self) -> Project | None:
        """The org as the commit has it; None where it has no metadata yet."""
        from sfgov.project import NoMetadata

        try:
            return opened(self.task.paths, self.task.config, self.snapshot)
        except CannotWork as error:
            if isinstance(error.__cause__, NoMetadata):
                return None
            raise

    def _before(self, earlier: Project, *, cache: bool) -> Before:
        """The same checks with the same policy on the files of the commit, or what is kept of that."""
        from sfgov.gate.diff import Before
        from sfgov.kept import kept_outside_of, key_of

        own = self._own_policy()
        checks = [one for one in self.task.checks if not one.imported]
        known = [one for one in self.task.known if not one.imported]
        kept = kept_outside_of(self.snapshot.top) if cache else None
        key = kept and key_of(
            earlier,
            self.snapshot.tree_name,
            policies=(self.task.config, own),
            checks=checks,
            known=known,
            baseline=self.baseline,
            today=self.today,
        )
        if kept and key and (found := kept.get(key)):
            return found
        before = Before.of(
            self.ask(earlier, matrix=False, holdings=True, own=own, checks=checks, known=known)
        )
        if kept and key and not before.crashed:
            kept.put(key, before)
        return before

    def _own_policy(self) -> Config:
        """The policy file as the commit has it, whose waivers held there; without any where it cannot be read."""
        from sfgov.config import Config, ConfigError, config_of

        path = self.task.config.path
        if not path:
            return self.task.config
        file = self.task.root / path
        try:
            return config_of(self.snapshot.tree(str(file.parent)).read(file.name), path)
        except (OSError, ConfigError):
            return Config(path=path)

    def _changes(self, *, needed: bool) -> Changes:
        """Which lines are new; none where nobody asks."""
        from sfgov.project import Changes, changes_since

        return changes_since(self.snapshot) if needed else Changes({})


@contextmanager
def _what_git_cannot() -> Iterator[None]:
    """What git cannot give, as the user is told it."""
    from sfgov.project import GitError

    try:
        yield
    except GitError as error:
        raise CannotWork(f"--diff-base: {error}") from error
