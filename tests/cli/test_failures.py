"""However sfgov ends, it ends in an orderly way: in this process and in real ones."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from sfgov.testing import write_files

Sfgov = Callable[..., Result]
SFGOV = str(Path(sysconfig.get_path("scripts")) / "sfgov")


def fails(*_: object, **__: object) -> None:
    raise RuntimeError("no bananas\nat all")


def interrupted(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_an_internal_error_is_one_line(check: Sfgov, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sfgov.engine.run", fails)
    result = check()
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "internal error: RuntimeError: no bananas\n"
        "This is a bug in sfgov. Run again with -v for the traceback, and report it.\n"
    )


def test_text_out_of_files_stays_in_its_line(check: Sfgov) -> None:
    Path("sfgov.yml").write_text('fail_on: "high\\n::error::boo\\e[31m"\n')
    assert check().stderr.splitlines()[0] == (
        'sfgov.yml:1: fail_on: "high\\n::error::boo\\x1b[31m" is none of critical, high, medium, low, info, never'
    )


def test_with_v_it_has_its_traceback(check: Sfgov, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sfgov.engine.run", fails)
    result = check("-v")
    assert result.exit_code == 2
    assert result.stderr.startswith("Traceback (most recent call last):\n")
    assert result.stderr.endswith("RuntimeError: no bananas\nat all\n")


@pytest.mark.parametrize("command", [["checks"], ["explain", "DEL002"]])
def test_every_command_fails_so(sfgov: Sfgov, monkeypatch: pytest.MonkeyPatch, command: list[str]) -> None:
    monkeypatch.setattr("sfgov.cli.loading.load_checks", fails)
    assert sfgov(*command).stderr.startswith("internal error: RuntimeError: no bananas")
    assert sfgov(*command, "-v").stderr.startswith("Traceback")


def test_ctrl_c(check: Sfgov, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sfgov.engine.run", interrupted)
    result = check()
    assert (result.exit_code, result.output) == (130, "\nInterrupted.\n")


def test_ctrl_c_in_a_real_process(folder: Path) -> None:
    write_files(
        folder,
        {
            "slow/slow.py": '''
            import time, pathlib
            from sfgov import Severity, check

            @check("SLO001", "slow", Severity.LOW, reads=())
            def slow(org):
                """Rule."""
                pathlib.Path("started").touch()
                time.sleep(60)
                yield from ()
            '''
        },
    )
    process = subprocess.Popen(
        [SFGOV, "check", "org", "--checks", "slow"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A job in the background of a shell ignores this signal, and so would everything that it starts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    while not (folder / "started").exists() and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert (process.returncode, out, err) == (130, "", "\nInterrupted.\n")


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["checks"], 0),
        (["explain", "DEL002"], 0),
        (["check", "org", "--checks", "house", "--select", "HOU001"], 1),
        (["check", "org", "--checks", "house", "--select", "HOU001", "-f", "json"], 1),
    ],
)
def test_a_reader_that_has_seen_enough(folder: Path, command: list[str], code: int) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = subprocess.run(
        [SFGOV, *command], stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert (process.returncode, process.stderr) == (code, "")


def test_the_command_line_starts_without_what_only_the_work_needs() -> None:
    heavy = (
        "lxml",
        "rich",
        "jinja2",
        "pathspec",
        "sfgov.engine",
        "sfgov.report",
        "sfgov.model",
        "sfgov.parse",
    )
    script = f"""
import sys
from sfgov.cli import main
try:
    main(["--version"])
except SystemExit:
    print([name for name in {heavy} if name in sys.modules])
"""
    process = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert process.stdout.splitlines()[1] == "[]"


def test_version(sfgov: Sfgov) -> None:
    assert sfgov("--version").stdout == "sfgov 0.1.0\n"


def test_a_command_that_does_not_exist(sfgov: Sfgov) -> None:
    result = sfgov("chek")
    assert result.exit_code == 2
    assert "No such command 'chek'" in result.stderr


def test_help_fits_80_columns(sfgov: Sfgov) -> None:
    for command in ([], ["check"], ["checks"], ["explain"], ["init"]):
        result = sfgov(*command, "--help")
        assert result.exit_code == 0
        assert max(map(len, result.stdout.splitlines())) <= 80
