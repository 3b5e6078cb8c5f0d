"""The files for CI systems: valid for their readers, and every command in them is one that sfgov knows."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from sfgov.cli import main
from sfgov.report import console
from sfgov.result import Run
from tests.git_repository import Repository

ROOT = Path(__file__).parents[2]
CI = ROOT / "examples" / "ci"
ORG = {
    "sfgov.yml": "delete: {never: [Invoice__c]}\n",
    "permissionsets/Sales.permissionset-meta.xml": """
        <?xml version="1.0" encoding="UTF-8"?>
        <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
            <label>Sales</label>
            <objectPermissions>
                <allowDelete>true</allowDelete>
                <allowEdit>true</allowEdit>
                <allowRead>true</allowRead>
                <object>Invoice__c</object>
            </objectPermissions>
        </PermissionSet>
        """,
}


@pytest.fixture
def org(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose only commit has one finding that fails the gate."""
    Repository(tmp_path).commit(ORG)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("file", "schema"),
    [
        ("action.yml", "vendor.github-actions"),
        ("examples/ci/github-actions.yml", "vendor.github-workflows"),
        ("examples/ci/gitlab-ci.yml", "vendor.gitlab-ci"),
        ("examples/ci/azure-pipelines.yml", "vendor.azure-pipelines"),
        ("examples/ci/bitbucket-pipelines.yml", "vendor.bitbucket-pipelines"),
    ],
)
def test_files_fit_their_schema(file: str, schema: str) -> None:
    pytest.importorskip("check_jsonschema")
    command = ["--regex-variant", "python", "--builtin-schema", schema, str(ROOT / file)]
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", *command], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "ok -- validation done")


class TestPreCommit:
    def hook(self) -> dict[str, Any]:
        (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
        return dict(hook)

    def test_the_manifest_is_valid(self) -> None:
        pytest.importorskip("pre_commit")
        manifest = str(ROOT / ".pre-commit-hooks.yaml")
        done = subprocess.run(
            [sys.executable, "-m", "pre_commit", "validate-manifest", manifest],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout) == (0, "")

    def test_it_checks_the_whole_org_once(self) -> None:
        hook = self.hook()
        assert (hook["entry"], hook["pass_filenames"], hook["require_serial"]) == ("sfgov check", False, True)

    @pytest.mark.parametrize(
        ("path", "wanted"),
        [
            ("force-app/main/default/profiles/Admin.profile-meta.xml", True),
            ("src/profiles/Admin.profile", True),
            ("force-app/main/default/classes/A.cls", True),
            ("sfgov.yml", True),
            ("org/sfgov-baseline.json", True),
            ("governance/masking/Contact.yml", True),
            ("README.md", False),
            ("force-app/main/default/lwc/a/a.js", False),
            ("my-sfgov.yml", False),
        ],
    )
    def test_which_changes_start_it(self, path: str, wanted: bool) -> None:
        assert (re.search(self.hook()["files"], path) is not None) is wanted


class TestAction:
    """The script of the action's second step, as the runner would start it."""

    def steps(self) -> list[dict[str, Any]]:
        action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
        return list(action["runs"]["steps"])

    def run(self, org: Path, **inputs: str) -> tuple[int, list[str], str]:
        """Exit code, outputs and the step's summary."""
        given = {"SFGOV_PATH": ".", "SFGOV_REPORTS": "reports", **inputs}
        step = self.steps()[1]
        programs = org.parent / "programs"
        programs.mkdir(exist_ok=True)
        (programs / "sfgov").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m sfgov "$@"\n')
        (programs / "sfgov").chmod(0o755)
        out, summary = programs / "output", programs / "summary"
        out.write_text("")
        summary.write_text("")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]],
            cwd=org,
            env={
                **os.environ,
                **dict.fromkeys(step["env"], ""),
                **given,
                "PATH": f"{programs}:{os.environ['PATH']}",
                "GITHUB_OUTPUT": str(out),
                "GITHUB_STEP_SUMMARY": str(summary),
            },
            capture_output=True,
            check=False,
        )
        return done.returncode, out.read_text().splitlines(), summary.read_text()

    def test_findings_fail_it_and_reports_are_written(self, org: Path) -> None:
        code, outputs, summary = self.run(org)

        assert code == 1
        assert outputs == ["gate=failed", "sarif=reports/sfgov.sarif", "html=reports/sfgov.html"]
        assert summary.startswith("<!-- sfgov:report -->\n## sfgov: gate failed")
        names = sorted(path.name for path in (org / "reports").iterdir())
        assert names == ["sfgov.html", "sfgov.json", "sfgov.md", "sfgov.sarif", "sfgov.xml"]

    def test_a_base_a_baseline_and_a_limit(self, org: Path) -> None:
        assert self.run(org, SFGOV_DIFF_BASE="HEAD")[:1] == (0,)
        assert self.run(org, SFGOV_DIFF_BASE="HEAD", SFGOV_SHOW="added")[:1] == (0,)
        assert self.run(org, SFGOV_SHOW="added")[:1] == (2,)
        assert self.run(org, SFGOV_FAIL_ON="never")[1][0] == "gate=passed"
        code, outputs, summary = self.run(org, SFGOV_BASELINE="nowhere.json")
        assert (code, outputs[0], summary) == (2, "gate=", "")

    def test_what_a_caller_gives_is_never_run(self, org: Path) -> None:
        code, _, _ = self.run(org, SFGOV_DIFF_BASE='"; touch owned; echo "', SFGOV_CONFIG="$(touch owned)")

        assert code == 2
        assert not (org / "owned").exists()
        assert [step["run"] for step in self.steps() if "${{" in step["run"]] == []


