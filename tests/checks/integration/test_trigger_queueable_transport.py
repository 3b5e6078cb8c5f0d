from __future__ import annotations

import pytest

from sfgov.result import Result
from sfgov.testing import lint
from sfgov_checks.integration.trigger_queueable_transport import trigger_queueable_transport
from tests.flow_xml import ACTIVE, after_save, flow, node, tag, xml
from tests.sync_orgs import GET, POST, Files, cls, job, member, relay, some, trigger

ENQUEUE = trigger("System.enqueueJob(new Push(Trigger.new));")
OTHER = member("CaseChangeEvent")
"""A channel member of another object: channel members were retrieved."""


def found(*files: Files) -> list[Result]:
    return lint(some(*files), trigger_queueable_transport)


def said(*files: Files) -> list[str]:
    return [
        f"{r.severity}/{r.confidence} {r.path}:{r.line} {r.message}"
        for r in found(*files)
        if "nothing in the tree reads" not in r.message
    ]


def story(*files: Files) -> list[str]:
    (result,) = found(*files)
    return [f"{step.path.rpartition('/')[2]}:{step.line} {step.message}" for step in result.evidence]


def test_a_queueable_job() -> None:
    assert said(ENQUEUE, job(), OTHER) == [
        "medium/medium triggers/T.trigger:2 Trigger T sends changes of Account by Push, and Account has no Change Data "
        "Capture."
    ]
    assert story(ENQUEUE, job(), OTHER) == [
        "T.trigger:1 trigger T on Account",
        "T.trigger:2 T starts Push",
        "Push.cls:3 callout",
    ]


def test_channel_members_that_were_not_retrieved() -> None:
    assert said(ENQUEUE, job()) == [
        "medium/low triggers/T.trigger:2 Trigger T sends changes of Account by Push, and Account has no Change Data "
        "Capture in this tree."
    ]


def test_a_future_method_behind_a_handler_for_a_custom_object() -> None:
    files = [
        trigger("Handler.after(Trigger.new);", "Order__c", "after insert, after update"),
        cls("Handler", "static void after(List<Order__c> all) {", "Sender.push(JSON.serialize(all));", "}"),
        cls("Sender", "@future(callout=true)", "static void push(String body) {", "Client.call(body);", "}"),
        cls("Client", "static void call(String body) {", POST, "}"),
    ]
    assert said(*files, OTHER) == [
        "medium/medium classes/Handler.cls:3 Trigger T sends changes of Order__c by Sender.push, and Order__c has no "
        "Change Data Capture."
    ]
    assert story(*files, OTHER)[2:] == [
        "Handler.cls:3 Handler.after starts Sender.push",
        "Sender.cls:4 Sender.push calls Client.call",
        "Client.cls:3 callout",
    ]


def test_a_batch_job_and_a_job_in_a_variable() -> None:
    batch = cls(
        "Push",
        "public void execute(Database.BatchableContext c, List<Account> all) {", POST, "}",
        head="implements Database.Batchable<SObject>",
    )  # fmt: skip
    assert [r.line for r in found(trigger("Database.executeBatch(new Push(), 50);"), batch, OTHER)] == [2]
    variable = trigger("Push one = new Push();\nSystem.enqueueJob(one);")
    assert [r.line for r in found(variable, job(), OTHER)] == [3]


def test_change_events_that_a_relay_sends_as_well() -> None:
    assert said(ENQUEUE, job(), member(), relay()) == [
        "high/medium triggers/T.trigger:2 Trigger T sends changes of Account by Push, and its change events leave the org "
        "as well: each change is delivered twice."
    ]
    assert story(ENQUEUE, job(), member(), relay())[-2:] == [
        "ChangeEvents_AccountChangeEvent.platformEventChannelMember-meta.xml:3 ChangeEvents carries AccountChangeEvent",
        "ERP.eventRelay-meta.xml:2 relay ERP sends it outside",
    ]
    custom = [
        trigger("System.enqueueJob(new Push());", "Order__c"),
        job(),
        member("Order__ChangeEvent", "Orders__chn"),
    ]
    assert [r.severity for r in found(*custom, relay("Orders__chn"))] == ["high"]


