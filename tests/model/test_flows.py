from __future__ import annotations

from pathlib import Path

import pytest

from sfgov.model.flow_launch import Launch, RunContext
from sfgov.model.flows import LinkedFlow
from tests.flow_xml import ACTIVE, flow, flows_of, node, start, tag, value, xml


def definition(active: str) -> str:
    return xml("FlowDefinition", tag("activeVersionNumber", active) if active else "")


def linked(tmp_path: Path, *blocks: str) -> LinkedFlow:
    found = flows_of(tmp_path, {"flows/F.flow-meta.xml": flow(*blocks)}).get("F")
    assert found is not None
    return found


STATES = [
    # status, definition (None: no file), live, another version runs
    ("Active", None, True, False),
    ("Draft", None, False, False),
    ("Obsolete", None, False, False),
    ("InvalidDraft", None, False, False),
    ("UnderReview", None, False, False),
    ("", None, None, False),
    ("Active", "2", True, False),
    ("Draft", "2", False, True),
    ("Obsolete", "2", False, True),
    ("", "2", True, False),
    ("Active", "0", False, False),
    ("Draft", "0", False, False),
    ("", "", False, False),
    ("Active", "", None, False),
]


@pytest.mark.parametrize(("status", "active", "live", "other"), STATES)
def test_live(tmp_path: Path, status: str, active: str | None, live: bool | None, other: bool) -> None:
    files = {"flows/F.flow-meta.xml": flow(tag("status", status) if status else "")}
    if active is not None:
        files["flowDefinitions/F.flowDefinition-meta.xml"] = definition(active)
    found = flows_of(tmp_path, files).get("F")
    assert found is not None
    assert (found.live, found.other_version_runs) == (live, other)


def test_versions_in_file_names(tmp_path: Path) -> None:
    files = {f"src/flows/Case_Intake-{n}.flow": flow() for n in (2, 10, 9)}
    flows = flows_of(tmp_path, {**files, "src/flowDefinitions/Case_Intake.flowDefinition": definition("9")})
    assert [(f.name, f.version, f.live, f.other_version_runs) for f in flows.all()] == [
        ("Case_Intake", 2, False, False),
        ("Case_Intake", 9, True, False),
        ("Case_Intake", 10, False, False),
    ]
    assert flows.all()[0].written.name == "Case_Intake-2"
    assert [
        f and f.version for f in map(flows.get, ("case_intake", "Case_Intake-2", "Case_Intake-3", "X-1"))
    ] == [
        9,
        2,
        None,
        None,
    ]


def test_the_running_version_may_not_be_in_the_tree(tmp_path: Path) -> None:
    files = {f"src/flows/A-{n}.flow": flow() for n in (1, 2)}
    flows = flows_of(tmp_path, {**files, "src/flowDefinitions/A.flowDefinition": definition("7")})
    assert [(f.version, f.live, f.other_version_runs) for f in flows.all()] == [
        (1, False, True),
        (2, False, True),
    ]
    newest = flows.get("A")
    assert newest is not None
    assert newest.version == 2


def test_versions_without_a_definition_or_status_are_unknown(tmp_path: Path) -> None:
    flows = flows_of(tmp_path, {f"src/flows/A-{n}.flow": flow() for n in (1, 2)})
    assert [(f.version, f.live) for f in flows.all()] == [(1, None), (2, None)]


def test_copies_in_several_packages_are_all_there(tmp_path: Path) -> None:
    files = {f"{p}/flows/F.flow-meta.xml": flow(ACTIVE) for p in ("b", "a")}
    assert [f.written.path for f in flows_of(tmp_path, files).all()] == [
        "a/flows/F.flow-meta.xml",
        "b/flows/F.flow-meta.xml",
    ]


