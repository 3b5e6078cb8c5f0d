from __future__ import annotations

import pytest

from sfgov.result import Result
from sfgov.testing import lint
from sfgov_checks.apex.shared_service_takes_one_record import shared_service_takes_one_record
from tests.apex_orgs import apex, files, trail, trigger

QUERY = "[SELECT Id FROM Contact WHERE AccountId = :id]"
CLOSE = f"public static void close(Id id) {{ List<Contact> all = {QUERY}; }}"
SERVICE = apex("AccountService", CLOSE)
LOOP = trigger(
    "T", "Account", "after update", "for (Account a : Trigger.new) {", "AccountService.close(a.Id);", "}"
)


def found(org: dict[str, str]) -> list[Result]:
    return lint(org, shared_service_takes_one_record)


def test_a_service_that_a_trigger_calls_in_a_loop() -> None:
    (result,) = found(files(SERVICE, LOOP))
    assert (result.path, result.line, result.severity) == ("classes/AccountService.cls", 2, "medium")
    assert result.message == (
        "AccountService.close(Id id) makes a SOQL query each time and is used by bulk code (T), "
        "but takes only one record."
    )
    assert trail(result) == ["AccountService:2 SOQL query", "T:3 T calls AccountService.close"]


def test_work_behind_calls_is_named() -> None:
    org = files(
        apex("AccountService", "public static void close(Account a) { Db.save(a); }"),
        apex("Db", "public static void save(Account a) { update a; }"),
        trigger(
            "T", "Account", "after update", "for (Account a : Trigger.new) {", "AccountService.close(a); }"
        ),
    )
    (result,) = found(org)
    assert result.message.startswith("AccountService.close(Account a) makes a DML call each time")
    assert trail(result) == [
        "AccountService:2 AccountService.close calls Db.save",
        "Db:2 DML",
        "T:3 T calls AccountService.close",
    ]


def test_two_files_of_bulk_code_without_a_loop() -> None:
    job = "public void execute(QueueableContext c) { AccountService.close(id); }"
    org = files(SERVICE, apex("J1 implements Queueable", job), apex("J2 implements Queueable", job))
    (result,) = found(org)
    assert "is used by bulk code (J1, J2)" in result.message
    assert trail(result)[1:] == [
        "J1:2 J1.execute calls AccountService.close",
        "J2:2 J2.execute calls AccountService.close",
    ]


def test_a_class_of_any_name_that_two_files_use() -> None:
    use = "public static void go(List<Account> all) { for (Account a : all) { Closer.close(a.Id); } }"
    org = files(apex("Closer", CLOSE), apex("One", use), apex("Two", use))
    (result,) = found(org)
    assert result.path == "classes/Closer.cls"


def test_many_callers_are_counted() -> None:
    jobs = [
        apex(
            f"J{n} implements Queueable",
            "public void execute(QueueableContext c) { AccountService.close(id); }",
        )
        for n in range(5)
    ]
    (result,) = found(files(SERVICE, *jobs))
    assert "is used by bulk code (J0, J1, J2 and 2 more)" in result.message


TAKES = {
    "a text that is an Id": "public static void close(String accountId) { List<Contact> all = "
    + QUERY
    + "; }",
    "a custom object": "public static void close(Invoice__c id) { update id; }",
    "any record": "public static void close(SObject id) { update id; }",
    "more than the record": "public static void close(Id id, Boolean now) { List<Contact> all = "
    + QUERY
    + "; }",
}


@pytest.mark.parametrize("method", TAKES.values(), ids=TAKES)
def test_what_counts_as_one_record(method: str) -> None:
    calls = "AccountService.close(a.Id, true);" if "Boolean" in method else "AccountService.close(a.Id);"
    loop = trigger("T", "Account", "after update", "for (Account a : Trigger.new) {", calls, "}")
    assert [r.line for r in found(files(apex("AccountService", method), loop))] == [2]


QUIET = {
    "takes many": files(apex("AccountService", CLOSE.replace("Id id", "Set<Id> id")), LOOP),
    "has a sibling that takes many": files(
        apex("AccountService", CLOSE, "public static void close(Set<Id> ids) { update all; }"), LOOP
    ),
    "has a plural sibling": files(
        apex("AccountService", CLOSE, "public static void closes(List<Id> ids) { update all; }"), LOOP
    ),
    "does no work": files(apex("AccountService", "public static void close(Id id) { names.add(id); }"), LOOP),
    "remembers": files(
        apex(
            "AccountService",
            "private static Contact known;",
            f"public static void close(Id id) {{ if (known == null) {{ known = {QUERY}; }} }}",
        ),
        LOOP,
    ),
    "only a page uses it": files(
        SERVICE, apex("C", "@AuraEnabled public static void close(Id id) { AccountService.close(id); }")
    ),
    "one job uses it, once": files(
        SERVICE,
        apex(
            "J implements Queueable", "public void execute(QueueableContext c) { AccountService.close(id); }"
        ),
    ),
    "only its own class uses it in a loop": apex(
        "AccountService",
        CLOSE,
        "public static void all(List<Account> all) { for (Account a : all) { close(a.Id); } }",
    ),
    "it is private": files(apex("AccountService", CLOSE.replace("public", "private")), LOOP),
    "a page calls it itself": files(apex("AccountService", "@AuraEnabled", CLOSE), LOOP),
    "only tests use it": files(
        SERVICE,
        {
            "classes/T.cls": "@IsTest\nclass T { static void t() { for (Account a : b) { AccountService.close(a.Id); } } }\n"
        },
    ),
    "a class that is no service": files(
        apex("Closer", CLOSE),
        trigger(
            "T", "Account", "after update", "for (Account a : Trigger.new) {", "Closer.close(a.Id);", "}"
        ),
    ),
    "the id of a job": files(
        apex("AccountService", CLOSE.replace("Id id", "Id jobId").replace(":id", ":jobId")), LOOP
    ),
}


@pytest.mark.parametrize("org", QUIET.values(), ids=QUIET)
def test_what_is_no_fault(org: dict[str, str]) -> None:
    assert [r.message for r in found(org)] == []
