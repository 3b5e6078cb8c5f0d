"""One line on the terminal that says how far the work is."""

from __future__ import annotations

import os
import sys
import time
from types import TracebackType
from typing import Self

_SECONDS_BETWEEN = 0.1


class Progress:
    """Called by the engine with (stage, done, in all). Leaves nothing behind."""

    def __init__(self) -> None:
        self._next = 0.0

    def __enter__(self) -> Self:
        return self

    def __call__(self, stage: str, done: int, of: int) -> None:
        """Say where the work is, ten times a second at most."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _SECONDS_BETWEEN
            _put(f"\r\x1b[K{stage} {done:,} of {of:,}")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        _put("\r\x1b[K")


def wanted(*, quiet: bool) -> bool:
    """Whether somebody watches: a terminal that can go back in its line, and no CI log."""
    watched = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    return watched and not quiet and not os.environ.get("CI")


def _put(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
