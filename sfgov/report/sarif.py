"""SARIF 2.1.0, as GitHub code scanning reads it.

Only findings that count are written: GitHub opens an alert for every result, whatever its suppressions say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from sfgov.check import Confidence, Severity
from sfgov.report.compared import compared
from sfgov.report.inert import json_text, prose
from sfgov.report.ranking import most_severe_first
from sfgov.result import Card, Result, Run, Step

MOST_RESULTS = 5_000
"""GitHub shows no more results of a run than this."""
MOST_STEPS = 100
"""GitHub shows no more related locations of a result than this."""
_LONGEST_DESCRIPTION = 1024
_MOST_TAGS = 20
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "%SRCROOT%"
_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
_PROBLEM_SEVERITIES = {"error": "error", "warning": "warning", "note": "recommendation"}
# GitHub's bands: above 9.0 critical, from 7.0 high, from 4.0 medium, from 0.1 low.
_SECURITY_SEVERITIES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.5",
}
_PRECISIONS = {Confidence.HIGH: "high", Confidence.MEDIUM: "medium", Confidence.LOW: "low"}

Json = dict[str, Any]


def render(run: Run) -> str:
    """One SARIF log with one run; results most severe first, cut where GitHub would cut them."""
    return json_text({"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(run)]})


def left_out(run: Run) -> Iterator[str]:
    """A sentence about the results that are cut, where there are any."""
    found = len(run.active)
    if found > MOST_RESULTS:
        yield f"The {MOST_RESULTS:,} most severe of {found:,} findings are listed; GitHub shows no more."


def _run(run: Run) -> Json:
    cards = run.cards
    index = {card.code: number for number, card in enumerate(cards)}
    return {
        "tool": {"driver": _driver(run, cards)},
        "automationDetails": {"id": f"sfgov/{run.repository_prefix}"},
        "invocations": [_invocation(run, index)],
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(result, run, index) for result in most_severe_first(run.active)[:MOST_RESULTS]],
    }


def _driver(run: Run, cards: Sequence[Card]) -> Json:
    return {
        "name": "sfgov",
        "fullName": "sfgov, a governance gate for Salesforce metadata",
        "version": run.version,
        "semanticVersion": run.version,
        "rules": [_rule(card) for card in cards],
    }


def _rule(card: Card) -> Json:
    level = _LEVELS[card.severity]
    properties: Json = {
        "tags": [*card.tags, card.pack][:_MOST_TAGS],
        "precision": _PRECISIONS[card.confidence],
        "problem.severity": _PROBLEM_SEVERITIES[level],
    }
    if "security" in card.tags and card.severity in _SECURITY_SEVERITIES:
        properties["security-severity"] = _SECURITY_SEVERITIES[card.severity]
    return {
        "id": card.code,
        "name": card.name,
        "shortDescription": {"text": _cut(card.summary or card.name)},
        "fullDescription": {"text": _cut(_description(card))},
        "help": {
            "text": card.docs or card.summary or card.name,
            "markdown": card.docs or card.summary or card.name,
        },
        "defaultConfiguration": {"level": level},
        "properties": properties,
    }


def _description(card: Card) -> str:
    """What the documentation says before its first heading."""
    return card.docs.partition("\n## ")[0].strip() or card.summary or card.name


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_DESCRIPTION else text[: _LONGEST_DESCRIPTION - 3] + "..."


def _invocation(run: Run, index: dict[str, int]) -> Json:
    return {
        "executionSuccessful": not run.crashed,
        "toolExecutionNotifications": list(_notifications(run, index)),
    }


def _notifications(run: Run, index: dict[str, int]) -> Iterator[Json]:
    for text in left_out(run):
        yield {"level": "warning", "message": {"text": text}}
    yield from ({"level": "note", "message": {"text": text}} for text in compared(run))
    for missed in run.not_checked:
        rule: Json = {"id": missed.check}
        if missed.check in index:
            rule["index"] = index[missed.check]
        text = f"{missed.check} did not check everything: {prose(missed.reason)}."
        yield {"level": "note", "message": {"text": text}, "associatedRule": rule}


def _result(result: Result, run: Run, index: dict[str, int]) -> Json:
    steps = result.evidence[:MOST_STEPS]
    written: Json = {
        "ruleId": result.check,
        "ruleIndex": index[result.check],
        "level": _LEVELS[result.severity],
        "message": {"text": _message(result, steps)},
        "locations": [_location(run, result)],
        "partialFingerprints": _fingerprints(result),
        "properties": {"severity": result.severity, "confidence": result.confidence},
    }
    if steps:
        written["relatedLocations"] = [
            {"id": number, **_said_location(run, step)} for number, step in enumerate(steps, 1)
        ]
    if len(steps) > 1:
        flow = [{"location": _said_location(run, step)} for step in steps]
        written["codeFlows"] = [{"threadFlows": [{"locations": flow}]}]
    return written


def _message(result: Result, steps: Sequence[Step]) -> str:
    """The message, then the evidence as links (GitHub shows related locations that a message links to) and the fix."""
    sentences = [_without_links(prose(result.message))]
    if steps:
        links = [f"[{_label(step)}]({number})" for number, step in enumerate(steps, 1)]
        sentences.append(f"Evidence: {'; '.join(links)}.")
    if result.fix:
        sentences.append(f"Fix: {_without_links(prose(result.fix))}")
    return " ".join(sentences)


def _without_links(text: str) -> str:
    return text.replace("](", r"\](")


def _label(step: Step) -> str:
    text = prose(step.message or step.component)
    return text.replace("\\", r"\\").replace("[", r"\[").replace("]", r"\]").rstrip(".")


def _location(run: Run, at: Result | Step) -> Json:
    _, _, name = at.component.partition(":")
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(run.in_repository(at.path)), "uriBaseId": _ROOT},
            "region": {"startLine": at.line, "startColumn": at.column, "endLine": at.line},
        },
        "logicalLocations": [
            {"name": name or at.component, "fullyQualifiedName": at.component, "kind": "type"}
        ],
    }


def _said_location(run: Run, step: Step) -> Json:
    return {
        **_location(run, step),
        "message": {"text": _without_links(prose(step.message or step.component))},
    }


def _uri(path: str) -> str:
    return quote(path, errors="surrogateescape")


def _fingerprints(result: Result) -> Json:
    hashes = {"primaryLocationLineHash": result.line_hash} if result.line_hash else {}
    return {**hashes, "sfgov/v1": result.fingerprint}
