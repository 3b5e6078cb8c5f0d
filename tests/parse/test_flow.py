from __future__ import annotations

import pytest

from sfgov.facts.flow import (
    NOTHING,
    Flow,
    FlowAssignment,
    FlowCondition,
    FlowConnector,
    FlowDefinition,
    FlowElement,
    FlowFilter,
    FlowResource,
    FlowRule,
    FlowValue,
)
from sfgov.parse import parse
from sfgov.project.source import SourceFile
from tests.flow_xml import edge, filters, flow, node, rule, start, tag, value, xml


def read(text: str, name: str = "Close_Lines") -> Flow:
    parsed = parse(SourceFile(f"flows/{name}.flow-meta.xml", "Flow", name), text.encode())
    assert parsed.problems == ()
    (fact,) = parsed.facts
    assert isinstance(fact, Flow)
    return fact


def only(block: str) -> FlowElement:
    (element,) = read(flow(block)).elements
    return element


def test_header() -> None:
    fact = read(
        flow(
            tag("apiVersion", "62.0"),
            tag("isTemplate", "true"),
            tag("label", "Close lines"),
            tag("processType", "AutoLaunchedFlow"),
            tag("runInMode", "SystemModeWithSharing"),
            start(
                filters("Status__c", "EqualTo", "'Closed'"),
                tag("filterFormula", "{!$Record.Amount__c} &gt; 0"),
                tag("filterLogic", "and"),
                tag("doesRequireRecordChangedToMeetCriteria", "true"),
                to="Get",
                object_="Invoice__c",
                trigger="RecordAfterSave",
                on="CreateAndUpdate",
            ),
            tag("status", "Active"),
            tag("triggerOrder", "20"),
        ),
        "Close_Lines-3",
    )
    assert (fact.name, fact.label, fact.process_type, fact.status, fact.run_in_mode) == (
        "Close_Lines-3",
        "Close lines",
        "AutoLaunchedFlow",
        "Active",
        "SystemModeWithSharing",
    )
    assert (fact.api_version, fact.trigger_order, fact.is_template) == (62.0, 20, True)
    assert fact.lines == {
        "apiVersion": 2,
        "isTemplate": 3,
        "label": 4,
        "processType": 5,
        "runInMode": 6,
        "object": 7,
        "recordTriggerType": 7,
        "triggerType": 7,
        "filterLogic": 7,
        "filterFormula": 7,
        "status": 8,
        "triggerOrder": 9,
    }
    begin = fact.start
    assert (begin.line, begin.object, begin.trigger_type, begin.record_trigger_type) == (
        7,
        "Invoice__c",
        "RecordAfterSave",
        "CreateAndUpdate",
    )
    assert begin.filters == (FlowFilter("Status__c", "EqualTo", FlowValue("stringValue", "Closed"), 7),)
    assert (begin.filter_logic, begin.filter_formula) == ("and", "{!$Record.Amount__c} > 0")
    assert begin.requires_change
    assert begin.connectors == (FlowConnector("connector", "Get", 7),)


def test_an_empty_flow_has_no_start_and_no_facts_it_does_not_state() -> None:
    fact = read("<Flow/>")
    assert fact == Flow(name="Close_Lines", line=1)
    assert (fact.start.line, fact.api_version, fact.trigger_order) == (0, None, None)


def test_scheduled_paths_are_edges_with_their_name_or_type() -> None:
    named = "<scheduledPaths><name>In_3_Days</name><label>In 3 days</label>" + edge("connector", "Remind")
    nameless = f"<scheduledPaths>{edge('connector', 'Call')}<pathType>AsyncAfterCommit</pathType>"
    fact = read(
        flow(
            f"<start>\n{edge('connector', 'Get')}\n{named}</scheduledPaths>\n{nameless}</scheduledPaths>\n</start>"
        )
    )
    assert fact.start.connectors == (
        FlowConnector("connector", "Get", 3),
        FlowConnector("scheduledPaths", "Remind", 4, "In_3_Days"),
        FlowConnector("scheduledPaths", "Call", 5, "AsyncAfterCommit"),
    )


def test_old_flows_start_by_reference() -> None:
    begin = read(flow(tag("processType", "Flow"), tag("startElementReference", "Ask"))).start
    assert (begin.line, begin.connectors) == (3, (FlowConnector("connector", "Ask", 3),))


