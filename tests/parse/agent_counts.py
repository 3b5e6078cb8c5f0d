"""How much of an agent's file is read, held against what can be counted in its text with nothing but patterns.

The counting here knows nothing of the readers: lines and tags are counted as they stand. Print a table for a folder:

    python -m tests.parse.agent_counts FOLDER…
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from sfgov.facts import (
    AgentTestSpec,
    AiAuthoringBundle,
    AiEvaluationDefinition,
    AiTestingDefinition,
    Bot,
    BotVersion,
    Fact,
    GenAiFunction,
    GenAiPlanner,
    GenAiPlannerBundle,
    GenAiPlugin,
    GenAiPromptTemplate,
    GenAiSchema,
)
from sfgov.facts.agents import AgentTests, Planner
from sfgov.parse import parse
from sfgov.project.source import SourceFile

Counts = dict[str, int]


class Compared(NamedTuple):
    """One file: what the readers found and what stands in the text."""

    path: Path
    kind: str
    read: Counts
    text: Counts
    problems: int

    @property
    def lost(self) -> Counts:
        """Where the two differ: how many too few (or, negative, too many) were read."""
        return {key: self.text[key] - self.read[key] for key in self.text if self.text[key] != self.read[key]}


# What stands in the text


def _lines(text: str) -> list[str]:
    """Lines without the insides of templates: what is indented deeper than a bar's line belongs to it."""
    found: list[str] = []
    template = -1
    for line in re.split(r"\r\n|\n", text):
        bare = line.expandtabs(3)
        depth = len(bare) - len(bare.lstrip())
        if template >= 0 and (not bare.strip() or depth > template):
            continue
        template = -1
        if re.match(r'\s*(?:\||[\w" ]+:\s*\|)', bare):
            template = depth
        if bare.strip() and not bare.lstrip().startswith("#"):
            found.append(bare)
    return found


def _entries(lines: list[str], heading: str) -> int:
    """How many entries the blocks of that heading have: lines at the depth of the first one below it."""
    count = 0
    for number, line in enumerate(lines):
        if not re.match(rf"\s*{heading}\s*:\s*(?:#.*)?$", line):
            continue
        outer = len(line) - len(line.lstrip())
        depth = None
        for below in lines[number + 1 :]:
            own = len(below) - len(below.lstrip())
            if own <= outer:
                break
            depth = own if depth is None else depth
            count += own == depth and re.match(r'\s*(?:"[^"]+"|\w+)\s*:', below) is not None
    return count


def _in_script(text: str) -> Counts:
    lines = _lines(text)

    def count(pattern: str) -> int:
        return sum(re.match(pattern, line) is not None for line in lines)

    topics = count(r'"?(?:start_agent|subagent|topic|connected_subagent)"?\b.*:')
    connected = count(r"connected_subagent\b")
    return {
        "topics": topics,
        "targets": count(r"\s+target\s*:") - connected,
        "inputs": _entries(lines, "inputs"),
        "outputs": _entries(lines, "outputs"),
        "variables": _entries(lines, "variables"),
        "tools": count(r"\s+[\w\"]+\s*:\s*@(?:actions|utils|subagent|topic|connected_subagent)\s*\."),
        "runs": count(r"\s+run\s+@"),
        "transitions": count(r"\s+transition\s+to\s")
        + count(r"\s+[\w\"]+\s*:\s*@utils\s*\.\s*transition\s+to\s")
        + count(r"\s+[\w\"]+\s*:\s*@(?:subagent|topic|connected_subagent)\s*\."),
        "bindings": sum(
            len(re.findall(r'(?:with|,)\s+(?:"[^"]+"|\w+)\s*=(?!=)', line))
            for line in lines
            if re.match(r"\s*(?:with\s|run\s|transition\s|[\w\"]+\s*:\s*@)", line)
        ),
        "sets": count(r"\s+set\s+@?\w"),
        "gates": count(r"\s+available\s+when\s"),
    }


def _tags(text: str, *names: str) -> Counts:
    return {name: len(re.findall(rf"<{name}\s*>", text)) for name in names}


_PLANNER = (
    "localTopics",
    "localActions",
    "plannerActions",
    "genAiPluginInstructions",
    "genAiPluginName",
    "attributeMappings",
    "ruleExpressions",
    "ruleExpressionAssignments",
    "plannerSurfaces",
    "invocationTarget",
)


