from __future__ import annotations

import pytest

from sfgov_checks.delete.guard_is_really_a_permission import guard_is_really_a_permission
from tests.delete_orgs import (
    BLOCK_POSTED,
    POSTED,
    STOP,
    Files,
    administrator,
    always_guard,
    deleter,
    found,
    guard_trigger,
    line_guard,
)
from tests.flow_xml import ACTIVE, before_delete, condition, filters, flow, node, rule, tag, xml

FLOW = "flows/Block_All.flow-meta.xml"


def asking(left: str, operator: str = "EqualTo", right: str = "true") -> Files:
    ask = node("decisions", "Ask", rule("Yes", condition(left, operator, right), to="Stop"))
    return {FLOW: flow(STOP, ask, before_delete("Ask"), ACTIVE)}


def test_a_flow_that_blocks_everyone() -> None:
    assert found(always_guard() | deleter(), guard_is_really_a_permission) == [
        f"medium/high {FLOW}:3 Block_All blocks every delete of Invoice__c: that is an access rule, "
        "yet delete is granted to 1 permission set (Sales)."
    ]


@pytest.mark.parametrize(
    ("left", "operator", "right"),
    [
        ("$Profile.Name", "NotEqualTo", "'System Administrator'"),
        ("$Permission.May_Delete", "EqualTo", "false"),
        ("$User.Department", "EqualTo", "'Sales'"),
    ],
)
def test_a_flow_that_asks_only_who_the_user_is(left: str, operator: str, right: str) -> None:
    [message] = found(asking(left, operator, right) | deleter(), guard_is_really_a_permission)
    assert "Block_All blocks deletes of Invoice__c, asking only who the user is" in message


def test_a_trigger_that_blocks_everyone() -> None:
    body = "for (Invoice__c one : Trigger.old) { one.addError('Never.'); }"
    [message] = found(guard_trigger(body, "Invoice__c") | deleter(), guard_is_really_a_permission)
    assert message.startswith("medium/high triggers/Guard.trigger:1 Guard blocks every delete of Invoice__c")


def test_a_trigger_that_asks_only_who_the_user_is() -> None:
    body = (
        "if (!FeatureManagement.checkPermission('May_Delete')) {\n"
        "for (Invoice__c one : Trigger.old) { one.addError('Never.'); } }"
    )
    [message] = found(guard_trigger(body, "Invoice__c") | deleter(), guard_is_really_a_permission)
    assert "asking only who the user is" in message


EVERY_ROUND = {
    "numbers up to the size": "for (Integer i = 0; i < Trigger.size; i++) { Trigger.old[i].addError('Never.'); }",
    "numbers up to the size of the list": (
        "for (Integer i = 0, n = Trigger.old.size(); i < n; i++) { Trigger.old.get(i).addError('Never.'); }"
    ),
    "Ids": "for (Id one : Trigger.oldMap.keySet()) { Trigger.oldMap.get(one).addError('Never.'); }",
    "the values of the map": "for (Invoice__c one : Trigger.oldMap.values()) { one.addError('Never.'); }",
    "another name for the list": (
        "List<Invoice__c> gone = (List<Invoice__c>) Trigger.old;\n"
        "for (Invoice__c one : gone) { one.addError('Never.'); }"
    ),
    "no loop": "Trigger.old[0].addError('Never.');",
}


@pytest.mark.parametrize("body", EVERY_ROUND.values(), ids=EVERY_ROUND)
def test_a_trigger_that_goes_over_what_is_deleted_in_another_way(body: str) -> None:
    [message] = found(guard_trigger(body, "Invoice__c") | deleter(), guard_is_really_a_permission)
    assert "Guard blocks every delete of Invoice__c" in message


def test_profiles_from_a_setting_and_a_handler_that_counts() -> None:
    body = (
        "Set<Id> admins = Settings.ids();\n"
        "if (!admins.contains(UserInfo.getProfileId())) { Handler.stop(Trigger.old); }"
    )
    handler = {
        "classes/Handler.cls": (
            "public class Handler {\n"
            "public static void stop(List<Invoice__c> gone) {\n"
            "for (Integer i = 0; i < gone.size(); i++) { gone[i].addError('No.'); }\n"
            "}\n}\n"
        )
    }
    [message] = found(guard_trigger(body, "Invoice__c") | handler | deleter(), guard_is_really_a_permission)
    assert "asking only who the user is" in message


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(
            guard_trigger(
                "List<Line__c> lines = [SELECT Invoice__c FROM Line__c WHERE Invoice__c IN :Trigger.old];\n"
                "for (Integer i = 0; i < lines.size(); i++) {"
                " Trigger.oldMap.get(lines[i].Invoice__c).addError('has lines'); }",
                "Invoice__c",
            )
            | deleter(),
            id="numbers up to the size of another list",
        ),
        pytest.param(always_guard() | deleter(can=False), id="nobody is granted delete"),
        pytest.param(always_guard() | administrator(), id="only administrators, whose right cannot be taken"),
        pytest.param(always_guard(status=tag("status", "Obsolete")) | deleter(), id="the flow is not live"),
        pytest.param(line_guard(object_="Invoice__c") | deleter(), id="a condition on the record"),
        pytest.param(
            asking("$Record.Owner:User.ProfileId", right="'00e'") | deleter(), id="the owner is the record's"
        ),
        pytest.param(
            {FLOW: flow(STOP, before_delete("Stop", filters("Posted__c", "EqualTo", "true")), ACTIVE)}
            | deleter(),
            id="an entry condition",
        ),
        pytest.param(
            {FLOW: flow(STOP, node("decisions", "Ask", POSTED), before_delete("Ask"), ACTIVE)} | deleter(),
            id="a decision on the record",
        ),
        pytest.param(
            guard_trigger(BLOCK_POSTED) | deleter("Invoice_Line__c"), id="a trigger that asks the record"
        ),
        pytest.param(
            guard_trigger(
                "for (Line__c l : [SELECT Invoice__c FROM Line__c WHERE Invoice__c IN :Trigger.oldMap.keySet()]) {"
                " Trigger.oldMap.get(l.Invoice__c).addError('has lines'); }",
                "Invoice__c",
            )
            | deleter(),
            id="a trigger that asks for children",
        ),
        pytest.param(
            guard_trigger(
                "if (Trigger.isInsert) { for (Invoice__c one : Trigger.new) { one.addError('x'); } }",
                "Invoice__c",
                "before insert, before delete",
            )
            | deleter(),
            id="an error in another event",
        ),
    ],
)
def test_quiet(files: Files) -> None:
    assert found(files, guard_is_really_a_permission) == []


def test_mdapi_format() -> None:
    files = {
        "package.xml": xml("Package", tag("version", "62.0")),
        "flows/Block_All.flow": always_guard()[FLOW],
        "permissionsets/Sales.permissionset": deleter()["permissionsets/Sales.permissionset-meta.xml"],
    }
    [message] = found(files, guard_is_really_a_permission)
    assert message.startswith(
        "medium/high flows/Block_All.flow:3 Block_All blocks every delete of Invoice__c"
    )
