"""More findings than are read."""

from __future__ import annotations

from sfgov import Finding
from sfgov.place import Place
from sfgov_checks.readable import readable


def finding(number: int, file: str) -> Finding:
    place = Place(f"{file}.cls", number, f"ApexClass:{file}", f"line {number}")
    return Finding(f"Something at {number}.", at=place, because=[place.says(f"proof {number}")])


def test_a_hundred_stay_as_they_are() -> None:
    found = [finding(number, "A") for number in range(1, 101)]
    assert list(readable(found)) == found


def test_of_more_those_of_one_file_are_one_at_the_first_and_nothing_is_lost() -> None:
    alone = [finding(number, f"Alone{number}") for number in range(1, 99)]
    found = [finding(9, "B"), *alone, finding(3, "B"), finding(5, "B")]
    [together] = [one for one in readable(found) if one not in alone]
    assert [one for one in readable(found) if one != together] == alone
    assert together in list(readable(reversed(found)))
    assert (together.at.line, together.at.element, together.subject) == (3, "line 3", None)
    assert together.message == "Something at 3. 2 more findings of the kind in this file: see the evidence."
    assert [step.message for step in together.because] == [
        "proof 3",
        "Something at 5.",
        "proof 5",
        "Something at 9.",
        "proof 9",
    ]
