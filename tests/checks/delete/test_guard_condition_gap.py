from __future__ import annotations

import pytest

from sfgov_checks.delete.guard_condition_gap import guard_condition_gap as check
from tests.delete_orgs import (
    DELETES,
    STOP,
    Files,
    bundle,
    entry,
    evidence,
    found,
    guard_trigger,
    mdapi,
    switch,
)
from tests.flow_xml import ACTIVE, before_delete, condition, filters, flow, node, rule, tag, value, xml

FLOW = "flows/Guard.flow-meta.xml"
FIELD = "objects/Invoice__c/fields/Status__c.field-meta.xml"
BILLING = bundle("permissionsets", "Billing", entry("Invoice__c", *DELETES))


def status(*values: str, field: str = "Status__c") -> Files:
    inner = "".join(f"<value><fullName>{one}</fullName></value>" for one in values)
    holder = f"<valueSet><valueSetDefinition>{inner}</valueSetDefinition></valueSet>"
    text = xml("CustomField", tag("fullName", field), tag("type", "Picklist"), holder)
    return {f"objects/Invoice__c/fields/{field}.field-meta.xml": text}


def by_filter(*inner: str, name: str = "Guard", status: str = ACTIVE) -> Files:
    return {f"flows/{name}.flow-meta.xml": flow(STOP, before_delete("Stop", *inner), status)}


def by_decision(*rules: str, name: str = "Guard", extra: str = "", **edges: str) -> Files:
    blocks = [STOP, node("decisions", "Ask", *rules, **edges), before_delete("Ask"), ACTIVE]
    return {f"flows/{name}.flow-meta.xml": flow(*blocks, *([extra] if extra else []))}


VALUES = status("Draft", "Posted", "Paid")
PAID = filters("Status__c", "EqualTo", "'Paid'")


# -- found


def test_the_entry_criteria_name_one_final_value_of_two() -> None:
    assert found(by_filter(PAID) | VALUES | BILLING, check) == [
        f"medium/high {FLOW}:3 Guard stops deletes of Invoice__c where Status__c is Paid, but it can also be Posted, and "
        "then nothing does. 1 permission set (Billing) can delete Invoice__c."
    ]
    assert evidence(by_filter(PAID) | VALUES | BILLING, check) == [
        f"{FLOW}:3 runs before some Invoice__c is deleted",
        f"{FLOW}:3 only where Status__c EqualTo Paid",
        f"{FLOW}:2 stops the delete",
        f"{FIELD}:3 the values of Invoice__c.Status__c",
        "permissionsets/Billing.permissionset-meta.xml:2 Billing grants allowDelete on Invoice__c",
    ]


def test_a_decision_in_a_metadata_retrieve() -> None:
    rules = rule("Paid", condition("$Record.Status__c", "EqualTo", "'Paid'"), to="Stop")
    inside = "<fields>\n<fullName>Status__c</fullName>\n<type>Picklist</type><picklist><picklistValues><fullName>Paid</fullName></picklistValues><picklistValues><fullName>Closed</fullName></picklistValues></picklist></fields>"
    files = mdapi(by_decision(rules) | BILLING) | {"objects/Invoice__c.object": xml("CustomObject", inside)}
    assert found(files, check) == [
        "medium/high flows/Guard.flow:3 Guard stops deletes of Invoice__c where Status__c is Paid, but it can also be "
        "Closed, and then nothing does. 1 permission set (Billing) can delete Invoice__c."
    ]


def test_the_allowing_outcome_comes_first() -> None:
    """The first outcome that holds is taken, so Posted never comes to the second one."""
    free = rule("Free", condition("$Record.Status__c", "EqualTo", "'Posted'"))
    rest = rule("Rest", condition("$Record.Status__c", "NotEqualTo", "'Draft'"), to="Stop")
    [message] = found(by_decision(free, rest) | VALUES | BILLING, check)
    assert "where Status__c is Paid, but it can also be Posted" in message


def test_conditions_joined_by_hand() -> None:
    logic = (
        "<rules><name>R</name><conditionLogic>1 AND (2 OR 3)</conditionLogic>"
        + condition("$Record.Amount__c", "GreaterThan", "0")
        + condition("$Record.Status__c", "EqualTo", "'Paid'")
        + condition("$Record.Status__c", "EqualTo", "'Settled'")
        + "<connector><targetReference>Stop</targetReference></connector></rules>"
    )
    files = by_decision(logic) | status("Draft", "Paid", "Settled", "Shipped") | BILLING
    [message] = found(files, check)
    assert "where Status__c is Paid or Settled, but it can also be Shipped" in message


def test_a_formula_asks() -> None:
    formula = "<formulas><name>IsPaid</name><dataType>Boolean</dataType><expression>ISPICKVAL({!$Record.Status__c}, &quot;Paid&quot;)</expression></formulas>"
    rules = rule("Paid", condition("IsPaid", "EqualTo", "true"), to="Stop")
    [message] = found(by_decision(rules, extra=formula) | VALUES | BILLING, check)
    assert "where Status__c is Paid, but it can also be Posted" in message


