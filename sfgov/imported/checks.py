"""The rules of SARIF logs as checks, which find what the logs say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from sfgov.check import SECRETS, Check, Confidence, Finding, Outcome, Ruleset, Severity
from sfgov.counted import counted
from sfgov.excerpts import Excerpts
from sfgov.imported import sarif
from sfgov.imported.places import Places
from sfgov.place import Evidence, Place
from sfgov.project import Project

_MOST_EVIDENCE = 20
_MOST_TEXT = 2_000
_LONGEST_NAME = 200
_LEVELS = {
    "error": Severity.HIGH,
    "warning": Severity.MEDIUM,
    "note": Severity.LOW,
    "none": Severity.INFO,
}
_NUMBERED = dict(enumerate(Severity, 1))
"""Code Analyzer numbers severities, 1 being the worst, and writes no more than error or warning as the level."""
_PRECISIONS = {
    "very-high": Confidence.HIGH,
    "high": Confidence.HIGH,
    "medium": Confidence.MEDIUM,
    "low": Confidence.LOW,
}
_NO_FAULTS = ("pass", "notApplicable")
_SECRETS = re.compile(r"secret|password|credential|api.?key|token", re.IGNORECASE)
_LINK = re.compile(r"\[((?:[^\]\\]|\\.)*)\]\((?:[^()\s]*)\)")
_ARGUMENT = re.compile(r"\{(\d{1,3})\}")
_BUNDLES = {"lwc": "LightningComponentBundle", "aura": "AuraDefinitionBundle"}
_WHOLE = "Project:org"


class Imported(msgspec.Struct, frozen=True):
    """The checks of some logs, and what could not be taken over."""

    checks: tuple[Check, ...] = ()
    """By code."""
    remarks: tuple[str, ...] = ()
    """Sentences, each about one file."""


class _Rule(msgspec.Struct):
    """What is known of a rule so far, and what it found."""

    code: str
    described: sarif.Rule
    findings: list[Finding]


def imported(logs: Iterable[sarif.Log], project: Project, above: Sequence[Path] = ()) -> Imported:
    """The checks that say what the logs say of a project's files.

    `above` are the folders that relative addresses may start from besides the project's own.
    """
    reading = _Reading(project, Places(project, above))
    remarks = []
    for log in logs:
        left_out: Counter[str] = Counter()
        for run in log.runs:
            left_out.update(filter(None, (reading.take(result, run) for result in run.results or ())))
        remarks += [
            f"{log.shown}: {counted(number, 'result')} left out: {reason}."
            for reason, number in sorted(left_out.items())
        ]
    return Imported(
        tuple(_check(reading.rules[code]) for code in sorted(reading.rules)),
        tuple(remarks),
    )


class _Reading:
    """Sorts results by rule."""

    def __init__(self, project: Project, places: Places) -> None:
        self.rules: dict[str, _Rule] = {}
        self._places = places
        self._excerpts = Excerpts(project.reader)
        self._known = _Components(project)

    def take(self, result: sarif.Result, run: sarif.Run) -> str:
        """Add what a result says to its rule; gives the reason where it is left out for one that people should hear."""
        if result.kind in _NO_FAULTS or result.baseline_state == "absent":
            return ""
        if any(one.status in ("", "accepted") for one in result.suppressions or ()):
            return "the tool itself suppresses them"
        at = self._at(next(iter(result.locations or ()), None), run)
        if at is None:
            return "their files are not in the org"
        described = _described(result, run)
        code = f"{_slug(run.tool.driver.name)}/{_word(described.id)}"
        rule = self.rules.setdefault(code, _Rule(code, described, []))
        rule.findings.append(
            Finding(
                _text(result.message, described) or f"{described.id}.",
                at=at,
                because=tuple(self._evidence(result, run, at)),
                fix=_see(described),
                severity=_severity(result, described),
                subject=self._subject(result, at),
            )
        )
        return ""

    def _at(self, location: sarif.Location | None, run: sarif.Run) -> Place | None:
        """The place; None where it is in no file of the project. What stands nowhere is said of the whole org."""
        physical = location.physical_location if location else None
        if physical is None:
            return Place(self._known.front, 1, _WHOLE)
        path = self._places.path_of(run, physical.artifact_location)
        if path is None:
            return None
        region = physical.region or sarif.Region()
        return Place(
            path, max(region.start_line, 1), self._known.of(path), column=max(region.start_column, 1)
        )

    def _evidence(self, result: sarif.Result, run: sarif.Run, at: Place) -> Iterator[Evidence]:
        """The steps of the first flow, else the related locations, as far as they are elsewhere in the project."""
        flow = next((thread for flow in result.code_flows or () for thread in flow.thread_flows), None)
        steps = [one.location for one in flow.locations] if flow else list(result.related_locations or ())
        seen = {(at.path, at.line)}
        for step in steps:
            place = self._at(step, run) if step.physical_location else None
            if place and (place.path, place.line) not in seen and len(seen) <= _MOST_EVIDENCE:
                seen.add((place.path, place.line))
                yield place.says(_clean(step.message.text) or "also here")

    def _subject(self, result: sarif.Result, at: Place) -> str:
        """What tells it apart from others of its rule in this component, wherever the file and the line move to.

        Flow Scanner names the element; else it is what is written on the line, however it is indented.
        """
        element = result.properties.get("element")
        if isinstance(element, str) and element:
            return element
        lines = self._lines(at.path)
        written = "".join(lines[at.line - 1].split()) if at.line <= len(lines) else ""
        location = next(iter(result.locations or ()), sarif.Location())
        named = next(iter(location.logical_locations or ()), sarif.LogicalLocation())
        return " ".join(filter(None, (named.fully_qualified_name or named.name, written)))

    @cached_property
    def _texts(self) -> dict[str, list[str]]:
        return {}

    def _lines(self, path: str) -> list[str]:
        if path not in self._texts:
            self._texts[path] = self._excerpts.lines(path)
        return self._texts[path]


def _described(result: sarif.Result, run: sarif.Run) -> sarif.Rule:
    """What the log says of the rule that a result broke; its name alone where it says nothing."""
    tool: Sequence[sarif.ToolComponent] = (run.tool.driver, *(run.tool.extensions or ()))
    extension = result.rule.tool_component.index
    home = tool[extension + 1] if 0 <= extension < len(tool) - 1 else tool[0]
    index = max(result.rule_index, result.rule.index)
    rules = home.rules or ()
    name = result.rule_id or result.rule.id
    if 0 <= index < len(rules) and (not name or name.startswith(rules[index].id)):
        return rules[index]
    everywhere = (rule for one in tool for rule in one.rules or ())
    return next((rule for rule in everywhere if rule.id == name), sarif.Rule(name or "result"))


def _severity(result: sarif.Result, rule: sarif.Rule) -> Severity:
    """By GitHub's bands of security severities, by Code Analyzer's numbers, else by SARIF's levels."""
    score = _number(rule.properties.get("security-severity"))
    if score:
        bands = ((9.0, Severity.CRITICAL), (7.0, Severity.HIGH), (4.0, Severity.MEDIUM))
        return next((severity for least, severity in bands if score >= least), Severity.LOW)
    numbered = rule.properties.get("severity")
    if isinstance(numbered, int) and numbered in _NUMBERED:
        return _NUMBERED[numbered]
    return _LEVELS.get(result.level or rule.default_configuration.level, Severity.MEDIUM)


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return 0.0


