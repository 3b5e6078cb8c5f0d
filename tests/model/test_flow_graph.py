from __future__ import annotations

from pathlib import Path

import pytest

from sfgov.model.flow_graph import Repetition
from sfgov.model.flows import LinkedFlow
from tests.flow_xml import condition, edge, flow, flows_of, node, rule, start, tag


def linked(tmp_path: Path, *blocks: str) -> LinkedFlow:
    found = flows_of(tmp_path, {"flows/F.flow-meta.xml": flow(*blocks)}).get("F")
    assert found is not None
    return found


def names(elements: object) -> list[str]:
    return [element.name for element in elements]  # type: ignore[attr-defined]


def repetitions(one: LinkedFlow, loop: int = 0) -> dict[str, str]:
    return {e.name: one.loops[loop].repetition(e).value for e in one.fact.elements}


def test_a_body_is_what_the_next_value_leads_to(tmp_path: Path) -> None:
    one = linked(
        tmp_path,
        start(to="Each"),
        node("loops", "Each", each="Check", after="Save"),
        node("decisions", "Check", rule("Yes", to="Set"), default="Each"),
        node("assignments", "Set", to="Each"),
        node("recordUpdates", "Save"),
    )
    (loop,) = one.loops
    assert names(loop.body) == ["Check", "Set"]
    assert repetitions(one) == {
        "Each": "none",
        "Check": "round",
        "Set": "round",
        "Save": "none",
    }


def test_a_way_that_leaves_the_loop_for_good_runs_once(tmp_path: Path) -> None:
    one = linked(
        tmp_path,
        start(to="Each"),
        node("loops", "Each", each="Check", after="Done"),
        node("decisions", "Check", rule("Found", to="Save"), default="Each"),
        node("recordUpdates", "Save", to="Done"),
        node("screens", "Done"),
    )
    (loop,) = one.loops
    assert names(loop.body) == ["Check", "Save", "Done"]
    save = one.element("Save")
    assert save is not None
    assert not loop.on_the_way_back(save)
    assert repetitions(one)["Save"] == "none"


def test_nested_loops(tmp_path: Path) -> None:
    one = linked(
        tmp_path,
        start(to="Outer"),
        node("loops", "Outer", each="Get", after="Save"),
        node("recordLookups", "Get", to="Inner"),
        node("loops", "Inner", each="Add", after="Flush"),
        node("assignments", "Add", to="Inner"),
        node("recordUpdates", "Flush", to="Outer"),
        node("recordUpdates", "Save"),
    )
    outer, inner = one.loops
    assert names(outer.body) == ["Get", "Inner", "Add", "Flush"]
    assert names(inner.body) == ["Add"]
    assert (inner.inside(outer), outer.inside(inner), outer.inside(outer)) == (True, False, False)
    add, flush = one.element("Add"), one.element("Flush")
    assert add is not None
    assert flush is not None
    assert names(one.repeating(add)) == ["Inner"]
    assert names(one.repeating(flush)) == ["Outer"]
    assert names(outer.path_to(flush)) == ["Get", "Inner", "Flush"]


def test_go_to_connectors_are_edges(tmp_path: Path) -> None:
    one = linked(
        tmp_path,
        start(to="Each"),
        node("loops", "Each", each="Set", after="goto:Tail"),
        node("assignments", "Set", to="goto:Tail"),
        node("recordLookups", "Tail", to="goto:Each"),
    )
    assert repetitions(one) == {"Each": "none", "Set": "round", "Tail": "round"}


def test_fault_paths_in_a_loop(tmp_path: Path) -> None:
    one = linked(
        tmp_path,
        start(to="Each"),
        node("loops", "Each", each="Update", after="Done"),
        node("recordUpdates", "Update", to="Each", fault="Log"),
        node("recordCreates", "Log", to="Each"),
        node("screens", "Done"),
    )
    assert repetitions(one) == {
        "Each": "none",
        "Update": "round",
        "Log": "failing round",
        "Done": "none",
    }
    log = one.element("Log")
    assert log is not None
    assert one.loops[0].on_the_way_back(log)
    assert not one.loops[0].on_the_way_back(log, through_faults=False)
    assert names(one.loops[0].path_to(log)) == ["Update", "Log"]


def test_what_goes_back_only_when_it_fails_repeats_only_then(tmp_path: Path) -> None:
    one = linked(
        tmp_path,
        start(to="Each"),
        node("loops", "Each", each="Try"),
        node("recordLookups", "Try", to="Found", fault="Each"),
        node("assignments", "Found"),
    )
    assert repetitions(one) == {"Each": "none", "Try": "failing round", "Found": "none"}


def test_a_screen_in_each_round_starts_a_new_transaction(tmp_path: Path) -> None:
    one = linked(
        tmp_path,
        tag("processType", "Flow"),
        start(to="Each"),
        node("loops", "Each", each="Ask"),
        node("screens", "Ask", to="Save"),
        node("recordCreates", "Save", to="Each"),
    )
    assert repetitions(one) == {"Each": "none", "Ask": "paused", "Save": "paused"}


