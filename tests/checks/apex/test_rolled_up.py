"""APX001 and APX002: what stands in one loop, and in large orgs what has one cause, is told together."""

from __future__ import annotations

from sfgov.result import Result
from sfgov.testing import lint
from sfgov_checks.apex.work_in_loop import db_work_in_loop, limited_work_in_loop

Files = dict[str, str]


def class_(name: str, *methods: str) -> Files:
    """A class with one method a line, from line 2 on."""
    return {f"classes/{name}.cls": "\n".join([f"public class {name} {{", *methods, "}", ""])}


def looping(name: str, *statements: str) -> str:
    """A method on one line that runs these statements once per round."""
    body = " ".join(statements)
    return f"public static void {name}(List<Case> cases) {{ for (Case one : cases) {{ {body} }} }}"


def singles(number: int) -> Files:
    """So many places, each in a class of its own."""
    found: Files = {}
    for n in range(number):
        found |= class_(f"Single{n}", looping("run", "update one;"))
    return found


def services(number: int) -> Files:
    """So many loops that call one service, which queries."""
    found = class_(
        "Service", "public static void load(Case one) { Case c = [SELECT Id FROM Case WHERE Id = :one.Id]; }"
    )
    for n in range(number):
        found |= class_(f"Caller{n}", looping("run", "Service.load(one);"))
    return found


def found(files: Files) -> list[Result]:
    return lint(files, db_work_in_loop)


def steps(results: list[Result]) -> set[tuple[str, int, str]]:
    return {(step.path, step.line, step.message) for result in results for step in result.evidence}


def test_a_hundred_places_are_a_hundred_findings() -> None:
    results = found(singles(97) | services(3))
    assert len(results) == 100
    assert not [result.message for result in results if " more " in result.message]


def test_loops_that_come_to_one_statement_are_one_finding() -> None:
    results = found(singles(98) | services(3))
    [told] = [result for result in results if " more " in result.message]
    assert len(results) == 99
    assert (told.path, told.line, told.message) == (
        "classes/Caller0.cls",
        2,
        "Caller0.run calls Service.load in each round of the loop at line 2, which makes a SOQL query: SELECT Id FROM Case "
        "WHERE Id = :one.Id. To the same statement come 2 more loops, in Caller1.run and Caller2.run.",
    )
    assert [(step.path, step.line, step.message) for step in told.evidence] == [
        ("classes/Caller0.cls", 2, "loop: for-each (Case one : cases)"),
        ("classes/Caller0.cls", 2, "Caller0.run calls Service.load"),
        ("classes/Service.cls", 2, "SOQL query, once per round"),
        ("classes/Caller1.cls", 2, "loop: for-each (Case one : cases)"),
        ("classes/Caller1.cls", 2, "Caller1.run calls Service.load"),
        ("classes/Caller2.cls", 2, "loop: for-each (Case one : cases)"),
        ("classes/Caller2.cls", 2, "Caller2.run calls Service.load"),
    ]


def test_the_statements_of_one_loop_are_one_finding() -> None:
    [result] = found(
        class_(
            "Thrice",
            "public static void run(List<Case> cases) {",
            "for (Case one : cases) {",
            "Case old = [SELECT Id FROM Case WHERE Id = :one.ParentId];",
            "update one;",
            "insert one.clone(); } }",
        )
    )
    assert (result.line, result.message) == (
        4,
        "Thrice.run makes a SOQL query in each round of the loop at line 3: SELECT Id FROM Case WHERE Id = :one.ParentId. "
        "The same loop does so in 2 more places, at lines 5 and 6.",
    )
    assert [(step.line, step.message) for step in result.evidence] == [
        (3, "loop: for-each (Case one : cases)"),
        (4, "SOQL query, once per round"),
        (5, "DML, once per round"),
        (6, "DML, once per round"),
    ]


