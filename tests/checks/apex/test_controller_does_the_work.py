from __future__ import annotations

import pytest

from sfgov.result import Result
from sfgov.testing import lint
from sfgov_checks.apex.controller_does_the_work import controller_does_the_work
from tests.apex_orgs import apex, trail

HEAD = "@AuraEnabled public static void save(Id id) {"
QUERY = "Account a = [SELECT Id FROM Account WHERE Id = :id];"
WAYS = "if (a.Name == 'x' || a.Name == 'y') { a.Name = b ? 'p' : 'q'; } if (c && d) { a.Name = 'z'; }"
WRITE = "update a;"


def found(org: dict[str, str]) -> list[Result]:
    return lint(org, controller_does_the_work)


CONTROLLERS = {
    "Lightning": apex("C", HEAD, QUERY, WAYS, WRITE, "}"),
    "remote action": apex("C", HEAD.replace("AuraEnabled", "RemoteAction"), QUERY, WAYS, WRITE, "}"),
    "Visualforce": apex(
        "C", "public PageReference save() {", QUERY, WAYS, WRITE, "return null; }", "private Id id;"
    ),
    "Visualforce extension": apex(
        "C", "public void save() {", QUERY, WAYS, WRITE, "}", "public C(ApexPages.StandardController c) { }"
    ),
}


@pytest.mark.parametrize("org", CONTROLLERS.values(), ids=CONTROLLERS)
def test_a_controller_that_queries_decides_and_writes(org: dict[str, str]) -> None:
    (result,) = found(org)
    assert (result.path, result.line, result.severity) == ("classes/C.cls", 2, "low")
    assert result.message == "C.save queries, writes and has 6 ways through it; no service does the work."
    assert trail(result) == ["C:3 SOQL query in the controller", "C:5 DML in the controller"]


QUIET = {
    "hardly a branch": apex("C", HEAD, QUERY, "if (a.Name == 'x') { a.Name = 'y'; }", WRITE, "}"),
    "no query": apex("C", HEAD, "Account a = new Account();", WAYS, WRITE, "}"),
    "no write": apex("C", HEAD, QUERY, WAYS, "}"),
    "a service does some of it": apex("C", HEAD, QUERY, WAYS, WRITE, "AccountService.close(a);", "}"),
    "the service itself": apex("C", "public static void save(Id id) {", QUERY, WAYS, WRITE, "}"),
    "private help": apex(
        "C", "private void save() {", QUERY, WAYS, WRITE, "}", "public C(ApexPages.StandardController c) { }"
    ),
    "a test": {"classes/C.cls": f"@IsTest\nclass C {{\n{HEAD}\n{QUERY}\n{WAYS}\n{WRITE}\n}}\n}}\n"},
}


@pytest.mark.parametrize("org", QUIET.values(), ids=QUIET)
def test_what_is_no_fault(org: dict[str, str]) -> None:
    assert [r.message for r in found(org)] == []
