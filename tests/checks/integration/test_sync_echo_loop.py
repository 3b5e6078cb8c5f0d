from __future__ import annotations

import pytest

from sfgov.result import Result
from sfgov.testing import lint
from sfgov_checks.integration.sync_echo_loop import sync_echo_loop
from tests.access_orgs import on, policy, profile
from tests.flow_xml import ACTIVE, condition, filters, flow, node, rule, start, tag, value, xml
from tests.sync_orgs import Files, cls, job, member, relay, some, trigger

ERP = policy("systems:\n  - {name: ERP, principal: Sync, master_of: {Account: [Limit__c]}}\n")
LISTED = policy("principals:\n  integration: {profiles: [ERP Sync]}\n")
PRINCIPAL = profile("ERP Sync", on("Account", "allowRead", "allowEdit"))
ENQUEUE = trigger("System.enqueueJob(new ErpPush());")
PUSH = job("ErpPush")


def found(*files: Files) -> list[Result]:
    return lint(some(*files), sync_echo_loop)


def said(*files: Files) -> list[str]:
    return [f"{r.severity}/{r.confidence} {r.path}:{r.line} {r.message}" for r in found(*files)]


def story(*files: Files) -> list[str]:
    (result,) = found(*files)
    return [f"{step.path.rpartition('/')[2]}:{step.line} {step.message}" for step in result.evidence]


def tells(event: str, *inner: str, object_: str = "Account", extra: tuple[str, ...] = ()) -> Files:
    """An after-save flow that publishes an event; its node is line 4."""
    begins = start(*inner, to="Tell", object_=object_, trigger="RecordAfterSave", on="Update")
    text = flow(ACTIVE, begins, node("recordCreates", "Tell", tag("object", event)), *extra)
    return {"flows/F.flow-meta.xml": text}


LOOP = " without asking where it came from: an echo loop."


# A declared system


def test_a_job_that_sends_to_the_same_system() -> None:
    assert said(ERP, ENQUEUE, PUSH) == [
        "high/high triggers/T.trigger:2 ERP writes Account, and trigger T calls out with each change" + LOOP
    ]
    assert story(ERP, ENQUEUE, PUSH) == [
        "sfgov.yml:2 ERP writes Account: it is declared master of it",
        "T.trigger:1 trigger T on Account",
        "T.trigger:2 T starts ErpPush",
        "ErpPush.cls:3 callout",
    ]


def test_another_system_is_a_guess() -> None:
    routes = [trigger("System.enqueueJob(new RoutePlan());"), job("RoutePlan", "new Http().send(r);")]
    assert [r.confidence for r in found(ERP, *routes)] == ["low"]


def test_flows_workflow_and_change_events() -> None:
    assert said(ERP, tells("ERP_Account__e")) == [
        "high/high flows/F.flow-meta.xml:4 ERP writes Account, and flow F publishes ERP_Account__e about each change"
        + LOOP
    ]
    message = f"<outboundMessages>{tag('fullName', 'Tell')}{tag('endpointUrl', 'https://erp.example/in')}</outboundMessages>"
    sends = f"<rules>{tag('fullName', 'R')}<actions>{tag('name', 'Tell')}{tag('type', 'OutboundMessage')}</actions>{tag('active', 'true')}</rules>"
    files = {"workflows/Account.workflow-meta.xml": xml("Workflow", message, sends)}
    assert said(ERP, files) == [
        "high/high workflows/Account.workflow-meta.xml:3 ERP writes Account, and workflow rule R sends an outbound message "
        "about each change" + LOOP
    ]
    channel = [member(), relay()]
    assert story(ERP, trigger("Integer i;"), *channel)[1:] == [
        "ChangeEvents_AccountChangeEvent.platformEventChannelMember-meta.xml:3 ChangeEvents carries changes of Account",
        "ERP.eventRelay-meta.xml:2 relay ERP sends it outside",
    ]


def test_a_callout_action_of_a_flow_on_an_asynchronous_path() -> None:
    later = "<scheduledPaths><connector><targetReference>Act</targetReference></connector><pathType>AsyncAfterCommit</pathType></scheduledPaths>"
    action = node("actionCalls", "Act", tag("actionName", "Erp.send"), tag("actionType", "externalService"))
    begins = start(later, object_="Account", trigger="RecordAfterSave", on="Update")
    files = {"src/flows/F.flow": flow(ACTIVE, begins, action)}
    assert [(r.path, r.line, r.confidence) for r in found(ERP, files)] == [("src/flows/F.flow", 4, "high")]


def test_changes_of_a_field_that_the_system_owns() -> None:
    body = "for (Account a : Trigger.new) { if (a.Limit__c != Trigger.oldMap.get(a.Id).Limit__c) { ids.add(a.Id); } }"
    files = trigger(f"{body}\nSystem.enqueueJob(new ErpPush());")
    assert [r.line for r in found(ERP, files, PUSH)] == [3]


# Services, events and principals


def test_a_web_service_that_speaks_of_the_same_system() -> None:
    service = cls(
        "ErpInbound", "@HttpPost", "global static void put(List<Account> all) {", "upsert all;", "}"
    )
    assert said(service, ENQUEUE, PUSH) == [
        "high/low triggers/T.trigger:2 Web service ErpInbound saves Account, and trigger T calls out with each change"
        + LOOP
    ]
    capitals = cls(
        "ERP_Inbound", "@HttpPost", "global static void put(List<Account> all) {", "upsert all;", "}"
    )
    to_erp = [trigger("System.enqueueJob(new ERP_Push());"), job("ERP_Push")]
    assert [r.confidence for r in found(capitals, *to_erp)] == ["medium"]


