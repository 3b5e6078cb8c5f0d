"""The example of a check of one's own works as its README says."""

import subprocess
import sys
import sysconfig
from pathlib import Path

from sfgov.testing import write_files

FOLDER = Path(__file__).parents[1] / "examples" / "own-check"
SFGOV = str(Path(sysconfig.get_path("scripts")) / "sfgov")


def flow(name: str) -> dict[str, str]:
    text = """
        <Flow xmlns="http://soap.sforce.com/2006/04/metadata">
            <start><object>Case</object><triggerType>RecordAfterSave</triggerType></start>
            <status>Active</status>
        </Flow>
        """
    return {f"flows/{name}.flow-meta.xml": text}


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_it_runs_from_its_folder(tmp_path: Path) -> None:
    write_files(tmp_path, {**flow("Assign"), **flow("Route")})
    done = run(SFGOV, "check", ".", "--checks", str(FOLDER), "--select", "HOU001", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(
        "flows/Assign.flow-meta.xml:2:1: medium HOU001 flow-order-is-stated: "
        "Assign starts on Case together with Route, in no stated order.\n"
        "  flows/Route.flow-meta.xml:2: starts on the same event\n"
    )


def test_it_is_explained(tmp_path: Path) -> None:
    done = run(SFGOV, "explain", "HOU001", "--checks", str(FOLDER), cwd=tmp_path)
    assert done.stdout.startswith("# HOU001 flow-order-is-stated\n")


def test_its_tests_pass_in_a_folder_of_somebody_else(tmp_path: Path) -> None:
    (tmp_path / "checks").mkdir()
    for file in FOLDER.glob("*.py"):
        (tmp_path / "checks" / file.name).write_text(file.read_text("utf-8"), "utf-8")
    done = run(sys.executable, "-m", "pytest", "-q", "checks", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "6 passed" in done.stdout
