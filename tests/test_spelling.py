"""What a person probably meant."""

import pytest

from sfgov.spelling import did_you_mean, nearest


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("delte", "delete"),
        ("Delete", "delete"),
        ("rulset", "ruleset"),
        ("DEL01", "DEL001"),
        ("xyz", ""),
        ("", ""),
    ],
)
def test_the_nearest_word_whatever_its_case(word: str, found: str) -> None:
    assert nearest(word, ["delete", "ruleset", "DEL001"]) == found


def test_the_order_of_the_known_words_does_not_matter() -> None:
    assert nearest("DEL00", ["DEL002", "DEL001"]) == nearest("DEL00", ["DEL001", "DEL002"])


def test_the_end_of_a_message() -> None:
    assert did_you_mean("delte", ["delete"]) == '; did you mean "delete"?'
    assert did_you_mean("xyz", ["delete"]) == ""
