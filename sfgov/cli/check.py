"""`sfgov check`: lint an org and decide."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sfgov.check import Severity
from sfgov.cli.comparing import refuse_archives
from sfgov.cli.failures import verbose_option
from sfgov.cli.running import NEVER, prepared, selection_options

if TYPE_CHECKING:
    from sfgov.cli.outputs import Output
    from sfgov.report import Format
    from sfgov.result import Run


F = TypeVar("F", bound=Callable[..., Any])


def gate_options(command: F) -> F:
    """All options of `sfgov check`, as `judge` takes them."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_OPTIONS = (
    click.option(
        "-f",
        "--format",
        "formats",
        metavar="FORMAT[=FILE]",
        multiple=True,
        help="console (the default), html, json, junit, sarif, github, gitlab, azure, checkstyle, rdjson, sonarqube, "
        "markdown or csv; repeatable. Without FILE to stdout.",
    ),
    selection_options,
    click.option(
        "--fail-on",
        type=click.Choice([*(s.value for s in Severity), NEVER]),
        help="The mildest severity that fails the gate (high).",
    ),
    click.option("--exit-zero", is_flag=True, help="Exit with 0 even if findings fail the gate."),
    click.option(
        "--baseline",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Findings that this file knows do not fail the gate; `sfgov baseline write` makes it.",
    ),
    click.option(
        "--diff-base",
        metavar="REF",
        help="Only what is new against the merge base with this git commit or branch fails the gate.",
    ),
    click.option(
        "--show",
        type=click.Choice(["added", "file", "all"]),
        default="all",
        help="With --diff-base, which findings are annotated or commented on: those on added lines, those in changed "
        "files, or all (the default). Neither the gate nor any count depends on it.",
    ),
    click.option(
        "--no-cache",
        is_flag=True,
        help="Look at the other state of --diff-base anew, whatever is kept of it on this machine, and keep nothing.",
    ),
    click.option(
        "-q", "--quiet", count=True, help="Only findings and the verdict; twice: only the exit code."
    ),
    verbose_option("Source lines, and findings that do not count, too."),
)


@click.command(short_help="Lint one org and decide whether the gate passes.")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(exists=True, path_type=Path))
@gate_options
@click.pass_context
def check(ctx: click.Context, /, paths: tuple[Path, ...], **options: Any) -> None:
    """Lint one org: a DX project, an mdapi folder, a folder of metadata or a retrieved .zip (default: .).

    Exits with 0 when the gate passes, with 1 when findings fail it, with 2 when sfgov could not do its work.
    """
    ctx.exit(judge(paths, **options))


def judge(
    paths: tuple[Path, ...],
    *,
    formats: tuple[str, ...],
    fail_on: str | None,
    exit_zero: bool,
    baseline: Path | None,
    diff_base: str | None,
    show: str,
    no_cache: bool,
    quiet: int,
    verbose: int,
    **selection: Any,
) -> int:
    """Lint an org as the options say, write the reports, and give the exit code."""
    if diff_base is not None:
        refuse_archives(paths)
    elif show != "all":
        raise click.UsageError(
            f"--show {show} needs --diff-base: without a base nothing is known of what changed"
        )
    with prepared(paths, **selection) as task:
        from sfgov.cli.outputs import outputs, refuse_unwritable, write
        from sfgov.report import FORMATS

        wanted = outputs(formats, silent=quiet > 1)
        refuse_unwritable(wanted)
        shapes = [FORMATS[output.format] for output in wanted]
        run = task.run(
            fail_on=fail_on,
            baseline=baseline,
            diff_base=diff_base,
            show=show,
            cache=not no_cache,
            matrix=any(shape.matrix for shape in shapes),
            line_hashes=any(shape.line_hashes for shape in shapes),
            quiet=bool(quiet),
        )
    for output, shape in zip(wanted, shapes, strict=True):
        write(run, output, verbose - quiet)
        if not quiet:
            tell(run, output, shape)
    if not quiet and run.gate == "failed" and baseline is None and diff_base is None:
        tell_what_next()
    return _exit_code(run, exit_zero=exit_zero)


def tell(run: Run, output: Output, shape: Format) -> None:
    """Say on stderr where a report lies, and what its readers will not see."""
    if output.file:
        click.echo(f"{output.format} report: {output.file.as_posix()}", err=True)
    for remark in shape.remarks(run):
        click.echo(f"{output.format} report: {remark}", err=True)


def at_terminal() -> bool:
    """Whether somebody reads along."""
    return sys.stderr.isatty() and not os.environ.get("CI")


def tell_what_next() -> None:
    """Say to people at a terminal how to go on from a first run, which fails in nearly every org."""
    if at_terminal():
        click.echo(
            "`sfgov explain CODE` says why a check matters and how to mend it. To be told of new findings only: "
            "`sfgov baseline write sfgov-baseline.json`, then `sfgov check --baseline sfgov-baseline.json`.",
            err=True,
        )


def _exit_code(run: Run, *, exit_zero: bool) -> int:
    if run.crashed:
        return 2
    return 1 if run.gate == "failed" and not exit_zero else 0
