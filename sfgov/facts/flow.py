"""Flows: every node and every edge, in Salesforce's own words."""

from __future__ import annotations

import msgspec

from sfgov.facts.base import Fact


class FlowValue(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A value as a flow writes it. `kind` is the element (`stringValue`, `elementReference` …)."""

    kind: str
    text: str


NOTHING = FlowValue("", "")


class FlowConnector(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An edge. `kind` is the element that holds it: `connector`, `defaultConnector`, `faultConnector`,
    `nextValueConnector`, `noMoreValuesConnector`, `timeoutConnector`, `rules`, `waitEvents`, `scheduledPaths`,
    `actionCallPaths`, `paths`, `outcomes`; `stageSteps`, `steps` and `actions` lead from a stage or a screen to
    the work that it holds.

    `label` names the rule, wait event, path or step that the edge belongs to.
    """

    kind: str
    target: str
    line: int
    label: str = ""
    is_go_to: bool = False


class FlowCondition(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One condition of a decision's rule."""

    left: str
    operator: str
    right: FlowValue
    line: int


class FlowRule(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One outcome of a decision. Its edge is among the element's connectors, under the same name."""

    name: str
    line: int
    logic: str
    conditions: tuple[FlowCondition, ...]
    requires_change: bool = False
    """`doesRequireRecordChangedToMeetCriteria`: met only by a save that makes the conditions true."""


class FlowFilter(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One filter on records: of a data element or of the start."""

    field: str
    operator: str
    value: FlowValue
    line: int


class FlowAssignment(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Something set from something: an assignment item, an input or output of a data element, action or
    subflow. `element` is the XML element it came from (`assignmentItems`, `inputAssignments`,
    `inputParameters`, `outputParameters`, `outputAssignments`).
    """

    element: str
    target: str
    operator: str
    value: FlowValue
    line: int


class FlowElement(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A node. `kind` is the element that holds it: `recordLookups`, `loops`, `decisions`, `customErrors` …

    The steps of a stage (`stageSteps`, `steps`) and the actions of a screen (`actions`) are nodes of their own.
    """

    kind: str
    name: str
    line: int
    label: str = ""
    connectors: tuple[FlowConnector, ...] = ()
    object: str = ""
    input_reference: str = ""
    filters: tuple[FlowFilter, ...] = ()
    filter_logic: str = ""
    assignments: tuple[FlowAssignment, ...] = ()
    rules: tuple[FlowRule, ...] = ()
    action_name: str = ""
    action_type: str = ""
    flow_name: str = ""
    """The flow that a `subflows` node calls."""
    collection: str = ""
    """What a loop, a collection processor or a transform works on."""
    output: str = ""
    """`outputReference`, or the variable that a loop assigns to (`assignNextValueToReference`)."""
    first_record_only: bool | None = None
    assign_nulls: bool | None = None
    limit: int | None = None
    limit_reference: str = ""
    """What holds the limit, where it is not a number."""
    messages: tuple[str, ...] = ()
    """The error messages of a `customErrors` node."""


class FlowResource(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A named value: `variables`, `formulas`, `constants`, `textTemplates`, `choices`, `dynamicChoiceSets`, `stages`,
    and the `fields` of screens.
    """

    kind: str
    name: str
    line: int
    data_type: str = ""
    object_type: str = ""
    is_collection: bool = False
    is_input: bool = False
    is_output: bool = False
    text: str = ""
    """A formula's expression, a template's text, a constant's or a default value."""


class FlowStart(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Where and why the flow starts. `line` is 0 where the file has neither `start` nor a start reference.

    A process of Process Builder has an object and a record trigger type, but no trigger type.
    """

    line: int = 0
    object: str = ""
    trigger_type: str = ""
    """`RecordBeforeDelete`, `RecordBeforeSave`, `RecordAfterSave`, `Scheduled`, `PlatformEvent` …"""
    record_trigger_type: str = ""
    """`Create`, `Update`, `CreateAndUpdate`, `Delete`."""
    filters: tuple[FlowFilter, ...] = ()
    filter_logic: str = ""
    filter_formula: str = ""
    requires_change: bool = False
    """`doesRequireRecordChangedToMeetCriteria`"""
    connectors: tuple[FlowConnector, ...] = ()


class FlowMention(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A name anywhere in the file, with the block (by its name, `start` for the start) that it stands in.

    `kind` is the XML element where it names a field: `queriedFields`, `sortField`, `displayField`, `valueField`,
    `recordField`, `fieldSelection`. It is `reference` for what is referred to in a text, a condition or a value:
    `$Label.X`, `$Permission.X`, `$Setup.X.Y` and `$CustomMetadata.X.Y.Z`; what formulas refer to is not listed.
    """

    kind: str
    name: str
    element: str
    line: int


class Flow(Fact, frozen=True, kw_only=True):
    """A flow, or one version of it where the file is named `Name-3` (then so is this)."""

    label: str = ""
    process_type: str = ""
    status: str = ""
    run_in_mode: str = ""
    api_version: float | None = None
    trigger_order: int | None = None
    is_template: bool = False
    start: FlowStart = FlowStart()
    elements: tuple[FlowElement, ...] = ()
    resources: tuple[FlowResource, ...] = ()
    mentions: tuple[FlowMention, ...] = ()


class FlowDefinition(Fact, frozen=True, kw_only=True):
    """Which version of a flow is active: 0 or None is none."""

    active_version: int | None = None
