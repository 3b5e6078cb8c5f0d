"""`sfgov explain`: what a check says about itself."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from sfgov.check import Check
from sfgov.cli.checks import defaults
from sfgov.cli.failures import CannotWork, verbose_option
from sfgov.cli.loading import all_checks, checks_option
from sfgov.config import unknown_check


@click.command(short_help="Explain a check: why, a bad and a good example, the fix.")
@click.argument("check", metavar="CODE|NAME")
@checks_option
@verbose_option("The traceback of an internal error.")
def explain(check: str, folder: Path | None, verbose: int) -> None:  # noqa: ARG001  the option's callback keeps it
    """Explain a check: why it matters, a bad and a good example, how to fix it, and its sources."""
    checks = all_checks(folder)
    wanted = check.casefold()
    found = next((one for one in checks if wanted in (one.code.casefold(), one.name)), None)
    if found is None:
        raise CannotWork(unknown_check(check, checks, packs=False))
    text = page(found)
    if sys.stdout.isatty():
        _show(text)
    else:
        click.echo(text, nl=False)


def page(one: Check) -> str:
    """The check's page, as Markdown."""
    return "".join(f"{line}\n" for line in _page(one))


def _page(one: Check) -> Iterator[str]:
    yield f"# {one.code} {one.name}"
    yield ""
    yield f"Severity {one.severity}, confidence {one.confidence}, ruleset {one.ruleset}."
    yield f"Reads {', '.join(one.needs)}." if one.needs else "Reads no metadata of its own."
    yield ""
    yield one.docs
    options = defaults(one)
    if options:
        yield from ("", "## Options", f"Set in sfgov.yml, under `checks: {{{one.code}: {{…}}}}`.", "")
    for name, value in options.items():
        yield f"- `{name}`: {'must be set' if value is None else f'{_text(value)} by default'}"


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _show(text: str) -> None:
    """On a terminal. The name of an example's file, which Markdown leaves out, goes above the example."""
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(re.sub(r"^```(\w+) (.+)$", r"`\2`\n```\1", text, flags=re.MULTILINE)))