@pytest.mark.parametrize(
    "kind",
    [
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
    ],
)
def test_every_kind_of_node_with_every_plain_edge(kind: str) -> None:
    element = only(
        node(kind, "N", tag("label", "L"), to="A", default="B", fault="C", each="D", after="E", timeout="F")
    )
    assert (element.kind, element.name, element.label, element.line) == (kind, "N", "L", 2)
    assert [(c.kind, c.target, c.line) for c in element.connectors] == [
        ("connector", "A", 2),
        ("defaultConnector", "B", 2),
        ("faultConnector", "C", 2),
        ("nextValueConnector", "D", 2),
        ("noMoreValuesConnector", "E", 2),
        ("timeoutConnector", "F", 2),
    ]


def test_unknown_elements_are_passed_over() -> None:
    assert read(flow(node("teleports", "N", to="A"), tag("surprise", "x"))).elements == ()


def test_go_to_connectors() -> None:
    assert only(node("assignments", "A", to="goto:B")).connectors == (
        FlowConnector("connector", "B", 2, is_go_to=True),
    )


def test_a_connector_without_a_target_is_no_edge() -> None:
    assert only("<screens><name>S</name><connector/></screens>").connectors == ()


def test_decisions() -> None:
    grouped = (
        "<conditions><conditionLogic>or</conditionLogic>\n"
        "<conditions><leftValueReference>$Record.A</leftValueReference><operator>IsNull</operator>\n"
        f"{value('true', 'rightValue')}</conditions>\n"
        "<conditions><leftValueReference>$Record.B</leftValueReference><operator>EqualTo</operator>"
        f"{value('Limit', 'rightValue')}</conditions>\n</conditions>"
    )
    element = only(
        f"<decisions><name>D</name>\n{edge('defaultConnector', 'No')}\n"
        f"<rules><name>Yes</name><conditionLogic>1 OR 2</conditionLogic>\n{grouped}\n"
        f"{edge('connector', 'Go')}</rules>\n{rule('Never')}</decisions>"
    )
    assert element.connectors == (
        FlowConnector("defaultConnector", "No", 3),
        FlowConnector("rules", "Go", 10, "Yes"),
    )
    assert element.rules == (
        FlowRule(
            "Yes",
            4,
            "1 OR 2",
            (
                FlowCondition("$Record.A", "IsNull", FlowValue("booleanValue", "true"), 6),
                FlowCondition("$Record.B", "EqualTo", FlowValue("elementReference", "Limit"), 8),
            ),
        ),
        FlowRule("Never", 11, "and", ()),
    )


def test_waits() -> None:
    event = "<waitEvents><name>Morning</name><conditionLogic>and</conditionLogic>" + edge("connector", "Go")
    element = only(node("waits", "W", f"{event}</waitEvents>", default="Give_Up"))
    assert element.connectors == (
        FlowConnector("defaultConnector", "Give_Up", 2),
        FlowConnector("waitEvents", "Go", 2, "Morning"),
    )


def test_action_paths_and_experiments() -> None:
    path = f"<actionCallPaths>{edge('connector', 'Busy')}<pathName>busy</pathName></actionCallPaths>"
    assert only(node("actionCalls", "A", path)).connectors == (
        FlowConnector("actionCallPaths", "Busy", 2, "busy"),
    )
    half = f"<paths><name>Half</name>{edge('connector', 'B')}</paths>"
    assert only(node("experiments", "E", half)).connectors == (FlowConnector("paths", "B", 2, "Half"),)


def test_stages_and_screens_hold_nodes_of_their_own() -> None:
    step = node("stageSteps", "Approve", tag("actionName", "Ask"), tag("actionType", "flow"))
    old = node("steps", "First", tag("actionName", "Do"))
    action = node("actions", "Search", tag("actionName", "Find"), tag("actionType", "flow"))
    fact = read(
        flow(
            f"<orchestratedStages><name>One</name>\n{step}\n{edge('connector', 'Two')}</orchestratedStages>",
            node("steppedStages", "Two", old),
            node("screens", "Three", action),
        )
    )
    assert [(e.kind, e.name, e.line, e.action_name) for e in fact.elements] == [
        ("orchestratedStages", "One", 2, ""),
        ("stageSteps", "Approve", 3, "Ask"),
        ("steppedStages", "Two", 5, ""),
        ("steps", "First", 5, "Do"),
        ("screens", "Three", 6, ""),
        ("actions", "Search", 6, "Find"),
    ]
    assert fact.elements[0].connectors == (
        FlowConnector("stageSteps", "Approve", 3, "Approve"),
        FlowConnector("connector", "Two", 4),
    )
    assert [e.connectors[0].kind for e in (fact.elements[2], fact.elements[4])] == ["steps", "actions"]


