"""Planners, topics and actions of AI agents, as XML has them, and the schemas of actions' inputs and outputs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sfgov.facts import (
    AiAuthoringBundleMeta,
    GenAiFunction,
    GenAiPlanner,
    GenAiPlannerBundle,
    GenAiPlugin,
    GenAiSchema,
    Problem,
)
from sfgov.facts.agents import (
    NO_TEXT,
    AgentAction,
    AgentConnection,
    AgentLink,
    AgentParameter,
    AgentText,
    AgentTopic,
    FunctionAttribute,
    PlannerAssignment,
    PlannerCondition,
    PlannerMapping,
    PlannerRule,
)
from sfgov.facts.base import Mark
from sfgov.parse.xml import Element
from sfgov.project.source import SourceFile
from sfgov.yaml12 import Document, Keys, YamlError, read_yaml


def text_of(element: Element, tag: str) -> AgentText:
    """The text of a child as prose."""
    child = element.first(tag)
    return AgentText(child.text, child.line) if child is not None and child.text else NO_TEXT


def links(element: Element, tag: str, name: str = "") -> Iterator[AgentLink]:
    """The names in the children of that tag, or in one of their own children."""
    for child in element.all(tag):
        named = child.first(name) if name else child
        if named is not None and named.text:
            yield AgentLink(named.text, named.line)


# Topics and actions


def read_topic(element: Element, name: str, customized: str = "") -> AgentTopic:
    """A topic, of the library or of a planner."""
    local = customized or element.get("localDeveloperName") or name
    return AgentTopic(
        name=local,
        line=element.line,
        kind=element.get("pluginType") or "Topic",
        full_name=name if name != local else "",
        label=element.get("masterLabel"),
        description=text_of(element, "description"),
        scope=text_of(element, "scope"),
        instructions=tuple(
            text
            for child in sorted(element.all("genAiPluginInstructions"), key=_position)
            if (text := text_of(child, "description")) != NO_TEXT
        ),
        utterances=tuple(
            text
            for child in element.all("aiPluginUtterances")
            if (text := text_of(child, "utterance")) != NO_TEXT
        ),
        can_escalate=element.mark("canEscalate"),
        actions=tuple(read_action(child) for child in element.all("localActions")),
        functions=(
            *links(element, "genAiFunctions", "functionName"),
            *links(element, "localActionLinks", "functionName"),
            *links(element, "localActionLinks", "genAiFunctionName"),
        ),
        source=element.get("source"),
    )


def _position(instruction: Element) -> tuple[int, int]:
    order = instruction.get("sortOrder")
    return (int(order) if order.isascii() and order.isdigit() else 0), instruction.line


def read_action(element: Element, name: str = "") -> AgentAction:
    """An action, of the library or of a planner. Its parameters stand in schemas."""
    full = name or element.get("fullName") or element.get("developerName")
    local = name or element.get("localDeveloperName") or full
    target = element.first("invocationTarget")
    return AgentAction(
        name=local,
        line=element.line,
        full_name=full if full != local else "",
        label=element.get("masterLabel"),
        description=text_of(element, "description"),
        target_type=element.get("invocationTargetType"),
        target=target.text if target is not None else "",
        target_line=target.line if target is not None else 0,
        source=element.get("source"),
        confirmation=element.mark("isConfirmationRequired"),
    )


def _read_plugin(root: Element, source: SourceFile) -> Iterator[GenAiPlugin]:
    topic = read_topic(root, source.name, source.name)
    yield GenAiPlugin(name=source.name, line=root.line, topic=topic)


def _read_function(root: Element, source: SourceFile) -> Iterator[GenAiFunction]:
    yield GenAiFunction(
        name=source.name,
        line=root.line,
        action=read_action(root, source.name),
        attributes=tuple(
            FunctionAttribute(
                name=child.get("name"),
                parameter=child.get("parameterName"),
                direction=child.get("parameterType"),
                line=child.line,
            )
            for child in root.all("mappingAttributes")
        ),
    )


# Planners


def _read_planner_bundle(root: Element, source: SourceFile) -> Iterator[GenAiPlannerBundle]:
    yield GenAiPlannerBundle(**_planner(root, source))


def _read_planner(root: Element, source: SourceFile) -> Iterator[GenAiPlanner]:
    yield GenAiPlanner(**_planner(root, source))


def _planner(root: Element, source: SourceFile) -> dict[str, Any]:
    script = root.first("agentScript") or root.first("agentGraph") or root.first("agentGraphRef")
    return {
        "name": source.name,
        "line": root.line,
        "label": root.get("masterLabel"),
        "description": text_of(root, "description"),
        "planner_type": root.get("plannerType"),
        "topics": tuple(_topics(root)),
        "plugins": tuple(links(root, "genAiPlugins", "genAiPluginName")),
        "topic_links": tuple(links(root, "localTopicLinks", "genAiPluginName")),
        "functions": (
            *links(root, "genAiFunctions", "genAiFunctionName"),
            *links(root, "localActionLinks", "genAiFunctionName"),
            *links(root, "localActionLinks", "functionName"),
        ),
        "actions": tuple(read_action(child) for child in root.all("plannerActions")),
        "mappings": tuple(map(_mapping, root.all("attributeMappings"))),
        "rules": tuple(
            _rule(child)
            for tag in ("ruleExpressions", "genAiPlannerRuleExpressions")
            for child in root.all(tag)
        ),
        "assignments": tuple(map(_assignment, root.all("ruleExpressionAssignments"))),
        "connections": tuple(one for child in root.all("plannerSurfaces") for one in _surface(child)),
        "script": 0 if script is None or not script.text else script.line,
    }


def _topics(root: Element) -> Iterator[AgentTopic]:
    for child in root.all("localTopics"):
        yield read_topic(child, child.get("fullName") or child.get("developerName"))
    for child in root.all("genAiPlugins"):
        customized = child.first("genAiCustomizedPlugin")
        if customized is not None:
            yield read_topic(
                customized, customized.get("name"), child.get("genAiPluginName") or customized.get("name")
            )


def _mapping(element: Element) -> PlannerMapping:
    return PlannerMapping(
        attribute=element.get("attributeName"),
        line=element.line,
        attribute_type=element.get("attributeType"),
        mapping_type=element.get("mappingType"),
        target=element.get("mappingTargetName"),
        constant=element.get("constantValue"),
    )


def _rule(element: Element) -> PlannerRule:
    return PlannerRule(
        name=element.get("expressionName"),
        line=element.line,
        label=element.get("expressionLabel"),
        expression=element.get("expression"),
        expression_type=element.get("expressionType"),
        conditions=tuple(
            PlannerCondition(
                left=child.get("leftOperand"),
                operator=child.get("operator"),
                right=child.get("rightOperandValue"),
                line=child.line,
                left_type=child.get("leftOperandType"),
            )
            for child in element.all("conditions")
        ),
    )


def _assignment(element: Element) -> PlannerAssignment:
    return PlannerAssignment(
        rule=element.get("ruleExpressionName"),
        line=element.line,
        target=element.get("targetName"),
        target_type=element.get("targetType"),
    )


def _surface(element: Element) -> Iterator[AgentConnection]:
    """A channel; one for each of its routes, where it has some."""
    type_ = element.get("surfaceType") or element.get("surface")
    routes = element.all("outboundRouteConfigs")
    if not routes:
        yield AgentConnection(type=type_, line=element.line)
    for route in routes:
        name = route.first("outboundRouteName")
        yield AgentConnection(
            type=type_,
            line=element.line,
            route_type=route.get("outboundRouteType"),
            route_name=name.text if name is not None else "",
            route_line=name.line if name is not None else route.line,
            escalation_message=text_of(route, "escalationMessage"),
        )


def _read_bundle_meta(root: Element, source: SourceFile) -> Iterator[AiAuthoringBundleMeta]:
    yield AiAuthoringBundleMeta(
        name=source.name,
        line=root.line,
        bundle_type=root.get("bundleType"),
        target=root.get("target"),
        version_tag=root.get("versionTag"),
        lines=root.lines("bundleType", "target", "versionTag"),
    )


READERS = {
    "AiAuthoringBundle": _read_bundle_meta,
    "GenAiFunction": _read_function,
    "GenAiPlanner": _read_planner,
    "GenAiPlannerBundle": _read_planner_bundle,
    "GenAiPlugin": _read_plugin,
}


# Schemas


def read_schema(data: bytes, source: SourceFile) -> Iterator[GenAiSchema | Problem]:
    """A `schema.json`. JSON is YAML, whose reader knows the lines; tabs stand in no JSON text, only around it."""
    parts = source.path.split("/")
    nested = next(
        (at for at, part in enumerate(parts) if part in ("localActions", "plannerActions")), len(parts) - 2
    )
    name = "/".join((source.name, *parts[nested:-1]))
    direction = parts[-2].lower()
    try:
        document = read_yaml(data.replace(b"\t", b"  "))
    except YamlError as error:
        yield GenAiSchema(name=name, direction=direction, complete=False)
        yield from (Problem(f"the schema is no JSON: {reason}", line) for line, reason in error.problems)
        return
    top = document.value if isinstance(document.value, dict) else {}
    required = top.get("required")
    listed = {str(one).casefold(): str(one) for one in required} if isinstance(required, list) else {}
    properties = top.get("properties")
    yield GenAiSchema(
        name=name,
        direction=direction,
        parameters=tuple(
            _parameter(document, str(key), value if isinstance(value, dict) else {}, listed)
            for key, value in (properties if isinstance(properties, dict) else {}).items()
        ),
    )


def _required(document: Document, name: str, required: dict[str, str]) -> Mark:
    """The line of `required` that lists a property; Salesforce's own schemas list some in another case."""
    listed = required.get(name.casefold())
    return 0 if listed is None else document.lines.get(("required", listed), 1)


def _parameter(
    document: Document, name: str, value: dict[str, Any], required: dict[str, str]
) -> AgentParameter:
    at: Keys = ("properties", name)
    line = document.lines[at]
    record = value.get("lightning:sObjectInfo")
    object_name = record.get("apiName") if isinstance(record, dict) else None

    def text(key: str) -> str:
        found = value.get(key)
        return found if isinstance(found, str) else ""

    def mark(key: str) -> Mark:
        found = value.get(key)
        where = document.lines.get((*at, key), line)
        return (where if found else -where) if isinstance(found, bool) else 0

    return AgentParameter(
        name=name,
        line=line,
        type=text("lightning:type") or text("type"),
        complex_type=object_name if isinstance(object_name, str) else "",
        label=text("title"),
        description=AgentText(
            text("description"), document.lines.get((*at, "description"), line), escaped=True
        )
        if text("description")
        else NO_TEXT,
        required=_required(document, name, required),
        user_input=mark("copilotAction:isUserInput"),
        displayable=mark("copilotAction:isDisplayable"),
        used_by_planner=mark("copilotAction:isUsedByPlanner"),
        pii=mark("lightning:isPII"),
    )
