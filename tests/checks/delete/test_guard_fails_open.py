from __future__ import annotations

import pytest

from sfgov_checks.delete.guard_fails_open import guard_fails_open as check
from tests.delete_orgs import STOP, Files, evidence, found, guard_trigger, line_guard, mdapi
from tests.flow_xml import ACTIVE, before_delete, condition, filters, flow, node, rule, tag

FLOW = "flows/Guard.flow-meta.xml"
POSTED = node("decisions", "Ask", rule("Yes", condition("Get.Posted__c", "EqualTo", "true"), to="Stop"))
OWN = node("decisions", "Ask", rule("Yes", condition("$Record.Posted__c", "EqualTo", "true"), to="Stop"))
PARENT = filters("Id", "EqualTo", "$Record.Deal__c")
LOG = node("recordCreates", "Log", tag("object", "Error__c"))
ONE = "<getFirstRecordOnly>true</getFirstRecordOnly>"


def get(*inner: str, name: str = "Get", to: str = "Ask", fault: str = "Log") -> str:
    return node("recordLookups", name, tag("object", "Deal__c"), *inner, to=to, fault=fault)


def guard(*blocks: str, first: str = "Get", status: str = ACTIVE) -> Files:
    """The flow `Guard`: a Custom Error on line 2, these blocks from line 3 on."""
    return {FLOW: flow(STOP, *blocks, before_delete(first), status)}


# -- fault paths


def test_a_lookup_whose_fault_path_logs_and_ends() -> None:
    files = guard(POSTED, get(PARENT, ONE), LOG)
    assert found(files, check) == [
        f"high/high {FLOW}:4 If Get fails, Guard takes the fault path Log and ends without an error, so the Invoice__c is "
        "deleted."
    ]
    assert evidence(files, check)[-2:] == [
        f"{FLOW}:4 if Get fails, the flow goes on to Log",
        f"{FLOW}:5 Log ends the flow without an error",
    ]


def test_an_action_and_a_longer_fault_path_in_a_metadata_retrieve() -> None:
    act = node(
        "actionCalls", "Check_Erp", tag("actionName", "Erp"), tag("actionType", "apex"), to="Ask", fault="Log"
    )
    log = node("recordCreates", "Log", tag("object", "Error__c"), to="Tell")
    tell = node("assignments", "Tell")
    [message] = found(mdapi(guard(OWN, act, log, tell, first="Check_Erp")), check)
    assert message.startswith(
        "high/high flows/Guard.flow:4 If Check_Erp fails, Guard takes the fault path Log → Tell and"
    )


def test_work_between_the_question_and_the_error() -> None:
    ask = node("decisions", "Ask", rule("Yes", condition("$Record.Posted__c", "EqualTo", "true"), to="Tell"))
    tell = node("recordCreates", "Tell", tag("object", "Task"), to="Stop", fault="Log")
    [message] = found(guard(ask, tell, LOG, first="Ask"), check)
    assert "If Tell fails, Guard takes the fault path Log" in message


def test_two_elements_of_one_guard_are_one_finding() -> None:
    files = guard(POSTED, get(PARENT, ONE), get(PARENT, ONE, name="First", to="Get"), LOG, first="First")
    [message] = found(files, check)
    assert "If First and Get fails" in message


def test_a_fault_path_on_which_only_some_ways_end_in_an_error() -> None:
    known = node(
        "decisions", "Known", rule("Yes", condition("$Flow.FaultMessage", "Contains", "'LOCK'"), to="Stop")
    )
    [message] = found(guard(POSTED, get(PARENT, ONE, fault="Known"), known), check)
    assert "takes the fault path Known and ends" in message


def test_a_fault_path_that_comes_back_to_a_question_about_what_was_not_found() -> None:
    log = node("recordCreates", "Log", tag("object", "Error__c"), to="goto:Ask")
    [message] = found(guard(POSTED, get(PARENT, ONE), log), check)
    assert "takes the fault path Log → Ask and ends" in message


# -- near misses


def test_without_a_fault_path_the_delete_is_rolled_back() -> None:
    assert found(guard(POSTED, get(PARENT, ONE, fault="")), check) == []


def test_the_fault_path_ends_in_an_error() -> None:
    log = node("recordCreates", "Log", tag("object", "Error__c"), to="Fail")
    fail = "<customErrors><name>Fail</name></customErrors>"
    assert found(guard(POSTED, get(PARENT, ONE), log, fail), check) == []


def test_the_fault_path_comes_back_to_a_question_about_the_record_itself() -> None:
    log = node("recordCreates", "Log", tag("object", "Error__c"), to="goto:Ask")
    assert found(guard(OWN, get(PARENT, ONE), log), check) == []


def test_what_is_cleaned_up_after_the_delete_is_allowed_may_fail() -> None:
    ask = node(
        "decisions",
        "Ask",
        rule("Yes", condition("$Record.Posted__c", "EqualTo", "true"), to="Stop"),
        default="Clean",
    )
    clean = node("recordDeletes", "Clean", tag("object", "Draft__c"), fault="Log")
    assert found(guard(ask, clean, LOG, first="Ask"), check) == []