def test_a_lookup() -> None:
    out = "<outputAssignments><assignToReference>v</assignToReference><field>Id</field></outputAssignments>"
    element = only(
        node(
            "recordLookups",
            "Get",
            tag("assignNullValuesIfNoRecordsFound", "true"),
            filters("Invoice__c", "EqualTo", "$Record.Id"),
            tag("filterLogic", "and"),
            tag("getFirstRecordOnly", "false"),
            value("200.0", "limit"),
            tag("object", "Line__c"),
            out,
            tag("outputReference", "lines"),
        )
    )
    assert (element.object, element.filter_logic, element.output) == ("Line__c", "and", "lines")
    assert (element.first_record_only, element.assign_nulls, element.limit) == (False, True, 200)
    assert element.filters == (
        FlowFilter("Invoice__c", "EqualTo", FlowValue("elementReference", "$Record.Id"), 2),
    )
    assert element.assignments == (FlowAssignment("outputAssignments", "v", "", FlowValue("name", "Id"), 2),)


def test_a_limit_may_be_a_reference_or_plain() -> None:
    element = only(node("recordLookups", "Get", value("Few", "limit")))
    assert (element.limit, element.limit_reference) == (None, "Few")
    assert only(node("collectionProcessors", "Top", tag("limit", "3"))).limit == 3


def test_absent_switches_are_not_false() -> None:
    element = only(node("recordLookups", "Get"))
    assert (element.first_record_only, element.assign_nulls, element.limit) == (None, None, None)


def test_a_write() -> None:
    element = only(
        f"<recordUpdates><name>Close</name>\n"
        f"<inputAssignments><field>Closed__c</field>{value('true')}</inputAssignments>\n"
        f"<inputReference>Each</inputReference></recordUpdates>"
    )
    assert element.input_reference == "Each"
    assert element.assignments == (
        FlowAssignment("inputAssignments", "Closed__c", "", FlowValue("booleanValue", "true"), 3),
    )


def test_an_assignment() -> None:
    item = "<assignmentItems><assignToReference>list</assignToReference><operator>Add</operator>"
    element = only(f"<assignments><name>A</name>\n{item}{value('Each')}</assignmentItems></assignments>")
    assert element.assignments == (
        FlowAssignment("assignmentItems", "list", "Add", FlowValue("elementReference", "Each"), 3),
    )


def test_an_action_and_a_subflow() -> None:
    action = only(
        node(
            "actionCalls",
            "Call",
            tag("actionName", "Svc"),
            tag("actionType", "apex"),
            f"<inputParameters><name>ids</name>{value('all')}</inputParameters>",
            "<inputParameters><name>empty</name></inputParameters>",
            "<outputParameters><assignToReference>r</assignToReference><name>out</name></outputParameters>",
        )
    )
    assert (action.action_name, action.action_type) == ("Svc", "apex")
    assert action.assignments == (
        FlowAssignment("inputParameters", "ids", "", FlowValue("elementReference", "all"), 2),
        FlowAssignment("inputParameters", "empty", "", NOTHING, 2),
        FlowAssignment("outputParameters", "r", "", FlowValue("name", "out"), 2),
    )
    plugin = only(node("apexPluginCalls", "Old", tag("apexClass", "Plugin")))
    assert plugin.action_name == "Plugin"
    assert only(node("subflows", "Sub", tag("flowName", "Calc"))).flow_name == "Calc"


def test_collections() -> None:
    loop = only(
        node("loops", "Each", tag("collectionReference", "Get"), tag("assignNextValueToReference", "current"))
    )
    assert (loop.collection, loop.output) == ("Get", "current")
    processor = only(
        node(
            "collectionProcessors",
            "Map",
            tag("collectionReference", "Get"),
            tag("outputSObjectType", "Task"),
        )
    )
    assert (processor.collection, processor.object) == ("Get", "Task")
    inside = f"<transformValues><transformValueActions>{value('Get[$EachItem].Id')}</transformValueActions></transformValues>"
    transform = only(node("transforms", "T", inside, tag("objectType", "Contact")))
    assert (transform.collection, transform.object) == ("Get", "Contact")


def test_custom_errors() -> None:
    message = "<customErrorMessages><errorMessage>No.</errorMessage><isFieldError>false</isFieldError>"
    element = only(node("customErrors", "Stop", f"{message}</customErrorMessages>"))
    assert element.messages == ("No.",)


def test_what_screens_ask_for_goes_by_name_as_well() -> None:
    column = "<fields><name>column</name><fields><name>inner</name></fields></fields>"
    fact = read(
        flow(
            f"<screens><name>Ask</name><fields><name>table</name></fields>{column}</screens>",
            node("stages", "One"),
        )
    )
    assert [(resource.kind, resource.name) for resource in fact.resources] == [
        ("fields", "table"),
        ("fields", "column"),
        ("fields", "inner"),
        ("stages", "One"),
    ]


