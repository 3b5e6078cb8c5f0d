"""`sfgov` and its commands."""

from __future__ import annotations

import click

from sfgov import __version__
from sfgov.cli.agent import agent
from sfgov.cli.baseline import baseline
from sfgov.cli.check import check
from sfgov.cli.checks import checks
from sfgov.cli.docs import docs
from sfgov.cli.explain import explain
from sfgov.cli.failures import Commands
from sfgov.cli.importing import import_
from sfgov.cli.init import init
from sfgov.cli.who_can import who_can


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sfgov", message="%(prog)s %(version)s")
def main() -> None:
    """A governance gate for Salesforce metadata.

    Start with `sfgov check` in the folder of a retrieved org: a DX project, an mdapi folder or a .zip.

    Exit codes: 0 the gate passed, 1 findings fail it, 2 sfgov could not do its work.
    """


for _command in (agent, baseline, check, checks, docs, explain, import_, init, who_can):
    main.add_command(_command)