def test_an_event_that_is_published_again() -> None:
    receives = trigger("update new Account(Status__c = x);", "Account_Changed__e", "after insert", "Receive")
    assert said(receives, tells("Account_Changed__e")) == [
        "high/high flows/F.flow-meta.xml:4 Trigger Receive on Account_Changed__e saves Account, and flow F publishes "
        "Account_Changed__e about each change" + LOOP
    ]
    publishes = trigger("EventBus.publish(new Account_Changed__e());")
    assert [r.path for r in found(receives, publishes)] == ["triggers/T.trigger"]
    flows = {
        "flows/R.flow-meta.xml": flow(
            ACTIVE, start(to="Up", object_="Account_Changed__e", trigger="PlatformEvent"),
            node("recordUpdates", "Up", tag("object", "Account")),
        )
    }  # fmt: skip
    assert [r.confidence for r in found(flows, publishes)] == ["high"]


def test_a_listed_integration() -> None:
    assert said(LISTED, PRINCIPAL, ENQUEUE, PUSH) == [
        "high/medium triggers/T.trigger:2 ERP Sync may write Account, and trigger T calls out with each change"
        + LOOP
    ]


GUARDED = "if ({0}) {{ System.enqueueJob(new ErpPush()); }}"
ASKS = [
    "UserInfo.getUserId() != integrationUser",
    "!FeatureManagement.checkPermission('Is_ERP')",
    "a.Last_Modified_By_System__c != 'ERP'",
    "a.Source__c != 'ERP'",
    "a.Sync_Origin__c == null",
    "!TriggerControl.isBypassed('Account')",
    "Sync_Settings__c.getInstance().Enabled__c",
    "a.LastModifiedById != erp",
    "a.Name != old.Name",
    "a.Rating != Trigger.oldMap.get(a.Id).Rating",
]


@pytest.mark.parametrize("condition_", ASKS)
def test_apex_that_asks(condition_: str) -> None:
    assert found(ERP, trigger(GUARDED.format(condition_)), PUSH) == []


def test_code_that_asks_elsewhere_on_the_way() -> None:
    handler = cls(
        "Handler", "static void run(List<Account> all) {",
        "for (Account a : all) { if (a.Source__c == 'ERP') { continue; } ids.add(a.Id); }",
        "System.enqueueJob(new ErpPush());", "}",
    )  # fmt: skip
    assert found(ERP, trigger("Handler.run(Trigger.new);"), handler, PUSH) == []
    asking = job(
        "ErpPush",
        "List<Account> a = [SELECT Id FROM Account WHERE LastModifiedById != :me]; new Http().send(r);",
    )
    assert found(ERP, ENQUEUE, asking) == []


FORMULA = "<filterFormula>NOT($Permission.Is_ERP)</filterFormula>"
DECIDES = node("decisions", "Ask", rule("Yes", condition("$User.Username", "NotEqualTo", "'erp'"), to="Tell"))
QUIET = {
    "another field declared, and only that one asked for": [
        tells("ERP_Account__e", filters("Name", "IsChanged", "true")),
    ],
    "a filter on the origin": [tells("ERP_Account__e", filters("Source__c", "NotEqualTo", "'ERP'"))],
    "a formula that asks for a permission": [tells("ERP_Account__e", FORMULA)],
    "a decision about the user": [tells("ERP_Account__e", extra=(DECIDES,))],
    "another object": [trigger("System.enqueueJob(new ErpPush());", "Lead"), PUSH],
    "nothing that leaves": [trigger("update new Contact();")],
    "a relay that is stopped": [trigger("Integer i;"), member(), relay(state="STOP")],
    "a draft": [{"flows/F.flow-meta.xml": tells("ERP_Account__e")["flows/F.flow-meta.xml"].replace("Active", "Draft")}],
    "deletes alone": [trigger("System.enqueueJob(new ErpPush());", events="after delete"), PUSH],
}  # fmt: skip


@pytest.mark.parametrize("files", QUIET.values(), ids=QUIET)
def test_quiet(files: list[Files]) -> None:
    assert said(ERP, *files) == []


NOTHING_COMES_IN = {
    "nothing writes from outside": [ENQUEUE, PUSH],
    "a service of another system": [
        cls("ShopInbound", "@HttpPost", "global static void put(List<Account> all) {", "upsert all;", "}"),
        ENQUEUE, PUSH,
    ],
    "a principal that may only read": [LISTED, profile("ERP Sync", on("Account", "allowRead")), ENQUEUE, PUSH],
    "an event that brings what the sender does not ask for": [
        trigger("update new Account(Status__c = 'Done');", "Account_Changed__e", "after insert", "Receive"),
        tells("Account_Changed__e", filters("Status__c", "EqualTo", "'New'")),
    ],
    "an event whose receiver sets fields that are not asked for": [
        {"flows/R.flow-meta.xml": flow(
            ACTIVE, start(to="Up", object_="Account_Changed__e", trigger="PlatformEvent"),
            node("recordUpdates", "Up", tag("object", "Account"), f"<inputAssignments>{tag('field', 'Rating')}{value('x')}</inputAssignments>"))},
        tells("Account_Changed__e", filters("Name", "IsChanged", "true")) | {},
    ],
}  # fmt: skip


@pytest.mark.parametrize("files", NOTHING_COMES_IN.values(), ids=NOTHING_COMES_IN)
def test_nothing_comes_back(files: list[Files]) -> None:
    assert said(*files) == []
