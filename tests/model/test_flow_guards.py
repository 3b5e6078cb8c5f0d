from __future__ import annotations

from pathlib import Path

import pytest

from sfgov.model.flow_guards import FlowGuard, errors_on_faults_only, guards_by_flow
from tests.flow_xml import (
    ACTIVE,
    before_delete,
    condition,
    filters,
    flow,
    flows_of,
    node,
    rule,
    start,
    tag,
    value,
    xml,
)

FILE = "flows/Block.flow-meta.xml"
STOP = node(
    "customErrors",
    "Stop",
    "<customErrorMessages><errorMessage>Not  now.</errorMessage></customErrorMessages>",
)
PROFILE = condition("$Profile.Name", "NotEqualTo", "'System Administrator'")
PERMISSION = condition("$Permission.Delete_Invoices", "EqualTo", "false")
STATUS = condition("$Record.Status__c", "EqualTo", "'Paid'")


def decide(name: str, *conditions: str, yes: str = "", no: str = "") -> str:
    return node("decisions", name, rule("Yes", *conditions, to=yes), default=no)


def guards(tmp_path: Path, *blocks: str) -> list[FlowGuard]:
    return list(guards_by_flow(flows_of(tmp_path, {FILE: flow(*blocks, ACTIVE)})))


def kinds(tmp_path: Path, *blocks: str) -> list[str]:
    return [guard.kind for guard in guards(tmp_path, *blocks)]


@pytest.mark.parametrize("on", ["Delete", ""])
def test_an_unconditional_guard(tmp_path: Path, on: str) -> None:
    (guard,) = guards(
        tmp_path, start(to="Stop", object_="Invoice__c", trigger="RecordBeforeDelete", on=on), STOP
    )
    assert (guard.object, guard.flow.name, guard.live, guard.kind) == (
        "Invoice__c",
        "Block",
        True,
        "unconditional",
    )
    assert [error.name for error in guard.errors] == ["Stop"]
    assert (guard.fields, guard.reads, guard.veto) == (frozenset(), frozenset(), None)
    assert [(e.place.path, e.place.line, e.place.element, e.message) for e in guard.evidence] == [
        (FILE, 2, "start", "runs before any Invoice__c is deleted"),
        (FILE, 3, "Stop", "stops the delete: Not now."),
    ]


def test_evidence_of_a_guard_on_the_record(tmp_path: Path) -> None:
    (guard,) = guards(
        tmp_path,
        before_delete("Paid", "\n" + filters("Type__c", "EqualTo", "'Final'")),
        decide("Paid", "\n" + STATUS, yes="Stop"),
        STOP,
    )
    assert guard.kind == "record"
    assert guard.fields == {"type__c", "status__c"}
    assert [(e.place.line, e.place.element, e.message) for e in guard.evidence] == [
        (2, "start", "runs before some Invoice__c is deleted"),
        (3, "start.Type__c", "only where Type__c EqualTo Final"),
        (5, "Paid.Yes", "Paid decides by $Record.Status__c EqualTo Paid"),
        (6, "Stop", "stops the delete: Not now."),
    ]


@pytest.mark.parametrize("trigger", ["RecordBeforeSave", "RecordAfterSave", ""])
def test_an_error_in_another_flow_guards_no_delete(tmp_path: Path, trigger: str) -> None:
    assert guards(tmp_path, start(to="Stop", object_="Invoice__c", trigger=trigger), STOP) == []


def test_a_before_delete_flow_without_an_error_is_no_guard(tmp_path: Path) -> None:
    clean_up = node("recordDeletes", "Clean", tag("object", "Line__c"))
    assert guards(tmp_path, before_delete("Clean"), clean_up) == []


def test_an_error_that_is_not_reached_is_no_guard(tmp_path: Path) -> None:
    update = node("recordUpdates", "Set", tag("object", "Account"))
    assert guards(tmp_path, before_delete("Set"), update, STOP) == []
    assert guards(tmp_path, start(object_="Invoice__c", trigger="RecordBeforeDelete"), STOP) == []


