"""`sfgov check`: what it writes where, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from sfgov.line_hash import line_hashes
from sfgov.testing import write_files

Sfgov = Callable[..., Result]
FINDING = (
    "permissionsets/Sales.permissionset-meta.xml:4:1: high HOU001 modify-all: Sales grants Modify All Data.\n"
    "  Fix: Take it away.\n"
)


def problem(result: Result) -> str:
    """The message of a command that could not do its work."""
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    return result.stderr.removeprefix(
        "Usage: sfgov check [OPTIONS] [PATH]...\nTry 'sfgov check --help' for help.\n\n"
    )


class TestExitCode:
    def test_a_finding_fails_the_gate(self, check: Sfgov) -> None:
        result = check()
        assert (result.exit_code, result.stderr) == (1, "")
        assert result.stdout.startswith(FINDING)
        assert result.stdout.endswith("FAILED: 1 new finding fails the gate at high.\n")

    @pytest.mark.parametrize("severity", ["critical", "never"])
    def test_below_fail_on_it_passes(self, check: Sfgov, severity: str) -> None:
        assert check("--fail-on", severity).exit_code == 0

    @pytest.mark.parametrize("severity", ["high", "medium", "low", "info"])
    def test_at_or_above_fail_on_it_fails(self, check: Sfgov, severity: str) -> None:
        assert check("--fail-on", severity).exit_code == 1

    def test_exit_zero(self, check: Sfgov) -> None:
        result = check("--exit-zero")
        assert result.exit_code == 0
        assert "FAILED" in result.stdout

    def test_a_crashed_check_is_2_whatever_was_found(self, check: Sfgov) -> None:
        write_files(
            Path(),
            {
                "house/crash.py": '''
                from sfgov import Severity, check

                @check("HOU002", "crash", Severity.LOW, reads=())
                def crash(org):
                    """Rule."""
                    yield 1 / 0
                '''
            },
        )
        result = check("--select", "HOU002", "--exit-zero")
        assert result.exit_code == 2
        assert "HOU002 crash crashed" in result.stdout
        assert "Sales grants Modify All Data." in result.stdout
        assert "Traceback" not in result.output

    def test_the_policy_file_says_when_the_gate_fails(self, check: Sfgov) -> None:
        Path("sfgov.yml").write_text("fail_on: critical\n")
        assert check().exit_code == 0
        assert check("--fail-on", "high").exit_code == 1
        Path("sfgov.yml").write_text("fail_on: never\n")
        assert check().exit_code == 0

    def test_a_waiver_and_a_milder_severity_pass_the_gate(self, check: Sfgov) -> None:
        Path("sfgov.yml").write_text(
            "waivers: [{check: HOU, component: 'PermissionSet:Sales', owner: jane, reason: r, expires: 2999-01-01}]\n"
        )
        assert check().exit_code == 0
        Path("sfgov.yml").write_text("checks: {HOU001: {severity: medium}}\n")
        assert check().exit_code == 0
        Path("sfgov.yml").write_text("checks: {modify-all: {severity: critical}}\n")
        assert "critical HOU001" in check().stdout


class TestReports:
    def test_a_page_too_large_for_mail_is_warned_of(
        self, check: Sfgov, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert check("-f", "html=out.html").stderr == "html report: out.html\n"
        monkeypatch.setattr("sfgov.cli.outputs.HEAVY", 10_000)
        assert check("-f", "html=out.html").stderr == (
            "out.html has 0 MB, too much for most mails; a smaller --ruleset, --select or a baseline make it shorter\n"
            "html report: out.html\n"
        )
        assert check("-f", "json=out.json").stderr == "json report: out.json\n"

    def test_several_files_and_the_console(self, check: Sfgov, folder: Path) -> None:
        result = check("-f", "json=out.json", "-f", "sarif=out.sarif", "--format=html=out.html")
        assert result.stdout.startswith(FINDING)
        assert result.stderr == "json report: out.json\nsarif report: out.sarif\nhtml report: out.html\n"
        assert json.loads((folder / "out.json").read_bytes())["findings"][0]["line"] == 4
        assert json.loads((folder / "out.sarif").read_bytes())["version"] == "2.1.0"
        assert (folder / "out.html").read_text("utf-8").startswith("<!DOCTYPE html>")

    def test_a_machine_format_has_stdout_for_itself(self, check: Sfgov) -> None:
        result = check("-f", "json", "-f", "junit=out.xml")
        assert json.loads(result.stdout)["summary"]["gate"] == "failed"
        assert result.stderr == "junit report: out.xml\n"

    def test_the_console_report_in_a_file(self, check: Sfgov, folder: Path) -> None:
        check("-f", "console=out.txt")
        assert (folder / "out.txt").read_text("utf-8").startswith(FINDING)

    def test_a_dash_is_stdout(self, check: Sfgov) -> None:
        assert json.loads(check("-f", "json=-").stdout)["version"] == 1

    def test_a_report_replaces_an_older_one(self, check: Sfgov, folder: Path) -> None:
        (folder / "out.json").write_text("x" * 100_000)
        check("-f", "json=out.json")
        assert json.loads((folder / "out.json").read_bytes())["version"] == 1

    def test_lines_end_as_written_and_text_is_utf_8(self, check: Sfgov, folder: Path) -> None:
        renamed = folder / "org" / "permissionsets" / "Vertrieb Süd 😀.permissionset-meta.xml"
        (folder / "org" / "permissionsets" / "Sales.permissionset-meta.xml").rename(renamed)
        check("-f", "json=out.json")
        data = (folder / "out.json").read_bytes()
        assert b"\r" not in data
        assert json.loads(data)["findings"][0]["component"] == "PermissionSet:Vertrieb Süd 😀"

    def test_quiet_once_and_twice(self, check: Sfgov) -> None:
        once = check("-q", "-f", "json=out.json")
        assert once.stdout.startswith(FINDING)
        assert once.stderr == ""
        twice = check("-qq", "-f", "json=out.json")
        assert (twice.exit_code, twice.output) == (1, "")

    def test_two_reports_cannot_share_stdout(self, check: Sfgov) -> None:
        assert problem(check("-f", "json", "-f", "junit")) == (
            "Error: json and junit would both be written to stdout; "
            "give one of them a file of its own: -f junit=FILE\n"
        )
        assert problem(check("-f", "console", "-f", "github")) == (
            "Error: console and github would both be written to stdout; "
            "give one of them a file of its own: -f github=FILE\n"
        )

    def test_two_reports_cannot_share_a_file(self, check: Sfgov) -> None:
        assert problem(check("-f", "json=a/../out", "-f", "junit=out")) == (
            "Error: json and junit would both be written to out; give one of them a file of its own: -f junit=FILE\n"
        )

    def test_a_format_that_does_not_exist(self, check: Sfgov) -> None:
        assert problem(check("-f", "jsn=x")) == 'Error: unknown format "jsn"; did you mean "json"?\n'
        assert problem(check("-f", "pdf")).startswith(
            'Error: unknown format "pdf"; known are console, json, html, '
        )

    def test_a_file_without_a_name(self, check: Sfgov) -> None:
        assert (
            problem(check("-f", "json="))
            == 'Error: "json=" names no file; write json=FILE, or json for stdout\n'
        )


class TestWhatReadersDoNotSee:
    """What a report's reader would miss is said on stderr."""

    def test_sarif_that_was_cut(self, check: Sfgov, monkeypatch: pytest.MonkeyPatch) -> None:
        Path("org/permissionsets/Service.permissionset-meta.xml").write_bytes(
            Path("org/permissionsets/Sales.permissionset-meta.xml").read_bytes()
        )
        monkeypatch.setattr("sfgov.report.sarif.MOST_RESULTS", 1)

        result = check("-f", "sarif=out.sarif")

        assert result.stderr == (
            "sarif report: out.sarif\n"
            "sarif report: The 1 most severe of 2 findings are listed; GitHub shows no more.\n"
        )
        assert check("-f", "sarif=out.sarif", "-q").stderr == ""

    def test_sarif_that_is_whole(self, check: Sfgov) -> None:
        assert check("-f", "sarif=out.sarif").stderr == "sarif report: out.sarif\n"

    def test_sarif_has_the_hash_that_github_computes(self, check: Sfgov) -> None:
        (result,) = json.loads(check("-f", "sarif").stdout)["runs"][0]["results"]

        data = Path("org/permissionsets/Sales.permissionset-meta.xml").read_bytes()
        assert result["partialFingerprints"]["primaryLocationLineHash"] == line_hashes(data, [4])[4]


