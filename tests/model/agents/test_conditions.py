"""Whether conditions of scripts can hold, with what is known of their variables."""

import pytest

from sfgov.model.agents import Condition
from sfgov.model.agents.conditions import can_all_agree
from sfgov.model.agents.expressions import UNKNOWN, Unknown, Value, literal_of, parsed, value_of
from sfgov.place import Place

AT = Place("a.agent", 1, "AiAuthoringBundle:A")
VALUES: dict[str, Value] = {"yes": True, "no": False, "count": 2.0, "name": "Ada", "blank": "", "none": None}


def condition(text: str, *, holds: bool = True) -> Condition:
    return Condition("if", text, AT, parsed(text), holds)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("@variables.yes", True),
        ("@variables.Yes == True", True),
        ("@variables.no == True", False),
        ("not @variables.no and @variables.yes", True),
        ("not @variables.count == 3", True),
        ("@variables.yes or @outputs.x", True),
        ("@variables.no and @outputs.x", False),
        ("@variables.yes and @outputs.x", UNKNOWN),
        ("@variables.count >= 2", True),
        ("@variables.count + 1 > 3", False),
        ("-@variables.count < 0", True),
        ('@variables.name == "Ada"', True),
        ('@variables.name=="Bob"', False),
        ('@variables.name + "!" == "Ada!"', True),
        ("@variables.none is None", True),
        ("@variables.name is not None", True),
        ("@variables.none < 3", UNKNOWN),
        ('@variables.count == "2"', UNKNOWN),
        ("@variables.unheard_of", UNKNOWN),
        ("@variables.name.first == 1", UNKNOWN),
        ("len(@variables.name) == 3", UNKNOWN),
        ("@variables.name[0]", UNKNOWN),
        ("1 if @variables.no else 2", 2.0),
        ("(@variables.no or (@variables.yes))", True),
        ("@variables.", UNKNOWN),
        ("@variables.yes ==", UNKNOWN),
        ("2025-01-15", UNKNOWN),
        ("5 / 0", UNKNOWN),
        (r'"a \"quoted\" @variables.no"', 'a "quoted" @variables.no'),
    ],
)
def test_expressions_are_worked_out_as_far_as_they_are_known(text: str, value: Value | Unknown) -> None:
    assert value_of(parsed(text), VALUES) == value


def test_variables_are_found_outside_of_strings_and_in_any_case() -> None:
    found = parsed('@variables.Ab == "@variables.cd" and @Variables.ef and {!@variables.gh')
    assert found.variables == {"ab", "ef", "gh"}


def test_strings_with_merged_parts_are_computed() -> None:
    text = '"{!@variables.kind}: {! @outputs.title }, see @variables.no"'
    found = parsed(text)
    assert found.variables == {"kind"}
    assert found.references == ("@variables.kind", "@outputs.title")
    assert literal_of(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5_000 + "1" + ")" * 5_000,
        "not " * 5_000 + "1",
        "+".join(["1"] * 5_000),
        "-" * 5_000 + "1",
        "[" * 5_000,
    ],
)
def test_deep_expressions_are_not_known_and_do_no_harm(text: str) -> None:
    assert value_of(parsed(text), {}) is UNKNOWN


def test_long_chains_of_and_are_worked_out() -> None:
    assert value_of(parsed(" and ".join(["True"] * 200 + ["False"])), {}) is False


def test_literals_are_told_from_what_is_computed() -> None:
    assert literal_of("None") == (None,)
    assert literal_of('"a"') == ("a",)
    assert literal_of("@outputs.x") is None
    assert literal_of("...") is None
    assert literal_of("[]") == (None,)


def test_a_condition_cannot_agree_when_no_value_makes_it_true() -> None:
    possible = {"mood": frozenset[Value]({"neutral"}), "retries": frozenset[Value]({0.0})}.get
    escalates = condition('@variables.mood == "frustrated" or @variables.retries > 2')
    assert not escalates.can_agree(possible)
    assert condition('@variables.mood == "frustrated" or @variables.other').can_agree(possible)
    assert condition("@variables.retries > 2", holds=False).can_agree(possible)


def test_conditions_are_tried_together() -> None:
    possible = {"open": frozenset[Value]({True, False})}.get
    first, second = condition("@variables.open"), condition("@variables.open", holds=False)
    assert first.can_agree(possible)
    assert second.can_agree(possible)
    assert not can_all_agree((first, second), possible)
    assert can_all_agree((), possible)
