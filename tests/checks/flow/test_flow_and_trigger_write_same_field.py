from __future__ import annotations

import pytest

from sfgov.result import Result
from sfgov.testing import lint
from sfgov_checks.flow.flow_and_trigger_write_same_field import flow_and_trigger_write_same_field
from tests.flow_xml import ACTIVE, condition, filters, flow, node, rule, start, tag, value, xml

Files = dict[str, str]
FLOW = "flows/F.flow-meta.xml"


def sets(field: str = "Rating", text: str = "'Hot'", name: str = "Set") -> str:
    item = (
        f"<assignmentItems><assignToReference>$Record.{field}</assignToReference><operator>Assign</operator>"
        f"{value(text)}</assignmentItems>"
    )
    return node("assignments", name, item)


def before_save(
    *blocks: str, to: str = "Set", entry: str = "", on: str = "Update", status: str = ACTIVE
) -> Files:
    """The start is line 3, the blocks follow."""
    begin = start(entry, to=to, object_="Account", trigger="RecordBeforeSave", on=on)
    return {FLOW: flow(status, begin, *(blocks or (sets(),)))}


def trigger(body: str, events: str = "before update") -> Files:
    """A trigger whose body is line 2."""
    return {"triggers/T.trigger": f"trigger T on Account ({events}) {{\n{body}\n}}\n"}


def cls(name: str, body: str) -> Files:
    return {f"classes/{name}.cls": f"public class {name} {{\n{body}\n}}\n"}


def found(*files: Files) -> list[Result]:
    return lint(
        {path: text for some in files for path, text in some.items()}, flow_and_trigger_write_same_field
    )


def said(*files: Files) -> list[str]:
    return [f"{r.severity}/{r.confidence} {r.path}:{r.line} {r.message}" for r in found(*files)]


LOOP = "for (Account a : Trigger.new) { %s }"
COLD = LOOP % "a.Rating = 'Cold';"
SURE = (
    f"high/high {FLOW}:4 Account.Rating is set by before-save flow F and overwritten by before-trigger T, which runs "
    "later in the same save."
)
MAYBE = SURE.replace("high/high", "medium/medium").replace("and overwritten", "and may be overwritten")


def test_a_before_save_flow_and_a_before_trigger_with_the_whole_story() -> None:
    assert said(before_save(), trigger(COLD)) == [SURE]
    (result,) = found(before_save(), trigger(COLD))
    assert (result.component, result.subject) == ("Flow:F", "F.T")
    assert [(step.path, step.line, step.message) for step in result.evidence] == [
        (FLOW, 4, "flow F sets Rating to Hot"),
        ("triggers/T.trigger", 1, "before-trigger T runs later"),
        ("triggers/T.trigger", 2, "T sets Rating"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        "for (SObject one : Trigger.new) { Account a = (Account) one; a.Rating = 'Cold'; }",
        "for (Account a : (List<Account>) Trigger.new) { a.Rating = 'Cold'; }",
        "for (Account a : Trigger.newMap.values()) { a.Rating = 'Cold'; }",
        "for (Account a : Trigger.new) { a.put('Rating', 'Cold'); }",
        "for (Account a : Trigger.new) { a.put(Account.Rating, 'Cold'); }",
        "for (Integer i = 0; i < 9; i++) { Trigger.new[i].Rating = 'Cold'; }",
        "for (Id one : ids) { Trigger.newMap.get(one).Rating = 'Cold'; }",
        "List<Account> all = Trigger.new; for (Account a : all) { a.rating = 'Cold'; }",
        "if (Trigger.isUpdate) { for (Account a : Trigger.new) { a.Rating = compute(a); } }",
    ],
)
def test_ways_to_write_to_the_records_of_the_trigger(body: str) -> None:
    assert said(before_save(), trigger(body)) == [SURE]


HANDLERS: dict[str, tuple[str, Files]] = {
    "a static method with the list": (
        "Svc.run(Trigger.new);",
        cls(
            "Svc",
            "public static void run(List<Account> all) { for (Account a : all) { a.Rating = 'Cold'; } }",
        ),
    ),
    "a method for one record": (
        "for (Account a : Trigger.new) { Svc.one(a); }",
        cls("Svc", "public static void one(Account given) { given.Rating = 'Cold'; }"),
    ),
    "a handler that keeps the list": (
        "new Svc(Trigger.new).run();",
        cls(
            "Svc",
            "List<Account> kept; public Svc(List<Account> all) { this.kept = all; }\n"
            "public void run() { for (Account a : kept) { a.Rating = 'Cold'; } }",
        ),
    ),
    "a framework": (
        "new Accounts().run();",
        {
            "classes/Base.cls": "public virtual class Base {\n"
            "public void run() { if (Trigger.isBefore) { before(Trigger.new); } }\n"
            "public virtual void before(List<SObject> all) { } }",
            "classes/Accounts.cls": "public class Accounts extends Base {\n"
            "public override void before(List<SObject> all) {\n"
            "for (Account a : (List<Account>) all) { a.Rating = 'Cold'; } } }",
        },
    ),
}


@pytest.mark.parametrize(("body", "files"), HANDLERS.values(), ids=HANDLERS)
def test_handlers_are_followed(body: str, files: Files) -> None:
    assert said(before_save(), trigger(body), files) == [SURE]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (before_save(), trigger(LOOP % "if (a.Big__c) { a.Rating = 'Cold'; }")),
        (
            before_save(
                node("decisions", "Ask", rule("Yes", condition("Other", "EqualTo", "true"), to="Set")), sets(), to="Ask"
            ),
            trigger(COLD),
        ),
    ],
    ids=["in code", "in the flow"],
)  # fmt: skip
def test_a_condition_on_either_side_makes_it_less_sure(first: Files, second: Files) -> None:
    assert [line.partition(" ")[0] for line in said(first, second)] == ["medium/medium"]


