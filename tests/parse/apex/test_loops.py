"""Which loops repeat an operation."""

from __future__ import annotations

import pytest

from tests.apex_source import read_body, show_loop


def loops_of(statements: str) -> dict[str, tuple[int, ...]]:
    """The loops that repeat each operation, by its name."""
    return {operation.name: operation.loops for operation in read_body(statements).operations}


def test_heads() -> None:
    method = read_body(
        "for (Account a : Trigger.new) {\n  for (Integer i = 0,\n    n = 2; i < n; i++, n--) {}\n  while (x) do { y(); } while (z());\n}\nfor (;;) {}"
    )
    assert [show_loop(loop) for loop in method.loops] == [
        "2:1 for-each (Account a : Trigger.new) in -1",
        "3:3 for (Integer i = 0, n = 2; i < n; i++, n--) in 0",
        "5:3 while (x) in 0",
        "5:13 do (z()) in 2",
        "7:1 for (;;) in -1",
    ]
    assert [loop.end_line for loop in method.loops] == [6, 4, 5, 5, 7]
    assert [(loop.variable, loop.iterable) for loop in method.loops] == [
        ("a", "Trigger.new"),
        *[("", "")] * 4,
    ]


def test_bodies_conditions_and_updates_are_repeated() -> None:
    assert loops_of("for (I i = a(); b(); c()) { d(); }\nwhile (e()) f();\ndo { g(); } while (h());") == {
        "a": (),
        "b": (0,),
        "c": (0,),
        "d": (0,),
        "e": (1,),
        "f": (1,),
        "g": (2,),
        "h": (2,),
    }


def test_the_iterable_of_a_for_each_is_evaluated_once() -> None:
    assert loops_of("for (A a : [SELECT Id FROM Q WHERE X = :y()]) for (B b : a.rows()) c();") == {
        "Q": (),
        "y": (),
        "rows": (0,),
        "c": (0, 1),
    }


def test_an_existing_variable_may_count() -> None:
    assert loops_of("for (i = a(), j = 0; i < b(); i = c()) d();") == {
        "i": (0,),  # the update; the initialiser's assignment of the same name runs once
        "a": (),
        "j": (),
        "b": (0,),
        "c": (0,),
        "d": (0,),
    }


@pytest.mark.parametrize("way", ["break;", "return;", "throw new E();", "{ { return; } }"])
def test_a_loop_that_is_surely_left_repeats_nothing(way: str) -> None:
    assert loops_of(f"for (A a : b) {{ c(); {way} }}")["c"] == ()


def test_a_loop_does_not_repeat_what_stands_before_it() -> None:
    assert loops_of("for (A a : b) { c(); while (d) { e(); } }")["c"] == (0,)
    assert loops_of("for (A a : b) { c(); do { e(); } while (d); }")["c"] == (0,)


def test_a_way_out_in_a_loop_that_may_not_run_is_not_sure() -> None:
    assert loops_of("for (A a : b) { c(); while (d) { return; } }")["c"] == (0,)
    assert loops_of("for (A a : b) { c(); do { return; } while (d); }")["c"] == ()


def test_what_is_returned_or_thrown_is_not_repeated() -> None:
    assert loops_of("for (A a : b) { if (c()) return d(); if (e()) { throw f(); } }") == {
        "c": (0,),
        "": (),
        "d": (),
        "e": (0,),
        "f": (),
    }


def test_a_conditional_way_out_exempts_only_what_leads_to_it() -> None:
    assert loops_of("for (A a : b) { c(); if (d()) { e(); break; } f(); }") == {
        "c": (0,),
        "d": (0,),
        "e": (),
        "f": (0,),
    }


def test_a_query_before_a_conditional_return_is_repeated() -> None:
    assert loops_of("for (A a : b) { x = [SELECT Id FROM Q]; if (x.size() < 2) return false; }")["Q"] == (0,)


def test_break_leaves_the_innermost_loop_only() -> None:
    assert loops_of("for (A a : b) { for (C c : d) { e(); break; } }")["e"] == (0,)


def test_return_leaves_all_loops() -> None:
    assert loops_of("for (A a : b) { for (C c : d) { e(); return; } f(); }") == {"e": (), "": (), "f": (0,)}