def test_an_error_behind_a_fault_path_is_no_guard_and_is_told(tmp_path: Path) -> None:
    update = node("recordUpdates", "Set", tag("object", "Account"), fault="Stop")
    flows = flows_of(tmp_path, {FILE: flow(before_delete("Set"), update, STOP, ACTIVE)})
    assert guards_by_flow(flows) == ()
    (found,) = errors_on_faults_only(flows)
    assert (found.flow.name, [error.name for error in found.errors], found.kind) == (
        "Block",
        ["Stop"],
        "record",
    )


def test_an_error_on_both_paths_is_a_guard_only(tmp_path: Path) -> None:
    get = node("recordLookups", "Get", tag("object", "Case"), to="Stop", fault="Stop")
    flows = flows_of(tmp_path, {FILE: flow(before_delete("Get"), get, STOP, ACTIVE)})
    assert [guard.kind for guard in guards_by_flow(flows)] == ["unconditional"]
    assert errors_on_faults_only(flows) == ()


def test_faults_do_not_make_a_guard_conditional(tmp_path: Path) -> None:
    get = node("recordLookups", "Get", tag("object", "Case"), to="Stop", fault="Log")
    log = node("recordCreates", "Log", tag("object", "Log__c"))
    assert kinds(tmp_path, before_delete("Get"), get, log, STOP) == ["unconditional"]


IDENTITY = [
    PROFILE,
    PERMISSION,
    condition("$User.Department", "EqualTo", "'Sales'"),
    condition("$UserRole.Name", "EqualTo", "Constant"),
    condition("$Setup.Bypass__c.Deletes__c", "EqualTo", "false"),
    condition("$Organization.IsSandbox", "EqualTo", "$GlobalConstant.False"),
    condition("Is_Admin", "EqualTo", "false"),
    condition("Is_Clerk", "EqualTo", "true"),
    condition("$PROFILE.Name", "EqualTo", "$Label.Admin_Profile"),
]
DATA = [
    STATUS,
    condition("$User.Id", "EqualTo", "$Record.OwnerId"),
    condition("Get_Contract", "IsNull", "false"),
    condition("Get_Contract.Status", "EqualTo", "'Signed'"),
    condition("flag", "EqualTo", "true"),
    condition("Constant", "EqualTo", "'Clerk'"),
    condition("Is_Mine", "EqualTo", "true"),
    condition("Is_Late", "EqualTo", "true"),
    condition("Round_A", "EqualTo", "Round_B"),
    condition("Nothing_Known", "EqualTo", "true"),
    condition("$Flow.CurrentDate", "GreaterThan", "'2026-01-01'"),
]
RESOURCES = (
    node("constants", "Constant", tag("dataType", "String"), value("'Clerk'")),
    node("variables", "flag", tag("dataType", "Boolean"), value("true")),
    node("formulas", "Is_Admin", tag("expression", "{!$Profile.Name} = 'Admin {!$Record.Name}'")),
    node("formulas", "Is_Clerk", tag("expression", "NOT({!Is_Admin}) &amp;&amp; $User.Title = {!Constant}")),
    node("formulas", "Is_Mine", tag("expression", "{!Is_Admin} || {!$Record.OwnerId} = {!$User.Id}")),
    node(
        "formulas", "Is_Late", tag("expression", "{!$User.IsActive} &amp;&amp; TODAY() &gt; DATE(2026,1,1)")
    ),
    node("formulas", "Round_A", tag("expression", "{!Round_B}")),
    node("formulas", "Round_B", tag("expression", "{!Round_A}")),
)


