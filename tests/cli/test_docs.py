"""`sfgov docs`: a page for each check, and a list of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

from sfgov.config.json_schema import schema_text
from sfgov.plugins import load_checks

Sfgov = Callable[..., Result]


def test_a_page_for_each_check_as_explain_shows_it(sfgov: Sfgov, folder: Path) -> None:
    result = sfgov("docs", "docs/rules", "--checks", "house")

    codes = sorted([*(one.code for one in load_checks()), "HOU001"])
    assert (
        result.stdout
        == f"docs/rules: {len(codes)} checks, listed in README.md; sfgov.schema.json for editors.\n"
    )
    written = sorted(path.name for path in (folder / "docs" / "rules").iterdir())
    assert written == sorted([*(f"{code}.md" for code in codes), "README.md", "sfgov.schema.json"])
    for code in ("DEL001", "HOU001"):
        page = (folder / "docs" / "rules" / f"{code}.md").read_text("utf-8")
        assert page == sfgov("explain", code, "--checks", "house").stdout


def test_the_list_links_every_page(sfgov: Sfgov, folder: Path) -> None:
    sfgov("docs", "out", "--checks", "house")

    text = (folder / "out" / "README.md").read_text("utf-8")
    assert (
        "## HOU\n\n| code | name | severity | ruleset | rule |\n|---|---|---|---|---|\n"
        "| [HOU001](HOU001.md) | modify-all | high | recommended | No permission set grants Modify All Data. |\n"
    ) in text
    links = re.findall(r"\]\((\w+\.md)\)", text)
    assert sorted(links) == sorted(p.name for p in (folder / "out").glob("???0*.md"))


def test_the_schema_goes_along(sfgov: Sfgov, folder: Path) -> None:
    sfgov("docs", "out")

    assert (folder / "out" / "sfgov.schema.json").read_text("utf-8") == schema_text()


def test_writing_again_changes_nothing(sfgov: Sfgov, folder: Path) -> None:
    sfgov("docs", "out")
    before = {path.name: path.read_bytes() for path in (folder / "out").iterdir()}
    sfgov("docs", "out")

    assert {path.name: path.read_bytes() for path in (folder / "out").iterdir()} == before


def test_a_file_in_the_way(sfgov: Sfgov, folder: Path) -> None:
    (folder / "file").touch()

    result = sfgov("docs", "file/docs")

    assert (result.exit_code, result.stderr) == (2, "Error: file/docs cannot be written: Not a directory\n")
