"""The benchmarks run: an invented org is the same from the same seed, can be read whole, and is measured."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sfgov.cli.loading import all_checks
from sfgov.config import load_config
from sfgov.engine import run
from sfgov.project import open_project
from tests.chromium import find

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


def call(script: str, *arguments: str | Path) -> str:
    command = [sys.executable, BENCHMARKS / script, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("invented") / "org"
    call("generate.py", "300", folder)
    return folder


def test_the_same_seed_gives_the_same_bytes(invented: Path, tmp_path: Path) -> None:
    call("generate.py", "300", tmp_path / "again")
    call("generate.py", "300", tmp_path / "other", "--seed", "2")
    assert content(tmp_path / "again") == content(invented)
    assert content(tmp_path / "other") != content(invented)


def test_every_file_of_an_invented_org_can_be_read(invented: Path) -> None:
    checks = all_checks(None)
    config = load_config(invented / "sfgov.yml", root=invented, checks=checks)
    found = run(open_project([invented]), config, checks, jobs=1)
    components = found.components
    assert [r.path for r in found.results if r.check.startswith("SFG")] == []
    assert (
        components["CustomObject"],
        components["Profile"],
        components["ApexClass"],
        components["Flow"],
    ) == (4, 18, 9, 4)
    assert 150 < components["CustomField"] < 300
    assert {r.check for r in found.results} >= {"DEL001", "DAT001"}


def test_what_was_not_generated_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(subprocess.CalledProcessError) as refused:
        call("generate.py", "1k", tmp_path)
    assert "holds something else; give a new or an empty folder" in refused.value.stderr
    assert content(tmp_path) == {"mine.txt": b"mine"}


def test_one_run_tells_the_time_of_each_stage_and_check(invented: Path) -> None:
    told = json.loads(call("run.py", "--once", invented))
    assert list(told["stages"]) == ["open", "parse", "link", "check", "report"]
    assert told["files"] == len(open_project([invented]).files)
    assert "DEL001" in told["checks"]


def test_the_table_has_a_row_for_each_size_and_their_growth(tmp_path: Path) -> None:
    lines = call("run.py", "--sizes", "40,120", "--runs", "1", "--keep", tmp_path).splitlines()
    assert [line.split()[0] for line in lines] == ["org", "40", "120", "40"]
    assert lines[3].split()[:3] == ["40", "to", "120"]


def test_the_growth_with_profiles_is_told_for_more_and_for_longer_ones() -> None:
    lines = call("access_growth.py", "--profiles", "8", "--sets", "12", "--lines", "1200").splitlines()
    rows = [line.split()[:3] for line in lines if re.match(r" +[0-9]", line)]
    assert rows == [
        ["2", "3", "1,200"],
        ["4", "6", "1,200"],
        ["8", "12", "1,200"],
        ["8", "12", "300"],
        ["8", "12", "600"],
        ["8", "12", "1,200"],
    ]
    assert [line for line in lines if line.endswith(":")] == [
        "more profiles and permission sets:",
        "longer profiles and permission sets:",
    ]


def test_peers_that_are_not_installed_are_passed_over(invented: Path) -> None:
    modules = invented.parent / "none"
    lines = call("peers.py", invented, "--runs", "1", "--node-modules", modules).splitlines()
    [sfge] = [line for line in lines if "sfge" in line]
    assert (
        "not installed: npm install --prefix DIR @salesforce/code-analyzer-core @salesforce/code-analyzer-sfge-engine"
        in sfge
    )


@pytest.mark.skipif(find() is None, reason="there is no Chromium on the path; $CHROMIUM may name its program")
def test_the_html_report_is_timed() -> None:
    head, row = call("html_report.py", "--sizes", "30", "--runs", "1").splitlines()
    assert head.split() == ["findings", "write", "MB", "usable", "search", "limit"]
    assert row.split()[0] == "30"
    assert len(row.split()) == 5
