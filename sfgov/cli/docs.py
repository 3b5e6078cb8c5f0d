"""`sfgov docs`: the rule reference, as Markdown files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

import click

from sfgov.check import Check
from sfgov.cli.explain import page
from sfgov.cli.failures import CannotWork, verbose_option
from sfgov.cli.loading import all_checks, checks_option

SCHEMA = "sfgov.schema.json"


@click.command(short_help="Write the rule reference into a folder.")
@click.argument("directory", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@checks_option
@verbose_option("The traceback of an internal error.")
def docs(directory: Path, folder: Path | None, verbose: int) -> None:  # noqa: ARG001  the option's callback keeps it
    """Write the rule reference into DIR: one Markdown page for each check, and README.md, which lists them.

    The JSON Schema of sfgov.yml, by which editors complete and check it, goes there, too.
    """
    from sfgov.config.json_schema import schema_text

    checks = all_checks(folder)
    pages = {f"{one.code}.md": page(one) for one in checks}
    pages |= {"README.md": index(checks), SCHEMA: schema_text()}
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, text in sorted(pages.items()):
            (directory / name).write_text(text, "utf-8", newline="\n")
    except OSError as error:
        raise CannotWork(f"{directory.as_posix()} cannot be written: {error.strerror or error}") from error
    click.echo(f"{directory.as_posix()}: {len(checks)} checks, listed in README.md; {SCHEMA} for editors.")


def index(checks: Sequence[Check]) -> str:
    """The page that lists all checks, by pack."""
    return "".join(f"{line}\n" for line in _index(checks))


def _index(checks: Sequence[Check]) -> Iterator[str]:
    yield "# Rule reference"
    yield ""
    yield "Checks run by ruleset (`minimal`, `recommended`, `strict`; each holds those before it), or by name."
    for pack, group in groupby(checks, key=lambda one: one.pack):
        yield from (
            "",
            f"## {pack}",
            "",
            "| code | name | severity | ruleset | rule |",
            "|---|---|---|---|---|",
        )
        for one in group:
            rule = one.summary.replace("|", r"\|")
            yield f"| [{one.code}]({one.code}.md) | {one.name} | {one.severity} | {one.ruleset} | {rule} |"
