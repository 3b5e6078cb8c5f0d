"""What runs by itself on which event, in which order, and what it comes to."""

from __future__ import annotations

from sfgov.result import AutomationMap, Does, Runs
from sfgov.testing import lint_run
from sfgov_checks.delete.never_policy_violated import never_policy_violated
from tests.apex_orgs import apex, files, trigger
from tests.flow_xml import (
    ACTIVE,
    before_delete,
    condition,
    edge,
    filters,
    flow,
    node,
    rule,
    start,
    tag,
    value,
    xml,
)

Files = dict[str, str]


def automation(*parts: Files) -> AutomationMap | None:
    return lint_run(files(*parts), never_policy_violated).automation


def runs(*parts: Files) -> dict[str, list[Runs]]:
    found = automation(*parts)
    assert found is not None
    return {one.object: list(one.runs) for one in found.objects}


def told(does: Does) -> str:
    may = "" if does.certain else "may: "
    return f"{may}{does.says}{f' on {does.events}' if does.events else ''}"


def does(*parts: Files) -> dict[str, list[str]]:
    return {
        f"{one.rank} {one.name}": [*map(told, one.does)] for each in runs(*parts).values() for one in each
    }


def saved(
    name: str, when: str, *blocks: str, on: str = "CreateAndUpdate", asks: tuple[str, ...] = ()
) -> Files:
    """A flow on Invoice__c; the first node is `Do`."""
    begins = start(*asks, to="Do", object_="Invoice__c", trigger=when, on=on)
    return {f"flows/{name}.flow-meta.xml": flow(*blocks, begins, ACTIVE)}


def setting(field: str, text: str) -> str:
    return f"<inputAssignments><field>{field}</field>{value(text)}</inputAssignments>"


RECORD = tag("inputReference", "$Record")
SETS = saved("Sets", "RecordBeforeSave", node("recordUpdates", "Do", setting("Status__c", "'Open'"), RECORD))
MAKES = saved("Makes", "RecordAfterSave", node("recordCreates", "Do", tag("object", "Task")), on="Create")
GUARD = {
    "flows/Guard.flow-meta.xml": flow(
        node(
            "decisions", "Ask", rule("Posted", condition("$Record.Posted__c", "EqualTo", "true"), to="Stop")
        ),
        node("customErrors", "Stop"),
        before_delete("Ask"),
        ACTIVE,
    )
}


def test_a_save_runs_things_in_the_order_of_the_platform() -> None:
    workflow = {
        "workflows/Invoice__c.workflow-meta.xml": xml(
            "Workflow",
            "<fieldUpdates><fullName>Set</fullName><field>State__c</field><operation>Literal</operation>"
            "<literalValue>x</literalValue></fieldUpdates>",
            "<rules><fullName>Rule</fullName><active>true</active><triggerType>onAllChanges</triggerType>"
            "<criteriaItems><field>Invoice__c.Owner__c</field><operation>notEqual</operation></criteriaItems>"
            "<actions><name>Set</name><type>FieldUpdate</type></actions>"
            "<actions><name>Tell</name><type>Alert</type></actions></rules>",
        )
    }
    before = trigger(
        "Before", "Invoice__c", "before insert", "for (Invoice__c i : Trigger.new) i.Due__c = null;"
    )
    after = trigger("After", "Invoice__c", "after update", "delete [SELECT Id FROM Line__c];")
    found = runs(MAKES, after, workflow, before, SETS)["Invoice__c"]
    assert [(one.rank, one.kind, one.name, one.events, one.asks) for one in found] == [
        (1, "flow", "Sets", ("create", "update"), ""),
        (2, "trigger", "Before", ("create",), ""),
        (3, "trigger", "After", ("update",), ""),
        (4, "workflow rule", "Rule", ("create", "update"), "Owner__c is not empty"),
        (6, "flow", "Makes", ("create",), ""),
    ]
    assert [[*map(told, one.does)] for one in found] == [
        ["sets Status__c"],
        ["sets Due__c"],
        ["deletes Line__c records"],
        ["sets State__c", "sends an e-mail"],
        ["creates Task records"],
    ]


def test_what_something_decides_about_is_not_certain() -> None:
    assert does(GUARD) == {"1 Guard": ["may: refuses the record with an error"]}
    plain = {
        "flows/Guard.flow-meta.xml": flow(node("customErrors", "Stop"), before_delete("Stop"), ACTIVE),
    }
    assert does(plain) == {"1 Guard": ["refuses the record with an error"]}
    sometimes = trigger(
        "T", "Invoice__c", "before insert", "for (Invoice__c i : Trigger.new) if (i.X__c) i.addError('no');"
    )
    assert does(sometimes) == {"2 T": ["may: refuses the record with an error"]}


def test_the_events_of_a_trigger_are_one_and_what_differs_is_said() -> None:
    body = (
        "if (Trigger.isInsert) { insert new Task(); }",
        "delete [SELECT Id FROM line__c];",
    )
    org = trigger("T", "Invoice__c", "after insert, after update", *body)
    line = {
        "objects/Line__c/Line__c.object-meta.xml": xml("CustomObject", "<label>Line</label>"),
    }
    [one] = runs(org, line)["Invoice__c"]
    assert one.events == ("create", "update")
    assert [*map(told, one.does)] == ["creates Task records on ('create',)", "deletes Line__c records"]


