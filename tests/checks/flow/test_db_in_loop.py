from __future__ import annotations

import pytest

from sfgov.result import Result
from sfgov.testing import lint
from sfgov_checks.flow.db_in_loop import db_in_loop
from tests.flow_xml import (
    ACTIVE,
    after_save,
    condition,
    edge,
    flow,
    node,
    rule,
    start,
    tag,
    value,
    xml,
)

FILE = "flows/F.flow-meta.xml"


def loop(name: str = "Each", *inner: str, each: str, after: str = "", over: str = "Get") -> str:
    return node("loops", name, tag("collectionReference", over), *inner, each=each, after=after)


def lookup(name: str, *inner: str, to: str = "", fault: str = "", object_: str = "Price__c") -> str:
    return node("recordLookups", name, tag("object", object_), *inner, to=to, fault=fault)


def found(files: dict[str, str]) -> list[Result]:
    return lint(files, db_in_loop)


def said(files: dict[str, str]) -> list[str]:
    return [f"{r.line} {r.severity} {r.confidence} {r.message}" for r in found(files)]


def in_flow(*blocks: str, first: str = "Each", status: str = ACTIVE) -> dict[str, str]:
    return {FILE: flow(status, after_save(first), *blocks)}


# Found


def test_a_query_per_round_with_its_whole_story() -> None:
    (result,) = found(
        in_flow(
            loop(each="Check", after="Save"),
            node(
                "decisions",
                "Check",
                rule("Yes", condition("Each.Open__c", "EqualTo", "true"), to="Get_Price"),
            ),
            lookup("Get_Price", to="Set"),
            node("assignments", "Set", to="Each"),
            node("recordUpdates", "Save", tag("inputReference", "lines")),
        )
    )
    assert (result.path, result.line, result.component) == (FILE, 6, "Flow:F")
    assert result.message == "Get_Price queries Price__c records in each round of the loop Each."
    assert (result.severity, result.confidence, result.subject) == ("high", "high", "Each.Get_Price")
    assert [(step.path, step.line, step.message) for step in result.evidence] == [
        (FILE, 4, "loop over Get"),
        (FILE, 5, "goes on to Check"),
        (FILE, 6, "Get_Price queries Price__c records"),
    ]


@pytest.mark.parametrize(
    ("block", "work"),
    [
        (
            node("recordLookups", "Do", tag("object", "Setting__mdt"), to="Each"),
            "queries Setting__mdt records",
        ),
        (node("recordCreates", "Do", tag("object", "Task"), to="Each"), "creates Task records"),
        (
            node("recordUpdates", "Do", tag("inputReference", "$Record"), to="Each"),
            "updates Invoice__c records",
        ),
        (node("recordDeletes", "Do", tag("inputReference", "unknown"), to="Each"), "deletes records"),
        (node("actionCalls", "Do", tag("actionType", "chatterPost"), to="Each"), "posts to Chatter"),
        (
            node("actionCalls", "Do", tag("actionType", "submit"), to="Each"),
            "submits a record for approval",
        ),
    ],
)
def test_limited_work(block: str, work: str) -> None:
    assert said(in_flow(loop(each="Do"), block)) == [f"5 high high Do {work} in each round of the loop Each."]


@pytest.mark.parametrize(
    ("action", "work"),
    [
        ("emailAlert", "sends an e-mail"),
        ("emailSimple", "sends an e-mail"),
        ("externalService", "makes a callout"),
    ],
)
def test_what_a_flow_can_only_do_one_at_a_time_is_medium(action: str, work: str) -> None:
    block = node("actionCalls", "Do", tag("actionType", action), to="Each")
    assert said(in_flow(loop(each="Do"), block)) == [
        f"5 medium high Do {work} in each round of the loop Each."
    ]


def test_mdapi_format_with_an_active_version() -> None:
    body = flow(
        tag("startElementReference", "Each"),
        tag("processType", "AutoLaunchedFlow"),
        loop(each="Do"),
        lookup("Do", to="Each"),
    )
    files = {
        "src/flows/Intake-3.flow": body,
        "src/flows/Intake-2.flow": body,
        "src/flowDefinitions/Intake.flowDefinition": xml("FlowDefinition", tag("activeVersionNumber", "3")),
    }
    assert [(r.path, r.line, r.component, r.severity) for r in found(files)] == [
        ("src/flows/Intake-3.flow", 5, "Flow:Intake-3", "medium")
    ]


def test_nested_loops_are_one_finding_with_both_loops() -> None:
    (result,) = found(
        in_flow(
            loop("Outer", each="Inner"),
            loop("Inner", each="Do", after="Outer", over="Get_Lines"),
            lookup("Do", to="Inner"),
            first="Outer",
        )
    )
    assert result.subject == "Inner.Do"
    assert [(step.line, step.message) for step in result.evidence] == [
        (4, "loop over Get"),
        (5, "loop over Get_Lines"),
        (6, "Do queries Price__c records"),
    ]


