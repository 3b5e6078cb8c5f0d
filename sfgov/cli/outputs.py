"""Where reports go: `-f FORMAT[=FILE]`, tested for writing before the long work starts."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from sfgov.cli.failures import CannotWork, leave_pipe
from sfgov.report import FORMATS, Options, checkout_of, suited_to
from sfgov.result import Run
from sfgov.spelling import did_you_mean

HEAVY = 20_000_000
"""Bytes of a page that should be warned of."""


class Output(msgspec.Struct, frozen=True):
    """One report to write. Without a file it goes to stdout."""

    format: str
    file: Path | None = None


def outputs(given: Sequence[str], *, silent: bool) -> tuple[Output, ...]:
    """The reports that were asked for. Where none of them goes to stdout, the console report does, unless `silent`.

    Raises `click.UsageError` for an unknown format and for two reports in one place.
    """
    found = tuple(map(_output, given))
    if not silent and all(one.file for one in found):
        found = (Output("console"), *found)
    _refuse_sharing(found)
    return found


def _output(text: str) -> Output:
    name, equals, file = text.partition("=")
    if name not in FORMATS:
        known = did_you_mean(name, FORMATS) or f"; known are {', '.join(FORMATS)}"
        raise click.UsageError(f'unknown format "{name}"{known}')
    if equals and not file:
        raise click.UsageError(f'"{text}" names no file; write {name}=FILE, or {name} for stdout')
    output = Output(name, Path(file) if file not in ("", "-") else None)
    if output.file is None and not FORMATS[name].terminal and sys.stdout.isatty():
        raise click.UsageError(f"{name} is not for a terminal; write it to a file: -f {name}=FILE")
    return output


def _refuse_sharing(found: Sequence[Output]) -> None:
    taken: dict[str, str] = {}
    for one in found:
        place = os.path.realpath(one.file) if one.file else ""
        if place in taken:
            shared = one.file.as_posix() if one.file else "stdout"
            raise click.UsageError(
                f"{taken[place]} and {one.format} would both be written to {shared}; "
                f"give one of them a file of its own: -f {one.format}=FILE"
            )
        taken[place] = one.format


def refuse_unwritable(found: Sequence[Output]) -> None:
    """Raise `CannotWork` for a file that cannot be written. Nothing is left behind, what is there stays."""
    for file in filter(None, (one.file for one in found)):
        try:
            _try(file)
        except OSError as error:
            raise CannotWork(_cannot(file, error)) from error


def _try(file: Path) -> None:
    if not file.exists():
        with file.open("xb"):
            pass
        file.unlink()
    elif file.is_file() or file.is_dir():
        with file.open("r+b"):
            pass


def write(run: Run, output: Output, verbosity: int) -> None:
    """Write one report, as UTF-8 with plain line ends. Raises `CannotWork`."""
    render = FORMATS[output.format].render
    if output.file is None:
        _to_stdout(_bytes(render(run, suited_to(sys.stdout, verbosity))))
        return
    data = _bytes(render(run, Options(verbosity, checkout=checkout_of())))
    try:
        output.file.write_bytes(data)
    except OSError as error:
        raise CannotWork(_cannot(output.file, error)) from error
    if output.format == "html" and len(data) > HEAVY:
        click.echo(
            f"{output.file.as_posix()} has {len(data) // 1_000_000} MB, too much for most mails; "
            "a smaller --ruleset, --select or a baseline make it shorter",
            err=True,
        )


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


def _to_stdout(data: bytes) -> None:
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        leave_pipe()


def _cannot(file: Path, error: OSError) -> str:
    folder = file.parent
    if not os.path.isdir(folder):  # noqa: PTH112  false, not an error, below what is no folder
        return f"{file.as_posix()} cannot be written: there is no folder {folder.as_posix()}"
    return f"{file.as_posix()} cannot be written: {error.strerror or error}"
