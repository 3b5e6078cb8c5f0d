"""How long sfgov takes for orgs of growing size, stage by stage, and how much memory it needs.

    python benchmarks/run.py                          invented orgs of 1,000 and 10,000 components
    python benchmarks/run.py --sizes 1k,10k,100k
    python benchmarks/run.py --sizes "" ~/my-org      a real folder

Every run is a process of its own; figures are medians.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from generate import generate, size
from process import environment, measure

STAGES = ("start", "open", "parse", "link", "check", "report")
_SHOWN = 12
_HERE = Path(__file__).resolve()


class Figures(NamedTuple):
    """What was measured for one org. Times are in seconds, by stage and by check; memory is in MiB."""

    name: str
    files: int
    components: int
    findings: int
    stages: dict[str, float]
    checks: dict[str, float]
    peak: float

    @property
    def seconds(self) -> float:
        """All stages together."""
        return sum(self.stages.values())


def main() -> None:
    """The command line."""
    given = _arguments()
    if given.once:
        print(json.dumps(_once(given.folders[0], given.jobs)))
        return
    with tempfile.TemporaryDirectory() as temporary:
        work = given.keep or Path(temporary)
        measured = []
        for name, folder in _orgs(given.sizes, given.folders, work, given.seed, given.classes):
            measured.append(_measured(name, folder, given.runs, given.jobs, work / "compiled"))
            print(_row(measured[-1]) if len(measured) > 1 else f"{_head()}\n{_row(measured[-1])}", flush=True)
    invented = measured[: len(given.sizes)]
    print(*_growth(invented), sep="\n")
    if given.checks:
        print(*_slowest(measured[-1], invented[-2:]), sep="\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Time and memory of sfgov, by stage and size of the org.")
    parser.add_argument("folders", nargs="*", type=Path, help="real orgs to measure, too")
    parser.add_argument("--sizes", type=_sizes, default=_sizes("1k,10k"), help="of invented orgs (1k,10k)")
    parser.add_argument("--runs", type=int, default=5, help="timed runs for each org (5)")
    parser.add_argument("--jobs", type=int, help="worker processes; by default as many as pay")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--classes", type=int, help="Apex classes of the smallest invented org; larger ones have more"
    )
    parser.add_argument("--checks", action="store_true", help="also list the slowest checks of the last org")
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="make the invented orgs here, and leave them"
    )
    parser.add_argument("--once", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _sizes(text: str) -> list[int]:
    return [size(part) for part in text.split(",") if part]


def _orgs(
    sizes: Sequence[int], folders: Sequence[Path], work: Path, seed: int, classes: int | None
) -> Iterator[tuple[str, Path]]:
    for components in sizes:
        folder = work / f"org-{components}"
        share = None if classes is None else classes * components // sizes[0]
        generate(components, folder, seed, share)
        yield f"{components:,}", folder
    for folder in folders:
        yield folder.resolve().name, folder


def _measured(name: str, folder: Path, runs: int, jobs: int | None, cache: Path) -> Figures:
    """The median of each stage over all runs. The first run, which fills the caches, does not count."""
    command: list[str | Path] = [
        sys.executable,
        _HERE,
        "--once",
        folder,
        *(["--jobs", str(jobs)] if jobs else []),
    ]
    env = environment(cache)
    watched = measure(command, env=env, memory=True)
    if watched.code:
        sys.exit(f"{name}: {watched.output}")
    told: list[dict[str, Any]] = []
    for _ in range(runs):
        run = measure(command, env=env)
        told.append(json.loads(run.output.splitlines()[-1]))
        stages = told[-1]["stages"]
        stages["start"] = run.seconds - sum(stages.values())
    return Figures(
        name,
        told[0]["files"],
        told[0]["components"],
        told[0]["findings"],
        {stage: statistics.median(one["stages"][stage] for one in told) for stage in STAGES},
        {code: statistics.median(one["checks"][code] for one in told) for code in told[0]["checks"]},
        watched.peak,
    )


def _once(folder: Path, jobs: int | None) -> dict[str, Any]:
    """One run in this process, with the time that each stage took."""
    from sfgov.cli.loading import all_checks, configuration, opened
    from sfgov.engine import run
    from sfgov.report import FORMATS, Options

    checks = all_checks(None)
    config = configuration(None, folder, checks)
    marks = [("start", time.perf_counter())]
    codes: dict[str, float] = {}
    project = opened([folder], config)
    marks.append(("open", time.perf_counter()))

    def note(stage: str, done: int, of: int) -> None:
        stage, _, code = stage.partition(" ")
        if stage == "checking":
            codes[code] = time.perf_counter() - marks[-1][1] - sum(codes.values())
        elif stage == "linking":
            marks.append(("link" if done or not of else "parse", time.perf_counter()))

    result = run(project, config, checks, jobs=jobs, progress=note)
    marks.append(("check", time.perf_counter()))
    for one in FORMATS.values():
        one.render(result, Options())
    marks.append(("report", time.perf_counter()))
    return {
        "files": len(project.files),
        "components": sum(result.components.values()),
        "findings": len(result.results),
        "stages": {stage: at - before for (_, before), (stage, at) in pairwise(marks)},
        "checks": codes,
    }


def _head() -> str:
    stages = "".join(f"{stage:>8}" for stage in STAGES)
    return f"{'org':>20}{'files':>9}{'components':>12}{'findings':>10}{stages}{'all (s)':>9}{'files/s':>9}{'MiB':>7}"


def _row(one: Figures) -> str:
    stages = "".join(f"{one.stages[stage]:8.2f}" for stage in STAGES)
    return (
        f"{one.name[:19]:>20}{one.files:>9,}{one.components:>12,}{one.findings:>10,}{stages}"
        f"{one.seconds:9.2f}{one.files / one.seconds:9,.0f}{one.peak:7.0f}"
    )


def _growth(invented: Sequence[Figures]) -> Iterator[str]:
    """How much faster than the org its cost grows, from each size to the next: 1 is linear."""
    for smaller, larger in pairwise(invented):
        files = larger.files / smaller.files
        stages = "".join(f"{larger.stages[s] / smaller.stages[s] / files:8.2f}" for s in STAGES)
        name = f"{smaller.name} to {larger.name}"
        memory = larger.peak / smaller.peak / files if smaller.peak else 0
        yield f"{name:>20}{f'×{files:.1f}':>9}{'':22}{stages}{larger.seconds / smaller.seconds / files:9.2f}{'':9}{memory:7.2f}"


def _slowest(one: Figures, last: Sequence[Figures]) -> Iterator[str]:
    """Seconds of the checks that take longest, each with the parts of the model that it was the first to ask for.

    Beside them how the time grew over the last two invented orgs, as in the rows above.
    """
    yield f"slowest checks of {one.name}:"
    for code, seconds in sorted(one.checks.items(), key=lambda item: -item[1])[:_SHOWN]:
        growth = ""
        if len(last) == 2 and last[0].checks.get(code):
            smaller, larger = last
            growth = f"{larger.checks[code] / smaller.checks[code] / (larger.files / smaller.files):7.2f}"
        yield f"  {code:8}{seconds:7.2f} s{growth}"


if __name__ == "__main__":
    main()
