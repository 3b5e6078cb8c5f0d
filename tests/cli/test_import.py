"""`sfgov import`, and `--import` of the other commands: one gate for our findings and other tools'."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result

from sfgov.cli import main
from sfgov.report import FORMATS
from sfgov.testing import write_files
from tests import sarif_logs
from tests.git_repository import Repository
from tests.sarif_logs import code_analyzer, flow_scanner, log, pmd, result, run

Sfgov = Callable[..., Result]
LOOP = "force-app/classes/Loop.cls"
ORG = {
    "sfdx-project.json": '{"packageDirectories": [{"path": "force-app"}]}',
    "sfgov.yml": "select: [APX001]\n",
    LOOP: "public class Loop {\n  void m(List<Account> all) {\n    for (Account a : all) {\n      update a;\n    }\n  }\n}\n",
    "force-app/classes/Other.cls": "public class Other {\n    void m() {\n        String s = 'x';\n    }\n}\n",
    "force-app/flows/F.flow-meta.xml": "<Flow>\n    <label>F</label>\n</Flow>\n",
}
OURS = ("APX001", LOOP, 4)
THEIRS = ("pmd/Unused", "force-app/classes/Other.cls", 3)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    repository = Repository(tmp_path / "repository")
    monkeypatch.chdir(repository.folder)
    for name in ("CI", "GITHUB_ACTIONS", "TF_BUILD", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    repository.commit(ORG | {".gitignore": "*.sarif\n*.json\n!sfdx-project.json\n"})
    sarif_logs.write(Path("pmd.sarif"), pmd(Path.cwd(), ("Unused", THEIRS[1], 3)))
    return repository


@pytest.fixture
def sfgov(repository: Repository) -> Sfgov:
    return lambda *words: CliRunner().invoke(main, list(words), prog_name="sfgov")


def counting(outcome: Result) -> list[tuple[str, str, int]]:
    report: Any = json.loads(outcome.stdout)
    return [(one["check"], one["path"], one["line"]) for one in report["findings"] if one["status"] == "new"]


def statuses(outcome: Result) -> list[tuple[str, str]]:
    return [(one["check"], one["status"]) for one in json.loads(outcome.stdout)["findings"]]


def problem(outcome: Result) -> str:
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    return outcome.stderr.splitlines()[-1]


class TestOneGate:
    def test_both_kinds_of_findings_are_in_the_report(self, sfgov: Sfgov) -> None:
        for words in (
            ("import", "pmd.sarif"),
            ("import", ".", "pmd.sarif"),
            ("check", "--import", "pmd.sarif"),
        ):
            outcome = sfgov(*words, "-f", "json")
            assert (outcome.exit_code, outcome.stderr) == (1, "")
            assert counting(outcome) == [OURS, THEIRS]

    def test_theirs_alone_fail_it(self, sfgov: Sfgov) -> None:
        Path(LOOP).unlink()

        assert sfgov("check").exit_code == 0
        outcome = sfgov("import", "pmd.sarif")
        assert outcome.exit_code == 1
        assert outcome.stdout.splitlines()[0] == (
            "force-app/classes/Other.cls:3:5: high pmd/Unused Unused: Avoid Unused"
        )
        assert sfgov("import", "pmd.sarif", "--fail-on", "critical").exit_code == 0

    def test_several_logs_and_an_org_elsewhere(self, sfgov: Sfgov, tmp_path: Path) -> None:
        sarif_logs.write(
            Path("flow.json"), flow_scanner("force-app/flows/F.flow-meta.xml", ("MissingFault", "Get", 2))
        )
        analyzer = code_analyzer(f"{tmp_path}/repository/", result("ApexDoc", LOOP, 1), severity=4)
        sarif_logs.write(Path("ca.sarif"), analyzer)

        outcome = sfgov("import", "pmd.sarif", "flow.json", "--import", "ca.sarif", "force-app", "-f", "json")

        assert [check for check, _, _ in counting(outcome)] == [
            "pmd/ApexDoc", "APX001", "pmd/Unused", "lightning-flow-scanner/MissingFault"
        ]  # fmt: skip
        assert counting(outcome)[2][1] == "classes/Other.cls"

    @pytest.mark.parametrize("name", sorted(FORMATS))
    def test_every_report_has_them(self, sfgov: Sfgov, name: str) -> None:
        outcome = sfgov("import", "pmd.sarif", "-qq", "-f", f"{name}=report")

        assert outcome.exit_code == 1
        assert "pmd/Unused" in Path("report").read_text("utf-8")

    def test_our_sarif_with_theirs_in_it_is_valid_and_can_be_read_again(self, sfgov: Sfgov) -> None:
        sfgov("import", "pmd.sarif", "-qq", "-f", "sarif=both.sarif")

        schema = json.loads((Path(__file__).parents[1] / "report/schemas/sarif-2.1.0.json").read_bytes())
        jsonschema.validators.validator_for(schema)(schema).validate(
            json.loads(Path("both.sarif").read_bytes())
        )
        again = sfgov("import", "both.sarif", "-f", "json")
        assert counting(again)[:2] == [OURS, ("sfgov/APX001", LOOP, 4)]

    def test_whatever_is_selected_they_run_unless_they_are_ignored(self, sfgov: Sfgov) -> None:
        def codes(*words: str) -> list[str]:
            return [check for check, _, _ in counting(sfgov("import", "pmd.sarif", "-f", "json", *words))]

        assert codes("--select", "DEL001") == ["pmd/Unused"]
        assert codes("--ruleset", "minimal") == ["pmd/Unused"]
        for name in ("pmd/Unused", "PMD/unused", "pmd/"):
            assert codes("--ignore", name) == ["APX001"]


class TestPolicy:
    """`sfgov.yml` names rules of other tools, whether their log is at hand or not."""

    def policy(self, text: str) -> None:
        Path("sfgov.yml").write_text(f"select: [APX001]\n{text}")

    def test_ignored(self, sfgov: Sfgov) -> None:
        for name in ("pmd/Unused", "pmd/"):
            self.policy(f"ignore: [{name}]\n")
            assert counting(sfgov("import", "pmd.sarif", "-f", "json")) == [OURS]
            assert counting(sfgov("check", "-f", "json")) == [OURS]

    def test_another_severity(self, sfgov: Sfgov) -> None:
        self.policy("checks: {pmd/Unused: {severity: low}}\n")
        found = json.loads(sfgov("import", "pmd.sarif", "-f", "json").stdout)["findings"]
        assert [one["severity"] for one in found] == ["medium", "low"]
        assert sfgov("check").exit_code == 0
        self.policy("checks: {pmd/Unused: {most: 3}}\n")
        assert sfgov("check").stderr.startswith('sfgov.yml:2: unknown key "most"; known here: severity\n')

    @pytest.mark.parametrize("name", ["pmd/Unused", "PMD/UNUSED", "pmd/"])
    def test_waived(self, sfgov: Sfgov, name: str) -> None:
        self.policy(
            f"waivers:\n  - {{check: {name}, component: 'ApexClass:Other', owner: jane, reason: r, expires: 2999-01-01}}\n"
            "waiver_limits: {max_days: 999999}\n"
        )
        outcome = sfgov("import", "pmd.sarif", "-f", "json")
        assert statuses(outcome) == [("APX001", "new"), ("pmd/Unused", "waived")]
        # Without the log nobody can tell whether the waiver is of use.
        assert statuses(sfgov("check", "-f", "json")) == [("APX001", "new")]

    def test_a_waiver_that_covers_nothing_any_more(self, sfgov: Sfgov) -> None:
        self.policy(
            "waivers:\n  - {check: pmd/Unused, component: 'ApexClass:Loop', owner: jane, reason: r, expires: 2999-01-01}\n"
            "waiver_limits: {max_days: 999999}\n"
        )
        assert ("SFG010", "sfgov.yml", 3) in counting(sfgov("import", "pmd.sarif", "-f", "json"))

    def test_a_name_without_the_tool_is_unknown(self, sfgov: Sfgov) -> None:
        self.policy("ignore: [Unused]\n")
        assert sfgov("import", "pmd.sarif").stderr.startswith('sfgov.yml:2: ignore: unknown check "Unused"')

    def test_a_comment_in_the_code(self, sfgov: Sfgov) -> None:
        text = Path(THEIRS[1]).read_text()
        Path(THEIRS[1]).write_text(text.replace("'x';", "'x'; // sfgov: ignore[pmd/Unused] kept for later"))

        assert statuses(sfgov("import", "pmd.sarif", "-f", "json"))[1] == ("pmd/Unused", "suppressed")
        assert statuses(sfgov("check", "-f", "json")) == [("APX001", "new")]


def test_a_baseline_knows_them(sfgov: Sfgov) -> None:
    written = sfgov("baseline", "write", "known.json", "--import", "pmd.sarif")
    assert written.stdout == "known.json: 2 findings, 2 new, 0 gone.\n"

    assert sfgov("import", "pmd.sarif", "--baseline", "known.json").exit_code == 0
    moved = pmd(Path.cwd(), ("Unused", THEIRS[1], 3), ("Unused", LOOP, 2))
    sarif_logs.write(Path("pmd.sarif"), moved)
    outcome = sfgov("import", "pmd.sarif", "--baseline", "known.json", "-f", "json")
    assert (outcome.exit_code, counting(outcome)) == (1, [("pmd/Unused", LOOP, 2)])
    assert sfgov("baseline", "diff", "known.json", "--import", "pmd.sarif").stdout == (
        "+ pmd/Unused ApexClass:Loop voidm(List<Account>all){\n"
    )
    # A run without the log says nothing of its entries.
    assert "SFG012" not in sfgov("check", "--baseline", "known.json").stdout
    sarif_logs.write(Path("pmd.sarif"), pmd(Path.cwd(), ("Unused", LOOP, 2)))
    assert "SFG012" in sfgov("import", "pmd.sarif", "--baseline", "known.json").stdout


class TestAgainstABase:
    """Of the earlier state there is no log: what stands on a line that was there, was there."""

    def outcome(self, sfgov: Sfgov, *found: tuple[str, str, int]) -> list[tuple[str, str]]:
        sarif_logs.write(Path("pmd.sarif"), pmd(Path.cwd(), *found))
        return statuses(sfgov("import", "pmd.sarif", "--diff-base", "main", "-f", "json"))

    def test_only_lines_that_are_new_count(self, sfgov: Sfgov, repository: Repository) -> None:
        repository.git("switch", "--quiet", "--create", "feature")
        text = Path(THEIRS[1]).read_text()
        Path(THEIRS[1]).write_text(text.replace("    void m", "    // new\n    void m"))

        assert self.outcome(sfgov, ("A", THEIRS[1], 2), ("B", THEIRS[1], 3), ("C", LOOP, 1)) == [
            ("pmd/C", "baseline"),
            ("APX001", "baseline"),
            ("pmd/A", "new"),
            ("pmd/B", "baseline"),
        ]

    def test_a_moved_file_brings_nothing_and_a_new_one_all(
        self, sfgov: Sfgov, repository: Repository
    ) -> None:
        repository.git("switch", "--quiet", "--create", "feature")
        moved, fresh = Path("force-app/crm/Other.cls"), Path("force-app/classes/Fresh.cls")
        moved.parent.mkdir()
        Path(THEIRS[1]).rename(moved)
        fresh.write_text("public class Fresh {}\n")
        repository.git("add", "--all")

        assert self.outcome(sfgov, ("A", moved.as_posix(), 3), ("A", fresh.as_posix(), 1)) == [
            ("pmd/A", "new"),
            ("APX001", "baseline"),
            ("pmd/A", "baseline"),
        ]

    def test_the_base_that_is_kept_is_the_same_with_and_without_logs(self, sfgov: Sfgov) -> None:
        assert sfgov("check", "--diff-base", "main").exit_code == 0
        assert self.outcome(sfgov, ("A", LOOP, 1)) == [("pmd/A", "baseline"), ("APX001", "baseline")]


class TestWhatCannotBeImported:
    def test_no_log(self, sfgov: Sfgov) -> None:
        assert problem(sfgov("import", "force-app")) == (
            "Error: no SARIF file among the arguments; `sfgov check` lints an org without any"
        )
        assert problem(sfgov("import")) == "Error: Missing argument 'SARIF... [PATH]...'."
        assert problem(sfgov("import", "nowhere.sarif")).startswith("Error: Invalid value for")

    def test_what_is_no_sarif(self, sfgov: Sfgov) -> None:
        write_files(Path(), {"pmd.xml": "<pmd/>"})
        assert problem(sfgov("import", "pmd.xml")).startswith(
            "Error: pmd.xml is no SARIF 2.1.0 log: JSON is malformed"
        )
        assert problem(sfgov("check", "--import", "nowhere.sarif")) == (
            "Error: nowhere.sarif cannot be read: No such file or directory"
        )

    def test_what_is_left_out_is_told(self, sfgov: Sfgov) -> None:
        sarif_logs.write(Path("x.sarif"), log(run("x", result("R", "/elsewhere/Nowhere.cls"))))
        said = "x.sarif: 1 result left out: their files are not in the org.\n"

        assert sfgov("import", "x.sarif").stderr == said
        assert sfgov("import", "x.sarif", "-q").stderr == ""

    def test_hostile_text_stays_text(self, sfgov: Sfgov) -> None:
        text = "::error::x \x1b[31m ##vso[task.complete] </script>\u202e"
        sarif_logs.write(
            Path("x.sarif"), log(run("::error::\n", result("R\u202e\x1b</script>", LOOP, 1, text=text)))
        )

        for name in ("console", "github", "azure", "html", "markdown"):
            sfgov("import", "x.sarif", "-qq", "-f", f"{name}=out")
            written = Path("out").read_text("utf-8")
            assert "\x1b" not in written
            assert "\u202e" not in written
            if name == "html":
                assert "x \\x1b[31m" in written
                assert written.count("</script>") == written.count("<script")
            else:
                assert "##vso[task.complete" not in written
                assert not any(line.startswith("::error::") for line in written.splitlines())