def test_change_events_that_a_subscription_or_a_trigger_sends_as_well() -> None:
    subscription = xml(
        "ManagedEventSubscription", tag("state", "RUN"), tag("topicName", "/data/AccountChangeEvent")
    )
    files = {"managedEventSubscriptions/ERP.managedEventSubscription-meta.xml": subscription}
    assert story(ENQUEUE, job(), member(), files)[-1] == (
        "ERP.managedEventSubscription-meta.xml:3 subscription ERP receives it"
    )
    on_change = trigger(POST, "AccountChangeEvent", "after insert", "OnChange")
    assert story(ENQUEUE, job(), member(), on_change)[-1] == (
        "OnChange.trigger:1 trigger OnChange calls out with it"
    )


def test_change_events_of_which_no_reader_is_known() -> None:
    assert said(ENQUEUE, job(), member(), relay(state="STOP")) == [
        "high/low triggers/T.trigger:2 Trigger T sends changes of Account by Push, and ChangeEvents carries them too: "
        "whoever reads it gets each change twice."
    ]
    inside = trigger("Svc.run();", "AccountChangeEvent", "after insert", "OnChange")
    assert said(ENQUEUE, job(), member(), inside) == [
        "medium/medium triggers/T.trigger:2 Trigger T sends changes of Account by Push, although its changes are on "
        "ChangeEvents already."
    ]


def app(*scopes: str) -> Files:
    oauth = f"<oauthConfig>{''.join(tag('scopes', scope) for scope in scopes)}</oauthConfig>"
    return {"connectedApps/A.connectedApp-meta.xml": xml("ConnectedApp", oauth)}


def test_a_channel_that_nothing_reads() -> None:
    files = [member(), app("OpenID"), trigger("Integer i;")]
    assert [(r.severity, r.confidence, r.path.partition("/")[0], r.line) for r in found(*files)] == [
        ("low", "low", "platformEventChannelMembers", 3)
    ]
    for quiet in (
        [member(), app("Api")],
        [member()],
        [member(), app("OpenID"), relay()],
        [member(), app("OpenID"), trigger("Svc.run();", "AccountChangeEvent", "after insert")],
        [member(), app("OpenID"), {"sfgov.yml": "systems: [{name: ERP}]\n"}],
    ):
        assert found(*quiet) == []


QUIET = {
    "a job that only asks": [ENQUEUE, job(body=GET), OTHER],
    "a job without a callout": [ENQUEUE, job(body="update new Account();"), OTHER],
    "an object of which changes cannot be captured": [
        trigger("System.enqueueJob(new Push());", "ContentVersion"), job(), OTHER,
    ],
    "a callout in the trigger itself, which is another fault": [trigger(POST), OTHER],
    "a trigger on a change event": [trigger("System.enqueueJob(new Push());", "AccountChangeEvent", "after insert"), job(), OTHER],
    "an inactive trigger": [
        ENQUEUE, job(), OTHER, {"triggers/T.trigger-meta.xml": xml("ApexTrigger", tag("status", "Inactive"))},
    ],
    "only in tests": [trigger("if (Test.isRunningTest()) { System.enqueueJob(new Push()); }"), job(), OTHER],
    "a trigger on deletes alone": [trigger("System.enqueueJob(new Push());", events="after delete"), job(), OTHER],
    "a job that a controller starts": [
        cls("Ctl", "@AuraEnabled", "public static void go() {", "System.enqueueJob(new Push());", "}"), job(), OTHER,
    ],
    "a flow": [
        {"flows/F.flow-meta.xml": flow(ACTIVE, after_save("Act", "Account"), node("actionCalls", "Act", tag("actionName", "Act"), tag("actionType", "apex")))},
        cls("Act", "@InvocableMethod", "public static void run(List<Id> ids) {", "System.enqueueJob(new Push());", "}"),
        job(), OTHER,
    ],
}  # fmt: skip


@pytest.mark.parametrize("files", QUIET.values(), ids=QUIET)
def test_quiet(files: list[Files]) -> None:
    assert said(*files) == []
