"""`sfgov who-can`: who can do something to an object, and what stands in the way."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sfgov.cli.failures import CannotWork, verbose_option
from sfgov.cli.loading import all_checks, configuration, opened

if TYPE_CHECKING:
    from sfgov.result import Deletable


@click.group("who-can", short_help="Who can delete an object, and what stands in the way.")
def who_can() -> None:
    """Who can do something to an object's records: by which line, and what stands in the way."""


@who_can.command()
@click.argument("object_name", metavar="OBJECT")
@click.argument("path", metavar="[PATH]", default=".", type=click.Path(exists=True, path_type=Path))
@click.option(
    "-c",
    "--config",
    "config_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The policy file with the personas; by default the nearest sfgov.yml, from PATH upwards.",
)
@click.option(
    "-f", "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True
)
@verbose_option("The traceback of an internal error.")
def delete(
    object_name: str,
    path: Path,
    config_file: Path | None,
    form: str,
    verbose: int,  # noqa: ARG001  the option's callback keeps it
) -> None:
    """Who can delete the records of OBJECT (an API name such as Invoice__c) in the org at PATH (default: .).

    Shows each profile, permission set, group (after its muting set) and persona with the lines that grant it, then
    the guards and what they ask, the masters whose deletion deletes these records too, and the loopholes.
    """
    from sfgov.report.who_can import as_json, as_text

    picture = _picture(object_name, path, config_file)
    if form == "json":
        click.echo(as_json(picture), nl=False)
    else:
        click.echo(as_text(picture, _width()), nl=False)


def _picture(object_name: str, path: Path, config_file: Path | None) -> Deletable:
    from sfgov.cli import progress
    from sfgov.engine import read
    from sfgov.matrix import deletable
    from sfgov.model.delete_matrix import delete_picture, known_objects
    from sfgov.spelling import did_you_mean

    config = configuration(config_file, path, all_checks(None))
    project = opened([path], config)
    with progress.shown(quiet=False) as tell:
        org = read(project, config, progress=tell)
    known = {name.casefold(): name for name in known_objects(org)}
    name = known.get(object_name.casefold())
    if name is None:
        raise CannotWork(
            f'nothing in {path.as_posix()} speaks of an object "{object_name}"{did_you_mean(object_name, known.values())}'
        )
    return deletable(delete_picture(org, name), config.policy, lambda _: ())


def _width() -> int | None:
    import shutil

    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None