def test_effects_are_followed_through_subflows_and_classes_with_the_way() -> None:
    caller = saved("Calls", "RecordAfterSave", node("subflows", "Do", tag("flowName", "Inner")))
    inner = {
        "flows/Inner.flow-meta.xml": flow(
            node("recordDeletes", "Drop", tag("object", "Line__c")), start(to="Drop"), ACTIVE
        )
    }
    [one] = runs(caller, inner)["Invoice__c"]
    assert [(step.path, step.line, step.message) for step in one.does[0].steps] == [
        ("flows/Calls.flow-meta.xml", 2, "flow Calls calls Inner"),
        ("flows/Inner.flow-meta.xml", 2, "deletes Line__c records"),
    ]
    handler = apex("Handler", "public static void run() { update new Account(); }")
    [one] = runs(handler, trigger("T", "Invoice__c", "after insert", "Handler.run();"))["Invoice__c"]
    assert [step.message for step in one.does[0].steps] == ["T calls Handler.run", "updates Account records"]
    assert one.does[0].object == "Account"


def test_what_is_asked_first_is_told_as_it_is_written() -> None:
    def asks(*inner: str) -> str:
        org = saved("F", "RecordAfterSave", node("recordCreates", "Do", tag("object", "Task")), asks=inner)
        return runs(org)["Invoice__c"][0].asks

    assert asks(filters("Status__c", "EqualTo", "'Paid'"), filters("Mail__c", "IsNull", "false")) == (
        "Status__c = Paid and Mail__c is not empty"
    )
    assert asks(
        tag("filterLogic", "or"), filters("A__c", "IsChanged", "true"), filters("B__c", "GreaterThan", "3")
    ) == ("A__c is changed or B__c > 3")
    numbered = (
        filters("A__c", "EqualTo", "1"),
        filters("B__c", "EqualTo", "2"),
        filters("C__c", "EqualTo", "3"),
    )
    assert asks(tag("filterLogic", "1 AND (2 OR 3)"), *numbered) == (
        "1 AND (2 OR 3) of 1: A__c = 1; 2: B__c = 2; 3: C__c = 3"
    )
    changed = tag("doesRequireRecordChangedToMeetCriteria", "true")
    assert asks(filters("A__c", "EqualTo", "1"), changed) == "A__c = 1, and did not before"
    assert asks(tag("filterFormula", "ISCHANGED({!$Record.A__c})\n  &amp;&amp; true")) == (
        "ISCHANGED({!$Record.A__c}) && true"
    )
    assert asks(tag("filterFormula", "x" * 300)) == "x" * 200 + " …"


def test_paths_that_run_later_are_named() -> None:
    later = (
        f"<scheduledPaths><name>Next_Day</name>{edge('connector', 'Do')}</scheduledPaths>",
        f"<scheduledPaths>{edge('connector', 'Do')}<pathType>AsyncAfterCommit</pathType></scheduledPaths>",
    )
    org = saved("F", "RecordAfterSave", node("recordCreates", "Do", tag("object", "Task")), asks=later)
    assert runs(org)["Invoice__c"][0].later == ("Next_Day", "once it is committed")


def test_only_what_runs_is_there() -> None:
    draft = {name: text.replace("Active", "Draft") for name, text in MAKES.items()}
    assert automation(draft) is None
    assert automation({"classes/A.cls": "public class A {}"}) is None


def test_active_validation_rules_are_counted() -> None:
    def validation(name: str, active: str) -> Files:
        rules = f"<fullName>{name}</fullName><active>{active}</active><errorConditionFormula>true</errorConditionFormula>"
        return {
            f"objects/Invoice__c/validationRules/{name}.validationRule-meta.xml": xml("ValidationRule", rules)
        }

    found = automation(SETS, validation("A", "true"), validation("B", "false"), validation("C", "true"))
    assert found is not None
    assert [(one.object, one.validation_rules) for one in found.objects] == [("Invoice__c", 2)]


def test_of_many_objects_those_with_most_automation_are_shown() -> None:
    many: Files = {}
    for number in range(45):
        many |= trigger(f"T{number:02}", f"O{number:02}__c", "after insert", "insert new Task();")
    found = automation(many, trigger("Second", "O44__c", "after update", "insert new Task();"))
    assert found is not None
    assert len(found.objects) == 40
    assert "O44__c" in [one.object for one in found.objects]
    assert found.left_out == ("O39__c", "O40__c", "O41__c", "O42__c", "O43__c")


def test_of_many_effects_and_fields_the_first_are_told() -> None:
    kinds = [f"insert new O{number:02}__c();" for number in range(15)]
    [one] = runs(trigger("T", "Invoice__c", "after insert", *kinds))["Invoice__c"]
    assert (len(one.does), one.more) == (12, 3)
    fields = [f"for (Invoice__c i : Trigger.new) i.F{number:02}__c = 1;" for number in range(15)]
    [one] = runs(trigger("T", "Invoice__c", "before insert", *fields))["Invoice__c"]
    assert one.does[0].says.endswith("F11__c and 3 more")
