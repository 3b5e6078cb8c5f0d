"""One line on the terminal that says how far the work is."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

_SECONDS_BETWEEN = 0.1
_CLEAR = "\r\x1b[K"


class Progress:
    """Called by the engine with (stage, done, in all)."""

    def __init__(self) -> None:
        self._next = 0.0

    def __call__(self, stage: str, done: int, of: int) -> None:
        """Say where the work is, ten times a second at most."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _SECONDS_BETWEEN
            _put(f"{_CLEAR}{stage} {done:,} of {of:,}")


@contextmanager
def shown(*, quiet: bool) -> Iterator[Progress | None]:
    """The progress of the work in it, if somebody watches: a terminal that can go back in its line, and no CI log.

    Nothing is left behind.
    """
    watched = sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("CI")
    if quiet or not watched:
        yield None
        return
    try:
        yield Progress()
    finally:
        _put(_CLEAR)


def _put(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
