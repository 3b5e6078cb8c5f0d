from __future__ import annotations

from pathlib import Path

import pytest

from sfgov.config import Config
from sfgov.engine import repository_prefix, run
from sfgov.identity import fingerprints
from sfgov.plugins import load_checks
from sfgov.project import open_project
from sfgov.report import FORMATS
from sfgov.report.options import Options
from sfgov.result import Run
from sfgov.selfcheck import unreadable_file
from sfgov.testing import lint, write_files
from sfgov_checks.apex.work_in_loop import db_work_in_loop
from tests.delete_orgs import BLOCK_POSTED, MASTER, deleter, guard_trigger, line_guard

LOOP = "public class C{n} {{\n  void m(List<Account> all) {{\n    for (Account a : all) {{\n      update a;\n    }}\n  }}\n}}\n"
ORG = (
    line_guard()
    | MASTER
    | deleter()
    | guard_trigger(BLOCK_POSTED)
    | {f"classes/C{n}.cls": LOOP.format(n=n) for n in range(90)}
    | {"profiles/Broken.profile-meta.xml": "<Profile>"}
)


def checked(folder: Path, jobs: int) -> Run:
    return run(open_project([folder]), Config(), load_checks(), jobs=jobs)


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_the_number_of_jobs_changes_no_byte(tmp_path: Path, name: str) -> None:
    write_files(tmp_path, ORG)
    one, two = (FORMATS[name].render(checked(tmp_path, jobs), Options()) for jobs in (1, 2))
    assert one == two
    assert "APX001" in one


def test_results_are_sorted_by_path_line_and_check(tmp_path: Path) -> None:
    write_files(tmp_path, ORG)
    results = checked(tmp_path, 1).results
    assert len(results) == 93  # 90 loops, the cascade around flow and trigger, the broken profile
    keys = [(r.path, r.line, r.check) for r in results]
    assert keys == sorted(keys)


def test_counts(tmp_path: Path) -> None:
    write_files(tmp_path, ORG)
    found = checked(tmp_path, 1)
    assert found.files == len(ORG)
    assert found.components["ApexClass"] == 90
    assert found.components["ApexTrigger"] == 1
    assert (found.gate, found.counts()["high"], found.counts()["medium"]) == ("failed", 3, 90)


def test_excerpts_show_the_lines_around(tmp_path: Path) -> None:
    [result] = lint({"classes/C.cls": LOOP.format(n="")}, db_work_in_loop)
    assert result.line == 4
    assert result.excerpt[2] == (4, "      update a;")
    assert [number for number, _ in result.excerpt] == [2, 3, 4, 5, 6]
    assert [step.line for step in result.evidence] == [3, 4]


def test_fingerprints_tell_twins_apart_and_ignore_case() -> None:
    first, second, other = fingerprints(
        [("A001", "ApexClass:X", "s"), ("A001", "apexclass:x", "S"), ("A001", "ApexClass:Y", "s")]
    )
    [again] = fingerprints([("A001", "ApexClass:X", "s")])
    assert len({first, second, other}) == 3
    assert again == first
    assert len(first) == 32


def test_the_repository_prefix_is_the_way_from_the_git_root(tmp_path: Path) -> None:
    org = tmp_path / "orgs" / "main"
    org.mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    assert repository_prefix(org) == "orgs/main/"
    assert repository_prefix(tmp_path) == ""


def test_what_lies_outside_of_the_first_folder_is_found_in_the_repository(tmp_path: Path) -> None:
    """A second folder, and the declarations beside the policy, have paths of their own in reports."""
    loop = LOOP.format(n="")
    files = {
        ".git/HEAD": "",
        "a/classes/C.cls": loop,
        "b/c/classes/C2.cls": loop.replace("class C", "class C2"),
    }
    write_files(
        tmp_path,
        files
        | {
            "governance/masking/Contact.yml": "object: [\n",
            "a/b/classes/C3.cls": loop.replace("class C", "class C3"),
        },
    )
    folders = [tmp_path / "a", tmp_path / "b" / "c"]
    declared = {"MaskingTemplate": ("governance/masking/*.yml",)}
    project = open_project(folders, declared=declared, base=tmp_path)
    found = run(project, Config(), (db_work_in_loop, unreadable_file), jobs=1)

    paths = {result.path: found.in_repository(result.path) for result in found.results}
    assert paths == {
        "classes/C.cls": "a/classes/C.cls",
        "c/classes/C2.cls": "b/c/classes/C2.cls",
        "b/classes/C3.cls": "a/b/classes/C3.cls",
        f"{tmp_path.name}/governance/masking/Contact.yml": "governance/masking/Contact.yml",
    }


def test_outside_of_git_the_working_directory_is_the_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "org").mkdir()
    monkeypatch.chdir(tmp_path)
    assert repository_prefix(tmp_path / "org") == "org/"