LAUNCHES = [
    ("RecordBeforeSave", "AutoLaunchedFlow", Launch.BEFORE_SAVE, True, RunContext.SYSTEM_WITHOUT_SHARING),
    ("RecordAfterSave", "AutoLaunchedFlow", Launch.AFTER_SAVE, True, RunContext.SYSTEM_WITHOUT_SHARING),
    ("RecordAfterSave", "Orchestrator", Launch.AFTER_SAVE, True, RunContext.SYSTEM_WITHOUT_SHARING),
    ("RecordBeforeDelete", "AutoLaunchedFlow", Launch.BEFORE_DELETE, True, RunContext.SYSTEM_WITHOUT_SHARING),
    ("PlatformEvent", "AutoLaunchedFlow", Launch.PLATFORM_EVENT, True, RunContext.SYSTEM_WITHOUT_SHARING),
    ("DataCloudDataChange", "AutoLaunchedFlow", Launch.DATA_CHANGE, True, RunContext.SYSTEM_WITHOUT_SHARING),
    ("Scheduled", "AutoLaunchedFlow", Launch.SCHEDULED, False, RunContext.SYSTEM_WITHOUT_SHARING),
    ("Segment", "AutoLaunchedFlow", Launch.OTHER, False, RunContext.UNKNOWN),
    ("", "Workflow", Launch.PROCESS, True, RunContext.SYSTEM_WITHOUT_SHARING),
    ("", "Flow", Launch.SCREEN, False, RunContext.USER),
    ("", "AutoLaunchedFlow", Launch.AUTOLAUNCHED, False, RunContext.CALLER),
    ("", "Orchestrator", Launch.ORCHESTRATION, False, RunContext.UNKNOWN),
    ("Capability", "PromptFlow", Launch.PROMPT, False, RunContext.UNKNOWN),
    ("", "", Launch.AUTOLAUNCHED, False, RunContext.CALLER),
]


@pytest.mark.parametrize(("trigger", "process", "launch", "bulk", "context"), LAUNCHES)
def test_launch(
    tmp_path: Path, *, trigger: str, process: str, launch: Launch, bulk: bool, context: RunContext
) -> None:
    one = linked(tmp_path, tag("processType", process), start(trigger=trigger))
    assert (one.launch, one.bulk, one.run_context) == (launch, bulk, context)


def test_a_schedule_over_records_is_bulk(tmp_path: Path) -> None:
    assert linked(tmp_path, start(trigger="Scheduled", object_="Account")).bulk


def test_screens_make_a_screen_flow_whatever_it_is_called(tmp_path: Path) -> None:
    one = linked(tmp_path, tag("processType", "FieldServiceMobile"), node("screens", "Ask"))
    assert one.launch is Launch.SCREEN


@pytest.mark.parametrize(
    ("mode", "context"),
    [
        ("DefaultMode", RunContext.USER),
        ("SystemModeWithSharing", RunContext.SYSTEM_WITH_SHARING),
        ("SystemModeWithoutSharing", RunContext.SYSTEM_WITHOUT_SHARING),
        ("UserMode", RunContext.USER),
        ("SystemModeWitSharing", RunContext.UNKNOWN),
    ],
)
def test_run_in_mode(tmp_path: Path, mode: str, context: RunContext) -> None:
    one = linked(tmp_path, tag("processType", "Flow"), tag("runInMode", mode))
    assert one.run_context is context


def test_triggered_on(tmp_path: Path) -> None:
    flows = flows_of(
        tmp_path,
        {
            "flows/A.flow-meta.xml": flow(start(trigger="RecordAfterSave", object_="Case")),
            "flows/B.flow-meta.xml": flow(start(trigger="RecordBeforeDelete", object_="case")),
            "flows/C.flow-meta.xml": flow(start(trigger="RecordAfterSave", object_="Lead")),
        },
    )
    assert [f.name for f in flows.triggered_on("CASE")] == ["A", "B"]
    assert [f.name for f in flows.triggered_on("Case", "RecordBeforeDelete")] == ["B"]


def calling(flow_name: str, trigger: str = "", status: str = ACTIVE) -> str:
    call = node("subflows", "Call", tag("flowName", flow_name))
    return flow(status, start(trigger=trigger, object_="Case"), call)


