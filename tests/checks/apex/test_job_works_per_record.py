from __future__ import annotations

import pytest

from sfgov.result import Result
from sfgov.testing import lint
from sfgov_checks.apex.job_works_per_record import job_works_per_record
from tests.apex_orgs import apex, files, trail

BATCH = "J implements Database.Batchable<SObject>"
EXECUTE = "public void execute(Database.BatchableContext c, List<Account> scope) {"
SAVE = "private void save(Account a) { update a; }"
START_ONE = apex("Starter", "public static void go() { Database.executeBatch(new J(), 1); }")


def found(org: dict[str, str]) -> list[Result]:
    return lint(org, job_works_per_record)


def test_a_batch_that_hands_on_one_record_at_a_time() -> None:
    (result,) = found(apex(BATCH, EXECUTE, "for (Account a : scope) {", "save(a); } }", SAVE))
    assert (result.path, result.line, result.severity) == ("classes/J.cls", 4, "medium")
    assert result.message == (
        "J.execute hands its records one by one to J.save, which works on the database for each."
    )
    assert trail(result) == [
        "J:3 loop: for-each (Account a : scope)",
        "J:4 J.execute calls J.save",
        "J:5 DML, once per record",
    ]


def test_a_queueable_that_hands_on_one_id_at_a_time() -> None:
    org = files(
        apex(
            "J implements Queueable",
            "private List<Id> ids;",
            "public void execute(QueueableContext c) {",
            "for (Id one : ids) { Svc.close(one); } }",
        ),
        apex("Svc", "public static void close(Id id) { update new Account(Id = id); }"),
    )
    (result,) = found(org)
    assert result.message == (
        "J.execute hands its records one by one to Svc.close, which works on the database for each."
    )
    assert trail(result) == [
        "J:4 loop: for-each (Id one : ids)",
        "J:4 J.execute calls Svc.close",
        "Svc:2 DML, once per record",
    ]


ONE = {
    "calls": (
        apex(BATCH, EXECUTE, "for (Account a : scope) { save(a); } }", SAVE),
        ["J:3 loop: for-each (Account a : scope)", "J:3 J.execute calls J.save", "J:4 DML, once per record"],
    ),
    "work in the loop": (
        apex(BATCH, EXECUTE, "for (Account a : scope) { update a; } }"),
        ["J:3 loop: for-each (Account a : scope)", "J:3 DML, once per record"],
    ),
    "the first record": (
        apex(BATCH, EXECUTE, "Svc.close(scope[0]); }"),
        ["J:3 J.execute takes the first record of its scope"],
    ),
}


@pytest.mark.parametrize(("job", "steps"), ONE.values(), ids=ONE)
def test_a_batch_size_of_one_that_hides_it(job: dict[str, str], steps: list[str]) -> None:
    (result,) = found(files(job, START_ONE))
    assert (result.path, result.line, result.severity) == ("classes/Starter.cls", 2, "medium")
    assert result.message == (
        "Starter.go starts J with one record at a time, which hides that J works per record."
    )
    assert trail(result) == ["Starter:2 J is started with a batch size of 1", *steps]


def test_a_variable_and_a_schedule_start_it_too() -> None:
    org = files(
        apex(BATCH, EXECUTE, "for (Account a : scope) { update a; } }"),
        apex(
            "Starter",
            "public static void go() {",
            "J job = new J(); Database.executeBatch(job, 1);",
            "System.scheduleBatch(new J(), 'nightly', 60, 1); }",
        ),
    )
    assert [(r.path, r.line) for r in found(org)] == [("classes/Starter.cls", 3), ("classes/Starter.cls", 4)]


CALLOUT = "private void save(Account a) { new Http().send(new HttpRequest()); update a; }"
QUIET = {
    "works on the whole scope": files(
        apex(BATCH, EXECUTE, "for (Account a : scope) { a.Name = 'x'; } update scope; }"), START_ONE
    ),
    "hands on the whole scope": apex(
        BATCH, EXECUTE, "save(scope); }", "void save(List<Account> all) { update all; }"
    ),
    "hands on records to code without database work": apex(
        BATCH, EXECUTE, "for (Account a : scope) { name(a); } }", "void name(Account a) { a.Name = 'x'; }"
    ),
    "each record needs a callout": files(
        apex(BATCH, EXECUTE, "for (Account a : scope) { save(a); } }", CALLOUT), START_ONE
    ),
    "each record needs a job": files(
        apex(BATCH, EXECUTE, "for (Account a : scope) { update a; System.enqueueJob(new Q(a)); } }"),
        START_ONE,
    ),
    "one at a time, of things that are no records": files(
        apex(
            "J implements Database.Batchable<String>",
            "public void execute(Database.BatchableContext c, List<String> scope) {",
            "Svc.close(scope.get(0)); }",
        ),
        apex("Starter", "public static void go() { Database.executeBatch(new J(), 1); }"),
    ),
    "another method of the job": apex(
        BATCH, "public void other(List<Account> scope) { for (Account a : scope) { save(a); } }", SAVE
    ),
    "a helper that is no job": apex("J", EXECUTE, "for (Account a : scope) { save(a); } }", SAVE),
}


@pytest.mark.parametrize("org", QUIET.values(), ids=QUIET)
def test_what_is_no_fault(org: dict[str, str]) -> None:
    assert [r.message for r in found(org)] == []
