from __future__ import annotations

import pytest

from sfgov.result import Result
from sfgov.testing import lint
from sfgov_checks.flow.record_automation_collision import record_automation_collision
from tests.flow_xml import ACTIVE, condition, filters, flow, node, rule, start, tag, value, xml

Files = dict[str, str]


def sets(field: str, right: str, name: str = "Set") -> str:
    item = (
        f"<assignmentItems><assignToReference>$Record.{field}</assignToReference><operator>Assign</operator>"
        f"{value(right)}</assignmentItems>"
    )
    return node("assignments", name, item)


def one(
    name: str,
    *blocks: str,
    object_: str = "Account",
    trigger: str = "RecordBeforeSave",
    on: str = "Update",
    entry: str = "",
    order: int | None = None,
    to: str = "Set",
    status: str = ACTIVE,
) -> Files:
    """A flow: status on line 2, start on 3, order on 4, the blocks from line 5 on."""
    ordered = tag("triggerOrder", str(order)) if order is not None else "<!-- none -->"
    begin = start(entry, to=to, object_=object_, trigger=trigger, on=on)
    return {f"flows/{name}.flow-meta.xml": flow(status, begin, ordered, *blocks)}


def trigger(name: str, events: str = "before insert", object_: str = "Account") -> Files:
    return {f"triggers/{name}.trigger": f"trigger {name} on {object_} ({events}) {{ }}\n"}


def found(*files: Files) -> list[Result]:
    return lint({path: text for some in files for path, text in some.items()}, record_automation_collision)


def said(*files: Files) -> list[str]:
    return [f"{r.severity}/{r.confidence} {r.path}:{r.line} {r.message}" for r in found(*files)]


A, B = "flows/A.flow-meta.xml", "flows/B.flow-meta.xml"
HOT, COLD = sets("Rating", "'Hot'"), sets("Rating", "'Cold'")
BOTH = "A and B both set Account.Rating before a record is saved, and nothing says which of them runs first."
SHARE = (
    "A and B share Account.Rating: one sets what the other reads before a record is saved, and nothing says "
    "which of them runs first."
)
ANY_ORDER = "2 flows on Account run before a record is saved, in an order that no file shows: A and B."


def test_two_flows_set_one_field() -> None:
    (result,) = found(one("A", HOT), one("B", COLD))
    assert (result.path, result.line, result.component, result.subject) == (A, 5, "Flow:A", "A.B")
    assert (result.severity, result.confidence, result.message) == ("medium", "high", BOTH)
    assert [(step.path, step.line, step.message) for step in result.evidence] == [
        (A, 5, "flow A sets Rating to Hot"),
        (B, 5, "flow B sets Rating to Cold"),
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (one("A", HOT, order=5), one("B", COLD, order=5)),
        (one("A", HOT, on="Create"), one("B", COLD, on="CreateAndUpdate")),
        (one("A", HOT, entry=filters("X__c", "EqualTo", "'1'")), one("B", COLD)),
        (one("A", HOT), one("B", sets("Rating", "Formula"))),
    ],
    ids=["the same order", "overlapping events", "one with criteria", "a computed value"],
)
def test_other_shapes_of_the_same(first: Files, second: Files) -> None:
    assert said(first, second) == [f"medium/high {A}:5 {BOTH}"]


def test_after_the_save_two_updates_of_the_record() -> None:
    def update(text: str) -> str:
        given = f"<inputAssignments><field>Rating</field>{value(text)}</inputAssignments>"
        return node("recordUpdates", "Set", given, tag("inputReference", "$Record"))

    flows = [
        one(name, update(text), trigger="RecordAfterSave") for name, text in (("A", "'Hot'"), ("B", "'Cold'"))
    ]
    assert said(*flows) == [f"medium/high {A}:5 {BOTH.replace('before', 'after')}"]


def test_one_sets_what_the_other_reads() -> None:
    reads = node("decisions", "Ask", rule("Hot", condition("$Record.Rating", "EqualTo", "'Hot'")))
    (result,) = found(one("A", reads, to="Ask"), one("B", HOT))
    assert (result.path, result.line, result.severity, result.confidence, result.message) == (
        B,
        5,
        "medium",
        "medium",
        SHARE,
    )
    assert [(step.path, step.line, step.message) for step in result.evidence] == [
        (B, 5, "flow B sets Rating to Hot"),
        (A, 5, "flow A reads Rating"),
    ]


