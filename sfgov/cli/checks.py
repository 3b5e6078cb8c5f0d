"""`sfgov checks`: which checks there are."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import msgspec

from sfgov.check import Check
from sfgov.cli.failures import verbose_option
from sfgov.cli.loading import all_checks, checks_option

_HEADINGS = ("CODE", "NAME", "SEVERITY", "PACK", "RULESET", "READS")
_NARROWEST = 16
"""Columns that the last column gets even where a terminal is too narrow."""


@click.command(short_help="List every check.")
@click.option(
    "-f", "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True
)
@checks_option
@verbose_option("The traceback of an internal error.")
def checks(form: str, folder: Path | None, verbose: int) -> None:  # noqa: ARG001  the option's callback keeps it
    """List every check: its code, name, severity, pack and ruleset, and what it reads.

    A ruleset holds its own checks and those of the rulesets before it: minimal, recommended, strict.
    """
    found = all_checks(folder)
    if form == "json":
        text = msgspec.json.format(msgspec.json.encode([_card(one) for one in found])).decode() + "\n"
    else:
        text = "".join(f"{line}\n" for line in table(found, _width()))
    click.echo(text, nl=False)


def table(checks: Sequence[Check], width: int | None) -> Iterator[str]:
    """One check a line; where a width is given, what a check reads goes on below its own column."""
    rows = [_HEADINGS, *(_row(one) for one in checks)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS) - 1)]
    indent = sum(widths) + 2 * len(widths)
    for row in rows:
        front = "".join(f"{cell:<{size}}  " for cell, size in zip(row[:-1], widths, strict=True))
        last = textwrap.wrap(row[-1], max(width - indent, _NARROWEST)) if width else [row[-1]]
        yield (front + "".join(last[:1])).rstrip()
        yield from (" " * indent + more for more in last[1:])


def _row(one: Check) -> tuple[str, ...]:
    return one.code, one.name, one.severity.value, one.pack, one.ruleset.value, ", ".join(one.reads) or "-"


def _width() -> int | None:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _card(one: Check) -> dict[str, object]:
    return {
        "code": one.code,
        "name": one.name,
        "severity": one.severity,
        "confidence": one.confidence,
        "pack": one.pack,
        "ruleset": one.ruleset,
        "reads": one.reads,
        "tags": one.tags,
        "summary": one.summary,
        "options": defaults(one),
    }


def defaults(one: Check) -> dict[str, object]:
    """What each of the check's own options is unless sfgov.yml says otherwise; None where it must say so."""
    fields = msgspec.structs.fields(one.options) if one.options else ()
    return {field.encode_name: _default(field) for field in fields}


def _default(field: msgspec.structs.FieldInfo) -> object:
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return None if field.required else field.default