@pytest.mark.parametrize(
    ("test", "kind"), [*((one, "identity") for one in IDENTITY), *((one, "record") for one in DATA)]
)
def test_what_a_condition_depends_on(tmp_path: Path, test: str, kind: str) -> None:
    get = node("recordLookups", "Get_Contract", tag("object", "Contract"), to="Ask")
    found = guards(
        tmp_path, before_delete("Get_Contract"), get, decide("Ask", test, yes="Stop"), STOP, *RESOURCES
    )
    assert [(guard.kind, sorted(guard.reads)) for guard in found] == [(kind, ["contract"])]


def test_all_conditions_count(tmp_path: Path) -> None:
    assert kinds(tmp_path, before_delete("Ask"), decide("Ask", PROFILE, STATUS, yes="Stop"), STOP) == [
        "record"
    ]
    assert kinds(tmp_path, before_delete("Ask"), decide("Ask", PROFILE, PERMISSION, yes="Stop"), STOP) == [
        "identity"
    ]


def test_an_outcome_without_conditions_is_not_known(tmp_path: Path) -> None:
    assert kinds(tmp_path, before_delete("Ask"), decide("Ask", yes="Stop"), STOP) == ["record"]


def test_an_inverted_decision(tmp_path: Path) -> None:
    assert kinds(tmp_path, before_delete("Ask"), decide("Ask", PERMISSION, no="Stop"), STOP) == ["identity"]
    assert kinds(tmp_path, before_delete("Ask"), decide("Ask", STATUS, no="Stop"), STOP) == ["record"]


def test_a_decision_whose_every_outcome_is_an_error_decides_nothing(tmp_path: Path) -> None:
    other = node("customErrors", "Stop_Too")
    (guard,) = guards(
        tmp_path, before_delete("Ask"), decide("Ask", STATUS, yes="Stop", no="Stop_Too"), STOP, other
    )
    assert guard.kind == "unconditional"
    assert sorted(error.name for error in guard.errors) == ["Stop", "Stop_Too"]
    assert [e.message for e in guard.evidence] == [
        "runs before any Invoice__c is deleted",
        "stops the delete",
        "stops the delete: Not now.",
    ]


def test_a_decision_before_an_inevitable_error_decides_nothing(tmp_path: Path) -> None:
    blocks = (
        decide("Which", STATUS, yes="A", no="B"),
        node("assignments", "A", to="Stop"),
        node("assignments", "B", to="Stop"),
    )
    assert kinds(tmp_path, before_delete("Which"), *blocks, STOP) == ["unconditional"]


def test_a_decision_whose_ways_meet_again_does_not_decide(tmp_path: Path) -> None:
    blocks = (
        decide("Which", STATUS, yes="Note", no="Who"),
        node("recordUpdates", "Note", tag("object", "Account"), to="Who"),
        decide("Who", PROFILE, yes="Stop"),
    )
    (guard,) = guards(tmp_path, before_delete("Which"), *blocks, STOP)
    assert guard.kind == "identity"
    assert guard.fields == frozenset()
    assert [e.place.element for e in guard.evidence] == ["start", "Who.Yes", "Stop"]


def test_a_decision_that_chooses_between_two_tests_decides(tmp_path: Path) -> None:
    blocks = (
        decide("Which", STATUS, yes="Who", no="Who_Else"),
        decide("Who", PROFILE, yes="Stop"),
        decide("Who_Else", PERMISSION, yes="Stop"),
    )
    assert kinds(tmp_path, before_delete("Which"), *blocks, STOP) == ["record"]


def test_a_decision_after_the_error_does_not_decide(tmp_path: Path) -> None:
    first = node("customErrors", "First", to="Which")
    blocks = (first, decide("Which", STATUS, yes="Stop"), STOP)
    assert kinds(tmp_path, before_delete("First"), *blocks) == ["unconditional"]


def test_an_error_in_a_loop_depends_on_the_records(tmp_path: Path) -> None:
    get = node("recordLookups", "Get", tag("object", "Line__c"), to="Each")
    each = node("loops", "Each", tag("collectionReference", "Get"), each="Stop", after="Done")
    (guard,) = guards(tmp_path, before_delete("Get"), get, each, STOP, node("assignments", "Done"))
    assert guard.kind == "record"
    assert [e.message for e in guard.evidence][1] == "whether it is stopped depends on Each"


