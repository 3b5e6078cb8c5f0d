from __future__ import annotations

from pathlib import Path

import pytest

from sfgov.model.apex import Apex
from sfgov.model.automation import Automation, Automatism
from sfgov.model.flows import Flows
from tests.flow_xml import (
    ACTIVE,
    after_save,
    condition,
    edge,
    filters,
    flow,
    index_of,
    node,
    rule,
    start,
    tag,
    value,
    xml,
)

Files = dict[str, str]


def automation(folder: Path, *files: Files) -> Automation:
    index = index_of(folder, {path: text for some in files for path, text in some.items()})
    return Automation(index, Flows(index), Apex(index))


def told(model: Automation, automatism: Automatism) -> list[str]:
    """Each effect with its place, how it was reached, and what is said of it."""
    return [
        f"{r.effect.at.path.rpartition('/')[2].partition('.')[0]}:{r.effect.at.line} {r.effect.said}"
        f"{' if' if r.conditional else ''}{' once' if r.once else ''}"
        for r in model.effects(automatism)
    ]


def only(folder: Path, *files: Files) -> list[str]:
    model = automation(folder, *files)
    (automatism,) = model.automatisms
    return told(model, automatism)


def given(field: str, text: str) -> str:
    return f"<inputAssignments><field>{field}</field>{value(text)}</inputAssignments>"


def trigger(body: str, events: str = "after update", name: str = "T", object_: str = "Case") -> Files:
    """A trigger whose body starts on line 2."""
    return {f"triggers/{name}.trigger": f"trigger {name} on {object_} ({events}) {{\n{body}\n}}\n"}


def cls(name: str, body: str) -> Files:
    """A class whose body starts on line 2."""
    return {f"classes/{name}.cls": f"public class {name} {{\n{body}\n}}\n"}


# What starts


def test_everything_that_a_save_starts_in_order(tmp_path: Path) -> None:
    process = flow(
        ACTIVE,
        tag("processType", "Workflow"),
        node("processMetadataValues", "ObjectType", value("'Case'")),
        node("processMetadataValues", "TriggerType", value("'onAllChanges'")),
        tag("startElementReference", "D"),
    )
    workflow = xml("Workflow", f"<rules><fullName>Rule</fullName>{tag('active', 'true')}</rules>")
    model = automation(
        tmp_path,
        {
            "flows/After.flow-meta.xml": flow(ACTIVE, after_save("X", "Case")),
            "flows/Before.flow-meta.xml": flow(
                ACTIVE, start(to="X", object_="Case", trigger="RecordBeforeSave", on="CreateAndUpdate")
            ),
            "flows/Process.flow-meta.xml": process,
            "flows/Draft.flow-meta.xml": flow(tag("status", "Draft"), after_save("X", "Case")),
            "workflows/Case.workflow-meta.xml": workflow,
        },
        trigger("", "before update, after update, after insert"),
    )
    assert [one.said for one in model.on("case", "update")] == [
        "before-save flow Before",
        "before-trigger T",
        "after-trigger T",
        "after-save workflow rule Rule",
        "after-save process Process",
        "after-save flow After",
    ]
    assert [one.said for one in model.on("Case", "create")] == [
        "before-save flow Before",
        "after-trigger T",
        "after-save workflow rule Rule",
        "after-save process Process",
    ]
    assert model.on("Case", "delete") == ()


def test_an_inactive_trigger_and_an_inactive_rule_do_not_run(tmp_path: Path) -> None:
    model = automation(
        tmp_path,
        trigger(""),
        {
            "triggers/T.trigger-meta.xml": xml("ApexTrigger", tag("status", "Inactive")),
            "workflows/Case.workflow-meta.xml": xml("Workflow", "<rules><fullName>R</fullName></rules>"),
        },
    )
    assert model.automatisms == ()


# Flows


