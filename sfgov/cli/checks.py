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
_NARROWEST = 24
"""Columns that the last column needs to be one."""


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
    """One check a line. Where the width leaves too little for what a check reads, that stands on lines below."""
    rows = [_HEADINGS, *(_row(one) for one in checks)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS) - 1)]
    used = sum(widths) + 2 * len(widths)
    below = width is not None and width - used < _NARROWEST
    indent = widths[0] + 2 if below else used
    for row in rows:
        front = "".join(f"{cell:<{size}}  " for cell, size in zip(row[:-1], widths, strict=True))
        last = textwrap.wrap(row[-1], width - indent) if width else [row[-1] or "-"]
        if not below:
            front += last.pop(0) if last else "-"
        yield front.rstrip()
        yield from (" " * indent + more for more in last)


def _row(one: Check) -> tuple[str, ...]:
    return one.code, one.name, one.severity.value, one.pack, one.ruleset.value, ", ".join(one.needs)


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
        "reads": one.needs,
        "tags": one.tags,
        "controls": one.controls,
        "summary": one.summary,
        "options": defaults(one),
    }


def defaults(one: Check) -> dict[str, object]:
    """What each of the check's own options is unless sfgov.yml says otherwise; for those it must set, None."""
    fields = msgspec.structs.fields(one.options) if one.options else ()
    return {field.encode_name: _default(field) for field in fields}


def _default(field: msgspec.structs.FieldInfo) -> object:
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return None if field.required else field.default
