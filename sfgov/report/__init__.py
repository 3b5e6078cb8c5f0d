"""Reports: one module for each format, and the table of them. They know the run and nothing else.

A new format is a module with a function `render(run)`, or `render(run, options)` where it has a use for the
reader's wishes, and a row in the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

import msgspec

from sfgov.report import (
    azure,
    checkstyle,
    console,
    csv_report,
    github,
    gitlab,
    json_report,
    junit,
    markdown,
    rdjson,
    sarif,
    sonarqube,
)
from sfgov.report.compared import both, compared
from sfgov.report.options import Options, checkout_of, suited_to
from sfgov.result import Run

__all__ = ["FORMATS", "Format", "Options", "checkout_of", "suited_to"]

Render = Callable[[Run, Options], str]
Remarks = Callable[[Run], Iterable[str]]


class Format(msgspec.Struct, frozen=True):
    """A format: its name on the command line, what it is for, and the function that makes its text."""

    name: str
    description: str
    render: Render
    """The same run and options give the same text. It ends with a line feed and is to be written as UTF-8."""
    terminal: bool = True
    """Whether it may be written to a terminal: a page of HTML helps nobody there."""
    matrix: bool = False
    """Whether it shows who can delete what and what runs by itself, which takes seconds to work out in a large org."""
    line_hashes: bool = False
    """Whether it says by which hash GitHub recognises the lines of findings."""
    remarks: Remarks = lambda _: ()
    """What people should hear beside the report, as there is no place for it there: that it was cut, above all."""


def _whatever_the_wishes(render: Callable[[Run], str]) -> Render:
    return lambda run, _: render(run)


def _html(run: Run) -> str:
    from sfgov.report import html  # its template engine is slow to import

    return html.render(run)


_TABLE = (
    Format("console", "findings by file and a verdict, for people", console.render),
    Format("json", "everything, for scripts", _whatever_the_wishes(json_report.render)),
    Format(
        "html", "one page to read, search and send", _whatever_the_wishes(_html), terminal=False, matrix=True
    ),
    Format("junit", "JUnit XML, for Jenkins, GitLab, Azure and others", _whatever_the_wishes(junit.render)),
    Format(
        "sarif",
        "SARIF 2.1.0, for GitHub code scanning and editors",
        _whatever_the_wishes(sarif.render),
        line_hashes=True,
        remarks=sarif.left_out,
    ),
    Format("github", "annotations in GitHub Actions", _whatever_the_wishes(github.render)),
    Format("gitlab", "GitLab Code Quality", _whatever_the_wishes(gitlab.render), remarks=compared),
    Format("azure", "issues in Azure Pipelines", azure.render),
    Format(
        "checkstyle",
        "Checkstyle XML, for Jenkins and editors",
        _whatever_the_wishes(checkstyle.render),
        remarks=compared,
    ),
    Format(
        "rdjson",
        "reviewdog, for comments on changes",
        _whatever_the_wishes(rdjson.render),
        remarks=both,
    ),
    Format(
        "sonarqube", "SonarQube's generic issues", _whatever_the_wishes(sonarqube.render), remarks=compared
    ),
    Format("markdown", "a step summary or a comment on a change", _whatever_the_wishes(markdown.render)),
    Format("csv", "a table for spreadsheets", _whatever_the_wishes(csv_report.render)),
)
FORMATS: Mapping[str, Format] = MappingProxyType({one.name: one for one in _TABLE})
"""Every format by name, in the order in which help lists them."""
