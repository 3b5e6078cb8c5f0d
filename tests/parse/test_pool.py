"""Parsing many files: the same facts in the same order, whoever parses them, and whole even if a worker dies."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from sfgov.facts import ApexClass, Component, Problem, Profile
from sfgov.parse.pool import Parsing, parse_files
from sfgov.project import open_project
from sfgov.project.source import Reader, SourceFile
from sfgov.testing import write_files

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
TAB = (
    HEAD
    + '<CustomTab xmlns="http://soap.sforce.com/2006/04/metadata">\n    <motif>Custom1</motif>\n</CustomTab>\n'
)
PROFILE = (
    HEAD
    + '<Profile xmlns="http://soap.sforce.com/2006/04/metadata">\n    <custom>true</custom>\n</Profile>\n'
)
ORG = (
    {f"tabs/T{n}__c.tab-meta.xml": TAB for n in range(450)}
    | {f"classes/C{n}.cls": f"public class C{n} {{}}\n" for n in range(90)}
    | {f"profiles/P{n}.profile-meta.xml": PROFILE for n in range(3)}
    | {"tabs/Broken.tab-meta.xml": HEAD + "<CustomTab>\n"}
)


class DeadlyReader(msgspec.Struct, frozen=True):
    """A reader that ends every process but the one that made it, at one file."""

    folder: str
    at: str
    home: int

    def read(self, path: str) -> bytes:
        if path == self.at and os.getpid() != self.home:
            os._exit(9)
        return Path(self.folder, path).read_bytes()


def described(files: tuple[SourceFile, ...], reader: Reader, jobs: int | None) -> list[tuple[str, object]]:
    return [(source.path, parsed) for source, parsed in parse_files(files, reader, jobs=jobs)]


@pytest.mark.parametrize("jobs", [None, 2, 3])
def test_workers_bring_what_one_process_brings_in_the_files_order(tmp_path: Path, jobs: int | None) -> None:
    write_files(tmp_path, ORG)
    project = open_project([tmp_path])
    alone = described(project.files, project.reader, 1)
    assert [path for path, _ in alone] == sorted(ORG)
    assert described(project.files, project.reader, jobs) == alone


def test_each_file_is_parsed_as_what_it_is(tmp_path: Path) -> None:
    write_files(tmp_path, ORG)
    project = open_project([tmp_path])
    found = {source.path: parsed for source, parsed in parse_files(project.files, project.reader, jobs=2)}
    assert found["tabs/T7__c.tab-meta.xml"].facts == (Component(name="T7__c", line=2, root="CustomTab"),)
    assert found["profiles/P1.profile-meta.xml"].facts == (
        Profile(name="P1", line=2, lines={"custom": 3}, custom=True),
    )
    assert [type(fact) for fact in found["classes/C89.cls"].facts] == [ApexClass]
    assert found["tabs/Broken.tab-meta.xml"].problems == (
        Problem("the file ends inside <CustomTab>, which began at line 2", 2),
    )


def test_what_a_dead_worker_did_not_bring_is_parsed_all_the_same(tmp_path: Path) -> None:
    write_files(tmp_path, ORG)
    project = open_project([tmp_path])
    reader = DeadlyReader(str(tmp_path), "classes/C5.cls", os.getpid())
    assert described(project.files, reader, 2) == described(project.files, project.reader, 1)


def test_a_file_that_is_gone_is_a_problem(tmp_path: Path) -> None:
    write_files(tmp_path, ORG)
    project = open_project([tmp_path])
    (tmp_path / "tabs/T3__c.tab-meta.xml").unlink()
    found = {source.path: parsed for source, parsed in parse_files(project.files, project.reader, jobs=2)}
    gone = found["tabs/T3__c.tab-meta.xml"]
    assert gone.facts == ()
    assert gone.problems == (Problem("the file cannot be read: No such file or directory"),)


@pytest.mark.parametrize("jobs", [1, 2])
def test_progress_comes_to_the_end(tmp_path: Path, jobs: int) -> None:
    write_files(tmp_path, ORG)
    project = open_project([tmp_path])
    told: list[tuple[int, int]] = []
    list(
        parse_files(
            project.files, project.reader, jobs=jobs, progress=lambda done, of: told.append((done, of))
        )
    )
    assert told == sorted(told)
    assert told[-1] == (len(ORG), len(ORG))
    assert len(told) > 1


def test_no_files(tmp_path: Path) -> None:
    assert described((), DeadlyReader(str(tmp_path), "", 0), 2) == []


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_is_offered_early_is_given_back_as_what_it_turned_out_to_be(tmp_path: Path, jobs: int) -> None:
    write_files(tmp_path, {f"classes/C{n}.cls": f"public class C{n} {{}}\n" for n in range(300)})
    parsing = Parsing(jobs)
    project = open_project([tmp_path], tell=parsing.offer)
    left_out, *others, changed = project.files
    files = [*others, msgspec.structs.replace(changed, name="Other")]
    parsing.begin(files, project.reader)
    names = [fact.name for _, parsed in parsing.early(["ApexClass"]) for fact in parsed.facts]
    assert names == ([one.name for one in files] if jobs > 1 else [])
    found = list(parsing.results())
    assert [source for source, _ in found] == files
    assert [fact.name for _, parsed in found for fact in parsed.facts] == [one.name for one in files]
    assert left_out.name not in names
