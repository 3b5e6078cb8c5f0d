"""How a person may wish to see a report."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from typing import TextIO

import msgspec


class Options(msgspec.Struct, frozen=True):
    """How much to show, and how. The default suits a file; formats for machines take no notice."""

    verbosity: int = 0
    """Below zero: findings and the verdict only. Above zero: also source lines, and findings that do not count."""
    colour: bool = False
    width: int | None = None
    """Columns; None: lines as long as they come."""
    checkout: str = ""
    """The absolute folder of the repository, for the one reader (Azure) that wants absolute paths; else empty."""


def suited_to(out: TextIO, verbosity: int = 0, environment: Mapping[str, str] = os.environ) -> Options:
    """What suits this stream: a terminal's width, and colour where it is wanted."""
    terminal = out.isatty()
    width = shutil.get_terminal_size().columns if terminal else None
    return Options(verbosity, wants_colour(terminal, environment), width, checkout_of(environment))


def checkout_of(environment: Mapping[str, str] = os.environ) -> str:
    """Where Azure Pipelines has put the repository; empty elsewhere."""
    return (
        environment.get("BUILD_SOURCESDIRECTORY", "").replace("\\", "/")
        if environment.get("TF_BUILD")
        else ""
    )


def wants_colour(terminal: bool, environment: Mapping[str, str]) -> bool:
    """What https://no-color.org and the `FORCE_COLOR` convention say; else colour where there is a terminal."""
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return terminal and environment.get("TERM") != "dumb"
