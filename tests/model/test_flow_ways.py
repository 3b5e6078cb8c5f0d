from __future__ import annotations

from pathlib import Path

import pytest

from sfgov.facts.flow import FlowRule
from sfgov.model.flows import LinkedFlow
from tests.flow_xml import ACTIVE, after_save, condition, flow, flows_of, node, rule, tag

YES = condition("$Record.A__c", "EqualTo", "true")


def one(folder: Path, *blocks: str, to: str = "A") -> LinkedFlow:
    (found,) = flows_of(folder, {"flows/F.flow-meta.xml": flow(ACTIVE, after_save(to), *blocks)}).all()
    return found


def before(found: LinkedFlow, name: str) -> list[str]:
    element = found.element(name)
    assert element is not None
    return [f"{decision.name}.{held.name}" for decision, held in found.ways.rules_before(element)]


def told(held: FlowRule) -> bool:
    return held.name.startswith("Told")


def sure(found: LinkedFlow, name: str) -> bool:
    element = found.element(name)
    assert element is not None
    return found.ways.is_sure(element, told)


def ask(name: str, held: str, to: str, default: str = "") -> str:
    return node("decisions", name, rule(held, YES, to=to), default=default)


def test_a_straight_way_is_sure(tmp_path: Path) -> None:
    found = one(tmp_path, node("assignments", "A", to="B"), node("assignments", "B"))
    assert (sure(found, "A"), sure(found, "B"), before(found, "B")) == (True, True, [])


def test_a_rule_that_is_told_and_one_that_is_not(tmp_path: Path) -> None:
    found = one(
        tmp_path,
        ask("A", "Told", "B", "C"),
        node("assignments", "B"),
        ask("C", "Other", "D"),
        node("assignments", "D"),
    )
    assert (before(found, "B"), sure(found, "B")) == (["A.Told"], True)
    assert (before(found, "D"), sure(found, "D")) == (["C.Other"], False)


def test_branches_that_come_together_decide_nothing(tmp_path: Path) -> None:
    found = one(
        tmp_path,
        ask("A", "Other", "B", "C"),
        node("assignments", "B", to="D"),
        node("assignments", "C", to="D"),
        node("assignments", "D"),
    )
    assert (before(found, "D"), sure(found, "D"), sure(found, "B")) == ([], True, False)


def test_told_rules_behind_each_other_and_behind_one_that_is_not(tmp_path: Path) -> None:
    chain = (ask("B", "Told2", "C"), node("assignments", "C"))
    assert sure(one(tmp_path / "1", ask("A", "Told1", "B"), *chain), "C")
    assert not sure(one(tmp_path / "2", ask("A", "Other", "B"), *chain), "C")


def test_a_loop_has_a_round_and_goes_on_after_it(tmp_path: Path) -> None:
    found = one(
        tmp_path,
        node("loops", "A", tag("collectionReference", "x"), each="B", after="C"),
        node("assignments", "B", to="A"),
        node("assignments", "C"),
    )
    assert (sure(found, "B"), sure(found, "C")) == (True, True)


def test_a_way_back_to_a_decision_does_not_hide_the_rule(tmp_path: Path) -> None:
    found = one(
        tmp_path,
        ask("A", "Told", "B", "C"),
        node("assignments", "B", to="goto:A"),
        node("assignments", "C"),
    )
    assert (before(found, "B"), before(found, "C")) == (["A.Told"], [])


def test_faults_and_what_is_not_connected_do_not_count(tmp_path: Path) -> None:
    found = one(
        tmp_path,
        node("recordUpdates", "A", to="B", fault="C"),
        node("assignments", "B"),
        node("assignments", "C"),
    )
    assert (sure(found, "B"), sure(found, "C")) == (True, False)


@pytest.mark.parametrize("last", [249, 0])
def test_five_hundred_elements(tmp_path: Path, last: int) -> None:
    blocks = []
    for row in range(250):
        blocks.append(ask(f"A{row}" if row else "A", "Told", f"U{row}", f"A{row + 1}"))
        blocks.append(node("assignments", f"U{row}", to=f"A{row + 1}"))
    found = one(tmp_path, *blocks)
    name = f"A{last}" if last else "A"
    assert (before(found, f"U{last}"), sure(found, f"U{last}")) == ([f"{name}.Told"], True)