def test_a_short_inner_loop_does_not_hide_the_long_outer_one() -> None:
    blocks = (
        lookup("Top", value("3", "limit"), to="Inner", object_="Line__c"),
        loop("Outer", each="Top"),
        loop("Inner", each="Do", after="Outer", over="Top"),
        lookup("Do", to="Inner"),
    )
    assert [r.subject for r in found(in_flow(*blocks, first="Outer"))] == ["Outer.Top", "Outer.Do"]


def test_two_loops_that_are_in_each_other_through_go_to_connectors() -> None:
    blocks = (
        loop("One", each="goto:Do", after="Two"),
        loop("Two", each="goto:Do", over="Others"),
        lookup("Do", to="Back"),
        node("decisions", "Back", rule("First", to="goto:One"), default="goto:Two"),
    )
    assert [(r.line, r.subject) for r in found(in_flow(*blocks, first="One"))] == [
        (6, "One.Do"),
        (6, "Two.Do"),
    ]


def test_two_elements_of_one_loop_are_two_findings_in_order() -> None:
    files = in_flow(loop(each="Ask"), lookup("Ask", to="Tell"), node("recordCreates", "Tell", to="Each"))
    assert said(files) == [
        "5 high high Ask queries Price__c records in each round of the loop Each.",
        "6 high high Tell creates records in each round of the loop Each.",
    ]


def test_work_on_a_fault_path_that_comes_back() -> None:
    files = in_flow(
        loop(each="Try"),
        node("recordUpdates", "Try", tag("inputReference", "Each"), to="Each", fault="Log"),
        node("recordCreates", "Log", tag("object", "Log__c"), to="Each"),
    )
    assert said(files) == [
        "5 high high Try updates records in each round of the loop Each.",
        "6 medium high Log creates Log__c records in each round of the loop Each in which something fails.",
    ]


@pytest.mark.parametrize(
    ("begin", "severity"),
    [
        (start(to="Each", object_="Case", trigger="RecordBeforeSave"), "high"),
        (start(to="Each", object_="Case", trigger="RecordBeforeDelete"), "high"),
        (start(to="Each", trigger="Scheduled"), "high"),
        (start(to="Each", object_="Ping__e", trigger="PlatformEvent"), "high"),
        (start(to="Each"), "medium"),
        (tag("processType", "Flow") + start(to="Each"), "medium"),
        (tag("processType", "Orchestrator") + start(to="Each"), "medium"),
    ],
)
def test_severity_by_what_starts_the_flow(begin: str, severity: str) -> None:
    files = {FILE: flow(ACTIVE, begin, loop(each="Do"), lookup("Do", to="Each"))}
    assert [r.severity for r in found(files)] == [severity]


def test_a_scheduled_path_counts_as_a_start() -> None:
    path = f"<scheduledPaths><name>Later</name>{edge('connector', 'Each')}</scheduledPaths>"
    begin = start(path, object_="Case", trigger="RecordAfterSave")
    files = {FILE: flow(ACTIVE, begin, loop(each="Do"), lookup("Do", to="Each"))}
    assert [r.line for r in found(files)] == [5]


def test_an_autolaunched_flow_that_a_triggered_flow_calls() -> None:
    call = node("subflows", "Calculate", tag("flowName", "F"))
    files = {
        FILE: flow(ACTIVE, start(to="Each"), loop(each="Do"), lookup("Do", to="Each")),
        "flows/Top.flow-meta.xml": flow(ACTIVE, after_save("Calculate"), call),
    }
    (result,) = found(files)
    assert result.severity == "high"
    assert [(step.path, step.line, step.message) for step in result.evidence] == [
        ("flows/Top.flow-meta.xml", 4, "flow Top, which starts after a record is saved, calls F"),
        (FILE, 4, "loop over Get"),
        (FILE, 5, "Do queries Price__c records"),
    ]


CALLS_APEX = node("actionCalls", "Do", tag("actionName", "Svc"), tag("actionType", "apex"), to="Each")
CLASS = "classes/Svc.cls"


def test_an_apex_action_whose_class_queries() -> None:
    apex = """
        public class Svc {
            @InvocableMethod
            public static void run(List<Id> ids) {
                load(ids);
            }
            static void load(List<Id> ids) {
                List<Case> cases = [SELECT Id FROM Case WHERE Id IN :ids];
            }
        }
        """
    (result,) = found({**in_flow(loop(each="Do"), CALLS_APEX), CLASS: apex})
    assert result.message == (
        "Do calls the Apex class Svc in each round of the loop Each and comes to a SOQL query in Svc.load."
    )
    assert (result.severity, result.confidence) == ("high", "high")
    assert [(step.path, step.line, step.message) for step in result.evidence][1:] == [
        (FILE, 5, "Do calls the Apex class Svc"),
        (CLASS, 3, "the flow calls Svc.run"),
        (CLASS, 4, "calls Svc.load"),
        (CLASS, 7, "SOQL query in Svc.load"),
    ]


