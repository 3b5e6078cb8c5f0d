"""The shapes of this folder's fixtures, and what several of its tests do."""

from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from sfgov.project import Project, Reader

Files = Mapping[str, str | bytes]
Write = Callable[[Files], Path]
Open = Callable[..., Project]


def read_elsewhere(reader: Reader, path: str) -> bytes:
    """What the reader gives in another process, which has nothing but what was sent to it."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(reader.read, path).result()
