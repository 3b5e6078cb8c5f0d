from __future__ import annotations

import pytest

from sfgov.result import Result
from sfgov.testing import lint
from sfgov_checks.flow.loop_reaches_db_through_subflow import loop_reaches_db_through_subflow
from tests.flow_xml import ACTIVE, after_save, flow, node, start, tag, value, xml

Files = dict[str, str]
FILE = "flows/F.flow-meta.xml"
CALL = node("subflows", "Call", tag("flowName", "Sub"), to="Each")


def loop(name: str = "Each", *, each: str = "Call", over: str = "lines") -> str:
    return node("loops", name, tag("collectionReference", over), each=each)


def lookup(name: str = "Get", to: str = "") -> str:
    return node("recordLookups", name, tag("object", "Price__c"), to=to)


def looping(*blocks: str, begin: str = "", status: str = ACTIVE) -> Files:
    """The start is line 3, the loop line 4, the call line 5."""
    return {FILE: flow(status, begin or after_save("Each"), loop(), *(blocks or (CALL,)))}


def called(name: str, *blocks: str, to: str) -> Files:
    """A flow that something calls: its blocks start on line 4."""
    return {f"flows/{name}.flow-meta.xml": flow(ACTIVE, start(to=to), *blocks)}


SUB = called("Sub", lookup(), to="Get")


def found(*files: Files) -> list[Result]:
    return lint(
        {path: text for some in files for path, text in some.items()}, loop_reaches_db_through_subflow
    )


def said(*files: Files) -> list[str]:
    return [f"{r.severity}/{r.confidence} {r.path}:{r.line} {r.message}" for r in found(*files)]


def story(*files: Files) -> list[str]:
    (result,) = found(*files)
    return [
        f"{step.path.partition('/')[2].partition('.')[0]}:{step.line} {step.message}"
        for step in result.evidence
    ]


GETS = (
    f"high/high {FILE}:5 Call calls the flow Sub in each round of the loop Each, in which Get queries Price__c "
    "records."
)


def test_a_subflow_that_queries() -> None:
    assert said(looping(), SUB) == [GETS]
    assert story(looping(), SUB) == [
        "F:4 loop over lines",
        "F:5 Call calls the flow Sub",
        "Sub:4 Get queries Price__c records",
    ]


def test_a_flow_that_is_called_as_an_action() -> None:
    action = node("actionCalls", "Call", tag("actionName", "Sub"), tag("actionType", "flow"), to="Each")
    assert said(looping(action), SUB) == [GETS]


def test_a_chain_of_three_flows_by_the_shortest_way() -> None:
    files = [
        called("Sub", node("subflows", "Long", tag("flowName", "Middle"), to="Short"), node("subflows", "Short", tag("flowName", "Last")), to="Long"),
        called("Middle", node("subflows", "On", tag("flowName", "Last")), to="On"),
        called("Last", node("recordUpdates", "Save", tag("object", "Case")), to="Save"),
    ]  # fmt: skip
    assert story(looping(), *files) == [
        "F:4 loop over lines",
        "F:5 Call calls the flow Sub",
        "Sub:5 flow Sub calls Last",
        "Last:4 Save updates Case records",
    ]
    assert said(looping(), *files)[0].endswith(
        "each round of the loop Each, which calls Last in turn: there, Save updates Case records."
    )


APEX = node("actionCalls", "Run", tag("actionName", "Svc"), tag("actionType", "apex"))
CLASSES = {
    "classes/Svc.cls": """
        public class Svc {
            @InvocableMethod
            public static void run(List<Id> ids) {
                Selector.byId(ids);
            }
        }
        """,
    "classes/Selector.cls": """
        public class Selector {
            public static List<Case> byId(List<Id> ids) {
                return [SELECT Id FROM Case WHERE Id IN :ids];
            }
        }
        """,
}


def test_a_subflow_whose_apex_action_queries_in_another_class() -> None:
    files = [looping(), called("Sub", APEX, to="Run"), CLASSES]
    assert story(*files) == [
        "F:4 loop over lines",
        "F:5 Call calls the flow Sub",
        "Sub:4 Run calls the Apex class Svc",
        "Svc:3 the flow calls Svc.run",
        "Svc:4 calls Selector.byId",
        "Selector:3 SOQL query in Selector.byId",
    ]
    (result,) = found(*files)
    assert (result.severity, result.confidence) == ("high", "medium")
    assert result.message == (
        "Call calls the flow Sub in each round of the loop Each, in which Run calls the Apex class Svc and comes to a "
        "SOQL query in Selector.byId."
    )


