"""`sfgov who-can`: who can do something to an object's records, and what stands in the way."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from sfgov.cli.failures import CannotWork, verbose_option
from sfgov.cli.loading import all_checks, configuration, linked, opened

if TYPE_CHECKING:
    from sfgov.config import Config
    from sfgov.model.org import Org
    from sfgov.result import Accessible, Deletable

Command = TypeVar("Command", bound=Callable[..., Any])


@click.group("who-can", short_help="Who can read, edit or delete an object's records, and by which line.")
def who_can() -> None:
    """Who can do something to an object's records: by which line, and what stands in the way."""


def _question(what: str) -> Callable[[Command], Command]:
    """The arguments and options that the commands share."""
    parts = (
        click.argument("name", metavar=what),
        click.argument("path", metavar="[PATH]", default=".", type=click.Path(exists=True, path_type=Path)),
        click.option(
            "-c",
            "--config",
            "config_file",
            metavar="FILE",
            type=click.Path(path_type=Path),
            help="The policy file with the personas; by default the nearest sfgov.yml, from PATH upwards.",
        ),
        click.option(
            "-f", "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True
        ),
        verbose_option("The traceback of an internal error."),
    )

    def add(command: Command) -> Command:
        for part in reversed(parts):
            command = part(command)
        return command

    return add


@who_can.command(short_help="Who can delete the records of OBJECT.")
@_question("OBJECT")
def delete(name: str, path: Path, config_file: Path | None, form: str, verbose: int) -> None:  # noqa: ARG001
    """Who can delete the records of OBJECT (an API name such as Invoice__c) in the org at PATH (default: .).

    Shows each profile, permission set, group (after its muting set) and persona with the lines that grant it, then
    the guards and what they ask, the masters whose deletion deletes these records too, and the loopholes.
    """
    from sfgov.matrix import deletable
    from sfgov.model.delete_matrix import delete_picture

    object_name, dot, field = name.partition(".")
    if dot:
        raise CannotWork(f'records are deleted whole: ask for "{object_name}", without "{field}"')
    org, config = _org(path, config_file)
    picture = delete_picture(org, _known_object(org, object_name, path))
    _show(deletable(picture, config.policy, lambda _: ()), form)


@who_can.command(short_help="Who can read an object, or one field of it.")
@_question("OBJECT[.FIELD]")
def read(name: str, path: Path, config_file: Path | None, form: str, verbose: int) -> None:  # noqa: ARG001
    """Who can read the records of OBJECT, or one FIELD of them, in the org at PATH (default: .).

    Shows what decides about the field, the sharing default, and each profile, permission set, group (after its muting
    set) and persona: which records it reaches, through which permissions, and the lines that grant them.
    """
    _access("read", name, path, config_file, form)


@who_can.command(short_help="Who can edit an object, or one field of it.")
@_question("OBJECT[.FIELD]")
def edit(name: str, path: Path, config_file: Path | None, form: str, verbose: int) -> None:  # noqa: ARG001
    """Who can edit the records of OBJECT, or one FIELD of them, in the org at PATH (default: .).

    Shows the same as `who-can read`. Formulas, roll-up summaries, auto-numbers and what Salesforce sets itself can be
    edited by nobody.
    """
    _access("edit", name, path, config_file, form)


def _access(
    verb: Literal["read", "edit"], name: str, path: Path, config_file: Path | None, form: str
) -> None:
    from sfgov.accessible import accessible
    from sfgov.model.record_access import access_picture

    org, config = _org(path, config_file)
    wanted, dot, field_name = name.partition(".")
    object_name = _known_object(org, wanted, path)
    field = _known_field(org, object_name, field_name, path) if dot else ""
    _show(accessible(access_picture(org, verb, object_name, field), config.policy, lambda _: ()), form)


def _org(path: Path, config_file: Path | None) -> tuple[Org, Config]:
    config = configuration(config_file, path, all_checks(None))
    return linked(opened([path], config), config), config


def _known_object(org: Org, name: str, path: Path) -> str:
    """The object as the tree spells it."""
    from sfgov.model.delete_matrix import known_objects
    from sfgov.spelling import did_you_mean

    known = {one.casefold(): one for one in known_objects(org)}
    if name.casefold() not in known:
        hint = did_you_mean(name, known.values())
        raise CannotWork(f'nothing in {path.as_posix()} speaks of an object "{name}"{hint}')
    return known[name.casefold()]


def _known_field(org: Org, object_name: str, name: str, path: Path) -> str:
    """The field's own name as the tree spells it; a part of a known address or location is known too."""
    from sfgov.model.field_security import governing
    from sfgov.model.record_access import known_fields
    from sfgov.spelling import did_you_mean

    known = {one.casefold(): one for one in known_fields(org, object_name)}
    whole = governing(f"{object_name}.{name}").partition(".")[2]
    if name.casefold() not in known and whole.casefold() not in known:
        hint = did_you_mean(name, known.values())
        raise CannotWork(f'nothing in {path.as_posix()} speaks of a field "{name}" of {object_name}{hint}')
    return known.get(name.casefold(), name)


def _show(picture: Deletable | Accessible, form: str) -> None:
    from sfgov.report.who_can import as_json, as_text

    click.echo(as_json(picture) if form == "json" else as_text(picture, _width()), nl=False)


def _width() -> int | None:
    import shutil

    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None
