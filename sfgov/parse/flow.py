"""Flows and flow definitions. Every node and every edge is read; elements that are not known are passed over."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sfgov.facts.flow import (
    NOTHING,
    Flow,
    FlowAssignment,
    FlowCondition,
    FlowConnector,
    FlowDefinition,
    FlowElement,
    FlowFilter,
    FlowMention,
    FlowResource,
    FlowRule,
    FlowStart,
    FlowValue,
)
from sfgov.parse.xml import Element
from sfgov.project.source import SourceFile

_NODES = frozenset(
    {
        "actionCalls",
        "apexPluginCalls",
        "assignments",
        "collectionProcessors",
        "customErrors",
        "dataLookups",
        "decisions",
        "ends",
        "experiments",
        "loops",
        "orchestratedStages",
        "recordCreates",
        "recordDeletes",
        "recordLookups",
        "recordRollbacks",
        "recordUpdates",
        "screens",
        "steppedStages",
        "steps",
        "subflows",
        "transforms",
        "waits",
    }
)
_NESTED_NODES = {"orchestratedStages": "stageSteps", "steppedStages": "steps", "screens": "actions"}
"""Work that hangs inside a node: it is a node too, with an edge of the same name leading to it."""

_CONNECTORS = frozenset(
    {
        "connector",
        "connectors",
        "defaultConnector",
        "faultConnector",
        "nextValueConnector",
        "noMoreValuesConnector",
        "timeoutConnector",
    }
)
_WAYS = frozenset({"rules", "waitEvents", "scheduledPaths", "actionCallPaths", "paths", "outcomes"})
"""Elements that have a name and a connector of their own."""

_RESOURCES = frozenset(
    {"variables", "formulas", "constants", "textTemplates", "choices", "dynamicChoiceSets", "stages"}
)
_ASSIGNMENTS = {
    # element: where it says what is set, in this order
    "assignmentItems": ("assignToReference",),
    "inputAssignments": ("field", "name"),
    "inputParameters": ("name",),
    "outputParameters": ("assignToReference", "name"),
    "outputAssignments": ("assignToReference",),
}
_SOURCES = ("name", "field")
"""An output says where its value comes from by name, not by a value."""

_NAMES = frozenset(
    {
        "displayField",
        "extensionName",
        "fieldSelection",
        "queriedFields",
        "recordField",
        "sortField",
        "valueField",
    }
)
_FORMULAS = frozenset({"expression", "filterFormula", "formulaExpression"})
_GLOBAL = re.compile(r"(\$(?:label|permission|setup|custommetadata)\.[\w.]*\w)", re.IGNORECASE)
_MERGED = re.compile(rf"\{{!\s*{_GLOBAL.pattern}", re.IGNORECASE)
"""In a text a reference stands in `{!…}`; else it is all that an element says."""

_VALUES = frozenset(
    {
        "apexValue",
        "booleanValue",
        "complexValue",
        "dateTimeValue",
        "dateValue",
        "elementReference",
        "formulaExpression",
        "numberValue",
        "setupReference",
        "sobjectValue",
        "stringValue",
        "timeValue",
        "transformValueReference",
    }
)


def read_flow(root: Element, source: SourceFile) -> Iterator[Flow]:
    """One flow file: one flow, or one version of it."""
    start = root.first("start")
    lines = root.lines(
        "label", "processType", "status", "runInMode", "apiVersion", "triggerOrder", "isTemplate"
    )
    if start is not None:
        lines |= start.lines("object", "triggerType", "recordTriggerType", "filterLogic", "filterFormula")
    yield Flow(
        name=source.name,
        line=root.line,
        lines=lines,
        label=root.get("label"),
        process_type=root.get("processType"),
        status=root.get("status"),
        run_in_mode=root.get("runInMode"),
        api_version=_number(root.get("apiVersion")),
        trigger_order=_integer(root.get("triggerOrder")),
        is_template=root.flag("isTemplate") is True,
        start=_start(root, start),
        elements=tuple(_elements(root)),
        resources=tuple(map(_resource, _named_values(root))),
        mentions=tuple(_mentions(root)),
    )


def read_flow_definition(root: Element, source: SourceFile) -> Iterator[FlowDefinition]:
    """Which version of a flow is active."""
    yield FlowDefinition(
        name=source.name,
        line=root.line,
        lines=root.lines("activeVersionNumber"),
        active_version=_integer(root.get("activeVersionNumber")),
    )


READERS = {"Flow": read_flow, "FlowDefinition": read_flow_definition}


def _start(root: Element, start: Element | None) -> FlowStart:
    reference = root.first("startElementReference")
    connectors = list(_connectors(start)) if start is not None else []
    if reference is not None and reference.text:
        connectors.append(FlowConnector("connector", reference.text, reference.line))
    if start is None:
        object_name, event = _start_of_process(root)
        return FlowStart(
            line=reference.line if reference is not None else 0,
            object=object_name,
            record_trigger_type=event,
            connectors=tuple(connectors),
        )
    return FlowStart(
        line=start.line,
        object=start.get("object"),
        trigger_type=start.get("triggerType"),
        record_trigger_type=start.get("recordTriggerType"),
        filters=tuple(_filters(start)),
        filter_logic=start.get("filterLogic"),
        filter_formula=start.get("filterFormula"),
        requires_change=start.flag("doesRequireRecordChangedToMeetCriteria") is True,
        connectors=tuple(connectors),
    )


def _start_of_process(root: Element) -> tuple[str, str]:
    """The object and the event, which a process says in metadata of its own; nothing for other flows."""
    if root.get("processType") != "Workflow":
        return "", ""
    said = {
        child.get("name"): _value(child.first("value")).text for child in root.all("processMetadataValues")
    }
    events = {"onCreateOnly": "Create", "onAllChanges": "CreateAndUpdate"}
    return said.get("ObjectType", ""), events.get(said.get("TriggerType", ""), "")


def _elements(root: Element) -> Iterator[FlowElement]:
    for child in root.children:
        if child.tag not in _NODES:
            continue
        yield _element(child)
        for inner in child.all(_NESTED_NODES.get(child.tag, "")):
            yield _element(inner)


def _element(node: Element) -> FlowElement:
    limit = node.first("limit")
    limit_value = _value(limit)
    return FlowElement(
        kind=node.tag,
        name=node.get("name"),
        line=node.line,
        label=node.get("label"),
        connectors=tuple(_connectors(node)),
        object=node.get("object") or node.get("outputSObjectType") or node.get("objectType"),
        input_reference=node.get("inputReference"),
        filters=tuple(_filters(node)),
        filter_logic=node.get("filterLogic"),
        assignments=tuple(_assignments(node)),
        rules=tuple(_rules(node)),
        action_name=node.get("actionName") or node.get("apexClass"),
        action_type=node.get("actionType"),
        flow_name=node.get("flowName"),
        collection=node.get("collectionReference") or _transformed(node),
        output=node.get("outputReference") or node.get("assignNextValueToReference"),
        first_record_only=node.flag("getFirstRecordOnly"),
        assign_nulls=node.flag("assignNullValuesIfNoRecordsFound"),
        limit=_integer(limit_value.text or (limit.text if limit is not None else "")),
        limit_reference=limit_value.text if limit_value.kind == "elementReference" else "",
        messages=tuple(message.get("errorMessage") for message in node.all("customErrorMessages")),
    )


def _connectors(node: Element) -> Iterator[FlowConnector]:
    nested = _NESTED_NODES.get(node.tag)
    for child in node.children:
        if child.tag in _CONNECTORS:
            yield from _connector(child, child.tag, "")
        elif child.tag == nested:
            name = child.get("name")
            yield FlowConnector(child.tag, name, child.line, name)
        elif child.tag in _WAYS:
            label = child.get("name") or child.get("pathName") or child.get("pathType")
            for connector in child.all("connector"):
                yield from _connector(connector, child.tag, label)


def _connector(connector: Element, kind: str, label: str) -> Iterator[FlowConnector]:
    target = connector.get("targetReference")
    if target:
        yield FlowConnector(kind, target, connector.line, label, connector.flag("isGoTo") is True)


def _filters(node: Element) -> Iterator[FlowFilter]:
    for child in node.all("filters"):
        yield FlowFilter(child.get("field"), child.get("operator"), _value(child.first("value")), child.line)


def _assignments(node: Element) -> Iterator[FlowAssignment]:
    for child in node.children:
        targets = _ASSIGNMENTS.get(child.tag)
        if targets is None:
            continue
        target = next(filter(None, map(child.get, targets)), "")
        value = _value(child.first("value"))
        if child.tag.startswith("output") and value is NOTHING:
            value = FlowValue("name", next(filter(None, map(child.get, _SOURCES)), ""))
        yield FlowAssignment(child.tag, target, child.get("operator"), value, child.line)


def _rules(node: Element) -> Iterator[FlowRule]:
    """The outcomes of a decision, and the events of a wait with their conditions."""
    for child in node.children:
        if child.tag in ("rules", "waitEvents"):
            yield FlowRule(
                child.get("name"),
                child.line,
                child.get("conditionLogic"),
                tuple(_conditions(child)),
                child.flag("doesRequireRecordChangedToMeetCriteria") is True,
            )


def _conditions(rule: Element) -> Iterator[FlowCondition]:
    for child in rule.all("conditions"):
        left = child.get("leftValueReference")
        if left:
            yield FlowCondition(left, child.get("operator"), _value(child.first("rightValue")), child.line)
        yield from _conditions(child)  # grouped conditions hold conditions


def _named_values(root: Element) -> Iterator[Element]:
    """The resources of a flow, and what its screens ask for, which goes by name as well."""
    for child in root.children:
        if child.tag in _RESOURCES:
            yield child
        elif child.tag == "screens":
            yield from (e for e in _descendants(child) if e.tag == "fields" and e.get("name"))


def _resource(node: Element) -> FlowResource:
    value = _value(node.first("value"))
    default = f"{{!{value.text}}}" if value.kind == "elementReference" else value.text
    return FlowResource(
        kind=node.tag,
        name=node.get("name"),
        line=node.line,
        data_type=node.get("dataType"),
        object_type=node.get("objectType") or node.get("apexClass") or node.get("object"),
        is_collection=node.flag("isCollection") is True,
        is_input=node.flag("isInput") is True,
        is_output=node.flag("isOutput") is True,
        text=node.get("expression") or node.get("text") or default,
    )


def _mentions(root: Element) -> Iterator[FlowMention]:
    for block in root.children:
        for leaf in _descendants(block):
            if leaf.tag in _NAMES:
                yield FlowMention(leaf.tag, leaf.text, block.get("name") or block.tag, leaf.line)
            elif "$" in leaf.text and leaf.tag not in _FORMULAS:
                plain = leaf.tag.endswith("Reference") and _GLOBAL.fullmatch(leaf.text)
                for match in [plain] if plain else _MERGED.finditer(leaf.text):
                    yield FlowMention("reference", match[1], block.get("name") or block.tag, leaf.line)


def _transformed(node: Element) -> str:
    """What a transform works on: the collection in front of the first `Get_Lines[$EachItem].Amount__c`."""
    if node.tag != "transforms":
        return ""
    references = (
        e.text for e in _descendants(node) if e.tag == "elementReference" and "[$EachItem]" in e.text
    )
    return next((text.partition("[")[0] for text in references), "")


def _descendants(node: Element) -> Iterator[Element]:
    waiting = list(reversed(node.children))
    while waiting:
        child = waiting.pop()
        yield child
        waiting.extend(reversed(child.children))


def _value(node: Element | None) -> FlowValue:
    children: Iterable[Element] = node.children if node is not None else ()
    return next((FlowValue(child.tag, child.text) for child in children if child.tag in _VALUES), NOTHING)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _integer(text: str) -> int | None:
    """Whole numbers are also written `200.0`."""
    number = _number(text)
    return int(number) if number is not None and number.is_integer() else None