def test_break_in_a_switch_leaves_the_loop() -> None:
    assert loops_of("for (A a : b) { switch on c { when 1 { d(); break; } when else { e(); } } }") == {
        "d": (),
        "e": (0,),
    }


def test_continue_before_the_way_out_cancels_it() -> None:
    assert loops_of("for (A a : b) { c(); if (d()) continue; e(); break; }") == {
        "c": (0,),
        "d": (0,),
        "e": (),
    }


def test_continue_in_another_branch_cancels_nothing() -> None:
    assert loops_of("for (A a : b) { if (c()) { d(); } else { e(); continue; } break; }") == {
        "c": (0,),
        "d": (),
        "e": (0,),
    }


def test_continue_in_an_inner_loop_is_the_inner_loops_matter() -> None:
    assert loops_of("for (A a : b) { for (C c : d) { e(); if (f) continue; return; } return; }")["e"] == (1,)


def test_a_conditional_break_cancels_a_return_for_the_outer_loop_only() -> None:
    assert loops_of("for (A a : b) { for (C c : d) { e(); if (f()) break; return; } }") == {
        "e": (0,),
        "f": (0,),
        "": (),
    }


def test_an_outer_way_out_exempts_the_outer_loop() -> None:
    assert loops_of("for (A a : b) { for (C c : d) { e(); } f(); break; }") == {"e": (1,), "f": ()}


def test_both_branches_may_leave() -> None:
    assert loops_of("for (A a : b) { c(); if (d()) { return; } else if (e()) throw x; else { break; } }") == {
        "c": (),
        "d": (),
        "e": (),
        "": (),
    }


def test_an_else_if_chain_that_may_fall_through_repeats() -> None:
    assert loops_of("for (A a : b) { c(); if (d()) { return; } else if (e()) { break; } }") == {
        "c": (0,),
        "d": (0,),
        "": (),
        "e": (0,),
    }


def test_a_condition_whose_body_surely_leaves_is_evaluated_once() -> None:
    assert loops_of("while (a()) { b(); return; }") == {"a": (), "b": (), "": ()}
    assert loops_of("do { a(); break; } while (b());") == {"a": (), "b": (0,)}


def test_a_thrown_exception_that_is_caught_in_the_loop_does_not_leave_it() -> None:
    assert loops_of("for (A a : b) { try { c(); throw d; } catch (E e) { f(); } }") == {
        "c": (0,),
        "": (0,),
        "f": (0,),
    }
    assert loops_of("for (A a : b) { try { c(); throw d; } catch (E e) { f(); return; } }") == {
        "c": (),
        "": (),
        "f": (),
    }
    assert loops_of("for (A a : b) { try { c(); throw d; } catch (E e) { f(); } catch (F f) { return; } }")[
        "c"
    ] == (0,)
    assert loops_of("try { for (A a : b) { c(); throw d; } } catch (E e) { f(); }") == {
        "c": (),
        "": (),
        "f": (),
    }


def test_a_try_that_leaves_when_it_succeeds_is_not_repeated() -> None:
    assert loops_of("while (tries < 3) { try { a(); return; } catch (E e) { b(); } }") == {
        "a": (),
        "": (),
        "b": (0,),
    }


def test_finally_runs_on_the_way() -> None:
    assert loops_of("for (A a : b) { try { c(); } finally { d(); } }") == {"c": (0,), "d": (0,)}
    assert loops_of("for (A a : b) { try { c(); } finally { d(); return; } }") == {"c": (), "d": (), "": ()}


def test_code_after_a_loop_is_in_none() -> None:
    method = read_body("for (A a : b) { c(); }\nd();\nwhile (e()) {}")
    assert [(o.name, o.loops) for o in method.operations] == [("c", (0,)), ("d", ()), ("e", (1,))]


def test_arguments_stay_beside_their_loops() -> None:
    (inner, outer) = read_body("for (A a : b) { x.f(g(1), 2); }").operations
    assert (inner.name, inner.arguments, inner.loops) == ("f", ("g(1)", "2"), (0,))
    assert (outer.name, outer.arguments, outer.loops) == ("g", ("1",), (0,))
