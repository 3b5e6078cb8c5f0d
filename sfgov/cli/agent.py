"""`sfgov agent`: the card of an AI agent."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from sfgov.cli.failures import CannotWork, verbose_option
from sfgov.cli.loading import all_checks, configuration, linked, opened


@click.command(short_help="An AI agent's card: what it can do, and what it may.")
@click.argument("name", metavar="NAME", required=False)
@click.argument("path", metavar="[PATH]", default=".", type=click.Path(exists=True, path_type=Path))
@click.option(
    "-c",
    "--config",
    "config_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The policy file with the agents' permission sets; by default the nearest sfgov.yml, from PATH upwards.",
)
@click.option(
    "-f", "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@verbose_option("The traceback of an internal error.")
def agent(
    name: str | None,
    path: Path,
    config_file: Path | None,
    form: str,
    verbose: int,  # noqa: ARG001  the option's callback keeps it
) -> None:
    """The card of the AI agent NAME in the org at PATH (default: .).

    NAME is the developer name of its script, its planner or its bot; without one, you are told which there are. Shows
    its topics and actions with what they come to and what fills their inputs, its gates, its ways to a human, what its
    user may do and does not need, and its tests.
    """
    from sfgov.agent_cards import agent_card
    from sfgov.report.agent import as_json, as_text
    from sfgov.spelling import did_you_mean

    config = configuration(config_file, path, all_checks(None))
    org = linked(opened([path], config), config)
    known = [one.name for one in org.agents.all]
    if not known:
        raise CannotWork(f"there is no AI agent in {path.as_posix()}: no script, planner or bot")
    if name is None:
        raise CannotWork(f"name the AI agent; there are {', '.join(known)}")
    found = org.agents.get(name)
    if found is None:
        hint = did_you_mean(name, known) or f"; there are {', '.join(known)}"
        raise CannotWork(f'there is no AI agent "{name}" in {path.as_posix()}{hint}')
    card = agent_card(org, found)
    click.echo(as_json(card) if form == "json" else as_text(card, _width()), nl=False)


def _width() -> int | None:
    import shutil

    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None
