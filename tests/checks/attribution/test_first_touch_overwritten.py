from __future__ import annotations

import pytest

from sfgov.testing import lint
from sfgov_checks.attribution.first_touch_overwritten import first_touch_overwritten as check
from tests.attribution_orgs import (
    FLOW,
    Files,
    cls,
    criterion,
    enrich,
    evidence,
    field,
    policy,
    rule,
    said,
    sets,
    trigger,
    update,
    validation,
    workflow,
)
from tests.flow_xml import ACTIVE, condition, edge, filters, flow, node, start, tag, value, xml
from tests.flow_xml import rule as outcome

LATER = "without testing that it is blank, so a later visit overwrites the first touch."
WEB = f"high/high {FLOW}:4 Before-save flow Enrich (on creation and update) sets Lead.LeadSource {LATER}"
FIRST = field("Lead.First_Touch_Source__c")
WEB_VALUE = value("'Web'")
INPUT = f"<inputAssignments>{tag('field', 'LeadSource')}{WEB_VALUE}</inputAssignments>"


def grades(*files: Files) -> list[str]:
    """Severity, confidence and place of each finding."""
    return [line[: line.index(" ", line.index(" ") + 1)] for line in said(check, *files)]


# Record-triggered flows


def test_a_before_save_flow() -> None:
    assert said(check, enrich()) == [WEB]
    [result] = lint(enrich(), check)
    assert (result.component, result.subject) == ("Flow:Enrich", "before-save flow Enrich overwrites Lead")
    assert evidence(check, enrich()) == [
        f"{FLOW}:3 Enrich runs when Lead records are created or updated",
        f"{FLOW}:4 Set sets Lead.LeadSource to Web",
    ]


def test_several_fields_are_one_finding() -> None:
    fields = FIRST | field("Lead.Original_Campaign__c")
    first = sets("First_Touch_Source__c", "$Record.UTM__c").replace(
        "</assignments>", edge("connector", "More") + "</assignments>"
    )
    files = enrich(first, sets("Original_Campaign__c", "$Record.UTM__c", "More"), on="Update")
    assert said(check, fields, files) == [
        f"high/high {FLOW}:4 Before-save flow Enrich (on update) sets Lead.First_Touch_Source__c and "
        "Lead.Original_Campaign__c without testing that they are blank, so a later visit overwrites the first touch."
    ]


