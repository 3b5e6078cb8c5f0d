from __future__ import annotations

from pathlib import Path

from sfgov.model.flow_outcomes import can_reach, can_reach_from
from sfgov.model.formulas import UNKNOWN, Value
from tests.flow_xml import ACTIVE, before_delete, condition, filters, flow, flows_of, node, rule, tag


def reached(folder: Path, *blocks: str, target: str = "Stop", from_: str = "", **known: Value) -> bool:
    """Whether the flow of these blocks can come to `Stop`. Names are given with `_` for `.` and `$record` left out."""
    [one] = flows_of(folder, {"flows/F.flow-meta.xml": flow(*blocks, ACTIVE)}).all()
    values = {f"$record.{name}": value for name, value in known.items()} | {
        name.replace("__dot__", "."): value for name, value in known.items()
    }
    node_ = one.element(target)
    assert node_ is not None
    first = one.element(from_)
    if first is not None:
        return can_reach_from(one, first, [node_], lambda name: values.get(name, UNKNOWN))
    return can_reach(one, [node_], lambda name: values.get(name, UNKNOWN))


STOP = "<customErrors><name>Stop</name></customErrors>"


def test_nothing_known_leaves_all_ways_open(tmp_path: Path) -> None:
    ask = node("decisions", "Ask", rule("Yes", condition("$Record.A__c", "EqualTo", "'x'"), to="Stop"))
    assert reached(tmp_path, STOP, ask, before_delete("Ask"))


def test_a_condition_that_fails_closes_its_way(tmp_path: Path) -> None:
    ask = node("decisions", "Ask", rule("Yes", condition("$Record.A__c", "EqualTo", "'x'"), to="Stop"))
    assert reached(tmp_path, STOP, ask, before_delete("Ask"), a__c="X")
    assert not reached(tmp_path, STOP, ask, before_delete("Ask"), a__c="y")
    assert not reached(tmp_path, STOP, ask, before_delete("Ask"), a__c=None)


def test_nothing_differs_from_something(tmp_path: Path) -> None:
    ask = node("decisions", "Ask", rule("Yes", condition("$Record.A__c", "NotEqualTo", "'x'"), to="Stop"))
    assert reached(tmp_path, STOP, ask, before_delete("Ask"), a__c=None)


def test_is_null_and_comparisons_with_nothing(tmp_path: Path) -> None:
    null = node("decisions", "Ask", rule("Yes", condition("$Record.A__c", "IsNull", "true"), to="Stop"))
    more = node("decisions", "Ask", rule("Yes", condition("$Record.A__c", "GreaterThan", "3"), to="Stop"))
    assert reached(tmp_path, STOP, null, before_delete("Ask"), a__c=None)
    assert not reached(tmp_path, STOP, null, before_delete("Ask"), a__c="x")
    assert not reached(tmp_path, STOP, more, before_delete("Ask"), a__c=None)
    assert reached(tmp_path, STOP, more, before_delete("Ask"), a__c="2")


def test_parts_of_texts(tmp_path: Path) -> None:
    for operator, text in (("Contains", "'los'"), ("StartsWith", "'Clo'"), ("EndsWith", "'sed'")):
        ask = node("decisions", "Ask", rule("Yes", condition("$Record.A__c", operator, text), to="Stop"))
        assert reached(tmp_path, STOP, ask, before_delete("Ask"), a__c="Closed")
        assert not reached(tmp_path, STOP, ask, before_delete("Ask"), a__c="Open")


def test_the_default_outcome_is_taken_when_no_rule_holds(tmp_path: Path) -> None:
    ask = node("decisions", "Ask", rule("Yes", condition("$Record.A__c", "EqualTo", "'x'")), default="Stop")
    assert not reached(tmp_path, STOP, ask, before_delete("Ask"), a__c="x")
    assert reached(tmp_path, STOP, ask, before_delete("Ask"), a__c="y")


def test_criteria_with_logic_of_their_own(tmp_path: Path) -> None:
    criteria = (
        tag("filterLogic", "1 OR (NOT 2)")
        + filters("A__c", "EqualTo", "'x'")
        + filters("B__c", "EqualTo", "'y'")
    )
    start = before_delete("Stop", criteria)
    assert reached(tmp_path, STOP, start, a__c="z", b__c="z")
    assert not reached(tmp_path, STOP, start, a__c="z", b__c="y")


def test_logic_that_names_a_condition_that_is_not_there_is_unknown(tmp_path: Path) -> None:
    start = before_delete("Stop", tag("filterLogic", "1 OR 7"), filters("A__c", "EqualTo", "'x'"))
    assert reached(tmp_path, STOP, start, a__c="z")


def test_formulas_that_use_each_other_are_unknown(tmp_path: Path) -> None:
    loop = "<formulas><name>A</name><expression>{!B}</expression></formulas><formulas><name>B</name><expression>NOT({!A})</expression></formulas>"
    ask = node("decisions", "Ask", rule("Yes", condition("A", "EqualTo", "true"), to="Stop"))
    assert reached(tmp_path, STOP, ask, before_delete("Ask"), loop)


def test_a_cycle_ends_and_faults_are_not_followed(tmp_path: Path) -> None:
    first = node("assignments", "First", to="Second")
    second = node("recordLookups", "Second", tag("object", "Account"), to="First", fault="Stop")
    assert not reached(tmp_path, STOP, first, second, before_delete("First"))


def test_from_a_node_on(tmp_path: Path) -> None:
    ask = node("decisions", "Ask", rule("Yes", condition("$Record.A__c", "EqualTo", "'x'"), to="Stop"))
    before = node("assignments", "Before", to="Ask")
    blocks = (STOP, ask, before, before_delete("Before"))
    assert reached(tmp_path, *blocks, from_="Before", a__c="x")
    assert not reached(tmp_path, *blocks, from_="Before", a__c="y")