def test_one_sets_what_the_other_asks_for_at_its_start_in_mdapi_format() -> None:
    files = {**one("A", HOT), **one("B", sets("X__c", "'1'"), entry=filters("Rating", "EqualTo", "'Hot'"))}
    mdapi = {f"src/{path.removesuffix('-meta.xml')}": text for path, text in files.items()}
    assert said(mdapi) == [f"medium/medium src/flows/A.flow:5 {SHARE}"]


def test_flows_with_nothing_in_common_are_told_once_and_low() -> None:
    flows = [one(name, sets(f"{name}__c", "'1'")) for name in "CAB"]
    (result,) = found(*flows)
    assert (result.severity, result.path, result.line, result.subject) == (
        "low",
        A,
        3,
        "Account.BEFORE_SAVE",
    )
    assert result.message == (
        "3 flows on Account run before a record is saved, in an order that no file shows: A, B and C."
    )
    assert [(step.path, step.message) for step in result.evidence] == [
        (A, "flow A, without a trigger order"),
        (B, "flow B, without a trigger order"),
        ("flows/C.flow-meta.xml", "flow C, without a trigger order"),
    ]


def test_two_triggers_share_an_event() -> None:
    (result,) = found(trigger("Second", "before insert, after update"), trigger("First"))
    assert (result.path, result.line, result.component) == (
        "triggers/First.trigger",
        1,
        "ApexTrigger:First",
    )
    assert (result.severity, result.message) == (
        "medium",
        "2 triggers on Account share before insert, and their order is not defined: First and Second.",
    )
    assert [step.message for step in result.evidence] == [
        "First (before insert)",
        "Second (before insert, after update)",
    ]


def test_before_deletes_no_order_can_be_set() -> None:
    flows = [
        one(name, to="", trigger="RecordBeforeDelete", on="Delete", order=order)
        for name, order in (("A", 3), ("B", None))
    ]
    assert said(*flows) == [
        f"low/high {A}:3 2 flows on Account run before a record is deleted, in an order that no file shows: A and B.",
        f"low/high {A}:4 A has a trigger order, but a flow that runs before a delete cannot be given one.",
    ]


INACTIVE = {"triggers/B.trigger-meta.xml": xml("ApexTrigger", tag("status", "Inactive"))}
QUIET = {
    "one flow": [one("A", HOT)],
    "different orders": [one("A", HOT, order=1), one("B", COLD, order=2)],
    "one has an order": [one("A", HOT, order=1), one("B", COLD)],
    "different objects": [one("A", HOT), one("B", COLD, object_="Contact")],
    "different moments": [one("A", HOT), one("B", to="", trigger="RecordAfterSave")],
    "different events": [one("A", HOT, on="Create"), one("B", COLD, on="Update")],
    "criteria that exclude each other": [
        one("A", HOT, entry=filters("X__c", "EqualTo", "'1'")),
        one("B", COLD, entry=tag("filterFormula", "NOT({!$Record.X__c} = '1')")),
    ],
    "a draft": [one("A", HOT), one("B", COLD, status=tag("status", "Draft"))],
    "a copy in another package": [
        one("A", HOT),
        {f"packages/two/{path}": text for path, text in one("A", HOT).items()},
    ],
    "one trigger": [trigger("A", "before insert, before update")],
    "triggers on different events": [trigger("A", "before insert"), trigger("B", "after insert")],
    "triggers on different objects": [trigger("A"), trigger("B", object_="Contact")],
    "an inactive trigger": [trigger("A"), trigger("B"), INACTIVE],
    "a managed trigger": [trigger("A"), trigger("ns__Guard")],
    "events": [
        trigger("A", "after insert", "Ping__e"),
        trigger("B", "after insert", "Ping__e"),
        trigger("C", "after insert", "AccountChangeEvent"),
        trigger("D", "after insert", "AccountChangeEvent"),
    ],
}


@pytest.mark.parametrize("files", QUIET.values(), ids=QUIET)
def test_quiet(files: list[Files]) -> None:
    assert said(*files) == []


def decided(right: str, text: str) -> str:
    ask = node("decisions", "Ask", rule("Yes", condition("$Record.X__c", "EqualTo", right), to="Set"))
    return ask + "\n" + sets("Rating", text)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (one("A", HOT), one("B", sets("Rating", "'HOT'"))),
        (one("A", decided("'1'", "'Hot'"), to="Ask"), one("B", decided("'2'", "'Cold'"), to="Ask")),
        (one("A", node("assignments", "Other"), HOT, to="Other"), one("B", COLD)),
    ],
    ids=["the same value", "decisions that exclude each other", "not connected"],
)
def test_near_misses_leave_only_the_missing_order(first: Files, second: Files) -> None:
    assert said(first, second) == [f"low/high {A}:3 {ANY_ORDER}"]