class TestOutputThatCannotBeWritten:
    """Told before the long work starts, and nothing is left behind."""

    def test_no_such_folder(self, check: Sfgov) -> None:
        assert problem(check("-f", "json=reports/out.json")) == (
            "Error: reports/out.json cannot be written: there is no folder reports\n"
        )

    def test_a_folder(self, check: Sfgov) -> None:
        assert problem(check("-f", "json=org")) == "Error: org cannot be written: Is a directory\n"

    def test_below_a_file(self, check: Sfgov, folder: Path) -> None:
        (folder / "file").touch()
        assert problem(check("-f", "json=file/out.json")) == (
            "Error: file/out.json cannot be written: there is no folder file\n"
        )

    def test_the_first_report_is_not_written_when_the_second_cannot_be(
        self, check: Sfgov, folder: Path
    ) -> None:
        (folder / "old.json").write_text("old")
        problem(check("-f", "sarif=new.sarif", "-f", "json=old.json", "-f", "junit=nowhere/out.xml"))
        assert not (folder / "new.sarif").exists()
        assert (folder / "old.json").read_text() == "old"


class TestWhatRuns:
    def checks_of(self, result: Result) -> str:
        return next(line for line in result.stdout.splitlines() if line.startswith("Read "))

    def test_names_codes_and_packs_in_lists_and_repeated(self, sfgov: Sfgov) -> None:
        for words in (
            ["--select", "HOU,DEL"],
            ["--select", "hou001", "--select", "DEL"],
            ["--select=modify-all"],
        ):
            result = sfgov("check", "org", "--checks", "house", *words)
            assert "HOU001 modify-all" in result.stdout

    def test_ignoring_it(self, sfgov: Sfgov) -> None:
        result = sfgov("check", "org", "--checks", "house", "--ignore", "HOU")
        assert "HOU001" not in result.stdout

    def test_the_ruleset(self, sfgov: Sfgov) -> None:
        result = sfgov("check", "org", "--checks", "house", "--ruleset", "minimal")
        assert "HOU001" not in result.stdout

    @pytest.mark.parametrize(
        ("words", "message"),
        [
            (("--select", "HUO001"), '--select: unknown check "HUO001"; did you mean "HOU001"?'),
            (
                ("--ignore", "HOU,modify-al"),
                '--ignore: unknown check "modify-al"; did you mean "modify-all"?',
            ),
            (("--ignore", "qqq"), '--ignore: unknown check "qqq"; `sfgov checks` lists them all'),
            (("--ignore", "HOU"), "no check is left to run: what is selected is also ignored"),
        ],
    )
    def test_what_cannot_be_selected(self, check: Sfgov, words: tuple[str, ...], message: str) -> None:
        assert problem(check(*words)) == f"Error: {message}\n"