class TestProblemMatcher:
    def matched(self, report: str) -> list[tuple[str, dict[str, str]]]:
        matchers = json.loads((CI / "github-problem-matcher.json").read_text())["problemMatcher"]
        found = []
        for line in report.splitlines():
            for matcher in matchers:
                (pattern,) = matcher["pattern"]
                match = re.search(pattern["regexp"], line)
                if match:
                    groups = {name: match[n] for name, n in pattern.items() if name != "regexp"}
                    found.append((matcher["severity"], groups))
        return found

    def test_it_reads_the_console_report(self) -> None:
        report = (ROOT / "tests/report/snapshots/console.txt").read_text("utf-8")
        found = self.matched(report)

        assert [(severity, one["code"]) for severity, one in found] == [
            ("error", "HYG003"),
            ("error", "DEL002"),
            ("warning", "XYZ001"),
            ("error", "DEL001"),
            ("error", "DEL001"),
            ("error", "SFG001"),
            ("error", "SFG003"),
        ]
        assert found[3][1] == {
            "file": "force-app/main/default/permissionsets/Sales_Admin.permissionset-meta.xml",
            "line": "14",
            "column": "9",
            "code": "DEL001",
            "message": "delete-granted-on-protected-object: Permission set Sales_Admin lets its holders delete "
            "Invoice__c, which the policy says nobody may delete.",
        }

    def test_a_run_without_findings_matches_nothing(self) -> None:
        assert self.matched(console.render(Run("0.1.0", "acme", 0, {}, (), (), (), None))) == []


def commands() -> list[tuple[str, str]]:
    """(file, command) of every `sfgov …` in the files for CI and in the READMEs."""
    found = []
    for path in (*sorted(CI.iterdir()), ROOT / "README.md"):
        for line in path.read_text("utf-8").splitlines():
            match = re.search(r"(?:^|[\s/;`])sfgov ((?:check|baseline|docs) [^`#|]*)", line)
            if match:
                found.append((path.name, match[1].strip().rstrip('"').strip()))
    return found


@pytest.mark.parametrize(("file", "command"), commands())
def test_every_command_is_one_that_sfgov_knows(file: str, command: str, org: Path) -> None:
    words = shlex.split(re.sub(r'"?(?:origin/)?\$\{?[A-Za-z_#/.]+\}?"?|origin/main\b', "HEAD", command))
    # An archive is no more there than the variable of the Jenkinsfile that holds an option.
    words = [
        word for word in words if not word.endswith(".zip") and (word != "HEAD" or "--diff-base" in words)
    ]
    for folder in ("test-results", "house", "reports"):
        (org / folder).mkdir(exist_ok=True)
    CliRunner().invoke(main, ["baseline", "write", "sfgov-baseline.json"])
    if words[:2] == ["baseline", "write"]:
        (org / "sfgov-baseline.json").unlink()
    if "--checks" in words:
        words[words.index("--checks") + 1] = str(ROOT / "examples" / "own-check")

    result = CliRunner().invoke(main, words)

    assert result.exit_code in (0, 1), f"{file}: sfgov {command}: {result.stderr}"


def test_there_are_commands_in_every_file() -> None:
    assert {file for file, _ in commands()} >= {
        "Jenkinsfile",
        "README.md",
        "azure-pipelines.yml",
        "bitbucket-pipelines.yml",
        "github-actions.yml",
        "gitlab-ci.yml",
    }