@pytest.mark.parametrize("files", [{}, {CLASS: "(hidden)"}])
def test_an_apex_action_whose_class_cannot_be_read_is_a_guess(files: dict[str, str]) -> None:
    assert said({**in_flow(loop(each="Do"), CALLS_APEX), **files}) == [
        "5 high low Do calls the Apex class Svc in each round of the loop Each."
    ]


def test_a_legacy_plugin() -> None:
    plugin = node("apexPluginCalls", "Do", tag("apexClass", "Svc"), to="Each")
    apex = """
        global class Svc implements Process.Plugin {
            global Process.PluginResult invoke(Process.PluginRequest request) {
                insert new Task();
                return null;
            }
        }
        """
    (result,) = found({**in_flow(loop(each="Do"), plugin), CLASS: apex})
    assert [(s.line, s.message) for s in result.evidence][-1] == (3, "DML in Svc.invoke")


def test_a_draft_of_a_flow_that_runs_in_another_version() -> None:
    files = in_flow(loop(each="Do"), lookup("Do", to="Each"), status=tag("status", "Draft"))
    files["flowDefinitions/F.flowDefinition-meta.xml"] = xml(
        "FlowDefinition", tag("activeVersionNumber", "4")
    )
    assert said(files) == [
        "5 high low Do queries Price__c records in each round of the loop Each. Another version of the flow is "
        "the one that runs; it is not in the tree."
    ]


def test_of_versions_that_nothing_tells_apart_the_newest_is_named() -> None:
    body = flow(start(to="Each"), loop(each="Do"), lookup("Do", to="Each"))
    files = {f"src/flows/F-{version}.flow": body for version in (1, 9, 10)}
    assert [(r.path, r.confidence) for r in found(files)] == [("src/flows/F-10.flow", "low")]


# Quiet


QUIET = {
    "no loop": in_flow(lookup("Each")),
    "before and after the loop": in_flow(
        lookup("Get", to="Each"),
        loop(each="Set", after="Save"),
        node("assignments", "Set", to="Each"),
        node("recordUpdates", "Save", tag("inputReference", "lines")),
        first="Get",
    ),
    "it leaves the loop for good": in_flow(
        loop(each="Check", after="Done"),
        node("decisions", "Check", rule("Found", to="Save"), default="Each"),
        node("recordUpdates", "Save", tag("inputReference", "Each"), to="Done"),
        node("assignments", "Done"),
    ),
    "it comes back only if it fails": in_flow(
        loop(each="Try"), lookup("Try", to="Found", fault="Found"), node("assignments", "Found")
    ),
    "at most five rounds": in_flow(
        lookup("Get", value("5", "limit"), to="Each"), loop(each="Do"), lookup("Do", to="Each"), first="Get"
    ),
    "a screen in each round": {
        FILE: flow(
            ACTIVE,
            tag("processType", "Flow"),
            start(to="Each"),
            loop(each="Ask"),
            node("screens", "Ask", to="Save"),
            node("recordCreates", "Save", to="Each"),
        )
    },
    "a pure action": in_flow(
        loop(each="Do"),
        node("actionCalls", "Do", tag("actionType", "customNotificationAction"), to="Each"),
    ),
    "a subflow is another check's": in_flow(
        loop(each="Do"), node("subflows", "Do", tag("flowName", "Calc"), to="Each")
    ),
    "setting fields before the save": {
        FILE: flow(
            ACTIVE,
            start(to="Each", object_="Case", trigger="RecordBeforeSave"),
            loop(each="Set"),
            node("recordUpdates", "Set", tag("inputReference", "$Record"), to="Each"),
        )
    },
    "an Apex class that only computes": {
        **in_flow(loop(each="Do"), CALLS_APEX),
        CLASS: """
            public class Svc {
                @InvocableMethod
                public static List<String> run(List<String> texts) {
                    return texts;
                }
                public static void other() {
                    delete [SELECT Id FROM Case];
                }
            }
            """,
    },
    "a draft": in_flow(loop(each="Do"), lookup("Do", to="Each"), status=tag("status", "Draft")),
    "an obsolete version": in_flow(
        loop(each="Do"), lookup("Do", to="Each"), status=tag("status", "Obsolete")
    ),
    "a template": in_flow(tag("isTemplate", "true"), loop(each="Do"), lookup("Do", to="Each")),
    "a cycle without a loop": in_flow(
        lookup("Each", to="Check"), node("decisions", "Check", rule("Again", to="goto:Each"))
    ),
    "edges to nowhere": in_flow(loop(each="Gone", after="Away")),
}


@pytest.mark.parametrize("files", QUIET.values(), ids=QUIET)
def test_quiet(files: dict[str, str]) -> None:
    assert said(files) == []