def test_a_loop_before_the_test_does_not_decide(tmp_path: Path) -> None:
    blocks = (
        node("loops", "Each", each="Set", after="Who"),
        node("assignments", "Set", to="Each"),
        decide("Who", PROFILE, yes="Stop"),
    )
    assert kinds(tmp_path, before_delete("Each"), *blocks, STOP) == ["identity"]


def test_start_criteria(tmp_path: Path) -> None:
    field = filters("Status__c", "EqualTo", "'Paid'")
    assert kinds(tmp_path, before_delete("Stop", field), STOP) == ["record"]
    nothing = tag("filterLogic", "and") + "<filters><operator>EqualTo</operator></filters>"
    assert kinds(tmp_path, before_delete("Stop", nothing), STOP) == ["unconditional"]


@pytest.mark.parametrize(
    ("formula", "kind", "fields"),
    [
        ("{!$Profile.Name} &lt;&gt; 'Admin'", "identity", set()),
        ("NOT({!$Permission.Delete_Invoices})", "identity", set()),
        ("{!$Record.Account__r.Closed__c}", "record", {"account__r.closed__c"}),
        (
            "AND({!$Profile.Name} &lt;&gt; 'Admin', ISPICKVAL({!$Record.Status__c}, 'Paid'))",
            "record",
            {"status__c"},
        ),
        ("{!$User.IsActive} &amp;&amp; NOW() &gt; {!$User.Until__c}", "record", set()),
    ],
)
def test_start_formulas(tmp_path: Path, formula: str, kind: str, fields: set[str]) -> None:
    (guard,) = guards(tmp_path, before_delete("Stop", "\n" + tag("filterFormula", formula)), STOP)
    assert guard.kind == kind
    assert guard.fields == fields
    assert guard.evidence[1].place.line == 3
    assert guard.evidence[1].message.startswith("only where ")


def test_guards_that_are_not_live(tmp_path: Path) -> None:
    files = {
        "flows/A.flow-meta.xml": flow(before_delete("Stop"), STOP, tag("status", "Draft")),
        "flows/B.flow-meta.xml": flow(before_delete("Stop"), STOP),
    }
    found = guards_by_flow(flows_of(tmp_path, files))
    assert [(guard.flow.name, guard.live) for guard in found] == [("A", False), ("B", None)]


def test_two_flows_guard_one_object(tmp_path: Path) -> None:
    files = {f"flows/{n}.flow-meta.xml": flow(before_delete("Stop"), STOP, ACTIVE) for n in "ba"}
    assert [g.flow.name for g in guards_by_flow(flows_of(tmp_path, files))] == ["a", "b"]


def validation_rule(formula: str, active: str = "true") -> str:
    return xml(
        "ValidationRule",
        tag("fullName", "Block_Delete"),
        tag("active", active),
        tag("errorConditionFormula", formula),
        tag("errorMessage", "No."),
    )


RULE = "objects/Invoice__c/validationRules/Block_Delete.validationRule-meta.xml"
SET = f"<inputAssignments><field>Deleting__c</field>{value('true')}</inputAssignments>"
OWN = node("recordUpdates", "Mark", SET, tag("inputReference", "$Record"))
BY_ID = node(
    "recordUpdates", "Mark", SET, filters("Id", "EqualTo", "$Record.Id"), tag("object", "Invoice__c")
)
ASSIGNED = (
    "<assignments><name>Set</name><assignmentItems><assignToReference>$Record.Deleting__c</assignToReference>"
    f"<operator>Assign</operator>{value('true')}</assignmentItems><connector><targetReference>Mark</targetReference>"
    "</connector></assignments>"
) + node("recordUpdates", "Mark", tag("inputReference", "$Record"))