def _in_planner(text: str) -> Counts:
    counts = _tags(text, *_PLANNER)
    return {**counts, "genAiPluginInstructions": counts["genAiPluginInstructions"]}


def _in_schema(text: str) -> Counts:
    value: Any = json.loads(text)
    properties = value.get("properties", {})
    known = {name.casefold() for name in properties}
    listed = [name for name in value.get("required", []) if name.casefold() in known]
    return {"properties": len(properties), "required": len(listed)}


# What the readers found


def _of_script(fact: AiAuthoringBundle) -> Counts:
    topics = fact.topics
    steps = [step for topic in topics for step in topic.steps]
    actions = [*(action for topic in topics for action in topic.actions), *fact.actions]
    actions += (format_ for connection in fact.connections for format_ in connection.formats)
    inputs = [action.inputs for action in actions]
    inputs += [topic.inputs for topic in topics]
    inputs += [connection.inputs for connection in fact.connections]
    returning = r"@(?:subagent|topic|connected_subagent)\."
    return {
        "topics": len(topics),
        "targets": sum(bool(action.target) for action in actions),
        "inputs": sum(map(len, inputs)),
        "outputs": sum(len(action.outputs) for action in actions),
        "variables": len(fact.variables),
        "tools": sum(step.kind == "tool" and bool(step.reference) for step in steps),
        "runs": sum(step.kind == "run" for step in steps),
        "transitions": sum(
            step.kind == "transition" or bool(step.target) or re.match(returning, step.reference) is not None
            for step in steps
        ),
        "bindings": sum(len(step.inputs) for step in steps),
        "sets": sum(len(step.sets) for step in steps),
        "gates": sum(
            condition.kind == "available when"
            for step in steps
            if step.kind == "tool"
            for condition in step.conditions
        ),
    }


def _of_planner(fact: Planner) -> Counts:
    local = [topic for topic in fact.topics if topic.full_name in {link.name for link in fact.topic_links}]
    actions = [*(action for topic in fact.topics for action in topic.actions), *fact.actions]
    return {
        "localTopics": len(local),
        "localActions": sum(len(topic.actions) for topic in fact.topics),
        "plannerActions": len(fact.actions),
        "genAiPluginInstructions": sum(len(topic.instructions) for topic in fact.topics),
        "genAiPluginName": len(fact.plugins) + len(fact.topic_links),
        "attributeMappings": len(fact.mappings),
        "ruleExpressions": len(fact.rules),
        "ruleExpressionAssignments": len(fact.assignments),
        "plannerSurfaces": len(fact.connections),
        "invocationTarget": sum(bool(action.target) for action in actions),
    }


def _of_tests(fact: AgentTests) -> Counts:
    return {
        "cases": len(fact.cases),
        "expectations": sum(len(case.expectations) for case in fact.cases),
        "utterances": sum(bool(case.utterance.text) for case in fact.cases),
    }


def _in_tests(text: str) -> Counts:
    tags = _tags(text, "testCase", "expectation", "scorer", "utterance")
    return {
        "cases": tags["testCase"],
        "expectations": tags["expectation"] + tags["scorer"],
        "utterances": tags["utterance"],
    }


def _in_spec(text: str) -> Counts:
    utterances = len(re.findall(r"^\s*(?:- )?utterance\s*:", text, re.MULTILINE))
    expected = len(re.findall(r"^\s*(?:- )?expected(?:Topic|Actions|Outcome)\s*:", text, re.MULTILINE))
    return {"cases": utterances, "expectations": expected, "utterances": utterances}


class _Kind(NamedTuple):
    metadata_type: str
    role: str
    fact: type[Fact]
    read: Callable[[Any], Counts]
    text: Callable[[str], Counts]


