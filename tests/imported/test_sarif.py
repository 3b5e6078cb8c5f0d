"""Reading logs, and what is said of those that cannot be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sfgov.imported import SarifError, read_log
from tests import sarif_logs
from tests.sarif_logs import log, result, run


def problem(file: Path) -> str:
    with pytest.raises(SarifError) as caught:
        read_log(file)
    assert str(caught.value).startswith(file.as_posix())
    return str(caught.value).removeprefix(file.as_posix())


def test_what_a_log_says(tmp_path: Path) -> None:
    file = sarif_logs.write(
        tmp_path / "a.sarif", log(run("PMD", result("R", "a.cls", 3)), run("x", rules=()))
    )

    (first, second) = read_log(file).runs

    assert (first.tool.driver.name, second.tool.driver.name) == ("PMD", "x")
    (found,) = first.results or ()
    assert (found.rule_id, found.message.text) == ("R", "Said.")
    physical = (found.locations or ())[0].physical_location
    assert physical is not None
    assert physical.region is not None
    assert (physical.artifact_location.uri, physical.region.start_line) == ("a.cls", 3)


def test_a_byte_order_mark_and_what_is_not_known_are_passed_over(tmp_path: Path) -> None:
    content = log(run("PMD", result("R", "a.cls", webRequest={"x": [1, None]}), taxonomies=[{"guid": 1}]))
    file = tmp_path / "a.sarif"
    file.write_bytes(b"\xef\xbb\xbf" + json.dumps(content | {"inlineExternalProperties": []}).encode())

    assert len(read_log(file).runs) == 1


@pytest.mark.parametrize("nothing", ["results", "artifacts", "invocations"])
def test_what_is_null_is_nothing(tmp_path: Path, nothing: str) -> None:
    read_log(sarif_logs.write(tmp_path / "a.sarif", log(run("PMD") | {nothing: None})))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", " is no SARIF 2.1.0 log: Input data was truncated"),
        ("<sarif/>", " is no SARIF 2.1.0 log: JSON is malformed: invalid character (byte 0)"),
        ("[]", " is no SARIF 2.1.0 log: Expected `object`, got `array`"),
        ("{}", " is no SARIF 2.1.0 log: Object missing required field `version`"),
        ('{"version": "2.0.0", "runs": []}', ' is SARIF "2.0.0"; sfgov reads 2.1.0'),
        ('{"version": 2}', " is no SARIF 2.1.0 log: Expected `str`, got `int` - at `$.version`"),
        ('{"version": "2.1.0"}', " is no SARIF 2.1.0 log: Object missing required field `runs`"),
        (
            '{"version": "2.1.0", "runs": [{"results": []}]}',
            " is no SARIF 2.1.0 log: Object missing required field `tool` - at `$.runs[0]`",
        ),
        (
            '{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": [{"message": {"text": 7}}]}]}',
            " is no SARIF 2.1.0 log: Expected `str`, got `int` - at `$.runs[0].results[0].message.text`",
        ),
        ('{"version": "2.1.0", "runs": [' + "[" * 100_000, " is no SARIF 2.1.0 log: "),
        ('{"a": ' + '{"a": ' * 100_000, " is no SARIF 2.1.0 log: "),
    ],
)
def test_what_is_no_log(tmp_path: Path, content: str, reason: str) -> None:
    file = tmp_path / "a.sarif"
    file.write_text(content)

    said = problem(file)
    assert said.startswith(reason)
    assert len(said) < 200


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    file = tmp_path / "a.sarif"
    file.write_bytes('{"version": "2.1.0", "runs": []}'.encode("utf-16"))
    assert problem(file).startswith(" is no SARIF 2.1.0 log: ")
    file.write_bytes(b'{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "\xff"}}}]}')
    assert problem(file).startswith(" is no SARIF 2.1.0 log: ")


def test_files_that_are_not_there_or_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert problem(tmp_path / "nowhere.sarif") == " cannot be read: No such file or directory"
    assert problem(tmp_path) == " cannot be read: Is a directory"
    monkeypatch.setattr("sfgov.imported.sarif._MOST_BYTES", 1 << 20)
    large: Any = tmp_path / "large.sarif"
    large.write_bytes(b" " * ((1 << 20) + 1))
    assert problem(large) == " is larger than 1 MB, which no code analysis fills"
