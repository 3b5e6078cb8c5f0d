"""What happens when something goes wrong: a message that people can act on and an exit code, never a traceback."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])
_VERBOSE = "sfgov.verbose"
INTERRUPTED = 130
"""What shells use for a command that was stopped with Ctrl-C."""


class CannotWork(click.ClickException):
    """sfgov cannot do its work; the message says why and what to do.

    `faults` are lines that start with a file and a line number, as editors and CI systems know to read them.
    """

    exit_code = 2

    def __init__(self, message: str, faults: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.faults = faults

    def show(self, file: Any = None) -> None:
        """The faults and the message, on stderr."""
        for line in (*self.faults, f"Error: {self.message}"):
            click.echo(one_line(line), file=file, err=file is None)


class Commands(click.Group):
    """A group of commands that fail in an orderly way."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            click.echo("\nInterrupted.", err=True)
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:
            leave_pipe()
            ctx.exit(0)
        except Exception as error:  # noqa: BLE001  the last place that can tell people something useful
            click.echo(_internal(error, verbose=bool(ctx.meta.get(_VERBOSE))), err=True)
            ctx.exit(CannotWork.exit_code)


def verbose_option(help_text: str) -> Callable[[F], F]:
    """`-v`, repeatable: more output, and the traceback of an internal error."""

    def remember(ctx: click.Context, _parameter: click.Parameter, value: int) -> int:
        ctx.meta[_VERBOSE] = value
        return value

    return click.option("-v", "--verbose", count=True, callback=remember, help=help_text)


def one_line(text: str) -> str:
    """The text without line ends and control characters, which names in files bring along (`::error`, colours)."""
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)


def leave_pipe() -> None:
    """The reader of our output has seen enough (`sfgov checks | head`): write the rest to nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())


def _internal(error: Exception, *, verbose: bool) -> str:
    if verbose:
        return "".join(traceback.format_exception(error)).rstrip()
    said = one_line(f"{type(error).__name__}: {error}".splitlines()[0])
    return (
        f"internal error: {said}\nThis is a bug in sfgov. Run again with -v for the traceback, and report it."
    )