def test_a_guard_that_sleeps_is_not_this_checks_concern() -> None:
    assert found(guard(POSTED, get(PARENT, ONE), LOG, status=tag("status", "Draft")), check) == []


def test_a_guard_that_looks_nothing_up() -> None:
    assert found(line_guard(), check) == []


# -- nothing found


PERIOD = filters("Start__c", "LessThanOrEqualTo", "$Record.Day__c")


def test_a_setting_or_a_period_that_is_not_there() -> None:
    files = guard(POSTED, get(PERIOD, ONE, fault=""))
    assert found(files, check) == [
        f"medium/medium {FLOW}:3 If Get finds no Deal__c, Guard lets the Invoice__c be deleted: Get.Posted__c is then "
        "empty, and nothing asks whether it was found."
    ]
    assert evidence(files, check)[-2:] == [
        f"{FLOW}:4 Get may find no Deal__c",
        f"{FLOW}:3 Get.Posted__c is then empty, and nothing asks for that",
    ]


def test_a_record_that_is_stored_in_a_variable() -> None:
    ask = node("decisions", "Ask", rule("Yes", condition("deal.Posted__c", "EqualTo", "true"), to="Stop"))
    assert len(found(guard(ask, get(PERIOD, tag("outputReference", "deal"), fault="")), check)) == 1


@pytest.mark.parametrize(
    "related",
    [
        pytest.param(PARENT, id="the record's parent"),
        pytest.param(filters("Invoice__c", "EqualTo", "$Record.Id"), id="its children"),
    ],
)
def test_what_belongs_to_the_record_may_be_missing(related: str) -> None:
    assert found(guard(POSTED, get(related, ONE, fault="")), check) == []


def test_the_flow_asks_whether_something_was_found() -> None:
    there = node("decisions", "There", rule("No", condition("Get", "IsNull", "true")), default="Ask")
    assert found(guard(POSTED, there, get(PERIOD, ONE, fault="", to="There")), check) == []


def test_the_allowing_outcome_is_the_one_that_needs_the_record() -> None:
    ask = node("decisions", "Ask", rule("Open", condition("Get.Open__c", "EqualTo", "true")), default="Stop")
    assert found(guard(ask, get(PERIOD, ONE, fault="")), check) == []


def test_a_list_is_looped_over_not_looked_into() -> None:
    many = "<getFirstRecordOnly>false</getFirstRecordOnly>"
    assert found(guard(POSTED, get(PERIOD, many, fault="")), check) == []


# -- triggers


def caught(catch: str, *before: str) -> Files:
    body = [
        "try {",
        *(before or ("Set<Id> used = new Map<Id, Use__c>([SELECT Id FROM Use__c]).keySet();",)),
        "for (Invoice__c i : Trigger.old) { if (used.contains(i.Id)) { i.addError('no'); } }",
        f"}} catch (Exception e) {{ {catch} }}",
    ]
    return guard_trigger("\n".join(body), "Invoice__c")


def test_a_trigger_that_catches_what_its_query_throws() -> None:
    files = caught("System.debug(e);")
    assert found(files, check) == [
        "high/high triggers/Guard.trigger:5 If something in it fails, delete guard Guard catches the exception and goes on "
        "without an error, so the Invoice__c is deleted."
    ]
    assert evidence(files, check)[-2:] == [
        "triggers/Guard.trigger:3 SOQL in Guard may fail",
        "triggers/Guard.trigger:5 catch (Exception e) goes on without an error",
    ]


def test_a_trigger_that_catches_what_its_handler_throws() -> None:
    handler = (
        "public class Handler {\n  public void run(List<Invoice__c> all) {\n    try {\n"
        "      List<Use__c> used = [SELECT Id FROM Use__c];\n      refuse(all);\n"
        "    } catch (QueryException e) { Log.write(e); }\n  }\n"
        "  void refuse(List<Invoice__c> all) { for (Invoice__c i : all) { i.addError('no'); } }\n}\n"
    )
    files = guard_trigger("new Handler().run(Trigger.old);", "Invoice__c") | {"classes/Handler.cls": handler}
    [message] = found(files, check)
    assert message.startswith("high/high classes/Handler.cls:6 ")


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(caught("throw e;"), id="thrown again"),
        pytest.param(caught("Trigger.old[0].addError(e.getMessage());"), id="an error all the same"),
        pytest.param(caught("System.debug(e);", "Set<Id> used = Uses.ids;"), id="nothing that can fail"),
        pytest.param(
            guard_trigger(
                "try { Log.write([SELECT Id FROM Use__c]); } catch (Exception e) { }\n"
                "for (Invoice__c i : Trigger.old) { if (i.Posted__c) { i.addError('no'); } }",
                "Invoice__c",
            ),
            id="another try",
        ),
    ],
)
def test_triggers_that_fail_closed(files: Files) -> None:
    assert found(files, check) == []
