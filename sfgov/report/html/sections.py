"""The parts of the page that are no list of findings, each in a module and a template of its own.

A new one is a module with a function that looks at the run, a template `NAME.html.j2` with a macro `section` that
shows what the function gave, and a row in the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from jinja2 import Environment
from markupsafe import Markup

from sfgov.report.html import accepted, access, agents, attribution, automation, coverage, deletes
from sfgov.result import Run


class Kind(msgspec.Struct, frozen=True):
    """A part of the page: its address and the name of its template, its title, and what it shows."""

    name: str
    title: str
    look: Callable[[Run], Any]
    """What its template shows; None where the run has nothing to say of it."""
    count: Callable[[Any], int]
    """The number beside its title in the contents."""
    first: bool = False
    """Whether it stands before the findings: what everybody should see."""


class Section(msgspec.Struct, frozen=True):
    """A part of this page, written."""

    kind: Kind
    count: int
    html: Markup


KINDS = (
    Kind("access", "What the change lets whom do", access.look, lambda table: table.total, first=True),
    Kind("accepted", "Accepted findings", accepted.look, lambda section: section.total),
    Kind("deletes", "Who can delete what", deletes.look, lambda grid: len(grid.rows)),
    Kind("automation", "What runs by itself", automation.look, lambda map_: len(map_.objects)),
    Kind("agents", "AI agents", agents.look, lambda table: len(table.rows)),
    Kind("attribution", "Attribution", attribution.look, lambda table: len(table.rows)),
    Kind("coverage", "Security benchmark", coverage.look, lambda table: len(table.decided)),
)
"""All parts, in the order of the page."""


def sections(run: Run, templates: Environment) -> Iterator[Section]:
    """The parts about which the run has something to say."""
    for kind in KINDS:
        shown = kind.look(run)
        if shown is not None:
            macro = templates.get_template(f"{kind.name}.html.j2").module.section  # type: ignore[attr-defined]
            yield Section(kind, kind.count(shown), macro(shown))
