"""APX008 against an earlier state: the number that changes what code means."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from sfgov.cli import main
from sfgov.result import Result
from sfgov.testing import Files, lint
from sfgov_checks.apex.security_mode_depends_on_api_version import security_mode_depends_on_api_version
from tests.apex_orgs import apex, files, trail, trigger
from tests.git_repository import Repository

ALL = "public List<Account> all() { return [SELECT Id FROM Account]; }"
SAVE = "public void save(List<Account> all) { update all; }"
SHARING = "public with sharing class"


def saved_at(name: str, version: str, kind: str = "Class") -> dict[str, str]:
    folder, suffix = {"Class": ("classes", "cls"), "Trigger": ("triggers", "trigger")}[kind]
    return {
        f"{folder}/{name}.{suffix}-meta.xml": (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<Apex{kind} xmlns="http://soap.sforce.com/2006/04/metadata">\n'
            f"<apiVersion>{version}</apiVersion>\n<status>Active</status>\n</Apex{kind}>\n"
        )
    }


def found(now: Files, earlier: Files | None) -> list[Result]:
    return lint(now, security_mode_depends_on_api_version, earlier=earlier)


def across(class_file: dict[str, str], before: str, after: str, name: str = "C") -> list[Result]:
    return found(files(class_file, saved_at(name, after)), files(class_file, saved_at(name, before)))


def test_a_class_that_is_raised_over_67() -> None:
    (result,) = across(apex("C", ALL, SAVE, head=SHARING), "58.0", "67.0")
    assert (result.path, result.line, result.severity) == ("classes/C.cls-meta.xml", 3, "high")
    assert result.component == "ApexClass:C"
    assert result.message == (
        "C goes from API 58 to 67: 2 statements without a mode ignored the user's object and field permissions and "
        "will now enforce them."
    )
    assert trail(result) == [
        "C:3 saved at API 67, before the change at 58",
        "C:2 without a mode",
        "C:3 without a mode",
    ]


def test_without_a_sharing_keyword_that_changes_too() -> None:
    (result,) = across(apex("C", SAVE), "66.0", "68.0")
    assert result.message == (
        "C goes from API 66 to 68: 1 statement without a mode ignored the user's object and field permissions and "
        "will now enforce them; without a sharing keyword, the class now is with sharing."
    )


def test_a_class_that_is_lowered_below_67() -> None:
    (result,) = across(apex("C", ALL), "67.0", "60.0")
    assert (result.severity, result.message) == (
        "high",
        "C goes from API 67 to 60: 1 statement without a mode enforced the user's object and field permissions and "
        "will now ignore them; without a sharing keyword, the class now takes over the sharing of its caller.",
    )


def test_a_class_that_was_moved_and_renamed_by_case() -> None:
    now = {
        "app/classes/C.cls": apex("C", ALL, head=SHARING)["classes/C.cls"],
        "app/classes/C.cls-meta.xml": saved_at("C", "67.0")["classes/C.cls-meta.xml"],
    }
    before = files(apex("c", ALL, head=SHARING), saved_at("c", "58.0"))
    assert [r.path for r in found(now, before)] == ["app/classes/C.cls-meta.xml"]


def test_inner_classes_belong_to_their_file() -> None:
    (result,) = across(apex("C", "class D {", ALL, "}", head=SHARING), "58.0", "67.0")
    assert trail(result)[1:] == ["C:3 without a mode"]


EXPLICIT = ALL.replace("FROM Account", "FROM Account WITH USER_MODE")
QUIET: dict[str, tuple[Files, Files | None]] = {
    "raised, but not so far": (files(apex("C", ALL), saved_at("C", "66.0")), saved_at("C", "40.0")),
    "raised beyond": (files(apex("C", ALL), saved_at("C", "68.0")), saved_at("C", "67.0")),
    "a new class": (
        files(apex("C", ALL, head=SHARING), saved_at("C", "67.0")),
        files(apex("D", ALL), saved_at("D", "58.0")),
    ),
    "every mode is written down": (
        files(apex("C", EXPLICIT, head=SHARING), saved_at("C", "67.0")),
        saved_at("C", "58.0"),
    ),
    "no statement": (
        files(apex("C", "void run() { }", head=SHARING), saved_at("C", "67.0")),
        saved_at("C", "58.0"),
    ),
    "the version was not known": (
        files(apex("C", ALL, head=SHARING), saved_at("C", "67.0")),
        apex("C", ALL, head=SHARING),
    ),
    "a trigger, which is in system mode before and after": (
        files(trigger("T", "Account", "after insert", "update [SELECT Id FROM Contact];"), saved_at("T", "67.0", "Trigger")),
        saved_at("T", "58.0", "Trigger"),
    ),
    "a class that is called like a trigger": (
        files(apex("T", ALL, head=SHARING), saved_at("T", "67.0")),
        saved_at("T", "58.0", "Trigger"),
    ),
    "a test": (
        files({"classes/C.cls": f"@IsTest\nclass C {{\n{ALL}\n}}\n"}, saved_at("C", "67.0")),
        saved_at("C", "58.0"),
    ),
    "compared with nothing": (files(apex("C", ALL, head=SHARING), saved_at("C", "67.0")), None),
}  # fmt: skip


@pytest.mark.parametrize(("now", "earlier"), QUIET.values(), ids=QUIET)
def test_what_keeps_its_meaning(now: Files, earlier: Files | None) -> None:
    assert [r.message for r in found(now, earlier)] == []


def project(version: str, folder: str) -> Files:
    inside = files(apex("C", ALL, head=SHARING), saved_at("C", version))
    return {"sfdx-project.json": f'{{"packageDirectories": [{{"path": "{folder}"}}]}}'} | {
        f"{folder}/{path}": text for path, text in inside.items()
    }


@pytest.mark.parametrize("folder", ["force-app/main/default", "src"])
def test_the_pull_request_that_raises_it_fails_and_the_next_one_does_not(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = Repository(tmp_path)
    monkeypatch.chdir(tmp_path)
    repository.commit(project("60.0", folder))
    repository.git("switch", "--quiet", "--create", "raise")
    repository.commit(project("67.0", folder))

    def new(base: str) -> list[tuple[str, int]]:
        words = ["check", "--select", "APX008", "--diff-base", base, "-f", "json"]
        report = json.loads(CliRunner().invoke(main, words).stdout)
        return [(f["path"], f["line"]) for f in report["findings"] if f["status"] == "new"]

    assert new("main") == [(f"{folder}/classes/C.cls-meta.xml", 3)]
    assert new("HEAD") == []
