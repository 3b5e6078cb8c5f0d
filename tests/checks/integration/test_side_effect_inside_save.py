from __future__ import annotations

import pytest

from sfgov.result import Result
from sfgov.testing import lint
from sfgov_checks.integration.side_effect_inside_save import side_effect_inside_save
from tests.flow_xml import ACTIVE, after_save, edge, flow, node, start, tag, xml

Files = dict[str, str]
CALL = "Http http = new Http(); http.send(new HttpRequest());"


def trigger(body: str, events: str = "after update") -> Files:
    """A trigger whose body is line 2."""
    return {"triggers/T.trigger": f"trigger T on Order ({events}) {{\n{body}\n}}\n"}


def cls(name: str, *lines: str, head: str = "") -> Files:
    """A class whose lines start on line 2."""
    body = "\n".join(lines)
    return {f"classes/{name}.cls": f"public class {name} {head} {{\n{body}\n}}\n"}


def found(*files: Files) -> list[Result]:
    return lint({path: text for some in files for path, text in some.items()}, side_effect_inside_save)


def said(*files: Files) -> list[str]:
    return [f"{r.severity}/{r.confidence} {r.path}:{r.line} {r.message}" for r in found(*files)]


def story(*files: Files) -> list[str]:
    (result,) = found(*files)
    return [f"{step.path.partition('/')[2]}:{step.line} {step.message}" for step in result.evidence]


SENDER = cls("Sender", "public static void send(List<Order> orders) {", CALL, "}")
SVC = cls("Svc", "public static void run(List<Order> orders) {", "Sender.send(orders);", "}")


# In a save


def test_a_callout_in_the_trigger_itself() -> None:
    assert said(trigger(CALL)) == [
        "high/high triggers/T.trigger:2 Trigger T makes a callout while a record is being saved."
    ]


def test_a_callout_behind_two_classes() -> None:
    files = [trigger("Svc.run(Trigger.new);"), SVC, SENDER]
    assert said(*files) == [
        "high/medium triggers/T.trigger:2 Trigger T makes a callout in Sender.send while a record is being saved."
    ]
    assert story(*files) == [
        "T.trigger:1 trigger T on Order",
        "T.trigger:2 T calls Svc.run",
        "Svc.cls:3 Svc.run calls Sender.send",
        "Sender.cls:3 callout",
    ]


ACTION = node("actionCalls", "Act", tag("actionName", "Act"), tag("actionType", "apex"))
INVOCABLE = cls(
    "Act", "@InvocableMethod", "public static void run(List<Id> ids) {", "Sender.send(null);", "}"
)


def test_a_flow_that_calls_out_through_a_subflow_and_an_action() -> None:
    files = {
        "flows/F.flow-meta.xml": flow(
            ACTIVE, after_save("Sub", "Order"), node("subflows", "Sub", tag("flowName", "S"))
        ),
        "flows/S.flow-meta.xml": flow(ACTIVE, start(to="Act"), ACTION),
    }
    assert said(files, INVOCABLE, SENDER) == [
        "high/medium flows/S.flow-meta.xml:4 Flow F makes a callout in Sender.send while a record is being saved."
    ]
    assert story(files, INVOCABLE, SENDER) == [
        "F.flow-meta.xml:3 after-save flow F on Order",
        "F.flow-meta.xml:4 flow F calls S",
        "S.flow-meta.xml:4 Act calls the Apex class Act",
        "Act.cls:3 the flow calls Act.run",
        "Act.cls:4 calls Sender.send",
        "Sender.cls:3 callout in Sender.send",
    ]


def test_a_flow_that_calls_an_external_service_in_mdapi_format() -> None:
    external = node("actionCalls", "Ask", tag("actionName", "Erp.get"), tag("actionType", "externalService"))
    files = {"src/flows/F.flow": flow(ACTIVE, after_save("Ask", "Order"), external)}
    assert said(files) == [
        "high/high src/flows/F.flow:4 Flow F makes a callout in Ask while a record is being saved."
    ]