AFTER = node("recordUpdates", "Save", tag("inputReference", "$Record"))
LOUD: dict[str, tuple[Files, str]] = {
    "under an entry condition that asks something else": (
        enrich(entry=filters("Status", "EqualTo", "'Open'")),
        f"high/medium {FLOW}:4",
    ),
    "behind a decision": (
        enrich(
            node("decisions", "Ask", outcome("Yes", condition("$Record.UTM__c", "IsNull", "false"), to="Set")),
            sets("LeadSource", "'Web'"),
            to="Ask",
        ),
        f"high/medium {FLOW}:5",
    ),
    "where it is not yet what it will be": (
        enrich(entry=filters("LeadSource", "NotEqualTo", "'Web'")),
        f"high/medium {FLOW}:4",
    ),
    "where it is blank or something else": (
        enrich(
            entry=filters("LeadSource", "IsNull", "true") + filters("Status", "EqualTo", "'Open'") + tag("filterLogic", "or")
        ),
        f"high/medium {FLOW}:4",
    ),
    "after the save, through the record": (
        enrich(
            sets("LeadSource", "'Web'").replace("</assignments>", edge("connector", "Save") + "</assignments>"),
            AFTER,
            trigger="RecordAfterSave",
        ),
        f"high/high {FLOW}:4",
    ),
    "after the save, in the update itself": (
        enrich(
            node(
                "recordUpdates",
                "Set",
                tag("inputReference", "$Record"),
                INPUT,
            ),
            trigger="RecordAfterSave",
        ),
        f"high/high {FLOW}:4",
    ),
    "from the result of an action": (
        enrich(
            node(
                "actionCalls",
                "Set",
                tag("actionName", "Score"),
                tag("actionType", "apex"),
                f"<outputParameters>{tag('assignToReference', '$Record.LeadSource')}{tag('name', 'source')}</outputParameters>",
            )
        ),
        f"high/high {FLOW}:4",
    ),
    "on a scheduled path": (
        {
            FLOW: flow(
                ACTIVE,
                start(
                    f"<scheduledPaths>{tag('name', 'Later')}{edge('connector', 'Set')}</scheduledPaths>",
                    object_="Lead",
                    trigger="RecordAfterSave",
                    on="Update",
                ),
                node(
                    "recordUpdates",
                    "Set",
                    tag("inputReference", "$Record"),
                    INPUT,
                ),
            )
        },
        f"high/high {FLOW}:4",
    ),
    "in a subflow": (
        enrich(node("subflows", "Call", tag("flowName", "Sub"), "<inputAssignments><name>lead</name>" + value("$Record") + "</inputAssignments>"), to="Call", trigger="RecordAfterSave")
        | {
            "flows/Sub.flow-meta.xml": flow(
                ACTIVE,
                start(to="Set"),
                f"<variables>{tag('name', 'lead')}{tag('dataType', 'SObject')}{tag('objectType', 'Lead')}{tag('isInput', 'true')}</variables>",
                sets("lead.LeadSource", "'Web'").replace("</assignments>", edge("connector", "Save") + "</assignments>"),
                node("recordUpdates", "Save", tag("inputReference", "lead")),
            )
        },
        "high/medium flows/Sub.flow-meta.xml:5",
    ),
    "a copy of Lead Source, which may have changed": (
        FIRST | enrich(sets("First_Touch_Source__c", "$Record.LeadSource")),
        f"high/high {FLOW}:4",
    ),
    "with what a formula makes of other fields": (
        enrich(
            sets("LeadSource", "Source"),
            f"<formulas>{tag('name', 'Source')}{tag('expression', 'IF(ISBLANK({!$Record.LeadSource}), &quot;A&quot;, &quot;B&quot;)')}</formulas>",
        ),
        f"high/high {FLOW}:4",
    ),
    "where a field of a later touch is empty": (
        field("Lead.UTM_Source__c") | enrich(entry=filters("UTM_Source__c", "IsNull", "true")),
        f"high/medium {FLOW}:4",
    ),
    "after the save, by the Id": (
        enrich(
            node("recordUpdates", "Set", filters("Id", "EqualTo", "$Record.Id"), INPUT, tag("object", "Lead")),
            trigger="RecordAfterSave",
        ),
        f"high/high {FLOW}:4",
    ),
    "of an opportunity": (
        enrich(owner="Opportunity"),
        f"high/high {FLOW}:4",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("files", "grade"), LOUD.values(), ids=LOUD)
def test_flows_that_overwrite(files: Files, grade: str) -> None:
    assert grades(files) == [grade]


def formula(text: str) -> str:
    return f"<formulas>{tag('name', 'F')}{tag('dataType', 'String')}{tag('expression', text)}</formulas>"


def gate(*conditions: str) -> Files:
    return enrich(
        node("decisions", "Ask", outcome("Yes", *conditions, to="Set")), sets("LeadSource", "'Web'"), to="Ask"
    )


QUIET: dict[str, Files] = {
    "on creation only": enrich(on="Create"),
    "on creation only, by a formula": enrich(entry=tag("filterFormula", "ISNEW()")),
    "behind a decision that asks whether it is new": enrich(
        node("decisions", "Ask", outcome("Yes", condition("IsNew", "EqualTo", "true"), to="Set")),
        sets("LeadSource", "'Web'"),
        f"<formulas>{tag('name', 'IsNew')}{tag('dataType', 'Boolean')}{tag('expression', 'ISNEW()')}</formulas>",
        to="Ask",
    ),
    "behind a decision that asks for the record from before": gate(condition("$Record__Prior", "IsNull", "true")),
    "where it is null, by the entry conditions": enrich(entry=filters("LeadSource", "IsNull", "true")),
    "where it is blank, by an entry formula": enrich(entry=tag("filterFormula", "ISBLANK(TEXT({!$Record.LeadSource}))")),
    "where it is blank, by a decision": gate(condition("$Record.LeadSource", "IsBlank", "true")),
    "where it is the empty text": gate(condition("$Record.LeadSource", "EqualTo", "$GlobalConstant.EmptyString")),
    "where it was blank before": gate(condition("$Record__Prior.LeadSource", "IsNull", "true")),
    "where it is the other outcome of a decision": enrich(
        node("decisions", "Ask", outcome("Has", condition("$Record.LeadSource", "IsNull", "false")), default="Set"),
        sets("LeadSource", "'Web'"),
        to="Ask",
    ),
    "where one named value is replaced": gate(condition("$Record.LeadSource", "EqualTo", "'Other'")),
    "by BLANKVALUE": enrich(sets("LeadSource", "F"), formula("BLANKVALUE({!$Record.LeadSource}, &quot;Web&quot;)")),
    "by IF and ISBLANK": enrich(
        sets("LeadSource", "F"),
        formula("IF(ISBLANK(TEXT({!$Record.LeadSource})), &quot;Web&quot;, TEXT({!$Record.LeadSource}))"),
    ),
    "with its own value, tidied": enrich(sets("LeadSource", "F"), formula("TRIM(TEXT({!$Record.LeadSource}))")),
    "with the value from before": enrich(sets("LeadSource", "$Record__Prior.LeadSource"), on="Update"),
    "with the custom first touch": FIRST | enrich(sets("LeadSource", "$Record.First_Touch_Source__c")),
    "something is added": enrich(sets("LeadSource", "'; Web'", operator="Add")),
    "a draft": enrich(status=tag("status", "Draft")),
    "an obsolete version": enrich(status=tag("status", "Obsolete")),
    "a field that is no first touch": field("Lead.UTM_Source__c") | enrich(sets("UTM_Source__c", "'x'")),
    "the latest touch": field("Lead.Last_Touch_Source__c") | enrich(sets("Last_Touch_Source__c", "'x'")),
    "after the save, and never saved": enrich(trigger="RecordAfterSave"),
    "another field of the touch is asked": FIRST
    | field("Lead.First_Touch_Date__c", type="Date")
    | enrich(
        sets("First_Touch_Source__c", "$Record.UTM__c"), entry=filters("First_Touch_Date__c", "IsNull", "true")
    ),
    "a validation rule refuses it": FIRST
    | enrich(sets("First_Touch_Source__c", "'x'"))
    | validation(
        "Lead.Keep", "AND(NOT(ISNEW()), ISCHANGED(First_Touch_Source__c), NOT(ISBLANK(PRIORVALUE(First_Touch_Source__c))))"
    ),
}  # fmt: skip


@pytest.mark.parametrize("files", QUIET.values(), ids=QUIET)
def test_flows_that_keep_the_first_touch(files: Files) -> None:
    assert said(check, files) == []


@pytest.mark.parametrize(
    "weak",
    [
        "AND(NOT(ISNEW()), ISCHANGED(First_Touch_Source__c), NOT($Permission.Bypass))",
        "ISBLANK(First_Touch_Source__c)",
    ],
)
def test_a_validation_rule_that_lets_some_through_keeps_nothing(weak: str) -> None:
    files = FIRST | enrich(sets("First_Touch_Source__c", "'x'")) | validation("Lead.Keep", weak)
    assert grades(files) == [f"high/high {FLOW}:4"]


def test_a_validation_rule_that_is_switched_off_keeps_nothing() -> None:
    rule_off = validation("Lead.Keep", "ISCHANGED(First_Touch_Source__c)", active=False)
    assert grades(FIRST | enrich(sets("First_Touch_Source__c", "'x'")) | rule_off) == [f"high/high {FLOW}:4"]


STAND_IN = (
    f"<variables>{tag('name', 'lead')}{tag('dataType', 'SObject')}{tag('objectType', 'Lead')}</variables>",
    node(
        "assignments",
        "Set",
        f"<assignmentItems>{tag('assignToReference', 'lead.Id')}{tag('operator', 'Assign')}{value('$Record.Id')}</assignmentItems>",
        f"<assignmentItems>{tag('assignToReference', 'lead.LeadSource')}{tag('operator', 'Assign')}{WEB_VALUE}</assignmentItems>",
        to="Save",
    ),
    node("recordUpdates", "Save", tag("inputReference", "lead")),
)


def test_a_variable_with_the_records_own_id_is_the_record() -> None:
    assert said(check, enrich(*STAND_IN, trigger="RecordAfterSave", on="Create")) == []
    assert grades(enrich(*STAND_IN, trigger="RecordAfterSave", on="Update")) == [f"high/high {FLOW}:5"]


# Other flows

GET = node("recordLookups", "Get", tag("object", "Lead"), tag("getFirstRecordOnly", "true"), to="Set")
GET_BLANK = GET.replace("<object>", filters("LeadSource", "IsNull", "true") + "<object>")
SAVE = node("recordUpdates", "Save", tag("inputReference", "Get"))
SET_FOUND = sets("Get.LeadSource", "'Web'").replace(
    "</assignments>", edge("connector", "Save") + "</assignments>"
)


def called(*blocks: str, first: str = "Get") -> Files:
    """An autolaunched flow that somebody or something calls; its blocks start on line 4."""
    return {FLOW: flow(ACTIVE, start(to=first), *blocks)}


def test_a_flow_that_updates_what_it_looked_up_is_less_grave() -> None:
    assert said(check, called(GET, SET_FOUND, SAVE)) == [
        f"medium/medium {FLOW}:5 Flow Enrich (on update) sets Lead.LeadSource {LATER}"
    ]


def test_an_update_by_filters() -> None:
    inner = INPUT
    by_email = node("recordUpdates", "Set", filters("Email", "EqualTo", "Mail"), inner, tag("object", "Lead"))
    assert grades(called(by_email, first="Set")) == [f"medium/medium {FLOW}:4"]
    blank = by_email.replace("<filters>", filters("LeadSource", "IsNull", "true") + "<filters>", 1)
    assert said(check, called(blank, first="Set")) == []


SCREEN = "<screens><name>Ask</name><fields><name>Source</name><dataType>String</dataType><fieldType>InputField</fieldType></fields>{}</screens>"
CALLED_QUIET: dict[str, Files] = {
    "the lookup asks for blank ones": called(GET_BLANK, SET_FOUND, SAVE),
    "a decision asks": called(
        GET.replace("<targetReference>Set", "<targetReference>Ask"),
        node("decisions", "Ask", outcome("Blank", condition("Get.LeadSource", "IsNull", "true"), to="Set")),
        SET_FOUND,
        SAVE,
    ),
    "it creates a lead": called(
        node("recordCreates", "Set", INPUT, tag("object", "Lead")),
        first="Set",
    ),
    "a variable that gets what the user has chosen": called(
        SCREEN.format(edge("connector", "Keep")),
        node(
            "assignments",
            "Keep",
            f"<assignmentItems>{tag('assignToReference', 'Kept')}{tag('operator', 'Assign')}{value('Source')}</assignmentItems>",
            to="Get",
        ),
        f"<variables>{tag('name', 'Kept')}{tag('dataType', 'String')}</variables>",
        GET,
        SET_FOUND.replace("<stringValue>Web</stringValue>", "<elementReference>Kept</elementReference>"),
        SAVE,
        first="Ask",
    ),
    "the user has just chosen it": called(
        SCREEN.format(edge("connector", "Get")),
        GET,
        SET_FOUND.replace("<stringValue>Web</stringValue>", "<elementReference>Source</elementReference>"),
        SAVE,
        first="Ask",
    ),
}  # fmt: skip


@pytest.mark.parametrize("files", CALLED_QUIET.values(), ids=CALLED_QUIET)
def test_other_flows_that_keep_it(files: Files) -> None:
    assert said(check, files) == []


# Triggers

LOOP = "for (Lead l : Trigger.new) { %s }"


@pytest.mark.parametrize(
    ("body", "grade"),
    [
        (LOOP % "l.LeadSource = 'Web';", "high/high"),
        (LOOP % "if (l.Rating == 'Hot') { l.LeadSource = 'Web'; }", "high/medium"),
        (LOOP % "if (l.LeadSource != 'Web') { l.LeadSource = 'Web'; }", "high/medium"),
        (LOOP % "if (l.LeadSource == null || l.UTM__c != null) { l.LeadSource = 'Web'; }", "high/medium"),
        (LOOP % "if (!String.isBlank(l.LeadSource)) { l.LeadSource = 'Web'; }", "high/medium"),
        (LOOP % "l.put('LeadSource', 'Web');", "high/high"),
        (LOOP % "l.LeadSource = l.LeadSource == null ? 'Web' : 'Other';", "high/high"),
        (LOOP % "Contact old = m.get(l.Id); l.LeadSource = sources.get(l.Id);", "high/high"),
    ],
)
def test_triggers_that_overwrite(body: str, grade: str) -> None:
    assert said(check, trigger(body)) == [
        f"{grade} triggers/T.trigger:2 Before trigger T (on update) sets Lead.LeadSource {LATER}"
    ]


TRIGGERS: dict[str, Files] = {
    "before insert": trigger(LOOP % "l.LeadSource = 'Web';", "before insert"),
    "on the event of creation": trigger(
        "if (Trigger.isInsert) { " + LOOP % "l.LeadSource = 'Web';" + " }", "before insert, before update"
    ),
    "where it is null": trigger(LOOP % "if (l.LeadSource == null) { l.LeadSource = 'Web'; }"),
    "where it is blank": trigger(LOOP % "if (String.isBlank(l.LeadSource)) l.LeadSource = 'Web';"),
    "where it was null before": trigger(
        LOOP % "if (Trigger.oldMap.get(l.Id).LeadSource == null) { l.LeadSource = 'Web'; }"
    ),
    "behind a way out": trigger(LOOP % "if (l.LeadSource != null) { continue; } l.LeadSource = 'Web';"),
    "in the other branch": trigger(
        LOOP % "if (String.isNotBlank(l.LeadSource)) { l.X__c = 1; } else { l.LeadSource = 'Web'; }"
    ),
    "with a question kept in a variable": trigger(
        LOOP % "Boolean empty = String.isBlank(l.LeadSource); if (empty && l.UTM__c != null) { l.LeadSource = 'Web'; }"
    ),
    "with the value from before": trigger(LOOP % "l.LeadSource = Trigger.oldMap.get(l.Id).LeadSource;"),
    "with the value of the old record": trigger(
        LOOP % "Lead old = Trigger.oldMap.get(l.Id); l.LeadSource = old.LeadSource;"
    ),
    "by a ternary that keeps it": trigger(LOOP % "l.LeadSource = l.LeadSource == null ? 'Web' : l.LeadSource;"),
    "in a handler that asks": trigger("Svc.run(Trigger.new);")
    | cls("Svc", "public static void run(List<Lead> all) { for (Lead l : all) { if (l.LeadSource == null) { l.LeadSource = 'Web'; } } }"),
    "for a caller that asks": trigger(LOOP % "if (l.LeadSource == null) { Svc.one(l); }")
    | cls("Svc", "public static void one(Lead l) { l.LeadSource = 'Web'; }"),
    "of another object's field": trigger(LOOP % "l.LeadSource = 'Web';", owner="Lead_Log__c").copy()
    | {"triggers/T.trigger": "trigger T on Lead_Log__c (before update) {\nfor (Lead_Log__c l : Trigger.new) { l.LeadSource = 'Web'; }\n}\n"},
}  # fmt: skip


@pytest.mark.parametrize("files", TRIGGERS.values(), ids=TRIGGERS)
def test_triggers_that_keep_it(files: Files) -> None:
    assert said(check, files) == []


def test_a_handler_is_followed_and_told() -> None:
    files = trigger("Svc.run(Trigger.new);") | cls(
        "Svc", "public static void run(List<Lead> all) {\nfor (Lead l : all) { l.LeadSource = 'Web'; } }"
    )
    assert said(check, files) == [
        f"high/high classes/Svc.cls:3 Before trigger T (on update) sets Lead.LeadSource {LATER}"
    ]
    assert evidence(check, files) == [
        "triggers/T.trigger:1 before trigger T on Lead",
        "triggers/T.trigger:2 T calls Svc.run",
        "classes/Svc.cls:3 Svc.run sets Lead.LeadSource",
    ]


# Other Apex


@pytest.mark.parametrize(
    "body",
    [
        "static void m(List<Lead> all) {\nfor (Lead l : all) { l.LeadSource = 'Web'; } update all; }",
        "static void m() { List<Lead> done = new List<Lead>();\nfor (Lead l : [SELECT Id FROM Lead]) { l.LeadSource = 'Web'; done.add(l); } update done; }",
        "static void m(Id i) {\nupdate new Lead(Id = i, LeadSource = 'Web'); }",
        "static void m(String mail) {\nLead l = new Lead(Email__c = mail, LeadSource = 'Web'); upsert l Email__c; }",
        "static void m(Lead l) {\nl.LeadSource = 'Web'; Database.update(l, false); }",
        "static void m() { List<Lead> all = [SELECT Id FROM Lead WHERE X__c = 1 OR LeadSource = null];\nfor (Lead l : all) { l.LeadSource = 'Web'; } update all; }",
        "static void m() { List<Lead> all = [SELECT Id FROM Lead WHERE LeadSource != 'Web'];\nfor (Lead l : all) { l.LeadSource = 'Web'; } update all; }",
    ],
)
def test_apex_that_updates_or_upserts_is_less_grave(body: str) -> None:
    [line] = said(check, cls("Import", body))
    assert line.startswith("medium/medium classes/Import.cls:3 Apex Import.m (on ")
    assert line.endswith(f"sets Lead.LeadSource {LATER}")


APEX = {
    "it inserts": "static void m() { Lead l = new Lead(LeadSource = 'Web'); insert l; }",
    "it inserts, then updates the same record": "static void m() { Lead l = new Lead(); l.LeadSource = 'Web'; insert l; l.X__c = 1; update l; }",
    "it inserts one and updates another": "static void m(Lead other) { Lead l = new Lead(LeadSource = 'Web'); insert l; other.X__c = 1; update other; }",
    "the query asks for blank ones": "static void m() { for (Lead l : [SELECT Id FROM Lead WHERE LeadSource = null]) { l.LeadSource = 'Web'; update l; } }",
    "the query asks for named values": "static void m() { List<Lead> all = [SELECT Id FROM Lead WHERE X__c = :y AND LeadSource = 'Temp'];\nfor (Lead l : all) { l.LeadSource = 'Web'; } update all; }",
    "the query asks for some values": "static void m() { List<Lead> all;\nall = [SELECT Id FROM Lead WHERE LeadSource IN ('A', 'B')]; for (Lead l : all) { l.LeadSource = 'Web'; } update all; }",
    "it asks": "static void m(Lead l) { if (l.LeadSource == null) { l.LeadSource = 'Web'; } update l; }",
    "it saves nothing": "static void m(Lead l) { l.LeadSource = 'Web'; }",
}


@pytest.mark.parametrize("body", APEX.values(), ids=APEX)
def test_apex_that_keeps_it(body: str) -> None:
    assert said(check, cls("Import", body)) == []


def test_tests_may_do_what_they_like() -> None:
    body = "@isTest static void m(Lead l) { l.LeadSource = 'Web'; update l; }"
    assert said(check, {"classes/T.cls": f"@isTest\nprivate class T {{\n{body}\n}}\n"}) == []


# Workflow

RULE = f"high/high workflows/Lead.workflow-meta.xml:2 Workflow rule R (on creation and update) sets Lead.LeadSource {LATER}"


def test_a_workflow_rule() -> None:
    files = workflow(update("Set_Source", "LeadSource", literal="Web"), rule("Set_Source"))
    assert said(check, files) == [RULE]
    assert evidence(check, files) == [
        "workflows/Lead.workflow-meta.xml:3 workflow rule R",
        "workflows/Lead.workflow-meta.xml:2 Set_Source sets Lead.LeadSource to Web",
    ]


U = update("U", "LeadSource", literal="Web")


@pytest.mark.parametrize(
    "files",
    [
        workflow(U, rule("U", criterion("Lead.Status", "equals", "Open"))),
        workflow(U, rule("U", criterion("Lead.LeadSource", "notEqual", "Web"))),
        workflow(U, rule("U", tag("formula", "ISCHANGED(UTM__c)"))),
        workflow(U, rule("U", tag("formula", "OR(ISBLANK(TEXT(LeadSource)), ISCHANGED(UTM__c))"))),
    ],
)
def test_rules_with_other_conditions(files: Files) -> None:
    assert said(check, files) == [RULE.replace("high/high", "high/medium")]


def test_an_update_that_empties_it() -> None:
    files = workflow(update("U", "LeadSource", operation="Null"), rule("U"))
    assert evidence(check, files)[1] == "workflows/Lead.workflow-meta.xml:2 U empties Lead.LeadSource"


WORKFLOW: dict[str, Files] = {
    "on creation": workflow(U, rule("U", on="onCreateOnly")),
    "not active": workflow(U, rule("U", active=False)),
    "no rule does it": workflow(U),
    "where it is empty": workflow(U, rule("U", criterion("Lead.LeadSource", "equals", ""))),
    "where it is empty, and more": workflow(
        U,
        rule(
            "U",
            tag("booleanFilter", "1 AND (2 OR 3)"),
            criterion("Lead.LeadSource", "equals", ""),
            criterion("Lead.Status", "equals", "Open"),
            criterion("Lead.Rating", "equals", "Hot"),
        ),
    ),
    "where a formula asks": workflow(U, rule("U", tag("formula", 'ISPICKVAL(LeadSource, "")'))),
    "where a formula asks what was before": workflow(
        U, rule("U", tag("formula", "ISBLANK(PRIORVALUE(LeadSource))"))
    ),
    "where a formula asks whether it is new": workflow(U, rule("U", tag("formula", "ISNEW()"))),
    "with a formula that keeps it": FIRST
    | workflow(
        update(
            "U",
            "First_Touch_Source__c",
            formula='IF(ISBLANK(First_Touch_Source__c), "Web", First_Touch_Source__c)',
        ),
        rule("U"),
    ),
    "with the value from before": FIRST
    | workflow(update("U", "First_Touch_Source__c", formula="PRIORVALUE(First_Touch_Source__c)"), rule("U")),
    "of another object": workflow(U, rule("U"), owner="Case"),
}


@pytest.mark.parametrize("files", WORKFLOW.values(), ids=WORKFLOW)
def test_rules_that_keep_it(files: Files) -> None:
    assert said(check, files) == []


# Policy, and Lead Source that another field keeps


def test_the_policy_names_first_touches() -> None:
    files = field("Lead.Erstkontakt__c") | enrich(sets("Erstkontakt__c", "'x'"), on="Update")
    assert said(check, files) == []
    assert said(check, files, policy("{first_touch: [Erst*]}")) == [
        f"high/high {FLOW}:4 Before-save flow Enrich (on update) sets Lead.Erstkontakt__c {LATER}"
    ]


KEPT = {
    "flows/Keep.flow-meta.xml": flow(
        ACTIVE,
        start(to="Set", object_="Lead", trigger="RecordBeforeSave", on="Create"),
        sets("First_Touch_Source__c", "$Record.LeadSource"),
    )
}


def test_another_field_keeps_the_first_lead_source() -> None:
    assert said(check, FIRST, KEPT, enrich()) == [
        WEB.replace("high/high", "low/high") + " Lead.First_Touch_Source__c keeps its first value."
    ]


def test_a_field_that_follows_lead_source_keeps_nothing() -> None:
    follows = {
        "flows/Keep.flow-meta.xml": KEPT["flows/Keep.flow-meta.xml"].replace(">Create<", ">CreateAndUpdate<")
    }
    assert grades(FIRST, follows, enrich()) == [f"high/high {FLOW}:4", "high/high flows/Keep.flow-meta.xml:4"]


def test_a_process() -> None:
    files = {
        FLOW: xml(
            "Flow",
            tag("processType", "Workflow"),
            tag("status", "Active"),
            "<processMetadataValues><name>ObjectType</name><value><stringValue>Lead</stringValue></value></processMetadataValues>",
            "<processMetadataValues><name>TriggerType</name><value><stringValue>onAllChanges</stringValue></value></processMetadataValues>",
            f"<startElementReference>{'Set'}</startElementReference>",
            f"<variables>{tag('name', 'myVariable_current')}{tag('dataType', 'SObject')}{tag('objectType', 'Lead')}</variables>",
            node(
                "recordUpdates",
                "Set",
                filters("Id", "EqualTo", "myVariable_current.Id"),
                INPUT,
                tag("object", "Lead"),
            ),
        )
    }
    assert said(check, files) == [
        f"high/high {FLOW}:8 Process Enrich (on creation and update) sets Lead.LeadSource {LATER}"
    ]


def test_apex_behind_a_trigger_is_as_grave_as_the_trigger() -> None:
    body = (
        "public static void run(List<Task> all) { List<Lead> found = [SELECT Id FROM Lead];\n"
        "for (Lead l : found) { l.LeadSource = 'Call'; } update found; }"
    )
    files = trigger("Svc.run(Trigger.new);", "after insert", owner="Task") | cls("Svc", body)
    assert said(check, files) == [
        f"high/medium classes/Svc.cls:3 Apex Svc.run (on update) sets Lead.LeadSource {LATER}"
    ]
    assert evidence(check, files) == [
        "triggers/T.trigger:1 after-trigger T on Task leads to Svc.run",
        "classes/Svc.cls:3 Svc.run sets Lead.LeadSource",
        "classes/Svc.cls:3 the record is saved",
    ]


def test_what_a_trigger_on_new_records_updates_is_these_records() -> None:
    body = (
        "public static void run(List<Lead> fresh) { List<Lead> all = [SELECT Id FROM Lead WHERE Id IN :fresh];\n"
        "for (Lead l : all) { l.LeadSource = 'Web'; } update all; }"
    )
    assert said(check, trigger("Svc.run(Trigger.new);", "after insert"), cls("Svc", body)) == []
    assert grades(trigger("Svc.run(Trigger.new);", "after update"), cls("Svc", body)) == [
        "high/medium classes/Svc.cls:3"
    ]