def _text(message: sarif.Message, rule: sarif.Rule) -> str:
    """The message in plain words: with its arguments, without links, and no longer than people read."""
    text = message.text or rule.message_strings.get(message.id, sarif.Message()).text
    given = dict(enumerate(message.arguments))
    return _clean(_ARGUMENT.sub(lambda match: given.get(int(match[1]), match[0]), text))


def _clean(text: str) -> str:
    plain = " ".join(_LINK.sub(r"\1", text).split())
    return plain if len(plain) <= _MOST_TEXT else f"{plain[:_MOST_TEXT]}…"


def _see(rule: sarif.Rule) -> str:
    """Where the tool explains the rule; logs say no more about how to fix it."""
    address = rule.help_uri or ""
    return f"See {address}" if address.startswith(("https://", "http://")) and " " not in address else ""


def _check(rule: _Rule) -> Check:
    described = rule.described
    findings = tuple(rule.findings)

    def say() -> Iterator[Outcome]:
        yield from findings

    say.__doc__ = _docs(described)
    precision = described.properties.get("precision")
    return Check(
        code=rule.code,
        name=_word(described.name or described.id),
        severity=max((one.severity for one in findings if one.severity), key=lambda one: -one.rank),
        confidence=_PRECISIONS.get(precision if isinstance(precision, str) else "", Confidence.MEDIUM),
        ruleset=Ruleset.MINIMAL,
        reads=(),
        against=(),
        tags=(SECRETS,) if _SECRETS.search(f"{described.id} {described.name}") else (),
        options=None,
        function=say,
        parameters=(),
    )


def _docs(rule: sarif.Rule) -> str:
    summary = _clean(rule.short_description.text) or _clean(rule.full_description.text) or f"{rule.id}."
    more = _clean(rule.full_description.text) or _clean(rule.help.text)
    return "\n\n".join(dict.fromkeys(filter(None, (summary, more, _see(rule)))))


def _slug(name: str) -> str:
    """`lightning-flow-scanner`."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-") or "tool"


def _word(name: str) -> str:
    """The name of a rule, fit for lists of names, logs and pages: of characters that mean nothing there."""
    return re.sub(r"[^\w./@+-]+", "-", name).strip("-/")[:_LONGEST_NAME] or "rule"


class _Components:
    """Which component a file belongs to."""

    def __init__(self, project: Project) -> None:
        self.front = project.front
        self._names = frozenset(project.names)
        self._by_path: Mapping[str, str] = {
            file.path: f"{file.type}:{file.name}" for file in project.files if file.type
        }

    def of(self, path: str) -> str:
        """`Type:FullName`; `File:path` for a file that is none's."""
        return self._by_path.get(path) or self._bundle(path) or f"File:{path}"

    def _bundle(self, path: str) -> str:
        """The component of a file in a bundle, whose bodies no project lists."""
        parts = path.split("/")
        for folder, name in pairwise(parts[:-1]):
            if folder in _BUNDLES and (_BUNDLES[folder], name) in self._names:
                return f"{_BUNDLES[folder]}:{name}"
        return ""
