"""Progress is for people at a terminal, and leaves nothing behind."""

from __future__ import annotations

import io
from contextlib import redirect_stderr

import pytest

from sfgov.cli.progress import shown


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _a_person_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TERM", "xterm")


def written(out: io.StringIO, *, quiet: bool = False) -> str:
    with redirect_stderr(out), shown(quiet=quiet) as tell:
        if tell:
            tell("reading", 1200, 14105)
            tell("reading", 1201, 14105)
    return out.getvalue()


def test_it_is_written_ten_times_a_second_at_most_and_cleared() -> None:
    assert written(Terminal()) == "\r\x1b[Kreading 1,200 of 14,105\r\x1b[K"


def test_it_is_cleared_when_the_work_is_stopped() -> None:
    out = Terminal()
    with pytest.raises(KeyboardInterrupt), redirect_stderr(out), shown(quiet=False):
        raise KeyboardInterrupt
    assert out.getvalue() == "\r\x1b[K"


@pytest.mark.parametrize(("variable", "value"), [("CI", "true"), ("TERM", "dumb")])
def test_nobody_watches_a_log(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    assert written(Terminal()) == ""


def test_quiet_and_no_terminal() -> None:
    assert written(Terminal(), quiet=True) == ""
    assert written(io.StringIO()) == ""
