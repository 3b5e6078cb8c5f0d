"""Set up and run sfgov from a checkout with nothing but Python 3.11+ and git.

    python3 dev.py demo    check the shipped example org and write its HTML report
    python3 dev.py test    everything that must be green before a change lands

Both make a virtual environment in `.venv` first, so a locked system Python is no obstacle.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
EXAMPLE = Path("examples/orgs/brightwater")
REPORT = Path("sfgov-report.html")


def run(*command: str | Path) -> int:
    """Run a program in the checkout's folder and give back its exit code."""
    return subprocess.call([str(part) for part in command], cwd=HERE)  # noqa: S603


def must(*command: str | Path) -> None:
    """Run a step that the rest depends on."""
    code = run(*command)
    if code:
        sys.exit(f"dev.py: `{' '.join(str(part) for part in command)}` failed with exit code {code}")


def has_pip() -> bool:
    """Whether `.venv` is whole; one that was interrupted in the making has a Python, but no pip."""
    return (
        PYTHON.exists()
        and run(PYTHON, "-c", "import sys, importlib.util as u; sys.exit(not u.find_spec('pip'))") == 0
    )


def set_up(*wanted: str) -> None:
    """Make `.venv` if needed and install sfgov into it, with the given extra arguments for pip."""
    if not has_pip():
        print(f"Making a virtual environment in {VENV.name}/ …", flush=True)
        try:
            venv.create(VENV, with_pip=True, clear=True)
        except subprocess.CalledProcessError:
            sys.exit(
                "dev.py: Python cannot make a virtual environment with pip; on Debian install python3-venv"
            )
    pip = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    print("Installing sfgov and what it needs …", flush=True)
    must(*pip, "pip>=25.1")  # the first that knows --group
    must(*pip, "--editable", ".", *wanted)


def demo() -> int:
    """Check the example org; findings are what it is there for, so they do not make this fail."""
    set_up()
    code = run(
        PYTHON,
        "-m",
        "sfgov",
        "check",
        EXAMPLE,
        "--format",
        "console",
        "--format",
        f"html={REPORT}",
        "--exit-zero",
    )
    if code == 0:
        print(f"\nThe HTML report lies in {HERE / REPORT} (open it in a browser).")
    return code


def test() -> int:
    """Formatting, lint, types and tests; all of them run, and any failure fails the whole."""
    set_up("--group", "dev")
    if os.name != "nt":
        run(
            "bash", "tests/install_validators.sh"
        )  # optional validators of report formats; tests say what they miss
    steps = (
        ("ruff", "format", "--check", "."),
        ("ruff", "check", "."),
        ("mypy",),
        ("pytest", "-q", "-n", "auto"),
    )
    failed = [step[0] for step in steps if run(PYTHON, "-m", *step)]
    if failed:
        print(f"dev.py: failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    commands = {"demo": demo, "test": test}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    if sys.version_info < (3, 11):  # noqa: UP036  said plainly to whoever has an older one
        sys.exit("dev.py: sfgov needs Python 3.11 or newer")
    try:
        sys.exit(commands[sys.argv[1]]())
    except KeyboardInterrupt:
        sys.exit("\ndev.py: interrupted")
