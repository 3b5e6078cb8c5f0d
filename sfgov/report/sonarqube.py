"""SonarQube's generic issue import (10.3 and later): `sonar.externalIssuesReportPaths`.

In this format severities belong to rules and may not stand on issues. A finding that is milder or more severe than
its check gets a rule of its own, `DEL001-medium`. Columns are left out: SonarQube refuses a whole report for one
column that lies behind the end of its line.
"""

from __future__ import annotations

from typing import Any

from sfgov.check import Severity
from sfgov.report.inert import json_text, printable, prose
from sfgov.report.ranking import most_severe_first
from sfgov.result import Card, Result, Run, Step

_SEVERITIES = {
    Severity.CRITICAL: "BLOCKER",
    Severity.HIGH: "HIGH",
    Severity.MEDIUM: "MEDIUM",
    Severity.LOW: "LOW",
    Severity.INFO: "INFO",
}
_QUALITIES = {"DEL": "SECURITY", "ACC": "SECURITY", "DAT": "SECURITY", "HYG": "MAINTAINABILITY"}


def render(run: Run) -> str:
    """The findings that count, most severe first, and the rules that they break."""
    cards = {card.code: card for card in run.cards}
    active = most_severe_first(run.active)
    broken = {_rule_id(result, cards): (cards[result.check], result.severity) for result in active}
    return json_text(
        {
            "rules": [_rule(rule, *broken[rule]) for rule in sorted(broken)],
            "issues": [_issue(result, run, cards) for result in active],
        }
    )


def _rule_id(result: Result, cards: dict[str, Card]) -> str:
    same = cards[result.check].severity is result.severity
    return result.check if same else f"{result.check}-{result.severity}"


def _rule(rule: str, card: Card, severity: Severity) -> dict[str, Any]:
    quality = "SECURITY" if "security" in card.tags else _QUALITIES.get(card.pack, "RELIABILITY")
    return {
        "id": rule,
        "name": prose(card.summary or card.name),
        "description": prose(card.summary or card.name),
        "engineId": "sfgov",
        "cleanCodeAttribute": "CONVENTIONAL" if quality == "MAINTAINABILITY" else "TRUSTWORTHY",
        "impacts": [{"softwareQuality": quality, "severity": _SEVERITIES[severity]}],
    }


def _issue(result: Result, run: Run, cards: dict[str, Card]) -> dict[str, Any]:
    fix = f" Fix: {prose(result.fix)}" if result.fix else ""
    return {
        "ruleId": _rule_id(result, cards),
        "primaryLocation": _location(result, prose(result.message) + fix, run),
        "secondaryLocations": [_location(step, prose(step.message), run) for step in result.evidence],
    }


def _location(at: Result | Step, message: str, run: Run) -> dict[str, Any]:
    return {
        "message": message or at.component,
        "filePath": printable(run.in_repository(at.path)),
        "textRange": {"startLine": at.line},
    }