_KINDS: dict[str, _Kind] = {
    ".agent": _Kind("AiAuthoringBundle", "body", AiAuthoringBundle, _of_script, _in_script),
    ".genAiPlannerBundle": _Kind("GenAiPlannerBundle", "whole", GenAiPlannerBundle, _of_planner, _in_planner),
    ".genAiPlanner": _Kind("GenAiPlanner", "whole", GenAiPlanner, _of_planner, _in_planner),
    ".genAiPlugin": _Kind(
        "GenAiPlugin",
        "whole",
        GenAiPlugin,
        lambda fact: {
            "functionName": len(fact.topic.functions),
            "genAiPluginInstructions": len(fact.topic.instructions),
            "aiPluginUtterances": len(fact.topic.utterances),
        },
        lambda text: _tags(text, "functionName", "genAiPluginInstructions", "aiPluginUtterances"),
    ),
    ".genAiFunction": _Kind(
        "GenAiFunction",
        "whole",
        GenAiFunction,
        lambda fact: {
            "invocationTarget": int(bool(fact.action.target)),
            "mappingAttributes": len(fact.attributes),
        },
        lambda text: _tags(text, "invocationTarget", "mappingAttributes"),
    ),
    ".genAiPromptTemplate": _Kind(
        "GenAiPromptTemplate",
        "whole",
        GenAiPromptTemplate,
        lambda fact: {
            "templateVersions": len(fact.versions),
            "inputs": sum(len(one.inputs) for one in fact.versions),
            "templateDataProviders": sum(len(one.providers) for one in fact.versions),
        },
        lambda text: _tags(text, "templateVersions", "inputs", "templateDataProviders"),
    ),
    ".bot": _Kind(
        "Bot",
        "whole",
        Bot,
        lambda fact: {"contextVariables": len(fact.variables)},
        lambda text: _tags(text, "contextVariables"),
    ),
    ".botVersion": _Kind(
        "BotVersion",
        "whole",
        BotVersion,
        lambda fact: {
            "botDialogs": len(fact.dialogs),
            "conversationVariables": len(fact.variables),
            "genAiPlannerName": len(fact.planners),
            "message": sum(len(one.messages) for one in fact.dialogs),
        },
        lambda text: _tags(text, "botDialogs", "conversationVariables", "genAiPlannerName", "message"),
    ),
    ".aiEvaluationDefinition": _Kind(
        "AiEvaluationDefinition", "whole", AiEvaluationDefinition, _of_tests, _in_tests
    ),
    ".aiTestingDefinition": _Kind("AiTestingDefinition", "whole", AiTestingDefinition, _of_tests, _in_tests),
    "schema.json": _Kind(
        "GenAiFunction",
        "schema",
        GenAiSchema,
        lambda fact: {
            "properties": len(fact.parameters),
            "required": sum(one.required > 0 for one in fact.parameters),
        },
        _in_schema,
    ),
    ".yaml": _Kind("AgentTestSpec", "whole", AgentTestSpec, _of_tests, _in_spec),
    ".yml": _Kind("AgentTestSpec", "whole", AgentTestSpec, _of_tests, _in_spec),
}


def agent_files(folder: Path) -> list[Path]:
    """The files of agents below a folder, by path."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and "node_modules" not in path.parts and _kind(path) is not None
    )


def _kind(path: Path) -> _Kind | None:
    name = path.name.removesuffix("-meta.xml")
    if name == "schema.json":
        return (
            _KINDS["schema.json"]
            if path.parent.name in ("input", "output") and "genAi" in str(path)
            else None
        )
    kind = _KINDS.get(Path(name).suffix)
    if kind is not None and kind.fact is AgentTestSpec:
        data = path.read_bytes()
        return kind if b"\nsubjectName:" in b"\n" + data and b"\ntestCases:" in data else None
    return kind


def compared(path: Path) -> Compared:
    """One file, both ways."""
    kind = _kind(path)
    assert kind is not None
    data = path.read_bytes()
    name = path.name.removesuffix("-meta.xml").partition(".")[0]
    parsed = parse(SourceFile(path.as_posix(), kind.metadata_type, name, kind.role), data)  # type: ignore[arg-type]
    fact = next(one for one in parsed.facts if isinstance(one, kind.fact))
    text = data.decode("utf-8-sig")
    return Compared(path, kind.fact.__name__, kind.read(fact), kind.text(text), len(parsed.problems))


def _table(results: list[Compared]) -> Iterator[str]:
    for kind in sorted({one.kind for one in results}):
        of_kind = [one for one in results if one.kind == kind]
        keys = list(of_kind[0].text)
        yield f"{kind}: {len(of_kind)} files, {sum(one.problems > 0 for one in of_kind)} with problems"
        for key in keys:
            read, text = sum(one.read[key] for one in of_kind), sum(one.text[key] for one in of_kind)
            yield f"  {key:<28}{read:>8} read {text:>8} in the text{'' if read == text else '   DIFFERENT'}"
    for one in results:
        if one.lost:
            yield f"{one.path}: {one.lost}"


if __name__ == "__main__":
    for line in _table([compared(path) for folder in sys.argv[1:] for path in agent_files(Path(folder))]):
        print(line)
