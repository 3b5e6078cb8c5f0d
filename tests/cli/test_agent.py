"""`sfgov agent`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sfgov.cli import main
from sfgov.testing import write_files
from tests.agent_desk import DESK


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path, DESK)
    return tmp_path


def sfgov(*words: str) -> Result:
    return CliRunner().invoke(main, ["agent", *words], prog_name="sfgov")


@pytest.mark.usefixtures("folder")
def test_the_card_of_an_agent_named_in_any_case() -> None:
    result = sfgov("HELP")
    assert result.exit_code == 0
    assert result.stdout.startswith("Agent Help (Help desk)\n  Helps with cases\n")
    assert "Topic cases" in result.stdout


def test_of_another_folder_as_json(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    result = sfgov("Idle", folder.name, "--format", "json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["state"] == "published, and its script locked to Idle.v2"


def test_the_policy_says_what_the_user_has(folder: Path) -> None:
    policy = folder / "other.yml"
    policy.write_text("principals: {agent: {agents: {Help: [Extra]}}}\n", encoding="utf-8")
    write_files(
        folder, {"permissionsets/Extra.permissionset-meta.xml": "<PermissionSet>\n</PermissionSet>\n"}
    )
    assert "Through PermissionSet Extra (declared), PermissionSet Help_Access" in " ".join(
        sfgov("Help", "-c", "other.yml").stdout.split()
    )


@pytest.mark.usefixtures("folder")
def test_without_a_name_all_are_named() -> None:
    result = sfgov()
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "Error: name the AI agent; there are Help, Idle\n"


@pytest.mark.usefixtures("folder")
def test_a_typo_gets_a_suggestion() -> None:
    result = sfgov("Hepl")
    assert result.exit_code == 2
    assert result.stderr == 'Error: there is no AI agent "Hepl" in .; did you mean "Help"?\n'


@pytest.mark.usefixtures("folder")
def test_another_name_gets_those_that_there_are() -> None:
    assert sfgov("Sales_Coach").stderr.endswith('"Sales_Coach" in .; there are Help, Idle\n')


def test_no_agents_at_all(tmp_path: Path) -> None:
    write_files(tmp_path, {"permissionsets/A.permissionset-meta.xml": "<PermissionSet/>"})
    result = sfgov("Help", str(tmp_path))
    assert result.exit_code == 2
    assert "there is no AI agent in " in result.stderr
    assert result.stderr.endswith(": no script, planner or bot\n")


@pytest.mark.usefixtures("folder")
def test_a_faulty_policy_is_told(folder: Path) -> None:
    (folder / "sfgov.yml").write_text("nonsense: [\n", encoding="utf-8")
    assert sfgov("Help").exit_code == 2
