"""sfgov and its peers on the same org, in turn: how long each takes, and what memory it needs.

    npm install --prefix ~/peers @salesforce/code-analyzer-core @salesforce/code-analyzer-pmd-engine \\
        @salesforce/code-analyzer-regex-engine @salesforce/code-analyzer-flow-engine @salesforce/code-analyzer-sfge-engine
    python benchmarks/peers.py ~/my-org --node-modules ~/peers/node_modules

Peers that are not installed are passed over, with a word on how to install them.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from process import Measured, TooSlow, environment, measure

from sfgov.project import Project, open_project

ENGINES = ("pmd", "regex", "flow", "sfge")
_HERE = Path(__file__).resolve().parent
_JARS_OF_ENGINE = Path("@salesforce/code-analyzer-pmd-engine/dist/java-lib")
_RULES = """<?xml version="1.0"?>
<ruleset name="quickstart" xmlns="http://pmd.sourceforge.net/ruleset/2.0.0">
    <description>PMD's quickstart rules for Apex</description>
    <rule ref="rulesets/apex/quickstart.xml"/>
</ruleset>
"""


Command = Sequence[str | Path]


class Tool(NamedTuple):
    """A command that checks an org. Where it cannot be run, `missing` says what to install."""

    name: str
    command: Command = ()
    missing: str = ""
    env: Mapping[str, str] = {}
    good: tuple[int, ...] = (0,)
    """The exit codes of a run that did its work."""


def main() -> None:
    """The command line."""
    given = _arguments()
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        ours = _sfgov(given.folder, work, given.select)
        print(f"{'peer':>32}{'sfgov (s)':>11}{'peer (s)':>10}{'ratio':>8}{'sfgov MiB':>11}{'peer MiB':>10}")
        project = open_project([given.folder])
        for peer in _peers(project, given.pmd_jars, given.node_modules, work):
            try:
                print(_compared(ours, peer, given.runs, given.limit), flush=True)
            except _Failed as failed:
                sys.exit(f"{failed.tool.name} {failed}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="sfgov and its peers on the same org, in turn.")
    parser.add_argument("folder", type=Path, help="the org")
    parser.add_argument("--runs", type=int, default=5, help="timed runs of each, in turn (5)")
    parser.add_argument("--select", metavar="CODE,…", help="only these checks; else all of them")
    parser.add_argument(
        "--limit", type=float, default=300, help="seconds that one run of a peer may take (300)"
    )
    parser.add_argument(
        "--pmd-jars",
        type=Path,
        default=os.environ.get("SFGOV_PMD_JARS"),
        help="folder of PMD's jars, also in SFGOV_PMD_JARS; else those of Code Analyzer, or `pmd` on the path",
    )
    parser.add_argument(
        "--node-modules",
        type=Path,
        default=os.environ.get("SFGOV_NODE_MODULES"),
        help="folder of Code Analyzer's packages, also in SFGOV_NODE_MODULES",
    )
    return parser.parse_args()


def _sfgov(folder: Path, work: Path, select: str | None) -> Tool:
    """All checks or the selected ones, and a report that is written whole."""
    report = f"json={work / 'sfgov.json'}"
    command: Command = [
        sys.executable,
        "-m",
        "sfgov",
        "check",
        folder,
        *(["--select", select] if select else ["--ruleset", "strict"]),
        "--exit-zero",
        "-q",
        "-f",
        report,
    ]
    return Tool("sfgov", command, env=environment(work / "compiled"))


def _peers(project: Project, jars: Path | None, modules: Path | None, work: Path) -> Iterator[Tool]:
    if jars is None and modules is not None and (modules / _JARS_OF_ENGINE).is_dir():
        jars = modules / _JARS_OF_ENGINE
    yield _pmd(project, jars, work)
    for engine in ENGINES:
        yield _engine(engine, project, modules)


def _pmd(project: Project, jars: Path | None, work: Path) -> Tool:
    """PMD with its quickstart rules for Apex, on the classes and triggers that sfgov reads."""
    name = "PMD, Apex quickstart"
    bodies = [str(project.root / file.path) for file in project.files if file.role == "body"]
    rules, report = work / "rules.xml", work / "pmd.json"
    rules.write_text(_RULES)
    if jars is not None and any(jars.glob("sfca-pmd-cpd-wrappers*.jar")):
        wanted = {"ruleSetInputFile": str(rules), "runDataPerLanguage": {"apex": {"filesToScan": bodies}}}
        (work / "pmd-input.json").write_text(json.dumps(wanted))
        main_class = "com.salesforce.sfca.pmdwrapper.PmdWrapper"
        java: Command = ["java", "-cp", f"{jars}/*", main_class, "run", work / "pmd-input.json", report]
        return Tool(name, java, "" if shutil.which("java") else "install Java 11 or newer")
    (work / "files.txt").write_text("\n".join(bodies))
    options: list[str | Path] = [
        "check",
        "--no-cache",
        "--no-progress",
        "-R",
        rules,
        "-f",
        "json",
        "-r",
        report,
    ]
    options += ["--file-list", work / "files.txt"]
    if jars is not None:
        return Tool(
            name, ["java", "-cp", f"{jars}/*", "net.sourceforge.pmd.cli.PmdCli", *options], good=(0, 4)
        )
    if shutil.which("pmd"):
        return Tool(name, ["pmd", *options], good=(0, 4))
    return Tool(
        name, missing="install PMD 7 (https://pmd.github.io), or Code Analyzer's packages as shown by --help"
    )


def _engine(engine: str, project: Project, modules: Path | None) -> Tool:
    """An engine of Salesforce Code Analyzer, with the rules that it recommends, on the folders that sfgov reads."""
    name = f"Code Analyzer, {engine}"
    packages = ("code-analyzer-core", f"code-analyzer-{engine}-engine")
    absent = [p for p in packages if modules is None or not (modules / "@salesforce" / p).is_dir()]
    if absent:
        names = " ".join(f"@salesforce/{package}" for package in absent)
        return Tool(name, missing=f"npm install --prefix DIR {names}, then --node-modules DIR/node_modules")
    if not shutil.which("node"):
        return Tool(name, missing="install Node.js 20 or newer")
    packages_of_project = [project.root / one.path for one in project.package_directories if one.exists]
    folders = packages_of_project or [project.root]
    command: Command = ["node", _HERE / "code_analyzer.js", engine, sys.executable, *folders]
    return Tool(name, command, env={**os.environ, "NODE_PATH": str(modules)})


def _compared(ours: Tool, peer: Tool, runs: int, limit: float) -> str:
    """One line of the table: medians over runs in turn, so that a change in the machine's speed meets both alike."""
    if peer.missing:
        return f"{peer.name:>32}  not installed: {peer.missing}"
    try:
        # The first run of each fills the caches and is looked at for memory; it is not timed.
        ours_peak, peak = (_run(tool, limit, memory=True).peak for tool in (ours, peer))
        timed = [(_run(ours, limit), _run(peer, limit)) for _ in range(runs)]
    except TooSlow as slow:
        return f"{peer.name:>32}  {slow}"
    except _Failed as failed:
        if failed.tool is ours:
            raise
        return f"{peer.name:>32}  {failed}"
    mine, theirs = (statistics.median(run.seconds for run in column) for column in zip(*timed, strict=True))
    ratio = statistics.median(theirs.seconds / mine.seconds for mine, theirs in timed)
    return f"{peer.name:>32}{mine:11.2f}{theirs:10.2f}{ratio:7.1f}×{ours_peak:11.0f}{peak:10.0f}"


class _Failed(Exception):
    """A tool did not do its work."""

    def __init__(self, tool: Tool, run: Measured) -> None:
        super().__init__(f"ended with {run.code}: {run.output.strip()[:300]}")
        self.tool = tool


def _run(tool: Tool, limit: float, *, memory: bool = False) -> Measured:
    run = measure(tool.command, env=tool.env or None, memory=memory, limit=limit)
    if run.code not in tool.good:
        raise _Failed(tool, run)
    return run


if __name__ == "__main__":
    main()