def test_the_effects_of_a_flow_and_of_what_it_calls(tmp_path: Path) -> None:
    files = {
        "flows/F.flow-meta.xml": flow(
            ACTIVE,
            after_save("Get", "Case"),
            node("recordLookups", "Get", tag("object", "Account"), to="Sub"),
            node("subflows", "Sub", tag("flowName", "Sub"), to="Own"),
            node("recordUpdates", "Own", given("Status", "'Done'"), tag("inputReference", "$Record")),
        ),
        "flows/Sub.flow-meta.xml": flow(
            ACTIVE,
            start(to="Make"),
            node("recordCreates", "Make", tag("object", "Task"), to="Run"),
            node("actionCalls", "Run", tag("actionName", "Svc"), tag("actionType", "apex"), to="Again"),
            node("subflows", "Again", tag("flowName", "F")),
        ),
    }
    svc = cls("Svc", "@InvocableMethod public static void run(List<Id> ids) {\nHelper.drop();\n}")
    helper = cls("Helper", "public static void drop() {\ndelete [SELECT Id FROM Log__c];\n}")
    model = automation(tmp_path, files, svc, helper)
    (automatism,) = model.automatisms
    assert told(model, automatism) == [
        "F:4 reads Account records",
        "F:6 updates the Case record",
        "Sub:4 creates Task records",
        "Helper:3 deletes Log__c records",
        "Helper:3 reads Log__c records",
    ]
    deleted = model.effects(automatism)[3]
    assert [(s.place.path, s.place.line, s.message) for s in deleted.evidence] == [
        ("flows/F.flow-meta.xml", 5, "flow F calls Sub"),
        ("flows/Sub.flow-meta.xml", 5, "Run calls the Apex class Svc"),
        ("classes/Svc.cls", 3, "Svc.run calls Helper.drop"),
        ("classes/Helper.cls", 3, "deletes Log__c records"),
    ]
    assert model.effects(automatism)[1].effect.values == {"status": "done"}
    assert model.effects(automatism)[0].effect.context == "system without sharing"


def test_decisions_make_an_effect_conditional_unless_they_test_the_record(tmp_path: Path) -> None:
    ask = node(
        "decisions",
        "Ask",
        rule("Open", condition("$Record.Open__c", "EqualTo", "true"), to="A"),
        default="Look",
    )
    look = node("decisions", "Look", rule("Any", condition("Get", "IsNull", "false"), to="B"))
    files = {
        "flows/F.flow-meta.xml": flow(
            ACTIVE,
            after_save("Ask", "Case"),
            ask,
            look,
            node("recordCreates", "A", tag("object", "Task")),
            node("recordCreates", "B", tag("object", "Event")),
        )
    }
    model = automation(tmp_path, files)
    (automatism,) = model.automatisms
    assert told(model, automatism) == ["F:6 creates Task records", "F:7 creates Event records if"]
    assert [(c.field, c.value) for c in model.effects(automatism)[0].asked] == [("open__c", "true")]


def test_scheduled_paths_pauses_and_faults_are_not_part_of_the_save(tmp_path: Path) -> None:
    later = f"<scheduledPaths><name>Later</name>{edge('connector', 'L')}</scheduledPaths>"
    files = {
        "flows/F.flow-meta.xml": flow(
            ACTIVE,
            start(later, to="Try", object_="Case", trigger="RecordAfterSave"),
            node("subflows", "Try", tag("flowName", "Sub"), fault="Failed"),
            node("recordCreates", "Failed", tag("object", "Log__c")),
            node("recordCreates", "L", tag("object", "Task")),
        ),
        "flows/Sub.flow-meta.xml": flow(
            ACTIVE, start(to="Wait"), node("waits", "Wait", to="After"), node("recordCreates", "After", tag("object", "Task"))
        ),
    }  # fmt: skip
    assert only(tmp_path, files) == []


def test_before_a_save_setting_fields_of_the_record_is_no_effect_of_its_own(tmp_path: Path) -> None:
    begin = start(to="Own", object_="Case", trigger="RecordBeforeSave")
    own = node("recordUpdates", "Own", given("Status", "'x'"), tag("inputReference", "$Record"))
    assert only(tmp_path, {"flows/F.flow-meta.xml": flow(ACTIVE, begin, own)}) == []


def test_the_fields_of_a_record_variable(tmp_path: Path) -> None:
    def item(target: str, operator: str, text: str) -> str:
        return (
            f"<assignmentItems><assignToReference>{target}</assignToReference><operator>{operator}</operator>"
            f"{value(text)}</assignmentItems>"
        )

    variables = "".join(
        node("variables", name, tag("dataType", "SObject"), tag("objectType", "Case"))
        for name in ("one", "all")
    )
    blocks = (
        node("assignments", "A", item("one.Status", "Assign", "'New'"), item("all", "Add", "one"), to="B"),
        node("recordUpdates", "B", tag("inputReference", "all")),
        variables,
    )
    model = automation(tmp_path, {"flows/F.flow-meta.xml": flow(ACTIVE, after_save("A"), *blocks)})
    (reached,) = model.effects(model.automatisms[0])
    assert (reached.effect.said, reached.effect.values) == ("updates Case records", {"status": "new"})


