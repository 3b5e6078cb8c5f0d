"""Tests of agents: the two kinds of XML, and the YAML from which they are made."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from sfgov.facts import AgentTestSpec, AiEvaluationDefinition, AiTestingDefinition, Problem
from sfgov.facts.agents import NO_TEXT, AgentTestCase, AgentTestExpectation, AgentText
from sfgov.parse.xml import Element
from sfgov.project.source import SourceFile
from sfgov.yaml12 import Document, YamlError, read_yaml

_TOPIC = frozenset({"topic_sequence_match", "topic_assertion", "expectedtopic"})
_ACTIONS = frozenset({"action_sequence_match", "actions_assertion", "expectedactions"})
_OUTCOME = frozenset({"bot_response_rating", "output_validation", "response_match", "expectedoutcome"})
_ITEM = re.compile(r"""\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^,\[\]'"]+))\s*(?:,|$)""")


def _read_evaluation(root: Element, source: SourceFile) -> Iterator[AiEvaluationDefinition]:
    yield AiEvaluationDefinition(**_definition(root, source, "expectation"))


def _read_testing(root: Element, source: SourceFile) -> Iterator[AiTestingDefinition]:
    yield AiTestingDefinition(**_definition(root, source, "scorer"))


READERS = {"AiEvaluationDefinition": _read_evaluation, "AiTestingDefinition": _read_testing}


def _definition(root: Element, source: SourceFile, tag: str) -> dict[str, Any]:
    return {
        "name": source.name,
        "line": root.line,
        "label": root.get("name"),
        "subject": root.get("subjectName"),
        "subject_type": root.get("subjectType"),
        "subject_version": root.get("subjectVersion"),
        "cases": tuple(_case(child, tag) for child in root.all("testCase")),
        "lines": root.lines("name", "subjectName", "subjectType", "subjectVersion"),
    }


def _case(element: Element, tag: str) -> AgentTestCase:
    inputs = element.all("inputs")
    utterance = next((child for one in inputs for child in one.all("utterance")), None)
    expected = [
        AgentTestExpectation(child.get("name"), child.get("expectedValue"), _line_of_value(child))
        for kind in (tag, "expectation" if tag == "scorer" else "scorer")
        for child in element.all(kind)
    ]
    return _joined(
        element.line,
        AgentText(utterance.text, utterance.line) if utterance is not None else NO_TEXT,
        expected,
        history=sum(len(one.all("conversationHistory")) for one in inputs),
        variables=tuple(
            child.get("variableName") or child.get("name")
            for one in inputs
            for child in (*one.all("contextVariable"), *one.all("contextVariables"))
        ),
    )


def _line_of_value(element: Element) -> int:
    value = element.first("expectedValue")
    return element.line if value is None else value.line


def _joined(
    line: int,
    utterance: AgentText,
    expected: Sequence[AgentTestExpectation],
    *,
    history: int,
    variables: tuple[str, ...],
) -> AgentTestCase:
    topic = next((one for one in expected if one.name.casefold() in _TOPIC and one.value), None)
    actions = next((one for one in expected if one.name.casefold() in _ACTIONS and one.value), None)
    outcome = next((one for one in expected if one.name.casefold() in _OUTCOME and one.value), None)
    return AgentTestCase(
        line=line,
        utterance=utterance,
        topic=topic.value if topic else "",
        topic_line=topic.line if topic else 0,
        actions=tuple(names(actions.value)) if actions else None,
        actions_line=actions.line if actions else 0,
        outcome=AgentText(outcome.value, outcome.line) if outcome else NO_TEXT,
        expectations=tuple(expected),
        history=history,
        variables=variables,
    )


def names(value: str) -> Iterator[str]:
    """The names of a list that is written as Python or JSON has it, or with commas alone."""
    text = value.strip().removeprefix("[").removesuffix("]").strip()
    at = 0
    while at < len(text):
        match = _ITEM.match(text, at)
        if match is None:
            return
        at = match.end()
        name = (match[1] or match[2] or match[3] or "").strip()
        if name:
            yield name


# YAML


def read_spec(data: bytes, source: SourceFile) -> Iterator[AgentTestSpec | Problem]:
    """A test specification. What is no such thing gives nothing."""
    problems: list[tuple[int, str]] = []
    try:
        document = read_yaml(data)
    except YamlError as error:
        document, problems = error.document, error.problems
    top = document.value if isinstance(document.value, dict) else {}
    if top:
        yield AgentTestSpec(
            name=source.name,
            line=document.lines.get(("name",), 1),
            label=_text(top.get("name")),
            subject=_text(top.get("subjectName")),
            subject_type=_text(top.get("subjectType")),
            subject_version=_text(top.get("subjectVersion")),
            cases=tuple(_spec_cases(document, top)),
            lines={key: document.lines[key,] for key in top if (key,) in document.lines},
        )
    yield from (Problem(f"the test specification: {reason}", line) for line, reason in problems)


def _spec_cases(document: Document, top: dict[str, Any]) -> Iterator[AgentTestCase]:
    cases = top.get("testCases")
    for index, case in enumerate(cases if isinstance(cases, list) else ()):
        if isinstance(case, dict):
            yield _spec_case(document, ("testCases", str(index)), case)


def _spec_case(document: Document, at: tuple[str, ...], case: dict[str, Any]) -> AgentTestCase:
    def line(key: str) -> int:
        return document.lines.get((*at, key), document.lines[at])

    def prose(key: str) -> AgentText:
        return AgentText(_text(case.get(key)), line(key), escaped=True) if _text(case.get(key)) else NO_TEXT

    actions = case.get("expectedActions")
    listed = [_text(one) for one in actions] if isinstance(actions, list) else list(names(_text(actions)))
    expectations = [
        AgentTestExpectation(
            key, _text(case[key]) if not isinstance(case[key], list) else ", ".join(listed), line(key)
        )
        for key in ("expectedTopic", "expectedActions", "expectedOutcome")
        if case.get(key) is not None
    ]
    metrics = case.get("metrics")
    expectations += (
        AgentTestExpectation(_text(one), "", line("metrics"))
        for one in (metrics if isinstance(metrics, list) else ())
        if _text(one)
    )
    history = case.get("conversationHistory")
    variables = case.get("contextVariables")
    return AgentTestCase(
        line=document.lines[at],
        utterance=prose("utterance"),
        topic=_text(case.get("expectedTopic")),
        topic_line=line("expectedTopic"),
        actions=tuple(name for name in listed if name) if actions is not None else None,
        actions_line=line("expectedActions"),
        outcome=prose("expectedOutcome"),
        expectations=tuple(expectations),
        history=len(history) if isinstance(history, list) else 0,
        variables=tuple(
            _text(one.get("name"))
            for one in (variables if isinstance(variables, list) else ())
            if isinstance(one, dict)
        ),
    )


def _text(value: object) -> str:
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
