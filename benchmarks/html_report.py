"""How long the HTML report takes to be written, and to be usable in the system's Chromium.

    python benchmarks/html_report.py                      reports of 2,000, 20,000 and 100,000 findings
    python benchmarks/html_report.py --sizes 500,50000 --runs 9

Usable is when the filter answers. Exits with 1 where a report is slower than its limit.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sfgov.check import Confidence, Severity
from sfgov.report import html
from sfgov.result import Card, Result, Run, Step
from tests.chromium import Browser, find, running

LIMITS = {20_000: 1.5, 100_000: 2.0}
"""Seconds until a report of so many findings is usable."""
_CHECKS = 60
_READY = "performance.getEntriesByName('sfgov-ready')[0]"
_ANSWER = """(async () => {
  const search = document.querySelector("#search"), result = document.querySelector("#result");
  const changed = new Promise((done) => new MutationObserver(done).observe(result, { childList: true }));
  const began = performance.now();
  search.value = "service_7";
  search.dispatchEvent(new Event("input"));
  await changed;
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return (performance.now() - began) / 1000;
})()"""


class Figures(NamedTuple):
    """What was measured for one report: seconds, except where it says bytes."""

    findings: int
    write: float
    bytes: int
    usable: float
    search: float


def main() -> None:
    """The command line."""
    given = _arguments()
    program = find()
    if program is None:
        sys.exit("there is no Chromium on the path; $CHROMIUM may name its program")
    print(f"{'findings':>10}{'write':>9}{'MB':>8}{'usable':>9}{'search':>9}{'limit':>8}")
    slow = False
    with tempfile.TemporaryDirectory() as folder, running(program) as browser:
        for size in given.sizes:
            one = measured(browser, size, Path(folder), given.runs)
            limit = LIMITS.get(size)
            slow |= limit is not None and one.usable > limit
            print(
                f"{one.findings:>10,}{one.write:9.2f}{one.bytes / 1e6:8.1f}{one.usable:9.2f}{one.search:9.2f}"
                f"{limit or '':>8}",
                flush=True,
            )
    sys.exit(1 if slow else 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Speed of the HTML report.")
    parser.add_argument("--sizes", type=_sizes, default=[2_000, 20_000, 100_000], help="numbers of findings")
    parser.add_argument("--runs", type=int, default=3, help="times that each report is opened (3)")
    return parser.parse_args()


def _sizes(text: str) -> list[int]:
    return [int(part) for part in text.split(",") if part]


def measured(browser: Browser, findings: int, folder: Path, runs: int) -> Figures:
    """One report, written once and opened `runs` times in a tab of its own; medians."""
    run = invented(findings)
    began = time.perf_counter()
    text = html.render(run)
    write = time.perf_counter() - began
    file = folder / f"{findings}.html"
    size = file.write_bytes(text.encode())
    opened = [_opened(browser, file) for _ in range(runs)]
    usable, search = (statistics.median(times) for times in zip(*opened, strict=True))
    return Figures(findings, write, size, usable, search)


def _opened(browser: Browser, file: Path) -> tuple[float, float]:
    """Seconds from the start of the navigation until the report is usable, and until a search has its answer."""
    page = browser.page()
    page.size(1280, 900)
    page.open(file.as_uri())
    page.wait_until(_READY)
    usable = page.evaluate(f"{_READY}.startTime") / 1000
    search = page.evaluate(_ANSWER)
    page.close()
    return usable, search


def invented(findings: int) -> Run:
    """A run with so many findings of sixty checks, each with evidence and the source lines around it."""
    cards = tuple(map(_card, range(_CHECKS)))
    results = sorted(_results(findings, cards), key=lambda one: (one.path, one.line, one.check))
    files = findings // 15 + 1
    return Run("0.1.0", "invented", files, {"ApexClass": files}, cards, tuple(results), (), Severity.HIGH)


def _card(number: int) -> Card:
    code = f"{('ACC', 'APX', 'DAT', 'DEL', 'FLW', 'HYG')[number % 6]}{number + 1:03}"
    rule = f"Rule number {number} holds for every component."
    docs = f"{rule}\n\nWhy it matters.\n\n## Bad\n```apex classes/A.cls\nbad();\n```\n\n## Fix\nMend it.\n"
    return Card(code, f"rule-{number}", Severity.HIGH, Confidence.HIGH, code[:3], rule, docs, ("ApexClass",))


def _results(findings: int, cards: tuple[Card, ...]) -> Iterator[Result]:
    severities = list(Severity)
    for number in range(findings):
        card = cards[(number * number + number // 7) % _CHECKS]
        name = f"Service_{number % (findings // 15 + 1)}"
        path, line = f"force-app/main/default/classes/{name}.cls", number % 500 + 1
        lines = tuple(
            (line + at, f"        for (Invoice_Line__c each : lines_{number}) {{ total += each.A{at}__c; }}")
            for at in range(5)
        )
        steps = tuple(
            Step(path, line + at, f"ApexClass:{name}", f"{name}.step{at} queries Invoice_Line__c", 9, lines)
            for at in range(number % 3 + 1)
        )
        yield Result(
            card.code,
            card.name,
            severities[number * 7 % 5],
            Confidence.HIGH,
            f"Method {name}.total{number} queries Invoice_Line__c in a loop, once for each invoice. "
            "At 200 records the limit of 100 queries is passed.",
            f"ApexClass:{name}",
            path,
            line,
            9,
            f"{number * 7919:032x}",
            subject=f"{name}.total{number}",
            evidence=steps,
            fix="Query once, before the loop.",
            status="new" if number % 10 else "baseline",
            excerpt=lines,
        )


if __name__ == "__main__":
    main()