class TestConfiguration:
    def test_the_nearest_file_holds_and_its_faults_are_all_told(self, check: Sfgov, folder: Path) -> None:
        (folder / "org" / "sfgov.yml").write_text("rulset: strict\nignore: [HUO001]\n")
        assert problem(check()) == (
            'org/sfgov.yml:1: unknown key "rulset"; did you mean "ruleset"?\n'
            'org/sfgov.yml:2: ignore: unknown check "HUO001"; did you mean "HOU001"?\n'
            "Error: 2 errors in the configuration; nothing was checked.\n"
        )

    def test_another_file(self, check: Sfgov, folder: Path) -> None:
        (folder / "sfgov.yml").write_text("broken: true\n")
        (folder / "other.yml").write_text("fail_on: never\n")
        assert check("-c", "other.yml").exit_code == 0

    def test_a_file_that_is_not_there(self, check: Sfgov) -> None:
        assert problem(check("--config", "nowhere.yml")) == (
            "nowhere.yml: cannot be read: No such file or directory\n"
            "Error: 1 error in the configuration; nothing was checked.\n"
        )

    def test_a_name_that_the_org_does_not_have_is_a_finding_at_its_line(self, check: Sfgov) -> None:
        Path("sfgov.yml").write_text("delete:\n  allow:\n    permission_sets: [Salse]\n")
        found = next(line for line in check().stdout.splitlines() if "SFG002" in line)
        assert found.startswith("../sfgov.yml:3:1: medium SFG002 bad-configuration-reference: ")
        assert found.endswith("names the permission set Salse, which is not in the org. Did you mean Sales?")

    def test_overrides_name_paths_from_the_policy_s_own_folder(self, check: Sfgov) -> None:
        Path("sfgov.yml").write_text("overrides: [{paths: [org/permissionsets/**], max_severity: low}]\n")
        assert check().exit_code == 0


