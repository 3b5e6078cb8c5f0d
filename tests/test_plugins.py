"""Checks come through one door, from packages and from folders; what cannot be loaded says why."""

import re
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from sfgov.plugins import PluginError, checks_in, load_checks

CHECK = '''
from sfgov import Severity, check

@check("{code}", "{name}", Severity.LOW, reads=())
def one():
    """Rule."""
    yield from ()
'''


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    made = tmp_path / "own checks"
    made.mkdir()
    return made.relative_to(tmp_path)


def put(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(dedent(text), "utf-8")


def put_check(folder: Path, name: str, code: str = "OWN001", called: str = "own-rule") -> None:
    put(folder, name, CHECK.format(code=code, name=called))


def refusal(folder: Path) -> str:
    with pytest.raises(PluginError) as caught:
        checks_in(folder)
    return str(caught.value)


def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, entry: str) -> None:
    """As pip would leave a plugin that offers checks by `entry`."""
    info = tmp_path / "acme_checks-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-checks\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[sfgov.checks]\n{entry}\n")
    monkeypatch.syspath_prepend(tmp_path)


class TestPackages:
    def test_the_built_in_checks_come_through_the_same_door(self) -> None:
        found = load_checks()
        assert [one.code for one in found] == sorted(one.code for one in found)
        assert {"DEL002", "APX001", "SFG001"} <= {one.code for one in found}

    def test_a_package_is_searched_through_all_its_modules(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        deep = tmp_path / "acme_found" / "deep"
        deep.mkdir(parents=True)
        put(tmp_path / "acme_found", "__init__.py", "from acme_found.deep.rule import one")
        put(deep, "__init__.py", "")
        put_check(deep, "rule.py", "ACM001")
        installed(monkeypatch, tmp_path, "acme = acme_found")
        assert [one.code for one in load_checks() if one.pack == "ACM"] == ["ACM001"]

    def test_a_package_that_is_not_there(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        installed(monkeypatch, tmp_path, "acme = acme_nowhere")
        with pytest.raises(PluginError) as caught:
            load_checks()
        assert str(caught.value) == (
            "the plugin \"acme\": cannot be imported: ModuleNotFoundError: No module named 'acme_nowhere'"
        )

    def test_a_package_that_fails(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        put(tmp_path, "acme_broken.py", "import sfgov\nsfgov.nothing")
        installed(monkeypatch, tmp_path, "acme = acme_broken")
        with pytest.raises(PluginError) as caught:
            load_checks()
        assert str(caught.value) == (
            'the plugin "acme": cannot be imported: '
            "AttributeError: module 'sfgov' has no attribute 'nothing' (acme_broken.py:2)"
        )


class TestFolders:
    def test_the_checks_of_a_folder_are_added(self, folder: Path) -> None:
        put_check(folder, "rule.py")
        codes = [one.code for one in load_checks(folder)]
        assert "OWN001" in codes
        assert codes == sorted(codes)

    def test_checks_come_by_code_whatever_the_files_are_called(self, folder: Path) -> None:
        put_check(folder, "a.py", "OWN002", "second")
        put_check(folder, "b-with-hyphen.py", "OWN001", "first")
        assert [one.code for one in checks_in(folder)] == ["OWN001", "OWN002"]

    def test_tests_and_private_files_are_left_alone(self, folder: Path) -> None:
        put_check(folder, "rule.py")
        for name in ("test_rule.py", "rule_test.py", "conftest.py", "_private.py", "__init__.py"):
            put(folder, name, "raise SystemExit('must not be run')")
        assert [one.code for one in checks_in(folder)] == ["OWN001"]

    def test_files_share_code_by_relative_imports(self, folder: Path) -> None:
        put(folder, "_shared.py", "CODE = 'OWN007'")
        put(folder, "rule.py", "from ._shared import CODE\n" + CHECK.format(code="OWN007", name="x"))
        assert [one.code for one in checks_in(folder)] == ["OWN007"]

    def test_nothing_is_put_on_the_import_path(self, folder: Path) -> None:
        put_check(folder, "rule.py")
        before = list(sys.path)
        checks_in(folder)
        assert sys.path == before
        assert "rule" not in sys.modules

    def test_two_folders_may_hold_files_of_one_name(self, folder: Path) -> None:
        other = Path("others")
        other.mkdir()
        put_check(folder, "rule.py", "OWN001")
        put_check(other, "rule.py", "OTH001")
        assert [one.code for one in (*checks_in(folder), *checks_in(other))] == ["OWN001", "OTH001"]

    def test_a_folder_that_is_not_there(self) -> None:
        assert refusal(Path("nowhere")) == "nowhere: there is no such folder of checks"

    def test_a_folder_without_checks(self, folder: Path) -> None:
        put(folder, "rule.py", "def rule(org): ...")
        assert refusal(folder) == (
            "own checks: no check in this folder; a check is a function under @check in a *.py file"
        )

    def test_a_file_that_is_no_python(self, folder: Path) -> None:
        put(folder, "rule.py", "import sfgov\ndef rule(:\n")
        assert (
            refusal(folder) == "own checks/rule.py: cannot be imported: invalid syntax (own checks/rule.py:2)"
        )

    def test_a_file_that_fails(self, folder: Path) -> None:
        put(folder, "rule.py", "x = 1\n\nx.y\n")
        assert refusal(folder) == (
            "own checks/rule.py: cannot be imported: "
            "AttributeError: 'int' object has no attribute 'y' (own checks/rule.py:3)"
        )

    def test_a_file_that_ends_the_program(self, folder: Path) -> None:
        put(folder, "rule.py", "import sys\nsys.exit('bye')\n")
        assert (
            refusal(folder)
            == "own checks/rule.py: cannot be imported: SystemExit: bye (own checks/rule.py:2)"
        )

    def test_a_bad_code_points_at_the_check(self, folder: Path) -> None:
        put_check(folder, "rule.py", "own1")
        told = refusal(folder)
        assert told.startswith(
            "own checks/rule.py: cannot be imported: ValueError: 'own1' is not a check code"
        )
        assert re.search(r" \(own checks/rule\.py:\d+\)$", told)


class TestDuplicates:
    def test_two_checks_of_one_code_name_both_files(self, folder: Path) -> None:
        put_check(folder, "a.py", "OWN001", "first")
        put_check(folder, "b.py", "OWN001", "second")
        assert refusal(folder) == "two checks are called OWN001: own checks/a.py:4 and own checks/b.py:4"

    def test_two_checks_of_one_name(self, folder: Path) -> None:
        put_check(folder, "a.py", "OWN001", "same")
        put_check(folder, "b.py", "OWN002", "same")
        assert refusal(folder) == "two checks are called same: own checks/a.py:4 and own checks/b.py:4"

    def test_a_built_in_code_is_taken(self, folder: Path) -> None:
        put_check(folder, "a.py", "DEL002", "mine")
        with pytest.raises(
            PluginError, match=r"^two checks are called DEL002: .*sfgov_checks/delete/.* and own checks/a"
        ):
            load_checks(folder)

    def test_a_check_that_is_imported_elsewhere_is_one_check(self, folder: Path) -> None:
        put_check(folder, "a.py")
        put(folder, "b.py", "from .a import one\nagain = one")
        assert [one.code for one in checks_in(folder)] == ["OWN001"]
