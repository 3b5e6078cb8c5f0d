"""`sfgov check --diff-base`: what is kept of the base, what is annotated, and what the change lets whom do."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sfgov import engine
from sfgov.cli import main
from sfgov.report import FORMATS
from tests.delete_orgs import DELETES, bundle, entry, group, switch
from tests.git_repository import Repository

Sfgov = Callable[..., Result]
CLASSES = "force-app/main/default/classes"
SETS = "force-app/main/default/permissionsets"
LOOP = "public class {name} {{\n  void m(List<Account> all) {{\n    for (Account a : all) {{\n      update a;\n    }}\n  }}\n}}\n"
TODAY = datetime.datetime.now(datetime.UTC).date()


def placed(files: dict[str, str]) -> dict[str, str]:
    return {f"force-app/main/default/{path}": text for path, text in files.items()}


BASE = {
    "sfdx-project.json": '{"packageDirectories": [{"path": "force-app", "default": true}]}',
    "sfgov.yml": "select: [APX001, DEL001]\ndelete: {never: [Invoice__c]}\n",
    f"{CLASSES}/Old.cls": LOOP.format(name="Old"),
    f"{CLASSES}/Gone.cls": LOOP.format(name="Gone"),
    **placed(
        bundle(
            "permissionsets",
            "Sales",
            entry("Invoice__c", "allowRead"),
            switch("userPermissions", "ViewSetup"),
        )
    ),
}


@pytest.fixture
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SFGOV_CACHE_DIR", str(tmp_path / "caches"))
    return tmp_path / "caches"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caches: Path) -> Repository:
    repository = Repository(tmp_path / "repository")
    monkeypatch.chdir(repository.folder)
    for name in ("CI", "GITHUB_ACTIONS", "TF_BUILD", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    repository.commit(BASE)
    repository.git("switch", "--quiet", "--create", "feature")
    return repository


@pytest.fixture
def change(repository: Repository) -> None:
    """A new loop, an old one that is gone, a right more and a permission less."""
    Path(CLASSES, "Gone.cls").unlink()
    repository.commit(
        {f"{CLASSES}/New.cls": LOOP.format(name="New")}
        | placed(bundle("permissionsets", "Sales", entry("Invoice__c", *DELETES)))
    )


def sfgov(*words: str) -> Result:
    return CliRunner().invoke(main, ["check", "--diff-base", "main", *words], prog_name="sfgov")


def report(*words: str) -> Any:
    return json.loads(sfgov("-f", "json", *words).stdout)


def new(found: Any) -> list[str]:
    return [
        f"{one['check']} {one['path']}:{one['line']}" for one in found["findings"] if one["status"] == "new"
    ]


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The titles of the projects that the engine was asked about."""
    asked: list[str] = []
    real = engine.run

    def counting(project: Any, *words: Any, **settings: Any) -> Any:
        asked.append("base" if settings.get("own") else "head")
        return real(project, *words, **settings)

    monkeypatch.setattr(engine, "run", counting)
    return asked


