"""Checkstyle XML: what Jenkins (warnings-ng), Bamboo, reviewdog and most editors read."""

from __future__ import annotations

from collections import defaultdict
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from sfgov.check import Severity
from sfgov.report.inert import printable, prose
from sfgov.result import Result, Run

_VERSION = "4.3"
"""Of the format; readers take it as a promise of its shape."""
_SEVERITIES = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "info",
    Severity.INFO: "info",
}


def render(run: Run) -> str:
    """The findings that count, by file."""
    by_file: dict[str, list[Result]] = defaultdict(list)
    for result in run.active:
        by_file[printable(run.in_repository(result.path))].append(result)
    root = Element("checkstyle", version=_VERSION)
    for path, results in by_file.items():
        file = SubElement(root, "file", name=path)
        for result in results:
            SubElement(file, "error", _attributes(result))
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _attributes(result: Result) -> dict[str, str]:
    fix = f" Fix: {prose(result.fix)}" if result.fix else ""
    return {
        "line": str(result.line),
        "column": str(result.column),
        "severity": _SEVERITIES[result.severity],
        "message": f"{result.check} {result.name}: {prose(result.message)}{fix}",
        "source": f"sfgov.{result.check}",
    }
