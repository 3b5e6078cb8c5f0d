"""Who can delete what is worked out only where a report shows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from sfgov.cli import main
from sfgov.matrix import delete_matrix
from sfgov.report import FORMATS
from sfgov.result import Matrix
from sfgov.testing import write_files
from tests.delete_orgs import MASTER, deleter, line_guard


def test_html_alone_shows_it() -> None:
    assert [one.name for one in FORMATS.values() if one.matrix] == ["html"]


@pytest.mark.parametrize(("name", "times"), [("json", 0), ("html", 1)])
def test_other_reports_do_not_pay_for_it(
    name: str, times: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def counting(*given: Any) -> Matrix | None:
        asked.append(given)
        return delete_matrix(*given)

    monkeypatch.setattr("sfgov.engine.delete_matrix", counting)
    write_files(tmp_path / "org", line_guard() | MASTER | deleter())
    result = CliRunner().invoke(
        main, ["check", str(tmp_path / "org"), "-f", f"{name}={tmp_path / name}", "-qq"]
    )
    assert (result.exit_code, len(asked)) == (1, times)
    assert ("Who can delete what" in (tmp_path / name).read_text("utf-8")) is (name == "html")
