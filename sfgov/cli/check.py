"""`sfgov check`: lint an org and decide."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sfgov.check import Check, Ruleset, Severity
from sfgov.cli.failures import verbose_option
from sfgov.cli.loading import all_checks, checks_option, configuration, opened

if TYPE_CHECKING:
    from sfgov.config import Config
    from sfgov.result import Run

NEVER = "never"


@click.command(short_help="Lint one org and decide whether the gate passes.")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "-c",
    "--config",
    "config_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The policy file; by default the nearest sfgov.yml, from the first PATH upwards.",
)
@click.option(
    "-f",
    "--format",
    "formats",
    metavar="FORMAT[=FILE]",
    multiple=True,
    help="console (the default), html, json, junit, sarif, github, gitlab, azure, checkstyle, rdjson, sonarqube, "
    "markdown or csv; repeatable. Without FILE to stdout.",
)
@checks_option
@click.option(
    "--ruleset",
    type=click.Choice([r.value for r in Ruleset]),
    help="Which checks run by default (recommended); strict is all of them.",
)
@click.option(
    "--select", metavar="CODE|NAME|PACK,…", multiple=True, help="Run exactly these, whatever the ruleset."
)
@click.option("--ignore", metavar="CODE|NAME|PACK,…", multiple=True, help="Run all but these.")
@click.option(
    "--fail-on",
    type=click.Choice([*(s.value for s in Severity), NEVER]),
    help="The mildest severity that fails the gate (high).",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if findings fail the gate.")
@click.option(
    "--jobs", metavar="N", type=click.IntRange(min=1), help="Worker processes; by default as many as pay."
)
@click.option("--no-cache", is_flag=True, help="Read every file anew.")
@click.option("-q", "--quiet", count=True, help="Only findings and the verdict; twice: only the exit code.")
@verbose_option("Source lines, and findings that do not count, too.")
@click.pass_context
def check(
    ctx: click.Context,
    paths: tuple[Path, ...],
    *,
    config_file: Path | None,
    formats: tuple[str, ...],
    folder: Path | None,
    ruleset: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str | None,
    exit_zero: bool,
    jobs: int | None,
    no_cache: bool,  # noqa: ARG001  there is no cache that could be left out
    quiet: int,
    verbose: int,
) -> None:
    """Lint one org: a DX project, an mdapi folder, a folder of metadata or a retrieved .zip (default: .).

    Exits with 0 when the gate passes, with 1 when findings fail it, with 2 when sfgov could not do its work.
    """
    from sfgov.cli.outputs import outputs, refuse_unwritable, write

    wanted = outputs(formats, silent=quiet > 1)
    paths = paths or (Path(),)
    loaded = all_checks(folder)
    config = configuration(config_file, paths[0], loaded)
    chosen = _chosen(config, loaded, ruleset, select, ignore)
    refuse_unwritable(wanted)
    run = _run(paths, config, chosen, fail_on or config.policy.fail_on, jobs, quiet=bool(quiet))
    for output in wanted:
        write(run, output, verbose - quiet)
        if output.file and not quiet:
            click.echo(f"{output.format} report: {output.file.as_posix()}", err=True)
    ctx.exit(_exit_code(run, exit_zero=exit_zero))


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


def _run(
    paths: Sequence[Path],
    config: Config,
    checks: Sequence[Check],
    fail_on: str,
    jobs: int | None,
    *,
    quiet: bool,
) -> Run:
    from sfgov.cli import progress
    from sfgov.engine import run

    project = opened(paths, config)
    with progress.shown(quiet=quiet) as tell:
        return run(
            project,
            config,
            checks,
            jobs=jobs,
            fail_on=None if fail_on == NEVER else Severity(fail_on),
            progress=tell,
        )


def _exit_code(run: Run, *, exit_zero: bool) -> int:
    if run.crashed:
        return 2
    return 1 if run.gate == "failed" and not exit_zero else 0
