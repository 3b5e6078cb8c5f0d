"""`sfgov baseline`, and `sfgov check --baseline`."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Sfgov = Callable[..., Result]
SALES = Path("org/permissionsets/Sales.permissionset-meta.xml")
SERVICE = Path("org/permissionsets/Service.permissionset-meta.xml")
TODAY = datetime.datetime.now(datetime.UTC).date().isoformat()


@pytest.fixture
def baseline(sfgov: Sfgov) -> Sfgov:
    """Runs `sfgov baseline COMMAND known.json org` with the one check of this folder."""
    return lambda command, *words: sfgov(
        "baseline", command, "known.json", "org", "--checks", "house", "--select", "HOU001", *words
    )


def entries() -> list[tuple[str, str, str]]:
    found = json.loads(Path("known.json").read_bytes())["findings"]
    return [(one["check"], one["component"], one["since"]) for one in found]


def break_service() -> None:
    """A second finding."""
    SERVICE.write_bytes(SALES.read_bytes())


def mend_sales() -> None:
    """The first finding goes."""
    SALES.write_text(SALES.read_text().replace("ModifyAllData", "RunReports"))


def test_what_is_known_does_not_fail_the_gate(baseline: Sfgov, check: Sfgov) -> None:
    written = baseline("write")
    assert (written.exit_code, written.stdout) == (0, "known.json: 1 finding, 1 new, 0 gone.\n")
    assert entries() == [("HOU001", "PermissionSet:Sales", TODAY)]

    result = check("--baseline", "known.json")
    assert result.exit_code == 0
    assert "Findings: 0 new, 1 baseline, 0 waived, 0 suppressed." in result.stdout

    break_service()
    result = check("--baseline", "known.json")
    assert result.exit_code == 1
    assert result.stdout.startswith("permissionsets/Service.permissionset-meta.xml:4:1: high HOU001")


def test_moving_and_reformatting_a_file_changes_nothing(baseline: Sfgov, check: Sfgov, folder: Path) -> None:
    baseline("write")
    moved = folder / "org" / "crm" / "permissionsets" / SALES.name
    moved.parent.mkdir(parents=True)
    moved.write_text(SALES.read_text().replace("    ", "\t").replace("<enabled>", "\n\n<enabled>"))
    SALES.unlink()

    assert check("--baseline", "known.json").exit_code == 0


def test_adding_to_a_file_must_be_said(baseline: Sfgov) -> None:
    baseline("write")
    before = Path("known.json").read_bytes()
    break_service()

    refused = baseline("write")
    assert refused.exit_code == 2
    assert refused.stderr == (
        "Error: known.json was left as it is: 1 finding would be added. "
        "Look at them with `sfgov baseline diff`; --accept-new adds them.\n"
    )
    assert Path("known.json").read_bytes() == before

    accepted = baseline("write", "--accept-new")
    assert accepted.stdout == "known.json: 2 findings, 1 new, 0 gone.\n"
    assert [component for _, component, _ in entries()] == ["PermissionSet:Sales", "PermissionSet:Service"]


def test_writing_again_loses_what_has_gone_and_keeps_days(baseline: Sfgov) -> None:
    baseline("write")
    Path("known.json").write_text(Path("known.json").read_text().replace(TODAY, "2020-01-31"))
    assert baseline("write").stdout == "known.json: 1 finding, 0 new, 0 gone.\n"
    assert entries() == [("HOU001", "PermissionSet:Sales", "2020-01-31")]

    mend_sales()
    assert baseline("write").stdout == "known.json: 0 findings, 0 new, 1 gone.\n"
    assert entries() == []


def test_pruning_takes_away_and_never_adds(baseline: Sfgov) -> None:
    baseline("write")
    break_service()
    mend_sales()

    assert baseline("prune").stdout == "known.json: 0 findings, 1 gone.\n"
    assert entries() == []
    assert baseline("prune").stdout == "known.json: 0 findings, 0 gone.\n"


def test_a_check_that_does_not_run_loses_no_entries(baseline: Sfgov, sfgov: Sfgov) -> None:
    baseline("write")
    for command in ("prune", "write"):
        sfgov("baseline", command, "known.json", "org", "--checks", "house", "--select", "DEL")
        assert entries() == [("HOU001", "PermissionSet:Sales", TODAY)]


def test_the_difference(baseline: Sfgov) -> None:
    baseline("write")
    assert (baseline("diff").exit_code, baseline("diff").stdout) == (0, "")

    break_service()
    result = baseline("diff")
    assert (result.exit_code, result.stdout) == (1, "+ HOU001 PermissionSet:Service\n")

    mend_sales()
    assert baseline("diff").stdout == "~ HOU001 PermissionSet:Sales -> PermissionSet:Service\n"

    SERVICE.unlink()
    assert baseline("diff").stdout == "- HOU001 PermissionSet:Sales\n"


def test_a_stale_entry_is_a_finding_at_its_line(baseline: Sfgov, check: Sfgov) -> None:
    baseline("write")
    mend_sales()

    result = check("--baseline", "known.json")

    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == (
        "../known.json:2:1: low SFG012 stale-baseline-entry: The baseline knows HOU001 on PermissionSet:Sales "
        f"since {TODAY}, and it is not found any more."
    )


def test_part_of_the_org_makes_no_entry_stale(baseline: Sfgov, check: Sfgov, sfgov: Sfgov) -> None:
    baseline("write")
    Path("org/sfdx-project.json").write_text(
        '{"packageDirectories": [{"path": "permissionsets"}, {"path": "b"}]}'
    )
    Path("org/b/classes").mkdir(parents=True)
    Path("org/b/classes/C.cls").write_text("public class C {}")

    words = ("--checks", "house", "--select", "HOU001", "--baseline", "known.json")
    assert "SFG012" not in sfgov("check", "org/b", *words).stdout


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "there is no baseline known.json; `sfgov baseline write known.json` makes it"),
        (
            '{"version": 9, "findings": []}',
            "known.json was written by a newer sfgov (format 9); update sfgov to use it.",
        ),
        (
            "{",
            "known.json is no baseline that sfgov can read: Input data was truncated. "
            "Write it anew with `sfgov baseline write known.json`.",
        ),
    ],
)
def test_a_baseline_that_cannot_be_used(
    baseline: Sfgov, check: Sfgov, content: str | None, problem: str
) -> None:
    if content is not None:
        Path("known.json").write_text(content)
    for result in (check("--baseline", "known.json"), baseline("prune"), baseline("diff")):
        assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"Error: {problem}\n")


def test_nothing_is_written_after_a_crash(baseline: Sfgov, folder: Path) -> None:
    (folder / "house" / "crash.py").write_text(
        "from sfgov import Severity, check\n\n"
        '@check("HOU002", "crash", Severity.LOW, reads=())\n'
        'def crash(org):\n    """Rule."""\n    yield 1 / 0\n'
    )

    result = baseline("write", "--select", "HOU002")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "Error: HOU002 crashed, so not all findings are known; nothing was written\n"
    assert not (folder / "known.json").exists()
