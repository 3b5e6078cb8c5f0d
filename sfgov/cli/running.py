"""What `sfgov check` and `sfgov baseline` have in common: which checks run on what, and the run itself."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
import msgspec

from sfgov.check import Check, Ruleset, Severity
from sfgov.cli.comparing import Comparing, merge_base_of
from sfgov.cli.failures import CannotWork
from sfgov.cli.loading import all_checks, checks_option, configuration, imported_from, opened, policy_alone

if TYPE_CHECKING:
    from sfgov.config import Config
    from sfgov.gate.baseline import Baseline
    from sfgov.model.org import Org
    from sfgov.parse.pool import Parsing
    from sfgov.project import Project
    from sfgov.result import Run

NEVER = "never"
F = TypeVar("F", bound=Callable[..., Any])


def selection_options(command: F) -> F:
    """`--config`, `--checks`, `--ruleset`, `--select`, `--ignore`, `--import` and `--jobs`, as `prepared` takes them."""
    for option in reversed(_SELECTION):
        command = option(command)
    return command


_SELECTION = (
    click.option(
        "-c",
        "--config",
        "config_file",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="The policy file; by default the nearest sfgov.yml, from the first PATH upwards.",
    ),
    checks_option,
    click.option(
        "--ruleset",
        type=click.Choice([r.value for r in Ruleset]),
        help="Which checks run by default (recommended); strict is all of them.",
    ),
    click.option(
        "--select", metavar="CODE|NAME|PACK,…", multiple=True, help="Run exactly these, whatever the ruleset."
    ),
    click.option("--ignore", metavar="CODE|NAME|PACK,…", multiple=True, help="Run all but these."),
    click.option(
        "--import",
        "logs",
        metavar="SARIF",
        multiple=True,
        type=click.Path(path_type=Path),
        help="Findings of another tool, from its SARIF log, beside our own; repeatable.",
    ),
    click.option(
        "--jobs", metavar="N", type=click.IntRange(min=1), help="Worker processes; by default as many as pay."
    ),
)


class Task(msgspec.Struct, frozen=True):
    """What to check, with what, and how."""

    paths: tuple[Path, ...]
    config: Config
    known: tuple[Check, ...]
    """Every check that there is."""
    checks: tuple[Check, ...]
    """Those that run."""
    project: Project
    parsing: Parsing
    """Of the project's files; it has begun."""
    jobs: int | None = None
    remarks: tuple[str, ...] = ()
    """What people should hear of the logs of other tools."""
    kept: list[Org] = []
    """What is checked, until the process ends."""

    @property
    def root(self) -> Path:
        """The folder that the findings' paths start from."""
        first = self.paths[0].resolve()
        return first if first.is_dir() else first.parent

    def run(
        self,
        *,
        fail_on: str | None = None,
        baseline: Path | None = None,
        diff_base: str | None = None,
        show: str = "all",
        cache: bool = True,
        matrix: bool = False,
        line_hashes: bool = False,
        quiet: bool = False,
    ) -> Run:
        """Check the org as it lies on disk, and hold it against an earlier state. Raises `CannotWork`.

        With `show`, annotations are for `added` lines or changed `file`s only; without `cache`, nothing that was kept of
        the earlier state is used. With `matrix`, the run also says who can delete what and what runs by itself, with
        `line_hashes` by which hash GitHub recognises lines, for reports that show it.
        """
        from sfgov.cli import progress
        from sfgov.engine import run, with_line_hashes

        known_findings = read_baseline(baseline, self.root)
        snapshot = merge_base_of(self.root, diff_base) if diff_base is not None else None
        limit = fail_on or self.config.policy.fail_on
        today = datetime.datetime.now(datetime.UTC).date()
        for remark in () if quiet else self.remarks:
            click.echo(remark, err=True)
        with progress.shown(quiet=quiet) as tell:
            ask = partial(
                run,
                config=self.config,
                checks=self.checks,
                jobs=self.jobs,
                fail_on=None if limit == NEVER else Severity(limit),
                progress=tell,
                known=self.known,
                baseline=known_findings,
                today=today,
            )
            ask_now = partial(ask, self.project, matrix=matrix, parsing=self.parsing, keep=self.kept)
            if snapshot is None or diff_base is None:
                found = ask_now()
            else:
                comparing = Comparing(self, known_findings, today, diff_base, snapshot, ask)
                found = comparing.run(ask_now, show=show, cache=cache)
            return with_line_hashes(found, self.project) if line_hashes else found


@contextmanager
def prepared(
    paths: Sequence[Path],
    *,
    config_file: Path | None,
    folder: Path | None,
    ruleset: str | None,
    select: Sequence[str],
    ignore: Sequence[str],
    logs: Sequence[Path],
    jobs: int | None,
) -> Iterator[Task]:
    """The task that the options describe. Raises `click.UsageError` and `CannotWork`.

    The files are parsed by workers from early on: meanwhile others are found and the checks are imported.
    """
    from sfgov.parse.pool import Parsing

    paths = tuple(paths) or (Path(),)
    parsing = Parsing(jobs)
    try:
        project = opened(paths, policy_alone(config_file, paths[0], folder), tell=parsing.offer)
        parsing.begin(project.files, project.reader)
        taken = imported_from(logs, project) if logs else None
        known = (*all_checks(folder), *(taken.checks if taken else ()))
        config = configuration(config_file, paths[0], known)
        chosen = _chosen(config, known, ruleset, select, ignore)
        yield Task(paths, config, known, chosen, project, parsing, jobs, taken.remarks if taken else ())
    finally:
        parsing.close()


def _chosen(
    config: Config,
    checks: tuple[Check, ...],
    ruleset: str | None,
    select: Sequence[str],
    ignore: Sequence[str],
) -> tuple[Check, ...]:
    from sfgov.config import unknown_check
    from sfgov.gate.selection import listed, selection

    for option, names in (("--select", listed(select)), ("--ignore", listed(ignore))):
        for name in names:
            if not any(one.named(name) for one in checks):
                raise click.UsageError(f"{option}: {unknown_check(name, checks)}")
    rungs = Ruleset(ruleset) if ruleset else None
    wanted = selection(config.policy, rungs, listed(select), listed(ignore))
    if wanted.is_idle(checks):
        raise click.UsageError("no check is left to run: what is selected is also ignored")
    return wanted.of(checks)


def read_baseline(file: Path | None, root: Path) -> Baseline:
    """The baseline in a file, known by its path from the org's folder; an empty one without a file."""
    from sfgov.gate import baseline

    if file is None:
        return baseline.Baseline()
    try:
        return baseline.read_baseline(file, _seen_from(root, file))
    except baseline.BaselineError as error:
        if file.exists():
            raise CannotWork(str(error)) from error
        name = file.as_posix()
        raise CannotWork(f"there is no baseline {name}; `sfgov baseline write {name}` makes it") from error


def _seen_from(root: Path, file: Path) -> str:
    try:
        return Path(os.path.relpath(file, root)).as_posix()
    except ValueError:  # on another drive
        return file.as_posix()