def test_a_framework_that_switches_on_the_event() -> None:
    base = cls("Base", "public void run() {", "switch on Trigger.operationType {", "when AFTER_UPDATE { after(); } } }", "public virtual void after() { }", head="").popitem()[1]  # fmt: skip
    files = [
        {"classes/Base.cls": base.replace("public class", "public virtual class")},
        cls("Orders", "public override void after() {", "Sender.send(null);", "}", head="extends Base"),
        trigger("new Orders().run();"),
        SENDER,
    ]
    assert story(*files) == [
        "T.trigger:1 trigger T on Order",
        "T.trigger:2 T calls Base.run",
        "Base.cls:4 Base.run calls Orders.after",
        "Orders.cls:3 Orders.after calls Sender.send",
        "Sender.cls:3 callout",
    ]


# After DML


def test_a_controller_that_writes_and_then_calls_out() -> None:
    files = cls("Ctl", "@AuraEnabled", "public static void save(Order one) {", "update one;", CALL, "}")
    assert said(files) == [
        "high/high classes/Ctl.cls:5 Ctl.save makes a callout after it has written records in the same transaction."
    ]
    assert story(files) == ["Ctl.cls:4 DML", "Ctl.cls:5 callout"]


def test_both_behind_calls() -> None:
    files = [
        cls(
            "Ctl",
            "@AuraEnabled",
            "public static void save(Order one) {",
            "Dao.put(one);",
            "Sender.send(null);",
            "}",
        ),
        cls("Dao", "public static void put(Order one) {", "update one;", "}"),
        SENDER,
    ]
    assert story(*files) == [
        "Ctl.cls:4 Ctl.save calls Dao.put",
        "Dao.cls:3 DML",
        "Ctl.cls:5 Ctl.save calls Sender.send",
        "Sender.cls:3 callout",
    ]


def test_an_invocable_method_that_calls_out_under_a_condition_after_writing() -> None:
    files = cls("Act", "@InvocableMethod", "public static void run(List<Id> ids) {", "insert new Task();", f"if (flag) {{ {CALL} }}", "}")  # fmt: skip
    assert [r.line for r in found(files)] == [5]


# Unencrypted

HTTP = "HttpRequest r = new HttpRequest(); r.setEndpoint({0}); new Http().send(r);"


def credential(url: str) -> Files:
    """Its address is line 2."""
    text = xml("NamedCredential", tag("endpoint", url))
    return {"namedCredentials/ERP.namedCredential-meta.xml": text}


def test_a_callout_over_plain_http() -> None:
    files = trigger(HTTP.format("'http://erp.example/in'"))
    assert said(files) == [
        "critical/high triggers/T.trigger:2 Trigger T makes a callout while a record is being saved, and unencrypted."
    ]
    assert story(files)[-1] == "T.trigger:2 the address is http://erp.example"


def test_by_a_named_credential_that_leads_to_plain_http() -> None:
    files = [trigger("Svc.run();"), cls("Svc", "static void run() {", HTTP.format("'callout:ERP/in'"), "}")]
    assert [r.severity for r in found(*files, credential("http://erp.example"))] == ["critical"]
    assert story(*files, credential("http://erp.example"))[-2:] == [
        "Svc.cls:3 calls by the named credential ERP",
        "ERP.namedCredential-meta.xml:2 leads to http://erp.example",
    ]
    assert [r.severity for r in found(*files, credential("https://erp.example"))] == ["high"]
    assert [r.severity for r in found(*files)] == ["high"]


def test_a_remote_site_without_protocol_security_and_a_request_made_elsewhere() -> None:
    def site(off: str) -> Files:
        blocks = (tag("disableProtocolSecurity", off), tag("url", "https://erp.example"))
        return {"remoteSiteSettings/ERP.remoteSite-meta.xml": xml("RemoteSiteSetting", *blocks)}

    files = cls(
        "Ctl",
        "static HttpRequest ask() {",
        "HttpRequest r = new HttpRequest(); r.setEndpoint('https://erp.example/in'); return r; }",
        "@AuraEnabled public static void save(Order one) {",
        "update one;",
        "new Http().send(ask()); }",
    )
    assert said(files, site("true")) == [
        "critical/high classes/Ctl.cls:6 Ctl.save makes a callout after it has written records in the same transaction, "
        "and unencrypted."
    ]
    assert story(files, site("true"))[-2:] == [
        "Ctl.cls:3 the address is at erp.example",
        "ERP.remoteSite-meta.xml:2 remote site ERP switches protocol security off",
    ]
    assert [r.severity for r in found(files, site("false"))] == ["high"]


# Events