def test_fields_of_one_pair_are_one_finding_in_mdapi_format() -> None:
    both = LOOP % "a.Rating = 'Cold'; if (a.Big__c) { a.Site = 'x'; }"
    first = (
        before_save(sets(), sets("Site", "'y'", "Next"))
        .popitem()[1]
        .replace(
            "</assignments>",
            "<connector><targetReference>Next</targetReference></connector></assignments>",
            1,
        )
    )
    files = {"src/flows/F.flow": first, "src/triggers/T.trigger": trigger(both)["triggers/T.trigger"]}
    (result,) = found(files)
    assert (result.path, result.line) == ("src/flows/F.flow", 4)
    assert result.message.startswith("Account.Rating and Site are set by before-save flow F and overwritten")


UPDATE = "<fieldUpdates><fullName>Cool</fullName><field>Rating</field><literalValue>Cold</literalValue><operation>Literal</operation></fieldUpdates>"


def workflow(*criteria: str) -> Files:
    rules = (
        "<rules><fullName>Rule</fullName><actions><name>Cool</name><type>FieldUpdate</type></actions>"
        f"<active>true</active>{''.join(criteria)}<triggerType>onAllChanges</triggerType></rules>"
    )
    return {"workflows/Account.workflow-meta.xml": xml("Workflow", UPDATE, rules)}


def asks(field: str, text: str) -> str:
    return f"<criteriaItems><field>Account.{field}</field><operation>equals</operation><value>{text}</value></criteriaItems>"


def test_a_workflow_field_update_over_a_flow() -> None:
    (result,) = found(before_save(), workflow(asks("Type", "Old")))
    assert (result.severity, result.confidence) == ("medium", "medium")
    assert [(step.path, step.line, step.message) for step in result.evidence] == [
        (FLOW, 4, "flow F sets Rating to Hot"),
        ("workflows/Account.workflow-meta.xml", 3, "after-save workflow rule Rule runs later"),
        ("workflows/Account.workflow-meta.xml", 3, "workflow rule Rule"),
        ("workflows/Account.workflow-meta.xml", 2, "sets rating"),
    ]


def after_save() -> Files:
    hot = value("'Hot'")
    given = f"<inputAssignments><field>Rating</field>{hot}</inputAssignments>"
    begin = start(to="Save", object_="Account", trigger="RecordAfterSave", on="Update")
    return {FLOW: flow(ACTIVE, begin, node("recordUpdates", "Save", given, tag("inputReference", "$Record")))}


def test_an_after_save_flow_over_a_before_trigger() -> None:
    (result,) = found(after_save(), trigger(COLD))
    assert (result.path, result.severity) == ("triggers/T.trigger", "high")
    assert result.message == (
        "Account.Rating is set by before-trigger T and overwritten by after-save flow F, which runs later in the same save."
    )


def test_an_update_in_an_after_trigger_may_be_of_other_records() -> None:
    body = "List<Account> all = new List<Account>(); all.add(new Account(Rating = 'Cold')); update all;"
    assert said(before_save(), trigger(body, "after update")) == [
        f"medium/low {FLOW}:4 Account.Rating is set by before-save flow F and may be overwritten by after-trigger T, "
        "which runs later in the same save."
    ]


QUIET = {
    "another field": [before_save(), trigger(LOOP % "a.Site = 'x';")],
    "the same value": [before_save(), trigger(LOOP % "a.Rating = 'HOT';")],
    "only where it is empty": [before_save(), trigger(LOOP % "if (a.Rating == null) { a.Rating = 'Cold'; }")],
    "only where it is blank": [
        before_save(),
        trigger(LOOP % "if (String.isBlank(a.Rating)) { a.Rating = 'Cold'; }"),
    ],
    "another event": [before_save(on="Create"), trigger(COLD)],
    "code for another event": [
        before_save(),
        trigger(f"if (Trigger.isInsert) {{ {COLD} }}", "before insert, before update"),
    ],
    "another object's records": [
        before_save(),
        trigger("for (Account a : [SELECT Id FROM Account]) { a.Rating = 'Cold'; }"),
    ],
    "a new record": [before_save(), trigger("Account a = new Account(); a.Rating = 'Cold';")],
    "criteria that exclude each other": [
        before_save(entry=filters("Type", "EqualTo", "'New'")),
        workflow(asks("Type", "Old")),
    ],
    "a rule that fills what is empty": [before_save(), workflow(asks("Rating", ""))],
    "a draft": [before_save(status=tag("status", "Draft")), trigger(COLD)],
    "an inactive trigger": [
        before_save(),
        trigger(COLD),
        {"triggers/T.trigger-meta.xml": xml("ApexTrigger", tag("status", "Inactive"))},
    ],
    "two flows": [before_save(), {"flows/G.flow-meta.xml": before_save(sets(text="'Cold'"))[FLOW]}],
    "in tests alone": [before_save(), trigger(f"if (Test.isRunningTest()) {{ {COLD} }}")],
}


@pytest.mark.parametrize("files", QUIET.values(), ids=QUIET)
def test_quiet(files: list[Files]) -> None:
    assert said(*files) == []
