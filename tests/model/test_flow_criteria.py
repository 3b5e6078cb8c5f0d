from __future__ import annotations

from pathlib import Path

import pytest

from sfgov.model.flow_criteria import Criterion, criteria_before, entry_criteria, events, exclude_each_other
from sfgov.model.flows import LinkedFlow
from tests.flow_xml import condition, filters, flow, flows_of, node, rule, start, tag

FIELD = "{!$Record.Status__c}"


def one(folder: Path, *blocks: str) -> LinkedFlow:
    (found,) = flows_of(folder, {"flows/F.flow-meta.xml": flow(*blocks)}).all()
    return found


def saving(*inner: str, on: str = "CreateAndUpdate") -> str:
    return start(*inner, to="A", object_="Case", trigger="RecordBeforeSave", on=on)


def asked(folder: Path, *inner: str) -> list[tuple[str, str, bool]]:
    tests = entry_criteria(one(folder, saving(*inner)).fact.start)
    return sorted((test.field, test.value, test.equal) for test in tests)


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        (filters("Status__c", "EqualTo", "'New'"), [("status__c", "new", True)]),
        (filters("Status__c", "NotEqualTo", "'New'"), [("status__c", "new", False)]),
        (filters("Status__c", "IsNull", "true"), [("status__c", "", True)]),
        (filters("Status__c", "IsNull", "false"), [("status__c", "", False)]),
        (filters("Open__c", "EqualTo", "$GlobalConstant.True"), [("open__c", "true", True)]),
        (filters("Size__c", "EqualTo", "5.0"), [("size__c", "5", True)]),
        (filters("Status__c", "EqualTo", "$Record.Other__c"), []),
        (filters("Status__c", "StartsWith", "'New'"), []),
        (tag("filterLogic", "or") + filters("Status__c", "EqualTo", "'New'"), []),
        (tag("filterLogic", "1 OR 2") + filters("Status__c", "EqualTo", "'New'"), []),
    ],
)
def test_filters(tmp_path: Path, inner: str, expected: list[tuple[str, str, bool]]) -> None:
    assert asked(tmp_path, inner) == expected


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (f'{FIELD} = "New"', [("status__c", "new", True)]),
        (f'"New" = {FIELD}', [("status__c", "new", True)]),
        (f"{FIELD} &lt;&gt; 'New'", [("status__c", "new", False)]),
        (f"NOT({FIELD} = 'New')", [("status__c", "new", False)]),
        (f"ISPICKVAL({FIELD}, 'New')", [("status__c", "new", True)]),
        (f"NOT(ISPICKVAL({FIELD}, 'New'))", [("status__c", "new", False)]),
        (f"ISBLANK({FIELD})", [("status__c", "", True)]),
        (f"NOT(ISNULL({FIELD}))", [("status__c", "", False)]),
        ("{!$Record.Open__c}", [("open__c", "true", True)]),
        ("NOT({!$Record.Open__c})", [("open__c", "true", False)]),
        ("{!$Record.Open__c} = false", [("open__c", "false", True)]),
        ("$Record.Open__c == true", [("open__c", "true", True)]),
        (
            "{!$Record.RecordType.DeveloperName} = 'VIP'",
            [("recordtype.developername", "vip", True)],
        ),
        (
            f"AND(ISNEW(), OR(ISBLANK({FIELD}), TRUE), AND({{!$Record.Open__c}}, {{!$Record.A__c}} = 2))",
            [("a__c", "2", True), ("open__c", "true", True)],
        ),
        (
            f"({FIELD} = 'a, (b') &amp;&amp; !{{!$Record.Open__c}}",
            [("open__c", "true", False), ("status__c", "a, (b", True)],
        ),
        (f"OR({FIELD} = 'New', {FIELD} = 'Old')", []),
        (f"{FIELD} = 'New' || {FIELD} = 'Old'", []),
        (f"AND({FIELD} = 'New') || AND({FIELD} = 'Old')", []),
        ("NOT(OR({!$Record.Open__c}, {!$Record.Shut__c}))", []),
        ("NOT({!$Setup.Switch__c.Off__c})", []),
        ("AND(((", []),
        ("", []),
    ],
)
def test_formulas(tmp_path: Path, formula: str, expected: list[tuple[str, str, bool]]) -> None:
    assert asked(tmp_path, tag("filterFormula", formula)) == expected