def test_the_way_from_a_trigger(tmp_path: Path) -> None:
    action = node("actionCalls", "Act", tag("actionName", "C"), tag("actionType", "flow"))
    flows = flows_of(
        tmp_path,
        {
            "flows/A.flow-meta.xml": calling("b", "RecordAfterSave"),
            "flows/B.flow-meta.xml": flow(ACTIVE, action),
            "flows/C.flow-meta.xml": calling("B"),
            "flows/D.flow-meta.xml": calling("E", "RecordAfterSave", tag("status", "Draft")),
            "flows/E.flow-meta.xml": flow(ACTIVE),
        },
    )
    by_name = {f.name: f for f in flows.all()}
    way = flows.way_from_trigger(by_name["C"])
    assert [(caller.name, element.name) for caller, element in way] == [("A", "Call"), ("B", "Act")]
    assert flows.way_from_trigger(by_name["E"]) == ()
    assert [(c.name, e.name) for c, e in flows.calls_of("B")] == [("A", "Call"), ("C", "Call")]


FIELDS = {
    "objects/Line__c/fields/Invoice__c.field-meta.xml": xml(
        "CustomField",
        tag("fullName", "Invoice__c"),
        tag("referenceTo", "Invoice__c"),
        tag("relationshipName", "Lines"),
        tag("type", "MasterDetail"),
    ),
    "objects/Invoice__c/fields/Account__c.field-meta.xml": xml(
        "CustomField",
        tag("fullName", "Account__c"),
        tag("referenceTo", "Account"),
        tag("relationshipName", "Invoices"),
        tag("type", "Lookup"),
    ),
}


def record_variable(name: str, object_: str) -> str:
    return node("variables", name, tag("dataType", "SObject"), tag("objectType", object_))


@pytest.mark.parametrize(
    ("reference", "object_"),
    [
        ("$Record", "Invoice__c"),
        ("$record__prior", "Invoice__c"),
        ("$Record.Lines__r", "Line__c"),
        ("$Record.Account__r", "Account"),
        ("$Record.Lines__r.Invoice__r", "Invoice__c"),
        ("$Record.Contacts__r", ""),
        ("$Record.Name", ""),
        ("someLines", "Line__c"),
        ("somelines.Invoice__r", "Invoice__c"),
        ("text", ""),
        ("Get_Lines", "Line__c"),
        ("Each_Line", "Line__c"),
        ("Each_Line.Invoice__r", "Invoice__c"),
        ("Each_Child", "Line__c"),
        ("Filter_Lines", "Line__c"),
        ("currentItem_Filter_Lines", "Line__c"),
        ("Each_Filtered", "Line__c"),
        ("Map_Tasks", "Task"),
        ("Create_Line", ""),
        ("Call_Sub.found", "Case"),
        ("Call_Sub.count", ""),
        ("Call_Sub.nothing", ""),
        ("Call_Managed.found", ""),
        ("Round_A", ""),
        ("Nothing", ""),
        ("", ""),
    ],
)
def test_objects_of_references(tmp_path: Path, reference: str, object_: str) -> None:
    def over(kind: str, name: str, collection: str, *inner: str) -> str:
        return node(kind, name, tag("collectionReference", collection), *inner)

    files = {
        **FIELDS,
        "flows/F.flow-meta.xml": flow(
            start(object_="Invoice__c", trigger="RecordAfterSave"),
            record_variable("someLines", "Line__c"),
            node("variables", "text", tag("dataType", "String")),
            node("recordLookups", "Get_Lines", tag("object", "Line__c")),
            over("loops", "Each_Line", "Get_Lines"),
            over("loops", "Each_Child", "$Record.Lines__r"),
            over("collectionProcessors", "Filter_Lines", "Get_Lines"),
            over("loops", "Each_Filtered", "Filter_Lines"),
            over("collectionProcessors", "Map_Tasks", "Get_Lines", tag("outputSObjectType", "Task")),
            node("recordCreates", "Create_Line", tag("object", "Line__c")),
            node("subflows", "Call_Sub", tag("flowName", "Sub")),
            node("subflows", "Call_Managed", tag("flowName", "ns__Sub")),
            over("loops", "Round_A", "Round_B"),
            over("loops", "Round_B", "Round_A"),
        ),
        "flows/Sub.flow-meta.xml": flow(
            record_variable("found", "Case"), node("variables", "count", tag("dataType", "Number"))
        ),
    }
    one = flows_of(tmp_path, files).get("F")
    assert one is not None
    assert one.object_of_reference(reference) == object_


