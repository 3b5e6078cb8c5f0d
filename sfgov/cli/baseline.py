"""`sfgov baseline`: the findings that were there before the gate, in a file."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sfgov.cli.failures import CannotWork, one_line, verbose_option
from sfgov.cli.running import prepared, read_baseline, selection_options
from sfgov.counted import counted

if TYPE_CHECKING:
    from sfgov.gate.baseline import Baseline, Entry
    from sfgov.result import Run

F = TypeVar("F", bound=Callable[..., Any])


@click.group(short_help="Keep the findings that do not fail the gate in a file.")
def baseline() -> None:
    """Keep the findings that were there before the gate in a file, so that only new ones fail it.

    Commit the file, and give it to `sfgov check --baseline FILE`.
    """


def _arguments(command: F) -> F:
    for one in (
        verbose_option("The traceback of an internal error."),
        selection_options,
        click.argument("path", default=".", type=click.Path(exists=True, path_type=Path)),
        click.argument("file", type=click.Path(path_type=Path)),
    ):
        command = one(command)
    return command


@baseline.command(short_help="Write all findings that count now into FILE.")
@_arguments
@click.option("--accept-new", is_flag=True, help="Add findings to a file that is there.")
def write(file: Path, path: Path, *, accept_new: bool, verbose: int, **selection: Any) -> None:  # noqa: ARG001
    """Write all findings of the org at PATH (default: .) that count now into FILE.

    A file that is there loses its stale entries; it gets new ones with --accept-new only.
    """
    from sfgov.gate.baseline import entries_of

    old, run = _looked(file, path, selection, must_exist=False)
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    now = entries_of(run.results, old, today)
    added = [entry for entry in now if entry.fingerprint not in old.fingerprints]
    if added and file.exists() and not accept_new:
        raise CannotWork(
            f"{file.as_posix()} was left as it is: {counted(len(added), 'finding')} would be added. "
            "Look at them with `sfgov baseline diff`; --accept-new adds them."
        )
    kept = _kept(old, run)
    _save(file, [*now, *(entry for entry in kept if entry not in now)])
    gone = len(old.entries) - len(kept)
    click.echo(f"{file.as_posix()}: {counted(len(now), 'finding')}, {len(added):,} new, {gone:,} gone.")


@baseline.command(short_help="Take the entries out of FILE that are not found any more.")
@_arguments
def prune(file: Path, path: Path, *, verbose: int, **selection: Any) -> None:  # noqa: ARG001
    """Take the entries out of FILE that the org at PATH (default: .) has no finding for any more. Adds nothing."""
    old, run = _looked(file, path, selection)
    kept = _kept(old, run)
    if len(kept) < len(old.entries):
        _save(file, kept)
    gone = len(old.entries) - len(kept)
    click.echo(f"{file.as_posix()}: {counted(len(kept), 'finding')}, {gone:,} gone.")


@baseline.command(short_help="Show what is new against FILE, and what has gone.")
@_arguments
@click.pass_context
def diff(ctx: click.Context, /, file: Path, path: Path, *, verbose: int, **selection: Any) -> None:  # noqa: ARG001
    """Show which findings of the org at PATH (default: .) are not in FILE (+), and which entries have gone (-).

    A finding of the same check on the same subject of another component is shown as a rename (~). Exits with 1 when
    there is any difference.
    """
    from sfgov.gate.baseline import entries_of

    old, run = _looked(file, path, selection)
    new = [entry for entry in entries_of(run.results, old, "") if entry.fingerprint not in old.fingerprints]
    kept = set(_kept(old, run))
    lines = list(_differences(new, [entry for entry in old.entries if entry not in kept]))
    for line in lines:
        click.echo(one_line(line))
    ctx.exit(1 if lines else 0)


def _looked(
    file: Path, path: Path, selection: dict[str, Any], *, must_exist: bool = True
) -> tuple[Baseline, Run]:
    """What the file says, and what is found now. Raises `CannotWork`, also where a check crashed."""
    with prepared([path], **selection) as task:
        old = read_baseline(file if must_exist or file.exists() else None, task.root)
        run = task.run(fail_on="never", quiet=False)
    if run.crashed:
        codes = ", ".join(sorted(run.crashed_checks))
        raise CannotWork(f"{codes} crashed, so not all findings are known; nothing was written")
    return old, run


def _kept(old: Baseline, run: Run) -> list[Entry]:
    """The entries that are still found, or of which nobody can tell."""
    from sfgov.gate.baseline import stale_entries

    stale = set(stale_entries(old, run.results, run.judged))
    return [entry for entry in old.entries if entry not in stale]


def _save(file: Path, entries: Sequence[Entry]) -> None:
    from sfgov.gate.baseline import text_of

    try:
        file.write_text(text_of(entries), "utf-8", newline="\n")
    except OSError as error:
        raise CannotWork(f"{file.as_posix()} cannot be written: {error.strerror or error}") from error


def _differences(new: Sequence[Entry], gone: Sequence[Entry]) -> Iterator[str]:
    """Renames first, then what is new, then what has gone."""
    left = sorted(gone)
    fresh = []
    for entry in sorted(new):
        old = next((one for one in left if one.key == entry.key), None)
        if old is None:
            fresh.append(entry)
        else:
            left.remove(old)
            yield f"~ {_told(old)} -> {entry.component}"
    yield from (f"+ {_told(entry)}" for entry in fresh)
    yield from (f"- {_told(entry)}" for entry in left)


def _told(entry: Entry) -> str:
    subject = f" {entry.subject}" if entry.subject else ""
    return f"{entry.check} {entry.component}{subject}"