def test_resources() -> None:
    fact = read(
        flow(
            node(
                "variables",
                "lines",
                tag("dataType", "SObject"),
                tag("isCollection", "true"),
                tag("isInput", "true"),
                tag("isOutput", "false"),
                tag("objectType", "Line__c"),
            ),
            node("variables", "owner", tag("dataType", "String"), value("$User.Id")),
            node("formulas", "IsAdmin", tag("expression", "{!$Profile.Name} = 'Admin'")),
            node("constants", "Few", tag("dataType", "Number"), value("5.0")),
            node("textTemplates", "Mail", tag("text", "Dear {!$User.FirstName}")),
            node("choices", "Red", tag("choiceText", "Red"), value("'R'")),
            node("dynamicChoiceSets", "Owners", tag("object", "User")),
        )
    )
    assert fact.resources == (
        FlowResource("variables", "lines", 2, "SObject", "Line__c", is_collection=True, is_input=True),
        FlowResource("variables", "owner", 3, "String", text="{!$User.Id}"),
        FlowResource("formulas", "IsAdmin", 4, text="{!$Profile.Name} = 'Admin'"),
        FlowResource("constants", "Few", 5, "Number", text="5.0"),
        FlowResource("textTemplates", "Mail", 6, text="Dear {!$User.FirstName}"),
        FlowResource("choices", "Red", 7, text="R"),
        FlowResource("dynamicChoiceSets", "Owners", 8, object_type="User"),
    )


@pytest.mark.parametrize("text", ["", "soon", "nan", "inf", "2.5"])
def test_numbers_that_are_none(text: str) -> None:
    assert read(flow(tag("triggerOrder", text))).trigger_order is None


@pytest.mark.parametrize(
    ("block", "active"),
    [
        (tag("activeVersionNumber", "3"), 3),
        (tag("activeVersionNumber", "0"), 0),
        (tag("masterLabel", "x"), None),
    ],
)
def test_flow_definitions(block: str, active: int | None) -> None:
    source = SourceFile("flowDefinitions/A.flowDefinition", "FlowDefinition", "A")
    (fact,) = parse(source, xml("FlowDefinition", block).encode()).facts
    assert isinstance(fact, FlowDefinition)
    assert (fact.name, fact.active_version) == ("A", active)
    assert fact.lines == ({} if active is None else {"activeVersionNumber": 2})


def test_a_process_says_its_object_in_its_own_metadata() -> None:
    def said(name: str, text: str) -> str:
        return f"<processMetadataValues><name>{name}</name>{value(text)}</processMetadataValues>"

    fact = read(
        flow(
            tag("processType", "Workflow"),
            said("ObjectType", "'Case'"),
            said("TriggerType", "'onAllChanges'"),
            tag("startElementReference", "myDecision"),
        )
    )
    assert (fact.start.object, fact.start.record_trigger_type) == ("Case", "CreateAndUpdate")
    assert (fact.start.trigger_type, fact.start.line) == ("", 5)


def test_a_rule_that_only_a_change_meets() -> None:
    change = tag("doesRequireRecordChangedToMeetCriteria", "true")
    element = only(node("decisions", "D", rule("Yes", change), rule("No")))
    assert [(one.name, one.requires_change) for one in element.rules] == [("Yes", True), ("No", False)]


def test_names_anywhere() -> None:
    fact = read(
        flow(
            start("<scheduledPaths><recordField>Due__c</recordField></scheduledPaths>"),
            node("recordLookups", "Get", tag("queriedFields", "Id"), tag("sortField", "Due__c")),
            node("screens", "Ask", "<fields><name>T</name>\n<fieldText>{!$Label.A} {!v} $Label.B</fieldText></fields>"),
            node("assignments", "Set", f"<assignmentItems>{value('$Setup.S__c.F__c')}</assignmentItems>"),
            node("assignments", "No", f"<assignmentItems>{tag('stringValue', '$Label.C')}</assignmentItems>"),
            "<formulas><name>F</name><expression>{!$Label.D}</expression></formulas>",
        )
    )  # fmt: skip
    assert [(one.kind, one.name, one.element, one.line) for one in fact.mentions] == [
        ("recordField", "Due__c", "start", 2),
        ("queriedFields", "Id", "Get", 3),
        ("sortField", "Due__c", "Get", 3),
        ("reference", "$Label.A", "Ask", 5),
        ("reference", "$Setup.S__c.F__c", "Set", 6),
    ]