def event(behavior: str, name: str = "Shipped__e") -> Files:
    """Its publish behaviour is line 3."""
    return {
        f"objects/{name}/{name}.object-meta.xml": xml(
            "CustomObject", tag("label", "x"), tag("publishBehavior", behavior)
        )
    }


PUBLISH = "List<Shipped__e> all = new List<Shipped__e>(); EventBus.publish(all);"


def test_an_event_that_leaves_before_the_commit() -> None:
    files = [trigger(PUBLISH), event("PublishImmediately")]
    assert said(*files) == [
        "medium/high triggers/T.trigger:2 Trigger T publishes Shipped__e immediately, while the save that it tells of "
        "can still be rolled back."
    ]
    assert story(*files) == [
        "T.trigger:1 after-trigger T on Order",
        "T.trigger:2 publishes Shipped__e",
        "Shipped__e/Shipped__e.object-meta.xml:3 published immediately",
    ]


def test_a_flow_that_publishes_such_an_event() -> None:
    create = node("recordCreates", "Tell", tag("object", "Shipped__e"))
    files = {"flows/F.flow-meta.xml": flow(ACTIVE, after_save("Tell", "Order"), create)}
    assert [(r.path, r.line, r.severity) for r in found(files, event("PublishImmediately"))] == [
        ("flows/F.flow-meta.xml", 4, "medium")
    ]


JOB = cls("Job", "public void execute(QueueableContext c) {", CALL, "}", head="implements Queueable")
LATER = f"<scheduledPaths><name>Later</name>{edge('connector', 'Act')}</scheduledPaths>"
QUIET = {
    "one branch of a switch": [
        trigger("Svc.run();"),
        cls("Svc", "public static void run() {", "switch on how {", f"when REST {{ {CALL} }}", "when else { }", "} }"),
    ],
    "a job": [trigger("System.enqueueJob(new Job());"), JOB],
    "a future method": [
        trigger("Svc.run();"),
        cls("Svc", "@future(callout=true)", "public static void run() {", CALL, "}"),
    ],
    "code that asks whether it is asynchronous": [
        trigger("Svc.run();"),
        cls("Svc", "public static void run() {", f"if (System.isFuture()) {{ {CALL} }} else {{ later(); }}", "}"),
    ],
    "an inactive trigger": [
        trigger(CALL),
        {"triggers/T.trigger-meta.xml": xml("ApexTrigger", tag("status", "Inactive"))},
    ],
    "in tests alone": [trigger(f"if (Test.isRunningTest()) {{ {CALL} }}")],
    "a scheduled path": [
        {
            "flows/F.flow-meta.xml": flow(
                ACTIVE, start(LATER, object_="Order", trigger="RecordAfterSave"), ACTION
            )
        },
        INVOCABLE,
        SENDER,
    ],
    "a flow that a user starts": [
        {"flows/F.flow-meta.xml": flow(ACTIVE, tag("processType", "Flow"), start(to="Act"), ACTION)},
        INVOCABLE,
        SENDER,
    ],
    "a draft": [
        {"flows/F.flow-meta.xml": flow(tag("status", "Draft"), after_save("Act", "Order"), ACTION)},
        INVOCABLE,
        SENDER,
    ],
    "a callout before the writing": [
        cls("Ctl", "@AuraEnabled", "public static void save(Order one) {", CALL, "update one;", "}")
    ],
    "writing in another branch": [
        cls("Ctl", "@AuraEnabled", "public static void save(Order one) {", "if (a) { update one; } else {", CALL, "} }")
    ],
    "writing only on an error": [
        cls("Ctl", "@AuraEnabled", "public static void save() {", "try { x(); } catch (Exception e) { insert log; }", CALL, "}")
    ],
    "writing under a condition": [
        cls("Ctl", "@AuraEnabled", "public static void save(Order one) {", "if (a) { update one; }", CALL, "}")
    ],
    "a method that nothing calls from outside": [
        cls("Ctl", "public static void save(Order one) {", "update one;", CALL, "}")
    ],
    "an event after the commit": [trigger(PUBLISH), event("PublishAfterCommit")],
    "an event of which it is not known": [trigger(PUBLISH)],
    "a log": [
        trigger(PUBLISH.replace("Shipped", "Error_Log")),
        event("PublishImmediately", "Error_Log__e"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("files", QUIET.values(), ids=QUIET)
def test_quiet(files: list[Files]) -> None:
    assert said(*files) == []