def test_an_autolaunched_flow_that_a_triggered_one_calls_and_one_that_nobody_does() -> None:
    top = {
        "flows/Top.flow-meta.xml": flow(
            ACTIVE, after_save("Go"), node("subflows", "Go", tag("flowName", "F"))
        )
    }
    assert story(looping(begin=start(to="Each")), SUB, top)[0] == (
        "Top:4 flow Top, which starts after a record is saved, calls F"
    )
    assert [r.severity for r in found(looping(begin=start(to="Each")), SUB)] == ["medium"]


def test_a_flow_that_calls_itself_in_its_loop() -> None:
    again = node("subflows", "Call", tag("flowName", "F"), to="Get")
    assert said(looping(again, lookup(to="Each"))) == [GETS.replace("flow Sub", "flow F")]


def test_versions_in_mdapi_format() -> None:
    files = {
        "src/flows/F-1.flow": flow(after_save("Each"), loop(), CALL),
        "src/flows/Sub-1.flow": flow(start(to="Alone"), node("assignments", "Alone")),
        "src/flows/Sub-2.flow": flow(start(to="Get"), lookup()),
        "src/flowDefinitions/F.flowDefinition": xml("FlowDefinition", tag("activeVersionNumber", "1")),
        "src/flowDefinitions/Sub.flowDefinition": xml("FlowDefinition", tag("activeVersionNumber", "2")),
    }
    (result,) = found(files)
    assert (result.path, result.line, result.component) == ("src/flows/F-1.flow", 4, "Flow:F-1")
    assert result.evidence[-1].path == "src/flows/Sub-2.flow"


@pytest.mark.parametrize("name", ["ns__Sub", "Gone"])
def test_a_flow_that_is_not_in_the_tree_is_a_guess(name: str) -> None:
    call = node("subflows", "Call", tag("flowName", name), to="Each")
    assert said(looping(call)) == [
        f"high/low {FILE}:5 Call calls the flow {name}, which is not in the tree, in each round of the loop Each."
    ]


def test_a_draft_stands_for_the_version_that_runs() -> None:
    draft = {"flows/Sub.flow-meta.xml": flow(tag("status", "Draft"), start(to="Get"), lookup())}
    definition = {
        "flowDefinitions/Sub.flowDefinition-meta.xml": xml("FlowDefinition", tag("activeVersionNumber", "4"))
    }
    assert [r.confidence for r in found(looping(), draft, definition)] == ["low"]


QUIET = {
    "the subflow only computes": [looping(), called("Sub", node("assignments", "Set"), to="Set")],
    "the work is not connected": [looping(), called("Sub", node("assignments", "Set"), lookup(), to="Set")],
    "the work is on a fault path": [
        looping(),
        called("Sub", node("assignments", "Set", fault="Get"), lookup(), to="Set"),
    ],
    "called after the loop": [
        {
            FILE: flow(
                ACTIVE,
                after_save("Each"),
                node("loops", "Each", tag("collectionReference", "lines"), each="Set", after="Call"),
                node("assignments", "Set", to="Each"),
                node("subflows", "Call", tag("flowName", "Sub")),
            )
        },
        SUB,
    ],
    "the call leaves the loop": [looping(node("subflows", "Call", tag("flowName", "Sub"))), SUB],
    "at most five rounds": [
        {
            FILE: flow(
                ACTIVE,
                after_save("Top"),
                node("recordLookups", "Top", tag("object", "Case"), value("5", "limit"), to="Each"),
                loop(over="Top"),
                CALL,
            )
        },
        SUB,
    ],
    "the subflow has a screen": [
        looping(),
        called("Sub", node("screens", "Ask", to="Get"), lookup(), to="Ask"),
    ],
    "a screen in each round": [
        looping(
            node("subflows", "Call", tag("flowName", "Sub"), to="Ask"), node("screens", "Ask", to="Each")
        ),
        SUB,
    ],
    "flows that call each other and do nothing": [
        looping(),
        called("Sub", node("subflows", "A", tag("flowName", "Other")), to="A"),
        called("Other", node("subflows", "B", tag("flowName", "Sub")), to="B"),
    ],
    "an Apex action whose query is remembered": [
        looping(),
        called("Sub", APEX, to="Run"),
        {
            "classes/Svc.cls": """
                public class Svc {
                    static List<Case> known;
                    @InvocableMethod
                    public static void run(List<Id> ids) {
                        if (known == null) {
                            known = [SELECT Id FROM Case];
                        }
                    }
                }
                """
        },
    ],
    "a draft that loops": [looping(status=tag("status", "Draft")), SUB],
}


@pytest.mark.parametrize("files", QUIET.values(), ids=QUIET)
def test_quiet(files: list[Files]) -> None:
    assert said(*files) == []