@pytest.mark.parametrize(
    ("on", "formula", "expected"),
    [
        ("Create", "", {"create"}),
        ("Update", "", {"update"}),
        ("CreateAndUpdate", "", {"create", "update"}),
        ("", "", {"create", "update"}),
        ("Delete", "", {"delete"}),
        ("CreateAndUpdate", "AND(ISNEW(), TRUE)", {"create"}),
        ("CreateAndUpdate", "NOT( ISNEW() )", {"update"}),
        ("CreateAndUpdate", "AND(TRUE, ISCHANGED({!$Record.A__c}))", {"update"}),
        ("Create", "ISCHANGED({!$Record.A__c})", set()),
        ("CreateAndUpdate", "OR(ISNEW(), TRUE)", {"create", "update"}),
    ],
)
def test_events(tmp_path: Path, on: str, formula: str, expected: set[str]) -> None:
    assert events(one(tmp_path, saving(tag("filterFormula", formula), on=on)).fact.start) == expected


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("a", "x", True), ("a", "y", True), True),
        (("a", "x", True), ("a", "x", False), True),
        (("a", "", True), ("a", "x", True), True),
        (("a", "x", True), ("a", "x", True), False),
        (("a", "x", False), ("a", "y", False), False),
        (("a", "x", True), ("a", "y", False), False),
        (("a", "x", True), ("b", "y", True), False),
    ],
)
def test_which_tests_exclude_each_other(
    first: tuple[str, str, bool], second: tuple[str, str, bool], *, expected: bool
) -> None:
    assert exclude_each_other([Criterion(*first)], [Criterion(*second)]) is expected
    assert exclude_each_other([Criterion(*second)], [Criterion(*first)]) is expected


OPEN = condition("$Record.Open__c", "EqualTo", "true")
BIG = condition("$Record.Size__c", "EqualTo", "'Big'")


def before(folder: Path, name: str, *blocks: str) -> list[tuple[str, str]]:
    found = one(folder, saving(), *blocks)
    element = found.element(name)
    assert element is not None
    return sorted((test.field, test.value) for test in criteria_before(found.ways, element))


def test_decisions_on_every_way_to_a_node(tmp_path: Path) -> None:
    blocks = (
        node("decisions", "A", rule("Open", OPEN, to="B")),
        node("decisions", "B", rule("Big", BIG, to="C"), default="D"),
        node("assignments", "C", to="D"),
        node("assignments", "D"),
    )
    assert before(tmp_path, "C", *blocks) == [("open__c", "true"), ("size__c", "big")]
    assert before(tmp_path, "D", *blocks) == [("open__c", "true")]


def test_a_decision_that_can_be_walked_around_asks_nothing(tmp_path: Path) -> None:
    either = f"<rules><name>Any</name><conditionLogic>or</conditionLogic>{OPEN}{BIG}{'<connector><targetReference>C</targetReference></connector>'}</rules>"
    assert before(tmp_path, "C", node("decisions", "A", either), node("assignments", "C")) == []
    around = node("decisions", "A", rule("Open", OPEN, to="C"), default="C")
    assert before(tmp_path, "C", around, node("assignments", "C")) == []


def test_a_cycle_of_decisions_ends(tmp_path: Path) -> None:
    blocks = (
        node("decisions", "A", rule("Open", OPEN, to="B"), default="A"),
        node("decisions", "B", rule("Big", BIG, to="goto:A")),
    )
    assert before(tmp_path, "B", *blocks) == [("open__c", "true")]
