from __future__ import annotations

import pytest

from sfgov.model.formulas import UNKNOWN, Value, value_of_formula

KNOWN: dict[str, Value] = {
    "$permission.bypass": True,
    "$record.status__c": "Closed Won",
    "$record.amount__c": "5.0",
    "$record.note__c": None,
    "status__c": "Paid",
    "isnew()": False,
}


def value(formula: str) -> Value:
    return value_of_formula(formula, lambda name: KNOWN.get(name, UNKNOWN))


@pytest.mark.parametrize(
    "formula",
    [
        "$Permission.Bypass",
        "{!$Permission.Bypass}",
        "NOT(NOT($Permission.Bypass))",
        "OR($User.Active__c, $Permission.Bypass)",
        "{!$Permission.Bypass} || ISCHANGED(Name)",
        'ISPICKVAL({!$Record.Status__c}, "closed won")',
        "TEXT( $Record.Status__c ) = 'Closed Won'",
        "$Record.Amount__c == 5",
        "ISBLANK($Record.Note__c) && !ISBLANK(Status__c)",
        "IF($Permission.Bypass, Status__c <> 'Open', FALSE)",
        "/* why */ (TRUE)",
        "AND(TRUE, NOT(FALSE))",
        "BLANKVALUE($Record.Note__c, 'none') = 'none'",
        "NULLVALUE(Status__c, 'none') = 'Paid'",
        "NOT(ISNEW())",
    ],
)
def test_true(formula: str) -> None:
    assert value(formula) is True


@pytest.mark.parametrize(
    "formula",
    [
        "NOT($Permission.Bypass)",
        "AND(NOT($Permission.Bypass), $User.Something__c = 3)",
        "!$Permission.Bypass && CASE(Status__c, 'a', 1, 2) = 2",
        "Status__c != 'paid'",
        "ISNULL(Status__c)",
    ],
)
def test_false(formula: str) -> None:
    assert value(formula) is False


@pytest.mark.parametrize(
    "formula",
    [
        "",
        "NOW()",
        "BLANKVALUE($Permission.Other, TRUE)",
        "$Permission.Other",
        "AND($Permission.Bypass, Locked__c)",
        "CASE(Status__c, 'Paid', TRUE, FALSE)",
        "$Record.Amount__c > 3",
        "$Record.Amount__c + 1 = 6",
        "Status__c = 'Paid' 'x'",
        "AND($Permission.Bypass",
        "NOT($Permission.Bypass, TRUE)",
        "§",
        "(" * 5000,
    ],
)
def test_not_known(formula: str) -> None:
    assert value(formula) is UNKNOWN


def test_text_and_numbers_are_themselves() -> None:
    assert [value("'It''s'"), value('"a"'), value("3.50"), value("TEXT(Status__c)"), value("NULL")] == [
        UNKNOWN,
        "a",
        "3.50",
        "Paid",
        None,
    ]