# Triggers


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("insert new Task(Subject = 'x');", ["T:2 creates Task records"]),
        ("List<Task> all = make(); upsert all;", ["T:2 creates Task records", "T:2 updates Task records"]),
        ("Map<Id, Case> m = new Map<Id, Case>(); update m.values();", ["T:2 updates Case records"]),
        ("Database.delete(new List<Case>(), false);", ["T:2 deletes Case records"]),
        ("for (Case c : [SELECT Id FROM Case]) { }", ["T:2 reads Case records"]),
        ("List<SObject> any = make(); update any;", []),
        ("delete ids;", []),
        ("if (Trigger.isInsert) { insert new Task(); }", []),
        ("if (Trigger.isUpdate) { insert new Task(); }", ["T:2 creates Task records"]),
        ("if (flag) { insert new Task(); }", ["T:2 creates Task records if"]),
        (
            "List<Task> all = new List<Task>(); all.add(x); if (!all.isEmpty()) { insert all; }",
            ["T:2 creates Task records"],
        ),
        (
            "List<Task> all = new List<Task>(); if (open) { all.add(x); } insert all;",
            ["T:2 creates Task records if"],
        ),
        ("try { run(); } catch (Exception e) { insert new Log__c(); }", []),
        ("if (Test.isRunningTest()) { insert new Task(); }", []),
        ("System.enqueueJob(new Job());", []),
    ],
)
def test_operations_of_a_trigger(tmp_path: Path, body: str, expected: list[str]) -> None:
    job = cls("Job", "public void execute(QueueableContext c) { insert new Task(); }")
    assert only(tmp_path, trigger(body), job) == expected


def test_a_handler_framework_runs_the_method_of_the_event_and_of_its_own_class(tmp_path: Path) -> None:
    base = """
        public virtual class Handler {
            public void run() {
                if (Trigger.isBefore) { beforeUpdate(); } else { afterUpdate(); }
            }
            public virtual void beforeUpdate() { }
            public virtual void afterUpdate() { }
        }"""
    own = "public override void afterUpdate() {{ {} }} public override void beforeUpdate() {{ {} }}"
    files = {
        "classes/Handler.cls": base,
        "classes/Cases.cls": "public class Cases extends Handler {\n"
        + own.format("insert new Task();", "insert new Event();")
        + "\n}",
        "classes/Leads.cls": "public class Leads extends Handler {\n"
        + own.format("delete new Lead();", "")
        + "\n}",
    }
    assert only(tmp_path, files, trigger("new Cases().run();")) == ["Cases:2 creates Task records"]


def test_a_static_flag_and_a_callee_with_the_values_that_it_sets(tmp_path: Path) -> None:
    svc = cls(
        "Svc",
        "static Boolean done = false;\npublic static void run(List<Case> cases) {\nif (done) { return; }\ndone = true;\n"
        "for (Case c : cases) { c.Status = 'New'; c.Owner__c = owner; }\nupdate cases;\n}",
    )
    model = automation(tmp_path, svc, trigger("Svc.run(Trigger.new);"))
    (reached,) = model.effects(model.automatisms[0])
    assert (reached.once, reached.effect.values) == (True, {"status": "new", "owner__c": None})
    assert [step.message for step in reached.evidence] == ["T calls Svc.run", "updates Case records"]


def test_methods_that_call_each_other_end(tmp_path: Path) -> None:
    svc = cls("Svc", "public static void a() { b(); }\npublic static void b() { a(); insert new Task(); }")
    assert only(tmp_path, svc, trigger("Svc.a();")) == ["Svc:3 creates Task records"]


# Workflow


def test_field_updates_of_a_workflow_rule(tmp_path: Path) -> None:
    workflow = xml(
        "Workflow",
        "<fieldUpdates><fullName>Close</fullName><field>Status</field><literalValue>Closed</literalValue>"
        "<operation>Literal</operation></fieldUpdates>",
        "<rules><fullName>R</fullName><actions><name>Close</name><type>FieldUpdate</type></actions>"
        "<active>true</active><formula>TRUE</formula></rules>",
    )
    model = automation(tmp_path, {"workflows/Case.workflow-meta.xml": workflow})
    (automatism,) = model.automatisms
    assert told(model, automatism) == ["Case:2 updates the Case record if once"]
    assert model.effects(automatism)[0].effect.values == {"status": "closed"}


def test_the_criteria_of_the_start(tmp_path: Path) -> None:
    begin = start(
        filters("Status", "EqualTo", "'New'"), to="X", object_="Case", trigger="RecordAfterSave", on="Create"
    )
    (automatism,) = automation(tmp_path, {"flows/F.flow-meta.xml": flow(ACTIVE, begin)}).automatisms
    assert [(c.field, c.value) for c in automatism.criteria] == [("status", "new")]
    assert automatism.events == frozenset({"create"})
