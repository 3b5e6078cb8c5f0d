"""An old org gets the gate: a baseline, a change that brings new faults, a waiver, and the day after it."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sfgov.cli import main
from tests.delete_orgs import deleter, line_guard
from tests.git_repository import Repository

Sfgov = Callable[..., Result]
MAIN = "force-app/main/default"
LOOP = "public class {name} {{\n  void m(List<Account> all) {{\n    for (Account a : all) {{\n      update a;\n    }}\n  }}\n}}\n"
POLICY = """delete:
  conditional:
    Invoice_Line__c: {unless: "Posted__c = true"}
fail_on: medium
ignore: [HYG003]
"""
GUARD = Path(MAIN, "flows", "Guard_Lines.flow-meta.xml")
OLD_FINDINGS = 300


def old_org() -> dict[str, str]:
    files = line_guard() | deleter("Invoice_Line__c")
    files |= {f"classes/Old{n:03}.cls": LOOP.format(name=f"Old{n:03}") for n in range(OLD_FINDINGS)}
    return {f"{MAIN}/{path}": text for path, text in files.items()} | {
        "sfdx-project.json": '{"packageDirectories": [{"path": "force-app", "default": true}]}',
        "sfgov.yml": POLICY,
    }


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """The old org, with a baseline, on main; the change is on the branch that is checked out."""
    repository = Repository(tmp_path)
    monkeypatch.chdir(tmp_path)
    for name in ("CI", "GITHUB_ACTIONS", "TF_BUILD", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    repository.commit(old_org())
    return repository


@pytest.fixture
def sfgov(repository: Repository) -> Sfgov:
    return lambda *words: CliRunner().invoke(main, list(words), prog_name="sfgov")


def change(repository: Repository) -> None:
    """One fault more, two files moved (one of them reformatted as well), one delete guard less."""
    repository.git("switch", "--quiet", "--create", "feature")
    for number, place in ((7, "crm/classes"), (8, "billing/classes")):
        old = Path(MAIN, "classes", f"Old{number:03}.cls")
        new = Path("force-app", place, old.name)
        new.parent.mkdir(parents=True)
        new.write_text("// moved\n\n" + old.read_text().replace("  ", "\t"))
        old.unlink()
    GUARD.unlink()
    repository.commit({f"{MAIN}/classes/New.cls": LOOP.format(name="New")})


NEW = [
    ("APX001", "ApexClass:New", f"{MAIN}/classes/New.cls", 4),
    ("DEL008", "CustomObject:Invoice_Line__c", "sfgov.yml", 3),
]
DIFF = ("--diff-base", "main")


def report(result: Result) -> Any:
    return json.loads(result.stdout)


def counting(result: Result) -> list[tuple[str, str, str, int]]:
    """What counts for the gate."""
    return [
        (one["check"], one["component"], one["path"], one["line"])
        for one in report(result)["findings"]
        if one["status"] == "new"
    ]


LAST_DAY = datetime.date(2026, 9, 30)
WAIVER = (
    f"{POLICY}# We know.\nwaivers:\n"
    f'  - {{check: APX001, component: "ApexClass:New", owner: jane, reason: "until Q4", expires: {LAST_DAY}}}\n'
)
EXPIRED = ("SFG011", "Policy:sfgov.yml", "sfgov.yml", 8)


class Clock(datetime.datetime):
    """What the command line asks for the day."""

    today_is = LAST_DAY

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> Clock:
        return cls.combine(cls.today_is, datetime.time(12), tz)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> type[Clock]:
    """The clock, which a test may set."""
    monkeypatch.setattr(datetime, "datetime", Clock)
    monkeypatch.setattr(Clock, "today_is", LAST_DAY)
    return Clock


def test_from_the_first_day_to_the_day_after_the_waiver(
    repository: Repository, sfgov: Sfgov, clock: type[Clock]
) -> None:
    # The first day: three hundred findings, which go into the baseline.
    first = sfgov("check", "-f", "json")
    assert (first.exit_code, len(counting(first))) == (1, OLD_FINDINGS)
    assert sfgov("baseline", "write", "sfgov-baseline.json").exit_code == 0
    assert sfgov("check", "--baseline", "sfgov-baseline.json").exit_code == 0
    repository.commit()

    # The pull request: exactly what it brought fails the gate, against the base and against the baseline.
    change(repository)
    for words in (DIFF, ("--baseline", "sfgov-baseline.json"), (*DIFF, "--baseline", "sfgov-baseline.json")):
        result = sfgov("check", "-f", "json", *words)
        assert (result.exit_code, counting(result)) == (1, NEW)

    # Its annotations are those findings and no others.
    *annotations, numbers = sfgov("check", "-f", "github", *DIFF).stdout.splitlines()
    assert numbers.endswith(f": 2 new, 0 fixed, {OLD_FINDINGS} unchanged.")
    assert sorted(line.partition(" ")[2].split(",")[:2] for line in annotations) == [
        [f"file={MAIN}/classes/New.cls", "line=4"],
        ["file=sfgov.yml", "line=3"],
    ]

    # A waiver silences one of them up to its last day, and warns before that is over.
    repository.commit({"sfgov.yml": WAIVER})
    for words in (DIFF, ("--baseline", "sfgov-baseline.json")):
        waived = sfgov("check", "-f", "json", *words)
        assert (waived.exit_code, counting(waived)) == (1, [NEW[1]])
        assert [one["days"] for one in report(waived)["summary"]["expiring_waivers"]] == [0]
    *annotations, _ = sfgov("check", "-f", "github", *DIFF).stdout.splitlines()
    assert [line.partition(" ")[2].split(",")[0] for line in annotations] == ["file=sfgov.yml"]

    # On the day after, with not a byte changed, the finding is back, and so is the waiver as a finding of its own.
    clock.today_is = LAST_DAY + datetime.timedelta(days=1)
    for words in (DIFF, ("--baseline", "sfgov-baseline.json")):
        late = sfgov("check", "-f", "json", *words)
        assert (late.exit_code, counting(late)) == (1, [*NEW, EXPIRED])
        assert report(late)["summary"]["expiring_waivers"] == []

    # With the fault mended, the guard back and the waiver gone, the gate passes.
    Path(MAIN, "classes", "New.cls").unlink()
    Path("sfgov.yml").write_text(POLICY)
    repository.git("checkout", "main", "--", GUARD.as_posix())
    assert sfgov("check", *DIFF).exit_code == 0


def test_what_the_change_fixed_is_told(repository: Repository, sfgov: Sfgov) -> None:
    change(repository)
    Path(MAIN, "classes", "Old100.cls").unlink()

    result = sfgov("check", "-f", "json", *DIFF)

    assert report(result)["summary"]["diff"] == {
        "base": "main",
        "commit": repository.git("rev-parse", "main")[:12],
        "new": 2,
        "fixed": 1,
        "unchanged": OLD_FINDINGS - 1,
    }
    assert [one["component"] for one in report(result)["fixed"]] == ["ApexClass:Old100"]


def test_changes_of_main_since_the_branches_went_apart_do_not_matter(
    repository: Repository, sfgov: Sfgov
) -> None:
    repository.git("switch", "--quiet", "--create", "feature")
    repository.commit({"README.md": "nothing\n"})
    repository.git("switch", "--quiet", "main")
    Path(MAIN, "classes", "Old100.cls").unlink()
    repository.commit()
    repository.git("switch", "--quiet", "feature")

    assert sfgov("check", *DIFF).exit_code == 0


def test_an_org_that_was_not_there_before_is_all_new(
    tmp_path: Path, sfgov: Sfgov, repository: Repository
) -> None:
    repository.commit({"second/classes/A.cls": LOOP.format(name="A")})

    result = sfgov("check", "second", "--select", "APX001", "-f", "json", "--diff-base", "HEAD~1")

    assert (result.exit_code, counting(result)) == (1, [("APX001", "ApexClass:A", "classes/A.cls", 4)])


def test_what_cannot_be_compared(repository: Repository, sfgov: Sfgov, tmp_path: Path) -> None:
    def problem(*words: str) -> str:
        result = sfgov("check", *words)
        assert (result.exit_code, result.stdout) == (2, "")
        return result.stderr.splitlines()[-1]

    assert problem("--diff-base", "origin/main") == (
        "Error: --diff-base origin/main: git knows no commit origin/main here; fetch it first: git fetch origin"
    )
    Path("org.zip").write_bytes(b"PK\x03\x04")
    assert problem("org.zip", *DIFF) == "Error: --diff-base: org.zip is an archive; git keeps folders apart"

    repository.git("clone", "--quiet", "--depth=1", tmp_path.as_uri(), "clone")
    assert problem("clone", "--diff-base", "origin/main").startswith(
        "Error: --diff-base origin/main: this is a shallow clone, in which git cannot tell where the branches went "
        "apart; fetch the whole history: git fetch --unshallow (actions/checkout: fetch-depth: 0;"
    )