def test_objects_of_elements(tmp_path: Path) -> None:
    one = linked(
        tmp_path,
        start(object_="Invoice__c", trigger="RecordAfterSave"),
        node("recordUpdates", "Own", tag("inputReference", "$Record")),
        node("recordDeletes", "Lines", tag("object", "Line__c")),
        node("recordDeletes", "Unknown", tag("inputReference", "other")),
        node("loops", "Each", tag("collectionReference", "Get")),
        node("recordLookups", "Get", tag("object", "Case")),
        node("assignments", "Set"),
    )
    assert {e.name: one.object_of(e) for e in one.fact.elements} == {
        "Own": "Invoice__c",
        "Lines": "Line__c",
        "Unknown": "",
        "Each": "Case",
        "Get": "Case",
        "Set": "",
    }


def item(target: str, operator: str, text: str) -> str:
    return (
        f"<assignmentItems><assignToReference>{target}</assignToReference><operator>{operator}</operator>"
        f"{value(text)}</assignmentItems>"
    )


LIST = node("variables", "list", tag("dataType", "String"), tag("isCollection", "true"))
LIMITS = [
    ([node("recordLookups", "list", value("5", "limit"))], 5),
    ([node("recordLookups", "list")], None),
    (
        [
            node("recordLookups", "Get", value("50", "limit")),
            node("collectionProcessors", "list", tag("collectionReference", "Get"), tag("limit", "3")),
        ],
        3,
    ),
    (
        [
            node("recordLookups", "Get", value("Few", "limit")),
            node("constants", "Few", value("4.0")),
            node("collectionProcessors", "list", tag("collectionReference", "Get")),
        ],
        4,
    ),
    ([node("recordLookups", "list", value("Any", "limit")), node("formulas", "Any")], None),
    ([LIST, node("recordLookups", "Get", tag("outputReference", "list"), value("2", "limit"))], 2),
    (
        [
            LIST,
            node("recordLookups", "Get", tag("outputReference", "list"), value("2", "limit")),
            node("assignments", "More", item("list", "Add", "'x'")),
        ],
        None,
    ),
    ([LIST, node("assignments", "Fill", item("list", "Add", "'a'"), item("LIST", "AddItem", "'b'"))], 2),
    ([LIST, node("constants", "C", value("'c'")), node("assignments", "Fill", item("list", "Add", "C"))], 1),
    ([LIST, node("assignments", "Fill", item("list", "Add", "other"))], None),
    ([LIST, node("assignments", "Fill", item("list", "Assign", "'a'"))], None),
    (
        [
            LIST,
            node("assignments", "Fill", item("list", "Add", "'a'"), to="Around"),
            node("loops", "Around", tag("collectionReference", "Get"), each="Fill"),
        ],
        None,
    ),
    (
        [
            node("variables", "list", tag("isInput", "true")),
            node("assignments", "A", item("list", "Add", "'a'")),
        ],
        None,
    ),
    ([LIST], None),
    ([], None),
]


@pytest.mark.parametrize(("blocks", "limit"), LIMITS)
def test_collection_limits(tmp_path: Path, blocks: list[str], limit: int | None) -> None:
    one = linked(tmp_path, node("loops", "Each", tag("collectionReference", "list")), *blocks)
    assert one.collection_limit(one.loops[0]) == limit


def test_objects_read_in_a_flow_and_its_subflows(tmp_path: Path) -> None:
    def lookup(name: str, object_: str, to: str = "") -> str:
        return node("recordLookups", name, tag("object", object_), to=to)

    call = node("subflows", "Sub", tag("flowName", "F2"))
    back = node("subflows", "Back", tag("flowName", "F"))
    files = {
        "flows/F.flow-meta.xml": flow(
            start(to="Get"), lookup("Get", "Case", to="Sub"), lookup("Never", "Lead"), call
        ),
        "flows/F2.flow-meta.xml": flow(start(to="Get"), lookup("Get", "Contact", to="Back"), back),
    }
    one = flows_of(tmp_path, files).get("F")
    assert one is not None
    assert one.objects_read() == {"case", "contact"}
