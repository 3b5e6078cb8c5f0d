"""`sfgov init`: a first policy file."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from sfgov.cli.failures import CannotWork, verbose_option
from sfgov.cli.loading import opened
from sfgov.config import FILE_NAME, Config


@click.command(short_help="Write a commented sfgov.yml that fits the org it finds.")
@click.argument("path", default=".", type=click.Path(exists=True, path_type=Path))
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@verbose_option("The traceback of an internal error.")
def init(path: Path, force: bool, verbose: int) -> None:  # noqa: ARG001  the option's callback keeps it
    """Read the org at PATH (default: .) and write a commented sfgov.yml beside it.

    What is certain is set; what people must decide stands there as a proposal.
    """
    file = (path if path.is_dir() else path.parent) / FILE_NAME
    if file.exists() and not force:
        raise CannotWork(f"{file.as_posix()} is there already; --force replaces it")
    text = _proposal(path)
    try:
        file.write_text(text, "utf-8", newline="\n")
    except OSError as error:
        raise CannotWork(f"{file.as_posix()} cannot be written: {error.strerror or error}") from error
    click.echo(f"{file.as_posix()} written. Read its proposals, then run: sfgov check {path.as_posix()}")


def _proposal(path: Path) -> str:
    from sfgov.cli import progress
    from sfgov.cli.proposal import NEEDED, proposal
    from sfgov.model.index import Index, Written
    from sfgov.parse.pool import parse_files

    project = opened([path], Config())
    files = [source for source in project.files if source.type in NEEDED]
    with progress.shown(quiet=False) as tell:
        told = partial(tell, "reading") if tell else None
        facts = [
            Written(fact, source.path, source.package)
            for source, parsed in parse_files(files, project.reader, progress=told)
            for fact in parsed.facts
        ]
    return proposal(Index(facts, project.names))