def test_the_first_statement_gives_the_finding_its_identity() -> None:
    [alone] = found(class_("Loops", looping("run", "update one;")))
    [both] = found(class_("Loops", looping("run", "update one;", "insert one;")))
    assert alone.fingerprint == both.fingerprint


def test_another_loop_and_a_call_of_the_same_loop_are_findings_of_their_own() -> None:
    results = found(
        services(0)
        | class_(
            "Loops",
            "public static void run(List<Case> cases) {",
            "for (Case one : cases) { update one;",
            "for (Contact c : one.Contacts) { update c; }",
            "Service.load(one); }",
            "for (Case one : cases) { update one; } }",
        )
    )
    assert [result.line for result in results] == [3, 4, 5, 6]
    assert not [result.message for result in results if " more " in result.message]


def test_work_of_another_severity_in_the_same_loop_is_a_finding_of_its_own() -> None:
    trigger = {
        "triggers/Cases.trigger": "trigger Cases on Case (after insert) {\n"
        "for (Case one : Trigger.new) {\nSystem.enqueueJob(new Job(one.Id));\nSchema.getGlobalDescribe();\n} }\n"
    }
    job = class_("Job", "public Job(Id one) {}")
    assert [(result.line, result.severity) for result in lint(trigger | job, limited_work_in_loop)] == [
        (3, "high"),
        (4, "low"),
    ]


def test_only_then_are_the_places_of_one_method() -> None:
    two = class_(
        "Twice",
        "public static void run(List<Case> cases) {",
        "for (Case one : cases) {",
        "update one; }",
        "for (Case one : cases) { insert one; } }",
    )
    few = found(singles(96) | services(3) | two)
    assert [result.message for result in few if " more " in result.message] == [
        "Caller0.run calls Service.load in each round of the loop at line 2, which makes a SOQL query: SELECT Id FROM Case "
        "WHERE Id = :one.Id. To the same statement come 2 more loops, in Caller1.run and Caller2.run."
    ]
    many = found(singles(99) | two)
    assert [result.message for result in many if " more " in result.message] == [
        "Twice.run makes a DML call in each round of the loop at line 3: update one. So it does in 1 more place, at line 5."
    ]
    assert len(many) == 100


def test_and_then_those_of_one_class() -> None:
    methods = (
        looping("first", "update one;", "} for (Case one : cases) { delete one;"),
        looping("second", "insert one;"),
    )
    results = found(singles(100) | class_("Wide", *methods))
    [told] = [result for result in results if " more " in result.message]
    assert told.message == (
        "Wide.first makes a DML call in each round of the loop at line 2: update one. In the same class are 2 more places "
        "of the kind, in Wide.first and Wide.second."
    )
    assert len(results) == 101


def test_no_place_is_lost_and_a_baseline_knows_what_is_told_together() -> None:
    parts = (
        singles(60),
        services(20),
        class_(
            "Wide",
            *(looping(f"m{n}", "update one;", "} for (Case one : cases) { insert one;") for n in range(20)),
        ),
    )
    apart = [result for part in parts for result in found(part)]
    assert len(apart) == 120
    results = found(parts[0] | parts[1] | parts[2])
    assert len(results) < 100
    assert steps(results) == steps(apart)
    assert {result.fingerprint for result in results} <= {result.fingerprint for result in apart}


def test_the_gravest_place_comes_first() -> None:
    trigger = {
        "triggers/Cases.trigger": "trigger Cases on Case (after insert) {\nfor (Case one : Trigger.new) { Service.load(one); } }\n"
    }
    results = found(singles(98) | services(3) | trigger)
    [told] = [result for result in results if " more " in result.message]
    assert (told.severity, told.path, told.line) == ("high", "triggers/Cases.trigger", 2)
    assert {result.severity for result in results if result is not told} == {"medium"}


def test_the_order_of_files_does_not_matter() -> None:
    parts = singles(98) | services(3)
    turned = dict(reversed(parts.items()))
    assert found(parts) == found(turned)
