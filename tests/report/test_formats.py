"""The table of formats, and what holds for every one of them."""

import re

import msgspec
import pytest

from sfgov.report import FORMATS, Options
from sfgov.result import Run

MACHINES = (
    "json",
    "junit",
    "sarif",
    "github",
    "gitlab",
    "checkstyle",
    "rdjson",
    "sonarqube",
    "markdown",
    "csv",
)


def test_the_formats_in_the_order_of_the_help() -> None:
    assert " ".join(FORMATS) == (
        "console json html junit sarif github gitlab azure checkstyle rdjson sonarqube markdown csv"
    )
    assert all(FORMATS[name].name == name for name in FORMATS)
    assert [name for name in FORMATS if not FORMATS[name].terminal] == ["html"]


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_run_gives_the_same_text(name: str, run: Run) -> None:
    again = msgspec.json.decode(msgspec.json.encode(without_surrogates(run)), type=Run)

    text = FORMATS[name].render(without_surrogates(run), Options())

    assert text == FORMATS[name].render(again, Options())
    assert text.endswith("\n")


@pytest.mark.parametrize("name", MACHINES)
def test_machines_read_the_same_whatever_the_options(name: str, run: Run) -> None:
    assert FORMATS[name].render(run, Options()) == FORMATS[name].render(
        run, Options(1, colour=True, width=40)
    )


@pytest.mark.parametrize("name", ["console", *MACHINES])
def test_nothing_acts_on_a_terminal_or_in_a_log(name: str, run: Run) -> None:
    for verbosity in (-1, 0, 1):
        text = FORMATS[name].render(run, Options(verbosity))

        assert (
            re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f]", text)
            is None
        )
        assert re.search(r"##\w*\[", text) is None
        commands = [line for line in text.splitlines() if line.lstrip().startswith("::")]
        assert name == "github" or commands == []


@pytest.mark.parametrize("name", FORMATS)
def test_a_run_without_findings(name: str) -> None:
    empty = Run("0.1.0", "acme", 0, {}, (), (), (), None)

    assert FORMATS[name].render(empty, Options(1)).endswith("\n") == (name not in ("github", "azure"))


def without_surrogates(run: Run) -> Run:
    """The run as far as UTF-8 can carry it."""
    hostile = [
        msgspec.structs.replace(result, message=result.message.replace("\ud800", ""))
        for result in run.results
    ]
    return msgspec.structs.replace(run, results=tuple(hostile))
