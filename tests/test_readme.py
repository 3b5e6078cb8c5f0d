"""What the README lists is what there is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click
import yaml

from sfgov.cli import main
from sfgov.plugins import load_checks
from sfgov.report import FORMATS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
GOLDEN = ROOT / "tests" / "examples" / "golden" / "brightwater.txt"


def section(heading: str) -> str:
    return re.split(r"^##", README.partition(f"# {heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]


def first_cells(text: str) -> list[str]:
    return re.findall(r"^\| ([^|]+) \|", text, re.MULTILINE)


def test_formats() -> None:
    listed = re.findall(r"`(\w+)`", " ".join(first_cells(section("Gate in CI"))))
    assert sorted(listed) == sorted(FORMATS)


def test_commands() -> None:
    assert isinstance(main, click.Group)
    listed = re.findall(r"`sfgov ([a-z-]+)", " ".join(first_cells(section("Run it on your org"))))
    assert sorted(listed) == sorted(main.commands)


def test_packs() -> None:
    listed = first_cells(section("What is checked"))[1:]
    assert sorted(listed) == sorted({one.pack for one in load_checks()})


def test_the_example_org_shows_what_the_readme_says() -> None:
    found = {line.split()[0] for line in GOLDEN.read_text("utf-8").splitlines()}
    rows = first_cells(section("What it finds"))[1:]
    assert len(rows) == 15
    assert {code for row in rows for code in row.split(", ")} <= found


def test_what_is_named_beside_a_finding_is_in_the_example_org() -> None:
    org = ROOT / "examples" / "orgs" / "brightwater"
    files = [path.relative_to(org).as_posix() for path in org.rglob("*") if path.is_file()]
    for row in re.findall(r"^\| [A-Z]{3}\d.*$", section("What it finds"), re.MULTILINE):
        for name in re.findall(r"`([^`]+)`", row.rsplit("|", 2)[1]):
            assert any(name in file for file in files), name


def test_the_workflow_gives_the_action_what_it_takes() -> None:
    [text] = re.findall(r"```yaml\n(# \.github/workflows/.+?)```", README, re.DOTALL)
    workflow: dict[str, Any] = yaml.safe_load(text)
    action: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    steps = workflow["jobs"]["sfgov"]["steps"]
    [given] = [step["with"] for step in steps if "/sfgov@" in step["uses"]]
    assert set(given) <= set(action["inputs"])
    assert steps[0]["with"] == {"fetch-depth": 0}
    assert steps[-1]["with"]["path"] == action["inputs"]["reports"]["default"]


def test_links_lead_to_files() -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", README)
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []
