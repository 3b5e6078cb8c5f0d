from __future__ import annotations

import pytest

from sfgov.result import Result
from sfgov.testing import lint
from sfgov_checks.flow.automation_cycle import automation_cycle
from tests.flow_xml import ACTIVE, condition, edge, filters, flow, node, rule, start, tag, value

Files = dict[str, str]


def given(field: str = "Total__c", text: str = "Sum") -> str:
    return f"<inputAssignments><field>{field}</field>{value(text)}</inputAssignments>"


def updates(object_: str, *inner: str, name: str = "Do", to: str = "") -> str:
    return node("recordUpdates", name, tag("object", object_), *(inner or (given(),)), to=to)


def on(
    object_: str,
    *blocks: str,
    name: str = "F",
    to: str = "Do",
    entry: str = "",
    event: str = "Update",
    status: str = ACTIVE,
) -> Files:
    """An after-save flow: its start is line 3, its blocks follow."""
    begin = start(entry, to=to, object_=object_, trigger="RecordAfterSave", on=event)
    return {f"flows/{name}.flow-meta.xml": flow(status, begin, *blocks)}


def trigger(body: str, object_: str = "Quote", events: str = "after update", name: str = "T") -> Files:
    """A trigger whose body is line 2."""
    return {f"triggers/{name}.trigger": f"trigger {name} on {object_} ({events}) {{\n{body}\n}}\n"}


def found(*files: Files) -> list[Result]:
    return lint({path: text for some in files for path, text in some.items()}, automation_cycle)


def said(*files: Files) -> list[str]:
    return [f"{r.severity}/{r.confidence} {r.path}:{r.line} {r.message}" for r in found(*files)]


UPDATES_QUOTES = on("Opportunity", updates("Quote"))
UPDATES_OPPORTUNITY = trigger("List<Opportunity> all = new List<Opportunity>(); all.add(one); update all;")
BOTH = (
    "Updating Opportunity records sets off itself: after-save flow F updates Quote records, after-trigger T updates "
    "Opportunity records, with no test of what changed."
)


def test_a_flow_and_a_trigger_that_update_each_others_object() -> None:
    (result,) = found(UPDATES_QUOTES, UPDATES_OPPORTUNITY)
    assert (result.path, result.line, result.severity, result.confidence, result.message) == (
        "flows/F.flow-meta.xml",
        4,
        "high",
        "medium",
        BOTH,
    )
    assert result.subject == "F update.T update"
    assert [(step.path, step.line, step.message) for step in result.evidence] == [
        ("flows/F.flow-meta.xml", 3, "updating Opportunity records starts after-save flow F"),
        ("flows/F.flow-meta.xml", 4, "updates Quote records"),
        ("triggers/T.trigger", 1, "updating Quote records starts after-trigger T"),
        ("triggers/T.trigger", 2, "updates Opportunity records"),
    ]


def test_two_flows_in_mdapi_format() -> None:
    files = {**UPDATES_QUOTES, **on("Quote", updates("Opportunity"), name="G")}
    mdapi = {f"src/{path.removesuffix('-meta.xml')}": text for path, text in files.items()}
    assert said(mdapi) == [
        "high/medium src/flows/F.flow:4 " + BOTH.replace("after-trigger T", "after-save flow G")
    ]


def won(*more: str) -> str:
    """A decision that goes on to Do where an opportunity is won."""
    return node(
        "decisions", "Ask", rule("Won", condition("$Record.Stage__c", "EqualTo", "'Won'"), *more, to="Do")
    )


def test_a_decision_that_stays_true_stops_nothing() -> None:
    files = on("Opportunity", won(), updates("Quote"), to="Ask")
    assert [r.line for r in found(files, UPDATES_OPPORTUNITY)] == [5]


def test_three_objects_through_a_subflow_and_a_handler() -> None:
    sub = {"flows/Sub.flow-meta.xml": flow(ACTIVE, start(to="Do"), updates("Quote"))}
    handler = {
        "classes/Quotes.cls": "public class Quotes { public static void up() { update new Order(); } }"
    }
    (result,) = found(
        on("Opportunity", node("subflows", "Do", tag("flowName", "Sub"))),
        sub,
        trigger("Quotes.up();"),
        handler,
        on("Order", updates("Opportunity"), name="H"),
    )
    assert [step.message for step in result.evidence] == [
        "updating Opportunity records starts after-save flow F",
        "flow F calls Sub",
        "updates Quote records",
        "updating Quote records starts after-trigger T",
        "T calls Quotes.up",
        "updates Order records",
        "updating Order records starts after-save flow H",
        "updates Opportunity records",
    ]


def test_a_trigger_that_creates_what_it_is_started_by() -> None:
    assert said(trigger("insert new Task();", "Task", "after insert")) == [
        "high/medium triggers/T.trigger:2 Creating Task records sets off itself: after-trigger T creates Task records, "
        "with no test of what changed."
    ]


def test_a_trigger_that_updates_records_of_its_own_object_may_come_to_an_end() -> None:
    assert said(trigger("update new Quote();")) == [
        "high/low triggers/T.trigger:2 Updating Quote records sets off itself: after-trigger T updates Quote records, "
        "with no test of what changed."
    ]


def test_criteria_that_what_is_written_meets() -> None:
    flow_with = on("Opportunity", updates("Quote"), entry=filters("Stage__c", "EqualTo", "'Won'"))
    writes = trigger("update new Opportunity(Stage__c = 'Won');")
    assert len(found(flow_with, writes)) == 1


def test_a_change_that_each_round_makes_anew() -> None:
    changed = filters("Stage__c", "IsChanged", "true")
    writes = trigger("update new Opportunity(Stage__c = next);")
    assert len(found(on("Opportunity", updates("Quote"), entry=changed), writes)) == 1


def test_criteria_that_must_be_met_anew_and_are_taken_away_and_given_back() -> None:
    entry = filters("Stage__c", "EqualTo", "'Won'") + tag("doesRequireRecordChangedToMeetCriteria", "true")
    back = on("Quote", updates("Opportunity", given("Stage__c", "Next")), name="G")
    assert len(found(on("Opportunity", updates("Quote"), entry=entry), back)) == 1


def test_a_short_cycle_is_told_and_not_the_detours_around_it() -> None:
    files = [UPDATES_QUOTES, UPDATES_OPPORTUNITY]
    detour = on("Quote", updates("Order"), name="G"), on("Order", updates("Opportunity"), name="H")
    assert [r.subject for r in found(*files, *detour)] == ["F update.T update", "F update.G update.H update"]


FLAG = """static Boolean ran = false;
    public static void up() { if (ran) { return; } ran = true; update new Opportunity(); }"""
PROCESS = {
    "flows/P.flow-meta.xml": flow(
        ACTIVE,
        tag("processType", "Workflow"),
        node("processMetadataValues", "ObjectType", value("'Quote'")),
        node("processMetadataValues", "TriggerType", value("'onAllChanges'")),
        tag("startElementReference", "Do"),
        updates("Opportunity"),
    )
}
QUIET = {
    "one way only": [UPDATES_QUOTES, trigger("insert new Task();")],
    "the other side is not started by an update": [UPDATES_QUOTES, trigger("update new Opportunity();", events="after insert")],
    "an inactive flow": [on("Opportunity", updates("Quote"), status=tag("status", "Draft")), UPDATES_OPPORTUNITY],
    "a flow that tests what changed": [
        on("Opportunity", updates("Quote"), entry=filters("Stage__c", "IsChanged", "true")),
        trigger("update new Opportunity(Total__c = 5);"),
    ],
    "a formula that tests what changed": [
        on("Opportunity", updates("Quote"), entry=tag("filterFormula", "OR(ISNEW(), ISCHANGED({!$Record.Stage__c}))")),
        trigger("update new Opportunity(Total__c = 5);"),
    ],
    "the same value again is no change": [
        on("Opportunity", updates("Quote"), entry=filters("Stage__c", "IsChanged", "true")),
        trigger("update new Opportunity(Stage__c = 'Won');"),
    ],
    "fields that are not known": [
        on("Opportunity", updates("Quote"), entry=filters("Stage__c", "IsChanged", "true")),
        trigger("update opportunities();"),
    ],
    "met anew, and nothing takes it away": [
        on(
            "Opportunity",
            updates("Quote"),
            entry=filters("Stage__c", "EqualTo", "'Won'") + tag("doesRequireRecordChangedToMeetCriteria", "true"),
        ),
        trigger("update new Opportunity(Total__c = 5);"),
    ],
    "what is written falsifies the criteria": [
        on("Opportunity", updates("Quote"), entry=filters("Stage__c", "EqualTo", "'New'")),
        trigger("update new Opportunity(Stage__c = 'Won');"),
    ],
    "it fills what it asks to be empty": [
        on("Opportunity", updates("Quote"), entry=filters("Total__c", "IsNull", "true")),
        trigger("update new Opportunity(Total__c = total);"),
    ],
    "a decision on the way": [
        on(
            "Opportunity",
            node("decisions", "Ask", rule("Other", condition("$Record.A__c", "NotEqualTo", "$Record__Prior.A__c"), to="Do")),
            updates("Quote"),
            to="Ask",
        ),
        UPDATES_OPPORTUNITY,
    ],
    "a decision that only a change meets": [
        on("Opportunity", won(tag("doesRequireRecordChangedToMeetCriteria", "true")), updates("Quote"), to="Ask"),
        UPDATES_OPPORTUNITY,
    ],
    "a condition in code": [UPDATES_QUOTES, trigger("if (old.A__c != now.A__c) { update new Opportunity(); }")],
    "a list that is filled under a condition": [
        UPDATES_QUOTES,
        trigger("List<Opportunity> all = new List<Opportunity>(); if (differs) { all.add(one); } update all;"),
    ],
    "a static flag": [UPDATES_QUOTES, trigger("Svc.up();"), {"classes/Svc.cls": f"public class Svc {{ {FLAG} }}"}],
    "a job": [
        UPDATES_QUOTES,
        trigger("System.enqueueJob(new Job());"),
        {"classes/Job.cls": "public class Job { public void execute(QueueableContext c) { update new Opportunity(); } }"},
    ],
    "a scheduled path": [
        {
            "flows/F.flow-meta.xml": flow(
                ACTIVE,
                start(
                    f"<scheduledPaths><name>Later</name>{edge('connector', 'Do')}</scheduledPaths>",
                    object_="Opportunity",
                    trigger="RecordAfterSave",
                ),
                updates("Quote"),
            )
        },
        UPDATES_OPPORTUNITY,
    ],
    "a process, which runs once for a record": [UPDATES_QUOTES, PROCESS],
    "a flow that updates its own record": [
        on("Case", node("recordUpdates", "Do", given(), tag("inputReference", "$Record")))
    ],
    "a before-save flow": [
        {
            "flows/F.flow-meta.xml": flow(
                ACTIVE,
                start(to="Do", object_="Case", trigger="RecordBeforeSave"),
                node("recordUpdates", "Do", given(), tag("inputReference", "$Record")),
            )
        }
    ],
}  # fmt: skip


@pytest.mark.parametrize("files", QUIET.values(), ids=QUIET)
def test_quiet(files: list[Files]) -> None:
    assert said(*files) == []
