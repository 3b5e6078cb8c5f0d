"""`sfgov import`: one gate for our findings and those of other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sfgov.cli.check import gate_options, judge


@click.command("import", short_help="As check, with the findings of other tools beside our own.")
@click.argument(
    "given",
    metavar="SARIF... [PATH]...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
)
@gate_options
@click.pass_context
def import_(ctx: click.Context, /, given: tuple[Path, ...], logs: tuple[Path, ...], **options: Any) -> None:
    """Lint one org as `sfgov check` does, with what other tools found in it: PMD, Code Analyzer, Flow Scanner or any
    other whose SARIF logs are given. Folders and .zip files among the arguments are the org (default: .).

    A finding of another tool has the tool's name and its own rule as its code, such as pmd/ApexDoc, by which baseline,
    waivers, `ignore`, `checks` and comments in code name it; `pmd/` means all rules of a tool. Such findings take part
    in the gate like ours. `--import SARIF` does the same for `sfgov check` and `sfgov baseline`.
    """
    orgs = tuple(path for path in given if path.is_dir() or path.suffix.casefold() == ".zip")
    files = tuple(path for path in given if path not in orgs)
    if not files:
        raise click.UsageError("no SARIF file among the arguments; `sfgov check` lints an org without any")
    ctx.exit(judge(orgs, logs=(*files, *logs), **options))
