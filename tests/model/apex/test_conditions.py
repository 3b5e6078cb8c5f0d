from __future__ import annotations

import pytest

from sfgov.facts.apex import Guard
from sfgov.model.apex.bindings import decide_by
from sfgov.model.apex.conditions import Joined, Negated, evaluate, holds, parsed
from sfgov.model.apex.events import trigger_event

CUT = {
    "a": "a",
    "!a": Negated("a"),
    "a && b": Joined("all", ("a", "b")),
    "a || b && !c": Joined("any", ("a", Joined("all", ("b", Negated("c"))))),
    "(a || b) && c": Joined("all", (Joined("any", ("a", "b")), "c")),
    "X.Size() == 0": "x.size()==0",
    "a != b": "a!=b",
    "!x.isEmpty() && y.get(a && b) == null": Joined("all", (Negated("x.isempty()"), "y.get(a&&b)==null")),
    "name == 'a && (b'": "name=='a && (b'",
    "(a).b == c": "(a).b==c",
    "((a))": "a",
    "(a ? b : c)": "(a?b:c)",
    "a &&": Joined("all", ("a", "")),
    "a) b": "a)b",
    "": "",
}


@pytest.mark.parametrize(("condition", "expected"), CUT.items(), ids=CUT)
def test_conditions_are_cut_into_atoms(condition: str, expected: object) -> None:
    assert parsed(condition) == expected


VALUES = {
    "yes": True,
    "no": False,
    "unknown": None,
    "yes && unknown": None,
    "no && unknown": False,
    "yes || unknown": True,
    "no || unknown": None,
    "!(yes && yes)": False,
    "!unknown": None,
    "true": True,
    "yes && !false": True,
}


@pytest.mark.parametrize(("condition", "expected"), VALUES.items(), ids=VALUES)
def test_three_values(condition: str, expected: bool | None) -> None:
    assert evaluate(condition, {"yes": True, "no": False}.get) is expected


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("if", True),
        ("ternary", True),
        ("else", False),
        ("after-exit", False),
        ("catch", None),
        ("finally", None),
    ],
)
def test_what_a_guard_lets_through(kind: str, expected: bool | None) -> None:
    guard = Guard(kind, 1, "yes")  # type: ignore[arg-type]
    assert holds(guard, {"yes": True}.get) is expected


EVENTS = {
    "Trigger.isBefore && Trigger.isDelete": True,
    "Trigger.isAfter": False,
    "Trigger.isInsert || Trigger.isUpdate": False,
    "Trigger.isExecuting": True,
    "isDelete == true": True,
    "Trigger.isDelete != true": False,
    "Trigger.operationType == System.TriggerOperation.BEFORE_DELETE": True,
    "operation == TriggerOperation.AFTER_DELETE": False,
    "action != Handler.Action.BeforeDelete": False,
    "Trigger.size > 1": None,
}


@pytest.mark.parametrize(("condition", "expected"), EVENTS.items(), ids=EVENTS)
def test_what_an_event_decides(condition: str, expected: bool | None) -> None:
    assert evaluate(condition, trigger_event("before", "delete")) is expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [("BEFORE_DELETE, AFTER_DELETE", True), ("BEFORE_INSERT", False), ("else", None), ("'x'", None)],
)
def test_what_an_event_decides_of_a_switch(values: str, expected: bool | None) -> None:
    assert holds(Guard("when", 1, values), trigger_event("before", "delete")) is expected


BOUND = {
    "now": False,
    "!now": True,
    "now == true": False,
    "now != false": False,
    "false == now": True,
    "id == null": True,
    "null != id": False,
    "list == null": False,
    "list != null": True,
    "name == 'x'": True,
    "name == 'y'": False,
    "String.isBlank(id)": True,
    "String.isNotBlank(id)": False,
    "String.isBlank(name)": False,
    "other": None,
    "Test.isRunningTest()": False,
    "!System.Test.isRunningTest() && now": False,
}


@pytest.mark.parametrize(("condition", "expected"), BOUND.items(), ids=BOUND)
def test_what_known_arguments_decide(condition: str, expected: bool | None) -> None:
    known = (("id", "null"), ("list", "something"), ("name", "'x'"), ("now", "false"))
    assert evaluate(condition, decide_by(known)) is expected