class TestWhatCannotBeChecked:
    def test_a_path_that_is_not_there(self, sfgov: Sfgov) -> None:
        assert problem(sfgov("check", "nowhere")) == (
            "Error: Invalid value for '[PATH]...': Path 'nowhere' does not exist.\n"
        )

    def test_a_folder_without_metadata(self, sfgov: Sfgov, folder: Path) -> None:
        (folder / "empty").mkdir()
        assert problem(sfgov("check", "empty")).startswith("Error: empty holds no Salesforce metadata.")

    def test_an_archive_that_is_none(self, sfgov: Sfgov, folder: Path) -> None:
        (folder / "org.zip").write_bytes(b"PK not really")
        assert problem(sfgov("check", "org.zip")).startswith("Error: org.zip ")

    def test_checks_that_cannot_be_loaded(self, check: Sfgov, folder: Path) -> None:
        (folder / "house" / "broken.py").write_text("import nothing_like_it\n")
        assert problem(check()) == (
            "Error: house/broken.py: cannot be imported: "
            "ModuleNotFoundError: No module named 'nothing_like_it' (house/broken.py:1)\n"
        )


class TestWhatNext:
    """At a terminal, a first run that fails ends with what people do then."""

    @pytest.fixture(autouse=True)
    def terminal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sfgov.cli.check.at_terminal", lambda: True)

    def test_a_first_run(self, check: Sfgov) -> None:
        result = check()
        assert result.exit_code == 1
        assert "`sfgov baseline write sfgov-baseline.json`" in result.stderr
        assert "sfgov baseline" not in result.stdout

    @pytest.mark.parametrize("words", [("--fail-on", "critical"), ("--quiet",)])
    def test_nothing_to_do_or_to_say(self, check: Sfgov, words: tuple[str, ...]) -> None:
        assert check(*words).stderr == ""

    def test_whoever_has_a_baseline_knows(self, sfgov: Sfgov, check: Sfgov) -> None:
        assert (
            sfgov(
                "baseline", "write", "known.json", "org", "--checks", "house", "--select", "SFG001"
            ).exit_code
            == 0
        )
        result = check("--baseline", "known.json")
        assert (result.exit_code, result.stderr) == (1, "")