def test_an_entry_formula_asks() -> None:
    formula = tag("filterFormula", "AND({!$Record.Open__c}, TEXT({!$Record.Status__c}) = 'Paid')")
    [message] = found(by_filter(formula) | VALUES | BILLING, check)
    assert message.startswith(
        f"medium/high {FLOW}:3 Guard stops deletes of Invoice__c where Status__c is Paid, but"
    )


def test_values_of_a_global_value_set() -> None:
    field = xml(
        "CustomField",
        tag("fullName", "Status__c"),
        tag("type", "Picklist"),
        "<valueSet><valueSetName>States</valueSetName></valueSet>",
    )
    values = xml(
        "GlobalValueSet",
        *(
            f"<customValue><fullName>{one}</fullName><isActive>{on}</isActive></customValue>"
            for one, on in (("Draft", "true"), ("Paid", "true"), ("Posted", "true"), ("Signed", "false"))
        ),
    )
    files = {FIELD: field, "globalValueSets/States.globalValueSet-meta.xml": values}
    assert evidence(by_filter(PAID) | files | BILLING, check)[3] == (
        "globalValueSets/States.globalValueSet-meta.xml:1 the values of Invoice__c.Status__c"
    )


def test_values_of_a_standard_value_set() -> None:
    guard = {
        path: text.replace("Invoice__c", "Opportunity")
        for path, text in by_filter(filters("StageName", "EqualTo", "'Closed Won'")).items()
    }
    stages = xml(
        "StandardValueSet",
        *(
            f"<standardValue><fullName>{one}</fullName></standardValue>"
            for one in ("New", "Closed Won", "Closed Lost")
        ),
    )
    files = guard | {"standardValueSets/OpportunityStage.standardValueSet-meta.xml": stages}
    [message] = found(files | bundle("profiles", "Sales", entry("Opportunity", *DELETES)), check)
    assert "where StageName is Closed Won, but it can also be Closed Lost" in message


def test_the_policy_says_that_it_depends_on_the_data() -> None:
    policy = {"sfgov.yml": 'delete:\n  conditional:\n    Invoice__c: {unless: "posted or paid"}\n'}
    [message] = found(by_filter(PAID) | VALUES | BILLING | policy, check)
    assert message.startswith("high/high ")


# -- near misses


def test_drafts_are_meant_to_be_deletable() -> None:
    draft = filters("Status__c", "NotEqualTo", "'Draft'")
    assert found(by_filter(draft) | VALUES | BILLING, check) == []


def test_a_second_guard_stops_the_rest() -> None:
    posted = by_filter(filters("Status__c", "EqualTo", "'Posted'"), name="Second")
    assert found(by_filter(PAID) | posted | VALUES | BILLING, check) == []


def test_a_second_guard_that_sleeps_stops_nothing() -> None:
    posted = by_filter(
        filters("Status__c", "EqualTo", "'Posted'"), name="Second", status=tag("status", "Draft")
    )
    assert len(found(by_filter(PAID) | posted | VALUES | BILLING, check)) == 1


def test_what_a_trigger_asks_is_not_known() -> None:
    trigger = guard_trigger(
        "for (Invoice__c i : Trigger.old) { if (i.Locked__c) { i.addError('no'); } }", "Invoice__c"
    )
    assert found(by_filter(PAID) | trigger | VALUES | BILLING, check) == []


@pytest.mark.parametrize("name", ["Draft", "Not Paid", "In Progress", "Pending Approved", "To be signed"])
def test_other_values_do_not_look_final(name: str) -> None:
    assert found(by_filter(PAID) | status("Paid", name) | BILLING, check) == []


def test_a_condition_that_any_value_can_meet() -> None:
    """`Locked or Paid`: a posted invoice that is locked is stopped, so the guard knows of it."""
    either = tag("filterLogic", "or") + filters("Locked__c", "EqualTo", "true") + PAID
    assert found(by_filter(either) | VALUES | BILLING, check) == []


def test_a_guard_that_does_not_ask_for_the_picklist() -> None:
    assert found(by_filter(filters("Locked__c", "EqualTo", "true")) | VALUES | BILLING, check) == []


def test_a_checkbox_has_no_values_to_forget() -> None:
    checkbox = {
        "objects/Invoice__c/fields/Posted__c.field-meta.xml": xml(
            "CustomField", tag("fullName", "Posted__c"), tag("type", "Checkbox")
        )
    }
    assert found(by_filter(filters("Posted__c", "EqualTo", "true")) | checkbox | BILLING, check) == []


def test_only_administrators_can_delete() -> None:
    admin = bundle("profiles", "Admin", switch("userPermissions", "ModifyAllData"))
    assert found(by_filter(PAID) | VALUES | admin, check) == []


def test_a_constant_is_what_it_says() -> None:
    constant = f"<constants><name>DONE</name><dataType>String</dataType>{value(chr(39) + 'Posted' + chr(39))}</constants>"
    rules = rule(
        "Done",
        condition("$Record.Status__c", "EqualTo", "DONE"),
        condition("$Record.Status__c", "EqualTo", "'Paid'"),
        to="Stop",
    ).replace(">and<", ">or<")
    assert found(by_decision(rules, extra=constant) | VALUES | BILLING, check) == []
