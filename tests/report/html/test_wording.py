"""Sentences, numbers and source lines of the HTML report."""

import pytest

from sfgov.report.html.wording import (
    coded,
    dedented,
    explanation,
    headline,
    kind_of,
    name_of,
    remainder,
)


@pytest.mark.parametrize(
    ("message", "first", "rest"),
    [
        ("One sentence.", "One sentence.", ""),
        ("It is deleted. Nobody sees it. Fix it.", "It is deleted.", "Nobody sees it. Fix it."),
        ("Profile J. Smith may delete Invoice__c.", "Profile J. Smith may delete Invoice__c.", ""),
        ("Profile Acme Inc. Sales may delete it.", "Profile Acme Inc. Sales may delete it.", ""),
        ("Class Util.run queries at 64.0. It is old.", "Class Util.run queries at 64.0. It is old.", ""),
        ("It calls Svc.run(). The rest waits.", "It calls Svc.run(). The rest waits.", ""),
        ("Grants Invoice__c. (See below.)", "Grants Invoice__c.", "(See below.)"),
    ],
)
def test_the_first_sentence_is_the_headline(message: str, first: str, rest: str) -> None:
    assert (headline(message), remainder(message)) == (first, rest)


def test_source_lines_lose_their_common_indentation_and_their_tails() -> None:
    assert dedented(((7, "    <a>"), (8, "        <b/>"), (9, ""))) == ((7, "<a>"), (8, "    <b/>"), (9, ""))
    assert dedented(((1, "x" * 300),)) == ((1, "x" * 240 + " …"),)
    assert dedented(()) == ()


def test_code_in_a_sentence_is_marked_and_everything_escaped() -> None:
    assert coded("Set `<b>` & `x`") == "Set <code>&lt;b&gt;</code> &amp; <code>x</code>"
    assert coded("`\u202e`") == "<code>\\u202e</code>"


def test_components_are_split_at_the_first_colon() -> None:
    assert (kind_of("Profile:A:B"), name_of("Profile:A:B")) == ("Profile", "A:B")
    assert (kind_of("Admin"), name_of("Admin")) == ("", "Admin")


def test_the_explanation_comes_after_the_rule() -> None:
    assert explanation("The rule.\n\nWhy.\n\n## Fix\nSo.") == "Why.\n\n## Fix\nSo."
    assert explanation("The rule.") == ""