@pytest.mark.usefixtures("change")
class TestKept:
    def test_the_base_is_looked_at_once(self, runs: list[str]) -> None:
        first, second = report(), report()

        assert runs == ["head", "base", "head"]
        assert first == second
        assert new(first) == [f"APX001 {CLASSES}/New.cls:4", f"DEL001 {SETS}/Sales.permissionset-meta.xml:2"]

    def test_no_cache_looks_anew_and_keeps_nothing(self, runs: list[str], caches: Path) -> None:
        report("--no-cache")
        assert not caches.exists()
        report()
        report("--no-cache")

        assert runs == ["head", "base"] * 3

    def test_every_report_has_the_same_bytes(self, tmp_path: Path) -> None:
        def reports(folder: str, *words: str) -> dict[str, bytes]:
            out = tmp_path / folder
            out.mkdir()
            formats = [word for name in FORMATS for word in ("-f", f"{name}={out / name}")]
            assert sfgov("-qq", *formats, *words).exit_code == 1
            return {file.name: file.read_bytes() for file in out.iterdir()}

        without, filling, kept = reports("a", "--no-cache"), reports("b"), reports("c")

        assert set(without) == set(FORMATS)
        assert without == filling == kept

    def test_a_damaged_entry_is_made_again(self, runs: list[str], caches: Path) -> None:
        first = report()
        for file in caches.iterdir():
            file.write_bytes(b"sfgov-kept 1\n" + b"\0" * 1000)

        assert report() == first
        assert report() == first
        assert runs == ["head", "base", "head", "base", "head"]

    def test_another_policy_is_another_look(self, runs: list[str]) -> None:
        report()
        Path("sfgov.yml").write_text("select: [APX001]\n")

        assert new(report()) == [f"APX001 {CLASSES}/New.cls:4"]
        assert runs == ["head", "base"] * 2

    def test_a_folder_that_a_change_could_fill_is_not_used(
        self, runs: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SFGOV_CACHE_DIR", ".sfgov_cache")
        report()
        report()

        assert runs == ["head", "base"] * 2
        assert not Path(".sfgov_cache").exists()

    def test_nothing_of_the_org_lies_open_in_the_folder(self, caches: Path) -> None:
        report()

        (file,) = caches.iterdir()
        assert b"Sales" not in file.read_bytes()

    def test_a_check_that_crashed_on_the_base_is_asked_again(self, runs: list[str]) -> None:
        Path("house").mkdir()
        Path("house", "crash.py").write_text(
            "from sfgov import Severity, check\n\n"
            '@check("HOU001", "crash", Severity.LOW, reads=())\ndef crash(org):\n    """Rule."""\n'
            "    if any(org.index.components()):\n        yield 1 / 0\n"
        )
        words = ("--checks", "house", "--select", "HOU001")

        assert [sfgov(*words).exit_code for _ in range(2)] == [2, 2]
        assert runs == ["head", "base"] * 2


class TestShow:
    """The change brings a loop on a line of its own, touches an old one, and opens a hole in a file that stays."""

    @pytest.fixture(autouse=True)
    def hole(self, repository: Repository) -> None:
        muting = Path("force-app/main/default/mutingpermissionsets/Less.mutingpermissionset-meta.xml")
        less = bundle("mutingpermissionsets", "Less", entry("Invoice__c", "allowDelete"))
        sets = bundle("permissionsets", "Sales", entry("Invoice__c", *DELETES)) | group(
            "Team", "Sales", mute="Less"
        )
        loud = LOOP.format(name="Loud").replace("update a;", "update a; // sfgov: ignore[APX001] few")
        policy = (
            BASE["sfgov.yml"].replace("]}", "], members_only: [Sales]}")
            + "checks: {APX001: {severity: high}}\n"
        )
        repository.commit(
            placed(sets | less) | {"sfgov.yml": policy, f"{CLASSES}/Loud.cls": "// one\n" + loud}
        )
        repository.git("branch", "--force", "main")
        muting.write_text(muting.read_text().replace("true", "false"))
        repository.commit(
            {
                f"{CLASSES}/New.cls": LOOP.format(name="New"),
                f"{CLASSES}/Old.cls": LOOP.format(name="Old") + "// touched\n",
            }
        )

    def annotated(self, form: str, *words: str) -> list[str]:
        lines = sfgov("-f", form, *words).stdout.splitlines()
        return [line for line in lines if line.startswith(("::", "##vso"))]

    @pytest.mark.parametrize("form", ["github", "azure"])
    def test_what_is_annotated(self, form: str) -> None:
        group_, loop = self.annotated(form)
        assert "Team.permissionsetgroup-meta.xml" in group_
        assert "New.cls" in loop

        assert self.annotated(form, "--show", "all") == [group_, loop]
        assert self.annotated(form, "--show", "file") == [loop]
        assert self.annotated(form, "--show", "added") == [loop]

    def test_a_line_that_stays_in_a_file_that_was_touched(self) -> None:
        loud = Path(CLASSES, "Loud.cls")
        loud.write_text(loud.read_text().replace("// one\n", ""))
        repository = Repository(Path())
        text = loud.read_text().replace(" // sfgov: ignore[APX001] few", "")
        loud.write_text("// sfgov: file-ignore[APX001] few\n" + text)
        repository.commit()
        repository.git("branch", "--force", "main")
        loud.write_text(text)

        (line,) = self.annotated("github", "--show", "file")
        assert line.startswith(f"::error file={CLASSES}/Loud.cls,line=4,")
        assert self.annotated("github", "--show", "added") == []

    def test_the_log_says_what_is_left_out(self) -> None:
        _, compared, said = sfgov("-f", "github", "--show", "file").stdout.splitlines()

        assert compared.startswith("sfgov: Against main (")
        assert said == f"sfgov: {LEFT_OUT}"

    def test_comments_of_reviewdog(self) -> None:
        result = sfgov("-f", "rdjson", "--show", "added")

        diagnostics = json.loads(result.stdout)["diagnostics"]
        assert [one["location"]["path"] for one in diagnostics] == [f"{CLASSES}/New.cls"]
        assert result.stderr.splitlines()[1:] == [f"rdjson report: {LEFT_OUT}"]
        assert sfgov("-f", "rdjson", "--show", "added", "-q").stderr == ""

    def test_neither_the_gate_nor_a_count_nor_another_report_depends_on_it(self) -> None:
        Path(CLASSES, "New.cls").unlink()

        assert sfgov("--show", "added").exit_code == sfgov().exit_code == 1
        for form in sorted(set(FORMATS) - {"github", "azure", "rdjson", "html"}):
            assert sfgov("-f", form, "--show", "added").stdout == sfgov("-f", form).stdout

    def test_it_needs_a_base(self) -> None:
        result = CliRunner().invoke(main, ["check", "--show", "added"])

        assert result.exit_code == 2
        assert result.stderr.endswith(
            "Error: --show added needs --diff-base: without a base nothing is known of what changed\n"
        )


LEFT_OUT = (
    "1 finding that counts lies outside of what is annotated (--show); the other reports have them all."
)


class TestOwnPolicy:
    """What the policy's own waivers and names are is judged against the policy as it was."""

    WAIVER = '- {{check: APX001, component: "ApexClass:{}", owner: jane, reason: r, expires: {}}}'

    def policy(self, *waivers: str, more: str = "") -> str:
        return BASE["sfgov.yml"] + more + "waivers:\n" + "".join(f"  {one}\n" for one in waivers)

    def waiver(self, name: str, days: int) -> str:
        return self.WAIVER.format(name, TODAY + datetime.timedelta(days=days))

    @pytest.mark.usefixtures("repository")
    def test_what_a_change_does_to_waivers_counts(self) -> None:
        Path("sfgov.yml").write_text(self.policy(self.waiver("Nothing", 9), self.waiver("Old", 999)))

        assert new(report()) == ["SFG002 sfgov.yml:4", "SFG010 sfgov.yml:4", "SFG014 sfgov.yml:5"]

    def test_what_was_wrong_with_them_before_does_not(self, repository: Repository) -> None:
        wrong = (self.waiver("Nothing", 9), self.waiver("Old", 999), self.waiver("Gone", -9))
        repository.commit({"sfgov.yml": self.policy(*wrong)})
        repository.git("branch", "--force", "main")
        Path("sfgov.yml").write_text(self.policy(*wrong, more="# moved\n"))

        assert new(report()) == []

    def test_a_waiver_that_is_taken_away_brings_its_finding_back(self, repository: Repository) -> None:
        repository.commit({"sfgov.yml": self.policy(self.waiver("Old", 9))})
        repository.git("branch", "--force", "main")
        assert new(report()) == []
        repository.commit({"sfgov.yml": BASE["sfgov.yml"]})

        assert new(report()) == [f"APX001 {CLASSES}/Old.cls:4"]

    @pytest.mark.usefixtures("repository")
    def test_a_name_that_the_change_gets_wrong_counts(self) -> None:
        Path("sfgov.yml").write_text(BASE["sfgov.yml"] + "principals: {admin: {permission_sets: [Salse]}}\n")

        assert new(report()) == ["SFG002 sfgov.yml:3"]

    @pytest.mark.parametrize("before", [None, "select: [APX001\n", "rulset: strict\n"])
    def test_a_policy_that_could_not_be_used_before(self, repository: Repository, before: str | None) -> None:
        Path("sfgov.yml").unlink()
        repository.commit({} if before is None else {"sfgov.yml": before})
        repository.git("branch", "--force", "main")
        Path("sfgov.yml").write_text(self.policy(self.waiver("Old", 999)))

        assert new(report()) == ["SFG014 sfgov.yml:4"]


class TestAccess:
    """What the change lets whom do, from one commit to the other."""

    def changes(self, *words: str) -> list[str]:
        return [
            f"{one['bundle']} {one['name']} +{','.join(one['gained'])} -{','.join(one['lost'])}"
            for one in report(*words)["access"]["changes"]
        ]

    @pytest.mark.usefixtures("change")
    def test_one_more_right_and_one_less(self) -> None:
        found = report()["access"]

        assert found == {
            "gained": 2,
            "lost": 1,
            "left_out": 0,
            "changes": [
                {
                    "bundle": "PermissionSet:Sales",
                    "bundle_is": "changed",
                    "kind": "userPermissions",
                    "name": "ViewSetup",
                    "gained": [],
                    "lost": ["enabled"],
                    "certain": True,
                    "path": "",
                    "line": 0,
                },
                {
                    "bundle": "PermissionSet:Sales",
                    "bundle_is": "changed",
                    "kind": "objectPermissions",
                    "name": "Invoice__c",
                    "gained": ["allowEdit", "allowDelete"],
                    "lost": [],
                    "certain": True,
                    "path": f"{SETS}/Sales.permissionset-meta.xml",
                    "line": 2,
                },
            ],
        }
        assert "access" not in json.loads(CliRunner().invoke(main, ["check", "-f", "json"]).stdout)

    @pytest.mark.usefixtures("repository")
    def test_moving_and_reformatting_changes_nothing(self) -> None:
        old = Path(SETS, "Sales.permissionset-meta.xml")
        moved = Path("force-app", "crm", "permissionsets", old.name)
        moved.parent.mkdir(parents=True)
        moved.write_text(old.read_text().replace("><", ">\n\t<"))
        old.unlink()

        assert self.changes() == []

    def test_a_group_that_changes_hands_and_a_muting_set_that_goes(self, repository: Repository) -> None:
        less = bundle("mutingpermissionsets", "Less", entry("Invoice__c", "allowDelete"))
        sets = bundle("permissionsets", "Sales", entry("Invoice__c", *DELETES)) | group(
            "Team", "Sales", mute="Less"
        )
        repository.commit(placed(sets | less))
        repository.git("branch", "--force", "main")

        repository.commit(placed(group("Team", "Sales")))
        assert self.changes() == ["PermissionSetGroup:Team Invoice__c +allowDelete -"]

    def test_an_org_that_was_not_there_before(self, repository: Repository) -> None:
        repository.commit(
            {
                f"second/{path}": text
                for path, text in bundle("profiles", "New", entry("Case", *DELETES)).items()
            }
        )

        found = json.loads(sfgov("second", "-f", "json").stdout)["access"]["changes"]
        assert [(one["bundle"], one["bundle_is"], one["gained"]) for one in found] == [
            ("Profile:New", "new", ["allowEdit", "allowDelete"])
        ]

    @pytest.mark.usefixtures("change")
    def test_people_read_it_in_words(self) -> None:
        lines = sfgov().stdout.splitlines()

        start = lines.index("Access: 2 rights gained, 1 lost.")
        assert lines[start + 1 : start + 3] == [
            "  PermissionSet Sales loses the user permission ViewSetup",
            f"  PermissionSet Sales gains edit, delete on Invoice__c ({SETS}/Sales.permissionset-meta.xml:2)",
        ]
        assert not any(line.startswith("Access:") for line in sfgov("-q").stdout.splitlines())
        assert (
            "### What the change lets whom do\n\n2 rights gained, 1 lost.\n" in sfgov("-f", "markdown").stdout
        )
