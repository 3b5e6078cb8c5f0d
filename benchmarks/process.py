"""A command, run and measured from outside: its time, and the memory of all its processes together."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

_BETWEEN_LOOKS = 0.02


class Measured(NamedTuple):
    """One run. `peak` is in MiB, and 0 where memory was not asked for or cannot be told."""

    seconds: float
    code: int
    output: str
    peak: float = 0


class TooSlow(Exception):
    """The command did not end in time and was stopped."""


def environment(cache: Path) -> dict[str, str]:
    """As after an installation, where Python finds its modules compiled: the first run puts them into `cache`."""
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(cache)}


def measure(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    memory: bool = False,
    limit: float | None = None,
) -> Measured:
    """Run a command to its end. Looking at its memory slows it down, so time and memory need runs of their own.

    Raises `TooSlow` after `limit` seconds.
    """
    with tempfile.TemporaryFile(
        "w+", errors="replace"
    ) as output:  # a pipe would have to be emptied meanwhile
        start = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env=env, start_new_session=True
        )
        try:
            peak = _watch(process, limit) if memory else 0
            process.wait(limit)
        except subprocess.TimeoutExpired:
            _kill(process)
            raise TooSlow(f"stopped after {limit:.0f} s") from None
        seconds = time.perf_counter() - start
        output.seek(0)
        return Measured(seconds, process.returncode, output.read(), peak)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a process and what it started, which would go on by itself."""
    if os.name == "posix":
        os.killpg(process.pid, signal.SIGKILL)  # it leads a group of its own
    else:
        process.kill()
    process.wait()


def _watch(process: subprocess.Popen[bytes], limit: float | None) -> float:
    """The most memory that the process and all below it had at one time; what they share counts once."""
    if sys.platform != "linux":
        return 0
    peak = 0.0
    end = math.inf if limit is None else time.monotonic() + limit
    while process.poll() is None:
        if time.monotonic() > end:
            raise subprocess.TimeoutExpired(process.args, limit or 0)
        peak = max(peak, sum(map(_memory, _tree(process.pid))))
        time.sleep(_BETWEEN_LOOKS)
    return peak


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for child in _read(f"/proc/{pid}/task/{pid}/children").split():
        yield from _tree(int(child))


def _memory(pid: int) -> float:
    """A process's share of memory: pages that several processes have count in parts."""
    for line in _read(f"/proc/{pid}/smaps_rollup").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0


def _read(path: str) -> str:
    """Nothing, for a process that has ended in the meantime."""
    try:
        return Path(path).read_text()
    except OSError:
        return ""
