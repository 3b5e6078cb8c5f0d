"""What several commands load first, with their errors told as messages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sfgov.check import Check
from sfgov.cli.failures import CannotWork, one_line
from sfgov.config import Config, ConfigError, find_config, load_config
from sfgov.counted import counted
from sfgov.plugins import PluginError, load_checks

if TYPE_CHECKING:
    from sfgov.imported import Imported
    from sfgov.model.org import Org
    from sfgov.project import Project
    from sfgov.project.found import Tell
    from sfgov.project.tree import Origin
    from sfgov.selfcheck import FileProblem

_PROBLEMS_SHOWN = 5

checks_option = click.option(
    "--checks",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="More checks: the *.py files of a folder.",
)


def all_checks(folder: Path | None) -> tuple[Check, ...]:
    """The installed checks and those of a folder."""
    try:
        return load_checks(folder)
    except PluginError as error:
        raise CannotWork(str(error)) from error


def configuration(given: Path | None, start: Path, checks: tuple[Check, ...]) -> Config:
    """The policy from the file that was named, or else from the one that holds for `start`."""
    try:
        return load_config(given or find_config(start), root=_folder(start), checks=checks)
    except ConfigError as error:
        raise CannotWork(
            f"{counted(len(error.errors), 'error')} in the configuration; nothing was checked.", error.errors
        ) from error


def policy_alone(given: Path | None, start: Path, folder: Path | None) -> Config:
    """The configuration as far as that can be told without the checks; with a fault in it, as `configuration`."""
    try:
        return load_config(given or find_config(start), root=_folder(start))
    except ConfigError:
        return configuration(given, start, all_checks(folder))


def opened(
    paths: Sequence[Path], config: Config, origin: Origin | None = None, tell: Tell | None = None
) -> Project:
    """The org on disk (or of a commit), with the files in which the policy says that something is declared.

    `tell` hears of files as soon as they are found.
    """
    from sfgov.project import CannotOpen, open_project
    from sfgov.project.tree import Disk

    declared = config.policy.declared_files
    base = config.folder(_folder(paths[0])) if config.path else None
    try:
        return open_project(paths, declared=declared, base=base, origin=origin or Disk(), tell=tell)
    except CannotOpen as error:
        raise CannotWork(str(error)) from error


def linked(project: Project, config: Config) -> Org:
    """The org, for a question that is no check. What could not be read is told on stderr: it may hold a part of the answer."""
    from sfgov.cli import progress
    from sfgov.engine import read

    problems: list[FileProblem] = []
    with progress.shown(quiet=False) as tell:
        org = read(project, config, progress=tell, unread=problems.extend)
    for problem in problems[:_PROBLEMS_SHOWN]:
        where = f"{problem.path}:{problem.line}"
        click.echo(
            one_line(f"{where}: not in the answer, as it could not be read: {problem.reason}"), err=True
        )
    if len(problems) > _PROBLEMS_SHOWN:
        more = counted(len(problems) - _PROBLEMS_SHOWN, "more place")
        click.echo(f"and {more} that could not be read; `sfgov check` lists them all", err=True)
    return org


def imported_from(logs: Sequence[Path], project: Project) -> Imported:
    """The findings of other tools in these SARIF logs, as checks."""
    from sfgov.imported import SarifError, imported, read_log

    root = project.root.resolve()
    top = next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), root)
    try:
        return imported([read_log(file) for file in logs], project, (top, Path.cwd()))
    except SarifError as error:
        raise CannotWork(str(error)) from error


def _folder(path: Path) -> Path:
    return path if path.is_dir() else path.parent