def test_a_screen_that_a_round_can_pass_by_does_not(tmp_path: Path) -> None:
    one = linked(
        tmp_path,
        tag("processType", "Flow"),
        start(to="Each"),
        node("loops", "Each", each="Save"),
        node("recordCreates", "Save", to="Unsure"),
        node("decisions", "Unsure", rule("Yes", condition("x", "EqualTo", "true"), to="Ask"), default="Each"),
        node("screens", "Ask", to="Each"),
    )
    assert repetitions(one)["Save"] == "round"


def test_old_flows_and_dangling_edges(tmp_path: Path) -> None:
    one = linked(
        tmp_path,
        node("loops", "Each", each="get", after="Gone"),
        node("recordLookups", "Get", to="EACH"),
        tag("startElementReference", "Each"),
    )
    assert names(one.reachable()) == ["Each", "Get"]
    assert repetitions(one) == {"Each": "none", "Get": "round"}
    assert [e.target for e in one.start_edges] == ["Each"]


def test_a_loop_without_a_body(tmp_path: Path) -> None:
    one = linked(tmp_path, start(to="Each"), node("loops", "Each", after="Done"), node("screens", "Done"))
    assert one.loops[0].body == ()
    assert one.loops[0].next_value is None


def test_reachable_with_and_without_faults(tmp_path: Path) -> None:
    one = linked(
        tmp_path,
        start(to="Get"),
        node("recordLookups", "Get", to="Set", fault="Log"),
        node("assignments", "Set"),
        node("recordCreates", "Log"),
        node("recordCreates", "Lost"),
    )
    assert names(one.reachable()) == ["Get", "Set", "Log"]
    assert names(one.reachable(through_faults=False)) == ["Get", "Set"]
    log = one.element("log")
    assert log is not None
    assert names(one.reachable([log])) == ["Log"]


def test_cycles_without_a_loop_node_end(tmp_path: Path) -> None:
    one = linked(
        tmp_path,
        start(to="A"),
        node("decisions", "A", rule("Yes", to="B"), default="C"),
        node("assignments", "B", to="A"),
        node("assignments", "C", to="goto:A"),
    )
    assert names(one.reachable()) == ["A", "C", "B"]
    (a, b, c) = one.fact.elements
    assert names(one.graph.path([b], c)) == ["B", "A", "C"]
    assert one.graph.path([b], c, stop_at=("a",)) == ()
    assert one.graph.leading_to(a, {"a", "b", "c"}) == {"a", "b", "c"}
    assert one.graph.leading_to(b, {"c"}) == frozenset()


def test_ways_on_name_the_outcomes_that_end_the_flow(tmp_path: Path) -> None:
    one = linked(
        tmp_path,
        node("decisions", "D", rule("Yes", to="Set"), rule("No")),
        node("loops", "L", each="Set"),
        node("recordLookups", "Set", to="Gone", fault="D"),
        node("assignments", "Last"),
        node("waits", "W", f"<waitEvents><name>E</name>{edge('connector', 'Set')}</waitEvents>"),
    )
    ways = [[way and way.name for way in one.graph.ways_on(element)] for element in one.fact.elements]
    assert ways == [["Set", None, None], ["Set", None], [None], [None], ["Set"]]


def test_a_long_flow_with_many_loops(tmp_path: Path) -> None:
    """500 nodes, 100 of them loops, each in the one before: nothing recurses, nothing grows out of hand."""
    blocks = [start(to="L0")]
    for i in range(100):
        blocks += [
            node("loops", f"L{i}", each=f"A{i}", after=f"Z{i}"),
            node("assignments", f"A{i}", to=f"B{i}"),
            node("recordLookups", f"B{i}", to=f"C{i}", fault=f"C{i}"),
            node("decisions", f"C{i}", rule("Yes", to=f"L{i + 1}" if i < 99 else f"L{i}"), default=f"L{i}"),
            node("assignments", f"Z{i}", to=f"L{i - 1}" if i else ""),
        ]
    one = linked(tmp_path, *blocks)
    assert len(one.reachable()) == 500
    assert len(one.loops[0].body) == 498  # all but the loop itself and what comes after it
    deepest = one.element("B99")
    assert deepest is not None
    assert names(one.repeating(deepest)) == ["L99"]
    assert [loop.repetition(deepest) for loop in one.loops] == [Repetition.ROUND] * 100


@pytest.mark.parametrize("name", ["f", "F", "nothing"])
def test_elements_are_found_without_case(tmp_path: Path, name: str) -> None:
    one = linked(tmp_path, node("assignments", "F"), node("assignments", ""))
    found = one.element(name)
    assert (found and found.name) == ("F" if name != "nothing" else None)
    assert one.element("") is None
