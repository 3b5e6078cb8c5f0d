"""Completion in a shell, as the README sets it up."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from sfgov.cli import main

README = Path(__file__).parents[2] / "README.md"


def completed(words: str) -> list[str]:
    """What bash offers for the last word."""
    environment = {
        "_SFGOV_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }
    lines = CliRunner().invoke(main, [], prog_name="sfgov", env=environment).stdout.splitlines()
    return [line.partition(",")[2] for line in lines]


def test_commands_and_options() -> None:
    assert completed("sfgov ba") == ["baseline"]
    assert completed("sfgov check --diff") == ["--diff-base"]
    assert completed("sfgov check --fail-on cr") == ["critical"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_readme_names_the_variable_that_works(shell: str) -> None:
    assert f"{shell}_source" in README.read_text("utf-8")
    script = (
        CliRunner().invoke(main, [], prog_name="sfgov", env={"_SFGOV_COMPLETE": f"{shell}_source"}).stdout
    )
    assert f"_SFGOV_COMPLETE={shell}_complete" in script
