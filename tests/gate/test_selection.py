"""Which checks run: the ladder, exact selection, ignoring, and the command line over the file."""

from collections.abc import Iterator

import pytest

from sfgov import Check, Ruleset, Severity, check
from sfgov.check import Outcome
from sfgov.gate.selection import Selection, listed, selection
from sfgov.plugins import load_checks
from sfgov.policy import Policy


def made(code: str, name: str, ruleset: Ruleset) -> Check:
    @check(code, name, Severity.HIGH, reads=(), ruleset=ruleset)
    def function() -> Iterator[Outcome]:
        yield from ()

    return function


CHECKS = (
    made("DEL001", "delete-for-all", Ruleset.MINIMAL),
    made("DEL002", "delete-bypass", Ruleset.RECOMMENDED),
    made("HYG003", "old-version", Ruleset.STRICT),
    made("SFG001", "unreadable-file", Ruleset.MINIMAL),
)


def codes(chosen: Selection) -> list[str]:
    return [one.code for one in chosen.of(CHECKS)]


@pytest.mark.parametrize(
    ("ruleset", "expected"),
    [
        ("minimal", ["DEL001", "SFG001"]),
        ("recommended", ["DEL001", "DEL002", "SFG001"]),
        ("strict", ["DEL001", "DEL002", "HYG003", "SFG001"]),
    ],
)
def test_each_ruleset_holds_those_before_it(ruleset: str, expected: list[str]) -> None:
    assert codes(Selection(Ruleset(ruleset))) == expected


@pytest.mark.parametrize("names", [("HYG003",), ("hyg003",), ("old-version",), ("HYG",), ("hyg",)])
def test_a_selection_stands_in_place_of_the_ruleset(names: tuple[str, ...]) -> None:
    assert codes(Selection(Ruleset.MINIMAL, names)) == ["HYG003", "SFG001"]


def test_ignoring_holds_for_a_selection_too() -> None:
    assert codes(Selection(select=("DEL",), ignore=("delete-bypass",))) == ["DEL001", "SFG001"]


@pytest.mark.parametrize("name", ["SFG001", "SFG", "unreadable-file"])
def test_sfgov_s_own_checks_run_unless_they_are_ignored(name: str) -> None:
    assert codes(Selection(select=("HYG003",), ignore=(name,))) == ["HYG003"]


@pytest.mark.parametrize(
    ("chosen", "idle"),
    [
        (Selection(), False),
        (Selection(select=("DEL",), ignore=("DEL",)), True),
        (Selection(select=("SFG",)), False),
        (Selection(ignore=("DEL", "HYG", "SFG")), True),
    ],
)
def test_nothing_is_left_but_what_runs_always(chosen: Selection, idle: bool) -> None:
    assert chosen.is_idle(CHECKS) is idle


class TestCommandLine:
    POLICY = Policy(ruleset=Ruleset.MINIMAL, select=("HYG",), ignore=("DEL002",))

    def test_the_file_holds_where_the_command_line_says_nothing(self) -> None:
        assert selection(self.POLICY) == Selection(Ruleset.MINIMAL, ("HYG",), ("DEL002",))

    def test_a_ruleset_stands_in_place_of_the_file_s_selection(self) -> None:
        chosen = selection(self.POLICY, Ruleset.STRICT)
        assert codes(chosen) == ["DEL001", "HYG003", "SFG001"]

    def test_what_is_selected_surely_runs(self) -> None:
        assert codes(selection(self.POLICY, select=("DEL",))) == ["DEL001", "DEL002", "SFG001"]

    def test_what_is_ignored_comes_on_top(self) -> None:
        assert codes(selection(self.POLICY, Ruleset.STRICT, ignore=("HYG",))) == ["DEL001", "SFG001"]


def test_comma_lists_and_repeated_options_are_one_list() -> None:
    assert listed(["DEL, APX001", "FLW", ",", ""]) == ("DEL", "APX001", "FLW")


class TestOurRulesets:
    """The ladder with the checks that sfgov brings along."""

    def codes(self, ruleset: str) -> set[str]:
        return {one.code for one in Selection(Ruleset(ruleset)).of(load_checks())}

    def test_each_holds_the_one_before_and_more(self) -> None:
        minimal, recommended, strict = map(self.codes, ("minimal", "recommended", "strict"))

        assert minimal < recommended < strict

    def test_strict_is_all_of_them_and_recommended_the_default(self) -> None:
        assert self.codes("strict") == {one.code for one in load_checks()}
        assert {one.code for one in Selection().of(load_checks())} == self.codes("recommended")

    def test_minimal_holds_what_nobody_argues_about(self) -> None:
        chosen = [one for one in load_checks() if one.code in self.codes("minimal") and one.pack != "SFG"]

        assert {one.pack for one in chosen} <= {"ACC", "DEL"}
        assert all(one.severity.at_least(Severity.HIGH) for one in chosen)
