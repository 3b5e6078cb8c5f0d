"""How sfgov grows with profiles and permission sets: more of them, and longer ones.

    python benchmarks/access_growth.py
    python benchmarks/access_growth.py --profiles 40 --sets 60 --lines 20000

Two series of invented orgs that end at the same one, of 175 profiles with 110,000 lines each and 280 permission sets:
a quarter and a half of the bundles at full length, and all bundles at a quarter and half the length. Each is checked
by `sfgov check` with all that it does by default, in as many processes as it takes by itself. Seconds are those of
the processors, of all processes together, so that a busy machine counts for less; memory is the most that all
processes had at one time. Below each series: how much faster than the lines a figure has grown; 1.00 is linear.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from pathlib import Path
from typing import NamedTuple

from invented import bundles
from process import environment, measure

_POLICY = "delete: {never: [Object_0__c], allow: {profiles: [Admin]}}\n"


class Size(NamedTuple):
    """An org's size; `lines` are those of one profile."""

    profiles: int
    sets: int
    lines: int


class Figures(NamedTuple):
    """What was measured for one org: lines of all files, processor seconds, MiB."""

    size: Size
    lines: int
    seconds: float
    peak: float


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="How sfgov grows with profiles and permission sets.")
    parser.add_argument("--profiles", type=int, default=175)
    parser.add_argument("--sets", type=int, default=280)
    parser.add_argument("--lines", type=int, default=110_000, help="of each profile (110,000)")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    whole = Size(given.profiles, given.sets, given.lines)
    with tempfile.TemporaryDirectory() as folder:
        _measured(Size(2, 4, 300), Path(folder), given.seed)  # compiles what is imported
        last = _measured(whole, Path(folder), given.seed)
        for title, sizes in (
            ("more profiles and permission sets", _fewer(whole)),
            ("longer profiles and permission sets", _shorter(whole)),
        ):
            series = [*(_measured(size, Path(folder), given.seed) for size in sizes), last]
            print(f"{title}:", _HEAD, *map(_row, series), *_growth(series), "", sep="\n")


def _fewer(whole: Size) -> list[Size]:
    return [Size(whole.profiles // part, whole.sets // part, whole.lines) for part in (4, 2)]


def _shorter(whole: Size) -> list[Size]:
    return [whole._replace(lines=whole.lines // part) for part in (4, 2)]


def _measured(size: Size, folder: Path, seed: int) -> Figures:
    org = folder / "org"
    lines = _write(size, org, seed)
    command = [sys.executable, "-m", "sfgov", "check", org, "-q", "--exit-zero", "-f", "json"]
    before = _processor_seconds()
    told = measure(command, env=environment(folder / "compiled"), memory=True)
    if told.code:
        sys.exit(told.output)
    seconds = _processor_seconds() - before
    shutil.rmtree(org)
    return Figures(size, lines, seconds, told.peak)


def _write(size: Size, org: Path, seed: int) -> int:
    """Write the org; gives the number of its lines."""
    lines = 0
    for path, text in chain(bundles.files(*size, seed), [("sfgov.yml", _POLICY)]):
        target = org / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
        lines += text.count("\n")
    return lines


def _processor_seconds() -> float:
    """Of all processes that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


_HEAD = f"{'profiles':>10}{'sets':>6}{'lines of each':>15}{'lines':>12}{'seconds':>10}{'MiB':>7}"


def _row(one: Figures) -> str:
    size = one.size
    return f"{size.profiles:>10,}{size.sets:>6,}{size.lines:>15,}{one.lines:>12,}{one.seconds:>10.1f}{one.peak:>7.0f}"


def _growth(series: Sequence[Figures]) -> Iterator[str]:
    for smaller, larger in pairwise(series):
        lines = larger.lines / smaller.lines
        seconds = larger.seconds / smaller.seconds / lines
        memory = larger.peak / smaller.peak / lines if smaller.peak else 0
        yield f"{'×':>32}{lines:<11.2f}{seconds:>10.2f}{memory:>7.2f}"


if __name__ == "__main__":
    main()
