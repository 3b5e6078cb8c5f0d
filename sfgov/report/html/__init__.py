"""The HTML report: one file that opens from disk, from a mail and without JavaScript."""

from __future__ import annotations

import base64
import hashlib
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sfgov.report.html import markdown
from sfgov.report.html.packed import pack
from sfgov.report.html.sections import sections
from sfgov.report.html.view import View
from sfgov.report.html.wording import WORDS
from sfgov.report.inert import visible
from sfgov.result import Run


def render(run: Run) -> str:
    """The whole report as the text of one HTML file. The same run gives the same text."""
    style, script = _asset("style.css"), _script()
    templates = _templates()
    view = View.of(run)
    finding = templates.get_template("finding.html.j2").module.finding  # type: ignore[attr-defined]
    return templates.get_template("report.html.j2").render(
        view=view,
        sections=tuple(sections(run, templates)),
        packed=pack(view.shown, view.written, finding),
        style=Markup(style),  # noqa: S704 - our own files, not text from the org
        script=Markup(script),  # noqa: S704
        style_hash=_source_hash(style),
        script_hash=_source_hash(script),
    )


def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader(__name__, ""),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_inert,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    templates.filters.update(WORDS, markdown=markdown.to_html)
    return templates


def _inert(value: object) -> object:
    """What a template is about to write: text from the org with nothing hidden in it; markup is ours."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


_PARTS = ("page", "index", "filter", "groups", "finding", "save", "start")
"""Of the script, which share a scope of their own."""


def _script() -> str:
    parts = "\n".join(_asset(f"script/{part}.js") for part in _PARTS)
    return f'"use strict";\n(() => {{\n{parts}}})();\n'


def _asset(name: str) -> str:
    return (resources.files(__name__) / name).read_text(encoding="utf-8")


def _source_hash(source: str) -> str:
    """What a content security policy calls this very text, so that no other one is run."""
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