@pytest.mark.parametrize(
    ("first", "block", "formula", "kind"),
    [
        ("Mark", OWN, "Deleting__c", "unconditional"),
        ("Mark", BY_ID, "AND(deleting__c, TRUE)", "unconditional"),
        ("Set", ASSIGNED, "Deleting__c /* set by Status__c flow */", "unconditional"),
        ("Mark", OWN, "AND(Deleting__c, NOT(CONTAINS($Profile.Name, 'Admin Status__c')))", "identity"),
        ("Mark", OWN, "AND(Deleting__c, ISPICKVAL(Status__c, 'Paid'))", "record"),
        ("Mark", OWN, "AND(Deleting__c, Account__r.Closed__c)", "record"),
        ("Mark", OWN, "AND(Deleting__c, TODAY() &gt; Due__c)", "record"),
    ],
)
def test_a_guard_by_validation_rule(tmp_path: Path, first: str, block: str, formula: str, kind: str) -> None:
    files = {FILE: flow(before_delete(first), block, ACTIVE), RULE: validation_rule(formula)}
    (guard,) = guards_by_flow(flows_of(tmp_path, files))
    assert (guard.kind, [error.name for error in guard.errors]) == (kind, ["Mark"])
    assert guard.veto is not None
    assert guard.veto.rule.name == "Invoice__c.Block_Delete"
    assert [(e.place.path, e.place.line, e.message) for e in guard.evidence][1:] == [
        (FILE, 3, "updates the Invoice__c that is being deleted"),
        (RULE, 4, "validation rule Invoice__c.Block_Delete refuses that update, which stops the delete"),
    ]


def test_fields_of_a_guard_by_validation_rule(tmp_path: Path) -> None:
    formula = "AND(Deleting__c, ISPICKVAL(Status__c, 'Paid'), NOT($Permission.Delete_Invoices))"
    files = {FILE: flow(before_delete("Mark"), OWN, ACTIVE), RULE: validation_rule(formula)}
    (guard,) = guards_by_flow(flows_of(tmp_path, files))
    assert guard.fields == {"status__c"}


@pytest.mark.parametrize(
    ("block", "formula", "active"),
    [
        (OWN, "Deleting__c", "false"),
        (OWN, "Other_Deleting__c", "true"),
        (OWN, "'Deleting__c' = Name", "true"),
        (node("recordUpdates", "Mark", SET, tag("object", "Invoice__c")), "Deleting__c", "true"),
        (node("recordUpdates", "Mark", SET, tag("inputReference", "Get_Account")), "Deleting__c", "true"),
        (
            node("recordUpdates", "Mark", SET, tag("inputReference", "$Record"), fault="Log"),
            "Deleting__c",
            "true",
        ),
    ],
)
def test_updates_that_no_rule_refuses(tmp_path: Path, block: str, formula: str, active: str) -> None:
    log = node("recordCreates", "Log", tag("object", "Log__c"))
    files = {FILE: flow(before_delete("Mark"), block, log, ACTIVE), RULE: validation_rule(formula, active)}
    assert guards_by_flow(flows_of(tmp_path, files)) == ()


def test_a_validation_rule_of_another_object_refuses_nothing(tmp_path: Path) -> None:
    other = RULE.replace("Invoice__c", "Line__c")
    files = {FILE: flow(before_delete("Mark"), OWN, ACTIVE), other: validation_rule("Deleting__c")}
    assert guards_by_flow(flows_of(tmp_path, files)) == ()


def test_a_long_cyclic_guard(tmp_path: Path) -> None:
    blocks = [before_delete("D0")]
    for i in range(250):
        blocks += [
            decide(f"D{i}", PROFILE, yes=f"A{i}", no=f"D{i + 1}" if i < 249 else "Stop"),
            node("assignments", f"A{i}", to="goto:D0" if i % 2 else "Stop"),
        ]
    assert kinds(tmp_path, *blocks, STOP) == ["unconditional"]
