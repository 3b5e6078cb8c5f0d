"""What is new against an earlier run, what was fixed, and what was there already."""

from msgspec.structs import replace

from sfgov.check import Severity
from sfgov.gate.diff import Before, against, annotating
from sfgov.result import Comparison, Result, Run, Step
from tests.gate_results import RESULT

OLD, NEW, GONE = (replace(RESULT, fingerprint=letter * 32) for letter in "abc")
COMMIT = "0123456789abcdef0123"


def run(*results: Result, crashed: bool = False) -> Run:
    return Run("0.1.0", "acme", 1, {}, (), results, (), Severity.HIGH, crashed)


def compared(now: Run, before: Run | None) -> Run:
    return against(now, Before() if before is None else Before.of(before), "main", COMMIT, lambda *_: False)


def test_only_what_is_new_counts() -> None:
    found = compared(run(OLD, NEW), run(OLD, GONE))

    assert found.results == (replace(OLD, status="baseline", reason="there already at 0123456789ab"), NEW)
    assert found.comparison == Comparison("main", "0123456789ab", (GONE,), 1)
    assert found.gate == "failed"
    assert compared(run(OLD), run(OLD)).gate == "passed"


def test_place_and_wording_do_not_matter() -> None:
    moved = replace(OLD, path="elsewhere.xml", line=99, message="Other words.", severity=Severity.CRITICAL)

    assert compared(run(moved), run(OLD)).gate == "passed"


def test_without_an_org_before_everything_is_new() -> None:
    found = compared(run(OLD), None)

    assert (found.gate, found.comparison) == ("failed", Comparison("main", "0123456789ab", (), 0))


def test_what_does_not_count_anyway_keeps_its_reason() -> None:
    waived = replace(OLD, status="waived", reason="jane")

    found = compared(run(waived), run(OLD))

    assert found.results == (waived,)
    assert found.comparison == Comparison("main", "0123456789ab", (), 0)


def test_an_excuse_in_the_code_that_was_taken_away_counts() -> None:
    suppressed = replace(OLD, status="suppressed", reason="two at most")

    assert compared(run(OLD), run(suppressed)).gate == "failed"


def test_a_waiver_that_was_taken_away_counts() -> None:
    waived = replace(OLD, status="waived", reason="jane")

    assert compared(run(OLD), run(waived)).gate == "failed"
    assert compared(run(waived), run(waived)).gate == "passed"


def test_what_was_known_before_is_not_new() -> None:
    assert compared(run(OLD), run(replace(OLD, status="baseline"))).gate == "passed"


def test_what_did_not_count_before_was_not_fixed() -> None:
    before = run(replace(GONE, status="waived"), replace(OLD, status="baseline"))

    comparison = compared(run(), before).comparison

    assert comparison
    assert [result.fingerprint for result in comparison.fixed] == [OLD.fingerprint]


def test_what_is_fixed_needs_no_source_lines() -> None:
    told = Step("a.xml", 1, "Flow:F", "says", excerpt=((1, "<a>"),))
    before = run(replace(GONE, excerpt=((1, "<a>"),), evidence=(told,)))

    comparison = compared(run(), before).comparison

    assert comparison
    assert comparison.fixed == (replace(GONE, evidence=(replace(told, excerpt=()),)),)


def test_annotations_leave_out_what_is_not_shown_and_nothing_else_changes() -> None:
    now = run(replace(OLD, path="a.xml", line=1), replace(NEW, path="b.xml", line=2))
    now = replace(now, repository_prefix="org/")

    shown = annotating(now, lambda path, line: (path, line) == ("org/b.xml", 2))

    assert [result.path for result in shown.annotated] == ["b.xml"]
    assert shown.not_annotated == 1
    assert (shown.gate, shown.counts(), len(shown.active)) == (now.gate, now.counts(), 2)


def test_after_a_crash_nobody_knows_what_is_new() -> None:
    assert compared(run(), run(crashed=True)).crashed
    assert compared(run(crashed=True), None).crashed
