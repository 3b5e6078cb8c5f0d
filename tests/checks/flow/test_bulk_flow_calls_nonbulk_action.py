from __future__ import annotations

import pytest

from sfgov.result import Result
from sfgov.testing import lint
from sfgov_checks.flow.bulk_flow_calls_nonbulk_action import bulk_flow_calls_nonbulk_action
from tests.flow_xml import ACTIVE, after_save, edge, flow, node, start, tag, xml

Files = dict[str, str]
FILE = "flows/F.flow-meta.xml"
CLASS = "classes/Svc.cls"
ACTION = node("actionCalls", "Act", tag("actionName", "Svc"), tag("actionType", "apex"))


def calling(begin: str = "", status: str = ACTIVE, *blocks: str) -> Files:
    """The start is line 3, the action line 4."""
    return {FILE: flow(status, begin or after_save("Act"), *(blocks or (ACTION,)))}


def svc(body: str, returns: str = "void") -> Files:
    """An invocable class whose method's body is on line 4."""
    return {
        CLASS: f"public class Svc {{\n@InvocableMethod\npublic static {returns} run(List<Id> ids) {{\n{body}\n}}\n}}"
    }


FIRST = svc("update new Case(Id = ids[0]);")
EACH = svc("for (Id one : ids) { update new Case(Id = one); }")
RESULT = svc("Other.all(ids); return new List<String>{ 'done' };", "List<String>")


def found(*files: Files) -> list[Result]:
    return lint({path: text for some in files for path, text in some.items()}, bulk_flow_calls_nonbulk_action)


def said(*files: Files) -> list[str]:
    return [f"{r.severity}/{r.confidence} {r.path}:{r.line} {r.message}" for r in found(*files)]


BUT = "F runs for all Invoice__c records of a transaction at once, but Svc.run"


@pytest.mark.parametrize(
    ("apex", "expected"),
    [
        (FIRST, f"high/high {FILE}:4 {BUT} handles only ids[0]: the other records get nothing."),
        (EACH, f"high/high {FILE}:4 {BUT} makes a DML call for each of them."),
        (
            RESULT,
            f"medium/high {FILE}:4 {BUT} returns one result for all of them, where Salesforce expects one for each.",
        ),
    ],
)
def test_each_fault(apex: Files, expected: str) -> None:
    assert said(calling(), apex) == [expected]


def test_the_evidence_leads_from_the_flow_into_the_class() -> None:
    (result,) = found(calling(), FIRST)
    assert (result.component, result.subject) == ("Flow:F", "Act.first")
    assert [(step.path, step.line, step.message) for step in result.evidence] == [
        (FILE, 3, "flow F starts after a record is saved"),
        (FILE, 4, "Act calls the Apex class Svc"),
        (CLASS, 4, "uses ids[0] and no other of them"),
    ]


def test_work_in_another_class_is_less_sure() -> None:
    helper = {
        "classes/Helper.cls": "public class Helper { public static void one(Id id) { insert new Task(); } }"
    }
    (result,) = found(calling(), svc("for (Id one : ids) { Helper.one(one); }"), helper)
    assert (result.severity, result.confidence) == ("high", "medium")
    assert [step.path for step in result.evidence][-1] == "classes/Helper.cls"


@pytest.mark.parametrize(
    ("begin", "records"),
    [
        (start(to="Act", object_="Case", trigger="RecordBeforeDelete"), "Case records"),
        (start(to="Act", object_="Case", trigger="Scheduled"), "Case records"),
        (start(to="Act", object_="Ping__e", trigger="PlatformEvent"), "Ping__e records"),
        (tag("processType", "Workflow") + start(to="Act"), "records"),
    ],
)
def test_other_starts_with_many_records(begin: str, records: str) -> None:
    (result,) = found(calling(begin), FIRST)
    assert result.message.startswith(f"F runs for all {records} of a transaction at once")


def test_a_scheduled_path_counts() -> None:
    path = f"<scheduledPaths><name>Later</name>{edge('connector', 'Act')}</scheduledPaths>"
    begin = start(path, object_="Case", trigger="RecordAfterSave")
    assert [r.line for r in found(calling(begin), FIRST)] == [4]


def test_a_flow_that_a_triggered_flow_calls() -> None:
    top = {
        "flows/Top.flow-meta.xml": flow(
            ACTIVE, after_save("Go"), node("subflows", "Go", tag("flowName", "F"))
        )
    }
    (result,) = found(calling(start(to="Act")), top, FIRST)
    assert (result.path, result.line) == (FILE, 4)
    assert result.message.startswith("Top runs for all Invoice__c records of a transaction at once")
    assert [step.message for step in result.evidence][:2] == [
        "flow Top, which starts after a record is saved, calls F",
        "Act calls the Apex class Svc",
    ]


def test_mdapi_format() -> None:
    files = {
        "src/flows/F-2.flow": flow(after_save("Act"), ACTION),
        "src/flowDefinitions/F.flowDefinition": xml("FlowDefinition", tag("activeVersionNumber", "2")),
        "src/classes/Svc.cls": FIRST[CLASS],
    }
    assert [(r.path, r.line, r.component) for r in found(files)] == [("src/flows/F-2.flow", 3, "Flow:F-2")]


def test_two_actions_of_one_flow() -> None:
    actions = (
        node("actionCalls", "Act", tag("actionName", "Svc"), tag("actionType", "apex"), to="Again"),
        node("actionCalls", "Again", tag("actionName", "svc"), tag("actionType", "apex")),
    )
    assert [(r.line, r.subject) for r in found(calling("", ACTIVE, *actions), FIRST)] == [
        (4, "Act.first"),
        (5, "Again.first"),
    ]


QUIET = {
    "all are handled": [calling(), svc("for (Id one : ids) { System.debug(one); }")],
    "one query for all": [calling(), svc("List<Case> c = [SELECT Id FROM Case WHERE Id IN :ids];")],
    "more than one is refused": [
        calling(),
        svc("if (ids.size() > 1) { throw new Bad(); } update new Case(Id = ids[0]);"),
    ],
    "a user starts it": [calling(tag("processType", "Flow") + start(to="Act")), FIRST],
    "nothing calls it": [calling(start(to="Act")), FIRST],
    "a schedule without records": [calling(start(to="Act", trigger="Scheduled")), FIRST],
    "the class is not in the tree": [calling()],
    "a hidden class": [calling(), {CLASS: "(hidden)"}],
    "a draft": [calling("", tag("status", "Draft")), FIRST],
    "not connected": [calling(after_save("Other")), FIRST],
    "on a fault path": [
        calling(after_save("Try"), ACTIVE, node("recordUpdates", "Try", fault="Act"), ACTION),
        FIRST,
    ],
    "another kind of action": [
        calling("", ACTIVE, node("actionCalls", "Act", tag("actionName", "Svc"), tag("actionType", "flow"))),
        FIRST,
    ],
}


@pytest.mark.parametrize("files", QUIET.values(), ids=QUIET)
def test_quiet(files: list[Files]) -> None:
    assert said(*files) == []
